"""Rows whose texts are hard to index, and how what is found of them is asked for."""

from __future__ import annotations

import random
from datetime import timedelta

import asyncpg

from support.foreign import execute_sqlite
from support.stored import START, StoredTask, number
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import TextTerm

WORDS = (
    "timeout",
    "Überprüfung",
    "e\u0301clair",
    "漢字漢字",
    'a"b\\c',
    "100%_x",
    "K\u212aelvin",
    "ab",
)
INPUTS = (
    "{}",
    '{"a": "\\u0074imeout \\u212aelvin"}',
    '{"a": "timeout"}',
    '{"a": "\\u00dcberpr\\u00fcfung"}',
    '["ab"]',
)
PIECES = (*WORDS, *INPUTS, "Straße", "ﬁn", "İstanbul", "a\tb", "\U0001f600 ok")
ROWS = 1_300
TERMS = ("timeout", "überprüfung", "éclair", "漢字漢", '"b\\', "%_x", "kkelvin", "ab", "absent")


def rows_with_words(first: int, count: int, seed: int) -> list[StoredTask]:
    """Give so many rows, numbered from `first` on, with pieces of PIECES in their texts."""
    dice = random.Random(seed)
    return [
        StoredTask(
            id=number(first + n),
            input=dice.choice(INPUTS),
            output=None if n % 3 else '["100%_x", "a\\"b\\\\c"]',
            error=dice.choice((None, *PIECES)) if n % 5 == 0 else None,
            status=dice.choice(("completed", "failed", "running")),
            created_at=START + timedelta(seconds=first + n),
            updated_at=START + timedelta(seconds=first + n),
        )
        for n in range(count)
    ]


async def found_by(browser: DatabaseBrowser, term: str) -> set[object]:
    """Give the ids of all tasks in which a browser finds a term."""
    page = await browser.search_tasks(TaskFilter((TextTerm(term),)), PageRequest(5_000))
    assert page.partial is None
    return {row.id for row in page.rows}


async def execute(url: str, statement: str) -> None:
    """Run a statement, as another program does."""
    if url.startswith("sqlite"):
        execute_sqlite(url, statement)
        return
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()
