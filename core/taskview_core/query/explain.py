"""Shows the place of a fault in a filter text, for a terminal."""

from __future__ import annotations

import unicodedata

from taskview_core.errors import FilterError

_INDENT = "  "
_ELLIPSIS = "…"


def explain(error: FilterError, text: str, width: int = 78) -> str:
    """Give three lines: what is wrong, the text around the place, and carets under the place.

    The text is cut to `width` columns on both sides; what cannot be shown stands as a dot.
    """
    cells = [_shown(character) for character in text]
    widths = [_columns(cell) for cell in cells]
    start = min(max(error.start, 0), len(cells))
    end = min(max(error.end, start), len(cells))
    room = max(width - len(_INDENT) - 2 * len(_ELLIPSIS), 8)
    # The place itself first, as much of it as there is room for; then what is around it.
    last = start
    used = 0
    while last < end and used + widths[last] <= room:
        used += widths[last]
        last += 1
    carets = max(used, 1)
    first, beyond = start, last
    lead = 0
    while first > 0 and lead + widths[first - 1] <= (room - used) // 2:
        first -= 1
        lead += widths[first]
    used += lead
    while beyond < len(cells) and used + widths[beyond] <= room:
        used += widths[beyond]
        beyond += 1
    while first > 0 and used + widths[first - 1] <= room:
        first -= 1
        lead += widths[first]
        used += widths[first]
    before = _ELLIPSIS if first else ""
    after = _ELLIPSIS if beyond < len(cells) else ""
    shown = f"{before}{''.join(cells[first:beyond])}{after}"
    pointer = " " * (len(before) + lead) + "^" * carets
    return f"{error}\n{_INDENT}{shown}\n{_INDENT}{pointer}"


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else "·"


def _columns(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
