"""Each form of a Postgres URL leads to the server, and what cannot be honoured of it is said."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from support.postgres import OwnServer
from support.relay import relayed
from support.url_forms import FORMS, Form, parts_of
from taskview_core.errors import CannotConnectError, UsageError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.postgres_connection import open_connection
from taskview_core.persistence.url import parse_database_url


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
async def test_every_form_leads_there(
    form: Form, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = parts_of(postgres_url, tmp_path)
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
        parts = parts_of(there, tmp_path)
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


@pytest.mark.parametrize("secret", ["a+b", "a#b", "a+#b"])
def test_a_plus_and_a_hash_in_a_query_are_what_libpq_has_them_for(secret: str) -> None:
    """libpq knows no fragment, and no plus that is a blank."""
    url = parse_database_url(f"postgresql://h/t#1?user=a+b&password={secret}&application_name=x#y")
    assert [each.password for each in url.servers] == [secret]
    assert url.label == "postgresql://a+b@h/t#1"
    assert parse_database_url(url.address).label == url.label
    assert "application_name=x%23y" in (url.dsn or "")
