"""The bars beside a tree by keys: the critical path, idle time squeezed, zoomed, and taken back."""

from __future__ import annotations

from datetime import datetime, timedelta

from support.fake_browser import FakeBrowser
from support.made_rows import NOW, conversation_id, make_conversation, make_task, task_id
from support.screens import Running, running
from taskview_tui.widgets.finding_tree import FindingTree


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def run_of_two_hours() -> FakeBrowser:
    """A root with two children, an hour in which nothing ran, and a second root."""

    def task(number: int, parent: int | None, begun: float, ended: float, agent: str):  # type: ignore[no-untyped-def]  # a row of the fake
        return make_task(
            number,
            parent=parent,
            agent=agent,
            created_at=ago(begun),
            started_at=ago(begun),
            completed_at=ago(ended),
        )

    tasks = [
        task(1, None, 120, 90, "root"),
        task(2, 1, 118, 110, "quick"),
        task(3, 1, 118, 92, "slow"),
        task(4, None, 30, 0, "later"),
    ]
    return FakeBrowser(tasks, [make_conversation(1)])


async def open_tree(run: Running) -> FindingTree:
    await run.until(lambda: not run.tasks.is_busy)
    run.app.open_conversation(conversation_id(1), task_id(1))
    await run.until(lambda: isinstance(run.app.screen.focused, FindingTree))
    await run.settled()
    await run.press("i")  # No details: the bars have the room.
    return run.one(FindingTree)


def line_of(run: Running, agent: str) -> str:
    return next(line for line in run.lines() if f" {agent} " in line)


async def test_bars_stand_on_one_clock() -> None:
    async with running(run_of_two_hours(), size=(150, 20)) as run:
        await open_tree(run)
        assert "0─" in run.lines()[1]
        assert "─2h00m" in run.lines()[1]
        slow, later = line_of(run, "slow"), line_of(run, "later")
        assert slow.rindex("█") < later.index("█")
        assert "─" in line_of(run, "root")  # It waited for its children.


async def test_the_critical_path_is_marked_and_esc_takes_it_back() -> None:
    async with running(run_of_two_hours(), size=(150, 20)) as run:
        await open_tree(run)
        await run.press("c")
        assert "critical path: 3 tasks, 1h00m" in run.status
        assert "┃" in line_of(run, "slow")
        assert "┃" not in line_of(run, "quick")
        assert "▒" in line_of(run, "quick")
        await run.press("escape")
        assert "critical path" not in run.status
        assert "┃" not in run.text()


async def test_idle_time_is_squeezed_and_let_go() -> None:
    async with running(run_of_two_hours(), size=(150, 20)) as run:
        await open_tree(run)
        wide = line_of(run, "later").count("█")
        await run.press("z")
        assert "squeezed" in run.lines()[1]
        assert "┊" in line_of(run, "slow")
        assert line_of(run, "later").count("█") > wide * 3 // 2
        await run.press("z")
        assert "squeezed" not in run.lines()[1]
        assert line_of(run, "later").count("█") == wide


async def test_where_nothing_can_be_squeezed_that_is_said_and_it_stays_as_it_was() -> None:
    tasks = [
        make_task(1, agent="root", started_at=ago(60), completed_at=ago(0)),
        make_task(2, parent=1, agent="part", started_at=ago(50), completed_at=ago(10)),
    ]
    async with running(FakeBrowser(tasks, [make_conversation(1)]), size=(150, 20)) as run:
        view = await open_tree(run)
        await run.press("z")
        assert "no stretch without work is long enough here to be squeezed" in run.said
        assert not view._waterfall._idle, "it is not on in secret"


async def test_what_would_take_more_room_squeezed_is_not() -> None:
    """A cell of few is more than the 3.5 minutes of 103 that nothing ran."""
    tasks = [
        make_task(1, agent="first", started_at=ago(103.5), completed_at=ago(53.5)),
        make_task(2, agent="second", started_at=ago(50), completed_at=ago(0)),
    ]
    async with running(FakeBrowser(tasks, [make_conversation(1)]), size=(80, 20)) as run:
        await open_tree(run)
        await run.press("z")
        assert "no stretch without work is long enough here to be squeezed" in run.said
        assert "squeezed" not in run.lines()[1]


async def test_zoom_to_a_subtree_and_back() -> None:
    async with running(run_of_two_hours(), size=(150, 20)) as run:
        view = await open_tree(run)
        view.select(task_id(3))
        await run.pilot.pause()
        await run.press("Z")
        assert "zoomed" in run.lines()[1]
        assert "26m00s" in run.lines()[1]
        assert "›" in line_of(run, "later")
        await run.press("Z")
        assert "zoomed" not in run.lines()[1]
        await run.press("Z", "escape")
        assert "zoomed" not in run.lines()[1]


async def test_odd_clocks_are_marked_and_said() -> None:
    browser = run_of_two_hours()
    odd = browser.tasks[2]
    object.__setattr__(odd, "row", odd.row._replace(completed_at=ago(150)))
    async with running(browser, size=(150, 20)) as run:
        view = await open_tree(run)
        view.select(task_id(3))
        await run.pilot.pause()
        assert "! completed before it started" in run.status
        assert "!" in line_of(run, "slow")
        assert "×" in line_of(run, "slow")


async def test_the_critical_path_does_not_hide_that_a_clock_is_odd() -> None:
    browser = run_of_two_hours()
    odd = browser.tasks[2]
    object.__setattr__(odd, "row", odd.row._replace(completed_at=ago(80)))  # after its parent
    async with running(browser, size=(150, 20)) as run:
        await open_tree(run)
        assert "!▐" in line_of(run, "slow")
        await run.press("c")
        assert "critical path: " in run.status
        assert "┃!▐" in line_of(run, "slow"), "each has a cell of its own"
        assert "▒" not in line_of(run, "slow")
        assert "┃" in line_of(run, "root")


async def test_bars_fit_at_every_size() -> None:
    for size in ((80, 24), (40, 12), (20, 5), (200, 50)):
        async with running(run_of_two_hours(), size=size) as run:
            await open_tree(run)
            await run.press("c", "z", "Z")
            assert all(len(line) <= size[0] for line in run.lines())
