"""JSON payloads, decoded and as stored."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TypeAlias

JsonValue: TypeAlias = bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"] | None
"""What `json.loads` makes of a payload."""


@dataclass(frozen=True, slots=True)
class StoredJson:
    """A payload as the database holds it: its text, undecoded; `text` is None for an SQL NULL.

    The text may be invalid JSON (SQLite checks nothing). Numbers, duplicate keys and escapes
    are only in the text as they were written; decoding loses them.
    """

    text: str | None

    def value(self) -> JsonValue:
        """Decode the text; text that is not JSON, or too deep to decode, comes back as it is."""
        if self.text is None:
            return None
        try:
            decoded: JsonValue = json.loads(self.text)
        except (ValueError, RecursionError):
            return self.text
        return decoded

    @property
    def is_json(self) -> bool:
        """Whether the text decodes; True for NULL. Costs a decoding."""
        if self.text is None:
            return True
        try:
            json.loads(self.text)
        except (ValueError, RecursionError):
            return False
        return True

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it: NULL, JSON null, `""`, `{}` or `[]`."""
        if self.text is None:
            return True
        bare = self.text.strip(" \t\n\r")
        if bare in {"null", '""'}:
            return True
        return bare[:1] + bare[1:].lstrip(" \t\n\r") in {"{}", "[]"}
