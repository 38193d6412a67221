"""The one place where the terminal program meets storage. Everything heavy is imported late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taskview_core.entities import UsagePaths
    from taskview_core.interfaces import ITaskBrowser
    from taskview_core.persistence.database_url import DatabaseUrl
    from taskview_core.persistence.fresh import Stage
    from taskview_core.persistence.importing import FormatReport as FormatReport
    from taskview_core.persistence.importing import ImportProgress as ImportProgress
    from taskview_core.persistence.importing import ImportReport as ImportReport
    from taskview_core.persistence.limited_connection import LimitedConnection
    from taskview_core.persistence.loading import LoadProgress as LoadProgress
    from taskview_core.persistence.loading import LoadReport as LoadReport
    from taskview_core.persistence.text_index.report import IndexProgress as IndexProgress
    from taskview_core.persistence.text_index.report import IndexReport as IndexReport
    from taskview_core.persistence.text_index.report import TextIndexStatus as TextIndexStatus
    from taskview_migrations import IndexStatus as IndexStatus
    from taskview_migrations import SchemaStatus as SchemaStatus
    from taskview_migrations import TableStatus as TableStatus
    from taskview_migrations import UpgradeReport as UpgradeReport
    from taskview_tui.asked_limits import AskedLimits


class _Passwords:
    """What gives a password, as DatabaseUrl has it; kept for the process's one database."""

    first: Callable[[], str] | None = None
    last: Callable[[str], str | None] | None = None


passwords = _Passwords()


def database(url_text: str) -> DatabaseUrl:
    """Read a database's URL, and see that the passwords of this process go with it."""
    from dataclasses import replace

    from taskview_core.persistence.database_url import Passwords
    from taskview_core.persistence.url import parse_database_url

    url = parse_database_url(url_text)
    return replace(url, passwords=Passwords(passwords.first, passwords.last))


def configured_passwords(url: DatabaseUrl) -> Callable[[str], str | None] | None:
    """Give what runs the commands that the configuration file has for the passwords of hosts.

    None where it has none for any of the servers. A host's password is for that host alone.
    """
    from taskview_tui.config_file import config_path, config_text

    text = config_text()
    if text is None:
        return None  # Whoever has none does not wait for what reads it.
    from taskview_tui.config import parse_config
    from taskview_tui.password_command import PasswordCommand

    configured = parse_config(text, str(config_path())).password_commands
    made = {name: PasswordCommand(words) for name, words in configured.items()}
    commands = {each.name: made.get(each.name) or made.get("*") for each in url.servers}
    if not any(commands.values()):
        return None

    def password(host: str) -> str | None:
        command = commands.get(host)
        return None if command is None else command()

    return password


def open_browser(
    url_text: str,
    *,
    asked: AskedLimits | None = None,
    patience: float | None = None,
    usage: UsagePaths | None = None,
    opened: LimitedConnection | None = None,
) -> ITaskBrowser:
    """Give a browser of a database; nothing is connected yet, but `opened`, if that is given.

    UsageError for a bad URL, or where the configuration file cannot be read. What the command line
    `asked` for goes before what that says. A query may take `patience` seconds where that is more
    than a statement may. Importing SQLAlchemy takes a quarter of a second: a screen calls this
    in a thread.
    """
    from taskview_core.persistence.browser import DatabaseBrowser
    from taskview_tui.config import read_config

    config = read_config()
    limits = asked.over(config.limits) if asked else config.limits
    return DatabaseBrowser(
        database(url_text),
        connections=limits.connections,
        timeout=limits.timeout,
        patience=patience,
        text_indexes=text_index_folder(),
        usage=usage or config.usage,
        opened=opened,
    )


def open_browser_at_once(url_text: str, asked: AskedLimits | None = None) -> ITaskBrowser:
    """Give a browser as `open_browser` does, without SQLAlchemy: that is imported behind it.

    The newest tasks are there before. What is wrong with the URL or with the
    configuration is said at once too.
    """
    from taskview_core.persistence.late_browser import LateBrowser
    from taskview_tui.config import read_config

    url, config = database(url_text), read_config()
    limits = asked.over(config.limits) if asked else config.limits
    return LateBrowser(
        url,
        lambda opened: open_browser(url_text, asked=asked, usage=config.usage, opened=opened),
        config.usage,
        limits,
    )


def text_index_folder() -> Path:
    """Give the place of SQLite's text indexes: the platform's folder for what can be made anew."""
    from platformdirs import user_cache_path

    return user_cache_path("taskview", appauthor=False) / "text"


def notices(url_text: str) -> tuple[str, ...]:
    """Say what of a database URL cannot be honoured. UsageError for a bad URL."""

    return database(url_text).notices


async def upgrade(
    url_text: str,
    progress: Callable[[str], None],
    building: Callable[[str, float | None], None] | None = None,
    intending: Callable[[str], None] | None = None,
) -> UpgradeReport:
    """Make a database's tables or bring them up, telling each step.

    `intending` is told before the first of them, in a line, what is going to be changed.
    `building` is told now and then how far the index has come that Postgres is building.
    """
    from taskview_migrations import upgrade as upgrade_schema

    url = database(url_text)
    return await upgrade_schema(url, progress, intending=intending, building=building)


async def status(url_text: str, asked: AskedLimits | None = None) -> SchemaStatus:
    """Say what schema a database has; nothing is changed."""
    from taskview_migrations import status as schema_status
    from taskview_tui.config import read_config

    limits = read_config().limits
    limits = asked.over(limits) if asked else limits
    return await schema_status(database(url_text), seconds=limits.timeout)


def load_files(
    url_text: str, files: Sequence[Path], progress: Callable[[LoadProgress], None]
) -> LoadReport:
    """Load NDJSON files, all or nothing; a SQLite file that does not exist is made.

    Runs a loop of its own: the files, of which one may be standard input, are waited for in the
    main thread, where Ctrl+C stops that.
    """
    from taskview_core.persistence.loading import load_sources, open_sources
    from taskview_migrations import make_schema
    from taskview_tui import loops

    url = database(url_text)
    with open_sources(files) as sources:
        return loops.run(load_sources(url, sources, progress, make_schema))


def import_formats() -> tuple[str, ...]:
    """Give the names of the formats that can be imported."""
    from taskview_core.importing.formats import READERS

    return tuple(reader.name for reader in READERS)


def can_be_imported(path: Path) -> bool:
    """Whether a path is no database but what can be imported: a folder, or a known file."""
    from taskview_core.persistence.importing import recognises

    return recognises(path)


def import_paths(
    url_text: str,
    paths: Sequence[str],
    progress: Callable[[ImportProgress], None],
    *,
    format_name: str | None = None,
    strict: bool = False,
    shared: bool = False,
    stopped: Callable[[], bool] | None = None,
    spools: Path | None = None,
    all_spans: bool | None = None,
    all_named: bool = False,
) -> ImportReport:
    """Import what is new in files and folders; a SQLite file that does not exist is made.

    Runs a loop of its own, for the reason that `load_files` has. `shared` is for a database of
    ours that a browser reads meanwhile. It ends early, to go on the next time, where `stopped`
    says so. What it remembers is in the state folder, or in `spools`.
    """
    from contextlib import ExitStack

    from taskview_core.persistence.importing import ImportAsk, find_inputs, run_import
    from taskview_tui import loops

    ask = ImportAsk(
        database(url_text),
        spools or state_folder() / "imports",
        format_name,
        strict,
        shared,
        stopped,
        all_spans,
        all_named,
    )
    with ExitStack() as stack:
        inputs = find_inputs(paths, stack)
        return loops.run(run_import(ask, inputs, progress, _make_schema))


async def _make_schema(
    url: DatabaseUrl, stage: Stage, told: Callable[[str], None] = lambda number: None
) -> None:
    from taskview_migrations import make_schema

    await make_schema(url, stage, told)


def state_folder() -> Path:
    """Give the platform's folder for what a program remembers."""
    from platformdirs import user_state_path

    return user_state_path("taskview", appauthor=False)


async def make_demo(
    path: Path,
    tasks: int,
    seed: int,
    progress: Callable[[int], None],
    until: datetime | None = None,
) -> None:
    """Make the demo database; `progress` is told how many tasks are written.

    Nothing in it is later than `until`, which is always the same moment unless it is given.
    """
    from taskview_core.demo import CLOCK
    from taskview_core.persistence.demo_database import make_demo as make
    from taskview_migrations import make_schema

    await make(path, tasks, seed, progress, make_schema, until or CLOCK)


async def index_text(url_text: str, progress: Callable[[IndexProgress], None]) -> IndexReport:
    """Make the text index of a database, or bring it up to date."""
    from taskview_core.persistence.text_index.manage import bring_up_text_index

    return await bring_up_text_index(database(url_text), text_index_folder(), progress)


async def refresh_text_index(
    url_text: str, progress: Callable[[IndexProgress], None]
) -> IndexReport | None:
    """Bring the text index up to date if there is one that needs it, as after a load."""
    from taskview_core.persistence.text_index.sidecar import is_behind

    url, folder = database(url_text), text_index_folder()
    if not is_behind(folder, url):
        return None  # Whoever has none does not wait for SQLAlchemy.
    from taskview_core.persistence.text_index.manage import refresh_text_index as refresh

    return await refresh(url, folder, progress)


async def drop_text_index(url_text: str) -> str | None:
    """Drop the text index of a database; give the place where it was, or None for none."""
    from taskview_core.persistence.text_index.manage import drop_text_index as drop

    return await drop(database(url_text), text_index_folder())


async def text_index_status(url_text: str) -> TextIndexStatus:
    """Say whether a database has a text index, how large it is and what it covers."""
    from taskview_core.persistence.text_index.manage import text_index_status as look

    return await look(database(url_text), text_index_folder())
