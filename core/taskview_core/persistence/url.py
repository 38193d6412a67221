"""Database URLs as people paste them, taken apart once; the password never leaves `dsn`."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from taskview_core.errors import UsageError

_POSTGRES = ("postgres", "postgresql", "postgresql+asyncpg")
_SQLITE = ("sqlite", "sqlite+aiosqlite")
_FORMS = "use a path to a SQLite file, sqlite:///FILE, or postgresql://USER@HOST:PORT/DATABASE"

# What libpq reads and asyncpg would send to the server as a setting of that name.
_NOT_FOR_THE_SERVER = frozenset(
    {
        "channel_binding",
        "fallback_application_name",
        "gssencmode",
        "hostaddr",
        "keepalives",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
        "load_balance_hosts",
        "pgbouncer",
        "prepared_statement_cache_size",
        "sslsni",
        "tcp_user_timeout",
    }
)

_SECRETS = frozenset({"password", "sslpassword"})

# libpq's other form, host=… dbname=…; a file is hardly ever named so.
# The repeats give nothing back (`*+`), so that a long text that is no such form is seen at once.
_WORD = r"(\w++)\s*+=\s*+('(?:[^'\\]|\\.)*+'|(?:[^\s\\']|\\.)*+)"
_WORDS = (
    r"\s*+(?=(?:host|hostaddr|port|dbname|user|password|service|passfile)\s*+=)"
    rf"{_WORD}(?:\s++{_WORD})*+\s*+"
)


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """One database: a SQLite file (`path`, None for one in memory) or a Postgres `dsn`.

    `label` is its name for people, and `address` what opens it again from any folder: neither
    ever holds a password. `notices` say what of the URL cannot be honoured.
    """

    kind: Literal["sqlite", "postgresql"]
    label: str
    address: str
    path: Path | None = None
    dsn: str | None = field(default=None, repr=False)
    connect_timeout: float = 10.0
    notices: tuple[str, ...] = ()


def parse_database_url(text: str) -> DatabaseUrl:
    """Read a URL or the path of a SQLite file; raise UsageError naming the forms there are."""
    if not text.strip():
        raise UsageError("the database URL is empty", _FORMS)
    scheme, separator, rest = text.partition("://")
    if not separator:
        if text == ":memory:":
            return DatabaseUrl("sqlite", ":memory:", ":memory:")
        return (
            _postgres_words(text)
            if "=" in text and re.fullmatch(_WORDS, text)
            else _sqlite_file(text)
        )
    if scheme in _SQLITE:
        return _sqlite_url(rest)
    if scheme in _POSTGRES:
        return _postgres_url(rest)
    raise UsageError(f"{scheme}:// is not a database that taskview reads", _FORMS)


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
        raise UsageError("a file's name cannot hold a NUL character", _FORMS)
    try:
        path = Path(text).expanduser()
    except RuntimeError as error:
        home = text.partition("/")[0]
        raise UsageError(f"nobody is known here whose folder {home} would be", _FORMS) from error
    return DatabaseUrl("sqlite", text, str(path.absolute()), path)


def _postgres_words(text: str) -> DatabaseUrl:
    """Read `host=… dbname=…`, as libpq has it: with quotes around spaces, and `\\` before them."""
    options = [
        (key, re.sub(r"\\(.)", r"\1", value[1:-1] if value[:1] == "'" else value))
        for key, value in re.findall(_WORD, text)
    ]
    return _postgres_url(f"?{urlencode(options, quote_via=quote)}")


def _postgres_url(rest: str) -> DatabaseUrl:
    try:
        parts = urlsplit(f"postgresql://{rest}")
        query = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError as error:
        raise UsageError("this Postgres URL cannot be read", _FORMS) from error
    _check_no_stray_password(parts)
    for host in parts.netloc.rpartition("@")[2].split(","):
        port = host.rpartition("]")[2].rpartition(":")[2] if ":" in host else ""
        if port and not (port.isdecimal() and int(port[:6]) < 65_536):
            raise UsageError(f"{port!r} in the Postgres URL is no port", _FORMS)
    kept: list[tuple[str, str]] = []
    notices: list[str] = []
    timeout = 10.0
    for key, value in query:
        if key == "connect_timeout":
            timeout = _seconds(key, value)
        elif key == "channel_binding" and value == "require":
            notices.append("channel_binding=require cannot be honoured and was left out")
        elif key == "ssl":
            kept.append(("sslmode", "require" if value in {"true", "1"} else value))
        elif key == "schema":
            kept.append(("search_path", value))
        elif key not in _NOT_FOR_THE_SERVER:
            kept.append((key, value))
    dsn = urlunsplit(parts._replace(query=urlencode(kept, quote_via=quote)))
    if not parts.netloc and not dsn.startswith("postgresql://"):
        dsn = dsn.replace("postgresql:", "postgresql://", 1)
    return DatabaseUrl(
        "postgresql",
        _postgres_label(parts.netloc, parts.path, kept),
        _without_secrets(parts, query),
        dsn=dsn,
        connect_timeout=timeout,
        notices=tuple(notices),
    )


def _check_no_stray_password(parts: SplitResult) -> None:
    """Refuse a URL whose password holds what ends it, before any part of that is shown as a host.

    `user:pa/ss@host/db` is read as the host `user` with the port `pa`; only the `@` that comes too
    late tells. Where one is meant to stand there, `%40` does as well.
    """
    if "@" in f"{parts.path}{parts.query}{parts.fragment}":
        raise UsageError(
            "an @ stands behind the host of this Postgres URL",
            "in a user's name or password write %40 for @, %2F for /, %3F for ? and %23 for #",
        )


def _without_secrets(parts: SplitResult, query: list[tuple[str, str]]) -> str:
    """Give a Postgres URL without what is secret in it; a password comes from elsewhere then."""
    credentials, separator, hosts = parts.netloc.rpartition("@")
    netloc = f"{credentials.partition(':')[0]}{separator}{hosts}"
    shown = [(key, value) for key, value in query if key not in _SECRETS]
    rest = urlunsplit(("", "", parts.path, urlencode(shown, quote_via=quote), ""))
    return f"postgresql://{netloc}{rest}"


def _seconds(key: str, value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        raise UsageError(f"{key} in the URL is no number of seconds", f"not {value!r}") from None
    return seconds if seconds > 0 else sys.maxsize / 1e9


def _postgres_label(netloc: str, path: str, query: list[tuple[str, str]]) -> str:
    credentials, _, hosts = netloc.rpartition("@")
    user = unquote(credentials.partition(":")[0])
    options = dict(query)
    hosts = unquote(hosts) or options.get("host", "")
    user = user or options.get("user", "")
    database = unquote(path.lstrip("/")) or options.get("dbname", options.get("database", ""))
    return f"postgresql://{user}{'@' if user else ''}{hosts}/{database}"
