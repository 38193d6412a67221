"""Text is cut, filled up and wrapped by cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from taskview_tui.text.cells import _NARROW, clip, pad, wrap
from taskview_tui.text.clean import clean

TEXT = st.text(st.sampled_from("ab  c世界e\u0301👍🏽❤\ufe0f…x")).map(clean) | st.text().map(clean)


@pytest.mark.parametrize(
    ("text", "width", "clipped"),
    [
        ("short", 10, "short"),
        ("short", 5, "short"),
        ("shorter", 5, "shor…"),
        ("two words", 5, "two…"),
        ("世界", 4, "世界"),
        ("世界人", 4, "世…"),
        ("世界人", 5, "世界…"),
        ("anything", 1, "…"),
        ("anything", 0, ""),
        ("", 3, ""),
    ],
)
def test_what_does_not_fit_ends_in_dots(text: str, width: int, clipped: str) -> None:
    assert clip(text, width) == clipped


@given(TEXT, st.integers(0, 30))
def test_clipping_never_goes_beyond_the_width(text: str, width: int) -> None:
    clipped = clip(text, width)

    assert cell_len(clipped) <= width
    if width == 0:
        assert clipped == "", "a mark of no width would join what stands before it"
    else:
        assert clipped == text or cell_len(text) > width


@given(TEXT, st.integers(0, 30), st.booleans())
def test_padding_fills_the_width(text: str, width: int, right: bool) -> None:
    assert cell_len(pad(text, width, right=right)) == width


def test_numbers_are_aligned_to_the_right() -> None:
    assert pad("3m", 5, right=True) == "   3m"


def test_a_long_text_of_wide_letters_and_marks_is_clipped_at_the_width() -> None:
    text = clean("e" + "\u0301" * 8) * 1000

    assert cell_len(clip(text, 50)) == 50


def test_lines_break_at_spaces_where_they_can() -> None:
    assert wrap("the quick brown fox", 10) == ["the quick", "brown fox"]
    assert wrap("unbreakable", 4) == ["unbr", "eaka", "ble"]
    assert wrap("世界 人間", 5) == ["世界", "人間"]
    assert wrap("", 5) == [""]


@given(TEXT, st.integers(2, 30))
def test_wrapping_keeps_every_letter_and_the_width(text: str, width: int) -> None:
    pieces = wrap(text, width)

    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")
    assert all(cell_len(piece) <= width for piece in pieces)


def test_what_is_taken_to_be_narrow_is() -> None:
    narrow = [chr(code) for code in range(32, 0x3000) if _NARROW.fullmatch(chr(code))]
    assert len(narrow) > 800
    assert {cell_len(each) for each in narrow} == {1}
    assert cell_len("".join(narrow)) == len(narrow), "none of them changes what stands beside it"
