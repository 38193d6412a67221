"""A password that a program of the user's prints, such as a password manager."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from threading import Lock

from taskview_core.errors import CannotConnectError
from taskview_core.hiding import remember

_PATIENCE = 60.0
"""Seconds that the program may take: it may have to ask somebody."""
_KEPT = 300.0
"""Seconds after which a new connection asks the program again: such passwords may last for minutes
only."""


class PasswordCommand:
    """Runs a program, without a shell, and gives the first line that it prints.

    What it writes to standard error is not shown, for nobody knows what that holds.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._words = tuple(words)
        self._lock = Lock()
        self._password = ""
        self._until = 0.0

    def __call__(self) -> str:
        """Give the password; CannotConnectError where there is none. Blocks, for a thread."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._password = self._run()
                self._until = time.monotonic() + _KEPT
            return self._password

    def _run(self) -> str:
        program = self._words[0]
        try:
            ran = subprocess.run(
                self._words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=_PATIENCE,
                check=False,
            )
        except FileNotFoundError:
            raise CannotConnectError(
                f"there is no program {program}, which the password is to come from",
                "it is run without a shell: neither ~ nor $ stands for anything",
            ) from None
        except subprocess.TimeoutExpired:
            raise CannotConnectError(
                f"{program} gave no password within {_PATIENCE:.0f} s", "run it by itself to see"
            ) from None
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else None
            raise CannotConnectError(
                f"cannot run {program}, which the password is to come from", why or ""
            ) from None
        if ran.returncode != 0:
            raise CannotConnectError(
                f"{program}, which the password is to come from, ended with {ran.returncode}",
                "run it by itself to see why",
            )
        try:
            password = ran.stdout.decode().partition("\n")[0].rstrip("\r")
        except UnicodeDecodeError:
            password = ""
        if not password or "\0" in password:
            raise CannotConnectError(
                f"{program} printed no password", "the first line that it prints is taken for it"
            )
        remember(password)
        return password
