"""How differences look: a sign and words for a pair of tasks, and lines for their payloads."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from taskview_core.compare.json_diff import JsonDiff, Shown
from taskview_core.compare.trees import Comparison, Pair
from taskview_core.compare.verdict import Difference
from taskview_tui.render.piece import Ink, Line, Piece
from taskview_tui.text.clean import clean_row
from taskview_tui.text.status_style import status_style
from taskview_tui.text.times import duration_text

PARTS = (
    (Difference.AGENT, "agent"),
    (Difference.STATUS, "status"),
    (Difference.ERROR, "error"),
    (Difference.INPUT, "input"),
    (Difference.OUTPUT, "output"),
    (Difference.SLOWER, "slower"),
    (Difference.FASTER, "faster"),
    (Difference.ADDED, "added"),
    (Difference.MISSING, "missing"),
)
"""The names of the differences, in the order in which they are told."""


def names_of(difference: Difference) -> tuple[str, ...]:
    """Give the names of what differs."""
    return tuple(name for part, name in PARTS if difference & part)


def sign(difference: Difference) -> Piece:
    """Give the sign of a pair in one cell: `-` missing, `+` added, `~` differs, or nothing."""
    if difference & Difference.MISSING:
        return Piece("-", Ink.FAILED)
    if difference & Difference.ADDED:
        return Piece("+", Ink.COMPLETED)
    return Piece("~", Ink.MARK) if difference else Piece(" ")


def pair_words(
    pair: Pair, difference: Difference, below: int, cleaned: Callable[[str], str] = clean_row
) -> Line:
    """Say how the two tasks of a pair differ. `below` counts what is hidden below one alone.

    `cleaned` makes names fit for a row of the screen, where not all of them is to be shown.
    """
    more = f", with {below:,} below" if below else ""
    if difference & Difference.MISSING:
        return [Piece(f"only on the left{more}", Ink.FAILED)]
    if difference & Difference.ADDED:
        return [Piece(f"only on the right{more}", Ink.COMPLETED)]
    pieces: list[Piece] = []
    left, right = pair.left, pair.right
    if left is None or right is None:
        return pieces
    if difference & Difference.AGENT:
        pieces.append(Piece(f"{cleaned(left.agent_id)} → {cleaned(right.agent_id)}", Ink.MARK))
    if difference & Difference.STATUS:
        one, two = status_style(left.status), status_style(right.status)
        pieces += [
            Piece(cleaned(one.text), one.ink),
            Piece(" → "),
            Piece(cleaned(two.text), two.ink),
        ]
    for pace, word, ink in (
        (Difference.SLOWER, "slower", Ink.CANCELLED),
        (Difference.FASTER, "faster", Ink.DIM),
    ):
        if difference & pace:
            spans = f"{duration_text(left.duration)} → {duration_text(right.duration)}"
            pieces.append(Piece(f"{word} {spans}", ink))
    contents = Difference.ERROR | Difference.INPUT | Difference.OUTPUT
    named = names_of(difference & contents)
    if named:
        pieces.append(Piece(", ".join(named), Ink.MARK))
    return _apart(pieces)


def _apart(pieces: Sequence[Piece]) -> Line:
    """Put a gap between words, but none around an arrow."""
    line: list[Piece] = []
    for piece in pieces:
        if line and piece.text != " → " and line[-1].text != " → ":
            line.append(Piece("  "))
        line.append(piece)
    return line


def summary(comparison: Comparison, differences: Sequence[Difference]) -> str:
    """Count what differs, in words: `2 differ, 1 missing, 3 added, of 120`."""
    missing = sum(bool(each & Difference.MISSING) for each in differences)
    added = sum(bool(each & Difference.ADDED) for each in differences)
    differ = sum(bool(each) for each in differences) - missing - added
    said = []
    if differ:
        said.append(f"{differ:,} differ{'s' if differ == 1 else ''}")
    if missing:
        said.append(f"{missing:,} missing")
    if added:
        said.append(f"{added:,} added")
    return f"{', '.join(said) or 'no differences'}, of {len(comparison.pairs):,}"


def change_lines(name: str, diff: JsonDiff) -> list[tuple[str, str, Ink]]:
    """Give the changes of a payload as lines: a sign, a text that is not cleaned, and its ink.

    What is left out, of values or of changes, is said.
    """
    lines: list[tuple[str, str, Ink]] = []
    for change in diff.changes:
        moved = "" if change.path == change.old_path else f"  (was {name}{change.old_path})"
        lines.append(("", f"{name}{change.path}{moved}", Ink.KEY))
        if change.left is not None:
            lines.append(("-", shown_text(change.left), Ink.FAILED))
        if change.right is not None:
            lines.append(("+", shown_text(change.right), Ink.COMPLETED))
    if diff.left_out:
        lines.append(("", f"{diff.left_out:,} more changes are not shown", Ink.MARK))
    return lines


def shown_text(shown: Shown) -> str:
    """Give a value as text, with a word on what is left out of it."""
    before = f"… ({shown.start:,} characters) " if shown.start else ""
    after = "" if shown.is_whole else " … (cut)"
    return f"{before}{shown.text}{after}"
