"""Remembers what was made of values that come again: of agents, states, ids of parents, times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_LONGEST = 64


class Memo(dict[str, Any]):
    """A dictionary that makes what it has not got, and lets all go when there are `most`.

    What is made is remembered for texts of at most 64 characters. Looking up what is there already
    runs no Python code, which is why this is a dictionary and no function.
    """

    def __init__(self, make: Callable[[str], Any], most: int) -> None:
        super().__init__()
        self._make = make
        self._most = most

    def __missing__(self, text: str) -> Any:
        made = self._make(text)
        if len(text) <= _LONGEST:
            if len(self) >= self._most:
                self.clear()
            self[text] = made
        return made
