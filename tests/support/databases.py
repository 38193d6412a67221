"""Fresh databases for tests, by the label of the engine they are on."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import taskview_migrations
from support.postgres import Servers, server_labels
from taskview_core.persistence.url import parse_database_url

SQLITE = "sqlite"

T = TypeVar("T")


def engine_labels() -> list[str]:
    """Give the labels of the engines to test on: SQLite and each PostgreSQL at hand."""
    return [SQLITE, *server_labels()]


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine from a synchronous fixture, in a loop of its own."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(work)


def migrate(url: str) -> None:
    """Bring a database to taskview's newest schema."""
    run(taskview_migrations.upgrade(parse_database_url(url), lambda line: None))


class DatabaseMaker:
    """Makes databases that are dropped again by `drop`, SQLite ones as files in `folder`."""

    def __init__(self, servers: Servers, folder: Path) -> None:
        self._servers = servers
        self._folder = folder
        self._made = 0
        self._postgres: dict[str, Callable[[], None]] = {}

    def empty(self, label: str) -> str:
        """Make a database with nothing in it, and give its URL."""
        if label == SQLITE:
            path = self._new_path()
            path.touch()
            return f"sqlite:///{path}"
        databases = self._servers.get(label).databases
        return self._kept(label, databases.create())

    def migrated(self, label: str) -> str:
        """Make a database with taskview's tables and no rows, and give its URL."""
        return self.filled(label, "migrated", migrate)

    def filled(self, label: str, template: str, fill: Callable[[str], None]) -> str:
        """Make a copy of the database that `fill` made of an empty one, the first time."""
        if label == SQLITE:
            original = self._folder / f"{template}.template"
            if not original.exists():
                path = self._new_path()
                path.touch()
                fill(f"sqlite:///{path}")
                path.rename(original)
            path = self._new_path()
            shutil.copyfile(original, path)
            return f"sqlite:///{path}"
        databases = self._servers.get(label).databases
        return self._kept(label, databases.create_from(template, fill))

    def drop(self, url: str) -> None:
        """Remove a database that was made here."""
        if url in self._postgres:
            self._postgres.pop(url)()
        else:
            path = Path(url.removeprefix("sqlite:///"))
            for each in path.parent.glob(f"{path.name}*"):
                each.unlink()

    def _new_path(self) -> Path:
        self._made += 1
        folder = self._folder / str(self._made)
        folder.mkdir()
        return folder / "tasks.db"

    def _kept(self, label: str, database: str) -> str:
        databases = self._servers.get(label).databases
        url = databases.url_of(database)
        self._postgres[url] = lambda: databases.drop(database)
        return url
