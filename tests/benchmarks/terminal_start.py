"""How long it takes from the command to the first frames, beside a Textual hello world."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.terminal_timed import TimedTerminal

COMMAND = Path(sys.executable).parent / "taskview"
ROWS = re.compile(r"rows 1-\d+")

_HELLO = """
from textual.app import App, ComposeResult
from textual.widgets import Static

class Hello(App):
    def compose(self) -> ComposeResult:
        yield Static("Hello, world!")

if __name__ == "__main__":
    Hello().run()
"""


@dataclass
class Starts:
    """Milliseconds from the start of a process to a frame on its terminal, one of each a round."""

    hello: list[float] = field(default_factory=list)
    """A Textual hello world."""
    shell: list[float] = field(default_factory=list)
    """All of taskview's screen but the rows."""
    rows: list[float] = field(default_factory=list)
    """The first page of tasks."""


def measure_starts(database: str, rounds: int, folder: Path) -> Starts:
    """Start a hello world and taskview in turns; `folder` is for the former's program."""
    program = folder / "hello.py"
    program.write_text(_HELLO)
    starts = Starts()
    for _ in range(rounds):
        with TimedTerminal([sys.executable, str(program)]) as terminal:
            painted = terminal.wait_seen(lambda lines: "Hello, world!" in lines[0])
            starts.hello.append((painted - terminal.started) * 1000)
        with TimedTerminal([str(COMMAND), database]) as terminal:
            painted = terminal.wait_seen(_is_shell)
            starts.shell.append((painted - terminal.started) * 1000)
            if not has_rows(terminal.lines):
                painted = terminal.wait_seen(has_rows)
            starts.rows.append((painted - terminal.started) * 1000)
    return starts


def _is_shell(lines: Sequence[str]) -> bool:
    return "? help" in lines[-1] and "taskview" in lines[0]


def has_rows(lines: Sequence[str]) -> bool:
    """Whether the screen shows the first page of a list."""
    return ROWS.search(lines[-2]) is not None
