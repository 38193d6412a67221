"""Ids that are the same whenever and in whatever order something is imported."""

from __future__ import annotations

import re
from uuid import UUID, uuid5

_NAMESPACE = UUID("5c1f6f0e-6f3b-5d0a-9a52-2d4f2f4a9d51")
_SOURCE = "claude-code"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def native(text: object) -> UUID | None:
    """Give the UUID that a text is, in the form that Claude Code writes."""
    return UUID(text) if isinstance(text, str) and _UUID.fullmatch(text) else None


def scoped(scope: str, *words: str) -> UUID:
    """Give an id for what has none that is a UUID, or one that others may have as well."""
    name = ":".join((_SOURCE, scope, *words))
    return uuid5(_NAMESPACE, name.encode("utf-8", "replace").decode())
