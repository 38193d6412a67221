"""All of one task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import ClassVar

from textual.binding import BindingType

from taskview_core.entities import StoredJson, TaskDetail, TaskRow, Usage
from taskview_tui.commands import MESSAGES_COMMAND
from taskview_tui.keys import bindings
from taskview_tui.render.block import TextBlock
from taskview_tui.render.document import Document
from taskview_tui.render.payload import (
    ReadPayload,
    is_large,
    read_chat,
    read_payload,
    unread_payload,
)
from taskview_tui.render.piece import Ink, Line, Piece
from taskview_tui.render.task_document import (
    PAYLOADS,
    Moment,
    Surroundings,
    Timings,
    error_block,
    stored_payload,
    task_document,
    timings,
)
from taskview_tui.text.cells import ending
from taskview_tui.text.clean import clean
from taskview_tui.text.times import TimeDisplay
from taskview_tui.widgets.finding_view import FindingView
from taskview_tui.widgets.payload_reader import (
    ChatsRead,
    PayloadsRead,
    read_beside,
    read_chats_beside,
)

PANE_KEYS = (
    MESSAGES_COMMAND._replace(
        id="details.messages",
        action="toggle_messages",
        short="messages",
        rank=7,
    ),
)
"""What is shown in the line of keys as well, where the details have the focus."""

_INSET = 2


class DetailPane(FindingView):
    """A task as one folding document: error, fields, timings, input, output and metadata."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(*PANE_KEYS)

    footer_height = 1

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,  # Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._detail: TaskDetail | None = None
        self._error: tuple[str, TextBlock] | None = None
        """The error that was painted last, and what was made of it."""
        self._around = Surroundings()
        self._payloads: dict[str, ReadPayload] = {}
        self._times = TimeDisplay.AGE
        self._zone: tzinfo | None = None
        self._timings: Timings | None = None
        self._unread: set[str] = set()
        self._as_chat = False
        self._chats: dict[str, ReadPayload | None] = {}

    @property
    def detail(self) -> TaskDetail | None:
        """The task that is shown; None where there is none."""
        return self._detail

    @property
    def times(self) -> TimeDisplay:
        """How times are shown."""
        return self._times

    @times.setter
    def times(self, times: TimeDisplay) -> None:
        self._times = times
        self._paint(keep=True)

    @property
    def zone(self) -> tzinfo | None:
        """The local zone; None for the machine's own."""
        return self._zone

    @zone.setter
    def zone(self, zone: tzinfo | None) -> None:
        self._zone = zone
        self._paint(keep=True)

    def show(
        self,
        detail: TaskDetail | None,
        conversation_title: str | None = None,
        *,
        parent: TaskRow | None = None,
        children: Sequence[TaskRow] | None = None,
        used: Usage | None = None,
        used_below: Usage | None = None,
    ) -> None:
        """Show a task, with what is known of its surroundings; None empties the pane.

        The same task once more, as after a refresh, keeps cursor and folds where it can.
        """
        before = self._detail
        self._around = Surroundings(
            conversation_title, parent, children, used=used, used_below=used_below
        )
        if detail is None:
            self.show_message("")
            return
        self._detail = detail
        same = before is not None and before.row.id == detail.row.id
        for name in PAYLOADS:
            stored = stored_payload(detail, name)
            if before is None or stored_payload(before, name) != stored:
                self._payloads[name] = (
                    unread_payload(stored) if is_large(stored) else read_payload(stored)
                )
                self._unread.discard(name)
                self._chats.pop(name, None)
                if is_large(stored):
                    self._unread.add(name)
        self._want_chats()
        self._paint(keep=same)
        if self._unread:
            read_beside(self, detail, {each: stored_payload(detail, each) for each in self._unread})

    def show_stuck(self, why: str) -> None:
        """Say of the task that is shown why it will hardly end; nothing where it may."""
        if why != self._around.stuck:
            self._around = replace(self._around, stuck=why)
            self._paint(keep=True)

    def show_used_below(self, used: Usage | None) -> None:
        """Say of the task that is shown what was used by it and all below it."""
        if used != self._around.used_below:
            self._around = replace(self._around, used_below=used)
            self._paint(keep=True)

    def show_message(self, text: str) -> None:
        """Show a message in place of a task, such as that it is being loaded, or an error."""
        self._detail = None
        self._payloads.clear()
        self._chats.clear()
        self._unread.clear()
        self.set_document(Document(()))
        self.show_empty(text)

    def render_footer(self, width: int) -> Line:
        """Give the path to the cursor's line, and say where the search stands, if there is one."""
        words = self.find_words
        # A section's own name is no path; alone above the status, `error` would mislead.
        if "." in self.path or "[" in self.path:
            after = f"  ·  {words}" if words else ""
            words = f"{ending(clean(self.path), max(width - len(after), 0))}{after}"
        return [Piece(words, Ink.HEADER)]

    def _moment(self) -> Moment:
        return Moment(self.clock(), self._times, self._zone)

    def _paint(self, *, keep: bool) -> None:
        if self._detail is None:
            return
        moment = self._moment()
        self._timings = timings(self._detail.row, moment)
        payloads = dict(self._payloads)
        if self._as_chat:
            payloads.update({name: chat for name, chat in self._chats.items() if chat is not None})
        if self._error is None or self._error[0] != (self._detail.error or ""):
            self._error = (self._detail.error or "", error_block(self._detail.error or ""))
        document = task_document(self._detail, payloads, self._around, moment, self._error[1])
        self.set_document(document, keep=keep)

    def refresh_changed(self) -> None:
        """Draw the timings again where an age or the time of running has changed."""
        if self._detail is None:
            return
        now = timings(self._detail.row, self._moment())
        if now != self._timings:
            self._timings = now
            if not self.set_section(now.section()):
                self._paint(keep=True)

    def action_toggle_messages(self) -> None:
        """Show messages as a conversation, or as the JSON that they are."""
        if self._detail is None:
            return
        self._as_chat = not self._as_chat
        self._want_chats()
        if not self._lacks_messages():
            self._paint(keep=True)

    def _lacks_messages(self) -> bool:
        """Say so, and go on with JSON, where messages are wanted and it is known there are none."""
        is_known = all(name in self._chats for name in PAYLOADS)
        if not self._as_chat or not is_known or any(self._chats.values()):
            return False
        self._as_chat = False
        self.app.notify("there are no messages in these payloads", markup=False)
        return True

    def _want_chats(self) -> None:
        """Read as conversations what has not been read so yet; what is large, in a thread."""
        detail = self._detail
        if detail is None or not self._as_chat:
            return
        large: dict[str, StoredJson] = {}
        for name in PAYLOADS:
            stored = stored_payload(detail, name)
            if name in self._chats:
                continue
            if is_large(stored):
                large[name] = stored
            else:
                self._chats[name] = read_chat(stored)
        if large:
            read_chats_beside(self, detail, large, self._width - _INSET)

    def on_chats_read(self, message: ChatsRead) -> None:
        """Paint the conversations that a thread has read, unless they are not wanted by now."""
        message.stop()
        if message.request is self._detail:
            self._chats.update(message.chats)
            if not self._lacks_messages() and self._as_chat and any(message.chats.values()):
                self._paint(keep=True)

    def on_payloads_read(self, message: PayloadsRead) -> None:
        """Paint what the thread has read, unless another task is to be seen by now."""
        message.stop()
        if message.request is self._detail:
            self._payloads.update(message.payloads)
            self._unread.clear()
            self._paint(keep=True)
