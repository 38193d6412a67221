"""A tree in which tasks can be found."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Thread
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from taskview_core.entities import Ident
from taskview_core.errors import FilterError
from taskview_tui.keys import Command, Group, bindings
from taskview_tui.render.haystack import StoppedError
from taskview_tui.render.task_outline import TaskOutline
from taskview_tui.render.tree_facts import Known
from taskview_tui.render.tree_find import TreeFinder, TreeMatches, matches_of
from taskview_tui.render.tree_folding import TreeFolding
from taskview_tui.text.clean import clean
from taskview_tui.widgets.finding_view import PAINTED
from taskview_tui.widgets.narrowed_tree import NarrowedTree

FEW = 1_000
"""Tasks up to which a tree is searched at once; a larger one is in a thread."""

FIND_COMMANDS = (
    Command(
        id="tree.find",
        keys="slash",
        action="screen.find_in_tree",
        name="Find in the tree",
        short="find",
        help="Type what tasks to find; they and those above them are kept",
        group=Group.FILTER,
        rank=2,
    ),
    Command(
        id="tree.next_match",
        keys="n",
        action="next_match(1)",
        name="Next match",
        help="Go to the next task that was found, wherever it is hidden; after the last, the first",
        group=Group.FILTER,
    ),
    Command(
        id="tree.previous_match",
        keys="N",
        action="next_match(-1)",
        name="Previous match",
        help="Go to the task found before; before the first, to the last",
        group=Group.FILTER,
    ),
    Command(
        id="tree.end_find",
        keys="escape",
        action="end_find",
        name="The whole tree",
        help="Show the whole tree again, with the cursor on the same task",
        group=Group.FILTER,
    ),
)
"""Commands of trees that are to be searched."""


@dataclass(frozen=True, eq=False)
class TreeSearch:
    """One search: for a text; `jump` takes the cursor to the first match from `origin` on."""

    finder: TreeFinder
    text: str
    origin: int
    jump: bool
    unwanted: Event = field(default_factory=Event)


class FindingTree(NarrowedTree):
    """Keeps what is found and all above it, while it is typed, and goes from match to match."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(*FIND_COMMANDS)

    class FindChanged(Message):
        """What is to be said of the search has changed."""

    class Searched(Message):
        """A thread has searched the tree; or the text cannot be read.

        `folding` is what is to be seen, made there too: for many matches that takes its time.
        """

        def __init__(
            self, search: TreeSearch, found: TreeMatches | FilterError, folding: TreeFolding | None
        ) -> None:
            super().__init__()
            self.search = search
            self.found = found
            self.folding = folding

    def __init__(self) -> None:
        self._text = ""
        self._search: TreeSearch | None = None
        self._near: TreeSearch | None = None
        """The search of which what is near has been shown: the cursor has jumped already."""
        self._fault = ""
        self._origin = 0
        self._finder: TreeFinder | None = None
        super().__init__()

    # For screens.

    @property
    def find_text(self) -> str:
        """What was looked for last; empty where nothing was."""
        return self._text

    @property
    def find_words(self) -> str:
        """Where the search stands, in words; empty where nothing is looked for."""
        if self._fault or not self._text:
            return self._fault
        matches = self._matches
        if self._search is not None or matches is None:
            return "searching…"
        if matches.unheld:
            return f"{matches.unheld} is not in a tree's rows"
        if matches.unread:
            return f"{matches.unread} is not known yet"
        if not matches.numbers:
            return f"no match in the rows{f': {matches.within}' if matches.within else ''}"
        number = self._number()
        place = None if number is None else matches.place(number)
        count = f"{len(matches.numbers):,}"
        return f"{count} found" if place is None else f"match {place + 1:,} of {count}"

    def begin_find(self) -> None:
        """Remember where the cursor is: what is typed from now on is looked for from there."""
        self._origin = self._number() or 0
        if len(self._outline) > FEW:
            # Whoever types the first letter after this finds it made.
            Thread(target=self._get_finder().prepare, name="find", daemon=True).start()

    def find(self, text: str) -> None:
        """Keep what a text of the query language means; for an empty one, the whole tree."""
        if text.strip():
            self._begin(text, jump=True)
        else:
            self._stop()
            self._text, self._matches, self._fault = "", None, ""
            self._show_whole(self._origin)
            self.post_message(self.FindChanged())

    def show_known(self, known: Known) -> None:
        """See TreeLines; what was looked for is looked for again."""
        was = self._known
        super().show_known(known)
        if self._finder is not None:
            self._finder.known = known
        if known != was and "is:" in self._text:
            waited = self._matches is not None and bool(self._matches.unread)
            jump = waited or (self._search is not None and self._search.jump)
            self._begin(self._text, jump=jump)

    # Searching.

    def _stop(self) -> None:
        if self._search is not None:
            self._search.unwanted.set()
            self._search = None

    def _get_finder(self) -> TreeFinder:
        if self._finder is None:
            self._finder = TreeFinder(self._outline, self._known)
        return self._finder

    def _begin(self, text: str, *, jump: bool) -> None:
        self._stop()
        self._text = text
        search = TreeSearch(self._get_finder(), text, self._origin, jump)
        now = self.clock()

        def find() -> TreeMatches | FilterError:
            try:
                return search.finder.find(text, now, search.unwanted.is_set)
            except FilterError as error:
                return error

        def find_beside() -> None:
            if search.unwanted.wait(PAINTED if search is self._near else 0.0):
                return
            try:
                found = find()
            except StoppedError:
                return
            folding = self._folding_of(found) if isinstance(found, TreeMatches) else None
            self.post_message(self.Searched(search, found, folding))

        def find_soon() -> None:
            if search is not self._search:
                return
            if jump:
                self._find_near(search, now)
            Thread(target=find_beside, name="find", daemon=True).start()

        if len(self._outline) <= FEW:
            self._found(search, find())
        else:
            self._search = search
            self.post_message(self.FindChanged())
            self.call_after_refresh(find_soon)  # What is typed is drawn first.

    def _find_near(self, search: TreeSearch, now: datetime) -> None:
        """Show at once what fills the screen, while all of the tree is searched."""
        try:
            found = search.finder.find_near(search.text, now, search.origin, self.size.height)
        except FilterError:
            return  # The thread finds that too, and then it is said.
        if found is not None:
            self._fault = ""
            self._near = search
            self._matches = found
            self._narrow(found, found.numbers[bisect_left(found.numbers, search.origin)])

    def on_finding_tree_searched(self, message: Searched) -> None:
        """Paint what the thread has found, unless something else is looked for by now."""
        message.stop()
        if message.search is self._search:
            self._search = None
            self._found(message.search, message.found, message.folding)

    def _found(
        self,
        search: TreeSearch,
        found: TreeMatches | FilterError,
        folding: TreeFolding | None = None,
    ) -> None:
        self._fault = ""
        if isinstance(found, FilterError):
            # What was found before stays: the text may only be half typed.
            self._fault = clean(found.title)
        else:
            self._matches = found
            first = found.after(search.origin - 1, 1)
            if first is None:
                self._show_whole(self._number() or 0)
            elif search.jump and search is not self._near:
                self._narrow(found, first, folding)
            elif self._narrowed:
                self._narrow(found, self._number() or 0, folding)
        self.post_message(self.FindChanged())

    def _take(
        self, outline: TaskOutline, opened: bytearray, unfolded: frozenset[Ident] = frozenset()
    ) -> None:
        """Go on with the search in a tree that was read again."""
        matches = self._matches
        was = self._outline.idents(matches.numbers) if matches and self._narrowed else frozenset()
        super()._take(outline, opened, unfolded)
        self._stop()
        self._finder = None
        self._matches = None
        if not self._text:
            return
        if self._narrowed:
            # Until it has been searched: what was found in it before.
            numbers = array("l", (at for at, row in enumerate(outline.rows) if row.id in was))
            self._matches = matches_of(outline, numbers)
            self._folding = self._folding_of(self._matches)
            self._last = self._matches.last
        self.call_later(self._begin, self._text, jump=False)

    def cursor_moved(self) -> None:
        """Tell where the cursor is, and which match that is."""
        super().cursor_moved()
        if self._narrowed:
            self.post_message(self.FindChanged())

    # What the user does.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys alone that only a search needs, while there is none."""
        if action == "end_find":
            return self._narrowed
        if action == "next_match":
            return self.has_matches
        return super().check_action(action, parameters)

    def action_next_match(self, step: int) -> None:
        """Go to the next match, or with -1 to the one before."""
        self.go_to_match(step)

    def action_end_find(self) -> None:
        """Show the whole tree again; what was found can still be gone through."""
        self._stop()
        self._show_whole(self._number() or 0)
        self.post_message(self.FindChanged())
