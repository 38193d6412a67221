"""Where in a JSON value a line of it stands, and what stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from taskview_tui.render.json_lines import JsonLines, Kind
from taskview_tui.text.json_text import json_string
from taskview_tui.text.pretty_json import indent

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_OPENING = {Kind.OBJECT: "{", Kind.LIST: "["}
_CLOSING = {Kind.CLOSE_OBJECT: "}", Kind.CLOSE_LIST: "]"}


def path_of(lines: JsonLines, line: int) -> str:
    """Give the way from the top to a line, as `.messages[3].content`; empty for the top itself.

    A key that is no plain name is written as a string: `["odd key"]`; of equal keys the second is
    `.key#2`. A closing bracket is where its opening one is.
    """
    steps: list[str] = []
    line = _opening(lines, line)
    while lines.parents[line] >= 0:
        key = lines.keys[line]
        if key is None:
            steps.append(f"[{lines.places[line]}]")
        else:
            steps.append(step(key, lines.again.get(line, 1)))
        line = lines.parents[line]
    return "".join(reversed(steps))


def step(key: str, nth: int = 1) -> str:
    """Give the way into a member of an object: the first of its key, or the `nth` of equal ones."""
    way = f".{key}" if _PLAIN_KEY.fullmatch(key) else f"[{json_string(key)}]"
    return way if nth == 1 else f"{way}#{nth}"


def value_of(lines: JsonLines, line: int) -> str:
    """Give what stands at a line: a string's own text, and of all else the JSON, spread out."""
    line = _opening(lines, line)
    if lines.kinds[line] is Kind.STRING:
        return lines.texts[line]
    return "\n".join(_spread(lines, line))


def _opening(lines: JsonLines, line: int) -> int:
    return lines.parents[line] if lines.kinds[line] in _CLOSING else line


def _spread(lines: JsonLines, first: int) -> Iterator[str]:
    for line in range(first, lines.ends[first]):
        blanks = indent(lines.depths[line] - lines.depths[first])
        key = lines.keys[line]
        name = f"{json_string(key)}: " if key is not None and line > first else ""
        comma = "," if lines.commas[line] and first < line < lines.ends[first] - 1 else ""
        kind = lines.kinds[line]
        if kind in _OPENING:
            empty = lines.ends[line] == line + 1
            closing = ("}" if kind is Kind.OBJECT else "]") if empty else ""
            text = _OPENING[kind] + closing
            comma = comma if empty else ""
        elif kind in _CLOSING:
            text = _CLOSING[kind]
        else:
            text = lines.texts[line]
            text = json_string(text) if kind is Kind.STRING else text
        yield f"{blanks}{name}{text}{comma}"
