"""Identities of tasks and conversations."""

from typing import TypeAlias
from uuid import UUID

Ident: TypeAlias = UUID | str
"""A UUID; or, in a database made by others, text that is none, kept as it was written."""


def parse_ident(text: str) -> Ident:
    """Read an id as it is stored: 32 hex digits, with or without dashes, or else plain text."""
    try:
        return UUID(text)
    except ValueError:
        return text
