"""Postgres URLs and libpq's keyword form, as people paste them, made into what asyncpg reads."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from getpass import getuser
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from taskview_core.errors import UsageError
from taskview_core.hiding import remember
from taskview_core.persistence.database_url import FORMS, DatabaseUrl
from taskview_core.persistence.passfile import Wanted, passwords_from_file
from taskview_core.persistence.postgres_servers import SESSIONS, Server, label_of, servers_of
from taskview_core.persistence.postgres_settings import honoured, is_for_the_server
from taskview_core.persistence.service_file import service_settings

# libpq's other form, host=… dbname=…; a file is hardly ever named so.
# The repeats give nothing back (`*+`), so that a long text that is no such form is seen at once.
_WORD = r"(\w++)\s*+=\s*+('(?:[^'\\]|\\.)*+'|(?:[^\s\\']|\\.)*+)"
_WORDS = (
    r"\s*+(?=(?:host|hostaddr|port|dbname|user|password|service|passfile|ssl\w+|connect_timeout"
    r"|application_name|options|target_session_attrs)\s*+=)"
    rf"{_WORD}(?:\s++{_WORD})*+\s*+"
)

_PLACES = {"host", "hostaddr", "port", "dbname", "user"}

# What libpq reads of the environment, but what is looked up there where TLS is made.
_VARIABLES = {
    "PGAPPNAME": "application_name",
    "PGCHANNELBINDING": "channel_binding",
    "PGCONNECT_TIMEOUT": "connect_timeout",
    "PGDATABASE": "dbname",
    "PGGSSENCMODE": "gssencmode",
    "PGHOST": "host",
    "PGHOSTADDR": "hostaddr",
    "PGLOADBALANCEHOSTS": "load_balance_hosts",
    "PGOPTIONS": "options",
    "PGPORT": "port",
    "PGREQUIREAUTH": "require_auth",
    "PGREQUIREPEER": "requirepeer",
    "PGSSLCERTMODE": "sslcertmode",
    "PGSSLCRLDIR": "sslcrldir",
    "PGTARGETSESSIONATTRS": "target_session_attrs",
    "PGUSER": "user",
}


def is_keyword_form(text: str) -> bool:
    """Whether a text is `host=… dbname=…` and the like."""
    return re.fullmatch(_WORDS, text) is not None


def parse_keyword_form(text: str) -> DatabaseUrl:
    """Read `host=… dbname=…`, as libpq has it: with quotes around spaces, and `\\` before them."""
    options = [
        (key, re.sub(r"\\(.)", r"\1", value[1:-1] if value[:1] == "'" else value))
        for key, value in re.findall(_WORD, text)
    ]
    if any(";" in value and "=" in value for key, value in options if key in _PLACES):
        raise UsageError("the settings of this Postgres database are parted by semicolons", FORMS)
    return parse_postgres_url(f"?{urlencode(options, quote_via=quote)}")


def parse_postgres_url(rest: str) -> DatabaseUrl:
    """Read what stands behind `postgresql://`; UsageError for what cannot be read."""
    try:
        # As libpq reads it: a + is a plus, and there are no fragments.
        parts = urlsplit(f"postgresql://{rest}", allow_fragments=False)
        query = parse_qsl(parts.query.replace("+", "%2B"), keep_blank_values=True)
    except ValueError as error:
        raise UsageError("this Postgres URL cannot be read", FORMS) from error
    _check_no_stray_password(parts)
    settings = _completed({**_of_authority(parts), **dict(query)})
    password = settings.pop("password", None) or os.environ.get("PGPASSWORD")
    passfile = settings.pop("passfile", None) or os.environ.get("PGPASSFILE")
    kept, notices = honoured(settings)
    servers = servers_of(kept.pop("host", ""), kept.pop("port", ""))
    if password:
        servers = [replace(each, password=password) for each in servers]
    else:
        servers, notice = _with_passwords(servers, kept, passfile)
        notices = notices if notice is None else (*notices, notice)
    user, database = kept.get("user", ""), kept.get("dbname", "")
    if "://" in database:
        raise UsageError("the database's name in this Postgres URL is a URL itself", FORMS)
    public = (*(each.host for each in servers), user, database)
    for secret in (*(each.password for each in servers), settings.get("sslpassword")):
        remember(secret, public)
    session = _session(kept.pop("target_session_attrs", "") or "any")
    read = [(k, v) for k, v in kept.items() if v and not is_for_the_server(k)]
    dsn = urlencode(read, quote_via=quote)
    return DatabaseUrl(
        "postgresql",
        label_of(servers, user, database),
        _without_secrets(parts, query),
        dsn=f"postgresql://?{dsn}" if dsn else "postgresql://",
        servers=tuple(servers),
        session=session,
        settings=tuple((k, v) for k, v in kept.items() if v and is_for_the_server(k)),
        connect_timeout=_seconds(settings.get("connect_timeout", "10")),
        notices=notices,
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
    # An address that is named by itself is where to go, whatever the variable's name stands for.
    named = bool(settings.get("host") or settings.get("hostaddr"))
    for variable, key in _VARIABLES.items():
        value = os.environ.get(variable)
        if value and not settings.get(key) and not (key == "host" and named):
            settings[key] = value
    for port in settings.get("port", "").split(","):
        _check_port(port)
    return settings


def _with_passwords(
    servers: Sequence[Server], settings: Mapping[str, str], passfile: str | None
) -> tuple[list[Server], str | None]:
    """Give each server the password that a file has for it, and a notice if that is not used."""
    user = settings.get("user") or _login_name()
    database = settings.get("dbname") or user
    wanted = [Wanted(each.name, str(each.port), database, user) for each in servers]
    found, notice = passwords_from_file(passfile, wanted)
    pairs = zip(servers, found, strict=True)
    return [replace(each, password=password) for each, password in pairs], notice


def _session(asked: str) -> str:
    if asked not in SESSIONS:
        raise UsageError(
            "this target_session_attrs is none that there is", f"there are {', '.join(SESSIONS)}"
        )
    return asked


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
    if "@" in f"{parts.path}{parts.query}":
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
