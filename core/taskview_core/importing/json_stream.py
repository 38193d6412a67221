"""Takes JSON apart that is too large to be read whole, one value after the other."""

from __future__ import annotations

import codecs
import json
import re
from typing import BinaryIO

from taskview_core.entities.payload import JsonValue

LONGEST = 32 * 1024 * 1024
"""The most characters of a value that is read whole."""
EVERY = 1 << 20
"""Readers tell how far they are each time that they have read so many bytes more."""

_CHUNK = 256 * 1024
_SPACE = re.compile(r"[ \t\n\r]*")
_TOKEN = re.compile(r'[^"\[\]{}]++|"(?:[^"\\\n]|\\.)*+"|[\[\]{}]')
_CLOSING = {"[": "]", "{": "}"}
_OPEN_TEXT = re.compile(r'"(?:[^"\\\n]|\\[^\n])*+\\?\n')
_NEXT_DOCUMENT = re.compile(
    r"\n(?=[\[{])"  # at the beginning of a line
    r'|(?<=[}\]])[ \t\r\n]*(?=\{\s*"[A-Za-z_@]+"\s*:)'  # right behind another one
    r'|[\[,]\s*(?=\{\s*"(?:traceI[dD]|trace_id|spanContext|object)"\s*:)'  # a record within one
)
_NEAR_THE_END = 12
"""An error this close to the end of what was read may only mean that there is more."""


class BadJsonError(ValueError):
    """What follows cannot be read; the message says why. `skippable`: it can be passed over."""

    def __init__(self, reason: str, *, skippable: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.skippable = skippable


class JsonStream:
    """Text that is read piece by piece. It stands before the next character that matters.

    Bytes that are not UTF-8 become halves of surrogate pairs; `damaged` says that there were any.
    """

    def __init__(self, stream: BinaryIO, *, line: int = 1, chunk: int = _CHUNK) -> None:
        self._stream = stream
        self._chunk = chunk
        self._text = ""
        self._at = 0
        self._mark = 0
        self._document = -1
        # A position in the text, with its line and column: of its beginning, and known last.
        self._first = self._placed = (0, line, 1)
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._begun = self._ended = False
        self._scan = json.JSONDecoder(parse_constant=str).raw_decode
        self._scan_long = json.JSONDecoder(parse_constant=str, parse_int=str).raw_decode
        self.size = 0
        """How many bytes have been read."""
        self.damaged = False

    def mark(self) -> None:
        """Remember this place, for `place`."""
        self._mark = self._at

    def begin(self) -> None:
        """Remember this place as where a document begins, for `next_document`."""
        self._document = self._mark = self._at

    def place(self) -> tuple[int, int]:
        """Give line and column, from 1, of what was marked last."""
        return self._place(self._mark)

    def here(self) -> tuple[int, int]:
        """Give line and column, from 1, of what comes next."""
        return self._place(self._at)

    def peek(self) -> str:
        """Pass over white space; give the character that comes then, none at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = self._at if space is None else space.end()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, mark: str) -> None:
        """Pass over a character that has to come; raise BadJsonError where it does not."""
        found = self.peek()
        if found != mark:
            what = f"{found!r} where {mark!r} was expected" if found else "the file ends within it"
            raise BadJsonError(f"this is not JSON: {what}", skippable=False)
        self._at += 1

    def value(self) -> JsonValue:
        """Read the value that comes; raise BadJsonError, and stand before it still."""
        self.peek()
        scan = self._scan
        while True:
            try:
                value, end = scan(self._text, self._at)
            except json.JSONDecodeError as error:
                is_open = error.msg.startswith("Unterminated string")
                if is_open or error.pos >= len(self._text) - _NEAR_THE_END:
                    if len(self._text) - self._at > LONGEST:
                        raise self._too_long() from None
                    if self._more():
                        continue
                    if is_open or error.pos >= len(self._text.rstrip()):
                        raise BadJsonError("the file ends within it", skippable=False) from None
                raise BadJsonError(f"this is not JSON: {error.msg}") from None
            except RecursionError:
                raise BadJsonError("it is nested too deep to be read") from None
            except ValueError:
                scan = self._scan_long  # A number is longer than Python reads.
                continue
            is_number = self._text[self._at] in "-0123456789"
            if is_number and end >= len(self._text) - len("e+") and self._more():
                continue
            if end - self._at > LONGEST:
                raise self._too_long()
            if self.damaged and not _is_whole(self._text[self._at : end]):
                raise BadJsonError("it is not UTF-8")
            self._at = end
            made: JsonValue = value
            return made

    def skip(self) -> None:
        """Pass over the value that comes by its brackets alone; raise BadJsonError."""
        self.peek()
        closing: list[str] = []
        while True:
            token = _TOKEN.match(self._text, self._at)
            if token is None and _OPEN_TEXT.match(self._text, self._at):
                raise BadJsonError("a text in it has no end", skippable=False)
            if token is None or token.end() == len(self._text):
                # A string, or what stands between brackets, may go on.
                if len(self._text) - self._at > LONGEST:
                    raise BadJsonError("a text in it has no end", skippable=False)
                if self._more():
                    continue
                if token is None:
                    raise BadJsonError("the file ends within it", skippable=False)
            mark = token[0]
            if mark in _CLOSING:
                closing.append(_CLOSING[mark])
            elif mark in {"]", "}"}:
                if not closing or closing.pop() != mark:
                    raise BadJsonError("its brackets do not match", skippable=False)
            elif not closing and mark[0] != '"':
                at = re.compile(r"[,:]|$").search(mark)
                self._at += len(mark) if at is None else at.start()
                return
            self._at = token.end()
            if not closing:
                return
            if self._at - self._mark > LONGEST:
                self._mark = self._at  # Of what is passed over nothing is kept.
            if self._at >= len(self._text) and not self._more():
                raise BadJsonError("the file ends within it", skippable=False)

    def next_document(self) -> bool:
        """Go on to where the next document seems to begin; False where none does."""
        self._at = max(self._at - 1, 0)
        while True:
            self._at = max(self._at, self._document)
            found = _NEXT_DOCUMENT.search(self._text, self._at)
            while found is not None and found.end() <= self._document:
                found = _NEXT_DOCUMENT.search(self._text, found.end() + 1)
            if found is not None:
                self._at = found.end()
                return True
            self._at = max(self._at, len(self._text) - 100)
            self._mark = self._at
            if not self._more():
                self._at = len(self._text)
                return False

    def _more(self) -> bool:
        """Read on; where there is more, what has been passed over is dropped, and places move."""
        if self._ended:
            return False
        keep = min(self._mark, self._at)
        data = self._stream.read(max(self._chunk, len(self._text) - keep))
        self.size += len(data)
        self._ended = not data
        more = self._decode(data)
        if self._ended and not more:
            return False
        if keep:
            self._first = self._placed = (0, *self._place(keep))
            self._at -= keep
            self._mark -= keep
            self._document = max(self._document - keep, -1)
        if not self._begun and more:
            self._begun = True
            more = more.removeprefix("\ufeff")
        self._text = self._text[keep:] + more
        return True

    def _decode(self, data: bytes) -> str:
        before = self._decoder.getstate()
        try:
            return self._decoder.decode(data, final=self._ended)
        except UnicodeDecodeError:
            self.damaged = True
            self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
            self._decoder.setstate(before)
            return self._decoder.decode(data, final=self._ended)

    def _place(self, at: int) -> tuple[int, int]:
        """Count on from the place that was asked for last; they are asked for in order, mostly."""
        before, line, column = self._placed if self._placed[0] <= at else self._first
        lines = self._text.count("\n", before, at)
        if lines == 0:
            column += at - before
        else:
            line, column = line + lines, at - self._text.rindex("\n", before, at)
        self._placed = (at, line, column)
        return line, column

    def _too_long(self) -> BadJsonError:
        return BadJsonError(f"it is longer than {LONGEST // 1024 // 1024} MiB")


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
