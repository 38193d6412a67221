"""The screens of the app: which one comes above which, and how one goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App

if TYPE_CHECKING:
    from taskview_core.entities import Ident
    from taskview_core.query.task_filter import TaskFilter
    from taskview_tui.side import Side


class OpensScreens(App[None]):
    """Puts screens above each other; each is imported when it is first wanted."""

    @property
    def is_first_screen(self) -> bool:
        """Whether there is no screen below this one."""
        return len(self.screen_stack) <= 1

    def go_back(self) -> None:
        """See Host."""
        if self.is_first_screen:
            self.notify("this is the first screen - q quits", markup=False)
        else:
            self.pop_screen()

    def open_conversation(self, conversation_id: Ident, cursor: Ident | None = None) -> None:
        """See Host; goes back to the tree if it is the one that this screen was opened from."""
        from taskview_tui.screens.tree import TreeScreen
        from taskview_tui.screens.tree_state import TreeAsk

        below = self.screen_stack[-2] if len(self.screen_stack) > 1 else None
        if isinstance(below, TreeScreen) and below.conversation == conversation_id:
            self.pop_screen()
            if cursor is not None:
                below.go_to(cursor)
            return
        self.push_screen(TreeScreen(TreeAsk(conversation_id, None, cursor)))

    def open_subtree(self, task_id: Ident, cursor: Ident | None = None) -> None:
        """See Host."""
        from taskview_tui.screens.tree import TreeScreen
        from taskview_tui.screens.tree_state import TreeAsk

        self.push_screen(TreeScreen(TreeAsk(None, task_id, cursor)))

    def open_cause(self, conversation_id: Ident, task_id: Ident | None = None) -> None:
        """See Host."""
        from taskview_tui.screens.tree import TreeScreen

        if conversation_id or task_id is None:
            self.open_conversation(conversation_id, task_id)
        else:
            self.open_subtree(task_id, task_id)
        tree = self.screen
        assert isinstance(tree, TreeScreen), "tasks are shown as a tree"
        tree.find_cause_of(task_id)

    def open_detail(self, task_id: Ident) -> None:
        """See Host."""
        from taskview_tui.screens.detail import DetailScreen

        self.push_screen(DetailScreen(task_id))

    def open_holders(self, around: TaskFilter, value: str) -> None:
        """See Host."""
        from taskview_tui.screens.holders import HoldersScreen

        self.push_screen(HoldersScreen(around, value))

    def open_comparison(self, left: Side, right: Side) -> None:
        """See Host."""
        from taskview_tui.screens.compare import CompareScreen

        self.push_screen(CompareScreen(left, right))
