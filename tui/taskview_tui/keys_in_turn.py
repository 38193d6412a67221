"""Lets a key act only after the key before it has, wherever that went.

Textual sends each key to what has the focus as the key comes, or at once to a command that goes
first. Of keys that arrive together, as over a slow line or from a program, the second then acts on
the screen that the first was to leave, or lands in the input that the first was to open behind it,
or even acts before the first.
"""

from __future__ import annotations

import time
from collections import deque
from functools import partial

from textual.app import App
from textual.events import Event, Key, Paste
from textual.message import Message
from textual.message_pump import MessagePump
from textual.timer import Timer

LONGEST = 0.25
"""Seconds for which a key holds up the next one: what it went to may be gone, or at work."""


class KeyHeard(Message, bubble=True):
    """Goes the way of a key right behind it, and so comes to the app after all who hear the key."""


class KeysInTurn(App[None]):
    """Keeps what is typed until what was typed before has been heard by all that hear it."""

    def __init__(self) -> None:
        super().__init__()
        self._turn: KeyHeard | None = None
        """Follows the last key; None once it has come back."""
        self._taken_at = 0.0
        """When that key was taken, in seconds."""
        self._typed: deque[Key | Paste] = deque()
        self._patience: Timer | None = None

    async def on_event(self, event: Event) -> None:
        """Take a key in its turn; anything else at once."""
        if not isinstance(event, Key | Paste):
            await super().on_event(event)
        elif not self._has_screen:
            pass  # The program ends: nobody is there to hear it.
        elif event.is_forwarded:
            await super().on_event(event)
        elif self._turn is None:
            await self._take(event)
        else:
            self._typed.append(event)
            self._wait()

    @property
    def _has_screen(self) -> bool:
        try:
            return bool(self.screen_stack)
        except KeyError:  # as Textual says that there is no screen of a mode yet
            return False

    def on_key_heard(self, heard: KeyHeard) -> None:
        """Give the turn to the next key, behind what this one has called for later."""
        self.call_later(self._end, heard)

    async def _take(self, event: Key | Paste) -> None:
        self._taken_at = time.monotonic()
        hears: MessagePump = self.focused or self.screen
        turn = self._turn = KeyHeard()
        await super().on_event(event)
        if not hears.post_message(turn):
            self.call_later(self._end, turn)

    def _wait(self) -> None:
        if self._patience is None:
            left = self._taken_at + LONGEST - time.monotonic()
            self._patience = self.set_timer(max(left, 0.0), partial(self._end, self._turn))

    async def _end(self, turn: KeyHeard | None) -> None:
        """End a turn, unless its key has lost it before."""
        if turn is not self._turn:
            return
        self._turn = None
        if self._patience is not None:
            self._patience.stop()
            self._patience = None
        if self._typed and self._has_screen:
            await self._take(self._typed.popleft())
            if self._typed:
                self._wait()
