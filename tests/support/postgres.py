"""Real PostgreSQL servers for tests, with a fresh database for each that asks for one."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Coroutine
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from support.pausing import children_of
from support.postgres_programs import (
    NoPostgresError,
    Programs,
    Runner,
    find_programs,
    make_shared_folder,
)
from support.quick_folder import make_quick_folder

URL_VARIABLE = "TASKVIEW_TEST_POSTGRES_URL"
USER = "taskview"
_START_SECONDS = 60.0

_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "autovacuum": "off",
    "client_connection_check_interval": "200ms",
    "log_min_messages": "fatal",
    "logging_collector": "off",
}

T = TypeVar("T")


class Databases:
    """Makes and drops databases on one server. Synchronous: not for use in a running loop."""

    def __init__(self, admin_url: Callable[[], str]) -> None:
        self._admin_url = admin_url
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._prefix = f"taskview_test_{os.getpid()}_{secrets.token_hex(3)}"
        self._made = 0
        self._templates: dict[str, str] = {}

    def url_of(self, database: str) -> str:
        """Give the URL of a database by its name."""
        parts = urlsplit(self._admin_url())
        return urlunsplit(parts._replace(path=f"/{quote(database)}"))

    def execute(self, statement: str) -> None:
        """Run a statement in the administrator's database."""
        self._run(self._execute(statement))

    def create(self, template: str = "template0") -> str:
        """Make a database and give its name."""
        self._made += 1
        name = f"{self._prefix}_{self._made}"
        self._run(self._create(name, template))
        return name

    def create_from(self, template_name: str, fill: Callable[[str], None]) -> str:
        """Make a database as `fill` left the first one of this name; give its name.

        `fill` is called once with the URL of an empty database, which is then copied each time.
        """
        if template_name not in self._templates:
            database = self.create()
            fill(self.url_of(database))
            self._templates[template_name] = database
        return self.create(self._templates[template_name])

    def drop(self, database: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def close(self) -> None:
        """Drop the templates and hang up."""
        for database in self._templates.values():
            self.drop(database)
        self._templates.clear()
        self.hang_up()
        self._runner.close()

    def hang_up(self) -> None:
        """End the administrator's connection; the next call makes another."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    async def _connected(self) -> asyncpg.Connection[asyncpg.Record]:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self._admin_url())
        return self._connection

    async def _execute(self, statement: str) -> None:
        connection = await self._connected()
        await connection.execute(statement)

    async def _create(self, name: str, template: str) -> None:
        connection = await self._connected()
        # Copying files beats writing a whole new database to the log: 30 ms instead of 100.
        by_files = connection.get_server_version().major >= 15
        strategy = " STRATEGY file_copy" if by_files else ""
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{strategy}')


class OwnServer:
    """A server that the tests started: on a loopback port and a socket in a private folder.

    With `in_memory` its rows lie in memory where there is room; for few rows.
    """

    def __init__(self, programs: Programs, *, in_memory: bool = False) -> None:
        self.label = programs.label
        self._user = Runner.for_this_process()
        self._folder = make_shared_folder(self._user, "taskview-pg-")
        self._quick = make_quick_folder() if in_memory else None
        self._data = (self._quick or self._folder) / "data"
        self._log = self._folder / "words.log"
        self._password = secrets.token_urlsafe(12)
        self._process: subprocess.Popen[bytes] | None = None
        self.databases = Databases(self.url)
        with ExitStack() as undo:
            undo.callback(self.stop)
            self.programs = self._runnable(programs)
            """What it runs: another server need not copy them once more."""
            self._initialise()
            self._start_on_free_port()
            undo.pop_all()

    def url(self, database: str = "postgres") -> str:
        """Give the URL of a database on this server, over loopback, with its password."""
        return f"postgresql://{USER}:{self._password}@127.0.0.1:{self.port}/{database}"

    def socket_url(self, database: str = "postgres") -> str:
        """Give the URL of a database on this server, over its socket, without a password."""
        return f"postgresql:///{database}?host={quote(str(self._folder), '')}" + (
            f"&port={self.port}&user={USER}"
        )

    @property
    def pid(self) -> int:
        """The process id of the server."""
        assert self._process is not None, "the server is stopped"
        return self._process.pid

    def halt(self) -> None:
        """Stop the server, cutting every connection; `resume` starts it again with its rows."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Kill the server as it stands; `resume` starts it again, and it recovers its rows."""
        children = children_of(self.pid)
        self._end(signal.SIGKILL)
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        deadline = time.monotonic() + _START_SECONDS
        while any(Path(f"/proc/{child}").exists() for child in children):
            assert time.monotonic() < deadline, "killed processes are gone"
            time.sleep(0.01)
        # It says of the killed server that it is ready.
        (self._data / "postmaster.pid").unlink()

    def resume(self) -> None:
        """Start the halted server again, on the same port.

        From a thread that lasts as long: it ends with whoever started it.
        """
        self._start(self.port)

    def own(self, folder: Path) -> None:
        """Hand a folder over to the server's user."""
        self._user.own(folder)

    def see_that_it_runs(self) -> None:
        """Start the server again if a test has left it stopped."""
        if self._process is None or self._process.poll() is not None:
            self.resume()

    @property
    def folder(self) -> Path:
        """A folder that the server's user alone can read."""
        return self._folder

    def configure(self, settings: str, access: str) -> None:
        """Add lines to postgresql.conf, replace pg_hba.conf, and start again."""
        with (self._data / "postgresql.conf").open("a") as file:
            file.write(settings)
        (self._data / "pg_hba.conf").write_text(access)
        self.halt()
        self.resume()

    def stop(self) -> None:
        """Stop the server and remove all it had."""
        self._end(signal.SIGQUIT)
        shutil.rmtree(self._folder)
        if self._quick is not None:
            shutil.rmtree(self._quick)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self.databases.hang_up()
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    def _runnable(self, programs: Programs) -> Programs:
        self._user.own(self._folder)
        if self._quick is not None:
            self._user.own(self._quick)
        if self._user.can_run(programs.bin / "postgres", self._folder):
            return programs
        copy = self._folder / "programs"
        copy.mkdir()
        copied = programs.copied_to(copy)
        if not self._user.can_run(copied.bin / "postgres", self._folder):
            raise NoPostgresError(f"{programs.bin / 'postgres'} does not run, nor does a copy")
        return copied

    def _initialise(self) -> None:
        secret = self._folder / "password"
        secret.write_text(self._password)
        secret.chmod(0o644)  # inside a folder that only the server's user can enter
        self._user.run(
            [
                str(self.programs.bin / "initdb"),
                *("--pgdata", str(self._data), "--username", USER, "--pwfile", str(secret)),
                *("--auth-local", "trust", "--auth-host", "password"),
                *("--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"),
            ],
            folder=self._folder,
            log=self._log,
        )

    def _start_on_free_port(self) -> None:
        for attempt in range(5):
            try:
                return self._start(_free_port())
            except NoPostgresError:  # somebody else may have taken the port in between
                if attempt == 4:
                    raise
        return None

    def _start(self, port: int) -> None:
        self.port = port
        settings = {
            **_SETTINGS,
            **({"max_wal_size": "128MB"} if self._quick is not None else {}),
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": str(self._folder),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._process = self._user.start(
            [str(self.programs.bin / "postgres"), "-D", str(self._data), *options],
            folder=self._folder,
            log=self._log,
            dies_with_us=True,
        )
        self._wait_until_ready(self._process)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        ready = self._data / "postmaster.pid"
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                break
            # The eighth line of the file is the server's state.
            if ready.exists() and "ready" in "".join(ready.read_text().splitlines()[7:8]):
                return
            time.sleep(0.01)
        words = self._log.read_text(errors="replace")[-4000:]
        self._end(signal.SIGQUIT)
        raise NoPostgresError(f"{self.label} did not start:\n{words}")


class GivenServer:
    """The server that TASKVIEW_TEST_POSTGRES_URL names; its user may create databases."""

    label = "postgres"

    def __init__(self, url: str) -> None:
        self.databases = Databases(lambda: url)

    def stop(self) -> None:
        """Drop what the tests left behind."""
        self.databases.close()


class Servers:
    """The servers of a test run by their labels; each is started when it is first asked for."""

    def __init__(self) -> None:
        self._running: dict[str, OwnServer | GivenServer] = {}

    def get(self, label: str) -> OwnServer | GivenServer:
        """Give a server, started if need be."""
        if label not in self._running:
            self._running[label] = start_server(label, in_memory=True)
        return self._running[label]

    def stop(self) -> None:
        """Stop all that were started."""
        for server in self._running.values():
            server.stop()
        self._running.clear()


def server_labels() -> list[str]:
    """Give the labels of the servers that tests are to run on, never none.

    Without any server to be had there is one label all the same, so that the tests are there
    and fail, instead of being left out in silence.
    """
    if os.environ.get(URL_VARIABLE):
        return [GivenServer.label]
    return [programs.label for programs in find_programs()] or ["postgres"]


def start_server(label: str, *, in_memory: bool = False) -> OwnServer | GivenServer:
    """Start the server with this label, or reach the given one."""
    url = os.environ.get(URL_VARIABLE)
    if url:
        return GivenServer(url)
    return start_own_server(label, in_memory=in_memory)


def start_own_server(label: str | None = None, *, in_memory: bool = False) -> OwnServer:
    """Start one more server, for a test that stops it; of the first version where not given."""
    for programs in find_programs():
        if label in (None, programs.label):
            return OwnServer(programs, in_memory=in_memory)
    raise NoPostgresError(
        "these tests need a PostgreSQL server and there is none: install the test dependencies "
        f"(pip install '.[test]' brings one), or PostgreSQL itself, or set {URL_VARIABLE}"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
