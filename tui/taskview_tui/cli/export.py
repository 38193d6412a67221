"""`taskview export`: tasks and their conversations as files for other programs and people."""

from __future__ import annotations

import re
from argparse import Namespace
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import NamedTuple

from taskview_core.errors import UsageError
from taskview_core.interfaces import ITaskBrowser
from taskview_core.query.sort import Sort
from taskview_tui.cli.database_choice import named_database, readable, required_database
from taskview_tui.cli.exit_codes import ExitCode
from taskview_tui.cli.filters import filter_help, parse_filter, say_what_is_assumed
from taskview_tui.cli.limits import add_limits, limits_of
from taskview_tui.cli.parser import (
    DATABASE_HELP,
    CommandParser,
    add_keep_formulas,
    add_login,
    refuse_keep_formulas,
)
from taskview_tui.cli.progress import Progress
from taskview_tui.cli.reading import read
from taskview_tui.cli.streams import Output, say, standard_output
from taskview_tui.export.formats import ENDINGS, ExportFormat, format_of
from taskview_tui.export.rules import read_rules
from taskview_tui.export.run import USUAL_BUDGET, Export, run_export
from taskview_tui.export.scope import OLDEST_FIRST, Below, Listed, Scope, Whole
from taskview_tui.export.target import Sink, new_file, refuse_existing
from taskview_tui.export.words import done_words
from taskview_tui.text.clean import clean_block

_ID = re.compile(r"[0-9a-fA-F-]{4,36}")
_STDOUT = Path("-")

_EPILOG = f"""\
With an ID, that conversation, or that task and all below it; else the tasks that the filter lets
through, and without one everything. Without FILE, or as `-`, to standard output. FILE ends in
{", ".join(ENDINGS)}, which tells the format too.
It appears when it is whole, and never replaces another one unless --force says so.

formats:
  ndjson    rows of conversations and tasks, which `taskview load` takes back value for value
  csv       the tasks: a header and records; NULL is an empty field, an empty text is ""; cells
            that a spreadsheet would run as formulas have ' before them, unless --keep-formulas
            says so
  markdown  a report for a bug or a model: what failed and why, the tree, excerpts of payloads

Secrets (keys, tokens, passwords, authorization headers) are left out of markdown, and with
--redact of the others, as far as rules can know them. --rules FILE adds rules, in TOML:
  keys = ["*_license"]              # values of these keys are left out
  patterns = ['ACME-[0-9]{{8}}']      # and what these regular expressions find

examples:
  taskview export runs.db all.ndjson
  taskview export runs.db 0b7c8f1e report.md
  taskview export runs.db --filter 'status:failed since:1d' --redact -o ndjson | gzip > f.gz"""


class _Words(NamedTuple):
    database: str | None
    ident: str | None
    file: Path | None


def make_parser() -> CommandParser:
    """Give the parser of `taskview export`."""
    parser = CommandParser(
        "taskview export",
        "Export tasks as NDJSON, CSV or a Markdown report.",
        f"{_EPILOG}\n\n{filter_help()}",
        usage="taskview export [DB_URL] [ID] [FILE] [options]",
    )
    add_login(parser)
    parser.add_argument(
        "words",
        metavar="[DB_URL] [ID] [FILE]",
        nargs="*",
        help=f"the database: {DATABASE_HELP}; a task or conversation; where to write",
    )
    parser.add_argument("-f", "--filter", metavar="Q", help="which tasks: see below")
    parser.add_argument("-s", "--sort", metavar="KEY", help="the order of a list (created)")
    parser.add_argument(
        "-o",
        "--output",
        choices=tuple(each.value for each in ExportFormat),
        help="the format (that of FILE, else ndjson)",
    )
    parser.add_argument(
        "--redact", action="store_true", default=None, help="leave secrets out (markdown does)"
    )
    parser.add_argument("--no-redact", dest="redact", action="store_false", help="leave secrets in")
    add_keep_formulas(parser)
    parser.add_argument("--rules", metavar="FILE", help="more rules for what is a secret")
    parser.add_argument(
        "--budget",
        metavar="N",
        default=str(USUAL_BUDGET),
        help=f"the most characters of a report, about ({USUAL_BUDGET})",
    )
    parser.add_argument("--force", action="store_true", help="replace FILE if it is there")
    add_limits(parser)
    return parser


def run(options: Namespace) -> int:
    """Export; tell on standard error what came of it."""
    words = _sorted_out(options.words)
    if words.ident is not None and (options.filter is not None or options.sort is not None):
        raise UsageError("--filter and --sort do not go with an ID", "it says what is exported")
    task_filter = parse_filter(options.filter or "")
    sort = OLDEST_FIRST if options.sort is None else Sort.parse(options.sort)
    form = _format(options.output, words.file)
    refuse_keep_formulas(options, csv=form is ExportFormat.CSV)
    redact = form.hides_secrets if options.redact is None else options.redact
    rules = () if options.rules is None else (read_rules(Path(options.rules)),)
    budget = _budget(options.budget)
    url = required_database(words.database)
    path = None if words.file is None or words.file == _STDOUT else words.file
    if path is not None and (path.is_dir() or not options.force):
        refuse_existing(path)
    out = standard_output() if path is None else None

    async def export(browser: ITaskBrowser) -> int:
        await say_what_is_assumed(browser, task_filter)
        scope: Scope = Listed(task_filter, sort)
        if words.ident is not None:
            kind, ident = await browser.resolve_id(words.ident)
            scope = Whole(ident) if kind == "conversation" else Below(ident)
        wanted = Export(scope, form, redact, rules, budget, options.keep_formulas)
        with Progress() as progress, _sink(path, out, force=options.force) as sink:
            done = await run_export(
                browser, wanted, sink, lambda so_far: progress.show(f"{so_far.tasks:,} tasks")
            )
        if out is not None:
            out.flush()
        for line in done_words(done, path, form):
            say(f"taskview: {line}")
        return ExitCode.DONE

    return read(url, limits_of(options), export)


def _sink(path: Path | None, out: Output | None, *, force: bool) -> AbstractContextManager[Sink]:
    if path is not None:
        return new_file(path, replace=force)
    assert out is not None, "what goes to no file goes to standard output"
    return nullcontext(_OnTerminal(out) if out.is_terminal else out)


class _OnTerminal:
    """Standard output where a person sees it: what a terminal would obey is made visible.

    CSV has no escapes of its own; in a pipe or a file its values are as they are.
    """

    def __init__(self, out: Output) -> None:
        self._out = out

    def write(self, text: str) -> None:
        """Write some more, which may hold line breaks."""
        self._out.write(clean_block(text))


def _sorted_out(words: list[str]) -> _Words:
    """Tell database, id and file apart: by their number, and by how a file is named."""
    left = list(words)
    file: Path | None = None
    if left and (len(left) == 3 or left[-1] == "-" or format_of(Path(left[-1])) is not None):
        file = Path(left.pop())
    ident: str | None = None
    from_environment = named_database(None) is not None
    if len(left) == 2 or (len(left) == 1 and from_environment and _ID.fullmatch(left[0])):
        ident = readable(left.pop(), "the id")
    database = left.pop() if left else None
    if left:
        raise UsageError("there are too many words", "taskview export [DB_URL] [ID] [FILE]")
    return _Words(database, ident, file)


def _format(given: str | None, file: Path | None) -> ExportFormat:
    if given is not None:
        return ExportFormat(given)
    told = None if file is None else format_of(file)
    return told or ExportFormat.NDJSON


def _budget(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1_000 <= int(text) <= 100_000_000:
        raise UsageError("--budget takes a number of characters from 1000 on", f"not {text!r}")
    return int(text)
