"""Reads ids in a filter: UUIDs with or without dashes, and the beginnings of them."""

from __future__ import annotations

import re
from uuid import UUID

from taskview_core.query.faults import BadValueError, shown

_UUID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_BEGUN = re.compile(r"[0-9a-f-]*", re.IGNORECASE)
_LOOKALIKES = str.maketrans({"o": "0", "l": "1", "i": "1"})
_FEWEST = 4
_DIGITS = 32

_ALLOWED_UUID = "a UUID has 32 hex digits, with dashes or without"
_ALLOWED_ID = f"an id is {_FEWEST} to {_DIGITS} hex digits of a UUID, with dashes or without"


def parse_uuid(text: str) -> UUID:
    """Read a whole UUID; raise BadValueError."""
    if _UUID.fullmatch(text):
        return UUID(text)
    raise BadValueError(
        f'"{shown(text)}" is not a UUID',
        _ALLOWED_UUID,
        nearest=_nearest(text),
        incomplete=_is_begun(text),
    )


def parse_id(text: str) -> UUID | str:
    """Read a UUID, or the beginning of one as 4 to 31 lower-case digits; raise BadValueError."""
    digits = text.replace("-", "").lower()
    if _BEGUN.fullmatch(text) and _FEWEST <= len(digits) < _DIGITS:
        return digits
    if _BEGUN.fullmatch(text) and len(digits) == _DIGITS:
        return UUID(digits)
    raise BadValueError(
        f'"{shown(text)}" is not an id',
        _ALLOWED_ID,
        nearest=_nearest(text),
        incomplete=_is_begun(text),
    )


def _is_begun(text: str) -> bool:
    return _BEGUN.fullmatch(text) is not None and len(text.replace("-", "")) < _DIGITS


def _nearest(text: str) -> str | None:
    """Find the UUID in what stands around it, or misread digits in it."""
    bare = re.sub(r"[^0-9a-z]", "", text.lower().removeprefix("urn:uuid:"))
    digits = bare.translate(_LOOKALIKES)
    if len(digits) == _DIGITS and _BEGUN.fullmatch(digits):
        return str(UUID(digits))
    return None
