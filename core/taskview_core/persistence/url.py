"""Database URLs as people paste them, taken apart once; a password is in no text that is shown."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from taskview_core.errors import UsageError
from taskview_core.persistence.postgres_servers import Server
from taskview_core.persistence.postgres_url import (
    FORMS,
    PostgresUrl,
    is_keyword_form,
    parse_keyword_form,
    parse_postgres_url,
)
from taskview_core.persistence.sqlite_url import (
    SqliteUrl,
    parse_file_uri,
    parse_path,
    parse_sqlite_url,
)

_POSTGRES = ("postgres", "postgresql", "postgresql+asyncpg")
_SQLITE = ("sqlite", "sqlite+aiosqlite")
_NEARLY = re.compile(
    r"(?i)^postgres(ql)?(\+\w+)?[:/]"  # a scheme of which something was forgotten
    r"|\b(password|passwd|pwd)\s*=|^\w+=[^;]*;"  # words, as others have them
    r"|^/{0,2}[^/@\s]+:.*@|^[^/@\s]+@[^/@\s]+:"  # user:password@host, user@host:port
)


@dataclass
class Passwords:
    """What gives a password where asked: `first` before any other, `last` where there is none.

    `first` is for whatever server; `last` is told the host, and gives None for one that it has no
    password for.
    """

    first: Callable[[], str] | None = None
    last: Callable[[str], str | None] | None = None


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """One database: a SQLite file (`path`, None for one in memory) or a Postgres `dsn`.

    `label` is its name for people, and `address` what opens it again from any folder: neither
    ever holds a password. A file that is `read_only` is so by its URL; that it is `immutable`
    promises that nobody writes to it. `notices` say what of the URL cannot be honoured.
    `servers` are where it may be, each with its password from the URL, its service, PGPASSWORD or
    a password file; `passwords` are asked before and after these. `session` is what is asked of a
    server, by target_session_attrs, and `settings` are for its sessions.
    """

    kind: Literal["sqlite", "postgresql"]
    label: str
    address: str
    path: Path | None = None
    read_only: bool = False
    immutable: bool = False
    dsn: str | None = field(default=None, repr=False)
    servers: tuple[Server, ...] = ()
    session: str = "any"
    settings: tuple[tuple[str, str], ...] = ()
    passwords: Passwords = field(default_factory=Passwords, repr=False, compare=False)
    connect_timeout: float = 10.0
    notices: tuple[str, ...] = ()


def parse_database_url(text: str) -> DatabaseUrl:
    """Read a URL or the path of a SQLite file; raise UsageError naming the forms there are."""
    if not text.strip():
        raise UsageError("the database URL is empty", FORMS)
    scheme, separator, rest = text.partition("://")
    if not separator:
        if is_keyword_form(text) and not os.path.lexists(text):
            return _postgres(parse_keyword_form(text))
        _check_no_mistyped_url(text)
        if text.startswith("file:") and not os.path.lexists(text):
            return _sqlite(_shown(text), parse_file_uri(text))
        return _sqlite(text, parse_path(text))
    if scheme in _SQLITE:
        return _sqlite(rest.partition("?")[0].removeprefix("/"), parse_sqlite_url(rest))
    if scheme == "file":
        return _sqlite(_shown(text), parse_file_uri(text))
    if scheme in _POSTGRES:
        return _postgres(parse_postgres_url(rest))
    raise UsageError(f"{scheme}:// is not a database that taskview reads", FORMS)


def _postgres(url: PostgresUrl) -> DatabaseUrl:
    return DatabaseUrl(
        "postgresql",
        url.label,
        url.address,
        dsn=url.dsn,
        servers=url.servers,
        session=url.session,
        settings=url.settings,
        connect_timeout=url.connect_timeout,
        notices=url.notices,
    )


def _check_no_mistyped_url(text: str) -> None:
    """Refuse what was meant for a server, before it is shown as a file's name with its password."""
    if _NEARLY.search(text) and not os.path.lexists(text):
        raise UsageError("this is nearly a Postgres URL, but none that can be read", FORMS)


def _shown(text: str) -> str:
    """Give a file: URI with what we read of its options: others may be keys of a cipher."""
    name, _, query = text.partition("#")[0].partition("?")
    read = [each for each in query.split("&") if each.partition("=")[0] in {"mode", "immutable"}]
    return f"{name}?{'&'.join(read)}" if read else name


def _sqlite(text: str, url: SqliteUrl) -> DatabaseUrl:
    return DatabaseUrl(
        "sqlite",
        text if url.path is not None else ":memory:",
        url.address,
        url.path,
        read_only=url.read_only,
        immutable=url.immutable,
        notices=url.notices,
    )
