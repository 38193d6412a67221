"""Reads the filter, sort, limit and cursor of a command line."""

from __future__ import annotations

from taskview_core.errors import FilterError, UsageError
from taskview_core.interfaces import ITaskBrowser
from taskview_core.query.explain import explain
from taskview_core.query.keys import TASK_KEYS
from taskview_core.query.near import meant_status
from taskview_core.query.request import Cursor
from taskview_core.query.sort import NEWEST_FIRST, TASK_SORT_KEYS, Sort
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import asks_for_stuck
from taskview_tui.cli.database_choice import readable
from taskview_tui.cli.streams import say
from taskview_tui.text.clean import clean

_WIDTH = 26


def filter_help() -> str:
    """Give the query language in short, for the help of commands that take a filter."""
    lines = [
        'filters: words and "quoted phrases" are looked for in input, output and error, whatever',
        "their case; - before a term denies it; all terms must hold. Others are:",
    ]
    for key in TASK_KEYS.values():
        fits = len(key.example) < _WIDTH
        lines.append(f"  {key.example if fits else f'{key.name}:UUID':<{_WIDTH}}{key.takes}")
    return "\n".join(lines)


def parse_filter(text: str) -> TaskFilter:
    """Read a filter; a mistake is a UsageError that shows the place in the text."""
    try:
        return TaskFilter.parse(readable(text, "the filter"))
    except FilterError as error:
        raise UsageError(explain(error, text)) from error


def parse_order(sort: str | None, cursor: str | None) -> tuple[Sort, Cursor | None]:
    """Read the order and the place to go on from; without an order, the cursor's is meant."""
    place = None if cursor is None else Cursor.decode(readable(cursor, "the cursor"))
    if place is not None and place.sort.key not in TASK_SORT_KEYS:
        raise UsageError(
            "this cursor belongs to a list of conversations", "give one of a task list"
        )
    if sort is not None:
        return Sort.parse(sort), place
    return (NEWEST_FIRST if place is None else place.sort), place


def parse_limit(text: str) -> int | None:
    """Read a number of tasks, at least 1; None for `all`."""
    if text == "all":
        return None
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise UsageError("--limit takes a whole number from 1 on, or `all`", f"not {text!r}")
    return int(text) if len(text) < 19 else None


async def say_what_is_assumed(browser: ITaskBrowser, task_filter: TaskFilter) -> None:
    """Say on standard error where a filter for what is stuck does not look at all agents.

    It is asked before the list, which goes by the same limits then.
    """
    if asks_for_stuck(task_filter.terms) and not (await browser.run_limits()).complete:
        say("taskview: is:stuck takes an hour for some agents, whose runs were not looked at")


def say_what_was_meant(task_filter: TaskFilter) -> None:
    """Ask on standard error whether another status was meant by a filter that found nothing."""
    meant = meant_status(task_filter)
    if meant is not None:
        say(f"taskview: did you mean {clean(meant)}?")
