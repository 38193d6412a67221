"""`taskview load`: reads conversations and tasks from NDJSON files into a database."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from taskview_core.errors import UsageError
from taskview_tui import wiring
from taskview_tui.cli.database_choice import VARIABLE, named_database, required_database
from taskview_tui.cli.exit_codes import ExitCode
from taskview_tui.cli.notices import say_notices
from taskview_tui.cli.parser import CommandParser, add_login
from taskview_tui.cli.progress import Progress
from taskview_tui.cli.streams import say
from taskview_tui.cli.text_index import text_index_kept

if TYPE_CHECKING:
    from taskview_tui.wiring import LoadProgress, LoadReport

DATA_ENDINGS = (".ndjson", ".jsonl", ".json")

_EPILOG = """\
Each line is a row of conversations or tasks as a JSON object in the schema's columns; rows and
files may come in any order. A row that is there already is brought up to what the file says.
Either all is loaded or nothing. A SQLite file that does not exist is made; any other database
gets its tables with `taskview db upgrade`. `-` is standard input.

example:
  taskview load runs.db conversations.ndjson tasks.ndjson"""


def make_parser() -> CommandParser:
    """Give the parser of `taskview load`."""
    parser = CommandParser(
        "taskview load",
        "Load rows from NDJSON files.",
        _EPILOG,
        usage="taskview load [DB_URL] FILE... [options]",
    )
    add_login(parser)
    parser.add_argument(
        "words",
        metavar="[DB_URL] FILE",
        nargs="+",
        help="the database, and what to load into it; without DB_URL the database is "
        f"{VARIABLE}, and the first FILE ends in {', '.join(DATA_ENDINGS)}",
    )
    return parser


def run(options: Namespace) -> int:
    """Load files; tell on standard error what came of it."""
    url, files = _database_and_files(options.words)
    say_notices(url)
    say(f"taskview: {_intent(url)}")
    with text_index_kept(url), Progress() as progress:
        report = wiring.load_files(url, files, lambda state: progress.show(*_told(state)))
    for line in _report(report):
        say(f"taskview: {line}")
    return ExitCode.DONE


def _database_and_files(words: list[str]) -> tuple[str, list[Path]]:
    """Tell the database from the files: the first word, unless it is named as data is."""
    if words[0].endswith(DATA_ENDINGS):
        if named_database(None) is None:
            raise UsageError(
                f"{words[0]} is named like a file to load, not like a database",
                f"the database comes first, or is named by {VARIABLE}",
            )
        return required_database(None), [Path(word) for word in words]
    if len(words) == 1:
        raise UsageError("there is no FILE to load", "taskview load DB_URL FILE...")
    return required_database(words[0]), [Path(word) for word in words[1:]]


def _intent(url: str) -> str:
    """Say what is going to be changed."""
    opened = wiring.database(url)
    if opened.path is not None and not opened.path.exists():
        return f"making {opened.label}, which appears when all is loaded"
    return (
        f"loading into {opened.label}, all or nothing: rows that it has are brought up to date, "
        "others are added, none is deleted"
    )


def _told(state: LoadProgress) -> tuple[str, float | None]:
    share = state.bytes_done / state.bytes_total if state.bytes_total else None
    step = f"{state.step} {state.part}".rstrip()
    return f"{step}, {state.rows:,} rows", share


def _report(report: LoadReport) -> list[str]:
    conversations = _number(report.conversations, "conversation", report.new_conversations)
    tasks = _number(report.tasks, "task", report.new_tasks)
    return [f"{conversations} and {tasks} loaded into {report.label}", *report.notes]


def _number(number: int, noun: str, new: int | None) -> str:
    words = f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
    return words if new is None else f"{words} ({new:,} new)"
