"""Documents: JSON, text and fields as they are drawn at a width."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from taskview_core.entities import StoredJson, TaskDetail, TaskStatus
from taskview_tui.render.block import LONG, FieldBlock, TextBlock
from taskview_tui.render.by_width import ByWidth
from taskview_tui.render.document import Document, Section
from taskview_tui.render.payload import read_payload
from taskview_tui.render.piece import Ink
from taskview_tui.render.task_document import (
    PAYLOADS,
    Moment,
    Surroundings,
    stored_payload,
    task_document,
)
from taskview_tui.text.clean import clean

Make = Callable[..., Any]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _drawn(
    document: Document,
    width: int = 60,
    unrolled: tuple[int, ...] = (),
    closed: tuple[int, ...] = (),
) -> list[str]:
    """Draw all rows of a document with everything open but `closed`."""
    tall = document.tall(width, unrolled)
    rows: list[str] = []
    line = 0
    while line < len(document):
        opened = line not in closed
        for row in range(tall.get(line, 1)):
            pieces = document.draw(line, row, width, opened, line in unrolled)
            rows.append("".join(piece.text for piece in pieces).rstrip())
        line += 1 if opened else document.extents[line]
    return rows


def _json(text: str, width: int = 60, **how: Any) -> list[str]:
    return _drawn(Document([read_payload(StoredJson(text)).section("")]), width, **how)


def test_json_is_drawn_with_its_folds() -> None:
    assert _json('{"a": [1.50, null], "b": {}, "c": "text"}') == [
        "▾ {",
        '  ▾ "a": [',
        "      1.50,",
        "      null",
        "    ],",
        '    "b": {},',
        '    "c": "text"',
        "  }",
    ]


def test_what_is_folded_says_how_much_there_is() -> None:
    shown = _json('{"a": [1, 2], "b": {"c": 1}}', closed=(1, 5))

    assert shown[1] == '  ▸ "a": […] 2 items,'
    assert shown[2] == '  ▸ "b": {…} 1 key'


def test_long_strings_are_clipped_with_their_length_and_open_whole() -> None:
    text = json.dumps({"say": "one two three\nfour " * 10, "n": 1})

    clipped = _json(text, 40)[1]
    assert clipped.startswith('  ▸ "say": "one two')
    assert "…" in clipped
    assert clipped.endswith('" 190 characters,')
    assert cell_len(clipped) <= 40

    whole = _json(text, 40, unrolled=(1,))
    assert whole[1] == '  ▾ "say": 190 characters,'
    assert whole[2:5] == [
        "    │ one two three",
        "    │ four one two three",
        "    │ four one two three",
    ]


def test_a_short_string_of_several_lines_can_be_opened() -> None:
    document = Document([read_payload(StoredJson('["a\\nb", "c"]')).section("")])

    assert document.can_unroll(1, 40)
    assert not document.can_unroll(2, 40)
    assert _drawn(document)[1] == '  ▸ "a⏎b",'


@given(st.text(max_size=80), st.integers(40, 80))
def test_strings_never_go_beyond_the_view(text: str, width: int) -> None:
    stored = json.dumps({"key": text, "other": [text]})
    document = Document([read_payload(StoredJson(stored)).section("Input")])

    for unrolled in ((), (2,)):
        for row in _drawn(document, width, unrolled):
            assert cell_len(row) <= width
            assert clean(row) == row


def test_a_string_shows_whole_exactly_where_it_cannot_be_opened() -> None:
    for length in range(1, 80):
        document = Document([read_payload(StoredJson(json.dumps(["x" * length, 1]))).section("")])
        row = _drawn(document, 40)[1]
        assert document.can_unroll(1, 40) == ("…" in row)
        assert document.can_unroll(1, 40) == ("▸" in row)


def test_deep_json_stays_in_view_with_its_depth() -> None:
    shown = _json("[" * 60 + '"here"' + "]" * 60, 50)

    assert any("here" in row and "⋯60" in row for row in shown)
    assert all(cell_len(row) <= 50 for row in shown)


@pytest.mark.parametrize("text", ["{not json}\n\tat all", "[" * LONG])
def test_text_that_is_no_json_shows_as_it_is(text: str) -> None:
    payload = read_payload(StoredJson(text))

    assert payload.note.startswith("not JSON, or nested too deeply")
    shown = _drawn(Document([payload.section("")]), 40)
    assert "".join(shown).replace(" ", "") == "".join(text.split())


_ROW_OF_A_LONG_LINE = "\x1b evil words " * 100_000


@pytest.mark.parametrize(
    ("block", "before"),
    [
        (TextBlock(_ROW_OF_A_LONG_LINE), ""),
        (FieldBlock([("agent", _ROW_OF_A_LONG_LINE, Ink.TEXT)]), "agent"),
    ],
    ids=["text", "field"],
)
def test_a_very_long_line_shows_how_long_it_is_and_opens_whole(
    block: TextBlock | FieldBlock, before: str
) -> None:
    assert block.tall(60) == {}
    drawn = block.draw(0, 0, 60, False, False)
    row = "".join(piece.text for piece in drawn)
    assert row.startswith(before)
    assert "␛ evil words" in row
    assert row.endswith("… ▸ 1,300,000 characters")
    assert cell_len(row) <= 60

    assert block.can_unroll(0, 60)
    assert block.is_heavy(0)
    rows = block.rows(0, 60)
    assert rows > 20_000
    whole = [block.draw(0, each, 60, False, True)[-1].text for each in range(rows)]
    assert " ".join(each.strip() for each in whole) == " ".join(["␛ evil words"] * 100_000)
    # What is found far behind is unrolled to be seen; what is in the row is not.
    text = block.text(0)
    assert block.row_of(0, len(text) - 3, 60) == (rows - 1, True)
    seen = len(drawn[-2].text) - len("…")
    start = text.index("␛")
    assert block.row_of(0, start + seen - 1, 60) == (0, False)
    assert block.row_of(0, start + seen, 60)[1]
    assert block.value(0) == _ROW_OF_A_LONG_LINE


def test_a_payload_that_is_null_has_only_a_note() -> None:
    assert read_payload(StoredJson(None)).note == "none (NULL)"
    assert _drawn(Document([read_payload(StoredJson(None)).section("Output")])) == [
        "  Output  none (NULL)"
    ]


def test_fields_and_text_are_wrapped_under_themselves() -> None:
    document = Document(
        [
            Section("Task", "", FieldBlock([("id", "one two three", Ink.TEXT)])),
            Section("Error", "", TextBlock("first line\n\nthe second line is long", Ink.ERROR)),
        ]
    )

    assert _drawn(document, 16) == [
        "▾ Task",
        "  id  one two",
        "      three",
        "▾ Error",
        "  first line",
        "",
        "  the second",
        "  line is long",
    ]
    assert _drawn(document, 16, closed=(0, 2)) == ["▸ Task", "▸ Error"]


def test_a_section_can_get_other_values_in_place() -> None:
    document = Document(
        [
            Section("One", "", FieldBlock([("a", "1", Ink.TEXT)])),
            Section("Two", "", FieldBlock([("b", "2", Ink.TEXT)])),
        ]
    )

    other = Section("Two", "now", FieldBlock([("b", "3", Ink.TEXT)]))
    assert document.replace_section(other) == range(2, 4)
    assert _drawn(document)[2:] == ["▾ Two  now", "  b  3"]
    assert document.replace_section(Section("Two", "", TextBlock("a\nb"))) is None
    assert document.replace_section(Section("Three", "", TextBlock("a"))) is None


def _document(detail: TaskDetail, **around: Any) -> list[str]:
    payloads = {name: read_payload(stored_payload(detail, name)) for name in PAYLOADS}
    return _drawn(task_document(detail, payloads, Surroundings(**around), Moment(NOW)), 78)


def test_a_failed_task_begins_with_its_error(task: Make, detail: Make) -> None:
    row = task(1, status=TaskStatus.FAILED)

    shown = _document(detail(row, error="Traceback:\n  boom\x07", input='{"a": 1}'))

    assert shown[:3] == ["▾ Error", "  Traceback:", "    boom␇"]
    assert "  status        ✗ failed" in shown
    assert "▾ Input  1 key, 8 characters" in shown
    assert "  Output  none (NULL)" in shown


def test_ids_are_whole_and_surroundings_in_words(task: Make, detail: Make) -> None:
    row = task(1, parent=2, oddities=("metadata: not JSON",))
    failed = task(4, status=TaskStatus.FAILED)

    shown = _document(
        detail(row), conversation_title="A title", parent=task(2), children=[task(3), failed]
    )

    assert f"  id            {row.id}" in shown
    assert f"  conversation  {row.conversation_id}" in shown
    assert f"  parent        {row.parent_task_id}" in shown
    assert "                ✓ completed  agent-2" in shown
    assert "                A title" in shown
    assert "  children      2, ✗ 1 failed" in shown
    assert "  odd value     metadata: not JSON" in shown
    assert "  parent        none: this is a root" in _document(detail(task(1)))
    named = detail(task(1), metadata='{"parent_id": "x"}')
    assert "  parent        none here: its metadata alone names one" in _document(named)


def test_timings_say_what_is_missing_or_impossible(task: Make, detail: Make) -> None:
    start = NOW - timedelta(hours=2)
    done = task(1, created_at=start - timedelta(seconds=1.5), started_at=start)
    running = task(1, status=TaskStatus.RUNNING, started_at=start, completed_at=None)
    backwards = task(1, created_at=start + timedelta(seconds=2), started_at=start)
    odd = task(1, created_at=None, oddities=("created_at: 'soon'",), completed_at=None)

    assert "▾ Timings  waited 1.5s, ran 1.2s" in _document(detail(done))
    shown = _document(detail(running))
    assert "▾ Timings  waited 0s, running for 2h00m" in shown
    assert "  completed  not yet" in shown
    shown = _document(detail(backwards))
    assert "▾ Timings  waited -2.0s!, ran 1.2s" in shown
    assert "             started before it was created" in shown
    shown = _document(detail(odd))
    assert "  created    what is stored is no time" in shown
    assert "  completed  not recorded" in shown
    assert "  created    2h ago (2026-11-23 09:59:58.5 UTC)" in _document(detail(done))


def test_a_thread_that_is_late_makes_nothing_of_another_width() -> None:
    """It may be at a line while the view gets another width."""
    block = TextBlock(_ROW_OF_A_LONG_LINE)
    narrow = block.rows(0, 40)
    wide = block.rows(0, 160)
    assert narrow > wide
    kept: ByWidth[str] = ByWidth()
    kept.keep(1, 40, "narrow")
    kept.keep(1, 160, "late")
    assert kept.get(1, 40) is None
    kept.keep(1, 40, "narrow")
    assert (kept.get(1, 40), kept.get(1, 160)) == ("narrow", None)
    assert block.rows(0, 40) == narrow
    assert block.draw(0, narrow - 1, 40, False, True)[-1].text
