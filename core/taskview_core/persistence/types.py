"""Column types that write what SQLAlchemy's own types write, and read whatever is there.

Databases made by others hold ids with dashes, times in other forms and JSON that is none; a type
that raised there would hide a whole page behind one odd row.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    Dialect,
    Text,
    TypeDecorator,
    Uuid,
    cast,
    type_coerce,
)
from sqlalchemy.types import TypeEngine

from taskview_core.entities import Ident, JsonValue, StoredJson
from taskview_core.entities.ident import parse_ident
from taskview_core.persistence.stored_time import read_time, write_time


class JsonText(str):
    """JSON that is text already and is to be stored letter for letter."""

    __slots__ = ()


class IdentType(TypeDecorator[Ident]):
    """A UUID: CHAR(32) of hex digits on SQLite, UUID on Postgres.

    A `str` is bound as it is, so that ids which others wrote in another form can be asked for.
    """

    impl = Uuid
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Give what turns an id into the driver's value."""
        if dialect.name == "postgresql":
            return None

        def bind(value: Ident | None) -> str | None:
            return value.hex if isinstance(value, UUID) else value

        return bind

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Give what turns the driver's value into an id."""

        def result(value: Any) -> Ident | None:
            if value is None:
                return None
            return UUID(int=value.int) if isinstance(value, UUID) else parse_ident(str(value))

        return result


class TimeType(TypeDecorator[datetime]):
    """An aware time in UTC; stored without its zone on SQLite, as SQLAlchemy does. Naive is UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Give what turns a time into the driver's value."""
        if dialect.name == "postgresql":
            return None

        def bind(value: datetime | None) -> str | None:
            return None if value is None else write_time(value)

        return bind

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Give what turns the driver's value into a time; what is none becomes None."""

        def result(value: Any) -> datetime | None:
            if isinstance(value, datetime):  # A column without a time zone: UTC, as everywhere.
                return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
            return read_time(value)

        return result


class JsonType(TypeDecorator[JsonValue]):
    """JSON, stored as text (never JSONB); None is an SQL NULL. Read as text, then decoded."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        """Compare with what is given, as JSON does."""
        return self.impl_instance.coerce_compared_value(op, value)

    def compare_values(self, x: Any, y: Any) -> bool:
        """Say whether two values are the same JSON; Python calls 1, 1.0 and True equal."""
        try:
            return json.dumps(x) == json.dumps(y)
        except (TypeError, ValueError):
            return False  # What is no JSON is refused, by name, when it is written.

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Read the text, whatever decoder the engine has been given."""
        return type_coerce(cast(column, Text), self)

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """Give what turns a value into JSON text."""
        numbers_as_blobs = dialect.name == "sqlite"

        def bind(value: JsonValue | JsonText) -> str | bytes | None:
            if value is None:
                return None
            text = str(value) if isinstance(value, JsonText) else json.dumps(value)
            # SQLite gives a column declared JSON numeric affinity: the text 1.0 would become
            # the integer 1, and a long number a float. A blob stays as it is.
            if numbers_as_blobs and text.strip()[:1] in "-0123456789":
                return text.encode()
            return text

        return bind

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Give what decodes the text."""

        def result(value: Any) -> JsonValue:
            return StoredJson(value).value() if isinstance(value, str) else value

        return result
