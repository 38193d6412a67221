"""What the calls of models in the demo use, and what they cost."""

from __future__ import annotations

from typing import NamedTuple

_NANODOLLARS = (3_000, 15_000, 300)
"""For a token of input, of output, and of input that comes from the cache."""


class Tokens(NamedTuple):
    """Numbers of tokens; `cached` is how much of the input, `given`, came from the cache."""

    given: int = 0
    made: int = 0
    cached: int = 0

    def plus(self, other: Tokens) -> Tokens:
        """Add what others used."""
        return Tokens(self.given + other.given, self.made + other.made, self.cached + other.cached)

    def as_json(self) -> str:
        """Give them as a JSON object, with their cost in dollars."""
        fresh, made, cached = _NANODOLLARS
        cost = (self.given - self.cached) * fresh + self.made * made + self.cached * cached
        return (
            f'{{"input_tokens": {self.given}, "output_tokens": {self.made},'
            f' "cached_tokens": {self.cached}, "cost_usd": {cost / 1e9:.6f}}}'
        )
