"""What an app hands to other programs: text to a pager, an editor or a clipboard; the terminal."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from textual import work
from textual.app import App, SuspendNotSupported

from taskview_core.errors import TaskviewError
from taskview_tui.terminal import copied_text
from taskview_tui.text.clean import clean, clean_copy

if TYPE_CHECKING:
    from taskview_tui.clipboard import ClipboardProgram
    from taskview_tui.outside import Tool


class HandsOver(App[None]):
    """Leaves the terminal to others and takes it back; `clipboard` finds the program to copy with.

    What is needed for it is imported when something is handed over.
    """

    def __init__(self, clipboard: Callable[[], ClipboardProgram | None]) -> None:
        super().__init__()
        self._find_clipboard = clipboard

    def stop_on_signals(self) -> None:
        """End in good order when the terminal is closed or somebody asks us to."""
        if self.is_headless:
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with suppress(NotImplementedError):  # not on Windows
                loop.add_signal_handler(number, self.exit, None, 128 + number)

    def _leave_signals(self) -> None:
        """Leave the signals alone for a while: another program has the terminal."""
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                with suppress(NotImplementedError):  # not on Windows
                    loop.remove_signal_handler(number)

    def show_outside(self, text: str, tool: Tool) -> None:
        """See Host. What a terminal would obey is made visible first, which is said afterwards."""
        from taskview_tui.outside import command_of, private_file, run_command

        shown, changed = clean_copy(text)
        ending = ".json" if text[:1] in {"{", "["} else ".txt"
        stopped: int | None = None
        fault: TaskviewError | None = None
        try:
            command = command_of(tool, os.environ)
            with private_file(shown, ending) as path:
                try:
                    with self.suspend():
                        # Not before: whatever takes long here, a signal would end us at once.
                        self._leave_signals()
                        # Whatever is raised in here, the terminal would never be taken back.
                        try:
                            stopped = run_command(command, path, self._own_terminal)
                        except TaskviewError as error:
                            fault = error
                finally:
                    self.stop_on_signals()
            if fault is not None:
                raise fault
        except TaskviewError as error:
            self.notify(clean(str(error)), severity="error", markup=False)
        except SuspendNotSupported:
            words = f"no {tool.value} can be shown here: this terminal cannot be left"
            self.notify(words, severity="error", markup=False)
        else:
            if stopped is not None:
                self.exit(return_code=128 + stopped)
            elif changed:
                self.notify(f"in what was shown, {_made_visible(changed)}", markup=False)

    @property
    def _own_terminal(self) -> int | None:
        """The terminal that keys are read from; None in tests, which have none."""
        keys = sys.__stdin__
        return None if self.is_headless or keys is None else keys.fileno()

    def copy_text(self, text: str, what: str) -> None:
        """See Host. What a terminal would obey is made visible first, which is said."""
        copied, changed = clean_copy(text)
        self._copy(copied_text(copied), what, changed)

    @work(group="clipboard", exclusive=True)
    async def _copy(self, text: str, what: str, changed: int) -> None:
        from taskview_tui.clipboard import PROGRAM_LIMIT, TERMINAL_LIMIT, cut

        program = self._find_clipboard()
        taken = cut(text, PROGRAM_LIMIT)
        way = ""
        if program is not None and await program.take(taken.text.encode()):
            way = f"with {program.name}"
            self._clipboard = taken.text
        else:
            taken = cut(text, TERMINAL_LIMIT)
            way = "by the terminal (OSC 52)"
            self.copy_to_clipboard(taken.text)
        more = f"; {_made_visible(changed)}" if changed else ""
        if taken.is_whole:
            self.notify(f"copied {what} {way}{more}", markup=False, timeout=5 if more else 2)
        else:
            words = (
                f"copied the first {len(taken.text.encode()):,} of {taken.size:,} bytes of {what} "
                f"{way}, which takes no more: `taskview show` gives all{more}"
            )
            self.notify(words, severity="warning", markup=False)

    def copy_to_clipboard(self, text: str) -> None:
        """Put text on the clipboard; what no terminal can hold is made visible first."""
        super().copy_to_clipboard(copied_text(clean_copy(text)[0]))


def _made_visible(count: int) -> str:
    return f"{count:,} character{'' if count == 1 else 's'} made visible"
