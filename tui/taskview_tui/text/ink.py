"""The inks that text is drawn in, whatever the colours are."""

from __future__ import annotations

from enum import Enum


class Ink(Enum):
    """What a piece of text is, from which a theme gives it its colour.

    The value is the end of the name of a component class of `LineView`.
    """

    TEXT = "text"
    DIM = "dim"
    STRONG = "strong"
    HEADER = "header"
    SORTED = "sorted"
    HEADING = "heading"
    GUIDE = "guide"
    MARK = "mark"
    """Words of taskview's own about a row that is odd."""
    ERROR = "error"
    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    KEY = "key"
    STRING = "string"
    NUMBER = "number"
    LITERAL = "literal"
    CODE = "code"
    """Code within text."""
    EMPHASIS = "emphasis"
    QUEUED = "queued"
    """The time that a task waited before it was started."""
    WAITING = "waiting"
    """The time that a task waited for its children."""
    CRITICAL = "critical"
    """What is on the critical path."""
    MATCH = "match"
    """What was found, in place of the ink that it has otherwise."""

    # That of Enum is written in Python, and each piece of each line is looked up by its ink.
    __hash__ = object.__hash__
