"""How many tokens a task says it used, and what they cost."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Usage(NamedTuple):
    """Numbers of tokens, and a cost in US dollars; None where nothing is said.

    `tokens` is input and output together. `input` holds what was read from or written to a cache;
    `cached` is how much of it was read from there.
    """

    tokens: int | None = None
    input: int | None = None
    output: int | None = None
    cached: int | None = None
    cost: float | None = None

    def plus(self, other: Usage) -> Usage:
        """Add what other calls used."""
        cost = self.cost
        if other.cost is not None:
            cost = other.cost + (cost or 0.0)
        return Usage(
            _added(self.tokens, other.tokens),
            _added(self.input, other.input),
            _added(self.output, other.output),
            _added(self.cached, other.cached),
            cost,
        )

    def or_more(self, other: Usage) -> Usage:
        """Give the larger of two reports on the same calls, with what only the other one says.

        The output decides, then all tokens, then the input, then the cost: of the output alone
        everybody means the same, while some leave what was cached out of the input.
        """
        more, less = (self, other) if _is_as_much(self, other) else (other, self)
        return Usage(
            less.tokens if more.tokens is None else more.tokens,
            less.input if more.input is None else more.input,
            less.output if more.output is None else more.output,
            less.cached if more.cached is None else more.cached,
            less.cost if more.cost is None else more.cost,
        )


class Covers(Enum):
    """Which calls a task reports on."""

    CALL = "call"
    """It is one call of a model."""
    BELOW = "below"
    """Its own calls and those of all tasks below it, as far as it knows."""
    OWN = "own"
    """Its own calls alone."""


class Reported(NamedTuple):
    """What the metadata of a task says that was used."""

    usage: Usage
    covers: Covers


def _added(one: int | None, two: int | None) -> int | None:
    return None if one is None and two is None else (one or 0) + (two or 0)


def _is_as_much(one: Usage, two: Usage) -> bool:
    for mine, other in (
        (one.output, two.output),
        (one.tokens, two.tokens),
        (one.input, two.input),
        (one.cost, two.cost),
    ):
        if mine is not None and other is not None:
            return mine >= other
    return True
