"""A document in which text can be found."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from taskview_tui.keys import Command, Group, bindings
from taskview_tui.render.document import Document
from taskview_tui.render.find import Finder, Matches, marked
from taskview_tui.render.haystack import StoppedError
from taskview_tui.render.piece import Line
from taskview_tui.text.clean import clean
from taskview_tui.widgets.document_view import DocumentView

SMALL = 64 * 1024
"""Characters up to which a document is searched at once; a larger one is in a thread."""

PAINTED = 0.05
"""Seconds for what is near to be painted, and for the next key, before all is searched."""

FIND_COMMANDS = (
    Command(
        id="document.find",
        keys="slash",
        action="screen.find_in_details",
        name="Find in the details",
        short="find",
        help="Type what to find in the error, fields and payloads, over all that is folded too",
        group=Group.FILTER,
        rank=2,
    ),
    Command(
        id="document.next_match",
        keys="n",
        action="next_match(1)",
        name="Next match",
        help="Go to the next place where the text is; after the last, to the first",
        group=Group.FILTER,
    ),
    Command(
        id="document.previous_match",
        keys="N",
        action="next_match(-1)",
        name="Previous match",
        help="Go to the place before; before the first, to the last",
        group=Group.FILTER,
    ),
    Command(
        id="document.end_find",
        keys="escape",
        action="end_find",
        name="End the search",
        help="Take the marks of the matches away",
        group=Group.FILTER,
    ),
)
"""Commands of documents that are to be searched."""


@dataclass(frozen=True, eq=False)
class FindAsk:
    """One search: for a text, from a line on; `jump` takes the cursor to the first match."""

    document: Document
    text: str
    origin: int
    jump: bool = True
    unwanted: Event = field(default_factory=Event)


class FindingView(DocumentView):
    """Finds text as it is typed, marks it, and goes from match to match."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(*FIND_COMMANDS)

    class FindChanged(Message):
        """What is to be said of the search has changed."""

    class Searched(Message):
        """A thread has searched the document."""

        def __init__(self, ask: FindAsk, matches: Matches) -> None:
            super().__init__()
            self.ask = ask
            self.matches = matches

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,  # Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._finder = Finder()
        self._ask: FindAsk | None = None
        self._matches: Matches | None = None
        self._match = 0
        self._searches = 0
        self._origin = 0

    # For screens.

    @property
    def find_text(self) -> str:
        """What is being looked for; empty where nothing is."""
        return self._ask.text if self._ask else ""

    @property
    def find_words(self) -> str:
        """Where the search stands, in words; empty where nothing is looked for."""
        if self._ask is None:
            return ""
        matches = self._matches
        if matches is None or matches.partial:
            return "searching…"
        if not matches:
            return f"no match for {clean(self._ask.text)}"
        more = "" if matches.has_all else "+"
        count = f"{len(matches):,}{more}"
        if matches.place(self._match)[0] == self._line():
            return f"match {self._match + 1:,} of {count}"
        return f"{count} match{'' if count == '1' else 'es'}"

    @property
    def has_matches(self) -> bool:
        """Whether there are matches to go to by now."""
        return bool(self._matches)

    def begin_find(self) -> None:
        """Remember where the cursor is: what is typed from now on is looked for from there."""
        self._origin = self._line() or 0
        document = self._document
        if document.weight > SMALL:
            # Whoever types the first letter after this finds it made.
            Thread(target=self._finder.prepare, args=(document,), name="find", daemon=True).start()

    def find(self, text: str) -> None:
        """Look for a text from where the search began; for an empty one, end the search."""
        self._search(text, self._origin, jump=True)

    def end_find(self) -> None:
        """Forget what was looked for."""
        self._search("", 0, jump=False)

    def go_to_match(self, step: int) -> None:
        """Go on to the next match from the cursor, or with -1 to the one before."""
        matches, here = self._matches, self._line()
        if not matches or here is None:
            return
        line, _ = matches.place(self._match)
        number = self._match + step if line == here else matches.first_from(here) - (step < 0)
        if not matches.partial or 0 <= number < len(matches):
            self._show_match(number % len(matches))

    # Searching.

    def _search(self, text: str, origin: int, *, jump: bool) -> None:
        if self._ask is not None:
            self._ask.unwanted.set()
        self._ask = ask = FindAsk(self._document, text, origin, jump) if text else None
        if ask is None:
            self._take_matches(None)
        elif ask.document.weight <= SMALL:
            self._found(ask, self._finder.find(ask.document, text))
        else:
            near = self._finder.find_near(ask.document, text, origin) if jump else None
            self._take_matches(near)
            if near:
                self._show_match(near.first_from(origin))
            wait = PAINTED if near else 0.0
            Thread(target=self._search_beside, args=(ask, wait), name="find", daemon=True).start()

    def _search_beside(self, ask: FindAsk, wait: float) -> None:
        """Search in a thread, which the next key stops."""
        if ask.unwanted.wait(wait):
            return
        try:
            matches = self._finder.find(ask.document, ask.text, ask.unwanted.is_set)
        except StoppedError:
            return
        if matches and ask.jump:
            # What has to be unrolled to see the first match is made ready here as well.
            first = matches.first_from(ask.origin) % len(matches)
            ask.document.row_of(*matches.place(first), self._width)
        self.post_message(self.Searched(ask, matches))

    def on_finding_view_searched(self, message: Searched) -> None:
        """Paint what the thread has found, unless something else is looked for by now."""
        message.stop()
        if message.ask is self._ask:
            self._found(message.ask, message.matches)

    def _found(self, ask: FindAsk, matches: Matches) -> None:
        near, at = self._matches, self._match
        self._take_matches(matches)
        if not matches:
            return
        first = matches.first_from(ask.origin) % len(matches)
        if near is not None and near.partial:
            # The cursor has jumped already, and may have gone on.
            self._match = matches.number_at(*near.place(at)) % len(matches)
        elif ask.jump:
            self._show_match(first)
        else:
            self._match = first

    def _take_matches(self, matches: Matches | None) -> None:
        self._matches = matches
        self._match = 0
        self._searches += 1
        self.refresh()
        self.post_message(self.FindChanged())

    def _show_match(self, number: int) -> None:
        assert self._matches is not None
        self._match = number
        self.show_place(*self._matches.place(number))
        self.refresh_footer()
        self.post_message(self.FindChanged())

    def document_changed(self) -> None:
        """Search what the lines say now, with the cursor where it is."""
        if self._ask is not None:
            self._search(self._ask.text, self._line() or 0, jump=False)

    # Drawing.

    def render_content(self, index: int, width: int) -> Line:
        """Draw one row, with what was found marked."""
        line = super().render_content(index, width)
        if not self._matches:
            return line
        return marked(line, self._folding.line(index), self._matches)

    def stamp(self, index: int) -> Hashable:
        """See LineView."""
        return (self._searches, super().stamp(index))

    # What the user does.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys alone that only a search needs, while there is none."""
        if action == "end_find":
            return self._ask is not None
        if action == "next_match":  # The screen says so, where there is none.
            return self.has_matches
        return super().check_action(action, parameters)

    def action_next_match(self, step: int) -> None:
        """Go to the next match, or with -1 to the one before."""
        self.go_to_match(step)

    def action_end_find(self) -> None:
        """Take the marks away."""
        self.end_find()
