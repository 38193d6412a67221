"""One JSON value, as a person reads it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from taskview_core.entities import StoredJson
from taskview_tui.render import json_block, payload
from taskview_tui.widgets import payload_reader
from taskview_tui.widgets.json_view import JsonView

Make = Callable[..., Any]


async def test_values_fold(stage: Make) -> None:
    view = JsonView()
    async with stage(view) as shown:
        view.show(StoredJson('{"a": [1.50, 2], "a": {"b": null}}'))
        assert shown.lines()[:8] == [
            "▾ {",
            '  ▾ "a": [',
            "      1.50,",
            "      2",
            "    ],",
            '  ▾ "a": {',
            '      "b": null',
            "    }",
        ]

        await shown.press("j", "h")
        assert shown.lines()[1] == '  ▸ "a": […] 2 items,'
        await shown.press("enter")
        assert shown.lines()[1] == '  ▾ "a": ['
        await shown.press("l")
        assert view.cursor_line == 2
        await shown.press("left")
        assert view.cursor_line == 1
        await shown.press("o", "O")
        assert view.line_count == 9
        await shown.press("O")
        assert shown.lines()[:2] == ["▸ {…} 2 keys", ""]
        assert view.cursor_line == 0


async def test_a_long_string_opens_whole_and_closes(stage: Make) -> None:
    text = "the first line is long enough to be wrapped\n\nthe\x1b[31m third"
    view = JsonView()
    async with stage(view, (40, 12)) as shown:
        view.show(StoredJson(json.dumps({"say": text, "n": 1})))
        closed = shown.lines()
        assert closed[1].startswith('  ▸ "say": "the first')
        assert closed[1].endswith(f"{len(text)} characters,")

        await shown.press("j", "enter")
        assert shown.lines()[1:8] == [
            f'  ▾ "say": {len(text)} characters,',
            "    │ the first line is long enough to",
            "    │ be wrapped",
            "    │",
            "    │ the␛[31m third",
            '    "n": 1',
            "  }",
        ]

        await shown.press("j", "j", "enter")
        assert shown.lines() == closed
        assert view.cursor_line == 1
        await shown.press("l", "l")
        assert view.line_count == 8
        await shown.press("h")
        assert view.line_count == 4


async def test_an_opened_string_is_wrapped_to_a_new_width(stage: Make) -> None:
    view = JsonView()
    async with stage(view, (40, 12)) as shown:
        view.show(StoredJson(json.dumps(["words " * 20, 1])))
        await shown.press("j", "enter", "G")
        tall = view.line_count

        await shown.pilot.resize_terminal(80, 12)
        await shown.pilot.pause()

        assert view.line_count < tall
        assert view.cursor_line == view.line_count - 1
        assert all(strip.cell_length == 80 for strip in shown.strips())


@pytest.mark.parametrize(
    ("text", "first"),
    [("{oops", "{oops"), ("[" * 20_000, "[" * 79), ("", "")],
)
async def test_what_is_no_json_shows_raw(stage: Make, text: str, first: str) -> None:
    view = JsonView()
    async with stage(view) as shown:
        view.show(StoredJson(text), title="Output")

        assert shown.lines()[0].startswith("▾ Output  not JSON")
        assert shown.lines()[1].strip() == first[:77]
        await shown.press("G")
        assert len(shown.lines()) == 24


async def test_null_says_so(stage: Make) -> None:
    view = JsonView()
    async with stage(view) as shown:
        view.show(StoredJson(None))
        assert shown.text().strip() == "none (NULL)"
        view.show(StoredJson("null"))
        assert shown.lines()[0].strip() == "null"


async def test_a_large_value_is_read_beside_the_screen(
    stage: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payload, "LARGE", 100)
    view = JsonView()
    async with stage(view) as shown:
        view.show(StoredJson(json.dumps(["x" * 50] * 10)), title="Input")
        assert "parsing…" in shown.text()

        await _until(shown, lambda: "parsing…" not in shown.text())
        assert shown.lines()[:2] == ["▾ Input  10 items, 540 characters", "  ▾ ["]


async def test_a_late_value_is_not_painted_over_a_newer_one(
    stage: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payload, "LARGE", 100)
    view = JsonView()
    async with stage(view) as shown:
        late = StoredJson(json.dumps(["late"] * 100))
        view.show(late)
        view.show(StoredJson('"newer"'))
        await _until(
            shown,
            lambda: any(isinstance(m, payload_reader.PayloadsRead) for m in shown.posted),
        )
        await shown.pilot.pause()

        assert shown.lines()[0].strip() == '"newer"'


async def _until(shown: Any, done: Callable[[], bool]) -> None:
    """Wait for a thread; a test that waits too long fails in what it asserts next."""
    for _ in range(500):
        if done():
            return
        await asyncio.sleep(0.01)
        await shown.pilot.pause()


async def test_long_values_open_by_levels(stage: Make) -> None:
    view = JsonView()
    async with stage(view) as shown:
        view.show(StoredJson(json.dumps([{"n": [number]} for number in range(300)])))
        assert view.line_count == 302
        assert shown.lines()[1] == "  ▸ {…} 1 key,"

        await shown.press("O")
        assert view.line_count == 302 + 4 * 300


async def test_a_very_long_string_opens_when_a_thread_has_broken_it(
    stage: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_block, "HEAVY", 10)
    view = JsonView()
    async with stage(view, (40, 12)) as shown:
        view.show(StoredJson(json.dumps(["word\n" * 20])))
        await shown.press("j", "enter")
        for _ in range(500):
            if view.line_count > 3:
                break
            await shown.pilot.pause(0.005)
        assert shown.text().count("│ word") > 5
