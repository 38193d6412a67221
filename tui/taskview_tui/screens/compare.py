"""Two tasks with all below them, or two conversations, beside each other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from textual import on, work
from textual.containers import Container
from textual.message import Message
from textual.widget import Widget

from taskview_core.compare.tasks import TaskDiff, task_diff
from taskview_core.compare.trees import Pair
from taskview_core.entities import Ident
from taskview_tui.bars.sides import SidesLines
from taskview_tui.bars.status_line import StatusLine
from taskview_tui.bars.status_text import ListStatus
from taskview_tui.comparing import (
    Compared,
    Trees,
    conversation_titles,
    first_look,
    progress_words,
    read_sides,
    watch_payloads,
)
from taskview_tui.keys import bindings
from taskview_tui.render.compare_document import MOST_CHANGES, compare_document
from taskview_tui.render.difference import summary
from taskview_tui.render.side_words import SideFacts, facts_of, side_crumb, side_words
from taskview_tui.render.task_document import Moment
from taskview_tui.screens.base import BrowserScreen
from taskview_tui.screens.compare_keys import COMPARE_COMMANDS
from taskview_tui.screens.compare_offers import copies_of, scopes_of
from taskview_tui.screens.messages import Arrived, Failed, deliver
from taskview_tui.screens.picker import Picker
from taskview_tui.side import Side
from taskview_tui.text.clean import clean
from taskview_tui.widgets.compare_pane import ComparePane
from taskview_tui.widgets.compare_tree import CompareTree

if TYPE_CHECKING:
    from taskview_tui.export.scope import Scope

_PAUSE = 0.08
"""Seconds that the cursor rests on a pair before its payloads are fetched."""


@dataclass(frozen=True, eq=False)
class CompareAsk:
    """One request to compare."""

    left: Side
    right: Side


@dataclass(frozen=True, eq=False)
class PairAsk:
    """One request for the contents of a pair."""

    left: Ident
    right: Ident


class FirstLook(NamedTuple):
    """Two trees, compared by their rows; `titles` are those of their conversations."""

    trees: Trees
    titles: tuple[str, str]
    compared: Compared
    words: str


class CompareScreen(BrowserScreen):
    """Shows what differs; payloads are compared one after the other, and told as they are."""

    BINDINGS = bindings(*COMPARE_COMMANDS)
    # From so many lines on, two say what the sides are.
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's own type
        *BrowserScreen.VERTICAL_BREAKPOINTS,
        (16, "-high"),
    ]

    class TreesArrived(Arrived[CompareAsk, FirstLook]):
        """The trees have come, compared by their rows."""

    class PayloadsCompared(Arrived[CompareAsk, tuple[Compared, str]]):
        """More of the payloads has been compared, and is told in words."""

    class PairArrived(Arrived[PairAsk, TaskDiff]):
        """The contents of a pair have come."""

    class Finished(Message):
        """All payloads have been compared."""

    def __init__(self, left: Side, right: Side) -> None:
        super().__init__()
        self._ask = CompareAsk(left, right)
        self._asked_at = 0.0
        self._took: float | None = None
        self._compared: Compared | None = None
        self._words = ""
        self._sides: tuple[SideFacts, SideFacts] | None = None
        self._everything = False
        self._pair: PairAsk | None = None
        self._diff: TaskDiff | None = None

    def compose_content(self) -> Iterable[Widget]:
        """Make tree and pane, below what they are of."""
        yield SidesLines()
        yield Container(CompareTree(), ComparePane(), classes="body")

    def on_mount(self) -> None:
        """Let the keys be the tree's."""
        self.view.focus()

    @property
    def view(self) -> CompareTree:
        """The pairs."""
        return self.query_one(CompareTree)

    @property
    def pane(self) -> ComparePane:
        """What differs between the tasks of one pair."""
        return self.query_one(ComparePane)

    @property
    def main_widget(self) -> Widget:
        """See BrowserScreen."""
        return self.view

    @property
    def crumb(self) -> str:
        """See BrowserScreen."""
        sides = (self._ask.left, self._ask.right)
        return "compare " + " → ".join(side_crumb(side) for side in sides)

    @property
    def pair(self) -> Pair | None:
        """The pair under the cursor."""
        number = self.view.selected
        if number is None or self._compared is None:
            return None
        return self._compared.comparison.pairs[number]

    # Reading

    def begin(self) -> None:
        """See BrowserScreen."""
        self.refresh_rows()

    def refresh_rows(self) -> None:
        """See BrowserScreen."""
        self._ask = ask = CompareAsk(self._ask.left, self._ask.right)
        self._asked_at = self.host.ticks()
        self._took = None
        self._pair = self._diff = None
        self.workers.cancel_group(self, "payloads")
        self.asked("compare")
        self._read(ask)
        self.beat()
        self.update_lines()

    @work(exclusive=True, group="compare")
    async def _read(self, ask: CompareAsk) -> None:
        async def find() -> FirstLook:
            trees = await read_sides(self.browser, ask.left, ask.right)
            titles = await conversation_titles(self.browser, trees)
            found = await asyncio.to_thread(first_look, trees)
            return FirstLook(trees, titles, found, await asyncio.to_thread(_summary, found))

        await deliver(self, "compare", ask, find, self.TreesArrived)

    @work(exclusive=True, group="payloads")
    async def _read_payloads(self, ask: CompareAsk, trees: Trees, first: Compared) -> None:
        async def follow() -> None:
            async for each in watch_payloads(self.browser, trees, first):
                words = await asyncio.to_thread(_summary, each)
                self.post_message(self.PayloadsCompared(ask, (each, words)))

        await deliver(self, "payloads", ask, follow, lambda *_: self.Finished())

    @on(TreesArrived)
    def _take(self, message: TreesArrived) -> None:
        if message.ask is self._ask:
            self._took = message.took
            self.recovered("compare")
            ask, (trees, (left, right), compared, words) = message.ask, message.found
            self._sides = (
                facts_of(ask.left, trees.left, left),
                facts_of(ask.right, trees.right, right),
            )
            self.show_times()
            self._show(compared, words)
            self._read_payloads(ask, trees, compared)

    def show_times(self) -> None:
        """See BrowserScreen."""
        if self._sides is not None:
            moment = Moment(self.host.clock(), self.host.times)
            left, right = (side_words(facts, moment) for facts in self._sides)
            self.query_one(SidesLines).sides = (left, right)

    @on(PayloadsCompared)
    def _take_more(self, message: PayloadsCompared) -> None:
        if message.ask is self._ask:
            self._show(*message.found)

    def _show(self, found: Compared, words: str) -> None:
        before = self._compared
        self._compared, self._words = found, words
        if before is None or before.differences is not found.differences:
            self.view.show(found, everything=self._everything, keep=before is not None)
        self.view.show_empty(self._words_when_empty)
        self.update_lines()

    @property
    def _words_when_empty(self) -> str:
        found = self._compared
        if found is None or not found.comparison.pairs:
            return "there are no tasks"
        if found.done < found.both:
            return "comparing inputs and outputs…"
        return "nothing differs\n\nw: show every task"

    @on(Failed)
    def _failed(self, message: Failed) -> None:
        if message.part in {"compare", "payloads"} and message.ask is self._ask:
            self.lost("compare", message.error, self.refresh_rows)
            if self._compared is None:
                self.view.show_empty(f"{clean(str(message.error))}\n\nr: try again")
            self.update_lines()
        elif message.part == "pair" and message.ask is self._pair:
            self.lost("pair", message.error, self._want_pair)
            self.pane.show_message(f"{clean(str(message.error))}\n\nr: try again")

    @property
    def is_busy(self) -> bool:
        """See BrowserScreen."""
        return self._took is None and self.trouble_of("compare") is None

    def update_lines(self) -> None:
        """See BrowserScreen."""
        super().update_lines()
        found = self._compared
        running, running_for = "", 0.0
        if self.is_busy:
            running, running_for = "reading…", self.host.ticks() - self._asked_at
        elif found is not None and found.done < found.both and not self.has_trouble:
            # What is shown is not yet all: this is said however narrow the line.
            running = progress_words(found)
        self.query_one(StatusLine).status = ListStatus(
            hint=self._words, took=self._took, running=running, running_for=running_for
        )

    # The pair under the cursor

    @on(CompareTree.Selected)
    def _cursor_moved(self) -> None:
        self._want_pair()

    def _want_pair(self) -> None:
        """Show the pair under the cursor; read its payloads where there are two."""
        pair = self.pair
        if pair is None:
            self._pair = self._diff = None
            self.workers.cancel_group(self, "pair")
            self.pane.show_message("")
            return
        if pair.left is None or pair.right is None:
            self._pair = self._diff = None
            self.workers.cancel_group(self, "pair")
            self._paint_pair(keep=False)
            return
        ask = PairAsk(pair.left.id, pair.right.id)
        before = self._pair
        if before is None or (before.left, before.right) != (ask.left, ask.right):
            self._pair, self._diff = ask, None
            self._paint_pair(keep=False)
            self._read_pair(ask)

    @work(exclusive=True, group="pair")
    async def _read_pair(self, ask: PairAsk) -> None:
        await asyncio.sleep(_PAUSE)

        async def find() -> TaskDiff:
            left = await self.browser.get_task(ask.left)
            right = await self.browser.get_task(ask.right)
            return await asyncio.to_thread(task_diff, left, right, MOST_CHANGES)

        await deliver(self, "pair", ask, find, self.PairArrived)

    @on(PairArrived)
    def _paint_contents(self, message: PairArrived) -> None:
        if message.ask is self._pair:
            self.recovered("pair")
            self._diff = message.found
            self._paint_pair(keep=True)

    def _paint_pair(self, *, keep: bool) -> None:
        number, pair, found = self.view.selected, self.pair, self._compared
        if number is not None and pair is not None and found is not None:
            document = compare_document(pair, found.differences[number], self._diff)
            self.pane.show(document, keep=keep)

    # Actions

    @on(CompareTree.Chosen)
    def _chosen(self) -> None:
        self.action_open_task("right")

    def action_open_task(self, side: str) -> None:
        """Show one of the two tasks on the whole screen; the only one where there is one."""
        pair = self.pair
        if pair is None:
            return
        row = pair.left if side == "left" else pair.right
        if row is None:
            row = pair.row
        self.host.open_detail(row.id)

    def action_toggle_everything(self) -> None:
        """Show all pairs, or only what differs."""
        self._everything = not self._everything
        if self._compared is not None:
            self.view.show(self._compared, everything=self._everything)

    def action_next_difference(self, step: int) -> None:
        """Go to the next pair that differs, or the one before."""
        found, number = self._compared, self.view.selected
        if found is None or number is None:
            return
        there = found.next_difference(number, step)
        if there is None:
            self.app.notify("nothing differs", markup=False)
        else:
            self.view.select(there)

    def export_choices(self) -> Sequence[tuple[str, Scope]]:
        """See BrowserScreen: the tasks of the pair under the cursor, and what is compared."""
        return scopes_of(self.pair, self._ask.left, self._ask.right)

    def action_copy_id(self) -> None:
        """Put the id of the right task on the clipboard, or of the only one."""
        pair = self.pair
        if pair is not None:
            self.host.copy_text(str(pair.row.id), "the task's id")

    def action_choose_copy(self) -> None:
        """Let it be chosen what of the pair to copy."""
        pair = self.pair
        if pair is None:
            return
        choices = copies_of(pair, self._diff, self.browser.address)
        pairs = [(words, words) for words in choices]
        self.app.push_screen(
            Picker("copy", pairs, pairs[0][0]),
            lambda name: self.host.copy_text(choices[name], name) if name else None,
        )


def _summary(found: Compared) -> str:
    return summary(found.comparison, found.differences)
