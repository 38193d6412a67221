"""The dialog that chooses the order of a list."""

from __future__ import annotations

from collections.abc import Sequence

from taskview_core.query.sort import Sort
from taskview_tui.keys import Command, Group, bindings
from taskview_tui.screens.list_state import next_sort
from taskview_tui.screens.picker import ChoiceList, Picker

_WORDS = {
    (True, "time"): "newest first",
    (False, "time"): "oldest first",
    (True, "duration"): "longest first",
    (False, "duration"): "shortest first",
}

SORT_COMMANDS = (
    Command(
        id="sort.take",
        keys="s",
        action="take",
        name="Take this order",
        help="Sort by the key under the cursor; twice s reverses the present order",
        group=Group.PAGES,
    ),
)


class SortPicker(Picker):
    """Gives the key to sort by. The key that the list is sorted by already reverses it."""

    BINDINGS = bindings(*SORT_COMMANDS)

    def __init__(self, keys: Sequence[str], current: Sort) -> None:
        choices = [(key, _line(key, current)) for key in keys]
        super().__init__("sort by", choices, current.key)

    def action_take(self) -> None:
        """Take the key under the cursor."""
        self.query_one(ChoiceList).action_select()


def _line(key: str, current: Sort) -> str:
    """Give a key, the order that choosing it gives, and a mark at the present one."""
    then = next_sort(current, key)
    if key == "duration":
        kind = "duration"
    elif key in {"created", "started", "completed", "updated"}:
        kind = "time"
    else:
        kind = ""
    words = _WORDS.get((then.descending, kind)) or ("Z to A" if then.descending else "A to Z")
    mark = f"{'▼' if current.descending else '▲'} now; again: " if key == current.key else ""
    return f"{key:<10} {mark}{words}"
