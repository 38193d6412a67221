"""Database URLs as people paste them, taken apart once; a password is in no text that is shown."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from taskview_core.errors import UsageError
from taskview_core.persistence.postgres_url import (
    FORMS,
    PostgresUrl,
    is_keyword_form,
    parse_keyword_form,
    parse_postgres_url,
)

_POSTGRES = ("postgres", "postgresql", "postgresql+asyncpg")
_SQLITE = ("sqlite", "sqlite+aiosqlite")


@dataclass
class Passwords:
    """What gives a password where asked: `first` before any other, `last` where there is none."""

    first: Callable[[], str] | None = None
    last: Callable[[], str] | None = None


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """One database: a SQLite file (`path`, None for one in memory) or a Postgres `dsn`.

    `label` is its name for people, and `address` what opens it again from any folder: neither
    ever holds a password. `notices` say what of the URL cannot be honoured.
    `password` is the one of the URL, its service, PGPASSWORD or a password file, and `passwords`
    are asked before and after it; `hosts` are the server's, by name.
    """

    kind: Literal["sqlite", "postgresql"]
    label: str
    address: str
    path: Path | None = None
    dsn: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    passwords: Passwords = field(default_factory=Passwords, repr=False, compare=False)
    hosts: tuple[str, ...] = ()
    connect_timeout: float = 10.0
    notices: tuple[str, ...] = ()


def parse_database_url(text: str) -> DatabaseUrl:
    """Read a URL or the path of a SQLite file; raise UsageError naming the forms there are."""
    if not text.strip():
        raise UsageError("the database URL is empty", FORMS)
    scheme, separator, rest = text.partition("://")
    if not separator:
        if text == ":memory:":
            return DatabaseUrl("sqlite", ":memory:", ":memory:")
        if is_keyword_form(text):
            return _postgres(parse_keyword_form(text))
        _check_no_mistyped_url(text)
        return _sqlite_file(text)
    if scheme in _SQLITE:
        return _sqlite_url(rest)
    if scheme in _POSTGRES:
        return _postgres(parse_postgres_url(rest))
    raise UsageError(f"{scheme}:// is not a database that taskview reads", FORMS)


def _postgres(url: PostgresUrl) -> DatabaseUrl:
    return DatabaseUrl(
        "postgresql",
        url.label,
        url.address,
        dsn=url.dsn,
        password=url.password,
        hosts=url.hosts,
        connect_timeout=url.connect_timeout,
        notices=url.notices,
    )


def _check_no_mistyped_url(text: str) -> None:
    """Refuse what was meant for a server, before it is shown as a file's name with its password."""
    nearly = re.search(r"(?i)^postgres(ql)?(\+\w+)?:|\bpassword\s*=", text)
    if nearly and not os.path.lexists(text):
        raise UsageError("this is nearly a Postgres URL, but none that can be read", FORMS)


def _sqlite_url(rest: str) -> DatabaseUrl:
    name, _, _ = rest.partition("?")
    if name in {"", "/", "/:memory:"}:
        return DatabaseUrl("sqlite", ":memory:", ":memory:")
    if not name.startswith("/"):
        raise UsageError(
            "a SQLite URL has three slashes before a relative path and four before an absolute one",
            f"did you mean sqlite:///{name}?",
        )
    return _sqlite_file(name[1:])


def _sqlite_file(text: str) -> DatabaseUrl:
    if "\0" in text:
        raise UsageError("a file's name cannot hold a NUL character", FORMS)
    try:
        path = Path(text).expanduser()
    except RuntimeError as error:
        home = text.partition("/")[0]
        raise UsageError(f"nobody is known here whose folder {home} would be", FORMS) from error
    return DatabaseUrl("sqlite", text, str(path.absolute()), path)
