"""Stuck tasks: the rule, their marks in a tree, and why in the details."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.fake_browser import FakeBrowser
from support.made_rows import NOW, conversation_id, make_conversation, make_task, task_id
from support.screens import running
from taskview_core.entities import TaskDetail
from taskview_core.query.stuck import run_limit, stuck_reasons

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("status", "ran", "limit", "parent", "children_ended", "reasons"),
    [
        ("running", 5, None, None, False, []),
        ("running", 61, None, None, False, ["runs longer than an hour"]),
        ("running", 5, 4, "running", False, ["runs longer than 99 of 100 runs of its agent"]),
        ("running", 61, 90, None, False, []),
        ("running", 5, None, "failed", False, ["its parent has failed"]),
        ("running", 5, None, "cancelled", False, ["its parent has been cancelled"]),
        ("pending", 99, None, "failed", False, []),
        ("pending", 0, None, None, True, ["all its children have ended"]),
        ("completed", 99, 1, "failed", True, []),
        ("odd", 99, 1, "failed", True, []),
        (None, 99, 1, "failed", True, []),
    ],
)
def test_the_rule(
    status: str | None,
    ran: int,
    limit: int | None,
    parent: str | None,
    children_ended: bool,
    reasons: list[str],
) -> None:
    found = stuck_reasons(
        status,
        NOW - ran * MINUTE,
        NOW,
        limit=None if limit is None else limit * MINUTE,
        parent=parent,
        children_ended=children_ended,
    )
    assert found == reasons


def test_a_limit_is_the_99th_percentile_of_enough_runs() -> None:
    assert run_limit([MINUTE] * 19) is None
    assert run_limit([MINUTE] * 20) == MINUTE
    assert run_limit([n * MINUTE for n in range(100)]) == 98 * MINUTE
    assert run_limit([n * MINUTE for n in range(200)]) == 197 * MINUTE


def going_on(number: int, parent: int | None, **columns: str) -> TaskDetail:
    """Make a task that was begun two minutes ago and has not ended."""
    begun = NOW - 2 * MINUTE
    return make_task(
        number,
        parent=parent,
        status="running",
        created_at=begun,
        started_at=begun,
        completed_at=None,
        **columns,
    )


def stuck_run() -> FakeBrowser:
    """A tree with a task of each kind of stuck, and one that is not."""
    tasks = [
        going_on(1, None, agent="root"),
        make_task(2, parent=1, agent="dead", status="failed"),
        going_on(3, 2, agent="left"),
        going_on(4, 1, agent="slow"),
        going_on(5, 1, agent="done"),
        make_task(6, parent=5, agent="last"),
        going_on(7, 1, agent="fine"),
    ]
    return FakeBrowser(tasks, [make_conversation(1)], limits={"slow": MINUTE})


async def test_a_tree_marks_the_stuck_and_the_details_say_why() -> None:
    async with running(stuck_run(), size=(300, 30)) as run:
        run.app.open_conversation(conversation_id(1), task_id(4))
        await run.until(lambda: "[stuck" in run.text())
        await run.settled()
        lines = {
            name: line
            for line in run.lines()
            for name in ("root", "left", "slow", "done", "fine")
            if f" {name} " in line[:60]
        }
        assert "[stuck: its parent has failed]" in lines["left"]
        assert "[stuck: runs longer" in lines["slow"]
        assert "[stuck: all its children have ended]" in lines["done"]
        assert "stuck" not in lines["fine"][:130]
        assert "stuck" not in lines["root"][:130]
        await run.until(lambda: any("stuck  " in line[130:] for line in run.lines()))


async def test_no_mark_is_left_when_all_have_ended() -> None:
    browser = stuck_run()
    async with running(browser, size=(300, 30)) as run:
        run.app.open_conversation(conversation_id(1), task_id(4))
        await run.until(lambda: "[stuck" in run.text())
        browser.tasks = [
            make_task(number, parent=None if number == 1 else 1, agent=f"ended{number}")
            for number in range(1, 8)
        ]
        await run.press("r")
        await run.until(lambda: "ended7" in run.text())
        await run.settled()
        assert "[stuck" not in run.text()


async def test_the_task_on_the_whole_screen_says_why_too() -> None:
    async with running(stuck_run(), size=(150, 30)) as run:
        run.app.open_detail(task_id(5))
        await run.until(lambda: "all its children have ended" in run.text())
