"""Ways to a clipboard: a program of the system, or the terminal itself by OSC 52."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple

TERMINAL_LIMIT = 74_994
"""Bytes that the terminal is sent at most.

Some terminals drop more in silence: hterm takes 100,000 bytes in one sequence, which with its
frame and base64 is this many bytes of text.
"""

PROGRAM_LIMIT = 16 * 1024 * 1024
"""Bytes that a program is handed at most."""

_PATIENCE = 2.0


class ClipboardProgram(NamedTuple):
    """A command that takes what it reads as the clipboard."""

    name: str
    command: tuple[str, ...]

    async def take(self, text: bytes) -> bool:
        """Hand it a text; say whether it took it, within two seconds."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self.command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError:
            return False
        try:
            await asyncio.wait_for(process.communicate(text), _PATIENCE)
        except TimeoutError:
            return False
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
        return process.returncode == 0


def clipboard_program(
    environment: Mapping[str, str],
    which: Callable[[str], str | None] = shutil.which,
    platform: str = sys.platform,
) -> ClipboardProgram | None:
    """Give the program that reaches the clipboard of whoever sits at the terminal, if there is one.

    Within tmux that is tmux: it passes the text on to its own terminal, and by default takes no
    OSC 52 from programs. Over SSH there is none, for this machine's clipboard is not the user's,
    unless X is forwarded.
    """
    far = "SSH_CONNECTION" in environment or "SSH_TTY" in environment
    ways = (
        ("TMUX" in environment, ("tmux", "load-buffer", "-w", "-")),
        (platform == "darwin" and not far, ("pbcopy",)),
        ("WAYLAND_DISPLAY" in environment and not far, ("wl-copy",)),
        ("DISPLAY" in environment, ("xclip", "-selection", "clipboard")),
        ("DISPLAY" in environment, ("xsel", "--input", "--clipboard")),
    )
    for here, command in ways:
        if here and which(command[0]) is not None:
            return ClipboardProgram(command[0], command)
    return None


class Cut(NamedTuple):
    """A text as far as a way takes it: its bytes as UTF-8, and how many there were."""

    text: str
    size: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return len(self.text.encode()) == self.size


def cut(text: str, limit: int) -> Cut:
    """Give the beginning of a text in at most `limit` bytes, without half a character."""
    raw = text.encode()
    return Cut(raw[:limit].decode("utf-8", "ignore"), len(raw))
