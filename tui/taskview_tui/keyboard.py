"""Reads the bytes of a keyboard as keys: Esc with another key close behind it is both of them.

A terminal sends Esc as the byte that also begins the sequences of arrows and function keys, and a
key held with Alt as that byte and the key's own. Textual takes whatever follows Esc within a tenth
of a second for a key with Alt, and drops Esc. But keys that were typed one after the other arrive
together over a slow line, and from tmux, which holds Esc back for up to half a second by default.
No command of ours has a key with Alt, so that nothing is lost by taking the two for what was typed.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser
from textual.events import Key

_ESC = "\x1b"
_BEGINNINGS = frozenset(sequence[:2] for sequence in ANSI_SEQUENCES_KEYS if len(sequence) > 2)
_EDITING = frozenset({"\x1b\x7f", "\x1b\t", "\x1bb", "\x1bf"})
"""Alt and Backspace, Shift and Tab, and a word back or forth: sent by terminals of today."""


class KeyParser(XTermParser):
    """Textual's parser, which never loses an Esc that another key follows."""

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[Key]:
        if (
            len(sequence) == 2
            and sequence[0] == _ESC
            and sequence not in _BEGINNINGS
            and sequence not in _EDITING
        ):
            yield Key("escape", _ESC)
            sequence = sequence[1]
        yield from super()._sequence_to_key_events(sequence, alt)
