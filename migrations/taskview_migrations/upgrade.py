"""Brings a database to a revision, all in one transaction: a failing step leaves it as it was.

On Postgres the indexes of tables with rows come before it, each by itself and beside writers. The
revisions that would make them then find them made.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

from alembic import command
from alembic.util.exc import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.schema import DropIndex

from taskview_core.errors import SchemaError, TaskviewError
from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.engine import create_engine
from taskview_core.persistence.faults import translated
from taskview_migrations.concurrent import Building, build_indexes
from taskview_migrations.config import alembic_config, revisions
from taskview_migrations.expected import TABLES, expected_indexes
from taskview_migrations.found import Found, look, refuse_problems
from taskview_migrations.indexes import creation, serving
from taskview_migrations.intent import Intent
from taskview_migrations.lock import turn, writing_alone
from taskview_migrations.report import UpgradeReport
from taskview_migrations.stoppable import Stop, run_stoppable

Progress = Callable[[str], None]


async def upgrade(
    url: DatabaseUrl,
    progress: Progress,
    revision: str = "head",
    *,
    intending: Progress | None = None,
    building: Building | None = None,
    settings: Sequence[str] = (),
) -> UpgradeReport:
    """Make the tables and indexes up to a revision; `progress` is told each step as it begins.

    `intending` is told before that, in a line, what the upgrade to the newest revision will
    change; nothing where there is nothing to be done.
    `building` is told now and then how far the index has come that Postgres is building.
    `settings` are PRAGMAs for the connection to a SQLite file.

    A SQLite file that does not exist is made. Tables that others made from the guide's models
    are adopted: no row of theirs is touched. Raises SchemaError for a database that holds
    something else, or that a newer taskview has made.
    """
    newest = revision in {"head", revisions()[-1]}
    build = (building or _quiet_building) if newest else None
    intent = Intent(intending if newest else None, url.label, revisions()[-1])

    def work(connection: Connection, tell: Progress, revision: str, label: str) -> bool:
        return _upgrade(connection, tell, revision, label, intent)

    return await _migrate(
        url,
        progress,
        revision,
        create=True,
        work=work,
        intent=intent,
        build=build,
        settings=settings,
    )


async def downgrade(
    url: DatabaseUrl, revision: str, progress: Progress | None = None, *, drop_rows: bool = False
) -> UpgradeReport:
    """Go back to a revision, or to "base", before there were tables.

    That drops both tables, so it is refused while they hold rows unless `drop_rows` says so.
    """

    def work(connection: Connection, tell: Progress, revision: str, label: str) -> bool:
        found = look(connection)
        if found.revision is None:
            raise SchemaError(f"{label} has no revision to go back from", "nothing was changed")
        refuse_problems(found, revisions(), label)
        if revision == "base" and not drop_rows and _holds_rows(connection):
            raise SchemaError(
                f"{label} holds rows, which going back to base would drop", "nothing was changed"
            )
        _run(command.downgrade, connection, tell, revision)
        return False

    return await _migrate(url, progress or _quiet, revision, create=False, work=work)


async def _migrate(
    url: DatabaseUrl,
    progress: Progress,
    revision: str,
    *,
    create: bool,
    work: Callable[[Connection, Progress, str, str], bool],
    intent: Intent | None = None,
    build: Building | None = None,
    settings: Sequence[str] = (),
) -> UpgradeReport:
    steps: list[str] = []
    stop = Stop()

    def tell(step: str) -> None:
        stop.check()
        steps.append(step)
        progress(step)

    def within(connection: Connection) -> UpgradeReport:
        before = look(connection).revision
        adopted = work(connection, tell, revision, url.label)
        after = look(connection).revision
        return UpgradeReport(
            label=url.label, before=before, after=after, steps=tuple(steps), adopted=adopted
        )

    engine = create_engine(url, create=create, pool_size=2, max_overflow=0)
    try:
        with translated(url.label):
            async with _alone(engine, url, tell, progress, intent, build) as in_transaction:
                writing = writing_alone(
                    engine, progress, in_transaction=in_transaction, settings=settings
                )
                async with writing as connection:
                    return await run_stoppable(connection, within, stop)
    finally:
        await engine.dispose()


@asynccontextmanager
async def _alone(
    engine: AsyncEngine,
    url: DatabaseUrl,
    tell: Progress,
    say: Progress,
    intent: Intent | None,
    build: Building | None,
) -> AsyncIterator[bool]:
    """Keep other upgrades out, and build indexes beside writers where that can be.

    Gives whether the transaction that follows has to keep the others out itself.
    """
    if engine.dialect.name != "postgresql":
        yield True
        return
    async with turn(engine, say) as connection:
        if connection is not None and build is not None:
            found = await connection.run_sync(look)
            refuse_problems(found, revisions(), url.label)
            if intent is not None:
                await connection.run_sync(intent.tell, found)
            await build_indexes(engine, connection, found, tell, build)
        elif build is not None:
            say("a pooler stands between: indexes are made in one transaction, writers wait for it")
        yield connection is None


def _upgrade(
    connection: Connection, tell: Progress, revision: str, label: str, intent: Intent
) -> bool:
    known = revisions()
    found = look(connection)
    refuse_problems(found, known, label)
    intent.tell(connection, found)
    adopted = not found.is_empty and found.revision is None
    if adopted:
        tell("adopting the tables that are there")
        _run(command.stamp, connection, tell, known[0])
        _make_missing(connection, found, tell, only="ix_tasks_status")
    _run(command.upgrade, connection, tell, revision)
    if revision in {"head", known[-1]}:
        # Somebody may have dropped one since its revision made it.
        _make_missing(connection, look(connection), tell)
    return adopted


def _make_missing(
    connection: Connection, found: Found, tell: Progress, only: str | None = None
) -> None:
    for expected in expected_indexes(connection.dialect.name):
        if only not in {None, expected.name} or serving(expected, found.indexes) is not None:
            continue
        if expected.name in found.indexes:
            tell(f"dropping the index {expected.name}, which was left unfinished")
            connection.execute(DropIndex(expected.index))
        tell(f"making the index {expected.name}")
        connection.exec_driver_sql(creation(expected, connection))


def _holds_rows(connection: Connection) -> bool:
    return any(
        connection.execute(text(f"SELECT 1 FROM {table} LIMIT 1")).first() is not None
        for table in TABLES
    )


def _run(
    action: Callable[..., object], connection: Connection, tell: Progress, revision: str
) -> None:
    with _explained(revision):
        action(alembic_config(connection, tell), revision)


@contextmanager
def _explained(revision: str) -> Iterator[None]:
    try:
        yield
    except CommandError as error:
        raise TaskviewError(f"cannot go to the revision {revision}", str(error)) from error


def _quiet(step: str) -> None:
    """Say nothing."""


def _quiet_building(words: str, share: float | None) -> None:
    """Say nothing."""
