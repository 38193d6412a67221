"""Which database is meant: what its URL says, taken apart once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from taskview_core.persistence.postgres_servers import Server

FORMS = "use a path to a SQLite file, sqlite:///FILE, or postgresql://USER@HOST:PORT/DATABASE"


class Passwords(NamedTuple):
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
    passwords: Passwords = field(default=Passwords(), repr=False, compare=False)
    connect_timeout: float = 10.0
    notices: tuple[str, ...] = ()
