"""Numbers of rows, and how sure they are."""

from __future__ import annotations

from typing import NamedTuple


class Count(NamedTuple):
    """A number of rows: exact, or, where counting stopped early, `value` or more.

    With `about` it is an estimate, never exact, and shown with as many digits as can be meant.
    """

    value: int
    exact: bool = True
    about: bool = False

    @classmethod
    def estimated(cls, value: int) -> Count:
        """Make a number that nobody has counted."""
        return cls(value, exact=False, about=True)

    def __str__(self) -> str:
        if self.about:
            return f"about {_rounded(self.value):,}"
        return f"{self.value:,}" if self.exact else f"{self.value:,}+"


def _rounded(value: int) -> int:
    """Leave a number its first two digits."""
    unit: int = 10 ** max(len(str(value)) - 2, 0)
    return (value + unit // 2) // unit * unit
