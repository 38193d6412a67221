"""What the program takes of memory on a real terminal: on millions of tasks, and on few."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from statistics import median

from benchmarks.result import Result, at_most, at_most_more
from benchmarks.terminal_start import COMMAND, has_rows
from benchmarks.terminal_timed import TimedTerminal, most_memory, on_terminal

GROUP = "Memory of the process"
FEW = 5_000
"""Tasks of the database that the large one is compared with."""
_PAGES = 10
_CLEAR = "\x15"
_ENTER = "\r"
_ESCAPE = "\x1b"
_SEARCHED = 5.0
"""Seconds for which a word that hardly occurs is looked for."""


async def measure(
    named: str, few: str, engine: str, tasks: int, runs: int
) -> AsyncIterator[Result]:
    """Browse, page and search both databases in turns, as on the command line they are named."""
    taken = await asyncio.to_thread(_measure, (named, few), min(runs, 3))
    many, small = (median(each) for each in taken)
    yield Result(
        group=GROUP,
        what=f"browsing, paging and searching {tasks:,} tasks",
        engine=engine,
        ours=many,
        other=small,
        against=f"the same on {FEW:,}",
        unit="MB",
        bar=at_most_more(80, "MB"),
    )
    yield Result(
        group=GROUP,
        what=f"the same, alone: {tasks:,} tasks",
        engine=engine,
        ours=many,
        unit="MB",
        bar=at_most(140, "MB"),
    )


def _measure(databases: Sequence[str], rounds: int) -> list[list[float]]:
    taken: list[list[float]] = [[] for _ in databases]
    for _ in range(rounds):
        for database, each in zip(databases, taken, strict=True):
            each.append(_most_memory(database))
    return taken


def _most_memory(database: str) -> float:
    """Do what people do, and give the most that the process has had resident by then, in MB."""
    with on_terminal([str(COMMAND), database], has_rows) as terminal:
        for keys in ("]" * _PAGES, "}", "[" * _PAGES, "{"):
            for key in keys:
                terminal.type(key)
                terminal.wait_quiet()
        for key in ("\x1b[6~", "i", "jjjjj", "i"):
            terminal.type(key)
            terminal.wait_quiet()
        for words in ("status:failed", "agent:planner", "timeout", "duration:>5s", "has:error"):
            _search(terminal, words)
            terminal.type("]")
            terminal.wait_quiet()
            terminal.type("}")
            terminal.wait_quiet(1.0)
        _search(terminal, "zyxwvutsrq")
        terminal.listen(_SEARCHED)
        terminal.type(_ESCAPE)
        terminal.wait_quiet()
        _search(terminal, "status:failed")
        for key in (_ENTER, "O", "G", "q", "2", "]", "}", "1"):
            terminal.type(key)
            terminal.wait_quiet(1.0)
        most = most_memory(terminal.process.pid)
        assert most is not None, "the program is still running"
        return most


def _search(terminal: TimedTerminal, words: str) -> None:
    terminal.type("/")
    terminal.wait_quiet()
    terminal.type(_CLEAR + words)
    terminal.wait_quiet(1.0)
    terminal.type(_ENTER)
    terminal.wait_quiet(1.0)
