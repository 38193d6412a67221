"""What a failure says on standard error, and the exit code that it gives."""

from __future__ import annotations

import os
import sys
from types import TracebackType
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from sys import UnraisableHookArgs
    from threading import ExceptHookArgs

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
    """Say that the program itself is at fault, and where a report on it is.

    Serves as `sys.excepthook`, after which the exit code is 1. An exception's own words may hold
    a payload, so they are shown only where debugging is asked for, and passwords not even then.
    """
    _tell(error, trace, "ended this command")


def report_thread(fault: ExceptHookArgs) -> None:
    """Do the same for a thread, as `threading.excepthook`; the program goes on without it."""
    if fault.exc_value is not None and not isinstance(fault.exc_value, SystemExit):
        _tell(fault.exc_value, fault.exc_traceback, "ended a thread of it")


def report_unraisable(fault: UnraisableHookArgs) -> None:
    """Do the same for what is raised where nobody can catch it, as `sys.unraisablehook`."""
    if fault.exc_value is not None:
        _tell(fault.exc_value, fault.exc_traceback, "came up while something was tidied away")


def _tell(error: BaseException, trace: TracebackType | None, what: str) -> None:
    from taskview_tui.cli.crash_report import write_report

    if wants_debug():
        import traceback

        say(without_secrets("".join(traceback.format_exception(error)).rstrip()))
    try:
        place = f"a report without any of your data is in {write_report(error, trace)}"
    except OSError as failure:
        place = f"no report could be written ({failure.strerror}); --debug shows where"
    say(f"taskview: an error in taskview itself ({type(error).__name__}) {what}; {place}")


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
