"""`taskview ls`: tasks, filtered and sorted, for people and for other programs."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass

from taskview_core.entities import TaskDetail, TaskRow
from taskview_core.errors import TaskviewError
from taskview_core.interfaces import ITaskBrowser
from taskview_core.query.request import Cursor, PageRequest
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import TaskFilter
from taskview_tui.cli.database_choice import required_database
from taskview_tui.cli.details import CHUNK, with_errors, without_more
from taskview_tui.cli.exit_codes import ExitCode
from taskview_tui.cli.filters import (
    filter_help,
    parse_filter,
    parse_limit,
    parse_order,
    say_what_is_assumed,
    say_what_was_meant,
)
from taskview_tui.cli.limits import add_limits, limits_of
from taskview_tui.cli.output.list_formats import LIST_FORMATS, Needs, make_writer, needs_of
from taskview_tui.cli.output.writer import ListWriter
from taskview_tui.cli.parser import (
    CommandParser,
    add_database,
    add_keep_formulas,
    add_output,
    add_time_display,
    refuse_keep_formulas,
)
from taskview_tui.cli.reading import read
from taskview_tui.cli.streams import Output, say, standard_output
from taskview_tui.export.words import formula_words

PAGE_SIZE = 500
"""Tasks read at once."""

_EPILOG = """\
formats:
  table   for people: cut to the terminal's width; whole where the output is no terminal
  json    {"tasks": [...], "next_cursor": ...}; next_cursor is null at the end
  jsonl   one JSON object a line
  csv     a header and records; NULL is an empty field, an empty text is ""; cells that a
          spreadsheet would run as formulas have ' before them, unless --keep-formulas says so
  ids     one id a line
The names are the columns of the schema. Times are ISO 8601 in UTC. Payloads (--full) are written
as they are stored, numbers and escapes included; one that is no JSON comes as a JSON string.

sort keys: created, started, completed, updated, duration, agent, status; - before one for
descending. The default is -created. NULLs come last both ways.

examples:
  taskview ls runs.db --filter 'status:failed since:2h' --sort -duration
  taskview ls runs.db --limit all -o jsonl --full > tasks.ndjson
  taskview ls runs.db -o json | jq -r .next_cursor"""


def make_parser() -> CommandParser:
    """Give the parser of `taskview ls`."""
    parser = CommandParser("taskview ls", "List tasks.", f"{filter_help()}\n\n{_EPILOG}")
    add_database(parser)
    parser.add_argument("-f", "--filter", default="", metavar="Q", help="which tasks: see below")
    parser.add_argument("-s", "--sort", metavar="KEY", help="the order (-created)")
    parser.add_argument(
        "-n", "--limit", default="50", metavar="N", help="how many at most, or `all` (50)"
    )
    parser.add_argument("--cursor", metavar="C", help="go on where an earlier list stopped")
    add_output(parser, LIST_FORMATS, "table")
    parser.add_argument("--full", action="store_true", help="add input, output and metadata")
    add_keep_formulas(parser)
    add_time_display(parser, "age")
    add_limits(parser)
    return parser


@dataclass(frozen=True)
class _Listing:
    """What is to be listed, and what of each task is needed for it."""

    task_filter: TaskFilter
    sort: Sort
    cursor: Cursor | None
    limit: int | None
    needs: Needs

    async def print(self, browser: ITaskBrowser, writer: ListWriter, out: Output) -> int:
        """Print pages until the limit or the end; give the exit code."""
        await say_what_is_assumed(browser, self.task_filter)
        cursor, printed, odd = self.cursor, 0, 0
        begun = False
        try:
            while True:
                page = await browser.search_tasks(self.task_filter, self._request(cursor, printed))
                # Whole before any of it is printed: a failure leaves no half page behind.
                tasks = await self._details(browser, page.rows)
                if not begun:
                    writer.begin()
                    begun = True
                writer.tasks(tasks)
                # A page that is partial goes on from its last row as any other does.
                cursor = page.next
                printed += len(page.rows)
                odd += sum(bool(row.oddities) for row in page.rows)
                if cursor is None or printed == self.limit:
                    break
        except TaskviewError:
            if printed and cursor is not None:
                out.flush()
                say(f"taskview: only the first {printed} were listed; go on with {_go_on(cursor)}")
            raise
        writer.end(None if cursor is None else cursor.encode())
        out.flush()
        _say_what_is_missing(printed, cursor, writer, odd)
        if not printed:
            say_what_was_meant(self.task_filter)
        return ExitCode.DONE

    def _request(self, cursor: Cursor | None, printed: int) -> PageRequest:
        size = CHUNK if self.needs is Needs.PAYLOADS else PAGE_SIZE
        left = size if self.limit is None else self.limit - printed
        return PageRequest(min(size, left), self.sort, cursor)

    async def _details(
        self, browser: ITaskBrowser, rows: Sequence[TaskRow]
    ) -> Sequence[TaskDetail]:
        if self.needs is Needs.PAYLOADS:
            return await browser.get_tasks([row.id for row in rows])
        if self.needs is Needs.ERRORS:
            return await with_errors(browser, rows)
        return without_more(rows)


def run(options: Namespace) -> int:
    """List tasks."""
    sort, cursor = parse_order(options.sort, options.cursor)
    refuse_keep_formulas(options, csv=options.output == "csv")
    listing = _Listing(
        parse_filter(options.filter),
        sort,
        cursor,
        parse_limit(options.limit),
        needs_of(options.output, full=options.full),
    )
    url = required_database(options.database)
    out = standard_output()
    writer = make_writer(
        options.output,
        out,
        full=options.full,
        time_display=options.tz,
        keep_formulas=options.keep_formulas,
    )
    return read(url, limits_of(options), lambda browser: listing.print(browser, writer, out))


def _go_on(cursor: Cursor) -> str:
    return f"--cursor {cursor.encode()}"


def _say_what_is_missing(printed: int, cursor: Cursor | None, writer: ListWriter, odd: int) -> None:
    """Say on standard error what the list itself does not."""
    if cursor is not None:
        tasks = "1 task" if printed == 1 else f"{printed} tasks"
        say(f"taskview: {tasks} listed; there are more: {_go_on(cursor)}")
    elif not printed:
        say("taskview: no task fits")
    if writer.not_json:
        say(f"taskview: payloads that are no JSON, written as JSON strings: {writer.not_json}")
    if writer.formulas:
        say(f"taskview: {formula_words(writer.formulas)}")
    if odd:
        say(f"taskview: tasks with times that could not be read, left empty: {odd}")
