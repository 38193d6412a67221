"""Stuck tasks: the rule, their marks in a tree, and why in the details."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.fake_browser import FakeBrowser
from support.made_rows import NOW, conversation_id, make_conversation, make_task, task_id
from support.screens import Running, running
from taskview_core.entities import TaskDetail
from taskview_core.query.stuck import RunLimits, run_limit, stuck_reasons
from taskview_core.query.task_filter import TaskFilter
from taskview_tui.render.holding import Holding

MINUTE = timedelta(minutes=1)
UNKNOWN = "(how long its agent's runs take is not known)"


@pytest.mark.parametrize(
    ("status", "ran", "limit", "parent", "children_ended", "reasons"),
    [
        ("running", 5, None, None, False, []),
        ("running", 61, None, None, False, [f"runs longer than an hour {UNKNOWN}"]),
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
    return FakeBrowser(tasks, [make_conversation(1)], limits=RunLimits({"slow": MINUTE}))


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


async def test_the_top_of_a_subtree_is_stuck_where_its_parent_has_ended() -> None:
    async with running(stuck_run(), size=(300, 30)) as run:
        await run.until(lambda: not run.tasks.is_busy)
        run.app.open_subtree(task_id(3), task_id(3))
        await run.until(lambda: "[stuck: its parent has failed]" in run.text())
        await run.until(lambda: "its parent has failed" in details(run))


def details(run: Running) -> str:
    """Give the line of the details that says that a task is stuck."""
    return next((line[130:] for line in run.lines() if "stuck  " in line[130:]), "")


async def test_what_becomes_stuck_on_the_screen_is_marked() -> None:
    browser = stuck_run()
    async with running(browser, size=(300, 30)) as run:
        run.app.open_conversation(conversation_id(1), task_id(7))
        await run.until(lambda: "[stuck" in run.text())
        await run.settled()

        def fine() -> str:
            return next(line[20:130] for line in run.lines() if " fine " in line[:60])

        assert "[stuck" not in fine()
        assert details(run) == ""
        run.app.clock = lambda: NOW + 57 * MINUTE
        await run.pilot.pause(1.2)
        assert "[stuck" not in fine()
        run.app.clock = lambda: NOW + 59 * MINUTE
        await run.until(lambda: "[stuck: runs longer than an hour" in fine())
        await run.until(lambda: "runs longer than an hour" in details(run))


async def test_a_run_of_repeats_says_how_many_are_stuck_and_hold_what_is_followed() -> None:
    tasks = [
        going_on(1, None, agent="root"),
        *(going_on(n, 1, agent="again", input_start="same") for n in (2, 3, 4)),
        make_task(5, parent=1, agent="again", input_start="same"),
    ]
    browser = FakeBrowser(tasks, [make_conversation(1)], limits=RunLimits({"again": MINUTE}))
    async with running(browser, size=(300, 30)) as run:
        run.app.open_conversation(conversation_id(1), task_id(1))
        await run.until(lambda: "×4  3 running, 1 completed  [3 stuck]" in run.text())
        run.tree.mark_holders({task_id(3): Holding.GIVEN, task_id(5): Holding.GAVE}, "x")
        await run.until(lambda: "[3 stuck]  ◆ 2 of them" in run.text())


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


async def test_a_list_of_the_stuck_says_where_not_all_agents_were_looked_at() -> None:
    browser = stuck_run()
    async with running(browser, size=(200, 30)) as run:
        assumed = "  ·  an hour for some agents"
        for complete in (True, False):
            browser.limits = RunLimits({"slow": MINUTE}, complete=complete)
            for text, asks in (("is:stuck", True), ("-is:stuck", True), ("is:leaf", False)):
                run.tasks.filter_changed(TaskFilter.parse(text))
                await run.settled()
                assert (assumed in run.status) is (asks and not complete), (text, run.status)
