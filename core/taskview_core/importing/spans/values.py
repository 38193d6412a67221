"""Attributes as traces write them, as plain values by their names."""

from __future__ import annotations

from collections.abc import Mapping

from taskview_core.entities.payload import JsonValue

Attributes = dict[str, JsonValue]

_PLAIN = ("stringValue", "boolValue", "doubleValue", "bytesValue")
_SNAKE = {
    "string_value": "stringValue",
    "bool_value": "boolValue",
    "int_value": "intValue",
    "double_value": "doubleValue",
    "bytes_value": "bytesValue",
    "array_value": "arrayValue",
    "kvlist_value": "kvlistValue",
}
_DEEPEST = 100


def attributes_of(value: JsonValue) -> Attributes:
    """Read attributes: OTLP's list of keys and values, Jaeger's tags, or an object."""
    if isinstance(value, dict):
        return dict(value)
    found: Attributes = {}
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict) and isinstance(key := item.get("key"), str):
                inner = item.get("value")
                found[key] = any_value(inner) if isinstance(inner, dict) else inner
    return found


def any_value(value: JsonValue, depth: int = 0) -> JsonValue:
    """Read a value of OTLP, wrapped in the name of its type; any other is what it is.

    https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding: integers may be texts.
    """
    if not isinstance(value, dict) or len(value) != 1 or depth > _DEEPEST:
        return value
    [(name, inner)] = value.items()
    name = _SNAKE.get(name, name)
    if name in _PLAIN:
        return inner
    if name == "intValue":
        return _whole(inner)
    if name == "arrayValue":
        items = inner.get("values") if isinstance(inner, dict) else None
        return [any_value(item, depth + 1) for item in items] if isinstance(items, list) else []
    if name == "kvlistValue":
        return _kvlist(inner, depth + 1)
    return value


def text_of(attributes: Mapping[str, JsonValue], *names: str) -> str | None:
    """Give the first of these attributes that is a text or a number, as text; None where empty."""
    for name in names:
        value = attributes.get(name)
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value) if abs(value) < 1e30 else None
    return None


def _kvlist(inner: JsonValue, depth: int) -> JsonValue:
    found: dict[str, JsonValue] = {}
    items = inner.get("values") if isinstance(inner, dict) else None
    if isinstance(items, list):
        for item in items:
            if isinstance(item, dict) and isinstance(key := item.get("key"), str):
                found[key] = any_value(item.get("value"), depth)
    return found


def _whole(value: JsonValue) -> JsonValue:
    if isinstance(value, str) and len(value) < 30:
        try:
            return int(value)
        except ValueError:
            return value
    return value
