"""What a format is to the rest: one small interface."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from taskview_core.importing.facts import Fact, Skipped
from taskview_core.importing.rows import ImportedConversation, ImportedTask

STDIN = "-"
"""The name of standard input."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a format is recognised by: the input's name (`-` is standard input) and beginning.

    `start` is the first 64 KiB; `whole` says that there is no more.
    """

    name: str
    start: bytes
    whole: bool


@dataclass(frozen=True, slots=True)
class Source:
    """An input that is open for reading.

    `name` is what people call it. `stream` stands at byte `offset`, and line `line` (from 1) begins
    there: behind 0 where a reader whose inputs grow has read it before. `path` is where a file
    lies, the same whatever it was called by; empty where that is not known.
    """

    name: str
    stream: BinaryIO
    offset: int = 0
    line: int = 1
    path: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """How far an input has been read: up to byte `offset`, where line `line` begins.

    A reader gives it now and then, and at the end; a half line at the end is not read over.
    """

    offset: int
    line: int


@dataclass(frozen=True, slots=True)
class Derived:
    """The rows of one scope, and what became of each of its facts.

    `used` facts have become (or begun or ended) a row; `folded` says, by what they were folded
    into, how many added to a row of another; `skipped`, by reason, how many say nothing that we
    show. The three sum up to the number of facts.
    """

    conversations: Sequence[ImportedConversation]
    tasks: Sequence[ImportedTask]
    used: int
    folded: Mapping[str, int]
    skipped: Mapping[str, int]


class Reader(Protocol):
    """A format that can be imported."""

    @property
    def name(self) -> str:
        """What `--from` calls it: `claude-code`, `otlp`."""

    @property
    def version(self) -> int:
        """Grows when the same input gives other facts, so that it is read again."""

    @property
    def grows(self) -> bool:
        """Whether inputs only ever get longer, line by line, and can be read on from an offset."""

    @property
    def has_spans(self) -> bool:
        """Whether it reads traces, of which `--all-spans` keeps everything."""

    def recognises(self, head: Head) -> bool:
        """Tell by its content whether this input is of the format."""

    def facts(self, source: Source) -> Iterator[Fact | Skipped | Read]:
        """Give what is in the input, in one pass and in bounded memory.

        What cannot be read is given as Skipped, and reading goes on behind it.
        """

    def derive(self, scope: str, facts: Sequence[Fact]) -> Derived:
        """Make rows of all facts of a scope, which come in the order of their keys.

        A pure function of the set of facts. It does not raise for whatever facts may hold.
        """
