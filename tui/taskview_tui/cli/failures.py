"""What a failure says on standard error, and the exit code that it gives."""

from __future__ import annotations

import os
import sys
from types import TracebackType

from taskview_core.errors import (
    AmbiguousIdError,
    CannotConnectError,
    EntityNotFoundError,
    TaskviewError,
    UsageError,
)
from taskview_core.hiding import hidden, remember, remember_in
from taskview_tui.cli.database_choice import VARIABLE
from taskview_tui.cli.exit_codes import ExitCode
from taskview_tui.cli.streams import say

_CODES: tuple[tuple[type[TaskviewError], ExitCode], ...] = (
    (UsageError, ExitCode.USAGE),
    (AmbiguousIdError, ExitCode.USAGE),
    (CannotConnectError, ExitCode.CANNOT_CONNECT),
    (EntityNotFoundError, ExitCode.NOT_FOUND),
)


def exit_code(error: TaskviewError) -> ExitCode:
    """Give the exit code of an error."""
    for kind, code in _CODES:
        if isinstance(error, kind):
            return code
    return ExitCode.FAILED


def report(error: TaskviewError) -> ExitCode:
    """Say in one sentence what went wrong; give the exit code."""
    say(f"taskview: {error}")
    return exit_code(error)


def report_unexpected(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Say that the program itself is at fault; the way there only where debugging is asked for.

    Serves as `sys.excepthook`, after which the exit code is 1. An exception's own words may hold
    a payload, so they are shown only on demand, and passwords not even then.
    """
    if wants_debug():
        import traceback

        say(without_secrets("".join(traceback.format_exception(kind, error, trace)).rstrip()))
    say(
        f"taskview: an error in taskview itself ({kind.__name__}) ended this command; "
        + ("please report it" if wants_debug() else "--debug shows where")
    )


def wants_debug() -> bool:
    """Whether the way to an unexpected error is to be shown."""
    return "--debug" in sys.argv[1:] or bool(os.environ.get("TASKVIEW_DEBUG"))


def without_secrets(text: str) -> str:
    """Give the text without the passwords of this command line and environment."""
    remember_what_is_secret()
    return hidden(text)


def remember_what_is_secret() -> None:
    """Take note of the passwords of this command line and environment, before any word is said."""
    remember(os.environ.get("PGPASSWORD"))
    for word in (*sys.argv[1:], os.environ.get(VARIABLE, "")):
        remember_in(word)
