"""Tells how far a load has come, a few times a second."""

from __future__ import annotations

import time
from collections.abc import Callable

from taskview_core.persistence.loading.report import LoadProgress

_EVERY = 0.2


class Teller:
    """Calls a function with the progress, not more often than a person can read."""

    def __init__(self, progress: Callable[[LoadProgress], None], total: int) -> None:
        self.total = total
        self._progress = progress
        self._told = 0.0

    def tell(self, step: str, done: int, rows: int, *, now: bool = False, part: str = "") -> None:
        """Tell it, unless it was told a moment ago; with `now` in any case."""
        moment = time.monotonic()
        if now or moment - self._told >= _EVERY:
            self._told = moment
            self._progress(
                LoadProgress(
                    step=step, bytes_done=done, bytes_total=self.total, rows=rows, part=part
                )
            )
