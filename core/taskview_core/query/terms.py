"""The terms of a filter: what each asks for, as frozen values. All terms of a filter must hold.

A denied term is the exact complement of the same term undenied, NULLs included.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TypeAlias
from uuid import UUID


class TextField(Enum):
    """Where a text term looks."""

    ANY = ""
    INPUT = "input"
    OUTPUT = "output"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class TextTerm:
    """A substring of what a person sees in a payload or an error, whatever its case.

    In a list of conversations, ANY means the title and the user.
    """

    text: str
    where: TextField = TextField.ANY
    denied: bool = False


class ValueKey(Enum):
    """A column compared with whole values."""

    STATUS = "status"
    AGENT = "agent"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A value to be equal to, or where `prefix` is set, to begin with. Case counts."""

    value: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class ValueTerm:
    """One of several values of a column."""

    key: ValueKey
    patterns: tuple[Pattern, ...]
    denied: bool = False


class IdKey(Enum):
    """A column that holds ids."""

    ID = "id"
    CONVERSATION = "conversation"
    PARENT = "parent"


@dataclass(frozen=True, slots=True)
class IdTerm:
    """An id. `value` is a UUID, or for the key ID also a prefix: 4 to 31 lower-case hex digits."""

    key: IdKey
    value: UUID | str
    denied: bool = False


class IsKind(Enum):
    """A property of a task among those around it; see `query.stuck` for the last two."""

    ROOT = "root"
    LEAF = "leaf"
    STUCK = "stuck"
    ORPHAN = "orphan"


@dataclass(frozen=True, slots=True)
class IsTerm:
    """Whether a task has no parent (root), no children (leaf), is stuck, or an orphan."""

    kind: IsKind
    denied: bool = False


class HasKind(Enum):
    """A column that may be empty."""

    INPUT = "input"
    OUTPUT = "output"
    ERROR = "error"
    METADATA = "metadata"


@dataclass(frozen=True, slots=True)
class HasTerm:
    """Whether a column holds anything: not NULL, and not JSON null, `""`, `{}` or `[]`.

    An error is text, not JSON: it holds anything unless it is NULL or has no characters.
    """

    kind: HasKind
    denied: bool = False


class TimeKey(Enum):
    """A time of a task or a conversation; SINCE and UNTIL are bounds on the creation."""

    CREATED = "created"
    STARTED = "started"
    COMPLETED = "completed"
    UPDATED = "updated"
    SINCE = "since"
    UNTIL = "until"


@dataclass(frozen=True, slots=True)
class Ago:
    """A time before now, such as `2h`: `amount` of `unit`, one of s m h d w."""

    amount: int
    unit: str

    @property
    def seconds(self) -> int:
        """How long before now."""
        return self.amount * {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}[self.unit]

    def resolve(self, now: datetime) -> datetime:
        """Give the moment meant; the earliest there is where it lies before year 1."""
        try:
            return now - timedelta(seconds=self.seconds)
        except OverflowError:
            return datetime.min.replace(tzinfo=now.tzinfo)

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"


@dataclass(frozen=True, slots=True)
class Moment:
    """An absolute time: the aware instant in UTC, or a whole UTC day where `day` is set."""

    at: datetime
    day: bool = False


TimePoint: TypeAlias = Ago | Moment


@dataclass(frozen=True, slots=True)
class TimeTerm:
    """Bounds on a time. At least one is given; NULL lies within none.

    A bound that is a whole day counts as its first moment where rows from it on are wanted, and
    as its last where rows up to it are: `created:>=D` begins with D and `created:>D` after it.
    """

    key: TimeKey
    low: TimePoint | None = None
    low_open: bool = False
    high: TimePoint | None = None
    high_open: bool = False
    denied: bool = False


@dataclass(frozen=True, slots=True)
class DurationTerm:
    """Bounds on completed minus started, in whole microseconds; NULL lies within none."""

    low: timedelta | None = None
    low_open: bool = False
    high: timedelta | None = None
    high_open: bool = False
    denied: bool = False


@dataclass(frozen=True, slots=True)
class MetadataTerm:
    """A value somewhere in the metadata.

    `path` is walked through objects (a key that itself holds dots is found too) and by number
    through lists. What lies there must have `pattern` as its text, case counting: a string as it
    is, a number as stored, `true`, `false`, `null`; of a list, one of its elements.
    """

    path: tuple[str, ...]
    pattern: Pattern
    denied: bool = False


TaskTerm: TypeAlias = (
    TextTerm | ValueTerm | IdTerm | IsTerm | HasTerm | TimeTerm | DurationTerm | MetadataTerm
)
ConversationTerm: TypeAlias = TextTerm | ValueTerm | IdTerm | TimeTerm


def asks_for_stuck(terms: Iterable[TaskTerm]) -> bool:
    """Say whether a filter asks which tasks are stuck, or which are not."""
    return any(isinstance(term, IsTerm) and term.kind is IsKind.STUCK for term in terms)
