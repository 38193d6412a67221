"""Turns lines of inked pieces into text for a terminal, or into plain text."""

from __future__ import annotations

from taskview_tui.cli.streams import Output
from taskview_tui.render.piece import Ink, Line, fit_line, line_width

# The sixteen colours that every theme of a terminal keeps readable.
_COLOURS = {
    Ink.DIM: "2",
    Ink.STRONG: "1",
    Ink.HEADER: "1",
    Ink.HEADING: "1",
    Ink.GUIDE: "2",
    Ink.MARK: "33",
    Ink.ERROR: "31",
    Ink.PENDING: "33",
    Ink.RUNNING: "36",
    Ink.COMPLETED: "32",
    Ink.FAILED: "1;31",
    Ink.CANCELLED: "35",
    Ink.UNKNOWN: "33",
}


def write_line(out: Output, line: Line, *, whole: bool = False) -> None:
    """Write one line of cleaned pieces, cut to a terminal's width unless it is wanted whole."""
    if not whole and out.width is not None and line_width(line) > out.width:
        line = fit_line(line, out.width)
    if out.has_colour:
        text = "".join(
            f"\x1b[{_COLOURS[piece.ink]}m{piece.text}\x1b[0m"
            if piece.ink in _COLOURS and piece.text
            else piece.text
            for piece in line
        )
    else:
        text = "".join(piece.text for piece in line)
    out.write(text.rstrip(" ") + "\n")
