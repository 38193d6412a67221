"""The lines of a tree: what stands in them, and what is marked."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import ClassVar, NamedTuple

from taskview_core.entities import Ident, TaskStatus
from taskview_core.tree.repeats import Repeats
from taskview_tui.render.header import header_line
from taskview_tui.render.holding import Holding
from taskview_tui.render.piece import Line, Piece, fit_line, marked
from taskview_tui.render.run_line import run_pieces, run_status
from taskview_tui.render.shown_usage import ShownUsage
from taskview_tui.render.task_cells import duration_cell
from taskview_tui.render.task_outline import TaskOutline
from taskview_tui.render.trail import Trail
from taskview_tui.render.tree_facts import NOTHING_KNOWN, Known
from taskview_tui.render.tree_folding import TreeFolding
from taskview_tui.render.tree_line import indent_room, tree_cell, tree_preview, tree_width
from taskview_tui.render.waterfall import ClockView, Waterfall
from taskview_tui.text.columns import TREE_COLUMNS, USAGE_KEYS, Slot, place_columns
from taskview_tui.text.status_style import status_style
from taskview_tui.widgets.line_view import LineView


class _Marks(NamedTuple):
    """What is marked of the tasks of a run, which show as one line."""

    stuck: int
    holding: int
    """How many hold a value that is followed."""
    role: Holding | None
    """What the first of them had to do with it, or whether any brought it in."""


class TreeLines(LineView):
    """Draws the tasks of an outline that a folding lets show.

    Whoever opens, closes and exchanges them sets `_outline`, `_folding` and `_last`, and counts
    `_version` up.
    """

    header_height: ClassVar[int] = 1

    _outline: TaskOutline
    _folding: TreeFolding
    _last: bytearray
    """Of each task, whether it is the last of its siblings that can be seen."""
    _waterfall: Waterfall

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,  # Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._version = 0
        self._slots: tuple[Slot, ...] | None = None
        self._slots_width = -1
        self._room = 0
        self._trail: Trail | None = None
        self._holders: Mapping[Ident, Holding] = {}
        self._stuck: Mapping[Ident, str] = {}
        self._known = NOTHING_KNOWN
        self._usage = ShownUsage({})
        self._outcomes: tuple[Repeats | None, dict[int, dict[TaskStatus, int]]] = (None, {})
        self._marked_in: tuple[int, dict[int, _Marks]] = (-1, {})
        self._used_in: tuple[int, dict[tuple[int, str], str]] = (-1, {})
        self._clock_view = ClockView()
        self._bar_cells = 0

    # For screens.

    def show_trail(self, trail: Trail | None) -> None:
        """Mark the way of a failure, or none."""
        if trail != self._trail:
            self._trail = trail
            self._version += 1
            self.refresh()

    def show_holders(self, holders: Mapping[Ident, Holding]) -> None:
        """Mark the tasks that hold a value, each with what it had to do with it."""
        if holders != self._holders:
            self._holders = holders
            self._version += 1
            self.refresh()

    def show_stuck(self, stuck: Mapping[Ident, str]) -> None:
        """Mark the tasks that will hardly end, each with why."""
        if stuck != self._stuck:
            self._stuck = stuck
            self._version += 1
            self.refresh()

    def show_known(self, known: Known) -> None:
        """Mark the roots whose metadata names a parent, and search by what is known by now."""
        if known != self._known:
            self._known = known
            self._version += 1
            self.refresh()

    def show_usage(self, usage: ShownUsage) -> None:
        """Show what the tasks used, in columns of their own where anything is known of it."""
        if usage != self._usage:
            self._usage = usage
            self._slots = None
            self._version += 1
            self.refresh()

    def show_clock(self, view: ClockView) -> None:
        """Look at the clock of the tree in another way."""
        if view != self._clock_view:
            self._look_at_clock(view)
            self._version += 1
            self.refresh()

    def _look_at_clock(self, view: ClockView) -> None:
        self._clock_view = view
        top = self._outline.number(view.top)
        self._waterfall = Waterfall(self._outline.timing, view, -1 if top is None else top)

    @property
    def is_squeezed(self) -> bool:
        """Whether any idle time is drawn short."""
        return self._waterfall.is_squeezed(self.clock(), self._bar_cells)

    @property
    def clock_words(self) -> str:
        """What is to be said of the clock: of its critical path, or of the cursor's task."""
        number = self._number()
        faults = "" if number is None else self._waterfall.fault_words(number)
        parts = (self._waterfall.words, f"! {faults}" if faults else "")
        return "  ".join(part for part in parts if part)

    def _number(self) -> int | None:
        return self._folding.line(self.cursor_line) if len(self._folding) else None

    def is_found(self, number: int) -> bool:
        """Say whether a task is one that was looked for; see FindingTree."""
        return False

    # Drawing.

    @property
    def line_count(self) -> int:
        """How many tasks show."""
        return len(self._folding)

    def _placed(self, width: int) -> tuple[Slot, ...]:
        """Give the slots for this width: lines may be drawn in it before it is told of."""
        if self._slots is None or self._slots_width != width:
            self._slots_width = width
            columns = self._usage.columns_of(TREE_COLUMNS)
            tree, word, _preview, *used, bar, duration = columns
            most = min(tree.most, width * tree.share // 100)
            needed = tree_width(self._outline, most)
            natural = {
                tree.key: needed,
                word.key: self._widest_word(),
                bar.key: bar.most,
                duration.key: duration.most,
                **{column.key: column.most for column in used},
            }
            self._slots = place_columns(columns, natural, width)
            self._bar_cells = next(
                (slot.width for slot in self._slots if slot.column.key == bar.key), 0
            )
            given = self._slots[0].width
            self._room = indent_room(most if given >= needed else given)
        return self._slots

    def _widest_word(self) -> int:
        words = (status_style(status).word for status in self._outline.statuses)
        return max(map(len, words), default=0)

    def render_header(self, width: int) -> Line:
        """Give the titles of the columns; that of the bars is their axis."""
        slots = self._placed(width)
        axis = self._waterfall.heading(self.clock(), self._bar_cells) if self._bar_cells else ""
        return header_line(slots, None, {"bar": axis})

    def render_content(self, index: int, width: int) -> Line:
        """Give the line of a task."""
        number = self._folding.line(index)
        pieces: list[Piece] = []
        x = 0
        for slot in self._placed(width):
            pieces.append(Piece(" " * (slot.x - x)))
            cell = self._cell(number, slot)
            if slot.column.flexible and self._outline.rows[number].id == self._marked:
                cell = [marked(slot.width), *cell]
            pieces.extend(fit_line(cell, slot.width, right=slot.column.right))
            x = slot.x + slot.width
        return pieces

    def _cell(self, number: int, slot: Slot) -> Line:
        row = self._outline.rows[number]
        closed = self._folding.can_fold(number) and not self._folding.is_open(number)
        run_end = self._folding.run_end(number)
        outcome = {} if run_end is None else self._outcome(number)
        status = run_status(outcome) if outcome else row.status
        if slot.column.key == "tree":
            return tree_cell(
                self._outline,
                number,
                closed,
                self._room,
                self._last,
                found=self.is_found(number),
                status=status,
                run_end=run_end,
            )
        if slot.column.key == "word":
            style = status_style(status)
            return [Piece(style.word, style.ink)]
        if slot.column.key == "preview":
            holds = self._holders.get(row.id)
            stuck = self._stuck.get(row.id, "") if run_end is None else ""
            run: Line = ()
            if run_end is not None:
                marks = self._marks_in(number, run_end)
                run, holds = run_pieces(outcome, marks.stuck, marks.holding), marks.role
            return tree_preview(
                self._outline,
                number,
                closed,
                slot.width,
                self._trail,
                holds=holds,
                stuck=stuck,
                run=run,
                is_orphan=row.id in (self._known.orphans or ()),
            )
        if slot.column.key == "bar":
            ink = status_style(status).ink
            return self._waterfall.bar(number, self.clock(), slot.width, ink, run_end)
        if slot.column.key in USAGE_KEYS:
            return [Piece(self._used(number, slot.column.key, run_end))]
        if outcome:
            return []  # Many tasks have no one duration.
        return [Piece(duration_cell(row, self.clock()))]

    def _used(self, number: int, key: str, run_end: int | None) -> str:
        """Give what a task used, or all tasks of the run that its line stands for."""
        if run_end is None:
            return self._usage.cell((self._outline.rows[number].id,), key)
        if self._used_in[0] != self._version:
            self._used_in = (self._version, {})
        known = self._used_in[1]
        if (number, key) not in known:  # A run may be of thousands.
            known[number, key] = self._usage.cell(self._idents(number, run_end), key)
        return known[number, key]

    def _idents(self, number: int, run_end: int | None) -> list[Ident]:
        rows, ends = self._outline.rows, self._outline.ends
        idents = [rows[number].id]
        while run_end is not None and ends[number] < run_end:
            number = ends[number]
            idents.append(rows[number].id)
        return idents

    def _marks_in(self, head: int, run_end: int) -> _Marks:
        """Give what is marked of the tasks of a run."""
        if self._marked_in[0] != self._version:
            self._marked_in = (self._version, {})
        known = self._marked_in[1]
        if head not in known:
            idents = self._idents(head, run_end)
            stuck = sum(ident in self._stuck for ident in idents)
            roles = [self._holders[ident] for ident in idents if ident in self._holders]
            first = Holding.BROUGHT if Holding.BROUGHT in roles else next(iter(roles), None)
            known[head] = _Marks(stuck, len(roles), first)
        return known[head]

    def _outcome(self, head: int) -> dict[TaskStatus, int]:
        """Give how the tasks of a run ended; counted once, for a run may have thousands."""
        if self._outcomes[0] is not self._outline.repeats:
            self._outcomes = (self._outline.repeats, {})
        known = self._outcomes[1]
        if head not in known:
            known[head] = self._outline.repeats.outcome(self._outline.preorder, head)
        return known[head]

    def stamp(self, index: int) -> Hashable:
        """Give which task it is, whether it is open, and its duration as it is now."""
        number = self._folding.line(index)
        row = self._outline.rows[number]
        self._placed(self.view_width)
        return (
            self._version,
            number,
            self._folding.is_open(number),
            duration_cell(row, self.clock()),
            self._waterfall.stamp(
                number, self.clock(), self._bar_cells, self._folding.run_end(number)
            ),
        )

    def width_changed(self) -> None:
        """Share the new width among the columns."""
        self._slots = None
