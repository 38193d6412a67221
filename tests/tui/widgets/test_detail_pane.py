"""All of one task, as a person reads it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from taskview_core.entities import TaskStatus
from taskview_tui.render import payload
from taskview_tui.text.times import TimeDisplay
from taskview_tui.widgets.detail_pane import DetailPane

Make = Callable[..., Any]


async def test_the_error_is_the_first_that_is_read(stage: Make, task: Make, detail: Make) -> None:
    pane = DetailPane()
    async with stage(pane, (60, 9)) as shown:
        error = "Traceback (most recent call last):\n  ValueError: no route to the sea was found"
        pane.show(detail(task(1, status=TaskStatus.FAILED), error=error))

        assert shown.lines()[:3] == [
            "▾ Error",
            "  Traceback (most recent call last):",
            "    ValueError: no route to the sea was found",
        ]


async def test_sections_fold_and_are_a_key_apart(stage: Make, task: Make, detail: Make) -> None:
    pane = DetailPane()
    async with stage(pane, (80, 40)) as shown:
        pane.show(detail(task(1), input='{"a": 1}', output="[]", metadata="{}", error="boom"))
        headings = [line.split()[1] for line in shown.lines() if line[:1] in "▾▸" and line]
        assert headings == ["Error", "Task", "Timings", "Input", "Output", "Metadata"]

        await shown.press("J", "J")
        assert shown.lines()[pane.cursor_line - pane.top_line].startswith("▾ Timings")
        await shown.press("enter")
        assert shown.lines()[pane.cursor_line - pane.top_line].startswith("▸ Timings")
        await shown.press("J", "j", "l", "l")
        assert '"a": 1' in shown.lines()[pane.cursor_line - pane.top_line]
        await shown.press("K", "K", "K", "K", "K")
        assert pane.cursor_line == 0


async def test_keys_reach_the_end(stage: Make, task: Make, detail: Make) -> None:
    pane = DetailPane()
    async with stage(pane, (60, 10)) as shown:
        pane.show(detail(task(1), input='{"a": 1}', metadata='{"last": true}'))
        await shown.press("G", "k")

        assert '"last": true' in shown.text()
        await shown.press("g")
        assert shown.lines()[0] == "▾ Task"


async def test_another_way_to_show_times_keeps_cursor_and_folds(
    stage: Make, task: Make, detail: Make
) -> None:
    pane = DetailPane()
    async with stage(pane, (80, 40)) as shown:
        pane.show(detail(task(1), input='{"a": [1]}'))
        await shown.press("enter", "G", "k", "k", "k", "k", "h")
        cursor, count = pane.cursor_line, pane.line_count
        assert "2h ago (2026-11-23 10:00:00 UTC)" in shown.text()

        pane.times = TimeDisplay.UTC

        assert "ago" not in shown.text()
        assert "2026-11-23 10:00:00 UTC" in shown.text()
        assert (pane.cursor_line, pane.line_count) == (cursor, count)
        assert shown.lines()[0] == "▸ Task"


async def test_the_same_task_again_keeps_what_has_not_changed(
    stage: Make, task: Make, detail: Make
) -> None:
    pane = DetailPane()
    async with stage(pane, (80, 40)) as shown:
        row = task(1, status=TaskStatus.RUNNING, completed_at=None)
        pane.show(detail(row, input='{"a": [1]}', output="null"))
        await shown.press("J", "J", "j", "j", "h")
        assert '▸ "a": […]' in shown.lines()[pane.cursor_line]

        pane.show(detail(task(1), input='{"a": [1]}', output='["done"]', error="late"))

        assert '▸ "a": […]' in shown.lines()[pane.cursor_line]
        assert '"done"' in shown.text()
        assert shown.lines()[1] == "  late"

        pane.show(detail(task(2), input='{"a": [1]}'))
        assert pane.cursor_line == 0
        assert '▾ "a": [' in shown.text()


async def test_the_time_of_a_running_task_goes_on(stage: Make, task: Make, detail: Make) -> None:
    pane = DetailPane()
    async with stage(pane, (80, 40)) as shown:
        pane.show(detail(task(1, status=TaskStatus.RUNNING, completed_at=None), input="[1]"))
        await shown.press("G")
        cursor = pane.cursor_line
        assert "running for 2h00m" in shown.text()

        shown.clock.now += timedelta(minutes=3)
        pane.refresh_changed()

        assert "running for 2h03m" in shown.text()
        assert pane.cursor_line == cursor


async def test_a_time_that_needs_another_row_is_given_it(
    stage: Make, task: Make, detail: Make
) -> None:
    pane = DetailPane()
    async with stage(pane, (50, 40)) as shown:
        moment = shown.clock.now - timedelta(days=9)
        pane.show(detail(task(1, created_at=moment, started_at=None), input="[1]"))
        await shown.press("G")
        count = pane.line_count
        at = shown.lines()[pane.cursor_line]

        shown.clock.now += timedelta(days=99_000)
        pane.refresh_changed()

        assert "271y ago" in shown.text()
        assert pane.line_count >= count
        assert shown.lines()[pane.cursor_line] == at
        assert all(strip.cell_length == 50 for strip in shown.strips())


async def test_a_message_stands_in_the_place_of_a_task(
    stage: Make, task: Make, detail: Make
) -> None:
    pane = DetailPane()
    async with stage(pane) as shown:
        pane.show(detail(task(1)))
        pane.show_message("connection lost\x07\nr: try again")

        assert [line.strip() for line in shown.lines() if line] == [
            "connection lost␇",
            "r: try again",
        ]
        assert pane.detail is None
        await shown.press("j", "G", "enter", "O", "o", "h", "l", "J", "K")
        pane.show(None)
        assert shown.text().strip() == ""
        pane.times = TimeDisplay.UTC
        pane.refresh_changed()
        assert shown.text().strip() == ""


async def test_large_payloads_are_read_beside_the_screen(
    stage: Make, task: Make, detail: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payload, "LARGE", 100)
    pane = DetailPane()
    async with stage(pane, (80, 60)) as shown:
        large = json.dumps(["word"] * 30)
        pane.show(detail(task(1), input=large, output="[1]", error="boom"))
        assert shown.text().count("parsing…") == 1
        await shown.press("j")

        for _ in range(500):
            if "parsing…" not in shown.text():
                break
            await asyncio.sleep(0.01)
            await shown.pilot.pause()

        assert "▾ Input  30 items" in shown.text()
        assert shown.text().count('"word"') == 30
        assert pane.cursor_line == 1
        # The same once more is not read again.
        pane.show(detail(task(1), input=large, output="[2]", error="boom"))
        assert "parsing…" not in shown.text()
