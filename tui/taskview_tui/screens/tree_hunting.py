"""How a screen with a tree looks in it for the cause of a failure, and marks the way it took."""

from __future__ import annotations

from dataclasses import replace

from textual import on

from taskview_core.entities import Ident
from taskview_tui.render.trail import Trail
from taskview_tui.screens.hunt import Hunt, begin_hunt, trail_of
from taskview_tui.screens.seeks_cause import SeeksCause
from taskview_tui.screens.tree_asides import TreeAsides
from taskview_tui.screens.tree_state import TreeFound


class HuntsCause(TreeAsides):
    """Goes from candidate to candidate; one that the tree does not explain may be elsewhere."""

    _shown: TreeFound | None = None
    """The tree that is shown, once it has come."""
    _hunt: Hunt | None = None
    _trail: Trail | None = None
    _to_hunt: tuple[Ident | None] | None = None
    """What to look for the cause of as soon as the tree has come."""

    @property
    def conversation(self) -> Ident | None:
        """The conversation whose tree it is; None for the tree of a task."""
        raise NotImplementedError

    def action_find_cause(self) -> None:
        """Go to what made the cursor's task fail; from there again, to the next candidate."""
        task = self.view.selected
        if task is None:
            return
        hunt = self._hunt
        if hunt is not None and hunt.present.task == task.id:
            if len(hunt.candidates) == 1:
                self.app.notify("there is no other candidate", markup=False, timeout=2)
            self._follow_hunt(hunt.next())
        else:
            self.find_cause_of(task.id)

    def find_cause_of(self, start: Ident | None) -> None:
        """Go to what made a task fail, or where `start` is None, to the first failure of all.

        Where the tree is still to come, that is done as soon as it is there.
        """
        if self._shown is None:
            self._to_hunt = (start,)
            return
        hunt = begin_hunt(self._shown.outline, start)
        if hunt is not None:
            self._follow_hunt(hunt)
        elif start is None:
            self.app.notify("nothing in this conversation failed", markup=False)
        elif start in self._shown.tree.tasks and self.conversation is None:
            self.app.notify("neither this task nor any below it failed", markup=False)
        elif start in self._shown.tree.tasks:
            self.look_below(self._shown.tree.tasks[start])
        else:
            self.app.notify("the task is not in this tree any more", markup=False)

    def hunt_in(self, found: TreeFound) -> None:
        """Begin what was waiting for a tree that has come, or mark in it what was found before."""
        if self._to_hunt is not None:
            (start,), self._to_hunt = self._to_hunt, None
            self.find_cause_of(start)
        elif self._hunt is not None:
            self._mark_hunt(found, self._hunt)

    def end_hunt(self) -> bool:
        """Take back the marks of a hunt; say whether there was one."""
        if self._hunt is None:
            return False
        self._hunt = None
        self.view.show_trail(None)
        self.update_lines()
        return True

    @property
    def hunt_words(self) -> str:
        """What a hunt has found, as long as the cursor is on the way that it marks."""
        task = self.view.selected
        if self._hunt is None or self._trail is None or task is None:
            return ""
        on_its_way = {self._trail.cause, self._hunt.start} | self._trail.passed
        return self._hunt.words if task.id in on_its_way else ""

    @property
    def explained_elsewhere(self) -> Ident | None:
        """The task that was found, where what failed below it is in another conversation."""
        return self._hunt.present.task if self._hunt is not None and self._hunt.elsewhere else None

    def _follow_hunt(self, hunt: Hunt) -> None:
        found = self._shown
        assert found is not None, "there is a tree to hunt in"
        self._mark_hunt(found, hunt)
        self.view.select(hunt.present.task)
        self.update_lines()
        task = found.tree.tasks.get(hunt.present.task)
        if task is not None and hunt.present.explains and self.conversation is not None:
            self.look_elsewhere(hunt, task)

    @on(SeeksCause.ElsewhereCounted)
    def _say_elsewhere(self, message: SeeksCause.ElsewhereCounted) -> None:
        if message.ask is self._hunt:
            self._hunt = replace(message.ask, elsewhere=message.found)
            self.update_lines()

    def _mark_hunt(self, found: TreeFound, hunt: Hunt) -> None:
        """Mark the way of the failure; a hunt is over where what it found has gone."""
        self._trail = trail_of(found.outline, hunt)
        self._hunt = hunt if self._trail is not None else None
        self.view.show_trail(self._trail)
