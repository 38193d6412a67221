"""What is killed: commands that write, each on a database that it finds in the same state."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from support.databases import DatabaseMaker, run
from taskview_core.persistence.url import parse_database_url
from taskview_migrations import downgrade
from taskview_tui.cli.main import main

_PATIENCE = 300.0
_DIED = 70


@dataclass(frozen=True)
class Operation:
    """A command line that writes. `steps`: what it does it may have done in part, index by index.

    `template` names the state it begins with: None for no database at all.
    """

    name: str
    template: str | None
    words: Callable[[str], Sequence[str]]
    steps: bool = False


class Command:
    """A command that runs as a process, forked from this one: nothing is imported meanwhile."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str], said: Path) -> None:
        self._said = said
        self._code: int | None = None
        self._pid = os.fork()
        if self._pid == 0:
            os._exit(_run_here(words, environment, said))

    def wait(self, seconds: float) -> bool:
        """Wait for its end, for so long at most; say whether it came."""
        late = time.monotonic() + seconds
        while self._code is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > late:
                return False
            else:
                time.sleep(0.001)
        return True

    def kill(self) -> None:
        """Kill it, and wait until it is gone."""
        if self._code is None:
            os.kill(self._pid, signal.SIGKILL)
            self.wait(_PATIENCE)

    def finish(self) -> str:
        """Wait for its end, which must be a success; give what it said."""
        assert self.wait(_PATIENCE), "it never ends"
        said = self._said.read_text()
        assert self._code == 0, (self._code, said)
        return said


def _run_here(words: Sequence[str], environment: Mapping[str, str], said: Path) -> int:
    """Run a command in this process, which is the fork."""
    code = _DIED
    try:
        os.environ.update(environment)
        sys.stdout = sys.stderr = said.open("w", encoding="utf-8")
        # The loop of the process that we were forked from is not ours to look at.
        asyncio.events._set_running_loop(None)
        code = main(words)
        sys.stdout.flush()
    finally:
        os._exit(code)


class Commands:
    """Runs commands as processes, with caches in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.cache = folder / "cache"
        self._said = folder / "said.txt"
        self._environment = {
            "XDG_CACHE_HOME": str(self.cache),
            "XDG_CONFIG_HOME": str(folder / "config"),
        }

    def start(self, words: Sequence[str]) -> Command:
        """Start a command."""
        return Command(words, self._environment, self._said)

    def run(self, words: Sequence[str]) -> str:
        """Run a command to its end, and give what it said; it must succeed."""
        return self.start(words).finish()


class Stage:
    """Makes the databases that the operations begin with."""

    def __init__(self, maker: DatabaseMaker, folder: Path, tasks: int) -> None:
        self._maker = maker
        self.commands = Commands(folder)
        demo = folder / "demo.db"
        self._all, self._some = folder / "all.ndjson", folder / "some.ndjson"
        self.commands.run(["demo", "--path", str(demo), "--tasks", str(tasks)])
        self.commands.run(["export", str(demo), str(self._all)])
        lines = self._all.read_text().splitlines(keepends=True)
        self._some.write_text("".join(lines[: len(lines) // 2]).replace('"completed"', '"running"'))

    def make(self, label: str, operation: Operation) -> str:
        """Give the URL of a new database in the state that an operation begins with."""
        if operation.template is None:
            url = self._maker.empty(label)
            Path(url.removeprefix("sqlite:///")).unlink()
            return url
        return self._maker.filled(
            label, operation.template, lambda url: self._fill(url, operation.template)
        )

    def full(self, label: str) -> str:
        """Give the URL of a new database with all rows."""
        return self._maker.filled(label, "full", lambda url: self._fill(url, "full"))

    def drop(self, url: str) -> None:
        """Remove a database, with what is beside it and in the cache."""
        shutil.rmtree(self.commands.cache, ignore_errors=True)
        if url.startswith("sqlite"):
            folder = Path(url.removeprefix("sqlite:///")).parent
            for each in folder.iterdir():
                each.unlink()
        else:
            self._maker.drop(url)

    def operations(self, label: str) -> list[Operation]:
        """Give what can be killed on an engine."""
        found = [
            Operation("load into rows", "half", lambda url: ["load", url, str(self._all)]),
            Operation("load into no rows", "empty", lambda url: ["load", url, str(self._all)]),
            Operation(
                "upgrade", "old", lambda url: ["db", "upgrade", url], steps=label != "sqlite"
            ),
            Operation("upgrade of nothing", "nothing", lambda url: ["db", "upgrade", url]),
            Operation(
                "index-text", "full", lambda url: ["db", "index-text", url], steps=label != "sqlite"
            ),
        ]
        if label == "sqlite":
            found.append(
                Operation("load into no file", None, lambda url: ["load", url, str(self._all)])
            )
        return found

    def _fill(self, url: str, template: str | None) -> None:
        if template == "nothing":
            return
        self.commands.run(["db", "upgrade", url])
        if template == "half":
            self.commands.run(["load", url, str(self._some)])
        if template in {"full", "old"}:
            self.commands.run(["load", url, str(self._all)])
        if template == "old":
            run(downgrade(parse_database_url(url), "taskview_0001"))
