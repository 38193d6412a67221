"""Finding text in a document: every match, wherever it is folded away or clipped."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from taskview_core.entities import StoredJson
from taskview_tui.render.block import TextBlock
from taskview_tui.render.document import Document, Section
from taskview_tui.render.find import Finder, Matches, marked
from taskview_tui.render.haystack import StoppedError, folded, needles
from taskview_tui.render.payload import read_payload
from taskview_tui.render.piece import Ink
from taskview_tui.widgets import finding_view
from taskview_tui.widgets.detail_pane import DetailPane
from taskview_tui.widgets.json_view import JsonView

Make = Callable[..., Any]

_LETTERS = st.text(alphabet="aAbB .\n\tßİςΣé\u0301\x1b世", max_size=30)
_JSON = st.recursive(
    _LETTERS | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_LETTERS, inner, max_size=3),
    max_leaves=8,
)


def _document(value: Any) -> Document:
    return Document(
        [
            Section("Error", "", TextBlock("a failed b")),
            read_payload(StoredJson(json.dumps(value))).section("Input"),
        ]
    )


def _texts(document: Document) -> list[tuple[int, str]]:
    return [
        (start + line, block.text(line))
        for start, block in document.blocks()
        for line in range(len(block))
    ]


@given(value=_JSON, text=st.text(alphabet="aAb .Σé世", min_size=1, max_size=3))
@examples(60)
def test_all_that_is_there_is_found_and_nothing_else(value: Any, text: str) -> None:
    document = _document(value)
    matches = Finder().find(document, text)
    places = [matches.place(number) for number in range(len(matches))]

    assert places == sorted(set(places))
    for line, line_text in _texts(document):
        here = [at for found, at in places if found == line]
        small = folded(line_text)
        assert all(small.startswith(needles(text), at) for at in here)
        assert bool(here) == any(needle in small for needle in needles(text))


@given(
    value=_JSON,
    text=st.text(alphabet="aAb世", min_size=1, max_size=2),
    width=st.integers(12, 50),
)
@examples(60)
def test_each_match_can_be_seen_marked_where_it_is_said_to_be(
    value: Any, text: str, width: int
) -> None:
    document = _document(value)
    matches = Finder().find(document, text)
    for number in range(len(matches)):
        line, at = matches.place(number)
        row, unrolled = document.row_of(line, at, width)
        drawn = marked(document.draw(line, row, width, True, unrolled), line, matches)
        begins = [piece for piece in drawn if piece.ink is Ink.MATCH and piece.at <= at]
        clipped = any("…" in piece.text for piece in drawn)
        assert clipped or any(piece.at + len(piece.text) > at for piece in begins)
        plain = document.draw(line, row, width, True, unrolled)
        assert "".join(p.text for p in drawn) == "".join(p.text for p in plain)


@given(
    value=_JSON, text=st.text(alphabet="aAb .Σé世", min_size=1, max_size=3), at=st.integers(0, 9)
)
@examples(60)
def test_what_is_near_a_line_begins_with_the_match_that_all_begin_with_there(
    value: Any, text: str, at: int
) -> None:
    document, finder = _document(value), Finder()
    assert finder.find_near(document, text, at) is None
    finder.prepare(document)
    near, all_of_them = finder.find_near(document, text, at), finder.find(document, text)
    first = all_of_them.first_from(at)
    if near is None:
        assert len(needles(text)) != 1 or first == len(all_of_them)
        return
    number = near.first_from(at)
    assert near.partial
    assert near.place(number) == all_of_them.place(first)
    assert all_of_them.number_at(*near.place(number)) == first
    places = {all_of_them.place(each) for each in range(len(all_of_them))}
    assert {near.place(each) for each in range(len(near))} <= places


def test_case_and_the_form_of_accents_do_not_matter() -> None:
    document = _document({"Éclair": "e\u0301clair", "x": "ΟΔΟΣ"})

    assert len(Finder().find(document, "éCLAIR")) == 2
    assert len(Finder().find(document, "e\u0301clair")) == 2
    assert len(Finder().find(document, "οδος")) == 1
    assert len(Finder().find(document, "")) == 0


def test_a_search_that_nobody_wants_any_more_stops() -> None:
    document = _document("a" * 10_000)
    with pytest.raises(StoppedError):
        Finder().find(document, "a", lambda: True)


def test_matches_are_numbered_from_the_line_on_where_one_stands() -> None:
    document = _document(["a", "c", "a"])
    matches: Matches = Finder().find(document, "a")
    lines = [matches.place(number)[0] for number in range(len(matches))]

    assert matches.first_from(0) == 0
    assert matches.first_from(lines[-1]) == len(matches) - 1
    assert matches.first_from(len(document)) == len(matches)


async def test_folds_open_and_long_strings_unroll_for_a_match(stage: Make) -> None:
    view = JsonView()
    async with stage(view, (40, 12)) as shown:
        long = "word " * 40 + "needle " + "word " * 40
        view.show(StoredJson(json.dumps({"deep": [[[{"x": ["needle", long]}]]], "end": 1})))
        await shown.press("O", "O", "g", "enter")
        assert shown.lines()[0].startswith("▸ {")

        view.begin_find()
        view.find("needle")
        assert view.find_words == "match 1 of 2"
        assert '"needle"' in shown.lines()[view.cursor_line - view.top_line]

        await shown.press("n")
        assert view.find_words == "match 2 of 2"
        row = shown.lines()[view.cursor_line - view.top_line]
        assert "│" in row
        assert "needle" in row

        await shown.press("n")
        assert view.find_words == "match 1 of 2"
        await shown.press("N")
        assert view.find_words == "match 2 of 2"


async def test_escape_takes_the_marks_away_and_only_then_goes_on(stage: Make) -> None:
    view = JsonView()
    async with stage(view, (40, 6)) as shown:
        view.show(StoredJson('["one", "two"]'))
        view.find("two")
        assert view.check_action("end_find", ())
        await shown.press("escape")
        assert view.find_words == ""
        assert not view.check_action("end_find", ())
        assert not view.check_action("next_match", (1,))


async def test_what_was_looked_for_is_marked_in_other_values_of_the_same_document(
    stage: Make, task: Make, detail: Make
) -> None:
    pane = DetailPane()
    async with stage(pane, (60, 30)) as shown:
        pane.show(detail(task(1), input='["needle"]'))
        pane.find("needle")
        cursor = pane.cursor_line
        assert "match 1 of 1" in shown.text()

        pane.show(detail(task(1), input='["needle"]', output='["needle"]'))
        assert "of 2" in pane.find_words
        assert pane.cursor_line == cursor


async def test_a_large_document_is_searched_in_a_thread(
    stage: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding_view, "SMALL", 0)
    view = JsonView()
    async with stage(view, (40, 6)) as shown:
        view.show(StoredJson(json.dumps(["x"] * 500 + ["needle"])))
        view.find("n")
        view.find("needle")
        for _ in range(500):
            if view.find_words != "searching…":
                break
            await shown.pilot.pause(0.005)
        assert view.find_words == "match 1 of 1"
        assert "needle" in shown.lines()[view.cursor_line - view.top_line]


async def test_nothing_found_is_said(stage: Make) -> None:
    view = JsonView()
    async with stage(view, (40, 6)):
        view.show(StoredJson('["one"]'))
        view.find("three\x1b")
        assert view.find_words == "no match for three␛"
        view.go_to_match(1)
        assert view.cursor_line == 0
