"""`taskview db`: makes or upgrades a database's tables, indexes its text, says how it is."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from taskview_core.errors import UsageError
from taskview_tui import loops, wiring
from taskview_tui.cli.database_choice import required_database
from taskview_tui.cli.exit_codes import ExitCode
from taskview_tui.cli.limits import add_timeout, limits_of
from taskview_tui.cli.notices import say_notices
from taskview_tui.cli.output.schema_text import status_lines
from taskview_tui.cli.parser import CommandParser, add_database
from taskview_tui.cli.progress import Progress
from taskview_tui.cli.streams import say, standard_output
from taskview_tui.cli.text_index import index_text, status_line

if TYPE_CHECKING:
    from taskview_tui.wiring import UpgradeReport

_EPILOG = """\
upgrade  makes a new database (a SQLite file; in Postgres the tables), brings an old one up, and
         adopts tables that other programs made, without touching a row; first it says what is
         going to be made
status   says the revision, the rows (counted up to 10,000) and the indexes, and changes nothing
index-text
         makes an index by which words are found at once, or brings it up to date; --drop drops it.
         Of a SQLite database, whoever made it, it is a file in the cache folder, and the database
         is only read. Once somebody else has written to that, all tasks are searched again, and
         what the index knows is shown meanwhile; load, import and claude bring it up to date. In
         Postgres it is an index on tasks by the extension pg_trgm, which makes writing slower and
         is always up to date. What is found is the same without it.

Opening a database never changes it."""


def make_parser() -> CommandParser:
    """Give the parser of `taskview db`."""
    parser = CommandParser(
        "taskview db",
        "Make or upgrade a database's tables, or say how they are.",
        _EPILOG,
        usage="taskview db {upgrade,status,index-text} [DB_URL] [options]",
    )
    parser.add_argument("action", choices=("upgrade", "status", "index-text"), help="what to do")
    add_database(parser)
    add_timeout(parser)
    parser.add_argument("--drop", action="store_true", help="index-text: drop the index")
    return parser


def run(options: Namespace) -> int:
    """Upgrade a database, index its text, or print its state."""
    url = required_database(options.database)
    if options.drop and options.action != "index-text":
        raise UsageError("--drop is for index-text", "nothing was changed")
    if options.timeout is not None and options.action != "status":
        raise UsageError("--timeout is for status", "what writes takes as long as it takes")
    say_notices(url)
    if options.action == "index-text":
        loops.run(index_text(url, drop=options.drop))
        return ExitCode.DONE
    if options.action == "upgrade":
        report = loops.run(_upgrade(url))
        say(f"taskview: {_done(report)}")
        return ExitCode.DONE
    status = loops.run(wiring.status(url, limits_of(options)))
    out = standard_output()
    for line in status_lines(status):
        out.write(line + "\n")
    if any(table.name == "tasks" and table.present for table in status.tables):
        out.write(status_line(loops.run(wiring.text_index_status(url))) + "\n")
    out.flush()
    return ExitCode.DONE


async def _upgrade(url: str) -> UpgradeReport:
    with Progress() as progress:

        def step(words: str) -> None:
            progress.clear()
            say(f"taskview: {words}")

        return await wiring.upgrade(url, step, progress.show, step)


def _done(report: UpgradeReport) -> str:
    if not report.steps and report.before == report.after:
        return f"{report.label} was at the newest revision already ({report.after})"
    if report.before is None and not report.adopted:
        return f"{report.label} is new and at revision {report.after}"
    if report.before == report.after:
        return f"{report.label} has the indexes that it lacked, at revision {report.after}"
    came = "no revision" if report.before is None else report.before
    adopted = "; its tables were adopted as they are" if report.adopted else ""
    return f"{report.label} went from {came} to {report.after}{adopted}"
