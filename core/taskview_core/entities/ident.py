"""Identities of tasks and conversations."""

import re
from typing import TypeAlias
from uuid import UUID

Ident: TypeAlias = UUID | str
"""A UUID; or, in a database made by others, text that is none, kept as it was written."""

_DIGITS, _CAPITALS = (r"[0-9a-f]", r"[0-9A-F]")
_UUID = re.compile(
    "|".join(
        f"{digit}{{32}}|{digit}{{8}}-{digit}{{4}}-{digit}{{4}}-{digit}{{4}}-{digit}{{12}}"
        for digit in (_DIGITS, _CAPITALS)
    )
)


def parse_ident(text: str) -> Ident:
    """Read an id as it is stored: 32 hex digits, with or without dashes, or else plain text.

    The letters are all small or all capitals. Text that resembles a UUID in no such form is found
    again only letter for letter, and so is kept as text.
    """
    return UUID(text) if _UUID.fullmatch(text) else text
