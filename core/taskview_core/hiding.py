"""What is secret in this process, and texts without it.

A password is known here from where it is read, and every error and every word of ours is looked
through before anybody sees it: drivers and servers quote what they were given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

MASK = "***"

_SHORTEST = 3
"""Fewer characters than this are in any text, and no secret."""
_IN_EVERY_URL = "postgresql+asyncpg://"
"""A password such as `postgres` is none: hiding it would only garble what is said."""

# Compiled for the first word that may be any of these: most command lines have none.
_CREDENTIALS = r"(?is)(?:[a-z][\w+.-]*://|postgres\w*:/?)([^:/@\s]*):(.*)@([^@]*)"
"""The user, the password up to the last `@`, and the rest."""
_WITHOUT_HOST = (
    r"(?i)(?:[a-z][\w+.-]*://|postgres\w*:/?)[^:/@\s\[]*:([^:/@,]*[^\d:/@,][^:/@,]*)(?=/|$)"
)
"""What stands where a port would, and is none: the `@` and the host behind it were forgotten."""
_NAMED = (
    r"(?i)(?:\b(?:pass(?:word|wd|code|phrase)?|pwd|secret|token)|(?<=[?&;])\w*key)\s*="
    r"\s*('(?:[^'\\]|\\.)*'|[^&\s]*)"
)

_TELLING = frozenset(":@=")
"""Without any of these there is no password in a word."""

_known: set[str] = set()


def remember(secret: str | None, public: Iterable[str] = ()) -> None:
    """Take note of a secret, as it is meant and in every way that it may be written.

    What is `public` is said of the same database, as the name of a user: it can be no secret.
    """
    if secret is None or len(secret) < _SHORTEST or secret in _IN_EVERY_URL or secret in public:
        return
    for form in (secret, unquote(secret), secret.replace("\\", "\\\\").replace("'", "\\'")):
        spelled = (form, quote(form, ""), quote(form), repr(form)[1:-1])
        _known.update(each for each in spelled if len(each) >= _SHORTEST)


def remember_in(text: str) -> None:
    """Take note of every secret in a word of a command line, which may be a database's URL."""
    if not _TELLING.intersection(text):
        return
    for found in re.finditer(_CREDENTIALS, text):
        user, password, rest = found.groups()
        remember(password, {user, *re.split(r"[/:?&=,]", rest)})
    for found in re.finditer(_WITHOUT_HOST, text):
        remember(found[1])
    for found in re.finditer(_NAMED, text):
        value = found[1].strip("'")
        remember(value)
        remember(value.partition(";")[0])
        remember(re.sub(r"\\(.)", r"\1", value))


def hidden(text: str) -> str:
    """Give the text with a mask for each secret that is known."""
    # The longest first: one may be a part of another.
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text
