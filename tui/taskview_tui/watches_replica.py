"""Keeps in view how far behind its primary a database is, where it is a replica."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual import work
from textual.app import App
from textual.reactive import var
from textual.timer import Timer

from taskview_core.errors import TaskviewError

if TYPE_CHECKING:
    from taskview_core.entities import Replica
    from taskview_core.interfaces import ITaskBrowser

_EVERY = 5.0
"""Seconds after which a replica is asked again that is behind, or that its primary has left."""
_PAUSE = 1.0
"""Seconds in which it is asked no second time, however much is read."""


class WatchesReplica(App[None]):
    """Asks after something was read, and by itself while there is something to be told."""

    browser: var[ITaskBrowser | None] = var(None)
    replica: var[Replica | None] = var(None)
    """How a replica was doing as something was read from it last; None for no replica."""

    ticks: Callable[[], float]

    def __init__(self) -> None:
        super().__init__()
        self._replica_asked = -_PAUSE
        self._replica_timer: Timer | None = None

    def look_at_replica(self) -> None:
        """See Host."""
        if self.browser is not None and self.ticks() - self._replica_asked >= _PAUSE:
            self._replica_asked = self.ticks()
            self._ask_replica(self.browser)

    @work(group="replica", exclusive=True)
    async def _ask_replica(self, browser: ITaskBrowser) -> None:
        if self._replica_timer is not None:
            self._replica_timer.stop()
            self._replica_timer = None
        try:
            self.replica = await browser.replica()
        except TaskviewError:
            return  # Whoever reads rows meets it too, says so, and comes here when it is over.
        if self.replica is not None and not self.replica.is_well:
            # What is to be told may be over soon, and nobody may ask for rows meanwhile.
            self._replica_timer = self.set_timer(_EVERY, partial(self._ask_replica, browser))
