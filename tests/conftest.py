"""What every test may ask for: databases on each engine, the real runs, a clean environment."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support import real_data as real
from support.databases import DatabaseMaker
from support.engines import engine_params, server_params
from support.examples import register_profiles
from support.order import mix
from support.postgres import GivenServer, OwnServer, Servers
from support.quick_folder import make_quick_folder

register_profiles()

# Background jobs and the workers of pytest-xdist ignore Ctrl-C, and what they start inherits it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure() -> None:
    """Let what is started here hear of ctrl+c, also where a shell runs us in the background.

    Such a shell has the interrupt ignored, and whoever is started inherits that. And keep the
    bytecode: without it, each of the many commands that tests start compiles the whole program.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # as under nohup
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_collection_finish() -> None:
    """Have the garbage collector not go through thousands of tests again and again.

    And less often through what each makes, which takes a tenth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Use every core twice: many tests wait for a server, a terminal or a pause."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    real.leave_out(config, items)
    if hasattr(config, "workerinput"):
        mix(items)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    real.hear_of_worker(node.config, node.workeroutput)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    real.say_what_was_left_out(terminalreporter, config)


@pytest.fixture(autouse=True)
def clean_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep the settings and folders of whoever runs the tests out of them.

    The folders are fresh for every test and not there until something makes them.
    """
    # A word that was a password in an earlier test is none in this one.
    monkeypatch.setattr("taskview_core.hiding._known", set())
    for name in list(os.environ):
        if name in {"NO_COLOR", "COLORTERM", "TEXTUAL"} or name.startswith(
            ("PG", "TASKVIEW_DB", "TASKVIEW_CONFIG")
        ):
            monkeypatch.delenv(name)
    home = tmp_path_factory.getbasetemp() / "homes" / str(next(_numbers))
    monkeypatch.setenv("HOME", str(home))
    for name, folder in (
        ("XDG_DATA_HOME", "data"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_CACHE_HOME", "cache"),
    ):
        monkeypatch.setenv(name, str(home / folder))


def _count() -> Iterator[int]:
    number = 0
    while True:
        yield number
        number += 1


_numbers = _count()


@pytest.fixture(scope="session")
def postgres_servers() -> Iterator[Servers]:
    """The PostgreSQL servers of this run, each started when first asked for."""
    servers = Servers()
    yield servers
    servers.stop()


@pytest.fixture(scope="session")
def databases(
    postgres_servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DatabaseMaker]:
    """What makes databases, for fixtures that want more than one or keep one for a module."""
    quick = make_quick_folder()
    yield DatabaseMaker(postgres_servers, quick or tmp_path_factory.mktemp("databases"))
    if quick is not None:
        shutil.rmtree(quick)


@pytest.fixture(scope="session", params=server_params())
def postgres_server(
    request: pytest.FixtureRequest, postgres_servers: Servers
) -> OwnServer | GivenServer:
    """A real PostgreSQL server; the test runs on each version there is, see `server_params`."""
    return postgres_servers.get(request.param)


@pytest.fixture(scope="session", params=engine_params())
def engine_label(request: pytest.FixtureRequest) -> str:
    """The engine that the test's databases are on: it runs once on each."""
    label: str = request.param
    return label


@pytest.fixture
def database_url(engine_label: str, databases: DatabaseMaker) -> Iterator[str]:
    """The URL of a fresh database without any table, on each engine."""
    url = databases.empty(engine_label)
    yield url
    databases.drop(url)


@pytest.fixture
def migrated_url(engine_label: str, databases: DatabaseMaker) -> Iterator[str]:
    """The URL of a fresh database with taskview's tables and no rows, on each engine."""
    url = databases.migrated(engine_label)
    yield url
    databases.drop(url)


@pytest.fixture
def sqlite_url(databases: DatabaseMaker) -> Iterator[str]:
    """The URL of a fresh SQLite database without any table."""
    url = databases.empty("sqlite")
    yield url
    databases.drop(url)


@pytest.fixture
def migrated_sqlite_url(databases: DatabaseMaker) -> Iterator[str]:
    """The URL of a fresh SQLite database with taskview's tables and no rows."""
    url = databases.migrated("sqlite")
    yield url
    databases.drop(url)


@pytest.fixture
def postgres_url(
    postgres_server: OwnServer | GivenServer, databases: DatabaseMaker
) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database without any table, on each version."""
    url = databases.empty(postgres_server.label)
    yield url
    databases.drop(url)


@pytest.fixture
def migrated_postgres_url(
    postgres_server: OwnServer | GivenServer, databases: DatabaseMaker
) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database with taskview's tables, on each version."""
    url = databases.migrated(postgres_server.label)
    yield url
    databases.drop(url)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with the real runs; without it the tests that need it are left out."""
    folder = real.real_data_folder()
    assert (folder / "ndjson" / "tasks.ndjson").is_file(), f"no real runs in {folder}"
    return folder
