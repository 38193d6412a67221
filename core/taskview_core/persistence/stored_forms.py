"""The forms in which engines take values in bulk: known without a connection to one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from taskview_core.persistence.stored_time import write_time

_from_iso = datetime.fromisoformat


@dataclass(frozen=True)
class Limits:
    """What an engine's columns cannot hold."""

    nul_in_text: bool = True
    constants_in_json: bool = True
    """NaN and Infinity, which Python writes and JSON has not."""
    lengths: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """The most characters, by table and column, where there is a limit."""


class Forms(Protocol):
    """Gives values in the form of one engine. It can be pickled, for another process to do so."""

    @property
    def limits(self) -> Limits:
        """What the columns cannot hold."""
        ...

    def time(self, text: str) -> Any:
        """Give an ISO 8601 time; ValueError or OverflowError."""
        ...

    def moment(self, value: datetime) -> Any:
        """Give an aware time."""
        ...

    def payload(self, text: str) -> Any:
        """Give JSON text."""
        ...


@dataclass(frozen=True)
class SqliteForms:
    """What SQLAlchemy stores in SQLite."""

    limits: Limits = field(default_factory=Limits)

    def time(self, text: str) -> str:
        """Give a time as SQLAlchemy stores it."""
        moment = _from_iso(text)
        # By far the most are written so, and need no more than a space for the T.
        if len(text) == 27 and text[26] == "Z" and text[19] == "." and text[7] == text[4] == "-":
            return text[:10] + " " + text[11:26]
        return write_time(moment)

    def moment(self, value: datetime) -> str:
        """Give a time as SQLAlchemy stores it."""
        return write_time(value)

    def payload(self, text: str) -> str | bytes:
        """Give JSON text, and a number as bytes: the column would turn 1.0 into 1."""
        return text.encode() if text[0] in "-0123456789" else text


@dataclass(frozen=True)
class PostgresForms:
    """What asyncpg binds. `naive` is for columns whose times have no zone: they are UTC."""

    limits: Limits = field(default_factory=Limits)
    naive: bool = False

    def time(self, text: str) -> datetime:
        """Give a time as the driver binds it."""
        moment = _from_iso(text)
        return self.moment(moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment)

    def moment(self, value: datetime) -> datetime:
        """Give a time as the driver binds it."""
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if self.naive else utc

    def payload(self, text: str) -> str:
        """Give JSON text as it is."""
        return text
