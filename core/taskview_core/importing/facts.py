"""What a reader finds in an input: facts, and what it had to skip."""

from __future__ import annotations

from typing import NamedTuple


class Fact(NamedTuple):
    """One line or span of an input.

    `scope` names what it is read together with, in the words of its format: a session's id, a
    trace's id. `key` is what the fact is known by within its scope, whenever and in whatever order
    it is read; a fact with the key of an earlier one takes its place, and facts are handed on in
    the order of their keys. `body` is JSON, with all that `derive` needs of it.
    """

    scope: str
    key: str
    body: str


class Place(NamedTuple):
    """Where in the inputs something is: the file's name as it was given, and a line from 1.

    Formats that are not made of lines count their records.
    """

    name: str
    line: int

    def __str__(self) -> str:
        return f"{self.name}:{self.line}"


class Skipped(NamedTuple):
    """What is not imported, and why: a sentence that names no payload."""

    place: Place
    reason: str
