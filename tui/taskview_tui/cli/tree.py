"""`taskview tree`: the tasks of a conversation, or one task and all below it."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from datetime import UTC, datetime

from taskview_core.entities import Conversation, Ident, Reported
from taskview_core.interfaces import ITaskBrowser
from taskview_core.tree.assemble import Mark, TaskTree
from taskview_core.tree.preorder import Preorder
from taskview_core.tree.usage import TaskUsage, sum_usage
from taskview_tui.cli.database_choice import readable, required_database
from taskview_tui.cli.details import with_errors
from taskview_tui.cli.exit_codes import ExitCode
from taskview_tui.cli.limits import add_limits, limits_of
from taskview_tui.cli.output.tree_json import tree_json
from taskview_tui.cli.output.tree_text import write_tree
from taskview_tui.cli.parser import ID_USAGE, CommandParser, add_database, add_id, add_output
from taskview_tui.cli.reading import read
from taskview_tui.cli.streams import Output, say, standard_output
from taskview_tui.render.tree_orphans import find_orphans

_EPILOG = """\
json is a flat list in preorder: the columns of each task, its depth (0 for roots), and a mark
where a task with a parent stands as a root: orphan (its parent is nowhere, or named by its metadata
alone), elsewhere (in another conversation), cycle (among its own descendants), above (left out, as
only a subtree was asked for); else null. usage is what the task says it used (own) and that with
all below it (whole): numbers of tokens, and a cost in dollars; null where nothing is known."""

_IDS_A_READ = 5_000


def make_parser() -> CommandParser:
    """Give the parser of `taskview tree`."""
    parser = CommandParser(
        "taskview tree",
        "Show a tree of tasks; each appears once.",
        _EPILOG,
        usage=ID_USAGE.format("tree"),
    )
    add_database(parser)
    add_id(parser)
    add_output(parser, ("text", "json"), "text")
    add_limits(parser)
    return parser


def run(options: Namespace) -> int:
    """Print a tree."""
    text = readable(options.id, "the id")
    url = required_database(options.database)
    out = standard_output()
    return read(
        url, limits_of(options), lambda browser: _print_tree(browser, text, options.output, out)
    )


async def _print_tree(browser: ITaskBrowser, text: str, output: str, out: Output) -> int:
    kind, ident = await browser.resolve_id(text)
    conversation: Conversation | None = None
    if kind == "conversation":
        conversation = await browser.get_conversation(ident)
        tree = TaskTree.assemble(await browser.conversation_tree(ident))
    else:
        tree = TaskTree.assemble(await browser.subtree(ident), top=ident)
    used = await _usage(browser, tree)
    orphans = dict.fromkeys(await find_orphans(browser, tree.tasks.values()), Mark.ORPHAN)
    tree = replace(tree, marks={**tree.marks, **orphans})
    if output == "json":
        tasks = await with_errors(browser, list(tree.tasks.values()))
        for piece in tree_json(tree, {task.row.id: task for task in tasks}, used):
            out.write(piece)
    else:
        write_tree(tree, conversation, out, datetime.now(UTC), used)
    out.flush()
    if not tree.tasks:
        say("taskview: this conversation has no tasks")
    return ExitCode.DONE


async def _usage(browser: ITaskBrowser, tree: TaskTree) -> dict[Ident, TaskUsage]:
    reported: dict[Ident, Reported] = {}
    ids = list(tree.tasks)
    for begin in range(0, len(ids), _IDS_A_READ):
        reported.update(await browser.get_usage(ids[begin : begin + _IDS_A_READ]))
    return sum_usage(Preorder(tree), reported)
