"""Reads the bytes of a keyboard as keys: Esc with another key close behind it is both of them.

A terminal sends Esc as the byte that also begins the sequences of arrows and function keys, and a
key held with Alt as that byte and the key's own. Textual takes whatever follows Esc within a tenth
of a second for a key with Alt, and drops Esc. But keys that were typed one after the other arrive
together over a slow line, and from tmux, which holds Esc back for up to half a second by default.
No command of ours has a key with Alt, so that nothing is lost by taking the two for what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser
from textual.events import Key

_ESC = "\x1b"
_BEGINNINGS = frozenset(sequence[:2] for sequence in ANSI_SEQUENCES_KEYS if len(sequence) > 2)
_TAB = "\x1b\t"
"""Shift and Tab, as some terminals send it."""
_EDITING = frozenset({"\x1b\x7f", "\x1bb", "\x1bf"})
"""A word taken away, and a word back or forth: Alt, or Option, with Backspace and the arrows."""


class KeyParser(XTermParser):
    """Textual's parser, which does not lose an Esc that another key follows.

    `edits` says whether text is edited at the moment: only then are keys with Alt that do so
    themselves, and an Esc before a quick `b`, `f` or Backspace is lost.
    """

    def __init__(self, edits: Callable[[], bool] = lambda: False) -> None:
        super().__init__()
        self._edits = edits

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[Key]:
        if alt:  # Textual has dropped the Esc before it: nothing made a sequence of the two.
            yield Key("escape", _ESC)
        elif len(sequence) == 2 and sequence[0] == _ESC and not self._is_one_key(sequence):
            yield Key("escape", _ESC)
            sequence = sequence[1]
        yield from super()._sequence_to_key_events(sequence)

    def _is_one_key(self, sequence: str) -> bool:
        return (
            sequence in _BEGINNINGS or sequence == _TAB or (sequence in _EDITING and self._edits())
        )
