"""Kills commands that write at random moments, and looks at what they left.

They must leave what was or what was to be, and nothing that the next run would not clean up. Where
an upgrade of Postgres builds its indexes beside writers, one by one, there may be some of them;
that is a state in which nothing is missed, and the next run goes on from it.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from reliability.operations import Operation, Stage
from reliability.state import State, state_of


@dataclass
class Outcome:
    """How often an operation was killed, and what it had left."""

    rounds: int = 0
    left: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Known:
    """An operation, how long it takes in seconds, and the states before and after it."""

    operation: Operation
    seconds: float
    before: State
    after: State


def kill_rounds(
    stage: Stage,
    label: str,
    rounds: int,
    chance: random.Random,
    tell: Callable[[str], None],
    only: str | None = None,
) -> dict[str, Outcome]:
    """Kill so many times, each operation in turn; give what came of each."""
    known = [
        _learn(stage, label, operation)
        for operation in stage.operations(label)
        if only in {None, operation.name}
    ]
    outcomes = {each.operation.name: Outcome() for each in known}
    for number in range(rounds):
        each = known[number % len(known)]
        outcome = outcomes[each.operation.name]
        moment = chance.uniform(0.0, 1.0) * each.seconds
        _round(stage, label, each, moment, outcome)
        tell(
            f"{number + 1}/{rounds} {each.operation.name} killed after {moment:.2f} s:"
            f" {dict(outcome.left)}" + (f" WRONG {outcome.wrong[-1]}" if outcome.wrong else "")
        )
    return outcomes


def _learn(stage: Stage, label: str, operation: Operation) -> _Known:
    """Run an operation undisturbed, twice: the second time nothing is being imported anew."""
    for _ in range(2):
        url = stage.make(label, operation)
        before = state_of(url)
        begin = time.monotonic()
        stage.commands.run(operation.words(url))
        seconds = time.monotonic() - begin
        after = state_of(url)
        stage.drop(url)
    return _Known(operation, seconds, before, after)


def _round(stage: Stage, label: str, known: _Known, moment: float, outcome: Outcome) -> None:
    operation = known.operation
    url = stage.make(label, operation)
    process = stage.commands.start(operation.words(url))
    process.wait(moment)
    process.kill()
    outcome.rounds += 1
    found = state_of(url)
    kind = _kind(found, known)
    outcome.left[kind] += 1
    words = operation.words(url)
    if kind == "WRONG":
        outcome.wrong.append(f"{operation.name} after {moment:.3f} s left {found.told()}")
    stage.commands.run(words)
    again = state_of(url)
    if again != known.after:
        outcome.wrong.append(
            f"{operation.name} after {moment:.3f} s and once more: {again.told()},"
            f" and not {known.after.told()}"
        )
    if operation.name == "index-text":
        outcome.wrong += _wrong_with_index(stage, url)
    stage.drop(url)


def _wrong_with_index(stage: Stage, url: str) -> list[str]:
    """Say what is wrong with the text index after a whole run."""
    said = stage.commands.run(["db", "status", url])
    wrong = [] if "text index ✓" in said else [f"the text index is not whole: {said}"]
    cache = [each for each in stage.commands.cache.rglob("*") if each.is_file()]
    indexes = [each for each in cache if not each.name.endswith(("-wal", "-shm"))]
    if len(indexes) != url.startswith("sqlite"):
        wrong.append(f"in the cache there is {cache}")
    return wrong


def _kind(found: State, known: _Known) -> str:
    # Beside a file there may be what the next run takes away.
    bare = replace(found, beside=())
    if bare == replace(known.before, beside=()):
        return "old" if not found.beside else "old, with a file beside it"
    if bare == replace(known.after, beside=()):
        return "new"
    if known.operation.steps and _is_between(found, known):
        return "between" if not found.broken else "between, with a broken index"
    return "WRONG"


def _is_between(found: State, known: _Known) -> bool:
    """Whether rows are untouched, no index is gone, and those that came are as they will be."""
    made = {name for name, _ in known.after.indexes - known.before.indexes}
    return (
        _rows(found) == _rows(known.before)
        and known.before.indexes <= found.indexes <= known.after.indexes
        and found.broken <= made
    )


def _rows(state: State) -> list[tuple[str, str]]:
    return [each for each in state.rows if each[0] != "alembic_version"]
