"""Terminals with the program on them, and servers that may be hurt."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from support.cli_process import Terminal
from support.databases import DatabaseMaker, migrate
from support.faulty_line import FaultyLine, faulty_line
from support.hurt import Opener, fill
from support.postgres import OwnServer, server_labels, start_own_server


@pytest.fixture
def open_terminal() -> Iterator[Opener]:
    """Opens the program on a terminal, which is closed after the test, whatever runs on it."""
    opened: list[Terminal] = []

    def open_one(
        *words: str,
        width: int = 120,
        height: int = 36,
        begin: Callable[[], object] = lambda: None,
        **variables: str,
    ) -> Terminal:
        terminal = Terminal(words, width=width, height=height, variables=variables, begin=begin)
        opened.append(terminal)
        return terminal

    yield open_one
    for terminal in opened:
        terminal.close()


@pytest.fixture
def hurt_server(_hurt_server: OwnServer) -> Iterator[OwnServer]:
    """A server for tests that hurt it, with rows in its first database; it runs."""
    yield _hurt_server
    _hurt_server.see_that_it_runs()


@pytest.fixture(scope="session")
def _hurt_server() -> Iterator[OwnServer]:
    server = start_own_server()
    try:
        migrate(server.url())
        fill(server.url())
        yield server
    finally:
        server.stop()


@pytest.fixture
def filled_postgres(databases: DatabaseMaker) -> Iterator[str]:
    """A database with rows, on a server that others use too; of the first version at hand."""
    url = databases.migrated(server_labels()[0])
    fill(url)
    yield url
    databases.drop(url)


@pytest.fixture
def filled_sqlite(migrated_sqlite_url: str) -> str:
    """A SQLite database with rows."""
    fill(migrated_sqlite_url)
    return migrated_sqlite_url


@pytest.fixture
def line(filled_postgres: str) -> Iterator[FaultyLine]:
    """A line to a database with rows; `line.url` goes through it."""
    with faulty_line(filled_postgres) as through:
        yield through
