"""The argument parser that every subcommand uses."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from typing import NoReturn

from taskview_core.errors import UsageError
from taskview_core.hiding import MASK
from taskview_tui.cli.arguments import OptionNames, arrange
from taskview_tui.cli.streams import say

DATABASE_HELP = (
    "a SQLite file, sqlite:///FILE or postgresql://USER@HOST:PORT/DATABASE; "
    "may be left out where TASKVIEW_DB_URL is set"
)

ID_USAGE = "taskview {} [DB_URL] ID [options]"

_SURPLUS = "unrecognized arguments"
_TELLING = re.compile(r"[@=;%]")
"""What a URL has that holds a password, and other words hardly ever have."""
TIME_DISPLAYS = ("age", "local", "utc")


class CommandParser(argparse.ArgumentParser):
    """An ArgumentParser that takes values beginning with `-`, and knows near misses."""

    _words: frozenset[str] = frozenset()
    """What is read."""

    def __init__(self, prog: str, description: str, epilog: str = "", usage: str | None = None):
        super().__init__(
            prog=prog,
            usage=usage or f"{prog} [DB_URL] [options]",
            description=description,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            add_help=False,
        )
        self.add_argument("-h", "--help", action="help", help="show this help and stop")
        self.add_argument(
            "--debug", action="store_true", help="show where an unexpected error came from"
        )

    def read(self, argv: Sequence[str]) -> argparse.Namespace:
        """Parse the words; on a mistake print usage and the mistake, and exit with 2."""
        self._words = frozenset(argv)
        arranged = arrange(argv, self.option_names())
        wants_help = {"-h", "--help", "--version"} & set(arranged.options)
        if arranged.unknown is not None and not wants_help:
            hint = f"; did you mean {arranged.nearest}?" if arranged.nearest else ""
            self.error(f"there is no option {arranged.unknown}{hint}")
        return self.parse_args(arranged.for_argparse())

    def option_names(self) -> OptionNames:
        """Give the options that this parser knows."""
        long_names: dict[str, str] = {}
        valued: set[str] = set()
        for action in self._actions:
            for name in action.option_strings:
                long_names[name] = action.option_strings[-1]
                if action.nargs != 0:
                    valued.add(name)
        return OptionNames(long_names, frozenset(valued))

    def error(self, message: str) -> NoReturn:
        """Print the usage and what is wrong, and exit with 2."""
        self.print_usage(sys.stderr)
        if self._words & {"-W", "--password"} and message.startswith(_SURPLUS):
            message = f"{_SURPLUS}, which are not shown: -W takes no value, and asks for it"
        for word in filter(_TELLING.search, self._words):
            # It may be a database's URL, in some form that is none, with a password.
            message = message.replace(repr(word), MASK).replace(word, MASK)
        say(f"{self.prog}: {message}")
        self.exit(2)


def add_login(parser: CommandParser) -> None:
    """Add the options that say where a password comes from."""
    group = parser.add_argument_group("password of a Postgres server")
    group.add_argument(
        "-W", "--password", action="store_true", help="ask for it on the terminal, unseen"
    )
    group.add_argument(
        "-w", "--no-password", action="store_true", help="never ask, even if the server does"
    )
    group.add_argument(
        "--password-command",
        metavar="CMD",
        help="take the first line that a program prints, which is run without a shell",
    )


def add_database(parser: CommandParser) -> None:
    """Add DB_URL, which the environment may stand in for."""
    add_login(parser)
    parser.add_argument("database", metavar="DB_URL", nargs="?", help=DATABASE_HELP)


def add_output(parser: CommandParser, formats: Iterable[str], default: str) -> None:
    """Add -o, the format of what is printed."""
    parser.add_argument(
        "-o",
        "--output",
        choices=tuple(formats),
        default=default,
        help=f"the format of what is printed ({default})",
    )


def add_time_display(parser: CommandParser, default: str) -> None:
    """Add --tz, how times are shown to people."""
    parser.add_argument(
        "--tz",
        choices=TIME_DISPLAYS,
        default=default,
        help=f"show times as ages, in the local zone, or in UTC ({default})",
    )


def add_keep_formulas(parser: CommandParser) -> None:
    """Add --keep-formulas, which is for CSV alone."""
    parser.add_argument(
        "--keep-formulas",
        action="store_true",
        help="csv: leave cells as they are that a spreadsheet would run as formulas",
    )


def refuse_keep_formulas(options: argparse.Namespace, *, csv: bool) -> None:
    """Raise UsageError where --keep-formulas is given for another format."""
    if options.keep_formulas and not csv:
        raise UsageError("--keep-formulas is for -o csv", "no other format changes such cells")


def add_id(parser: CommandParser) -> None:
    """Add ID, of a task or a conversation."""
    parser.add_argument(
        "id",
        metavar="ID",
        help="of a task or a conversation; the first digits, if no other has them",
    )
