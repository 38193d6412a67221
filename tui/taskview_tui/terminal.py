"""What the terminal can take: colours, and text for its clipboard."""

from __future__ import annotations

import os


def wants_no_colour() -> bool:
    """Whether the environment asks for no colours."""
    return "NO_COLOR" in os.environ


def copied_text(text: str) -> str:
    """Give text that can be encoded: halves of surrogate pairs, which cannot, become `?`."""
    return text.encode("utf-8", "replace").decode("utf-8")
