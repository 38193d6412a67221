"""A payload as a section of a document: JSON that folds, or the stored text."""

from __future__ import annotations

from dataclasses import dataclass

from taskview_core.entities import StoredJson
from taskview_tui.render.block import Block, FieldBlock, TextBlock
from taskview_tui.render.chat.chat_block import ChatBlock
from taskview_tui.render.chat.shapes import chat_of
from taskview_tui.render.document import Section
from taskview_tui.render.json_block import JsonBlock
from taskview_tui.render.json_lines import JsonLines, Kind, parse_json
from taskview_tui.render.piece import Ink

LARGE = 512 * 1024
"""Characters above which a payload is read in a thread, while the screen says so."""


@dataclass(frozen=True)
class ReadPayload:
    """A payload ready to be shown: what to say of it, and its lines if there are any."""

    note: str
    body: Block | None
    note_ink: Ink = Ink.DIM

    def section(self, title: str) -> Section:
        """Give it as a section."""
        return Section(title, self.note, self.body, self.note_ink)


def read_payload(stored: StoredJson) -> ReadPayload:
    """Read a payload; for one that is `is_large`, in a thread."""
    if stored.text is None:
        return ReadPayload("none (NULL)", None)
    lines = parse_json(stored.text)
    if lines is None:
        note = f"not JSON, or nested too deeply; {_size(stored.text)} as stored"
        return ReadPayload(note, TextBlock(stored.text), Ink.MARK)
    return ReadPayload(_note(lines, stored.text), JsonBlock(lines))


def read_chat(stored: StoredJson) -> ReadPayload | None:
    """Read a payload as a conversation; None where there are no messages in it."""
    chat = chat_of(stored.value())
    if chat is None:
        return None
    count = len(chat.messages)
    note = f"{count:,} message{'' if count == 1 else 's'}, {_size(stored.text or '')}"
    return ReadPayload(note, ChatBlock(chat))


def unread_payload(stored: StoredJson) -> ReadPayload:
    """Give what stands in the place of a payload while it is being read."""
    note = _size(stored.text or "")
    return ReadPayload(note, FieldBlock([("parsing…", "", Ink.DIM)]))


def is_large(stored: StoredJson) -> bool:
    """Whether reading a payload takes so long that the screen should not wait for it."""
    return stored.text is not None and len(stored.text) > LARGE


def _note(lines: JsonLines, text: str) -> str:
    size = lines.sizes.get(0)
    if size is None:
        return _size(text)
    names = ("key", "keys") if lines.kinds[0] is Kind.OBJECT else ("item", "items")
    return f"{size:,} {names[size != 1]}, {_size(text)}"


def _size(text: str) -> str:
    """Give a length in characters, as people count it."""
    return f"{len(text):,} character{'' if len(text) == 1 else 's'}"
