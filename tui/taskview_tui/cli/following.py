"""Watches files that are being written, and imports what is new while the browser shows it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence

from taskview_core.errors import LockedError, TaskviewError
from taskview_tui import loops, wiring

EVERY = 1.0
"""Seconds from one look at the files to the next."""
_SHARE = 4
"""The pause is at least so many times as long as the import took."""
_INDEX_SHARE = 20
"""The same of the text index, if there is one: to bring that up, all rows are read."""
_PATIENCE = 2.0
"""Seconds that an import gets to come to an end when the browser is left."""


class Follower:
    """A thread of its own: it reads no key and draws nothing, so the screen never waits for it.

    It may be left in the middle of anything: what an import had not finished, the next one does.
    """

    def __init__(self, url: str, paths: Sequence[str]) -> None:
        self._url = url
        self._paths = tuple(paths)
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._said: str | None = None
        self._index_due = 0.0

    def start(self, tell: Callable[[str], None]) -> None:
        """Begin; `tell` is called from the thread with words for a person."""
        self._thread = threading.Thread(
            target=self._watch, args=(tell,), name="follow", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End, waiting a moment for an import that is under way."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(_PATIENCE)

    def _watch(self, tell: Callable[[str], None]) -> None:
        seen: frozenset[tuple[str, int, int]] = frozenset()
        pause = 0.0
        while not self._stopped.wait(pause):
            pause = EVERY
            now = _state(self._paths)
            if now == seen:
                self._index(tell)
                continue
            began = time.monotonic()
            try:
                report = wiring.import_paths(
                    self._url,
                    [path for path in self._paths if os.path.lexists(path)],
                    lambda state: None,
                    shared=True,
                    stopped=self._stopped.is_set,
                )
            except LockedError:
                continue  # another import does it; what it leaves is ours the next time
            except TaskviewError as error:
                self._say(tell, f"following has stopped for the moment: {error}")
            else:
                # What the database did not take is tried again at the next look.
                seen = frozenset() if report.failed else now
                if not report.failed:
                    self._said = None
                elif not self._stopped.is_set():
                    first = report.failed[0]
                    self._say(tell, f"{first.name}: {first.reason}")
                if report.bad:
                    more = f", and {report.bad_lines - 1:,} more" if report.bad_lines > 1 else ""
                    tell(f"left out, for it cannot be read: {report.bad[0]}{more}")
            pause = max(EVERY, _SHARE * (time.monotonic() - began))

    def _index(self, tell: Callable[[str], None]) -> None:
        """Bring the text index up to date in a quiet moment, if there is one that needs it."""
        began = time.monotonic()
        if began < self._index_due:
            return
        try:
            loops.run(wiring.refresh_text_index(self._url, lambda state: None))
        except TaskviewError as error:
            self._say(tell, f"the text index is not up to date: {error}")
        ended = time.monotonic()
        self._index_due = ended + _INDEX_SHARE * (ended - began)

    def _say(self, tell: Callable[[str], None], words: str) -> None:
        """Say what is wrong, once for as long as it is the same."""
        if words != self._said and not self._stopped.is_set():
            self._said = words
            tell(words)


def _state(paths: Sequence[str]) -> frozenset[tuple[str, int, int]]:
    """Give the files below some folders, with their sizes and times."""
    found: list[tuple[str, int, int]] = []
    waiting = list(paths)
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif entry.is_file():
                        state = entry.stat()
                        found.append((entry.path, state.st_size, state.st_mtime_ns))
        except OSError:
            continue  # it went away; the next look finds what there is then
    return frozenset(found)
