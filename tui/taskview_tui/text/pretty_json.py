"""JSON spread over lines for people to read: numbers and repeated keys as they are stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from taskview_tui.text.json_text import json_string, tokens

_STEP = "  "
_DEEPEST = 50
"""Levels that are indented. All of 100,000 within each other would be 20 GB of blanks."""


def indent(depth: int) -> str:
    """Give the blanks before a line so deep: two a level, and no more from the fiftieth on."""
    return _STEP * min(depth, _DEEPEST)


def pretty(text: str, shown: Callable[[str], str] = str) -> Iterator[str]:
    """Give valid JSON line by line, indented by level; empty lists and objects on one line.

    Strings show their characters instead of escapes, except those that no screen can show; of each
    that is a value, what `shown` gives.
    """
    line = ""
    depth = 0
    opened = False
    for token in tokens(text):
        if token in "]}":
            depth -= 1
            if not opened:
                yield line
                line = indent(depth)
            line += token
            opened = False
            continue
        if opened:
            yield line
            line = indent(depth)
        opened = token in "[{"
        if token == ",":
            yield line + ","
            line = indent(depth)
        elif token == ":":
            line += ": "
        else:
            line += json_string(shown(json.loads(token))) if token[0] == '"' else token
            depth += opened
    yield line
