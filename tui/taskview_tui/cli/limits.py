"""The options --timeout and --connections of everything that reads a database."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

from taskview_tui.asked_limits import AskedLimits, is_connections, is_timeout

if TYPE_CHECKING:
    from taskview_tui.cli.parser import CommandParser


def add_timeout(parser: CommandParser) -> None:
    """Add --timeout."""
    parser.add_argument(
        "--timeout",
        type=_seconds,
        metavar="SECONDS",
        help="have the database stop a statement after so long; 0 for never (15)",
    )


def add_limits(parser: CommandParser) -> None:
    """Add --timeout and --connections."""
    add_timeout(parser)
    parser.add_argument(
        "--connections",
        type=_number,
        metavar="N",
        help="how many connections there are at most; idle ones are closed after a minute (4)",
    )


def limits_of(options: Namespace) -> AskedLimits:
    """Give what the command line asks for."""
    return AskedLimits(options.timeout, getattr(options, "connections", None))


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not is_timeout(seconds):
        raise ArgumentTypeError(f"{text} is no number of seconds; 0 is for no limit")
    return seconds


def _number(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not is_connections(number):
        raise ArgumentTypeError(f"{text} is no number of connections from 1 to 100")
    return number
