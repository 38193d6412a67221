"""The list of tasks, as a person uses it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from rich.segment import Segment
from textual.geometry import Region

from taskview_core.entities import TaskStatus
from taskview_core.query.sort import Sort
from taskview_tui.text.times import TimeDisplay
from taskview_tui.widgets.task_table import TaskTable

Make = Callable[..., Any]


def _numbers(messages: list[Any]) -> list[int]:
    return [message.row.id.int for message in messages]


async def test_rows_are_drawn_under_a_header(stage: Make, task: Make) -> None:
    table = TaskTable()
    async with stage(table) as shown:
        table.sort = Sort("created", descending=True)
        table.show([task(1), task(2, status=TaskStatus.FAILED, error_start="no route")])

        lines = shown.lines()
        assert lines[0].split() == ["status", "agent", "task", "created", "▼", "duration"]
        assert lines[1].split() == [
            *("✓", "completed", "agent-1", "do", "the", "thing", "number", "1", "2h", "1.2s"),
        ]
        assert "✗ failed" in lines[2]
        assert "no route │" in lines[2]
        assert lines[3] == ""
        assert all(strip.cell_length == 80 for strip in shown.strips())


@pytest.mark.parametrize("width", [30, 60, 80, 120, 200, 260])
async def test_numbers_are_at_the_right_edge_of_any_width(
    stage: Make, task: Make, width: int
) -> None:
    table = TaskTable()
    async with stage(table, (width, 10)) as shown:
        table.show([task(1, input_start="世界" * 200), task(2, agent_id="x" * 90)])

        # The last cell of a line is the scrollbar's.
        for line in shown.lines()[:3]:
            assert len(line) <= width
        assert all(strip.cell_length == width for strip in shown.strips())
        if width >= 80:
            assert shown.lines()[1].endswith("1.2s")
            assert all("…" in line for line in shown.lines()[1:3])


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (["j"], 1),
        (["down", "down"], 2),
        (["j", "j", "k"], 1),
        (["k"], 0),
        (["G"], 99),
        (["end", "up"], 98),
        (["G", "g"], 0),
        (["end", "home"], 0),
        (["pagedown"], 9),
        (["pagedown", "pagedown", "pageup"], 9),
        (["ctrl+d"], 4),
        (["ctrl+d", "ctrl+d", "ctrl+u"], 4),
        (["G", "pagedown"], 99),
    ],
)
async def test_keys_move_the_cursor_and_it_is_seen(
    stage: Make, task: Make, keys: list[str], line: int
) -> None:
    table = TaskTable()
    async with stage(table, (80, 10)) as shown:
        table.show([task(number) for number in range(100)])
        await shown.press(*keys)

        assert table.cursor_line == line
        assert table.selected is not None
        assert table.selected.id == UUID(int=line)
        assert any(f"agent-{line} " in row for row in shown.lines()[1:])


async def test_moving_draws_two_lines_only(stage: Make, task: Make) -> None:
    table = TaskTable()
    async with stage(table, (80, 10)) as shown:
        table.show([task(number) for number in range(5)])
        await shown.pilot.pause()
        asked: list[Region] = []
        plain = table.refresh
        table.refresh = lambda *regions, **how: asked.extend(regions) or plain(*regions, **how)

        table.action_move(1)

        assert {region.y for region in asked} == {1, 2}
        assert all(region.height == 1 for region in asked)


async def test_selected_and_chosen_are_posted(stage: Make, task: Make) -> None:
    table = TaskTable()
    async with stage(table) as shown:
        table.show([task(1), task(2), task(3)])
        await shown.pilot.pause()
        assert _numbers(shown.posted_of(TaskTable.Selected)) == [1]

        await shown.press("j", "k", "k")
        assert _numbers(shown.posted_of(TaskTable.Selected)) == [2, 1]

        await shown.press("enter")
        assert _numbers(shown.posted_of(TaskTable.Chosen)) == [1]


async def test_a_click_moves_and_a_click_on_the_cursor_chooses(stage: Make, task: Make) -> None:
    table = TaskTable()
    async with stage(table) as shown:
        table.show([task(1), task(2), task(3)])
        await shown.pilot.pause()
        shown.posted.clear()

        await shown.pilot.click(table, offset=(5, 3))
        assert table.cursor_line == 2
        assert _numbers(shown.posted_of(TaskTable.Chosen)) == []

        await shown.pilot.click(table, offset=(5, 3))
        assert _numbers(shown.posted_of(TaskTable.Chosen)) == [3]

        await shown.pilot.click(table, offset=(5, 9))
        assert table.cursor_line == 2
        assert _numbers(shown.posted_of(TaskTable.Chosen)) == []


async def test_a_click_that_only_gives_the_focus_chooses_nothing(stage: Make, task: Make) -> None:
    table = TaskTable()
    async with stage(table) as shown:
        table.show([task(1), task(2)])
        shown.app.set_focus(None)
        await shown.pilot.pause()
        shown.posted.clear()

        await shown.pilot.click(table, offset=(5, 1))
        assert table.has_focus
        assert _numbers(shown.posted_of(TaskTable.Chosen)) == []

        await shown.pilot.click(table, offset=(5, 1))
        assert _numbers(shown.posted_of(TaskTable.Chosen)) == [1]


async def test_a_click_on_the_header_asks_for_an_order(stage: Make, task: Make) -> None:
    table = TaskTable()
    async with stage(table) as shown:
        table.show([task(1)])
        await shown.pilot.pause()
        header = shown.lines()[0]
        for title in ("status", "agent", "task", "created", "duration"):
            await shown.pilot.click(table, offset=(header.index(title), 0))

        asked = [message.key for message in shown.posted_of(TaskTable.SortRequested)]
        assert asked == ["status", "agent", "created", "duration"]


async def test_the_wheel_scrolls_and_leaves_the_cursor(stage: Make, task: Make) -> None:
    table = TaskTable()
    async with stage(table, (80, 10)) as shown:
        table.show([task(number) for number in range(100)])
        await shown.pilot.pause()
        await shown.pilot._post_mouse_events(
            [_scroll_down()], table, offset=(5, 5), button=0, times=3
        )
        await shown.pilot.pause()

        assert table.top_line > 0
        assert table.cursor_line == 0
        assert shown.lines()[0].startswith("status")

        await shown.press("j")
        assert table.top_line == 1


def _scroll_down() -> Any:
    from textual.events import MouseScrollDown

    return MouseScrollDown


async def test_a_kept_row_keeps_the_cursor_and_its_place(stage: Make, task: Make) -> None:
    table = TaskTable()
    async with stage(table, (80, 10)) as shown:
        table.show([task(number) for number in range(100)])
        await shown.press(*["pagedown"] * 3, "k", "k")
        row, place = table.selected, table.cursor_line - table.top_line
        assert row is not None
        await shown.pilot.pause()
        shown.posted.clear()

        table.show([task(number + 1000) for number in range(7)] + list(table.rows), keep=row.id)
        await shown.pilot.pause()

        assert table.selected == row
        assert table.cursor_line - table.top_line == place
        assert shown.posted_of(TaskTable.Selected) == []


async def test_a_row_that_is_gone_leaves_the_cursor_where_it_is_told(
    stage: Make, task: Make
) -> None:
    table = TaskTable()
    async with stage(table) as shown:
        table.show([task(number) for number in range(10)], at=4)
        assert table.cursor_line == 4

        table.show([task(20), task(21)], keep=UUID(int=4), at=9)
        assert table.selected is not None
        assert table.selected.id == UUID(int=21)

        table.show([])
        assert table.selected is None
        await shown.press("j", "G", "enter", "pagedown", "ctrl+u")
        assert shown.posted_of(TaskTable.Chosen) == []


async def test_a_row_with_other_values_is_told_of(stage: Make, task: Make) -> None:
    table = TaskTable()
    async with stage(table) as shown:
        table.show([task(1)])
        await shown.pilot.pause()
        shown.posted.clear()
        table.show([task(1, status=TaskStatus.FAILED)], keep=UUID(int=1))
        await shown.pilot.pause()

        assert _numbers(shown.posted_of(TaskTable.Selected)) == [1]
        assert "✗ failed" in shown.lines()[1]


async def test_an_empty_list_says_why(stage: Make, task: Make) -> None:
    table = TaskTable()
    async with stage(table, (60, 11)) as shown:
        table.show([])
        assert shown.lines()[1:] == [""] * 10

        table.show_empty("no task is like that\x1b[2J\nesc clears the filter")
        lines = shown.lines()
        assert lines[5].strip() == "no task is like that␛[2J"
        assert lines[6].strip() == "esc clears the filter"
        assert lines[5].startswith(" " * 17)

        table.show([task(1)])
        assert "no task" not in shown.text()


async def test_times_show_as_the_screen_wants_them(stage: Make, task: Make) -> None:
    table = TaskTable()
    async with stage(table) as shown:
        table.show([task(1)])
        assert " 2h " in shown.lines()[1]

        table.times = TimeDisplay.UTC
        assert "11-23 10:00 UTC" in shown.lines()[1]


async def test_the_time_is_that_of_the_order(stage: Make, task: Make) -> None:
    table = TaskTable()
    async with stage(table) as shown:
        row = task(1)
        table.sort = Sort("completed")
        table.show([row._replace(completed_at=shown.clock.now)])

        assert "completed ▲" in shown.lines()[0]
        assert " 0s " in shown.lines()[1]
        await shown.pilot.click(table, offset=(shown.lines()[0].index("completed ▲"), 0))
        assert [each.key for each in shown.posted_of(TaskTable.SortRequested)] == ["completed"]


async def test_only_what_the_clock_changed_is_drawn_again(stage: Make, task: Make) -> None:
    table = TaskTable()
    async with stage(table) as shown:
        running = task(2, status=TaskStatus.RUNNING, completed_at=None)
        table.show([task(1), running])
        assert "3h00m+" in shown.lines()[2]
        await shown.pilot.pause()
        asked: list[Region] = []
        plain = table.refresh
        table.refresh = lambda *regions, **how: asked.extend(regions) or plain(*regions, **how)

        table.refresh_changed()
        assert asked == []

        shown.clock.now += timedelta(minutes=5)
        table.refresh_changed()
        assert [region.y for region in asked] == [2]
        assert "3h05m+" in shown.lines()[2]


async def test_the_cursor_is_seen_with_and_without_focus(stage: Make, task: Make) -> None:
    table = TaskTable()
    async with stage(table) as shown:
        table.show([task(1), task(2)])
        await shown.pilot.pause()
        focused, other = _styles(shown, 1), _styles(shown, 2)
        shown.app.set_focus(None)
        await shown.pilot.pause()
        blurred = _styles(shown, 1)

        assert len({str(style) for style in (focused[0], blurred[0], other[0])}) == 3


async def test_without_colour_the_cursor_is_an_attribute(
    stage: Make, task: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    table = TaskTable()
    async with stage(table) as shown:
        table.show([task(1), task(2)])
        await shown.pilot.pause()
        assert all(style.reverse for style in _styles(shown, 1))
        assert not any(style.reverse or style.underline for style in _styles(shown, 2))

        shown.app.set_focus(None)
        await shown.pilot.pause()
        assert all(style.underline and not style.reverse for style in _styles(shown, 1))


def _styles(shown: Any, y: int) -> list[Any]:
    segments: list[Segment] = list(shown.strips()[y])
    return [segment.style for segment in segments if segment.text.strip()]


async def test_a_resize_shares_the_width_anew(stage: Make, task: Make) -> None:
    table = TaskTable()
    async with stage(table, (80, 10)) as shown:
        table.show([task(number, conversation_title="the title") for number in range(50)])
        await shown.press("G")
        assert "conversation" not in shown.lines()[0]

        await shown.pilot.resize_terminal(160, 6)
        await shown.pilot.pause()

        assert "conversation" in shown.lines()[0]
        assert "the title" in shown.lines()[1]
        assert any("agent-49 " in line for line in shown.lines())
        assert all(strip.cell_length == 160 for strip in shown.strips())


async def test_rows_that_were_prepared_are_drawn_as_if_they_were_not(
    stage: Make, task: Make
) -> None:
    first = tuple(task(number) for number in range(1, 40))
    others = tuple(task(number, agent_id="x" * number) for number in range(40, 80))
    table, plain = TaskTable(), TaskTable()
    async with stage(plain) as shown:
        plain.show(others)
        wanted = shown.strips()
    async with stage(table) as shown:
        table.show(first)
        before = shown.strips()
        table.prepare(others)
        assert shown.strips() == before, "nothing is seen of it"
        assert table.rows == first
        drawn: list[int] = []
        table.render_content = lambda index, width: drawn.append(index) or []  # type: ignore[func-returns-value, method-assign]
        table.show(others)
        assert shown.strips()[2:] == wanted[2:]
        assert set(drawn) <= {0}, "but for the cursor's line all was there"


async def test_what_is_below_on_the_page_is_drawn_before_it_is_wanted(
    stage: Make, task: Make
) -> None:
    table = TaskTable()
    async with stage(table, (80, 10)) as shown:
        table.show([task(number) for number in range(40)])
        for _ in range(1_000):
            if len(table._strips) >= 40:
                break
            await shown.pilot.pause(0.005)
        drawn: list[int] = []
        plain = table.render_content
        table.render_content = lambda index, width: drawn.append(index) or plain(index, width)  # type: ignore[func-returns-value, method-assign]
        await shown.press("pagedown")
        assert table.cursor_line > 0
        assert set(drawn) <= {0, table.cursor_line}, "but for the cursor's lines all was there"


@pytest.mark.parametrize("change", ["rows", "times", "sort", "mark", "theme"])
async def test_rows_that_were_prepared_for_something_else_are_drawn_anew(
    stage: Make, task: Make, change: str
) -> None:
    rows = tuple(task(number) for number in range(1, 20))
    table = TaskTable()
    async with stage(table) as shown:
        table.show(rows[:3])
        table.show_marked(rows[4].id)
        table.prepare(rows)
        if change == "times":
            table.times = TimeDisplay.UTC
        elif change == "sort":
            table.sort = Sort("agent")
        elif change == "mark":
            table.show_marked(rows[5].id)
        elif change == "theme":
            table.app.theme = "textual-light"
            await shown.pilot.pause()
        table.show(rows[::-1] if change == "rows" else rows)
        after = shown.strips()
        table.show(table.rows)
        assert shown.strips() == after
