"""Finds the line of a document that a typed path leads to, and what may be typed next."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

from taskview_tui.render.block import Block
from taskview_tui.render.chat.chat_block import ChatBlock
from taskview_tui.render.document import Document
from taskview_tui.render.json_block import JsonBlock
from taskview_tui.render.json_lines import JsonLines, Kind
from taskview_tui.render.json_path import step

_STEP = re.compile(
    r'\[(\d{1,18})\]|(?:\.([A-Za-z_][A-Za-z0-9_-]*)|\[("(?:[^"\\]|\\.)*")\])(?:#(\d{1,18}))?'
)
_LOOKED_AT = 5_000
_OFFERED = 50


@dataclass(frozen=True)
class Sought:
    """What a path leads to: a line, or None with `fault` in words.

    `offers` are whole paths that what was typed may become.
    """

    line: int | None
    fault: str = ""
    offers: tuple[str, ...] = ()


def seek(document: Document, text: str) -> Sought:
    """Find what a path such as `input.messages[3].content` leads to."""
    text = text.strip()
    spans = document.spans()
    name = re.split(r"[.\[]", text, maxsplit=1)[0]
    titles = [title for title in spans if title]
    title = next((each for each in titles if each.lower() == name.lower()), None)
    names = [each.lower() for each in titles]
    if title is None:
        offers = tuple(each for each in names if each.startswith(name.lower()))
        return Sought(None, f"there is no {name}: {_listed(names, name)}" if name else "", offers)
    lines = spans[title]
    rest = text[len(name) :]
    block = document.block_at(lines.start + 1) if len(lines) > 1 else None
    if block is None or not rest:
        deeper = _seek_in(block, "") if block is not None else Sought(None)
        return Sought(lines.start, "", tuple(name + each for each in deeper.offers))
    found = _seek_in(block, rest)
    line = None if found.line is None else lines.start + 1 + found.line
    return Sought(line, found.fault, tuple(name + each for each in found.offers))


def _seek_in(block: Block, path: str) -> Sought:
    if isinstance(block, JsonBlock):
        return _seek_json(block.lines, path)
    if isinstance(block, ChatBlock):
        # The JSON is not on the screen: the message that holds the place is.
        pairs = [
            (len(block.path(n)), -n) for n in range(len(block)) if path.startswith(block.path(n))
        ]
        best = max((pair for pair in pairs if pair[0]), default=None)
        return Sought(None, "m shows the JSON") if best is None else Sought(-best[1])
    paths = [block.path(line) for line in range(min(len(block), _LOOKED_AT))]
    offers = tuple(each for each in paths if each and each.startswith(path))
    if path in offers:
        return Sought(paths.index(path))
    return Sought(None, f"there is no {path}", offers)


def _seek_json(lines: JsonLines, path: str) -> Sought:
    line, at = 0, 0
    while at < len(path):
        match = _STEP.match(path, at)
        found = None if match is None else _child(lines, line, match)
        if found is None or match is None:
            return _missing(lines, line, path[:at], path[at:])
        line, at = found, match.end()
    offers = islice((path + each for each in _steps(lines, line)), _OFFERED)
    return Sought(line, "", tuple(offers))


def _child(lines: JsonLines, line: int, match: re.Match[str]) -> int | None:
    place, plain, quoted, nth = match.groups()
    if place is not None:
        wanted = int(place)
        if lines.kinds[line] is not Kind.LIST or wanted >= lines.sizes[line]:
            return None
        return next(islice(_children(lines, line), wanted, None), None)
    if lines.kinds[line] is not Kind.OBJECT:
        return None
    try:
        key = plain if plain is not None else json.loads(quoted)
    except ValueError:
        return None
    same = (each for each in _children(lines, line) if lines.keys[each] == key)
    return next(islice(same, max(int(nth or 1) - 1, 0), None), None)


def _children(lines: JsonLines, line: int) -> Iterator[int]:
    child, end = line + 1, lines.ends[line] - 1
    while child < end:
        yield child
        child = lines.ends[child]


def _steps(lines: JsonLines, line: int) -> Iterator[str]:
    for place, child in enumerate(islice(_children(lines, line), _LOOKED_AT)):
        key = lines.keys[child]
        yield f"[{place}]" if key is None else step(key, lines.again.get(child, 1))


def _missing(lines: JsonLines, line: int, known: str, rest: str) -> Sought:
    """Say what there is in place of what was typed."""
    steps = list(_steps(lines, line))
    offers = tuple(known + each for each in steps if each.startswith(rest))[:_OFFERED]
    kind, size = lines.kinds[line], lines.sizes.get(line, 0)
    if not size:
        return Sought(None, f"there is nothing in {known or 'it'}", offers)
    if kind is Kind.LIST:
        return Sought(None, f"{known or 'it'} is a list: [0] to [{size - 1}]", offers)
    return Sought(None, f"there is no {rest}: {_listed(steps, rest)}", offers)


def _listed(names: list[str], wanted: str) -> str:
    near = get_close_matches(wanted, names, n=3, cutoff=0.5)
    shown = near or names[:5]
    return ("did you mean " if near else "there are ") + ", ".join(shown)
