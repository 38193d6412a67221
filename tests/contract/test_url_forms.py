"""Each form of a Postgres URL leads to the server, and what cannot be honoured of it is said."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest

from support.postgres import OwnServer
from support.relay import relayed
from taskview_core.errors import CannotConnectError, UsageError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.postgres_connection import open_connection
from taskview_core.persistence.url import parse_database_url


@dataclass(frozen=True)
class _Form:
    """A URL with the variables and files that belong to it; parts of a real one are filled in.

    `asks` is a question to the server, and its answer.
    """

    url: str
    variables: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    notices: Sequence[str] = ()
    asks: tuple[str, str] = ("SELECT current_database()", "{name}")


_LOGIN = "{user}:{quoted}@{host}:{port}/{name}"
_SERVICE = "# ours\n[other]\nhost=nowhere.invalid\n[mine]\nhost={host}\nport={port}\nuser={user}\n"
_WHOLE_SERVICE = _SERVICE + "password={password}\ndbname={name}\n"
_PARTS = {
    "PGHOST": "{host}",
    "PGPORT": "{port}",
    "PGUSER": "{user}",
    "PGDATABASE": "{name}",
    "PGPASSWORD": "{password}",
}


def _left_out(*what: str) -> tuple[str, ...]:
    return tuple(f"{each} cannot be honoured and was left out" for each in what)


_FORMS = {
    "postgres": _Form(f"postgres://{_LOGIN}"),
    "postgresql": _Form(f"postgresql://{_LOGIN}"),
    "sqlalchemy": _Form(f"postgresql+asyncpg://{_LOGIN}"),
    "percent-encoded": _Form("postgresql://{user}:{spelled}@{host}:{port}/{name}"),
    "in-the-query": _Form(
        "postgresql://?host={host}&port={port}&user={user}&password={quoted}&dbname={name}"
    ),
    "database": _Form("postgresql://{user}:{quoted}@{host}:{port}?database={name}"),
    "port-with-host": _Form(
        "postgresql:///{name}?host={host}:{port}&user={user}&password={quoted}"
    ),
    "keywords": _Form("host={host} port={port} user={user} password={password} dbname={name}"),
    "keywords-in-quotes": _Form(
        "host = '{host}' port='{port}' user={user} password='{password}' dbname='{name}'"
    ),
    "sslmode": _Form(f"postgresql://{_LOGIN}?sslmode=disable&application_name=taskview"),
    "ssl": _Form(f"postgresql://{_LOGIN}?ssl=false"),
    "of-no-use": _Form(
        f"postgresql://{_LOGIN}?channel_binding=prefer&gssencmode=disable&connect_timeout=3"
        "&keepalives=1&keepalives_idle=5&tcp_user_timeout=9&sslsni=0&load_balance_hosts=disable"
        "&fallback_application_name=x&target_session_attrs=any&pgbouncer=true"
    ),
    "application": _Form(
        f"postgresql://{_LOGIN}?application_name=my%20agents",
        asks=("SHOW application_name", "my agents"),
    ),
    "options": _Form(
        f"postgresql://{_LOGIN}?options=-c%20statement_timeout%3D9000",
        asks=("SHOW statement_timeout", "9s"),
    ),
    "schema": _Form(
        f"postgresql://{_LOGIN}?schema=elsewhere", asks=("SHOW search_path", "elsewhere")
    ),
    "prisma": _Form(
        f"postgresql://{_LOGIN}?pgbouncer=true&schema=public", asks=("SHOW search_path", "public")
    ),
    "setting": _Form(f"postgresql://{_LOGIN}?work_mem=5MB", asks=("SHOW work_mem", "5MB")),
    "hostaddr": _Form("hostaddr={host} port={port} user={user} password={password} dbname={name}"),
    "hostaddr-and-host": _Form(
        f"postgresql://{_LOGIN}?hostaddr=203.0.113.1",
        notices=("hostaddr cannot be honoured: the host is looked up by its name",),
    ),
    "hosts": _Form("postgresql://{user}:{quoted}@{host}:1,{host}:{port}/{name}"),
    "hosts-in-the-query": _Form(
        "postgresql:///{name}?host={host},{host}&port=1,{port}&user={user}&password={quoted}"
    ),
    "hosts-of-one-port": _Form(
        "postgresql:///{name}?host=no-such.invalid,{host}&port={port}&user={user}&password={quoted}"
    ),
    "hosts-primary": _Form(
        "postgresql://{user}:{quoted}@{host}:1,{host}:{port}/{name}?target_session_attrs=primary"
    ),
    "hosts-standby": _Form(
        "postgresql://{user}:{quoted}@{host}:{port},{host}:1/{name}"
        "?target_session_attrs=prefer-standby"
    ),
    "passfile": _Form(
        "postgresql://{user}@{host}:{port}/{name}?passfile={folder}/pass",
        files={"pass": "{host}:{port}:*:{user}:{password}\n"},
    ),
    "pgpass": _Form(
        "postgresql://{user}@{host}:{port}/{name}",
        files={".pgpass": "*:*:*:*:{password}\n"},
    ),
    "PGPASSFILE": _Form(
        "postgresql://{user}@{host}:{port}/{name}",
        {"PGPASSFILE": "{folder}/pass"},
        {"pass": "*:*:{name}:{user}:{password}\n"},
    ),
    "PGPASSWORD": _Form("postgresql://{user}@{host}:{port}/{name}", {"PGPASSWORD": "{password}"}),
    "variables": _Form("postgresql://", _PARTS),
    "variables-for-a-name": _Form("postgres:///{name}", {**_PARTS, "PGDATABASE": "no_such"}),
    "variables-less-than-the-url": _Form(
        f"postgresql://{_LOGIN}",
        {**_PARTS, "PGHOST": "no-such.invalid", "PGPORT": "1", "PGUSER": "x", "PGPASSWORD": "x"},
    ),
    "PGHOSTADDR": _Form("postgresql://", {**_PARTS, "PGHOST": "", "PGHOSTADDR": "{host}"}),
    "hostaddr-before-PGHOST": _Form(
        "postgresql://?hostaddr={host}", {**_PARTS, "PGHOST": "no-such.invalid"}
    ),
    "PGOPTIONS": _Form(
        "postgresql://", {**_PARTS, "PGOPTIONS": "--work-mem=6MB"}, asks=("SHOW work_mem", "6MB")
    ),
    "PGAPPNAME": _Form(
        "postgresql://", {**_PARTS, "PGAPPNAME": "mine"}, asks=("SHOW application_name", "mine")
    ),
    "PGTARGETSESSIONATTRS": _Form(
        "postgresql://{user}:{quoted}@{host}:1,{host}:{port}/{name}",
        {"PGTARGETSESSIONATTRS": "read-write"},
    ),
    "service": _Form(
        "postgresql://?service=mine", {"PGSERVICEFILE": "{folder}/s"}, {"s": _WHOLE_SERVICE}
    ),
    "service-in-a-path": _Form(
        "postgresql:///?service=mine", {"PGSERVICEFILE": "{folder}/s"}, {"s": _WHOLE_SERVICE}
    ),
    "service-of-keywords": _Form("service=mine", files={".pg_service.conf": _WHOLE_SERVICE}),
    "service-of-the-system": _Form(
        "service=mine", {"PGSYSCONFDIR": "{folder}/etc"}, {"etc/pg_service.conf": _WHOLE_SERVICE}
    ),
    "PGSERVICE": _Form(
        "postgresql://", {"PGSERVICE": "mine"}, {".pg_service.conf": _WHOLE_SERVICE}
    ),
    "service-less-than-the-url": _Form(
        "postgresql:///{name}?service=mine",
        {"PGPASSWORD": "{password}", "PGHOST": "no-such.invalid"},
        {".pg_service.conf": _SERVICE + "dbname=no_such\n"},
    ),
    "service-with-passfile": _Form(
        "postgresql:///{name}?service=mine",
        files={".pg_service.conf": _SERVICE, ".pgpass": "{host}:{port}:*:*:{password}\n"},
    ),
    "channel_binding": _Form(
        f"postgresql://{_LOGIN}?channel_binding=require",
        notices=_left_out("channel_binding=require"),
    ),
    "asked-in-vain": _Form(
        f"postgresql://{_LOGIN}?load_balance_hosts=random&gssencmode=require&sslcertmode=require"
        "&require_auth=scram-sha-256&requirepeer=postgres&sslcrldir=%2Fx&sslkeylogfile=%2Fx"
        "&min_protocol_version=3.2&unknown=1",
        notices=_left_out(
            "load_balance_hosts=random",
            "gssencmode=require",
            "sslcertmode=require",
            "require_auth=scram-sha-256",
            "requirepeer=postgres",
            "sslcrldir",
            "sslkeylogfile",
            "min_protocol_version",
            "unknown",
        ),
    ),
    "asked-by-variables-in-vain": _Form(
        f"postgresql://{_LOGIN}",
        {
            "PGCHANNELBINDING": "require",
            "PGGSSENCMODE": "require",
            "PGLOADBALANCEHOSTS": "random",
            "PGREQUIREAUTH": "md5",
            "PGREQUIREPEER": "postgres",
            "PGSSLCERTMODE": "disable",
            "PGSSLCRLDIR": "/x",
        },
        notices=_left_out(
            "channel_binding=require",
            "gssencmode=require",
            "load_balance_hosts=random",
            "require_auth=md5",
            "requirepeer=postgres",
            "sslcertmode=disable",
            "sslcrldir",
        ),
    ),
    "passfile-of-no-use": _Form(f"postgresql://{_LOGIN}?passfile=%2Fno%2Fsuch"),
    "passfile-that-is-missing": _Form(
        "postgresql://{user}@{host}:{port}/{name}?passfile=%2Fno%2Fsuch",
        notices=("there is no password file /no/such",),
        asks=("", ""),
    ),
}


def _parts_of(url: str, folder: Path) -> dict[str, str]:
    parts = urlsplit(url)
    password = unquote(parts.password or "")
    return {
        "user": unquote(parts.username or ""),
        "password": password,
        "quoted": quote(password, ""),
        "spelled": "".join(f"%{byte:02X}" for byte in password.encode()),
        "host": parts.hostname or "",
        "port": str(parts.port or 5432),
        "name": parts.path.removeprefix("/"),
        "folder": str(folder),
    }


@pytest.mark.parametrize("form", _FORMS.values(), ids=_FORMS.keys())
async def test_every_form_leads_there(
    form: _Form, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = _parts_of(postgres_url, tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable, value in form.variables.items():
        monkeypatch.setenv(variable, value.format(**parts))
    for name, text in form.files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.format(**parts))
        path.chmod(0o600)
    url = parse_database_url(form.url.format(**parts))
    assert url.notices == tuple(form.notices)
    assert parts["password"] not in f"{url.label} {url.address} {url!r}"
    question, answer = form.asks
    if not question:
        return
    connection = await open_connection(url)
    assert await connection.fetchval(question) == answer.format(**parts)
    await connection.close()
    # What is copied opens it again, wherever the password comes from then.
    again = parse_database_url(url.address)
    assert [(each.host, each.port) for each in again.servers] == [
        (each.host, each.port) for each in url.servers
    ]


async def test_a_socket_by_each_name(postgres_server: OwnServer, postgres_url: str) -> None:
    if not isinstance(postgres_server, OwnServer):
        return  # Of a server that was given, nobody knows its socket.
    name = urlsplit(postgres_url).path.removeprefix("/")
    folder, port = postgres_server.folder, postgres_server.port
    for text in (
        f"postgresql:///{name}?host={quote(str(folder), '')}&port={port}&user=taskview",
        f"postgresql://taskview@{quote(str(folder), '')}:{port}/{name}",
        f"host={folder} port={port} user=taskview dbname={name}",
        f"postgresql://taskview@127.0.0.1:1,{quote(str(folder), '')}:{port}/{name}",
    ):
        connection = await open_connection(parse_database_url(text))
        assert await connection.fetchval("SELECT current_database()") == name, text
        await connection.close()


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


async def test_an_ipv6_address_as_libpq_writes_it(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the machine has none, the address is at least read as one."""
    home = "::1" if _has_ipv6() else "127.0.0.1"
    async with relayed(postgres_url, host=home) as (there, _):
        parts = _parts_of(there, tmp_path)
        service = tmp_path / "s"
        service.write_text("[six]\nhost=::1\n")
        monkeypatch.setenv("PGSERVICEFILE", str(service))
        rest = "port={port} user={user} password={password} dbname={name}".format(**parts)
        query = "port={port}&user={user}&password={quoted}".format(**parts)
        for text in (
            "postgresql://{user}:{quoted}@[::1]:{port}/{name}".format(**parts),
            f"host=::1 {rest}",
            f"hostaddr=::1 {rest}",
            f"host=[::1] {rest}",
            f"postgresql:///{parts['name']}?host=::1&{query}",
            f"postgresql:///{parts['name']}?host=%5B%3A%3A1%5D&{query}",
            f"postgresql:///{parts['name']}?service=six&{query}",
        ):
            url = parse_database_url(text)
            assert [(each.host, str(each.port)) for each in url.servers] == [("::1", parts["port"])]
            assert url.label == "postgresql://{user}@[::1]:{port}/{name}".format(**parts)
            if home == "::1":
                connection = await open_connection(url)
                assert await connection.fetchval("SELECT current_database()") == parts["name"]
                await connection.close()


async def test_the_variables_say_in_the_title_which_server_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable, value in (
        ("PGHOST", "127.0.0.1"),
        ("PGPORT", "1"),
        ("PGUSER", "z"),
        ("PGDATABASE", "zz"),
    ):
        monkeypatch.setenv(variable, value)
    browser = DatabaseBrowser("postgresql://")
    assert browser.label == "postgresql://z@127.0.0.1:1/zz"
    with pytest.raises(
        CannotConnectError, match=r"cannot connect to postgresql://z@127\.0\.0\.1:1/zz"
    ):
        await browser.connect()
    await browser.close()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("postgresql://a,b,c/t?port=1,2", "3 hosts and 2 ports"),
        ("postgresql://a/t?target_session_attrs=fast", "prefer-standby"),
        ("postgresql://a/t?port=x", "is no port"),
        ("service=none", "there is no Postgres service none"),
    ],
)
def test_what_goes_together_with_nothing_is_told(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parse_database_url(text)


@pytest.mark.parametrize("line", ["host db.example", "service=other"])
def test_a_service_file_that_cannot_be_read_is_told(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "s"))
    (tmp_path / "s").write_text(f"[mine]\n{line}\n")
    with pytest.raises(UsageError, match=r"line 2 of .*/s is no setting"):
        parse_database_url("service=mine")


async def test_a_server_without_tls_is_refused_by_the_oldest_variable_too(
    postgres_server: OwnServer, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGREQUIRESSL", "1")
    browser = DatabaseBrowser(postgres_url)
    with pytest.raises(CannotConnectError, match="the server has no TLS"):
        await browser.connect()
    await browser.close()
    monkeypatch.setenv("PGSSLMODE", "prefer")
    connection = await open_connection(parse_database_url(postgres_url))
    await connection.close()
