"""What all dialogs have: keys to close them, and to leave the program."""

from __future__ import annotations

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

from taskview_tui.keys import Command, Group, bindings

Result = TypeVar("Result")

DIALOG_COMMANDS = (
    Command(
        id="dialog.close",
        keys="escape",
        action="screen.close_dialog",
        name="Close",
        help="Close this without a change",
        group=Group.OPEN,
        short="close",
    ),
    Command(
        id="dialog.next_widget",
        keys="tab",
        action="app.focus_next",
        name="Next part of the dialog",
        help="Move the focus on",
        group=Group.MOVE,
    ),
    Command(
        id="dialog.previous_widget",
        keys="shift+tab",
        action="app.focus_previous",
        name="Previous part of the dialog",
        help="Move the focus back",
        group=Group.MOVE,
    ),
    Command(
        id="dialog.copy_selection",
        keys="ctrl+c,super+c",
        action="screen.copy_text",
        name="Copy selected text",
        help="Copy the text that was marked with the mouse",
        group=Group.COPY,
    ),
)


class Dialog(ModalScreen[Result | None], inherit_bindings=False):
    """A small screen over another one. Gives one value whole, or None."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 60%;
        &:ansi {
            background: $background 60%;
        }
        .box {
            width: auto;
            max-width: 95%;
            height: auto;
            max-height: 90%;
            padding: 0 1;
            border: round $border;
            background: $surface;
        }
        .heading {
            text-style: bold;
            color: $text-primary;
            width: auto;
        }
        LineInput {
            background: $surface;
            &:ansi {
                background: ansi_default;
            }
        }
        .words {
            width: 1fr;
            height: auto;
            min-height: 1;
            color: $text-muted;
        }
    }
    """

    BINDINGS = bindings(*DIALOG_COMMANDS)

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close it, unless that has been done.

        A key that came twice may ask for it again; Textual would close the screen below then.
        """
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def action_close_dialog(self) -> None:
        """Close it without a value."""
        self.dismiss(None)
