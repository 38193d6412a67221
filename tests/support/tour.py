"""Goes through every screen of the program on a terminal of its own, whatever is in the database.

Each step presses keys and waits for words that prove that the screen was reached, or, where none
are given, until nothing comes any more.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from support.cli_process import PATIENCE, Terminal
from support.terminal_output import Output, read_output

COLUMNS, LINES = 150, 50
ENTER, ESCAPE, TAB, DOWN, UP, CTRL_Q, CTRL_P, CTRL_U = (
    "\r",
    "\x1b",
    "\t",
    "\x1b[B",
    "\x1b[A",
    "\x11",
    "\x10",
    "\x15",
)
_QUIET = 0.12
"""Seconds without output after which a screen is taken to be finished."""


@dataclass(frozen=True)
class Step:
    """Keys to press, one after the other; `seen` is on the screen afterwards, `times` over."""

    keys: Sequence[str]
    seen: str = ""
    times: int = 1


def steps(*pieces: str | tuple[str, str]) -> list[Step]:
    """Make steps of keys, alone or with what is seen after them."""
    return [Step([each]) if isinstance(each, str) else Step([each[0]], each[1]) for each in pieces]


LISTS = [
    Step("i", "▾ "),
    Step("j", times=60),
    Step(("]", "]", "[", "}", "{")),
    Step("s", "sort by"),
    Step(("G", ESCAPE)),
    Step("@", "go to a time"),
    Step(("2h", ESCAPE)),
    Step("#"),
    Step("t", times=3),
    Step("?", "keys that work here"),
    Step(("G", ESCAPE)),
    Step(CTRL_P, "Search for commands"),
    Step(("evil", ESCAPE)),
    Step("a"),
    Step("a"),
    Step("r"),
    Step("y", "copied"),
    Step("i"),
]
"""The list of tasks with its dialogs."""

FILTERS = [
    Step("/", "leave"),
    Step(("agent:", DOWN, DOWN, DOWN, DOWN)),
    Step((TAB, ENTER)),
    Step(("/", CTRL_U, "agent:", DOWN, ENTER, ENTER)),
    Step(("/", CTRL_U, "status:", DOWN, DOWN, DOWN, TAB, ENTER)),
    Step(("/", CTRL_U, "agent:e", TAB, ESCAPE, ESCAPE)),
    Step(("/", CTRL_U, TAB, DOWN, DOWN, DOWN, DOWN, ENTER, ENTER)),
    Step(("/", CTRL_U, TAB, CTRL_U, TAB, DOWN, DOWN, DOWN, ENTER, ENTER)),
    Step((ESCAPE, ESCAPE)),
    Step(("/", CTRL_U, "statsu:x", TAB, CTRL_U, "nowhere-at-all", ENTER)),
    Step((ESCAPE, ESCAPE, "{")),
]
"""The filter: what it offers, completes and mends, and its menus of agents and states."""

DETAILS = [
    Step("d", "Timings"),
    Step("O", times=2),
    Step("J", times=9),
    Step("j", times=40),
    Step(("G", "g")),
    Step(("/", "evil", ENTER, "n", "n", "N", ESCAPE)),
    Step(".", "go to a path"),
    Step(("input.", TAB, TAB, ENTER)),
    Step((".", "metadata.", TAB, TAB, ESCAPE)),
    Step((".", "nowhere.x", ENTER, ESCAPE)),
    Step("m"),
    Step("j", times=40),
    Step(("g", "m")),
    Step("J", times=4),
    Step(("j", "j", "*"), times=2),
    Step((ESCAPE,)),
    Step(("Y", "G", ENTER)),
    Step(("Y", "g", ENTER)),
    Step(("Y", "j", "j", "j", ENTER)),
    Step(("q",)),
]
"""One task on the whole screen, its messages as a conversation, and what can be copied of it."""

TREES = [
    Step("C", "conversation"),
    Step(("O", "g")),
    Step("j", times=40),
    Step(("c", "z", "Z", "z", "Z", "c")),
    Step(("e", "e", "E", "f", "f", ESCAPE)),
    Step(("h", "h", "l", "o", "o")),
    Step(("/", "evil", ENTER, "n", "N", ESCAPE)),
    Step(("/", "agent:", ESCAPE, ESCAPE)),
    Step((" ", "j", "j", "j", "=")),
    Step("w"),
    Step("j", times=20),
    Step(("n", "N", "y")),
    Step(("Y", "G", ENTER)),
    Step(("<", "q", ">", "q", "q")),
    Step(("d", "q", "b", "q", "p", "q")),
    Step("1"),
]
"""The tree of a conversation with its waterfall, causes and finds, and two tasks compared."""

CONVERSATIONS = [
    Step("2", "conversations"),
    Step("j", times=60),
    Step(("]", "[", "s", "j", ENTER, "y")),
    Step(("g", " ", "j", "=", "w", "q")),
    Step(("/", "evil", ENTER)),
    Step(("/", CTRL_U, "user:", DOWN, TAB, ENTER, ESCAPE, ESCAPE)),
    Step((ENTER, "q", "f", "q")),
    Step("1"),
]
"""The list of conversations, and two of them compared."""

EXPORTS = [
    Step("x", "export"),
    Step((ENTER,), "export as"),
    Step((ENTER,), "to the file"),
    Step((ENTER,), "exported"),
    Step(("x", ENTER, "G", ENTER, ENTER), "exported"),
    Step(("x", ENTER, "j", "j", ENTER, CTRL_U, "nowhere/evil", ENTER, ESCAPE)),
]
"""The dialogs of an export, and the toasts that say what came of it."""

EVERYTHING = [*LISTS, *FILTERS, *DETAILS, *TREES, *CONVERSATIONS, *EXPORTS]


class Tour(Terminal):
    """The program on a terminal, and what it wrote there."""

    def __init__(
        self, words: Sequence[str], *, columns: int = COLUMNS, lines: int = LINES, **variables: str
    ) -> None:
        self._columns, self._lines = columns, lines
        super().__init__(
            words, width=columns, height=lines, variables={"COLORTERM": "truecolor", **variables}
        )

    @property
    def shown(self) -> str:
        """What the screen shows; pyte's own fails on half of a wide character."""
        buffer = self.screen.buffer
        lines = (
            "".join(buffer[y][x].data for x in range(self._columns)) for y in range(self._lines)
        )
        return "\n".join(line.rstrip() for line in lines).rstrip()

    def settle(self, quiet: float = _QUIET) -> None:
        """Read until nothing comes for a moment, or for good."""
        end = time.monotonic() + PATIENCE
        while select.select([self._master], [], [], quiet)[0] and self._read():
            assert time.monotonic() < end, "it never stops"

    def go(self, way: Sequence[Step]) -> None:
        """Take some steps; each key is answered before the next one."""
        for step in way:
            for _ in range(step.times):
                for key in step.keys:
                    self.type(key)
                    self.settle()
            if step.seen:
                self.wait_for(step.seen)
            assert self.process.poll() is None, f"it ended at {step}:\n{self.shown}"

    def output(self) -> Output:
        """Read all that has been written so far."""
        ended = self.process.poll() is not None
        return read_output(self.raw, columns=self._columns, lines=self._lines, ended=ended)


def tour(url: str, folder: Path, way: Sequence[Step] = EVERYTHING) -> Output:
    """Go through the program on a database until the end of the way; give what it wrote."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        terminal = Tour([url])
    finally:
        os.chdir(before)
    try:
        terminal.wait_for("rows 1-")
        terminal.go(way)
        terminal.type(CTRL_Q)
        assert terminal.finish() == 0, terminal.shown
        return terminal.output()
    finally:
        terminal.close()
