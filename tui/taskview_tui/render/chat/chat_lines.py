"""A conversation as lines: who speaks, what was said in Markdown, calls of tools and results."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from taskview_core.entities import JsonValue
from taskview_tui.render.chat.markdown import markdown_lines, plain_lines
from taskview_tui.render.chat.message import Chat, Message, Part, PartKind
from taskview_tui.render.chat.parts import decoded, parts_of
from taskview_tui.render.chat.styled import Run, StyledLine, run
from taskview_tui.render.data_text import data_words
from taskview_tui.text.clean import clean
from taskview_tui.text.ink import Ink

_INDENT = "  "
_DRAWN = 500_000
"""Characters that are read as Markdown; what comes after them is shown as it is written."""


class _Drawing:
    """How much more is to be read as Markdown, which takes a second for each million."""

    def __init__(self) -> None:
        self._left = _DRAWN

    def lines(self, text: str) -> Iterable[StyledLine]:
        """Give the lines of a text."""
        self._left -= len(text)
        return markdown_lines(text, 1) if self._left >= 0 else plain_lines(text, 1)

    @property
    def is_over(self) -> bool:
        """Whether some text was shown as it is written."""
        return self._left < 0


def chat_lines(chat: Chat) -> Iterator[tuple[StyledLine, str]]:
    """Give the lines, each with the path of the message that it belongs to."""
    drawing = _Drawing()
    for message in chat.messages:
        for line in _message(message, drawing):
            yield line, message.path
    if drawing.is_over:
        words = f"Markdown is drawn in the first {_DRAWN:,} characters only"
        yield StyledLine((Run(words, Ink.DIM),), 0), ""
    if chat.others:
        names = ", ".join(chat.others)
        words = f"not shown: {clean(names)} (m: the JSON has all)"
        yield StyledLine((Run(words, Ink.DIM),), 0), ""


def _message(message: Message, drawing: _Drawing) -> Iterator[StyledLine]:
    said = next(filter(None, map(_said, message.parts)), None)
    yield StyledLine((run(message.role or "?", Ink.HEADING),), 0, leaf=said)
    if not message.parts:
        yield StyledLine((Run("(nothing)", Ink.DIM),), 1, _INDENT, _INDENT)
    for part in message.parts:
        for line in _part(part, drawing):
            first, rest = _INDENT + line.first, _INDENT + line.rest
            leaf = _said(part) if line.leaf is None else line.leaf
            yield StyledLine(line.runs, line.depth, first, rest, leaf)


def _said(part: Part) -> str | None:
    """Give the text that a part is; None where it is data, or a call with several values."""
    value = part.value
    if part.kind is PartKind.RESULT and isinstance(value, list):
        return next(filter(None, map(_said, parts_of(value))), None)
    return value if isinstance(value, str) and part.kind is not PartKind.DATA else None


def _part(part: Part, drawing: _Drawing) -> Iterator[StyledLine]:
    value = part.value
    if part.kind is PartKind.CALL:
        yield StyledLine((Run("→ ", Ink.GUIDE), run(part.name or "a tool", Ink.KEY)), 1)
        yield from _indented(_value(value))
    elif part.kind is PartKind.RESULT:
        ink = Ink.ERROR if part.failed else Ink.KEY
        words = f"{part.name} " if part.name else ""
        words += "failed" if part.failed else "gave"
        yield StyledLine((Run("← ", Ink.GUIDE), run(words, ink)), 1)
        yield from _indented(_result(value, drawing, failed=part.failed))
    elif part.kind is PartKind.THINKING:
        yield StyledLine((Run("thinking", Ink.DIM),), 1)
        yield from _indented(plain_lines(str(value), 2, Ink.DIM))
    elif part.kind is PartKind.DATA:
        yield from _data(part)
    else:
        yield from _text(str(value), drawing)


def _text(text: str, drawing: _Drawing) -> Iterator[StyledLine]:
    words = data_words(text)
    if words is not None:
        yield _described(words, len(text), 1)
    else:
        yield from drawing.lines(text)


def _data(part: Part) -> Iterator[StyledLine]:
    if isinstance(part.value, str):
        words = data_words(part.value)
        if words is not None:
            yield _described(words, len(part.value), 1)
        else:
            name = run(f"[{part.name or 'data'}] ", Ink.DIM)
            first, *others = plain_lines(part.value, 1)
            yield replace(first, runs=(name, *first.runs))
            yield from _indented(others)
        return
    yield StyledLine((run(f"[{part.name or 'data'}]", Ink.DIM),), 1)
    yield from _indented(_value(part.value))


def _result(value: JsonValue, drawing: _Drawing, *, failed: bool) -> Iterator[StyledLine]:
    if isinstance(value, list):
        for part in parts_of(value):
            if part.kind is PartKind.TEXT:
                for line in _value(str(part.value), Ink.ERROR if failed else Ink.TEXT):
                    yield line if line.leaf is not None else replace(line, leaf=_said(part))
            else:
                for line in _part(part, drawing):
                    yield replace(line, depth=2)
        return
    yield from _value(value, Ink.ERROR if failed else Ink.TEXT)


def _value(value: JsonValue, ink: Ink = Ink.TEXT) -> Iterator[StyledLine]:
    """Give arguments or results: texts with real line breaks, all else as JSON."""
    value = decoded(value)
    if value is None:
        return
    if isinstance(value, str):
        words = data_words(value)
        if words is not None:
            yield _described(words, len(value), 2)
        else:
            yield from plain_lines(value, 2, ink)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _member(key, inner)
    else:
        yield from plain_lines(_json(value), 2, ink)


def _member(key: str, value: JsonValue) -> Iterator[StyledLine]:
    is_leaf = isinstance(value, (str, int, float)) and not isinstance(value, bool)
    leaf = (value if isinstance(value, str) else _json(value)) if is_leaf else None
    for line in _member_lines(key, value):
        yield replace(line, leaf=leaf)


def _member_lines(key: str, value: JsonValue) -> Iterator[StyledLine]:
    name = run(f"{key}: ", Ink.KEY)
    if isinstance(value, str):
        words = data_words(value)
        lines = [] if words is not None else list(plain_lines(value, 2, Ink.STRING))
        if words is not None:
            yield StyledLine((name, *_described(words, len(value), 2).runs), 2)
        elif len(lines) == 1:
            yield StyledLine((name, *lines[0].runs), 2)
        else:
            yield StyledLine((name,), 2)
            yield from _indented(lines)
    elif isinstance(value, (dict, list)) and value:
        text = _json(value)
        yield StyledLine((name,), 2)
        yield from _indented(plain_lines(text, 2))
    else:
        yield StyledLine((name, run(_json(value), Ink.NUMBER)), 2)


def _json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _described(words: str, length: int, depth: int) -> StyledLine:
    return StyledLine((run(f"[{words}, {length:,} characters]", Ink.MARK),), depth)


def _indented(lines: Iterator[StyledLine] | list[StyledLine]) -> Iterator[StyledLine]:
    for line in lines:
        yield replace(line, first=_INDENT + line.first, rest=_INDENT + line.rest)
