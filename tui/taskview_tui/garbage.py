"""Looks for garbage between keys, and not while one is answered.

Python looks through all objects now and then, whatever goes on. Where a tree of 100,000 tasks or a
payload of 10 MB is shown, that takes a tenth of a second, which made one key in a hundred late.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

_QUIET = 0.5
"""Seconds without a key after which there is time for it."""
_LENGTHS = 20
"""It waits for a pause so many times as long as it took the last time, if that is longer: then few
keys come while it looks."""
_LATEST = 100
"""Python's third threshold while keys are typed without a pause: ten times the usual one."""

_usual = gc.get_threshold()


def put_off_garbage() -> None:
    """Have Python itself look through everything ten times less often, for the whole process."""
    gc.set_threshold(_usual[0], _usual[1], _LATEST)


class GarbageBetweenKeys:
    """Looks through everything as often as Python would, when no key has come for a while."""

    def __init__(self, ticks: Callable[[], float]) -> None:
        self._ticks = ticks
        self._typed_at = ticks()
        self._quiet = _QUIET

    def typed(self) -> None:
        """Hear of a key, or of the mouse."""
        self._typed_at = self._ticks()

    def look(self) -> None:
        """Look through everything, if that is due and nobody types."""
        began = self._ticks()
        if began - self._typed_at >= self._quiet and gc.get_count()[2] >= _usual[2]:
            gc.collect()
            self._quiet = max((self._ticks() - began) * _LENGTHS, _QUIET)
