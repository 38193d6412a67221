"""What stands in the cells of tasks and conversations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from taskview_core.entities import Count, TaskStatus
from taskview_tui.render.conversation_cells import conversation_cell, conversation_time
from taskview_tui.render.piece import Ink, Line, fit_line, line_width
from taskview_tui.render.preview import preview_pieces
from taskview_tui.render.task_cells import duration_cell, task_cell, time_cell
from taskview_tui.text.status_style import status_style
from taskview_tui.text.times import TimeDisplay

Make = Callable[..., Any]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _text(line: Line) -> str:
    return "".join(piece.text for piece in line)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("pending", "○ pending"),
        ("running", "◐ running"),
        ("completed", "✓ completed"),
        ("failed", "✗ failed"),
        ("cancelled", "⊘ cancelled"),
        ("paused\x1b", "? paused␛"),
        ("", '? ""'),
    ],
)
def test_a_status_is_a_glyph_and_a_word(stored: str, shown: str) -> None:
    assert status_style(TaskStatus.from_string(stored)).text == shown


def test_every_known_status_has_its_own_glyph_and_ink() -> None:
    styles = [status_style(status) for status in TaskStatus.known()]

    assert len({style.glyph for style in styles}) == 5
    assert len({style.ink for style in styles}) == 5


def test_the_error_comes_before_the_input(task: Make) -> None:
    row = task(1, status=TaskStatus.FAILED, input_start="plan a trip", error_start="no\x1b route")

    assert _text(preview_pieces(row, 80)) == "no␛ route │ plan a trip"
    assert preview_pieces(row, 80)[0].ink is Ink.ERROR


def test_a_long_error_leaves_room_for_the_input_only_where_there_is_some(task: Make) -> None:
    row = task(1, input_start="plan a trip to the sea", error_start="x" * 200)

    wide = _text(fit_line(preview_pieces(row, 100), 100))
    narrow = _text(fit_line(preview_pieces(row, 30), 30))

    assert "…" in wide
    assert "│ plan a trip" in wide
    assert narrow == "x" * 29 + "…"


@pytest.mark.parametrize("width", range(1, 60))
def test_a_preview_is_cut_once(task: Make, width: int) -> None:
    row = task(1, input_start="plan a trip", error_start="no route to 世界 found")

    shown = _text(fit_line(preview_pieces(row, width), width))

    assert "……" not in shown
    assert line_width(fit_line(preview_pieces(row, width), width)) == width


def test_an_untitled_conversation_shows_its_id(task: Make) -> None:
    row = task(1)

    assert _text(task_cell(row, "conversation", 20)) == str(row.conversation_id)[:8]
    titled = task(1, conversation_title="a\nb")
    assert _text(task_cell(titled, "conversation", 20)) == "a⏎b"


def test_times_that_are_missing_or_unreadable_are_told_apart(task: Make) -> None:
    missing = task(1, created_at=None)
    odd = task(1, created_at=None, oddities=("created_at: 'yesterday'",))

    assert time_cell(missing, "created", TimeDisplay.AGE, NOW) == "–"
    assert time_cell(odd, "created", TimeDisplay.AGE, NOW) == "?"
    assert time_cell(task(1), "created", TimeDisplay.AGE, NOW) == "2h"


def test_running_and_impossible_durations_are_marked(task: Make) -> None:
    running = task(1, status=TaskStatus.RUNNING, completed_at=None)
    backwards = task(1, completed_at=task(1).started_at - timedelta(seconds=2))
    never = task(1, started_at=None)

    assert duration_cell(running, NOW) == "2h00m+"
    assert duration_cell(backwards, NOW) == "-2.0s!"
    assert duration_cell(never, NOW) == "–"


def test_conversations_count_and_mark_their_failures(conversation: Make) -> None:
    row = conversation(1, tasks=Count(10_000, exact=False), failed=Count(3), title=" ")

    assert _text(conversation_cell(row, "tasks")) == "10,000+"
    assert _text(conversation_cell(row, "failed")) == "✗ 3"
    assert _text(conversation_cell(row, "title")) == "(no title)"
    assert _text(conversation_cell(conversation(1), "failed")) == "–"
    assert conversation_time(row, "updated", TimeDisplay.AGE, NOW) == "1m"
    assert conversation_time(row, "created", TimeDisplay.AGE, NOW) == "2d"
