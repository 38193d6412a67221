"""Keys in large trees and in a payload of 10 MB, beside the same in small ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.result import Bar, Result, at_most_times
from benchmarks.sized_steps import PAYLOAD_STEPS, SHAPE_STEPS, TREE_STEPS, Step
from benchmarks.sized_things import (
    DEEP_TREE,
    LARGE_PAYLOAD,
    LARGE_TREE,
    SMALL_PAYLOAD,
    SMALL_TREE,
    WIDE_TREE,
    sized_file,
)
from benchmarks.terminal_start import COMMAND, has_rows
from benchmarks.terminal_timed import Area, TimedTerminal, on_terminal

GROUP = "Keys in what is large"
_LIMIT = 2.0
_AREA = Area(slice(1, -2))
"""What a key is to change: all but title and footer, whose times may go on by themselves."""
_ROWS = Area(slice(1, -4), slice(0, -3))
"""The same without the line in which one types, that which counts matches, and the scroll bar."""
_TITLED = Area(slice(0, -2))
"""With the title, where it is said that the screen follows."""
_READY = 0.1
"""Seconds with nothing to do after which the keys before the timed one have been answered."""
_OPENED = 1.0
"""The same for what is opened, and read first."""
_UNCHANGED = Bar(words="changes the screen", holds=lambda ours, other: False)

_Times = dict[str, list[float | None]]


@dataclass(frozen=True)
class _Pair:
    """A small thing and a large one, each with the keys from its row in the list to the start."""

    what: str
    conversations: tuple[str, str]
    opened: tuple[tuple[str, ...], tuple[str, ...]]
    steps: Sequence[Step]


_PAIRS = (
    _Pair(
        "100,000 tasks",
        (SMALL_TREE.conversation, LARGE_TREE.conversation),
        (("\r", "i"), ("\r", "i", "O")),
        TREE_STEPS,
    ),
    _Pair(
        "20,000 children",
        (SMALL_TREE.conversation, WIDE_TREE.conversation),
        (("\r", "i"), ("\r", "i")),  # The children of an only root show at once.
        SHAPE_STEPS,
    ),
    _Pair(
        "2,000 deep",
        (SMALL_TREE.conversation, DEEP_TREE.conversation),
        (("\r", "i"), ("\r", "i", "O")),
        SHAPE_STEPS,
    ),
    _Pair(
        "10 MB",
        (SMALL_PAYLOAD.conversation, LARGE_PAYLOAD.conversation),
        (("d",), ("d", "O")),
        PAYLOAD_STEPS,
    ),
)


def measure(folder: Path, runs: int) -> Iterator[Result]:
    """Yield a result for each key. One that leaves a screen as it was has missed its bar."""
    database = str(sized_file(folder))
    for pair in _PAIRS:
        with ExitStack() as stack:
            terminals = [
                stack.enter_context(on_terminal([str(COMMAND), database], has_rows))
                for _ in range(2)
            ]
            for terminal, talk, opened in zip(
                terminals, pair.conversations, pair.opened, strict=True
            ):
                _open(terminal, talk, opened)
            times = _in_turns(terminals, pair.steps, runs)
        for step in pair.steps:
            yield _result(f"{pair.what}: {step.name}", *(each[step.name] for each in times))


def _result(what: str, few: Sequence[float | None], many: Sequence[float | None]) -> Result:
    seen = [[each for each in times if each is not None] for times in (few, many)]
    changed = all(len(each) == len(few) for each in seen)
    other, ours = (median(each) if each else 0.0 for each in seen)
    return Result(
        group=GROUP,
        what=what,
        engine="SQLite",
        ours=ours,
        other=other,
        against="the same in a small one",
        bar=at_most_times(_LIMIT) if changed else _UNCHANGED,
        note="" if changed else "nothing changed on a screen",
    )


def _open(terminal: TimedTerminal, conversation: str, keys: Sequence[str]) -> None:
    for each in (f"/conversation:{conversation} is:root", "\r", *keys):
        terminal.type(each)
        terminal.wait_idle(_OPENED)


def _in_turns(terminals: Sequence[TimedTerminal], steps: Sequence[Step], runs: int) -> list[_Times]:
    """Time every step `runs` times on each terminal; None where a screen stayed as it was."""
    times: list[_Times] = [{step.name: [] for step in steps} for _ in terminals]
    for _ in range(runs):
        for step in steps:
            for keys in step.before:
                for terminal in terminals:
                    terminal.type(keys)
                for terminal in terminals:
                    terminal.wait_idle(_READY)
            for terminal, found in zip(terminals, times, strict=True):
                typed = terminal.type(step.key)
                area = _ROWS if step.rows_only else _TITLED if step.titled else _AREA
                drawn = terminal.wait_drawn(
                    area, step.patience, first=step.until_first, filled=step.filled
                )
                found[step.name].append(None if drawn is None else (drawn - typed) * 1000)
                terminal.listen(step.lasts)
    return times
