"""Where there are few lines, bars give way to the rows."""

from __future__ import annotations

import pytest

from support.fake_browser import FakeBrowser
from support.made_rows import conversation_id, make_conversation, make_task, task_id
from support.screens import running
from taskview_tui.screens.compare import CompareScreen
from taskview_tui.side import Side


def _browser() -> FakeBrowser:
    tasks = [
        make_task(1, agent="one"),
        make_task(2, conversation=2, agent="two"),
        make_task(3, parent=1, agent="three", status="failed"),
    ]
    return FakeBrowser(tasks, [make_conversation(n) for n in (1, 2)])


@pytest.mark.parametrize("size", [(20, 5), (20, 7), (80, 6)])
async def test_lists_trees_and_comparisons_keep_rows(size: tuple[int, int]) -> None:
    async with running(_browser(), size=size) as run:
        assert sum("✓" in line or "✗" in line for line in run.lines()) >= 2
        assert "rows 1-3" in run.text()
        await run.press("2")
        await run.settled()
        assert sum("convers" in line for line in run.lines()) >= 2
        run.app.open_conversation(conversation_id(1), task_id(3))
        await run.settled()
        assert sum("one" in line or "three" in line for line in run.lines()) >= 2
        left, right = (Side(task_id(number), "it") for number in (1, 2))
        run.app.open_comparison(left, right)
        await run.until(lambda: isinstance(run.app.screen, CompareScreen))
        await run.until(lambda: any("✓" in line for line in run.lines()), "a row")


async def test_the_lines_come_back_with_the_room() -> None:
    async with running(_browser(), size=(80, 5)) as run:
        assert "taskview ›" not in run.text()
        await run.pilot.resize_terminal(80, 24)
        await run.until(lambda: "taskview ›" in run.text() and "? help" in run.text())
