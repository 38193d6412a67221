"""What a tool is given, with what matters in front: that is what one line of it shows."""

from __future__ import annotations

from typing import Any

_FIRST = (
    "command",
    "file_path",
    "notebook_path",
    "pattern",
    "query",
    "url",
    "subject",
    "description",
    "prompt",
    "path",
)


def arranged(given: Any) -> Any:
    """Give the same, with the first of these keys before all others."""
    if not isinstance(given, dict):
        return given
    first = next((key for key in _FIRST if key in given), None)
    if first is None or next(iter(given)) == first:
        return given
    return {first: given[first], **given}
