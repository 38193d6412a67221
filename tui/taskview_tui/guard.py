"""The last look at what is drawn: no character that commands the terminal gets past it.

Text from a database is cleaned where it becomes a view. But what is typed, pasted or completed in
an input is drawn by Textual as it is, and so would be whatever somebody forgets.
"""

from __future__ import annotations

import re

from rich.cells import get_character_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

# Controls, direction marks, half surrogate pairs, and what takes no room and is part of no letter.
_OBEYED = (
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff]"
)


class OutputGuard(LineFilter):
    """Puts a dot for each cell that such a character takes: most take none."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Give the segments of a line without such characters, each as wide as it was."""
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [
            segment
            if segment.control or segment.text.isprintable()
            else segment._replace(text=re.sub(_OBEYED, _dots, segment.text))
            for segment in segments
        ]


def _dots(match: re.Match[str]) -> str:
    return "·" * get_character_cell_size(match[0])
