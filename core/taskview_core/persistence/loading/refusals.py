"""The rows that cannot be loaded, gathered so that a person can mend them all at once."""

from __future__ import annotations

from threading import Lock

from taskview_core.errors import LoadError

_SHOWN = 10


class Refusals:
    """Counts bad rows and keeps the first ten, each with its file, line and reason.

    Files are read in one thread while rows are written in another: both may add.
    """

    def __init__(self) -> None:
        self.count = 0
        self._shown: list[str] = []
        self._lock = Lock()

    def add(self, name: str, line: int, reason: str) -> None:
        """Take note of a bad row."""
        with self._lock:
            self.count += 1
            if len(self._shown) < _SHOWN:
                self._shown.append(f"{name}:{line}: {reason}")

    def error(self, label: str) -> LoadError:
        """Give the error that names them."""
        noun = "row is" if self.count == 1 else "rows are"
        lines = list(self._shown)
        if self.count > _SHOWN:
            lines.append(f"and {self.count - _SHOWN:,} more")
        return LoadError(
            f"nothing was loaded into {label}: {self.count:,} {noun} bad", "\n".join(lines)
        )
