"""The program `taskview`: finds out what is asked for and hands over. Imports little."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence

from taskview_core.errors import PasswordNeededError, TaskviewError, UsageError
from taskview_core.hiding import remember_in
from taskview_tui import leaving
from taskview_tui.cli import failures, login
from taskview_tui.cli.arguments import first_word, nearest
from taskview_tui.cli.commands import SUMMARIES, command_module
from taskview_tui.cli.exit_codes import ExitCode
from taskview_tui.cli.main_parser import make_main_parser
from taskview_tui.cli.streams import OutputClosedError, discard_output, flush_output


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; give its exit code.

    As a program (`argv` is None) it also takes over what Python says of unexpected errors.
    """
    if argv is None:
        return _as_program(sys.argv[1:])
    return _guarded(argv)


def _as_program(argv: Sequence[str]) -> int:
    """Run a command line in a process that ends with it."""
    sys.excepthook = failures.report_unexpected
    sys.unraisablehook = failures.report_unraisable
    threading.excepthook = failures.report_thread
    leaving.end_as_by_ctrl_c()
    code = _guarded(argv)
    return leaving.leave(code if leaving.ended.by is None else 128 + leaving.ended.by)


def _guarded(argv: Sequence[str]) -> int:
    for word in argv:
        remember_in(word)
    failures.remember_what_is_secret()
    try:
        code = _run(argv)
        flush_output()
    except TaskviewError as error:
        return failures.report(error)
    except OutputClosedError:
        return ExitCode.DONE
    except KeyboardInterrupt:
        discard_output()
        return ExitCode.INTERRUPTED
    return code


def _run(argv: Sequence[str]) -> int:
    name, words = _split(argv)
    try:
        command = command_module(name)
        options = command.make_parser().read(words)
    except SystemExit as stop:  # argparse: help was shown, or a mistake explained
        return int(stop.code or 0)
    if not failures.wants_debug():
        _quieten_libraries()
    login.current = login.Login(options)
    try:
        return command.run(options)
    except PasswordNeededError as error:
        if not login.current.ask_for(error):
            raise
        return command.run(options)


def _split(argv: Sequence[str]) -> tuple[str, list[str]]:
    """Give the subcommand (empty: the browser) and the words without it.

    The first word that belongs to no option is the subcommand, if it is the name of one. After
    `--`, and as `./ls`, a word is always a database.
    """
    at = first_word(argv, make_main_parser().option_names())
    if at is None:
        return "", list(argv)
    word = argv[at]
    if word in SUMMARIES:
        return word, [*argv[:at], *argv[at + 1 :]]
    meant = nearest(word, SUMMARIES) if word.isalpha() else None
    if meant is not None and not os.path.lexists(word):
        raise UsageError(f"there is no command and no file {word}", f"did you mean {meant}?")
    return "", list(argv)


def _quieten_libraries() -> None:
    """Leave unsaid what libraries log with nobody listening: it would be in among our words."""
    import logging

    logging.lastResort = None


if __name__ == "__main__":
    sys.exit(main())
