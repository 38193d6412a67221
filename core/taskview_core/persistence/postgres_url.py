"""Postgres URLs and libpq's keyword form, as people paste them, made into what asyncpg reads."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from getpass import getuser
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from taskview_core.errors import UsageError
from taskview_core.hiding import remember
from taskview_core.persistence.passfile import Wanted, password_from_file
from taskview_core.persistence.postgres_settings import honoured
from taskview_core.persistence.service_file import service_settings

FORMS = "use a path to a SQLite file, sqlite:///FILE, or postgresql://USER@HOST:PORT/DATABASE"

# libpq's other form, host=… dbname=…; a file is hardly ever named so.
# The repeats give nothing back (`*+`), so that a long text that is no such form is seen at once.
_WORD = r"(\w++)\s*+=\s*+('(?:[^'\\]|\\.)*+'|(?:[^\s\\']|\\.)*+)"
_WORDS = (
    r"\s*+(?=(?:host|hostaddr|port|dbname|user|password|service|passfile|ssl\w+|connect_timeout"
    r"|application_name|options|target_session_attrs)\s*+=)"
    rf"{_WORD}(?:\s++{_WORD})*+\s*+"
)

# What asyncpg does not read of the environment, and libpq does.
_VARIABLES = {
    "PGAPPNAME": "application_name",
    "PGCHANNELBINDING": "channel_binding",
    "PGCONNECT_TIMEOUT": "connect_timeout",
    "PGGSSENCMODE": "gssencmode",
    "PGHOSTADDR": "hostaddr",
    "PGLOADBALANCEHOSTS": "load_balance_hosts",
    "PGOPTIONS": "options",
    "PGREQUIREAUTH": "require_auth",
    "PGREQUIREPEER": "requirepeer",
    "PGSSLCRLDIR": "sslcrldir",
}


@dataclass(frozen=True, slots=True)
class PostgresUrl:
    """A Postgres database: the parts of a DatabaseUrl, which has the words on them."""

    label: str
    address: str
    dsn: str = field(repr=False)
    password: str | None = field(repr=False)
    hosts: tuple[str, ...]
    connect_timeout: float
    notices: tuple[str, ...]


def is_keyword_form(text: str) -> bool:
    """Whether a text is `host=… dbname=…` and the like."""
    return "=" in text and re.fullmatch(_WORDS, text) is not None


def parse_keyword_form(text: str) -> PostgresUrl:
    """Read `host=… dbname=…`, as libpq has it: with quotes around spaces, and `\\` before them."""
    options = [
        (key, re.sub(r"\\(.)", r"\1", value[1:-1] if value[:1] == "'" else value))
        for key, value in re.findall(_WORD, text)
    ]
    return parse_postgres_url(f"?{urlencode(options, quote_via=quote)}")


def parse_postgres_url(rest: str) -> PostgresUrl:
    """Read what stands behind `postgresql://`; UsageError for what cannot be read."""
    try:
        parts = urlsplit(f"postgresql://{rest}")
        query = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError as error:
        raise UsageError("this Postgres URL cannot be read", FORMS) from error
    _check_no_stray_password(parts)
    settings = _completed({**_of_authority(parts), **dict(query)})
    password = settings.pop("password", None) or os.environ.get("PGPASSWORD")
    notice: str | None = None
    if not password:
        password, notice = password_from_file(
            settings.get("passfile") or os.environ.get("PGPASSFILE"), _wanted(settings)
        )
    settings.pop("passfile", None)
    public = (*settings.get("host", "").split(","), settings.get("user", ""), settings["dbname"])
    for secret in (password, settings.get("sslpassword")):
        remember(secret, public)
    kept, notices = honoured(settings)
    notices = notices if notice is None else (*notices, notice)
    dsn = urlencode([(k, v) for k, v in kept.items() if v], quote_via=quote)
    return PostgresUrl(
        _label(kept),
        _without_secrets(parts, query),
        f"postgresql://?{dsn}" if dsn else "postgresql://",
        password or None,
        tuple(kept.get("host", os.environ.get("PGHOST") or "localhost").split(",")),
        _seconds(settings.get("connect_timeout", "10")),
        notices,
    )


def _of_authority(parts: SplitResult) -> dict[str, str]:
    """Give what stands before the query, by the names of the query."""
    credentials, _, authority = parts.netloc.rpartition("@")
    user, _, password = credentials.partition(":")
    hosts, ports = [], []
    for each in authority.split(","):
        bracketed = re.fullmatch(r"(\[[^\]]*\])(?::(.*))?", each)
        host, port = bracketed.groups("") if bracketed else each.partition(":")[::2]
        _check_port(port)
        hosts.append(unquote(host))
        ports.append(port)
    found = {
        "user": unquote(user),
        "password": unquote(password),
        "host": ",".join(hosts),
        "dbname": unquote(parts.path.removeprefix("/")),
    }
    if any(ports):
        found["port"] = ",".join(port or "5432" for port in ports)
    return {key: value for key, value in found.items() if value}


def _check_port(port: str) -> None:
    if port and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65_536):
        # Not what stands there: a password does, where `@` and host are missing.
        raise UsageError("what stands behind the host's : in the Postgres URL is no port", FORMS)


def _completed(settings: dict[str, str]) -> dict[str, str]:
    """Add what a service and the environment say, in libpq's order."""
    if "database" in settings:
        settings.setdefault("dbname", settings.pop("database"))
    service = settings.pop("service", None) or os.environ.get("PGSERVICE")
    if service:
        settings = {**service_settings(service), **settings}
    for variable, key in _VARIABLES.items():
        value = os.environ.get(variable)
        if value:
            settings.setdefault(key, value)
    settings.setdefault("dbname", "")
    for port in settings.get("port", "").split(","):
        _check_port(port)
    return settings


def _wanted(settings: dict[str, str]) -> Wanted:
    """Say whose password is looked for in a password file, with what libpq adds."""
    user = settings.get("user") or os.environ.get("PGUSER") or _login_name()
    hosts = (settings.get("host") or os.environ.get("PGHOST") or "localhost").split(",")
    ports = (settings.get("port") or os.environ.get("PGPORT") or "5432").split(",")
    ports = ports * len(hosts) if len(ports) == 1 else [*ports, *["5432"] * len(hosts)]
    database = settings["dbname"] or os.environ.get("PGDATABASE") or user
    return Wanted([host.strip("[]") for host in hosts], ports[: len(hosts)], database, user)


def _login_name() -> str:
    try:
        return getuser()
    except (KeyError, OSError):
        return ""


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


def _without_secrets(parts: SplitResult, query: Iterable[tuple[str, str]]) -> str:
    """Give a Postgres URL without what is secret in it; a password comes from elsewhere then."""
    credentials, separator, hosts = parts.netloc.rpartition("@")
    netloc = f"{credentials.partition(':')[0]}{separator}{hosts}"
    shown = [(key, value) for key, value in query if not _is_secret(key)]
    rest = urlunsplit(("", "", parts.path, urlencode(shown, quote_via=quote), ""))
    return f"postgresql://{netloc}{rest}"


def _is_secret(key: str) -> bool:
    """Whether a setting is named as secrets are, though it may be no setting that there is."""
    words = ("pass", "pwd", "secret", "token", "_key")
    return key != "passfile" and any(word in key.lower() for word in words)


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        raise UsageError(
            "connect_timeout in the URL is no number of seconds", f"not {value!r}"
        ) from None
    return seconds if seconds > 0 else sys.maxsize / 1e9


def _label(settings: dict[str, str]) -> str:
    hosts = settings.get("host", "").split(",")
    ports = settings.get("port", "").split(",")
    ports = ports * len(hosts) if len(ports) == 1 else ports
    named = ",".join(
        f"{host}:{port}" if port and host and port != "5432" else host
        for host, port in zip(hosts, ports, strict=False)
    )
    user = settings.get("user", "")
    return f"postgresql://{user}{'@' if user else ''}{named}/{settings.get('dbname', '')}"
