"""Finding in a tree gives what a database would of the same tasks, for all that rows hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from support.made_rows import NOW, task_id
from taskview_core.entities import TaskRow, TaskStatus
from taskview_core.query.evaluate import TaskFacts, task_matches
from taskview_core.query.stuck import ENDED, names_a_parent
from taskview_core.query.task_filter import TaskFilter
from taskview_core.tree.assemble import TaskTree
from taskview_core.tree.rows import TreeRows
from taskview_tui.render.task_outline import TaskOutline
from taskview_tui.render.tree_facts import Known
from taskview_tui.render.tree_find import TreeFinder

HERE, OTHER = UUID(int=1), UUID(int=2)
OUTSIDE = ("running", "failed", "completed", "odd", None)
"""The statuses of the tasks 50, 51, … of another conversation; from 60 on there are none."""
MOST = 7
LIMITS = {"quick": timedelta(minutes=1)}
ENDLESS = {"endless": timedelta.max}
QUERIES = (
    "is:root",
    "is:leaf",
    "is:orphan",
    "is:stuck",
    "is:stuck status:running",
    "is:stuck agent:quick",
    "-is:leaf is:stuck",
    "-is:orphan is:root",
    "has:error",
    "-has:input",
    "duration:>1m",
    "started:<30m",
    f"parent:{task_id(50)}",
    "status:running,odd",
    "agent:qui*",
)


@st.composite
def rows(draw: st.DrawFn) -> list[tuple[TaskRow, str | None]]:
    """Draw tasks of a conversation, each with its metadata."""
    count = draw(st.integers(1, MOST))
    outside = range(50, 50 + len(OUTSIDE))
    parents = st.one_of(st.none(), st.sampled_from(range(count)), st.sampled_from([*outside, 60]))
    ages = st.sampled_from([None, 0, 30, 59, 60, 61, 90, 4_000])
    made = []
    for number in range(count):
        parent, age, took = draw(parents), draw(ages), draw(ages)
        started = None if age is None else NOW - timedelta(seconds=age * 60)
        ended = started and (None if took is None else started + timedelta(seconds=took))
        metadata = draw(st.sampled_from([None, "{}", '{"orphan": true}', '{"parent_id": "x"}']))
        made.append((_row(draw, number, parent, started, ended), metadata))
    return made


def _row(
    draw: st.DrawFn,
    number: int,
    parent: int | None,
    started: datetime | None,
    ended: datetime | None,
) -> TaskRow:
    status = draw(st.sampled_from(["running", "running", "pending", "completed", "failed", "odd"]))
    return TaskRow(
        id=task_id(number),
        conversation_id=HERE,
        parent_task_id=None if parent is None else task_id(parent),
        agent_id=draw(st.sampled_from(["quick", "endless", "usual"])),
        status=TaskStatus.from_string(status),
        input_start=draw(st.sampled_from(["", "{}", '"x"'])),
        error_start=draw(st.sampled_from([None, "", "boom"])),
        created_at=started,
        started_at=started,
        completed_at=ended,
        updated_at=None,
    )


def _facts(row: TaskRow, metadata: str | None, all_rows: Sequence[TaskRow]) -> TaskFacts:
    """Say what a database knows of a task, in the plainest way."""
    statuses: dict[object, str | None] = {each.id: each.status.value for each in all_rows}
    statuses |= {task_id(50 + at): status for at, status in enumerate(OUTSIDE)}
    children = [each for each in all_rows if each.parent_task_id == row.id]
    return TaskFacts(
        id=row.id,
        conversation_id=row.conversation_id,
        parent_task_id=row.parent_task_id,
        agent_id=row.agent_id,
        status=row.status.value,
        input=row.input_start or None,
        error=row.error_start,
        metadata=metadata,
        created_at=row.created_at,
        started_at=row.started_at,
        completed_at=row.completed_at,
        has_children=bool(children),
        has_open_child=any(each.status.value not in ENDED for each in children),
        parent_exists=row.parent_task_id in statuses,
        parent_status=statuses.get(row.parent_task_id),
        run_limit=(LIMITS | ENDLESS).get(row.agent_id),
    )


def _read(made: Sequence[TaskRow]) -> TreeRows:
    """Give the rows as they are read, with what is known of the parents outside."""
    there = {task_id(50 + at): status for at, status in enumerate(OUTSIDE)}
    outside = {row.parent_task_id for row in made} & set(there)
    return TreeRows(
        tuple(made),
        {each: OTHER for each in outside if each is not None},
        {each: there[each] for each in outside if each is not None},
    )


@given(made=rows(), from_a_task=st.booleans())
@examples(150)
def test_the_same_are_found(made: list[tuple[TaskRow, str | None]], from_a_task: bool) -> None:
    found = [row for row, _ in made]
    metadata = {row.id: text for row, text in made}
    top = None
    kept = found
    if from_a_task:
        top = found[0].id
        below = {top}
        for _ in found:
            below |= {row.id for row in found if row.parent_task_id in below}
        kept = [row for row in found if row.id in below]
    tree = _read(kept)
    if from_a_task:
        above = next((row for row in found if row.id == found[0].parent_task_id), None)
        if above is not None and above not in kept:
            tree = TreeRows(tree.rows, {above.id: HERE}, {above.id: above.status.value})
    outline = TaskOutline(TaskTree.assemble(tree, top))
    named = [row.id for row in kept if row.parent_task_id is None]
    orphans = frozenset(each for each in named if names_a_parent(metadata[each]))
    finder = TreeFinder(outline, Known(LIMITS | ENDLESS, orphans))
    for query in QUERIES:
        task_filter = TaskFilter.parse(query)
        expected = {
            row.id
            for row in kept
            if task_matches(task_filter, _facts(row, metadata[row.id], found), NOW)
        }
        matches = finder.find(query, NOW)
        assert (matches.unheld, matches.unread) == ("", "")
        assert {outline.rows[at].id for at in matches.numbers} == expected, query


@pytest.mark.parametrize(
    ("query", "unread"),
    [
        ("is:stuck", "is:stuck"),
        ("-is:orphan agent:x", "is:orphan"),
        ("is:orphan is:stuck", "is:stuck, is:orphan"),
        ("is:leaf", ""),
    ],
)
def test_what_has_not_been_read_yet_is_named(query: str, unread: str) -> None:
    outline = TaskOutline(TaskTree.assemble(TreeRows(())))
    assert TreeFinder(outline).find(query, NOW).unread == unread
