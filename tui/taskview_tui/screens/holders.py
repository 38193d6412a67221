"""The tasks of a conversation that hold a value, in the order of time."""

from __future__ import annotations

from taskview_core.entities import Ident
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import TaskFilter
from taskview_tui.screens.tasks import TasksScreen
from taskview_tui.screens.tree import TreeScreen

OLDEST_FIRST = Sort("created")


class HoldersScreen(TasksScreen):
    """A list of tasks above another screen: it begins with a filter, and Esc comes back to that."""

    def __init__(self, task_filter: TaskFilter) -> None:
        super().__init__(task_filter, OLDEST_FIRST)
        self._filter = task_filter
        self._seen: frozenset[Ident] = frozenset()

    @property
    def crumb(self) -> str:
        """See BrowserScreen."""
        return "who holds it"

    @property
    def everything(self) -> TaskFilter:
        """See ListScreen: what it began with."""
        return self._filter

    @property
    def has_own_filter(self) -> bool:
        """See ListScreen."""
        return self.ask.filter != self._filter

    def page_painted(self) -> None:
        """See ListScreen: what has been listed so far is marked in the tree that this came from."""
        super().page_painted()
        self._seen |= {row.id for row in self.table.rows}
        for below in self.app.screen_stack:
            if isinstance(below, TreeScreen):
                below.mark_holders(self._seen)

    def begin(self) -> None:
        """See BrowserScreen."""
        self.show_filter(self._filter)
        super().begin()
