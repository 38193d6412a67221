"""Random databases and filters, whose answers are to be those of plain Python."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import event
from hypothesis import strategies as st

from support.arena import NOW, Arena
from support.strategies import IDS, USERS, conversation_filters, instants, task_terms, texts
from support.task_strategies import task_facts
from support.walking import walk_backwards, walk_forwards
from taskview_core.entities import ConversationRow, Count, TaskRow
from taskview_core.query.evaluate import (
    ConversationFacts,
    TaskFacts,
    conversation_matches,
    task_matches,
)
from taskview_core.query.matching import texts_of_json
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import CONVERSATION_SORT_KEYS, TASK_SORT_KEYS, Sort
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import (
    DurationTerm,
    MetadataTerm,
    Moment,
    Pattern,
    TaskTerm,
    TextField,
    TextTerm,
    TimeKey,
    TimeTerm,
    ValueKey,
    ValueTerm,
)

_AS_TYPED: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "upper": str.upper,
    "lower": str.lower,
    "title": str.title,
    "swapped": str.swapcase,
    "composed": lambda text: unicodedata.normalize("NFC", text),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "compatible": lambda text: unicodedata.normalize("NFKC", text),
}


def _texts_in(task: TaskFacts) -> list[str]:
    found = [
        text for stored in (task.input, task.output) if stored for text in texts_of_json(stored)
    ]
    return [text for text in (*found, task.error) if text]


@st.composite
def related_terms(draw: st.DrawFn, tasks: list[TaskFacts]) -> TaskTerm:
    """Terms about what is in these tasks, so that many of them find something."""
    task = draw(st.sampled_from(tasks))
    denied = draw(st.booleans())
    kind = draw(st.sampled_from(["text", "text", "text", "time", "duration", "value", "metadata"]))
    if kind == "text" and _texts_in(task):
        text = draw(st.sampled_from(_texts_in(task)))
        begin = draw(st.integers(0, len(text) - 1))
        part = text[begin : begin + draw(st.integers(1, 12))]
        typed = _AS_TYPED[draw(st.sampled_from(sorted(_AS_TYPED)))](part)
        if typed and not any("\ud800" <= each <= "\udfff" for each in typed):
            return TextTerm(typed, draw(st.sampled_from(TextField)), denied)
    if kind == "duration" and task.started_at and task.completed_at:
        length = task.completed_at - task.started_at
        return DurationTerm(length, draw(st.booleans()), length, draw(st.booleans()), denied)
    if kind == "metadata" and task.metadata:
        word = draw(st.sampled_from(list(texts_of_json(task.metadata)) or ["x"]))
        path = tuple(
            draw(st.lists(st.sampled_from(["a", "b", "a.b", "0", "kind"]), min_size=1, max_size=2))
        )
        return MetadataTerm(path, Pattern(word[:5], prefix=True), denied)
    if kind == "time" and task.created_at:
        point = Moment(task.created_at)
        return TimeTerm(TimeKey.CREATED, point, draw(st.booleans()), denied=denied)
    agent = task.agent_id or ""
    prefix = draw(st.booleans())
    shown = agent[: draw(st.integers(0, len(agent)))] if prefix else agent
    return ValueTerm(ValueKey.AGENT, (Pattern(shown, prefix),), denied)


@st.composite
def conversations(draw: st.DrawFn) -> list[ConversationFacts]:
    times = st.one_of(st.none(), instants())
    return [
        ConversationFacts(
            id=ident,
            user_id=draw(st.sampled_from((None, *USERS))),
            title=draw(st.one_of(st.none(), st.just(""), texts(storable=True))),
            created_at=draw(times),
            updated_at=draw(times),
        )
        for ident in draw(st.lists(st.sampled_from(IDS), unique=True))
    ]


def _ask(arena: Arena, task_filter: TaskFilter, size: int, sort: Sort) -> list[Any]:
    async def search(request: PageRequest) -> Page[TaskRow]:
        return await arena.browser.search_tasks(task_filter, request)

    forwards = arena.run(walk_forwards(search, PageRequest(size, sort)))
    backwards = arena.run(walk_backwards(search, PageRequest(size, sort)))
    assert backwards.rows == forwards.rows
    return [row.id for row in forwards.rows]


def check_tasks(arena: Arena, data: st.DataObject) -> None:
    """Ask for random tasks by random filters in a random order, forwards and backwards."""
    drawn = data.draw(st.lists(task_facts(storable=True), min_size=1, max_size=7), "tasks")
    tasks = arena.fill(drawn, data.draw(conversations(), "conversations"))
    for _ in range(3):
        terms = data.draw(
            st.lists(
                st.one_of(related_terms(tasks), task_terms(storable=True)), min_size=1, max_size=3
            )
        )
        task_filter = TaskFilter(tuple(terms))
        expected = {task.id for task in tasks if task_matches(task_filter, task, NOW)}
        event(f"{len(expected) > 0} of {type(terms[0]).__name__}")
        sort = Sort(data.draw(st.sampled_from(TASK_SORT_KEYS)), data.draw(st.booleans()))
        # Where one statement has no time at all, rows that have to be looked at come in windows.
        arena.be_patient(data.draw(st.booleans(), "patient"))
        found = _ask(arena, task_filter, data.draw(st.integers(1, 8)), sort)
        assert len(found) == len(set(found))
        assert set(found) == expected
        count = arena.run(arena.browser.count_tasks(task_filter))
        assert (count.value, count.exact) == (len(expected), True)
        told: list[Count] = []
        assert arena.run(arena.browser.count_tasks(task_filter, heard=told.append)) == count
        assert all(each.value <= count.value for each in told)


def check_facets(arena: Arena, data: st.DataObject) -> None:
    """Ask for the facets of random tasks under random filters."""
    drawn = data.draw(st.lists(task_facts(storable=True), min_size=1, max_size=9), "tasks")
    tasks = arena.fill(drawn, data.draw(conversations(), "conversations"))
    terms = data.draw(
        st.lists(st.one_of(related_terms(tasks), task_terms(storable=True)), max_size=2)
    )
    task_filter = TaskFilter(tuple(terms))
    arena.be_patient(data.draw(st.booleans(), "patient"))
    facets = arena.run(arena.browser.facets(task_filter))
    assert arena.run(arena.browser.facets(task_filter, heard=lambda _: None)) == facets
    matching = [task for task in tasks if task_matches(task_filter, task, NOW)]
    assert facets.complete
    for values, name in ((facets.statuses, "status"), (facets.agents, "agent_id")):
        found = {each.value: each.count.value for each in values}
        assert len(found) == len(values)
        expected = Counter(getattr(task, name) for task in matching)
        expected.pop(None, None)
        found.pop("", None)
        expected.pop("", None)  # an engine may show NULL and nothing as one
        assert found == expected


def check_conversations(arena: Arena, data: st.DataObject) -> None:
    """Ask for random conversations, with the tasks in each counted."""
    drawn = data.draw(conversations(), "conversations")
    tasks = arena.fill(data.draw(st.lists(task_facts(storable=True), max_size=5), "tasks"), drawn)
    chosen = data.draw(conversation_filters(storable=True, most=2))
    expected = {each.id for each in drawn if conversation_matches(chosen, each, NOW)}
    sort = Sort(data.draw(st.sampled_from(CONVERSATION_SORT_KEYS)), data.draw(st.booleans()))

    async def search(request: PageRequest) -> Page[ConversationRow]:
        return await arena.browser.search_conversations(chosen, request)

    size = data.draw(st.integers(1, 5))
    forwards = arena.run(walk_forwards(search, PageRequest(size, sort)))
    backwards = arena.run(walk_backwards(search, PageRequest(size, sort)))
    assert backwards.rows == forwards.rows
    assert len(forwards.rows) == len({row.id for row in forwards.rows})
    assert {row.id for row in forwards.rows} == expected
    assert arena.run(arena.browser.count_conversations(chosen)).value == len(expected)
    for row in forwards.rows:
        inside = [task for task in tasks if task.conversation_id == row.id]
        assert row.tasks.value == len(inside)
        assert row.failed.value == sum(task.status == "failed" for task in inside)
