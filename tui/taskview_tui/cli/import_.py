"""`taskview import`: brings what other programs wrote of their agents into a database."""

from __future__ import annotations

import os
from argparse import BooleanOptionalAction, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from taskview_core.errors import TaskviewError, UsageError
from taskview_tui import wiring
from taskview_tui.cli.database_choice import VARIABLE, data_folder, named_database
from taskview_tui.cli.exit_codes import ExitCode
from taskview_tui.cli.importing import import_paths, say_left_out
from taskview_tui.cli.notices import say_notices
from taskview_tui.cli.output.import_table import import_lines
from taskview_tui.cli.parser import CommandParser, add_login
from taskview_tui.cli.streams import say, standard_output

if TYPE_CHECKING:
    from taskview_tui.wiring import ImportReport

_EPILOG = """\
Formats: {formats}.
Files and folders may be mixed; what a file is, is told by what is in it. What was imported before
is known: only files that are new, longer or changed are read, so that the same command brings a
database up to date. The same rows come out in whatever order and pieces. A line that cannot be
read is named, left out and counted; `-` is standard input. The files themselves are only read.

examples:
  taskview import ~/.claude/projects
  taskview import --into runs.db session.jsonl more/"""


def make_parser() -> CommandParser:
    """Give the parser of `taskview import`."""
    parser = CommandParser(
        "taskview import",
        "Bring sessions and traces of other programs into a database.",
        _EPILOG.format(formats=", ".join(wiring.import_formats())),
        usage="taskview import [--into DB_URL] [--from FORMAT] [--strict] [--all-spans] PATH...",
    )
    add_login(parser)
    parser.add_argument(
        "--into",
        metavar="DB_URL",
        help="the database (default.db in the platform's folder for data); a SQLite file that does "
        "not exist is made, others get their tables with `taskview db upgrade`",
    )
    parser.add_argument(
        "--from",
        dest="format",
        metavar="FORMAT",
        help="what all files are, whatever they look like",
    )
    parser.add_argument(
        "--strict", action="store_true", help="stop at the first line that cannot be read"
    )
    parser.add_argument(
        "--all-spans",
        action=BooleanOptionalAction,
        help="of traces, keep also the spans that are of no agent, model or tool (as it was with "
        "this database the last time)",
    )
    parser.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help="name every line and file that is left out, and not the first twenty alone",
    )
    parser.add_argument(
        "words", metavar="PATH", nargs="+", help="a file, a folder, or - for standard input"
    )
    return parser


def run(options: Namespace) -> int:
    """Import; print what there is now of each format."""
    formats = wiring.import_formats()
    if options.format is not None and options.format not in formats:
        raise UsageError(f"there is no format {options.format}", f"known are: {', '.join(formats)}")
    url = _database(options.into)
    say_notices(url)
    try:
        report = import_paths(
            url,
            options.words,
            format_name=options.format,
            strict=options.strict,
            all_spans=options.all_spans,
            all_named=options.verbose,
        )
    except KeyboardInterrupt:
        say("taskview: interrupted; the same command goes on from here")
        raise
    out = standard_output()
    for line in import_lines(report):
        out.write(line + "\n")
    out.flush()
    say_left_out(report, all_named=options.verbose)
    return _code(report, options.words)


def _database(given: str | None) -> str:
    url = named_database(given) if given is not None else None
    if url is not None:
        return url
    folder = data_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TaskviewError(f"cannot make the folder {folder}", error.strerror or "") from error
    if os.environ.get(VARIABLE):
        say(f"taskview: into {folder / 'default.db'}; {VARIABLE} names another, which --into takes")
    return str(folder / "default.db")


def _code(report: ImportReport, words: list[str]) -> int:
    """Say whether all that was named is in the database: in a folder there may be other files."""
    named = {word for word in words if not Path(word).is_dir()}
    missing = any(each.name in named for each in report.left_out)
    # As where --from names another format than theirs.
    missing |= any(each.facts and not each.used for each in report.formats.values())
    return ExitCode.FAILED if report.failed or missing or not report.formats else ExitCode.DONE
