"""Markdown as lines to draw: headings, lists, quotes, code, tables, emphasis.

Nothing in it becomes more than text: links show their address, HTML shows as it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from rich.cells import cell_len

from taskview_tui.render.chat.styled import Run, StyledLine, run
from taskview_tui.text.clean import clean_block
from taskview_tui.text.ink import Ink

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MUCH = 100_000
"""Characters above which a text shows as it is, and only its beginning: the JSON has all."""
_LONGEST = 20_000
"""Characters of one line of plain text or code that are shown; how many more there are is said."""
_INDENT = "  "


def markdown_lines(text: str, depth: int) -> list[StyledLine]:
    """Give the lines of a text in Markdown."""
    if len(text) > MUCH:
        return list(plain_lines(text, depth))
    writer = _Writer(depth)
    for token in _parser().parse(text):
        writer.take(token)
    while writer.lines and not writer.lines[-1].runs:
        writer.lines.pop()
    return writer.lines


def plain_lines(
    text: str, depth: int, ink: Ink = Ink.TEXT, before: str = ""
) -> Iterator[StyledLine]:
    """Give the lines of a text as it is; of a very long one its beginning, and what lacks."""
    for line in clean_block(text[:MUCH]).split("\n"):
        yield StyledLine(_shown(line, ink), depth, before, before)
    if len(text) > MUCH:
        more = f"… {len(text) - MUCH:,} more characters (m: the JSON has all)"
        yield StyledLine((Run(more, Ink.DIM),), depth, before, before)


def _shown(line: str, ink: Ink) -> tuple[Run, ...]:
    """Give a cleaned line; of a very long one its beginning, and what lacks."""
    if len(line) <= _LONGEST:
        return (Run(line, ink),)
    more = f" … {len(line) - _LONGEST:,} more characters (m: the JSON has all)"
    return (Run(line[:_LONGEST], ink), Run(more, Ink.DIM))


@cache
def _parser() -> MarkdownIt:
    # Not before there is a conversation to draw: it takes as long as a screen.
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


class _Writer:
    """Writes lines token by token."""

    def __init__(self, depth: int) -> None:
        self.lines: list[StyledLine] = []
        self._depth = depth
        self._before: list[str] = []
        """What stands before each line: bars of quotes, room for bullets."""
        self._bullet = ""
        self._numbers: list[int | None] = []
        self._ink = Ink.TEXT
        self._row: list[Run] | None = None

    def take(self, token: Token) -> None:
        kind = token.type
        if kind == "inline":
            if self._row is not None:
                self._row += [*_one_row(token.children or []), Run(" │ ", Ink.GUIDE)]
            else:
                self._inline(token.children or [])
        elif kind in {"fence", "code_block"}:
            if token.info.strip():
                self._line([run(token.info.strip(), Ink.DIM)])
            for line in clean_block(token.content.removesuffix("\n")).split("\n"):
                self._line(_shown(line, Ink.CODE), _INDENT)
            self._gap()
        elif kind == "html_block":
            for line in token.content.rstrip("\n").split("\n"):
                self._line([run(line)])
            self._gap()
        elif kind == "hr":
            self._line([Run("───", Ink.GUIDE)])
        elif kind == "heading_open":
            self._ink = Ink.HEADING
        elif kind == "heading_close":
            self._ink = Ink.TEXT
            self._gap()
        elif kind == "paragraph_close":
            if not token.hidden:
                self._gap()
        else:
            self._nest(token)

    def _nest(self, token: Token) -> None:
        kind = token.type
        if kind == "bullet_list_open":
            self._numbers.append(None)
        elif kind == "ordered_list_open":
            start = token.attrs.get("start", 1)
            self._numbers.append(int(start))
        elif kind in {"bullet_list_close", "ordered_list_close"}:
            self._numbers.pop()
            if not self._numbers:
                self._gap()
        elif kind == "list_item_open":
            number = self._numbers[-1]
            self._bullet = "• " if number is None else f"{number}. "
            if number is not None:
                self._numbers[-1] = number + 1
            self._before.append(" " * cell_len(self._bullet))
        elif kind == "list_item_close":
            if self._bullet:
                self._line([])
            self._before.pop()
        elif kind == "blockquote_open":
            self._before.append("│ ")
        elif kind == "blockquote_close":
            self._before.pop()
        elif kind == "tr_open":
            self._row = []
        elif kind == "tr_close":
            self._line((self._row or [])[:-1])
            self._row = None
        elif kind == "thead_close":
            self._line([Run("───", Ink.GUIDE)])
        elif kind == "table_close":
            self._gap()

    def _inline(self, children: Sequence[Token]) -> None:
        runs: list[Run] = []
        for each in _runs(children, self._ink):
            if each is None:
                self._line(runs)
                runs = []
            else:
                runs.append(each)
        self._line(runs)

    def _line(self, runs: Sequence[Run], more: str = "") -> None:
        rest = "".join(self._before)
        first = rest
        if self._bullet:
            first = "".join(self._before[:-1]) + self._bullet
            self._bullet = ""
        self.lines.append(StyledLine(tuple(runs), self._depth, first + more, rest + more))

    def _gap(self) -> None:
        if self.lines and self.lines[-1].runs:
            bars = "".join(before if "│" in before else "" for before in self._before)
            self.lines.append(StyledLine((), self._depth, bars, bars))


def _one_row(children: Sequence[Token]) -> Iterator[Run]:
    for each in _runs(children, Ink.TEXT):
        yield Run(" ") if each is None else each


def _runs(children: Sequence[Token], ink: Ink) -> Iterator[Run | None]:
    """Give the runs of a paragraph, and None where a line ends."""
    strong = emphasis = 0
    address = ""
    for token in children:
        kind = token.type
        if kind in {"text", "html_inline"}:
            shown = Ink.STRONG if strong else Ink.EMPHASIS if emphasis else ink
            yield run(token.content, shown)
        elif kind == "code_inline":
            yield run(token.content, Ink.CODE)
        elif kind in {"softbreak", "hardbreak"}:
            yield None
        elif kind in {"strong_open", "strong_close"}:
            strong += token.nesting
        elif kind in {"em_open", "em_close"}:
            emphasis += token.nesting
        elif kind == "link_open":
            address = str(token.attrs.get("href", ""))
        elif kind == "link_close" and address:
            yield run(f" <{address}>", Ink.DIM)
            address = ""
        elif kind == "image":
            yield run(f"[image: {token.content}] <{token.attrs.get('src', '')}>", Ink.DIM)
