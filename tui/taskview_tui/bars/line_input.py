"""A line to type in, in which keys take effect in the order in which they came."""

from __future__ import annotations

from textual.binding import Binding
from textual.events import Key
from textual.widgets import Input

from taskview_tui.keys import Group, identified

_EDITS = frozenset(each.action for each in Binding.make_bindings(Input.BINDINGS)) - {"submit"}
"""What Textual's own keys of an input do to its text and cursor."""


class LineInput(Input, inherit_bindings=False, inherit_css=False):
    """Does what a key edits as soon as the key is there.

    Textual's input takes what is printable at once, and sends all other keys up to the app to look
    for a binding. Of keys that arrive together, as over a slow line, a backspace then came behind
    the letters that were typed after it. Enter is left to go up: what follows it is not for the
    input.

    It is no `Input` to Textual's selectors: it has none of that one's styles.
    """

    # Of Textual's styles what one line without a border has; the rest takes a while to be read.
    DEFAULT_CSS = """
    LineInput {
        width: 1fr;
        height: 1;
        overflow: auto auto;
        scrollbar-size: 0 0;
        color: $foreground;
        pointer: text;
        &:focus {
            background-tint: $foreground 5%;
        }
        & > .input--cursor {
            background: $input-cursor-background;
            color: $input-cursor-foreground;
            text-style: $input-cursor-text-style;
        }
        & > .input--selection {
            background: $input-selection-background;
            color: $input-selection-foreground;
        }
        & > .input--placeholder, & > .input--suggestion {
            color: $text-disabled;
        }
        &:ansi {
            color: ansi_default;
            & > .input--cursor {
                background: ansi_white;
                color: ansi_black;
            }
            & > .input--placeholder, & > .input--suggestion {
                text-style: dim;
                color: ansi_default;
            }
        }
    }
    """
    COMPONENT_CLASSES = Input.COMPONENT_CLASSES
    BINDING_GROUP_TITLE = Group.INPUT.value
    BINDINGS = identified("input", Group.INPUT, Input.BINDINGS)

    async def _on_key(self, event: Key) -> None:
        if event.is_printable:
            return
        for key in event.aliases:
            for binding in self._bindings.key_to_bindings.get(key, ()):
                if binding.action in _EDITS:
                    event.stop()
                    event.prevent_default()
                    await self.run_action(binding.action)
                    return
