"""Two tasks that stand for each other as a document: what differs in fields, times and payloads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from taskview_core.compare.json_diff import JsonDiff
from taskview_core.compare.tasks import TaskDiff
from taskview_core.compare.trees import Pair
from taskview_core.compare.verdict import Difference
from taskview_tui.render.block import FieldBlock, FlatBlock
from taskview_tui.render.difference import change_lines, names_of
from taskview_tui.render.document import Document, Section
from taskview_tui.render.piece import Ink, Line, Piece
from taskview_tui.text.cells import pad
from taskview_tui.text.clean import clean
from taskview_tui.text.status_style import status_style
from taskview_tui.text.times import duration_text

MOST_CHANGES = 200
"""Changes of a payload that are shown; `taskview diff` gives more."""
_MOST_CHARACTERS = 1_000
_SIGN = 2


class ChangeBlock(FlatBlock):
    """Paths, and below each what was there and what is there now."""

    def __init__(self, lines: Sequence[tuple[str, str, Ink]]) -> None:
        self._lines = [(sign, clean(_cut(text)), ink) for sign, text, ink in lines]
        super().__init__(len(lines), _SIGN)

    def _text(self, line: int) -> str:
        return self._lines[line][1]

    def draw(self, line: int, row: int, width: int, opened: bool, unrolled: bool) -> Line:
        """Draw one row of a line; its sign stands at the first."""
        sign, _, ink = self._lines[line]
        if not sign:
            # A path stands at the edge, what it leads to a little to the right.
            return self._value(line, row, width, ink, unrolled)
        mark = Piece(pad("" if row else sign, _SIGN), ink)
        return [mark, *self._value(line, row, width, ink, unrolled)]


def _cut(text: str) -> str:
    if len(text) <= _MOST_CHARACTERS:
        return text
    return f"{text[:_MOST_CHARACTERS]} … (cut: {len(text) - _MOST_CHARACTERS:,} more characters)"


def compare_document(pair: Pair, difference: Difference, diff: TaskDiff | None) -> Document:
    """Give the document of a pair; `diff` is None where it has not been read, or one is alone."""
    sections = [Section("Tasks", ", ".join(names_of(difference)), FieldBlock(_fields(pair)))]
    if diff is not None:
        for title, part in (("Error", diff.error), ("Input", diff.input), ("Output", diff.output)):
            sections.append(_changes(title, part))
    elif pair.left is None or pair.right is None:
        side = "right" if pair.left is None else "left"
        words = f"it is only on the {side}: Enter shows all of it"
        sections.append(Section("Alone", words))
    return Document(sections)


def _changes(title: str, diff: JsonDiff) -> Section:
    if not diff:
        return Section(title, "the same")
    note = f"{diff.total:,} change{'' if diff.total == 1 else 's'}"
    return Section(title, note, ChangeBlock(change_lines(title.lower(), diff)), Ink.MARK)


def _fields(pair: Pair) -> list[tuple[str, str, Ink]]:
    left, right = pair.left, pair.right
    there = [row for row in (left, right) if row is not None]
    fields = _both("agent", [row.agent_id for row in there])
    fields += _both("status", [status_style(row.status).text for row in there])
    fields += _spans("waited", [row.waited for row in there])
    fields += _spans("ran", [row.duration for row in there])
    for name, row in (("left", left), ("right", right)):
        fields.append((name, "none" if row is None else str(row.id), Ink.DIM))
    return fields


def _spans(name: str, spans: Sequence[timedelta | None]) -> list[tuple[str, str, Ink]]:
    if all(span is None for span in spans):
        return []
    return _both(name, [duration_text(span) for span in spans])


def _both(name: str, values: Sequence[str]) -> list[tuple[str, str, Ink]]:
    """Give a field once where it is equal or there is only one, else with an arrow."""
    known = list(dict.fromkeys(values))
    return [(name, " → ".join(known), Ink.TEXT if len(known) < 2 else Ink.MARK)]
