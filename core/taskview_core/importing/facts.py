"""What a reader finds in an input: facts, and what it had to skip."""

from __future__ import annotations

from typing import NamedTuple


class Fact(NamedTuple):
    """One line or span of an input.

    `scope` names what it is read together with, in the words of its format: a session's id, a
    trace's id. `key` is what the fact is known by within its scope, whenever and in whatever order
    it is read; facts are handed on in the order of their keys, and what is the same once. `body` is
    JSON, with all that `derive` needs of it.
    """

    scope: str
    key: str
    body: str

    @property
    def size(self) -> int:
        """About how large the body is."""
        return len(self.body)

    def encoded(self) -> bytes:
        """Give the body as bytes; UTF-8, but for halves of surrogate pairs."""
        return self.body.encode("utf-8", "surrogatepass")


class Place(NamedTuple):
    """Where in the inputs something is: the file's name as it was given, and a line from 1.

    `column`, from 1, is for formats that put many records on one line. Formats that are not text
    count their records.
    """

    name: str
    line: int
    column: int | None = None

    def __str__(self) -> str:
        line = f"{self.name}:{self.line}"
        return line if self.column is None else f"{line}:{self.column}"


class Skipped(NamedTuple):
    """What is not imported, and why: a sentence that names no payload.

    It is no fault where the input is as it should be, and this part of it is none of ours.
    """

    place: Place
    reason: str
    is_fault: bool = True
