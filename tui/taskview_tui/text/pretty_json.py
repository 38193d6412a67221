"""JSON spread over lines for people to read: numbers and repeated keys as they are stored."""

from __future__ import annotations

import json
from collections.abc import Iterator

from taskview_tui.text.json_text import json_string, tokens

_STEP = "  "


def pretty(text: str) -> Iterator[str]:
    """Give valid JSON line by line, two spaces a level; empty lists and objects on one line.

    Strings show their characters instead of escapes, except those that no screen can show.
    """
    line = ""
    depth = 0
    opened = False
    for token in tokens(text):
        if token in "]}":
            depth -= 1
            if not opened:
                yield line
                line = _STEP * depth
            line += token
            opened = False
            continue
        if opened:
            yield line
            line = _STEP * depth
        opened = token in "[{"
        if token == ",":
            yield line + ","
            line = _STEP * depth
        elif token == ":":
            line += ": "
        else:
            line += _readable(token) if token[0] == '"' else token
            depth += opened
    yield line


def _readable(token: str) -> str:
    return json_string(json.loads(token))
