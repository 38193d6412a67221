"""`taskview show`: one task or conversation with all its fields."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime

from taskview_core.entities import ConversationDetail
from taskview_core.errors import EntityNotFoundError
from taskview_core.interfaces import ITaskBrowser
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import IdKey, IdTerm, Pattern, ValueKey, ValueTerm
from taskview_tui.cli.database_choice import readable, required_database
from taskview_tui.cli.exit_codes import ExitCode
from taskview_tui.cli.limits import add_limits, limits_of
from taskview_tui.cli.output.paint import write_line
from taskview_tui.cli.parser import (
    ID_USAGE,
    CommandParser,
    add_database,
    add_id,
    add_output,
    add_time_display,
)
from taskview_tui.cli.reading import read
from taskview_tui.cli.streams import Output, standard_output
from taskview_tui.render.detail_text import conversation_lines, task_lines
from taskview_tui.render.stored_columns import FULL_COLUMNS
from taskview_tui.render.task_json import JsonObjects, conversation_json
from taskview_tui.text.times import TimeDisplay


def make_parser() -> CommandParser:
    """Give the parser of `taskview show`."""
    parser = CommandParser(
        "taskview show",
        "Show a task or a conversation with all its fields.",
        usage=ID_USAGE.format("show"),
    )
    add_database(parser)
    add_id(parser)
    add_output(parser, ("text", "json"), "text")
    add_time_display(parser, "age")
    add_limits(parser)
    return parser


def run(options: Namespace) -> int:
    """Print a task or a conversation."""
    text = readable(options.id, "the id")
    url = required_database(options.database)
    out = standard_output()
    as_json = options.output == "json"
    display = TimeDisplay(options.tz)

    async def show(browser: ITaskBrowser) -> int:
        kind, ident = await browser.resolve_id(text)
        if kind == "conversation":
            found = await browser.get_conversations([ident])
            if not found:
                raise EntityNotFoundError(kind, ident)
            await _show_conversation(browser, found[0], out, display, as_json)
        else:
            task = await browser.get_task(ident)
            if as_json:
                out.write(JsonObjects(FULL_COLUMNS).of(task) + "\n")
            else:
                reported = browser.usage_of(task)
                used = None if reported is None else reported.usage
                for line in task_lines(task, display, datetime.now(UTC), used):
                    write_line(out, line, whole=True)
        out.flush()
        return ExitCode.DONE

    return read(url, limits_of(options), show)


async def _show_conversation(
    browser: ITaskBrowser,
    conversation: ConversationDetail,
    out: Output,
    display: TimeDisplay,
    as_json: bool,
) -> None:
    if as_json:
        out.write(conversation_json(conversation) + "\n")
        return
    tasks = _tasks_of(conversation)
    failed = tasks.with_terms(ValueTerm(ValueKey.STATUS, (Pattern("failed"),)))
    lines = conversation_lines(
        conversation,
        await browser.count_tasks(tasks),
        await browser.count_tasks(failed),
        display,
        datetime.now(UTC),
    )
    for line in lines:
        write_line(out, line, whole=True)


def _tasks_of(conversation: ConversationDetail) -> TaskFilter:
    return TaskFilter((IdTerm(IdKey.CONVERSATION, conversation.id),))
