"""Terminals with the program on them, and servers that may be hurt."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from support.cli_process import Terminal
from support.databases import DatabaseMaker, migrate
from support.faulty_line import FaultyLine, faulty_line
from support.hurt import Opener, connections, fill
from support.pausing import session_of
from support.postgres import OwnServer, server_labels, start_own_server
from support.waiting import until


@pytest.fixture
def open_terminal() -> Iterator[Opener]:
    """Opens the program on a terminal, which is closed after the test.

    By then it has to have ended: nothing is left of it, no thread and no process.
    """
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
    try:
        for terminal in opened:
            until(
                lambda leader=terminal.process.pid: not session_of(leader),
                "it has ended by itself, with all threads and whatever it had started",
            )
    finally:
        for terminal in opened:
            terminal.close()


@pytest.fixture
def hurt_server(_hurt_server: OwnServer) -> Iterator[OwnServer]:
    """A server for tests that hurt it, with rows in its first database; it runs."""
    yield _hurt_server
    _hurt_server.see_that_it_runs()
    _nobody_is_connected(_hurt_server.url())


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
    _nobody_is_connected(url)
    databases.drop(url)


def _nobody_is_connected(url: str) -> None:
    until(lambda: connections(url) == 0, "no connection is left on the server")


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
        until(lambda: through.open_lines == 0, "all have hung up")
