"""SQLite tables that others made without any key, as by copying rows: nothing is looked for by row.

A page took as long as its tasks times its conversations twice over: it never came.
"""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from uuid import UUID

import pytest

from support.statements import record_sqlite
from support.stored import StoredConversation, StoredTask, insert, number
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import TaskFilter

FILTERS = ("", "status:failed", "user:user-1", "user:user-*", "-user:user-*", "user:nobody")


def _conversation(at: int) -> UUID:
    return UUID(int=10**9 + at)


@pytest.fixture
def keyless(migrated_sqlite_url: str, tmp_path: Path) -> Path:
    """The rows of a database whose tables have keys and indexes, in one whose tables have none.

    There some tasks name their conversation in another form.
    """
    insert(
        migrated_sqlite_url,
        [
            StoredTask.numbered(
                at,
                conversation_id=_conversation(at % 7),
                status="failed" if at % 5 == 0 else "completed",
            )
            for at in range(60)
        ],
        [
            StoredConversation(
                id=_conversation(at), user_id=f"user-{at}" if at else "ada", title=f"the {at}."
            )
            for at in range(6)  # The tasks of the seventh name one that is not there.
        ],
    )
    path = tmp_path / "keyless.db"
    with sqlite3.connect(path) as made:
        made.execute("ATTACH ? AS keyed", (migrated_sqlite_url.removeprefix("sqlite:///"),))
        for table in ("conversations", "tasks"):
            made.execute(f"CREATE TABLE {table} AS SELECT * FROM keyed.{table}")
        made.execute(
            "UPDATE tasks SET conversation_id = upper(conversation_id) WHERE rowid % 3 = 0"
        )
    made.close()
    return path


@pytest.mark.parametrize("words", FILTERS, ids=lambda words: words or "all")
async def test_a_page_is_that_of_tables_with_keys(
    keyless: Path, migrated_sqlite_url: str, words: str
) -> None:
    pages = []
    for url in (migrated_sqlite_url, str(keyless)):
        browser = DatabaseBrowser(url)
        page = await browser.search_tasks(TaskFilter.parse(words), PageRequest(50))
        pages.append([(row.id, row.conversation_title) for row in page.rows])
        await browser.close()
    assert pages[0] == pages[1]
    assert words == "user:nobody" or pages[0]


async def test_details_have_their_title(keyless: Path) -> None:
    browser = DatabaseBrowser(str(keyless))
    assert (await browser.get_task(number(4))).row.conversation_title == "the 4."
    await browser.close()


@pytest.mark.parametrize("words", FILTERS, ids=lambda words: words or "all")
async def test_no_row_asks_for_its_conversation(
    keyless: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    record = record_sqlite(monkeypatch, keyless.name)
    browser = DatabaseBrowser(str(keyless))
    await browser.search_tasks(TaskFilter.parse(words), PageRequest(50))
    await browser.close()
    asked = [each for each in record if each.startswith("SELECT") and "FROM tasks" in each]
    assert asked
    with sqlite3.connect(keyless) as looked_at:
        plans = [
            step[3] for each in asked for step in looked_at.execute(f"EXPLAIN QUERY PLAN {each}")
        ]
    looked_at.close()
    assert not [step for step in plans if "CORRELATED" in step]


async def test_a_window_is_entered_at_its_end(
    keyless: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where times may be NULL, each window through the words read the index from its beginning."""
    with sqlite3.connect(keyless) as made:
        made.execute("CREATE INDEX mine ON tasks (created_at)")
    made.close()
    monkeypatch.setattr("taskview_core.persistence.sql.windows.FIRST_ROWS", 10)
    monkeypatch.setattr("taskview_core.persistence.sql.windows.SECOND_ROWS", 10)
    record = record_sqlite(monkeypatch, keyless.name)
    browser = DatabaseBrowser(str(keyless))
    page = await browser.search_tasks(TaskFilter.parse("zebra"), PageRequest(50))
    assert page.rows == ()
    await browser.close()
    bounded = [
        each for each in record if re.search(r"\(tasks\.created_at, tasks\.id\) >= \(", each)
    ]
    assert len(bounded) > 1, record
    assert not [each for each in bounded if each.count("tasks.created_at >") > 0], bounded[0]
