r"""Reads the pieces of a filter text: white space, bare words, and quotes.

Inside quotes `\"` and `\\` are escapes and any other backslash stands for itself; outside, quotes
and backslashes stand for themselves. Offsets are in characters of the filter text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from taskview_core.errors import FilterError
from taskview_core.query.faults import shown

_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"\S*")
_QUOTED = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"', re.DOTALL)
_REST_OF_TERM = re.compile(r'(?:"[^"]*"|\S)*')
_ESCAPE = re.compile(r'\\(["\\])')


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text, unescaped where it was `quoted`; the offsets take in the quotes."""

    text: str
    start: int
    end: int
    quoted: bool = False


class Scanner:
    """A place in a filter text that moves on as pieces are taken."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.term_start = 0
        """Where the term that is being read began, its `-` included."""

    def next_term(self) -> bool:
        """Go to the beginning of the next term; say whether there is one."""
        self.at = self.term_start = _end_of(_SPACE, self.text, self.at)
        return self.at < len(self.text)

    @property
    def at_break(self) -> bool:
        """Whether white space or the end of the text comes next."""
        return self.at >= len(self.text) or self.text[self.at].isspace()

    def comes(self, text: str) -> bool:
        """Whether this text comes next."""
        return self.text.startswith(text, self.at)

    def take(self, *texts: str) -> str:
        """Take the first of these texts that comes next; give it, or the empty text."""
        for text in texts:
            if self.comes(text):
                self.at += len(text)
                return text
        return ""

    def word(self) -> Piece:
        """Look at the rest of the text up to white space, without taking it."""
        end = _end_of(_WORD, self.text, self.at)
        return Piece(self.text[self.at : end], self.at, end)

    def piece(self, bare: re.Pattern[str] = _WORD) -> Piece:
        """Take a quoted text, or else what `bare` matches here; that may be nothing."""
        if self.comes('"'):
            return self._quoted()
        start, self.at = self.at, _end_of(bare, self.text, self.at)
        return Piece(self.text[start : self.at], start, self.at)

    def _quoted(self) -> Piece:
        found = _QUOTED.match(self.text, self.at)
        if found is None:
            rest = self.text[self.at + 1 :]
            backslashes = len(rest) - len(rest.rstrip("\\"))
            raise FilterError(
                "a quote is open",
                r'close it with "; inside quotes, \" is a quote and \\ a backslash',
                start=self.at,
                end=len(self.text),
                incomplete=True,
                suggestion=f'{self.text}"' if rest and backslashes % 2 == 0 else None,
            )
        start, self.at = self.at, found.end()
        return Piece(_ESCAPE.sub(r"\1", found[1]), start, self.at, quoted=True)

    def end_term(self) -> None:
        """Make sure that the term ends here, as it may not after a closing quote."""
        if self.at_break:
            return
        rest = self.word()
        raise self.fault(
            f"{shown(rest.text)} follows the closing quote at once",
            r"put a space after the quote, or write \" for a quote inside it",
            rest.start,
            rest.end,
            nearest=f" {rest.text}" if not rest.text.startswith('"') else None,
        )

    def fault(
        self,
        title: str,
        detail: str,
        start: int,
        end: int,
        *,
        nearest: str | None = None,
        until: int | None = None,
        incomplete: bool = False,
    ) -> FilterError:
        """Make the error for a place.

        `nearest` is what should stand there instead, in place of all up to `until` if that is
        given.
        """
        suggestion = None
        if nearest is not None:
            until = end if until is None else until
            suggestion = self.text[:start] + nearest + self.text[until:]
            after = self.text[until : _end_of(_REST_OF_TERM, self.text, until)]
            term = self.text[self.term_start : start] + nearest + after
            detail = f"did you mean {shown(term)}? {detail}"
        return FilterError(
            title, detail, start=start, end=end, incomplete=incomplete, suggestion=suggestion
        )


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return at if found is None else found.end()
