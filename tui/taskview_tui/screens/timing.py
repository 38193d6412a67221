"""How a screen with a tree looks at the tree's clock: squeezed, zoomed, with its critical path."""

from __future__ import annotations

from dataclasses import replace

from taskview_tui.keys import Command, Group
from taskview_tui.render.waterfall import ClockView
from taskview_tui.screens.base import BrowserScreen
from taskview_tui.widgets.task_tree import TaskTreeView

TIMING_COMMANDS = (
    Command(
        id="tree.critical",
        keys="c",
        action="screen.toggle_critical",
        name="Critical path",
        short="critical",
        help="Mark the tasks whose own work set how long the tree took; again to take that back",
        group=Group.VIEW,
    ),
    Command(
        id="tree.squeeze",
        keys="z",
        action="screen.toggle_squeeze",
        name="Squeeze idle time",
        short="squeeze",
        help="Draw the stretches in which no task ran, or nothing is heard of one, short",
        group=Group.VIEW,
        rank=6,
    ),
    Command(
        id="tree.zoom",
        keys="Z",
        action="screen.toggle_zoom",
        name="Zoom the bars to this task",
        short="zoom",
        help="Draw the bars on the clock of this task and all below it; again for the whole tree",
        group=Group.VIEW,
        rank=6,
    ),
)


class ShowsClock(BrowserScreen):
    """A screen whose tree has bars beside it."""

    _clock_view = ClockView()

    @property
    def view(self) -> TaskTreeView:
        """The tree's widget."""
        raise NotImplementedError

    @property
    def clock_words(self) -> str:
        """What is to be said of the clock now; empty for nothing."""
        return self.view.clock_words

    def _look(self, view: ClockView) -> None:
        self._clock_view = view
        self.view.show_clock(view)
        self.update_lines()

    def action_toggle_squeeze(self) -> None:
        """Squeeze the idle time, or let it be as long as it was."""
        self._look(replace(self._clock_view, squeezed=not self._clock_view.squeezed))
        if self._clock_view.squeezed and not self.view.is_squeezed:
            self._look(replace(self._clock_view, squeezed=False))
            words = "no stretch without work is long enough here to be squeezed"
            self.app.notify(words, markup=False, timeout=2)

    def action_toggle_zoom(self) -> None:
        """Zoom to the cursor's task with all below it; on the same one again, go back."""
        task = self.view.selected
        if task is not None:
            top = None if self._clock_view.top == task.id else task.id
            self._look(replace(self._clock_view, top=top))

    def action_toggle_critical(self) -> None:
        """Mark the critical path, or none."""
        self._look(replace(self._clock_view, critical=not self._clock_view.critical))

    def clear_clock(self) -> bool:
        """Take back the critical path, then the zoom; say whether there was anything."""
        if self._clock_view.critical:
            self._look(replace(self._clock_view, critical=False))
        elif self._clock_view.top is not None:
            self._look(replace(self._clock_view, top=None))
        else:
            return False
        return True
