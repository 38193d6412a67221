"""Ids of traces and spans, whatever form they were written in, as hex digits."""

from __future__ import annotations

import base64
import binascii
import re
from uuid import NAMESPACE_URL, UUID, uuid5

_HEX = re.compile(r"[0-9a-f]+")
_DECIMAL = re.compile(r"[0-9]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")

TRACE_DIGITS = 32
SPAN_DIGITS = 16

NAMESPACE = uuid5(NAMESPACE_URL, "taskview:import")
"""What ids are derived in that are no UUIDs themselves. It never changes."""


def trace_id(value: object) -> str | None:
    """Give a trace's id as 32 hex digits; None where it is none, or all zero."""
    return _hex_id(value, TRACE_DIGITS)


def span_id(value: object) -> str | None:
    """Give a span's id as 16 hex digits; None where it is none, or all zero."""
    return _hex_id(value, SPAN_DIGITS)


def native_uuid(text: str) -> UUID | None:
    """Give the UUID that a text is, with or without dashes; None where it is none."""
    digits = text.strip().lower().replace("-", "")
    if len(digits) != 32 or not _HEX.fullmatch(digits):
        return None
    return UUID(hex=digits)


def uuid_of(source: str, scope: str, native: str) -> UUID:
    """Derive the id of what a source knows by an id that is no UUID, within a scope."""
    return uuid5(NAMESPACE, f"{source}:{scope}:{native}".encode("utf-8", "replace").decode())


def _hex_id(value: object, digits: int) -> str | None:
    """Read hex (OTLP/JSON, Jaeger without leading zeros), base64 (protobuf's own JSON) or a number.

    A text of decimal digits is hex where it is not too long for that.
    """
    if isinstance(value, str) and len(value) == digits and _HEX.fullmatch(value):
        return value if value.strip("0") else None
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        found = f"{value:x}" if value > 0 else ""
    elif isinstance(value, str):
        found = _from_text(value.strip(), digits)
    else:
        return None
    if not found or len(found) > digits or not found.strip("0"):
        return None
    return found.zfill(digits)


def _from_text(text: str, digits: int) -> str:
    small = text.lower().removeprefix("0x").replace("-", "")
    if _HEX.fullmatch(small) and len(small) <= digits:
        return small
    if _DECIMAL.fullmatch(text) and len(text) < 40:
        return f"{int(text):x}"
    if not _BASE64.fullmatch(text):
        return ""
    padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
    try:
        decoded = base64.b64decode(padded, altchars=b"-_" if set(text) & set("-_") else None)
    except (binascii.Error, ValueError):
        return ""
    return decoded.hex() if len(decoded) == digits // 2 else ""
