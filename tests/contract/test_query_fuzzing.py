"""Random filters run on each engine: rows or a sentence, and nothing of the text in the SQL."""

from __future__ import annotations

import pytest

from support.engines import long
from support.fuzzed_queries import HARMLESS, texts, words_of
from support.heard import heard
from support.stored import StoredTask, insert_async
from taskview_core.errors import FilterError, TaskviewError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import TaskFilter

pytestmark = pytest.mark.long

SEED = 20261127
_LONG = (
    "x " * 5_000,
    "-agent:a " * 1_100,
    "status:" + "a," * 5_000 + "b",
    "agent:" + "a*," * 5_000 + "b",
    "duration:>5s " * 800,
    'metadata.a:"b" ' * 700,
    "agent:" + "a" * 10_000 + "*",
    "a b " * 100,
    "status:" + "a," * 399 + "b",
    "agent:" + "a*," * 399 + "b",
    "e\u0301" * 5_000,
    "日" * 10_000,
)


async def _run(browser: DatabaseBrowser, text: str) -> str:
    """Give what became of a filter: rows, or what was wrong with it."""
    try:
        task_filter = TaskFilter.parse(text)
    except FilterError:
        return "no filter"
    try:
        await browser.search_tasks(task_filter, PageRequest(10, Sort("created")))
        await browser.count_tasks(task_filter)
        await browser.facets(task_filter)
    except TaskviewError as error:
        return f"{type(error).__name__}: {error}"
    return "rows"


@pytest.mark.parametrize(("count", "with_rows"), [(40, 12), long(250, 80)])
async def test_random_filters_become_parameters(
    migrated_url: str, count: int, with_rows: int
) -> None:
    await insert_async(migrated_url, [StoredTask.numbered(n, input='"a"') for n in range(5)])
    browser = DatabaseBrowser(migrated_url)
    await browser.connect()
    with heard(browser._engine) as sent:
        for text in HARMLESS:
            for each in (text, f"-{text}", f"{text} {text}"):
                assert await _run(browser, each) == "rows"
        known: set[str] = set().union(*(words_of(statement) for statement, _ in sent))
        sent.clear()
        outcomes = {text: await _run(browser, text) for text in texts(SEED, count)}
    await browser.close()
    odd = {text: ended for text, ended in outcomes.items() if ended not in {"rows", "no filter"}}
    assert odd == {}
    assert sum(ended == "rows" for ended in outcomes.values()) > with_rows
    assert not set().union(*(words_of(statement) for statement, _ in sent)) - known


async def test_long_filters_are_answered(migrated_url: str) -> None:
    await insert_async(migrated_url, [StoredTask.numbered(n, input='"a"') for n in range(5)])
    browser = DatabaseBrowser(migrated_url)
    await browser.connect()
    ended = {text[:20] + str(len(text)): await _run(browser, text) for text in _LONG}
    await browser.close()
    assert set(ended.values()) == {"rows", "no filter"}, ended
