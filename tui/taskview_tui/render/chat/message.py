"""A message of a conversation, whatever shape it had in the payload."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from taskview_core.entities import JsonValue


class PartKind(Enum):
    """What a part of a message is."""

    TEXT = "text"
    THINKING = "thinking"
    CALL = "call"
    RESULT = "result"
    DATA = "data"
    """An image or a file, or something that is not known."""


@dataclass(frozen=True)
class Part:
    """A part of a message.

    `name` is that of the tool, or what data it is; `value` its text, the arguments of a call, or
    what a tool gave.
    """

    kind: PartKind
    value: JsonValue
    name: str = ""
    failed: bool = False


@dataclass(frozen=True)
class Message:
    """Who says what; `path` is where it stands in the payload, such as `.messages[2]`."""

    role: str
    parts: tuple[Part, ...]
    path: str


@dataclass(frozen=True)
class Chat:
    """The messages of a payload, and the keys of it that are none."""

    messages: tuple[Message, ...]
    others: tuple[str, ...] = ()
