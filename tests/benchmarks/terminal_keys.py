"""How long a key takes to be seen: turning the page, moving the cursor, typing a filter."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.terminal_start import COMMAND, has_rows
from benchmarks.terminal_timed import TimedTerminal, on_terminal

ROWS = slice(3, -3)
"""The lines of the screen with the rows of the list, whatever is above and below them."""
_DOWN = 36
"""More moves down than there are lines on the screen, and fewer than rows on a page."""
SLOW = "has:output -has:output"
"""A filter that nothing passes and no index helps: a page and a count look at all tasks."""
_SEARCHING = ("searching\N{HORIZONTAL ELLIPSIS}", "searched back to")
_BEGUN = 3.0
"""Seconds within which the screen has to say that it is searching."""
MOST = 12.0
"""Seconds for which the slow filter is waited for: it is stopped after 15."""
_TYPED = "duration:>5s"
_APART = 0.03
_SETTLED = 1.0
_CLEAR = "\x15"
_CLEARED = 0.1


@dataclass
class KeyTimes:
    """Milliseconds from a key to the last change of the rows on the screen, one of each a round."""

    scroll: list[float] = field(default_factory=list)
    """A move of the cursor that scrolls."""
    turn: list[float] = field(default_factory=list)
    """The key for the next page."""
    alone: list[float] = field(default_factory=list)
    """A filter that is there at once, nothing else running: with the pause before it is asked."""
    typed: list[float] = field(default_factory=list)
    """The same filter after its last key, typed a key at a time while a slow one is answered."""
    idle: int = 0
    """Rounds in which nothing was searched any more when the typing began; not in `typed`."""
    slow: float | None = None
    """Seconds that the slow filter takes alone; None for more than are waited."""


def measure_keys(database: str, rounds: int) -> KeyTimes:
    """Turn pages and scroll in turns, then type the filter both ways in turns."""
    times = KeyTimes()
    with on_terminal([str(COMMAND), database], has_rows) as terminal:
        for _ in range(rounds):
            terminal.type("j" * _DOWN)
            terminal.wait_quiet()
            times.scroll.append(_time(terminal, "j"))
            times.turn.append(_time(terminal, "]"))
        terminal.type("{/")
        terminal.wait_quiet()
        for _ in range(rounds):
            times.alone.append(_time(terminal, _TYPED, quiet=_SETTLED))
            _type_anew(terminal, "")
            terminal.wait_quiet(_SETTLED)
            _type_anew(terminal, SLOW)
            if terminal.shows(is_searching, _BEGUN):
                times.typed.append(_time_typed(terminal, _TYPED))
            else:
                times.idle += 1
            _type_anew(terminal, "")
            terminal.wait_quiet(_SETTLED)
        times.slow = _time_slow(terminal)
    return times


def is_searching(lines: Sequence[str]) -> bool:
    """Whether the screen says that a page is being looked for."""
    return any(words in line for line in lines for words in _SEARCHING)


def _time_slow(terminal: TimedTerminal) -> float | None:
    typed = _type_anew(terminal, SLOW)
    if not terminal.shows(is_searching, _BEGUN):
        return 0.0
    if not terminal.shows(lambda lines: not is_searching(lines), MOST):
        return None
    return time.perf_counter() - typed


def _type_anew(terminal: TimedTerminal, text: str) -> float:
    # Apart: typed together, nothing of the text came to be seen.
    cleared = terminal.type(_CLEAR)
    terminal.listen(_CLEARED)
    return terminal.type(text) if text else cleared


def _time(terminal: TimedTerminal, keys: str, quiet: float = 0.25) -> float:
    return _since(terminal, terminal.type(keys), quiet)


def _time_typed(terminal: TimedTerminal, keys: Sequence[str]) -> float:
    terminal.type(_CLEAR)
    typed = 0.0
    for key in keys:
        terminal.listen(_APART)
        typed = terminal.type(key)
    return _since(terminal, typed, _SETTLED)


def _since(terminal: TimedTerminal, typed: float, quiet: float) -> float:
    return (terminal.wait_settled(ROWS, quiet) - typed) * 1000
