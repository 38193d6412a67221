"""Keys in a tree of 100,000 tasks and in a payload of 10 MB, beside the same in small ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.result import Result, at_most_times
from benchmarks.sized_things import (
    LARGE_PAYLOAD,
    LARGE_TREE,
    SMALL_PAYLOAD,
    SMALL_TREE,
    sized_file,
)
from benchmarks.terminal_start import COMMAND, has_rows
from benchmarks.terminal_timed import TimedTerminal, on_terminal

GROUP = "Keys in what is large"
_LIMIT = 2.0
_AREA = slice(1, -2)
"""What a key is to change: all but title and footer, whose times may go on by themselves."""
_SETTLED = 0.4


@dataclass(frozen=True)
class Step:
    """A key that is timed, after others that are not; `ready` are those before it in each round."""

    name: str
    key: str
    before: str = ""


TREE_STEPS = (
    Step("j", "j", "g"),
    Step("j that scrolls", "j", "gjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj"),
    Step("k", "k", "jj"),
    Step("page down", "\x1b[6~", "g"),
    Step("page up", "\x1b[5~", "G"),
    Step("G", "G", "g"),
    Step("g", "g", "G"),
    Step("l opens", "l", "gjh"),
    Step("h closes", "h", "gjl"),
    Step("o", "o", "gj"),
    Step("O closes all", "O", "gO"),
    Step("O opens all", "O", "O"),
    Step("e", "e", "g"),
    Step("E", "E", "g"),
    Step("f", "f", "ge"),
    Step("Esc takes the marks away", "\x1b", "gef"),
    Step("c", "c", "g"),
    Step("c again", "c", ""),
    Step("z", "z", ""),
    Step("Z", "Z", "gj"),
    Step("Z again", "Z", ""),
    Step("space", " ", "g"),
    Step("t", "t", ""),
    Step("i opens the details", "i", "g"),
    Step("j beside the details", "j", "g"),
    Step("i closes the details", "i", "g"),
    Step("/ and a word", "/bash\r", ""),
    Step("n", "n", "g"),
    Step("N", "N", "g"),
    Step("Esc to the whole tree", "\x1b", ""),
)
PAYLOAD_STEPS = (
    Step("j", "j", "g"),
    Step("page down", "\x1b[6~", "g"),
    Step("G", "G", "g"),
    Step("g", "g", "G"),
    Step("l, h: fold", "h", "G"),
    Step("O", "O", "g"),
    Step("O again", "O", ""),
    Step("/ and a word", "/words\r", "g"),
    Step("n", "n", ""),
    Step("N", "N", ""),
    Step("a path", ".output[3].text\r", "g"),
    Step("m", "m", "g"),
)


def measure(folder: Path, runs: int) -> Iterator[Result]:
    """Yield a result for each key."""
    database = str(sized_file(folder))
    for what, small, large, opened, steps in (
        ("100,000 tasks", SMALL_TREE.conversation, LARGE_TREE.conversation, "\ri", TREE_STEPS),
        ("10 MB", SMALL_PAYLOAD.conversation, LARGE_PAYLOAD.conversation, "d", PAYLOAD_STEPS),
    ):
        with ExitStack() as stack:
            pair = [
                stack.enter_context(on_terminal([str(COMMAND), database], has_rows))
                for _ in range(2)
            ]
            for terminal, conversation in zip(pair, (small, large), strict=True):
                _open(terminal, conversation, opened)
            times = _in_turns(pair, steps, runs)
        for step in steps:
            few, many = (median(each[step.name]) for each in times)
            yield Result(
                group=GROUP,
                what=f"{what}: {step.name}",
                engine="SQLite",
                ours=many,
                other=few,
                against="the same in a small one",
                bar=at_most_times(_LIMIT) if few and many else None,
                note="" if few and many else "nothing changed on one of the screens",
            )


def _open(terminal: TimedTerminal, conversation: str, keys: str) -> None:
    for each in (f"/conversation:{conversation} is:root", "\r", *keys):
        terminal.type(each)
        terminal.wait_quiet(2.0)


def _in_turns(
    pair: Sequence[TimedTerminal], steps: Sequence[Step], runs: int
) -> list[dict[str, list[float]]]:
    times: list[dict[str, list[float]]] = [{step.name: [] for step in steps} for _ in pair]
    for _ in range(runs):
        for step in steps:
            for terminal, found in zip(pair, times, strict=True):
                for key in step.before:
                    terminal.type(key)
                    terminal.listen(0.02)
                terminal.wait_quiet(_SETTLED)
                typed = terminal.type(step.key)
                drawn = terminal.wait_drawn(_AREA, _SETTLED)
                found[step.name].append(0.0 if drawn is None else (drawn - typed) * 1000)
    return times
