"""The place of a fault is shown under the text, however long or wide that is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from taskview_core.errors import FilterError
from taskview_core.query.explain import explain
from taskview_core.query.parse import parse_task_terms


def explained(text: str, width: int = 78) -> list[str]:
    with pytest.raises(FilterError) as caught:
        parse_task_terms(text)
    return explain(caught.value, text, width).splitlines()


def _fault(start: int, end: int) -> FilterError:
    return FilterError("bad", "do better", start=start, end=end)


def test_a_short_text_is_shown_whole() -> None:
    assert explained("agent:x is:rot y")[1:] == ["  agent:x is:rot y", "             ^^^"]


def test_the_sentence_comes_first() -> None:
    first = explained("is:rot")[0]
    assert first.startswith('is: does not know "rot": did you mean is:root?')


def test_a_place_at_the_end_has_one_caret_behind_the_text() -> None:
    assert explained("created:>")[1:] == ["  created:>", "           ^"]
    assert explain(_fault(0, 0), "").splitlines()[1:] == ["  ", "  ^"]


def test_wide_and_combining_characters_are_counted_in_columns() -> None:
    text = "日本 e\u0301 statsu:x"
    _, shown, carets = explained(text)
    assert shown == f"  {text}"
    assert carets == f"{' ' * (2 + 5 + 2)}^^^^^^^"
    assert cell_len(shown[: shown.index("statsu")]) == carets.index("^")


def test_a_long_text_is_cut_around_the_place() -> None:
    text = f"{'a' * 300} is:rot {'b' * 300}"
    _, shown, carets = explained(text, width=40)
    assert len(shown) <= 40
    assert shown.startswith("  …a")
    assert shown.endswith("b…")
    assert shown[carets.index("^") : carets.rindex("^") + 1] == "rot"


def test_a_long_place_is_cut_itself() -> None:
    _, shown, carets = explained(f'x "{"b" * 300}', width=40)
    assert len(shown) <= 40
    assert len(carets) <= 40
    assert shown[carets.index("^")] == '"'


def test_what_cannot_be_shown_is_a_dot_or_a_space() -> None:
    _, shown, carets = explained("a\tb\n\x1b[31m\u202e is:rot")
    assert shown == "  a b ·[31m· is:rot"
    assert carets.index("^") == shown.index("rot")


_CHARACTERS = st.sampled_from("ab :\t\n\x1b日é\u0301👩\u200d\ud800")


@given(st.text(_CHARACTERS, max_size=120), st.data(), st.integers(20, 90))
def test_the_carets_stand_under_the_place(text: str, data: st.DataObject, width: int) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    _, shown, carets = explain(_fault(start, end), text, width).split("\n")
    assert cell_len(shown) <= width
    assert len(carets) <= width + 1
    assert shown.removeprefix("  ").strip("…").isprintable()
    assert set(carets.strip()) == {"^"}
    if not shown.startswith("  …") and not shown.endswith("…"):
        cells = shown[2:]
        assert cell_len(cells[:start]) == len(carets) - len(carets.lstrip()) - 2
        assert max(cell_len(cells[start:end]), 1) == len(carets.strip())
