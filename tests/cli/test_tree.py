"""`taskview tree`: every task once, whatever is wrong with its parents."""

from __future__ import annotations

import json

import pytest

from support.cli_browser import CONVERSATION, Run, Serve, ident, make_task
from taskview_core.entities import Conversation, TaskDetail, TaskStatus
from taskview_core.tree.assemble import TaskTree
from taskview_core.tree.rows import TreeRows
from taskview_tui.render.guides import DEEPEST, guided

TALK = Conversation(id=CONVERSATION, user_id="ada\x1b[2J", title="Fix\nit\x07")
FAMILY = (
    make_task(1, input_start="the plan"),
    make_task(2, 1),
    make_task(3, 2, status=TaskStatus.FAILED, error="boom\x1b[0m\nat line 1"),
    make_task(4, 1, agent_id="tool:x"),
)


def shape(text: str) -> list[str]:
    """Give the lines of a tree without what follows the status."""
    return [line.split("✓")[0].split("✗")[0] for line in text.splitlines()]


def test_a_conversation_is_drawn_with_guides(run: Run, serve: Serve) -> None:
    serve(FAMILY, conversation=TALK)
    ran = run("tree", "x.db", str(CONVERSATION))
    assert ran.code == 0
    assert shape(ran.out)[1:] == ["", "├─ ", "│  └─ ", "└─ "]
    heading, _, _, failed, last = ran.out.splitlines()
    assert heading.startswith("Fix⏎it␇  conversation c0000000-")
    assert heading.endswith(", ada␛[2J, 4 tasks")
    assert f"✗ failed  planner  –  {ident(3)}  boom␛[0m at line 1 · task 3" in failed
    assert "tool:x" in last


def test_a_task_is_the_top_of_its_own_tree(run: Run, serve: Serve) -> None:
    serve(FAMILY[1:3])
    ran = run("tree", "x.db", str(ident(2)))
    assert shape(ran.out) == ["", "└─ "]
    assert f"[its parent is {ident(1)}]" in ran.out.splitlines()[0]


def test_json_is_flat_and_in_preorder(run: Run, serve: Serve) -> None:
    browser = serve(FAMILY, conversation=TALK)
    rows = json.loads(run("tree", "x.db", str(CONVERSATION), "-o", "json").out)
    assert [(row["id"], row["depth"], row["mark"]) for row in rows] == [
        (str(ident(1)), 0, None),
        (str(ident(2)), 1, None),
        (str(ident(3)), 2, None),
        (str(ident(4)), 1, None),
    ]
    assert rows[2]["error"] == "boom\x1b[0m\nat line 1"
    assert rows[2]["parent_task_id"] == str(ident(2))
    assert browser.asked == [ident(3)]


ODD = (
    make_task(1, 99),
    make_task(2, 3),
    make_task(3, 2),
    make_task(4, 4),
    make_task(5, 1),
)


def test_odd_roots_are_marked_in_words(run: Run, serve: Serve) -> None:
    serve(ODD, conversation=TALK)
    out = run("tree", "x.db", str(CONVERSATION)).out
    assert f"[its parent {ident(99)} does not exist]" in out
    assert f"[a cycle: its parent {ident(3)} is among its descendants]" in out
    assert f"[a cycle: its parent {ident(4)} is among its descendants]" in out
    rows = json.loads(run("tree", "x.db", str(CONVERSATION), "-o", "json").out)
    assert [(row["id"][-1], row["depth"], row["mark"]) for row in rows] == [
        ("1", 0, "orphan"),
        ("5", 1, None),
        ("2", 0, "cycle"),
        ("3", 1, None),
        ("4", 0, "cycle"),
    ]


def test_a_root_whose_metadata_names_a_parent_is_an_orphan(run: Run, serve: Serve) -> None:
    serve((make_task(1, metadata='{"parent_task_id": "a"}'), make_task(2)), conversation=TALK)
    out = run("tree", "x.db", str(CONVERSATION)).out.splitlines()
    assert ["[its parent is known from its metadata alone]" in line for line in out[1:]] == [
        True,
        False,
    ]
    rows = json.loads(run("tree", "x.db", str(CONVERSATION), "-o", "json").out)
    assert [row["mark"] for row in rows] == ["orphan", None]


def test_a_parent_elsewhere_is_told() -> None:
    row = make_task(1, 99).row
    rows = TreeRows((row,), {ident(99): ident(7)})
    ((_, line),) = guided(TaskTree.assemble(rows))
    assert line.mark is not None
    assert line.mark.value == "elsewhere"


def test_a_conversation_without_tasks(run: Run, serve: Serve) -> None:
    serve((), conversation=TALK)
    ran = run("tree", "x.db", str(CONVERSATION))
    assert (ran.code, ran.err) == (0, "taskview: this conversation has no tasks\n")
    assert json.loads(run("tree", "x.db", str(CONVERSATION), "-o", "json").out) == []


def test_an_id_that_is_nowhere(run: Run, serve: Serve) -> None:
    serve(FAMILY)
    ran = run("tree", "x.db", "deadbeef")
    assert (ran.code, ran.out) == (4, "")
    assert ran.err == "taskview: no task or conversation has the id deadbeef\n"


def test_one_word_is_the_id_where_the_environment_names_the_database(
    run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(FAMILY, conversation=TALK)
    ran = run("tree", str(CONVERSATION))
    assert ran.code == 2
    assert "DB_URL is missing" in ran.err
    monkeypatch.setenv("TASKVIEW_DB_URL", "x.db")
    for words in ([str(CONVERSATION), "-o", "json"], ["-o", "json", str(CONVERSATION)]):
        assert len(json.loads(run("tree", *words).out)) == 4
    ran = run("tree", "-o", "json")
    assert ran.code == 2
    assert "required: ID" in ran.err


def chain(length: int) -> list[TaskDetail]:
    first = make_task(1)
    return [first, *(make_task(number, number - 1) for number in range(2, length + 1))]


def test_guides_stay_short_however_deep() -> None:
    rows = TreeRows(tuple(task.row for task in chain(5_000)))
    lines = list(guided(TaskTree.assemble(rows)))
    assert [line.depth for _, line in lines] == list(range(5_000))
    assert lines[DEEPEST][0] == "   " * (DEEPEST - 1) + "└─ "
    assert lines[-1][0].startswith("⋯ level 4999 ⋯ ")
    assert max(len(guide) for guide, _ in lines) <= 3 * DEEPEST


@pytest.mark.long
def test_a_large_tree_has_a_line_for_each_task() -> None:
    top = make_task(1)
    rows = [top.row]
    rows += [
        top.row._replace(id=ident(number), parent_task_id=ident(number // 8 or 1))
        for number in range(2, 100_001)
    ]
    lines = list(guided(TaskTree.assemble(TreeRows(tuple(rows)))))
    assert len({line.row.id for _, line in lines}) == len(lines) == 100_000
    assert sum(guide.endswith("└─ ") for guide, _ in lines) == len(
        {row.parent_task_id for row in rows[1:]}
    )
