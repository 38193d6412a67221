"""`taskview diff`: what differs between two tasks with all below them, or two conversations."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from taskview_core.errors import TaskviewError, UsageError
from taskview_core.interfaces import ITaskBrowser
from taskview_tui.cli import failures
from taskview_tui.cli.database_choice import named_database, readable, required_database
from taskview_tui.cli.exit_codes import ExitCode
from taskview_tui.cli.limits import add_limits, limits_of
from taskview_tui.cli.output.diff_output import diff_json, write_diff
from taskview_tui.cli.parser import DATABASE_HELP, CommandParser, add_login, add_output
from taskview_tui.cli.progress import Progress
from taskview_tui.cli.reading import read
from taskview_tui.cli.streams import Output, standard_output
from taskview_tui.comparing import (
    Trees,
    conversation_titles,
    first_look,
    progress_words,
    read_sides,
    watch_payloads,
)
from taskview_tui.render.side_words import facts_of, side_words
from taskview_tui.render.task_document import Moment
from taskview_tui.side import Side
from taskview_tui.text.clean import clean
from taskview_tui.text.times import TimeDisplay

_EPILOG = """\
A and B are ids of tasks, each with all below it, or of conversations, or the first digits of such.
Where something differs, two lines say first what A (---) and B (+++) are, where and from when.
Tasks are aligned below their parents by agent and order. What is only in A has the sign -, what is
only in B has +, and ~ is before tasks that differ: in status, error, input, output, or by running
1.5 times as long (or as short) and 0.1 s longer (or shorter). Of inputs and outputs each path that
differs is shown: by value, with numbers and repeated keys as stored; white space and the order of
different keys do not count. Ids and times of day are not compared.

Long values are cut and many changes counted, which is said where it happens.

json is one object: left and right (the ids), same (true or false), and tasks, a list of what
differs in preorder, each with left, right (null where missing), depth, agent, differences (agent,
status, error, input, output, slower, faster, added, missing), and changes: part, path, old_path,
left and right (the JSON as text; null where there is none), left_cut and right_cut.

exit codes, as of diff: 0 nothing differs, 1 something does, 2 trouble (wrong usage, or a query
that failed), and as elsewhere 3 cannot connect, 4 not found, 130 interrupted"""

SAME, DIFFERENT, TROUBLE = 0, 1, 2


def make_parser() -> CommandParser:
    """Give the parser of `taskview diff`."""
    parser = CommandParser(
        "taskview diff",
        "Compare two tasks with all below them, or two conversations.",
        _EPILOG,
        usage="taskview diff [DB_URL] A B [options]",
    )
    add_login(parser)
    parser.add_argument(
        "words",
        metavar="[DB_URL] A B",
        nargs="*",
        help=f"the database: {DATABASE_HELP}; what to compare with what",
    )
    add_output(parser, ("text", "json"), "text")
    add_limits(parser)
    return parser


def run(options: Namespace) -> int:
    """Print what differs; the exit code says whether anything does."""
    words = list(options.words)
    if len(words) not in {2, 3} or (len(words) == 2 and named_database(None) is None):
        raise UsageError("diff takes a database and two ids", "taskview diff [DB_URL] A B")
    ids = readable(words[-2], "the first id"), readable(words[-1], "the second id")
    url = required_database(words[0] if len(words) == 3 else None)
    out = standard_output()
    try:
        return read(
            url, limits_of(options), lambda browser: _print_diff(browser, ids, options.output, out)
        )
    except TaskviewError as error:
        # 1 says that something differs, so a failure has to be something else.
        code = failures.report(error)
        return TROUBLE if code == ExitCode.FAILED else code


async def _print_diff(browser: ITaskBrowser, ids: tuple[str, str], output: str, out: Output) -> int:
    sides = [await _side(browser, text) for text in ids]
    trees = await read_sides(browser, *sides)
    found = first = await asyncio.to_thread(first_look, trees)
    with Progress() as progress:
        async for each in watch_payloads(browser, trees, first):
            found = each
            progress.show(progress_words(found))
    comparison, differences = found.comparison, found.differences
    if output == "json":
        async for text in diff_json(browser, sides, comparison, differences):
            out.write(text)
    else:
        heads = await _heads(browser, sides, trees) if any(differences) else ()
        await write_diff(browser, comparison, differences, heads, out)
    out.flush()
    return DIFFERENT if any(differences) else SAME


async def _heads(browser: ITaskBrowser, sides: Sequence[Side], trees: Trees) -> list[str]:
    """Give for each side what it is, where it is and from when."""
    moment = Moment(datetime.now(UTC), TimeDisplay.UTC)
    titles = await conversation_titles(browser, trees)
    heads = []
    for side, tree, title in zip(sides, (trees.left, trees.right), titles, strict=True):
        facts = facts_of(side, tree, title)
        agent = "" if facts.top is None else facts.top.agent_id
        name = (title if side.is_conversation else agent) or side.name
        heads.append(side_words(replace(facts, side=side._replace(name=name)), moment, clean))
    return heads


async def _side(browser: ITaskBrowser, text: str) -> Side:
    kind, ident = await browser.resolve_id(text)
    return Side(ident, text, is_conversation=kind == "conversation")
