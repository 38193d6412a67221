"""`taskview count`: how many tasks a filter lets through."""

from __future__ import annotations

from argparse import Namespace

from taskview_core.interfaces import ITaskBrowser
from taskview_core.interfaces.browser import COUNT_CAP
from taskview_tui.cli.database_choice import required_database
from taskview_tui.cli.exit_codes import ExitCode
from taskview_tui.cli.filters import (
    filter_help,
    parse_filter,
    say_what_is_assumed,
    say_what_was_meant,
)
from taskview_tui.cli.limits import add_limits, limits_of
from taskview_tui.cli.parser import CommandParser, add_database
from taskview_tui.cli.reading import read
from taskview_tui.cli.streams import say, standard_output


def make_parser() -> CommandParser:
    """Give the parser of `taskview count`."""
    parser = CommandParser(
        "taskview count",
        "Count tasks. Counting stops at 10000, which is printed as 10000+.",
        filter_help(),
    )
    add_database(parser)
    parser.add_argument("-f", "--filter", default="", metavar="Q", help="which tasks: see below")
    parser.add_argument(
        "--exact",
        action="store_true",
        help="count them all; a large table may need more than the usual --timeout",
    )
    add_limits(parser)
    return parser


def run(options: Namespace) -> int:
    """Print a number, with + behind it where there are more."""
    task_filter = parse_filter(options.filter)
    url = required_database(options.database)
    out = standard_output()

    async def count(browser: ITaskBrowser) -> int:
        await say_what_is_assumed(browser, task_filter)
        found = await browser.count_tasks(task_filter, None if options.exact else COUNT_CAP)
        out.write(f"{found.value}{'' if found.exact else '+'}\n")
        out.flush()
        if found.value == 0:
            say_what_was_meant(task_filter)
        if not found.exact:
            say("taskview: counting stopped there; --exact counts them all")
        return ExitCode.DONE

    return read(url, limits_of(options), count)
