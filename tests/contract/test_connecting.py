"""What cannot be opened is one clear error, without a password and without leaving a file."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support.databases import DatabaseMaker
from support.postgres import OwnServer, start_own_server
from taskview_core.errors import (
    CannotConnectError,
    ConnectionLostError,
    SchemaError,
    TaskviewError,
    UsageError,
)
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import EVERYTHING

SECRET = "s3cret%20pass"


async def _refused(url: str, expected: type[TaskviewError]) -> str:
    browser = DatabaseBrowser(url)
    with pytest.raises(expected) as caught:
        await browser.connect()
    await browser.close()
    words = str(caught.value)
    assert caught.value.title
    assert "\n" not in words
    assert "s3cret" not in words
    assert "s3cret" not in browser.label
    assert "sqlalche" not in words.lower()
    assert "Traceback" not in words
    return words


async def test_a_missing_file_is_an_error_and_stays_missing(tmp_path: Path) -> None:
    words = await _refused(str(tmp_path / "nosuch.db"), CannotConnectError)
    assert "nosuch.db does not exist" in words
    await _refused(f"sqlite:///{tmp_path}/no/folder.db", CannotConnectError)
    await _refused(f"sqlite+aiosqlite:///{tmp_path}/nosuch.db", CannotConnectError)
    assert list(tmp_path.iterdir()) == []


async def test_what_is_no_database_is_said_so(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("these are notes\n" * 100)
    assert "not a SQLite database" in await _refused(str(text), CannotConnectError)
    assert "folder" in await _refused(str(tmp_path), CannotConnectError)
    assert text.read_text() == "these are notes\n" * 100
    assert list(tmp_path.iterdir()) == [text]


async def test_a_database_without_the_tables_names_the_remedy(database_url: str) -> None:
    words = await _refused(database_url, SchemaError)
    assert "taskview db upgrade" in words
    assert "tasks" in words


async def test_a_missing_server_and_database(postgres_url: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"postgresql://ada:{SECRET}@127.0.0.1:{port}/tasks"
    assert f"ada@127.0.0.1:{port}/tasks" in await _refused(url, CannotConnectError)
    elsewhere = urlsplit(postgres_url)._replace(path="/nosuch").geturl()
    assert "nosuch" in await _refused(elsewhere, CannotConnectError)
    nowhere = f"postgresql://ada:{SECRET}@no-such-host.invalid/tasks"
    await _refused(nowhere, CannotConnectError)
    await _refused(
        f"postgresql:///tasks?host=/no/such/folder&user=ada&password={SECRET}", CannotConnectError
    )


async def test_a_wrong_password(engine_label: str, databases: DatabaseMaker) -> None:
    if engine_label == "sqlite":
        return
    server = start_own_server(engine_label)
    try:
        parts = urlsplit(server.url())
        wrong = parts._replace(netloc=f"{parts.username}:{SECRET}@127.0.0.1:{parts.port}").geturl()
        words = await _refused(wrong, CannotConnectError)
        assert "login" in words or "password" in words
        unknown = parts._replace(netloc=f"nobody:{SECRET}@127.0.0.1:{parts.port}").geturl()
        await _refused(unknown, CannotConnectError)
    finally:
        server.stop()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "   ",
        "mysql://ada:s3cret@host/tasks",
        "postgresql://ada:s3cret@[::1/tasks",
        "postgresql://ada:s3cret@host:port/tasks",
        "postgresql://ada:s3cret@host:99999/tasks",
        "sqlite://relative.db",
        "postgresql://ada:s3cret@127.0.0.1:1/tasks?sslmode=sometimes",
        "postgresql://ada:s3cret@127.0.0.1:1/tasks?connect_timeout=soon",
    ],
)
async def test_urls_that_cannot_be_read(url: str) -> None:
    with pytest.raises((UsageError, CannotConnectError)) as caught:
        browser = DatabaseBrowser(url)
        await browser.connect()
    assert "s3cret" not in str(caught.value)


async def test_urls_in_every_form_that_works(
    migrated_postgres_url: str, postgres_server: object
) -> None:
    rest = migrated_postgres_url.removeprefix("postgresql://")
    urls = [
        f"postgres://{rest}",
        f"postgresql://{rest}",
        f"postgresql+asyncpg://{rest}",
        f"postgresql://{rest}?sslmode=disable&channel_binding=prefer&application_name=taskview",
        f"postgresql://{rest}?connect_timeout=3&keepalives=1&target_session_attrs=any",
        f"postgresql://{rest}?options=-c%20statement_timeout%3D9000",
        f"postgresql://{rest}?pgbouncer=true&gssencmode=disable",
    ]
    if isinstance(postgres_server, OwnServer):
        name = urlsplit(migrated_postgres_url).path.lstrip("/")
        urls.append(postgres_server.socket_url(name))
        folder = (
            urlsplit(postgres_server.socket_url(name)).query.split("&")[0].removeprefix("host=")
        )
        port = urlsplit(migrated_postgres_url).port
        urls.append(f"postgresql://taskview@{folder}:{port}/{name}")
        urls.append(migrated_postgres_url.replace("127.0.0.1", "127.0.0.1:1,127.0.0.1"))
    for url in urls:
        browser = DatabaseBrowser(url)
        await browser.connect()
        assert (await browser.count_tasks(EVERYTHING)).value == 0, url
        await browser.close()


async def test_a_server_that_goes_away_comes_back(databases: DatabaseMaker) -> None:
    from support.databases import migrate

    server = start_own_server()
    try:
        import asyncio

        await asyncio.to_thread(migrate, server.url())
        browser = DatabaseBrowser(server.url())
        await browser.connect()
        await browser.search_tasks(EVERYTHING, PageRequest(5))
        await asyncio.to_thread(server.halt)
        with pytest.raises(CannotConnectError) as caught:
            await browser.search_tasks(EVERYTHING, PageRequest(5))
        assert isinstance(caught.value, ConnectionLostError | CannotConnectError)
        await asyncio.to_thread(server.resume)
        assert (await browser.search_tasks(EVERYTHING, PageRequest(5))).rows == ()
        await browser.close()
    finally:
        await asyncio.to_thread(server.stop)
