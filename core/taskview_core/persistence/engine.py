"""Engines, their connections, and the sessions that FastAPI and others are given."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiosqlite
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry, StaticPool

from taskview_core.errors import CannotConnectError, TaskviewError
from taskview_core.persistence import far_times
from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.limited_connection import (
    ANSWER_SECONDS,
    LimitedConnection,
    answer_within,
)
from taskview_core.persistence.one_hop import OneHopConnection, decode_any
from taskview_core.persistence.postgres_connection import open_connection
from taskview_core.persistence.sqlite_file import cannot_share, check_kind, identity, uri_to_read
from taskview_core.persistence.url import parse_database_url

WRITER_BUSY_SECONDS = 30.0
"""How long a SQLite connection that writes waits for another program's lock."""
READER_BUSY_SECONDS = 0.1

_CACHE_KIB = 8_192
"""What a SQLite connection that reads keeps of the file. Facets look at so much of the indexes of
millions of tasks; there are four connections, and 140 MB for the whole program."""


_FILE, _LIES = "file", "lies"
"""Where it is kept of a connection which file it has open, and whether it is read as it lies."""


def create_engine(
    url: str | DatabaseUrl,
    echo: bool = False,
    *,
    read_only: bool = False,
    pool_size: int = 10,
    max_overflow: int = 20,
    pool_pre_ping: bool = True,
    statement_timeout: float | None = None,
    create: bool = False,
    opened: LimitedConnection | None = None,
) -> AsyncEngine:
    """Make an engine for a URL or a path; nothing is connected yet.

    `read_only` is held by the connection itself: `mode=ro` on SQLite, read-only transactions on
    Postgres. `statement_timeout` is in seconds, 0 for as long as it takes: the server stops what
    runs for longer, and SQLite itself by its progress handler. None leaves that to the server, as
    for what writes. `create` lets a SQLite file come into being; otherwise one
    that does not exist raises CannotConnectError on connecting. `opened` is a connection to
    Postgres that is there already, and becomes the first of the engine's.
    """
    target = parse_database_url(url) if isinstance(url, str) else url
    if target.kind == "postgresql":
        return _postgres_engine(
            target,
            read_only=read_only,
            statement_timeout=statement_timeout,
            opened=opened,
            echo=echo,
            pool_size=pool_size,
            max_overflow=max_overflow,
            pool_pre_ping=pool_pre_ping,
        )
    if target.path is None:
        return _sqlite_engine(target, read_only=False, create=True, echo=echo, poolclass=StaticPool)
    return _sqlite_engine(
        target,
        read_only=read_only,
        create=create,
        seconds=statement_timeout or None,
        echo=echo,
        poolclass=AsyncAdaptedQueuePool,
        pool_use_lifo=True,
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_pre_ping=pool_pre_ping,
    )


def _postgres_engine(
    target: DatabaseUrl,
    *,
    read_only: bool,
    statement_timeout: float | None,
    opened: LimitedConnection | None,
    **options: Any,
) -> AsyncEngine:
    handed_on = [] if opened is None else [opened]
    answers_within = answer_within(statement_timeout)

    async def connect() -> LimitedConnection:
        connection = handed_on.pop() if handed_on else await open_connection(target, answers_within)
        with ExitStack() as unless_ready:
            unless_ready.callback(connection.terminate)  # Nobody else knows of it.
            async with asyncio.timeout(target.connect_timeout):
                await far_times.install(connection)
                if statement_timeout is not None:
                    await connection.look(statement_timeout or None, read_only=read_only)
            unless_ready.pop_all()
        return connection

    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        execution_options={"postgresql_readonly": True} if read_only else {},
        hide_parameters=True,
        # So that those which few questions need at once are left alone, and let go.
        pool_use_lifo=True,
        **options,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, record: ConnectionPoolEntry) -> None:
        if connection.driver_connection.is_direct:
            connection.set_isolation_level("autocommit")

    @contextmanager
    def giving_up(driver: LimitedConnection) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            raise driver.give_up(answers_within or ANSWER_SECONDS) from error

    @event.listens_for(engine.sync_engine, "handle_error")
    def give_up(context: ExceptionContext) -> None:
        # SQLAlchemy takes it for an error like others, and would roll back on a line that is dead.
        if isinstance(context.original_exception, TimeoutError) and context.connection is not None:
            context.is_disconnect = True
            driver = context.connection.connection.driver_connection
            assert isinstance(driver, LimitedConnection)
            with giving_up(driver):
                raise context.original_exception

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def limit(connection: Any, *of_no_use: object) -> None:
        # By a cursor, for SQLAlchemy to see a connection that was lost as one.
        adapter = connection.connection.dbapi_connection
        adapter.driver_connection.asked_at = asyncio.get_running_loop().time()
        with adapter.driver_connection.limiting() as words:
            if words is not None:
                with giving_up(adapter.driver_connection):
                    cursor = adapter.cursor()
                    cursor.execute(words)
                    cursor.close()

    @event.listens_for(engine.sync_engine, "after_cursor_execute")
    def answered(connection: Any, *of_no_use: object) -> None:
        connection.connection.driver_connection.asked_at = None

    return engine


def _sqlite_engine(
    target: DatabaseUrl,
    *,
    read_only: bool,
    create: bool,
    seconds: float | None = None,
    **options: Any,
) -> AsyncEngine:
    path = target.path
    # A wait for a lock cannot be interrupted: readers wait briefly, and try again.
    wait = READER_BUSY_SECONDS if read_only else WRITER_BUSY_SECONDS

    async def connect() -> aiosqlite.Connection:
        if path is None:
            name = ":memory:"
        else:
            check_file(target, create=create)
            name = _name_of(target, path, read_only=read_only, create=create)
        connecting = OneHopConnection(
            lambda: sqlite3.connect(name, uri=path is not None, timeout=wait, isolation_level=None),
            iter_chunk_size=64,
        )
        connecting.seconds = seconds
        # The thread of a connection that was never closed must not keep the process alive.
        connecting._thread.daemon = True
        return await connecting

    engine = create_async_engine(
        "sqlite+aiosqlite://", async_creator=connect, hide_parameters=True, **options
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        driver: aiosqlite.Connection = connection.driver_connection  # type: ignore[attr-defined, unused-ignore]  # SQLAlchemy's adapter has it
        driver.text_factory = str if read_only else decode_any
        if path is not None and read_only:
            record.info[_LIES] = cannot_share(path)
            record.info[_FILE] = identity(path, lies=record.info[_LIES])
        cursor = connection.cursor()
        cursor.execute("PRAGMA query_only = ON" if read_only else "PRAGMA foreign_keys = ON")
        if read_only:
            cursor.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "checkout")
    def see_that_it_is_the_file(connection: Any, record: ConnectionPoolEntry, *_: object) -> None:
        # An open file stays what it was when another takes its name, or none does.
        if path is None or not read_only:
            return
        if record.info.get(_FILE) != identity(path, lies=record.info.get(_LIES, False)):
            raise InvalidatePoolError(f"what has the name {path} is no longer what was opened")

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        if read_only:
            connection.connection.driver_connection.begin("BEGIN")
        else:  # A writer is to know at once that it has its turn.
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _name_of(target: DatabaseUrl, path: Path, *, read_only: bool, create: bool) -> str:
    if read_only:
        return uri_to_read(path, immutable=target.immutable)
    if target.read_only:
        raise CannotConnectError(
            f"{target.label} is only to be read, as its URL says", "leave out mode=ro to change it"
        )
    return f"file:{quote(os.fsencode(path.absolute()))}?mode={'rwc' if create else 'rw'}"


def check_file(target: DatabaseUrl, *, create: bool) -> None:
    """Raise CannotConnectError where a SQLite file is missing and not to be made, or no file."""
    path = target.path
    assert path is not None
    check_kind(path, target.label)
    if not create and not path.exists():
        raise CannotConnectError(
            f"{target.label} does not exist",
            "check the path; `taskview db upgrade` makes a new database",
        )


class _Home:
    """The engine of this process, for programs that keep one."""

    engine: AsyncEngine | None = None
    sessions: async_sessionmaker[AsyncSession] | None = None


def init_engine(url: str | DatabaseUrl, echo: bool = False, **options: Any) -> AsyncEngine:
    """Make the engine that `get_session` uses; options as for `create_engine`."""
    _Home.engine = create_engine(url, echo, **options)
    _Home.sessions = async_sessionmaker(_Home.engine, expire_on_commit=False)
    return _Home.engine


async def close_engine() -> None:
    """Close the connections of the engine made by `init_engine`, if there is one."""
    engine, _Home.engine, _Home.sessions = _Home.engine, None, None
    if engine is not None:
        await engine.dispose()


async def get_session() -> AsyncIterator[AsyncSession]:
    """Give a session that commits when its user is done, and rolls back when that fails.

    Works as a FastAPI dependency as it is. Raises TaskviewError before `init_engine`.
    """
    if _Home.sessions is None:
        raise TaskviewError(
            "there is no database engine yet", "call init_engine(url) before get_session()"
        )
    async with _Home.sessions() as session, session.begin():
        yield session
