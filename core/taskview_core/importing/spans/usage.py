"""What a span says it used, under names that the browser knows."""

from __future__ import annotations

from collections.abc import Mapping

from taskview_core.entities.payload import JsonValue
from taskview_core.entities.usage_paths import KNOWN

_NAMES = {
    "input": "input_tokens",
    "output": "output_tokens",
    "total": "total_tokens",
    "cached": "cached_tokens",
    "cost": "cost",
}
_MORE = {"total": ("ai.usage.tokens",), "cached": ("ai.usage.cachedInputTokens",)}


def usage_of(attributes: Mapping[str, JsonValue]) -> tuple[dict[str, JsonValue], set[str]]:
    """Give what was used, and the attributes that said so; of two names for a count the first."""
    found: dict[str, JsonValue] = {}
    used: set[str] = set()
    for what, name in _NAMES.items():
        for path in (*KNOWN[what], *_MORE.get(what, ())):
            value = attributes.get(path)
            if isinstance(value, str) and value.isdecimal() and len(value) < 20:
                value = int(value)  # OTLP writes integers as texts.
            if isinstance(value, int | float | str) and not isinstance(value, bool):
                found.setdefault(name, value)
                if found[name] == value:
                    used.add(path)
    return found, used
