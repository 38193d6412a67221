"""Reads large payloads beside the screen."""

from __future__ import annotations

import time
from collections.abc import Mapping
from threading import Thread

from textual.message import Message
from textual.widget import Widget

from taskview_core.entities import StoredJson
from taskview_tui.render.payload import ReadPayload, read_chat, read_payload
from taskview_tui.widgets.finding_view import PAINTED


class PayloadsRead(Message):
    """Payloads have been read: `request` is what they were asked for with."""

    def __init__(self, request: object, payloads: Mapping[str, ReadPayload]) -> None:
        super().__init__()
        self.request = request
        self.payloads = payloads


def read_beside(widget: Widget, request: object, stored: Mapping[str, StoredJson]) -> None:
    """Read payloads in a thread, and post them to the widget as PayloadsRead.

    The thread is one that the end of the program does not wait for.
    """

    def read() -> None:
        payloads = {name: read_payload(payload) for name, payload in stored.items()}
        widget.post_message(PayloadsRead(request, payloads))

    Thread(target=read, name="payload reader", daemon=True).start()


class ChatsRead(Message):
    """Payloads have been read as conversations; None for one that is none."""

    def __init__(self, request: object, chats: Mapping[str, ReadPayload | None]) -> None:
        super().__init__()
        self.request = request
        self.chats = chats


def read_chats_beside(
    widget: Widget, request: object, stored: Mapping[str, StoredJson], width: int
) -> None:
    """Read payloads as conversations in a thread, and post them to the widget as ChatsRead.

    Their lines are broken to the width there too, which takes longest. Before it begins, what is
    known already is painted: taking 10 MB of JSON apart lets nothing else run.
    """

    def read() -> None:
        time.sleep(PAINTED)
        chats = {name: read_chat(payload) for name, payload in stored.items()}
        for chat in chats.values():
            if chat is not None and chat.body is not None:
                chat.body.tall(width)
        widget.post_message(ChatsRead(request, chats))

    Thread(target=read, name="chat reader", daemon=True).start()
