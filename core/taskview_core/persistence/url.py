"""Database URLs as people paste them; a password is in no text that is shown.

What reads Postgres URLs is imported for those alone: a file is on the screen before that.
"""

from __future__ import annotations

import os
import re

from taskview_core.errors import UsageError
from taskview_core.persistence.database_url import FORMS, DatabaseUrl
from taskview_core.persistence.sqlite_url import parse_file_uri, parse_path, parse_sqlite_url

_POSTGRES = ("postgres", "postgresql", "postgresql+asyncpg")
_SQLITE = ("sqlite", "sqlite+aiosqlite")
_NEARLY = re.compile(
    r"(?i)^postgres(ql)?(\+\w+)?[:/]"  # a scheme of which something was forgotten
    r"|\b(password|passwd|pwd)\s*=|^\w+=[^;]*;"  # words, as others have them
    r"|^/{0,2}[^/@\s]+:.*@|^[^/@\s]+@[^/@\s]+:"  # user:password@host, user@host:port
)


def parse_database_url(text: str) -> DatabaseUrl:
    """Read a URL or the path of a SQLite file; raise UsageError naming the forms there are."""
    if not text.strip():
        raise UsageError("the database URL is empty", FORMS)
    scheme, separator, rest = text.partition("://")
    if not separator:
        return _without_scheme(text)
    if scheme in _SQLITE:
        return parse_sqlite_url(rest)
    if scheme == "file":
        return parse_file_uri(text)
    if scheme in _POSTGRES:
        from taskview_core.persistence.postgres_url import parse_postgres_url

        return parse_postgres_url(rest)
    raise UsageError(f"{scheme}:// is not a database that taskview reads", FORMS)


def _without_scheme(text: str) -> DatabaseUrl:
    """Read a path, SQLite's `file:NAME` or libpq's `host=…`; a file of such a name is a file."""
    if not os.path.lexists(text):
        if "=" in text:
            from taskview_core.persistence.postgres_url import is_keyword_form, parse_keyword_form

            if is_keyword_form(text):
                return parse_keyword_form(text)
        if _NEARLY.search(text):
            # Before it is shown as a file's name, with its password.
            raise UsageError("this is nearly a Postgres URL, but none that can be read", FORMS)
        if text.startswith("file:"):
            return parse_file_uri(text)
    return parse_path(text)
