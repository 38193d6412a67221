"""Where the password of a Postgres server comes from, besides its URL and libpq's places."""

from __future__ import annotations

import os
from argparse import Namespace

from taskview_core.errors import PasswordNeededError, UsageError
from taskview_core.hiding import remember
from taskview_tui import wiring
from taskview_tui.password_command import PasswordCommand

_TERMINAL = "/dev/tty"


class Login:
    """What one command line says of passwords."""

    def __init__(self, options: Namespace) -> None:
        self._ask: bool = getattr(options, "password", False)
        self._never: bool = getattr(options, "no_password", False)
        command: str | None = getattr(options, "password_command", None)
        if self._ask and (self._never or command is not None):
            raise UsageError(
                "-W asks for a password, and another option says otherwise", "use one of them"
            )
        self._reads_stdin = "-" in getattr(options, "words", ())
        self._command = None if command is None else PasswordCommand(_words_of(command))
        self._asked: str | None = None

    def prepare(self, url_text: str) -> None:
        """Get the password that is asked for by an option, before there is a screen."""
        url = wiring.database(url_text)
        wiring.passwords.first = wiring.passwords.last = None
        if url.kind != "postgresql":
            if self._ask or self._command is not None:
                raise UsageError("a SQLite file has no password", "leave out the option for one")
            return
        if self._command is not None:
            self._command()  # now, while it may still use the terminal
            wiring.passwords.first = self._command
        elif self._ask or self._asked is not None:
            if self._asked is None:
                self._asked = ask(url.label)
            wiring.passwords.first = self._known
        else:
            configured = wiring.configured_passwords(url)
            wiring.passwords.last = configured
            if configured is not None:
                for each in url.servers:
                    if each.password is None:
                        configured(each.name)

    def ask_for(self, error: PasswordNeededError) -> bool:
        """Ask because the server does, where that is wanted and somebody is there to be asked.

        Say whether the command is to be run again. What comes by a pipe cannot be read twice.
        """
        told = self._never or self._ask or self._asked is not None or self._command is not None
        if told or self._reads_stdin or not has_terminal():
            return False
        self._asked = ask(error.label)
        return True

    @property
    def has_asked(self) -> bool:
        """Whether the server had to ask, so that this is the second attempt."""
        return self._asked is not None and not self._ask

    def _known(self) -> str:
        assert self._asked is not None, "it has been asked for"
        return self._asked


current = Login(Namespace())
"""What this command line says of passwords."""


def has_terminal() -> bool:
    """Whether there is a terminal to ask on, whatever standard input and output are."""
    try:
        os.close(os.open(_TERMINAL, os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def ask(label: str) -> str:
    """Ask for a password on the terminal, never on a pipe; UsageError where there is none."""
    from getpass import getpass

    from taskview_tui.text.clean import clean

    if not has_terminal():
        raise UsageError(
            "there is no terminal to ask for a password on",
            "--password-command, PGPASSWORD or ~/.pgpass can give it",
        )
    try:
        password = getpass(f"Password for {clean(label)}: ")
    except EOFError:
        raise UsageError("no password was given", "nothing was opened") from None
    remember(password)
    return password


def _words_of(command: str) -> list[str]:
    import shlex

    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError("--password-command cannot be read", str(error).lower()) from None
    if not words:
        raise UsageError("--password-command names no program", 'as in "pass show agents"')
    return words
