"""The same rows in other programs for the terminal, which are made for databases of all kinds.

They are no part of this project: `--beside` names a folder with their commands, as a virtual
environment's. None of them has pages: they show the rows of a query, which is typed beforehand.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.result import Result, at_most_times
from benchmarks.terminal_start import COMMAND, has_rows
from benchmarks.terminal_timed import Area, Seen, TimedTerminal, most_memory

GROUP = "Beside other programs"
QUERY = "SELECT * FROM tasks ORDER BY created_at DESC LIMIT 50"
PAGE_DOWN = "\x1b[6~"
_REST = 1.5
"""Seconds for all that keys lead to. Some of these programs are never idle, nor quiet."""
_RUN = "\n"
_ESCAPE = "\x1b"


@dataclass(frozen=True)
class Program:
    """A program with a query and its rows on one screen.

    `options` come before the file; `ready` is its first whole screen. The keys of `query` type the
    query, `run` has it run, and `to_rows` goes to its rows, which appear within `rows`.
    """

    name: str
    package: str
    options: tuple[str, ...]
    ready: Seen
    query: tuple[str, ...]
    run: str
    to_rows: str
    rows: Area


PROGRAMS = (
    Program(
        name="harlequin",
        package="harlequin",
        options=("-a", "sqlite"),
        ready=lambda lines: any("main db" in line for line in lines),
        query=(QUERY,),
        run=_RUN,
        to_rows="",
        rows=Area(slice(20, 33), slice(31, 60)),
    ),
    Program(
        name="sqlit",
        package="sqlit-tui",
        options=("connect", "sqlite", "--file-path"),
        ready=lambda lines: any("Tables" in line for line in lines),
        query=("q", "i", QUERY, _ESCAPE),
        run="\r",
        to_rows="r",
        rows=Area(slice(19, 33), slice(36, 70)),
    ),
)

_OURS = Area(slice(3, -3))


@dataclass
class _Times:
    """Milliseconds, and in the end MB, of one program; one of each a round."""

    start: list[float] = field(default_factory=list)
    """From the command to its first whole screen: ours has the newest rows on it."""
    newest: list[float] = field(default_factory=list)
    """From the key to the newest 50 rows."""
    down: list[float] = field(default_factory=list)
    """From the key to a screenful further down."""
    memory: list[float] = field(default_factory=list)
    """The most that was resident by then."""


async def measure(
    folders: Sequence[Path], database: str, temporary: Path, runs: int
) -> AsyncIterator[Result]:
    """Look at the newest tasks of a SQLite file with each program that is there, and with ours."""
    for program in PROGRAMS:
        folder = next((each for each in folders if (each / program.name).exists()), None)
        if folder is None:
            continue
        ours, other = await asyncio.to_thread(
            _measure, folder / program.name, program, Path(database), temporary, min(runs, 7)
        )
        version = await asyncio.to_thread(_version, folder, program.package)
        for what, mine, theirs, unit in (
            ("from the command to the newest rows; it shows none", ours.start, other.start, "ms"),
            ("the newest 50 rows", ours.newest, other.newest, "ms"),
            ("a screenful down", ours.down, other.down, "ms"),
            ("memory by then", ours.memory, other.memory, "MB"),
        ):
            yield Result(
                group=GROUP,
                what=what,
                engine="SQLite",
                ours=median(mine),
                other=median(theirs),
                against=f"{program.name} {version}",
                unit=unit,
                bar=at_most_times(1.0),
            )


def _measure(
    command: Path, program: Program, file: Path, home: Path, rounds: int
) -> tuple[_Times, _Times]:
    ours, other = _Times(), _Times()
    for _ in range(rounds):
        _look_with_ours(file, ours)
        _look_with(command, program, file, home, other)
    return ours, other


def _look_with_ours(file: Path, times: _Times) -> None:
    with TimedTerminal([str(COMMAND), str(file)]) as terminal:
        times.start.append((terminal.wait_seen(has_rows) - terminal.started) * 1000)
        _rest(terminal)
        _rest(terminal, "}")
        times.newest.append(_time(terminal, "{", _OURS))
        _rest(terminal)
        times.down.append(_time(terminal, PAGE_DOWN, _OURS))
        times.memory.append(most_memory(terminal.process.pid) or 0.0)


def _look_with(command: Path, program: Program, file: Path, home: Path, times: _Times) -> None:
    # What it remembers of us is not to be among what it has of the user.
    words = ["env", f"HOME={home}", f"XDG_CONFIG_HOME={home}", f"XDG_DATA_HOME={home}"]
    with TimedTerminal([*words, str(command), *program.options, str(file)]) as terminal:
        times.start.append((terminal.wait_seen(program.ready) - terminal.started) * 1000)
        _rest(terminal)
        for keys in program.query:
            _rest(terminal, keys)
        times.newest.append(_time(terminal, program.run, program.rows))
        _rest(terminal)
        _rest(terminal, program.to_rows)
        times.down.append(_time(terminal, PAGE_DOWN, program.rows))
        times.memory.append(most_memory(terminal.process.pid) or 0.0)


def _time(terminal: TimedTerminal, keys: str, area: Area) -> float:
    """Give the milliseconds from keys until a part of the screen is what it then is."""
    typed = terminal.type(keys)
    drawn = terminal.drawn_within(_REST, area)
    if drawn is None:
        raise TimeoutError(f"{keys!r} changed nothing:\n" + "\n".join(terminal.lines))
    return (drawn - typed) * 1000


def _rest(terminal: TimedTerminal, keys: str = "") -> None:
    """Type keys, and give the program the time to do all that it does about them."""
    if keys:
        terminal.type(keys)
    terminal.listen(_REST)
    terminal.draw()


def _version(folder: Path, package: str) -> str:
    code = f"from importlib.metadata import version; print(version({package!r}))"
    words = [str(folder / "python"), "-c", code]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()
