"""Rows that other programs may have written: odd ids, payloads, bytes, NULLs and times."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from support.databases import DatabaseMaker
from support.foreign import everything, execute_sqlite, guide_rows_by_orm, make_guide_database
from support.stored import CONVERSATION, number
from support.walking import walk_backwards, walk_forwards
from taskview_core.entities import TaskRow
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import CONVERSATION_SORT_KEYS, TASK_SORT_KEYS, Sort
from taskview_core.query.task_filter import EVERYTHING, TaskFilter
from taskview_core.tree.assemble import TaskTree

DASHED = """
CREATE TABLE conversations (id VARCHAR(36) PRIMARY KEY, user_id, title, metadata JSON,
    created_at DATETIME, updated_at DATETIME);
CREATE TABLE tasks (id VARCHAR(36) PRIMARY KEY, conversation_id VARCHAR(36),
    parent_task_id VARCHAR(36), agent_id, status, input JSON, output JSON, error TEXT,
    metadata JSON, created_at DATETIME, started_at DATETIME, completed_at DATETIME,
    updated_at DATETIME);
"""


async def _walked(browser: DatabaseBrowser) -> AsyncIterator[tuple[str, Sequence[TaskRow]]]:
    """Go through all tasks in every order, both ways; give each key with its rows."""

    async def search(request: PageRequest) -> Page[TaskRow]:
        return await browser.search_tasks(EVERYTHING, request)

    for key in TASK_SORT_KEYS:
        for down in (False, True):
            walk = await walk_forwards(search, PageRequest(9, Sort(key, down)))
            back = await walk_backwards(search, PageRequest(9, Sort(key, down)))
            assert len({row.id for row in walk.rows}) == len(walk.rows), f"{key} {down}"
            assert back.rows == walk.rows, f"{key} {down}"
            yield key, walk.rows


def _dashed(url: str, write: Any) -> None:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    connection.executescript(DASHED)
    when = "2026-01-31 10:00:00"
    with connection:
        connection.execute(
            "INSERT INTO conversations VALUES (?, 'ada', 'x', NULL, ?, ?)",
            [write(0, CONVERSATION), when, when],
        )
        for index in range(13):
            connection.execute(
                "INSERT INTO tasks (id, conversation_id, parent_task_id, agent_id, status, "
                "created_at, updated_at) VALUES (?, ?, ?, 'a', 'failed', ?, ?)",
                [
                    write(index, number(index)),
                    write(index, CONVERSATION),
                    None if index == 0 else write(index, number((index - 1) // 3)),
                    when,
                    when,
                ],
            )
    connection.close()


ID_FORMS = {
    "dashes": lambda index, ident: str(ident),
    "upper case": lambda index, ident: str(ident).upper(),
    "no dashes": lambda index, ident: ident.hex,
    "a mixture": lambda index, ident: ident.hex if index % 2 else str(ident),
}


@pytest.mark.parametrize("form", sorted(ID_FORMS))
async def test_ids_in_any_form_are_found(sqlite_url: str, form: str) -> None:
    _dashed(sqlite_url, ID_FORMS[form])
    browser = DatabaseBrowser(sqlite_url)
    await browser.connect()
    assert (await browser.get_task(number(7))).row.parent_task_id == number(2)
    assert (await browser.get_conversation(CONVERSATION)).user_id == "ada"
    assert await everything(browser, f"id:{number(7)}") == [7]
    assert await everything(browser, f"parent:{number(2)}") == [7, 8, 9]
    assert await everything(browser, f"-parent:{number(2)}") == [0, 1, 2, 3, 4, 5, 6, 10, 11, 12]
    assert await everything(browser, f"conversation:{CONVERSATION}") == list(range(13))
    assert await everything(browser, "user:ada") == list(range(13))
    assert await everything(browser, "is:leaf") == list(range(4, 13))
    assert await everything(browser, "is:root") == [0]
    assert await everything(browser, "id:a000") == list(range(13))
    assert await everything(browser, "id:a000000000004") == list(range(13))
    assert await browser.resolve_id(str(number(7))) == ("task", number(7))
    assert await browser.resolve_id(number(7).hex) == ("task", number(7))
    tree = TaskTree.assemble(await browser.conversation_tree(CONVERSATION))
    assert (len(list(tree.preorder())), tree.roots, tree.marks) == (13, (number(0),), {})
    below = await browser.subtree(number(1))
    assert {row.id for row in below.rows} == {number(n) for n in (1, 4, 5, 6)}
    rows = (await browser.search_tasks(EVERYTHING, PageRequest(50))).rows
    assert {row.conversation_title for row in rows} == {"x"}
    page = await browser.search_conversations(
        ConversationFilter(), PageRequest(10, Sort("updated", descending=True))
    )
    assert [(row.tasks.value, row.failed.value) for row in page.rows] == [(13, 13)]
    await browser.close()


async def test_ids_that_are_no_uuids_show(sqlite_url: str) -> None:
    _dashed(sqlite_url, lambda index, ident: f"run/{ident.int & 0xFF} ☃")
    browser = DatabaseBrowser(sqlite_url)
    await browser.connect()
    page = await browser.search_tasks(EVERYTHING, PageRequest(50))
    assert {row.id for row in page.rows} == {f"run/{index} ☃" for index in range(13)}
    assert (await browser.get_task("run/7 ☃")).row.parent_task_id == "run/2 ☃"
    assert len((await browser.subtree("run/1 ☃")).rows) == 4
    await browser.close()


ODD_TEXTS: dict[str, Any] = {
    "no JSON": "not json",
    "half an object": '{"prompt": "cut of',
    "NaN": '{"x": NaN, "y": Infinity}',
    "empty text": "",
    "blank": "  \n ",
    "bytes that are no UTF-8": b'{"p": "\xff\xfe caf\xe9"}',
    "a lone surrogate escaped": '"\\ud800"',
    "NUL": '{"p": "a\x00b"}',
    "NUL escaped": '{"p": "a\\u0000b"}',
    "an integer": 12,
    "a large integer": 2**62,
    "a float": 1.5,
    "deep": "[" * 50_000 + "]" * 50_000,
    "duplicate keys": '{"a": 1, "a": 2}',
    "escape sequences": '{"p": "\x1b[31mred\x07\\u001b]8;;x\\u0007"}',
}


@pytest.mark.parametrize("name", sorted(ODD_TEXTS))
async def test_odd_payloads_show_instead_of_failing(sqlite_url: str, name: str) -> None:
    make_guide_database(sqlite_url, guide_rows_by_orm())
    odd = ODD_TEXTS[name]
    execute_sqlite(
        sqlite_url,
        "UPDATE tasks SET input = cast(? AS text), output = cast(? AS text),"
        " metadata = cast(? AS text), error = cast(? AS text) WHERE id = ?"
        if isinstance(odd, bytes)
        else "UPDATE tasks SET input = ?, output = ?, metadata = ?, error = ? WHERE id = ?",
        [odd, odd, odd, odd, number(50).hex],
    )
    browser = DatabaseBrowser(sqlite_url)
    await browser.connect()
    page = await browser.search_tasks(EVERYTHING, PageRequest(500))
    assert len(page.rows) == 100
    shown = next(row for row in page.rows if row.id == number(50))
    assert len(shown.preview) <= 200
    assert "\n" not in shown.preview
    detail = await browser.get_task(number(50))
    if isinstance(odd, str):
        assert detail.input.text == odd
        assert detail.error == odd
    elif not isinstance(odd, bytes):
        assert detail.input.text == str(odd)
    detail.input.value()
    assert len(await everything(browser, "zzzz-nothing")) == 0
    assert await everything(browser, "id:a000 überprüfung") == [
        n for n in range(0, 100, 6) if n != 50
    ]
    for text in ("metadata.p:x", "-metadata.p:x", "has:input", "-has:input", "-input:x"):
        found = await everything(browser, text)
        denied = await everything(browser, text[1:] if text[0] == "-" else f"-{text}")
        assert sorted(found + denied) == list(range(100)), text
    tree = TaskTree.assemble(await browser.conversation_tree(CONVERSATION))
    assert len(list(tree.preorder())) == 100
    await browser.close()


async def test_invalid_bytes_in_every_text_column(sqlite_url: str) -> None:
    make_guide_database(sqlite_url, guide_rows_by_orm())
    bad = b"caf\xe9 \xff"
    execute_sqlite(
        sqlite_url,
        "UPDATE tasks SET agent_id = cast(? AS text), status = cast(? AS text),"
        " error = cast(? AS text) WHERE id = ?",
        [bad, bad, bad, number(50).hex],
    )
    execute_sqlite(
        sqlite_url,
        "UPDATE conversations SET title = cast(? AS text), user_id = cast(? AS text)",
        [bad, bad],
    )
    browser = DatabaseBrowser(sqlite_url)
    await browser.connect()

    async for key, rows in _walked(browser):
        assert len(rows) == 100, key
    for key in CONVERSATION_SORT_KEYS:
        page = await browser.search_conversations(ConversationFilter(), PageRequest(5, Sort(key)))
        assert len(page.rows) == 1
    facets = await browser.facets(EVERYTHING)
    odd = next(each.value for each in facets.agents if each.value.startswith("caf"))
    assert any(each.value.startswith("caf") for each in facets.statuses)
    from taskview_core.query.terms import Pattern, ValueKey, ValueTerm

    found = await browser.search_tasks(
        TaskFilter((ValueTerm(ValueKey.AGENT, (Pattern(odd),)),)), PageRequest(5)
    )
    assert [row.id for row in found.rows] == [number(50)], "a facet's value filters by itself"
    await browser.close()


@pytest.fixture
def loose_url(engine_label: str, databases: DatabaseMaker) -> Iterator[str]:
    """The guide's tables, but taking NULL everywhere, with a row of NULLs among others."""
    url = databases.empty(engine_label)
    rows = guide_rows_by_orm()
    rows["tasks"] += [
        {"id": number(200 + index), "conversation_id": CONVERSATION if index else None}
        for index in range(5)
    ]
    rows["conversations"].append({"id": UUID(int=5)})
    rows["conversations"].append({"id": UUID(int=6), "title": "", "user_id": ""})
    rows["conversations"].append(
        {"id": UUID(int=7), "title": "two\nlines\t\x1b[31m", "user_id": "ü"}
    )
    make_guide_database(url, rows, loose=True)
    yield url
    databases.drop(url)


async def test_nulls_where_the_columns_allow_them(loose_url: str) -> None:
    browser = DatabaseBrowser(loose_url)
    await browser.connect()

    async for key, rows in _walked(browser):
        assert len(rows) == 105, key
        last = {int(str(row.id)[-8:], 16) for row in rows[-5:]}
        assert key in {"started", "completed", "duration"} or last == set(range(200, 205)), key
    detail = await browser.get_task(number(200))
    assert detail.row.created_at is None
    assert detail.row.agent_id == ""
    assert detail.row.conversation_id == ""
    assert "conversation_id is missing" in detail.row.oddities
    alone = await browser.subtree(number(200))
    assert [row.id for row in alone.rows] == [number(200)]
    for text in ("-status:failed", "-agent:planner", "-user:bob", "-created:>2020-01-01"):
        assert set(range(200, 205)) <= set(await everything(browser, text)), text
    for text in ("status:failed", "created:>2020-01-01", "created:<2030-01-01", "agent:a*"):
        assert not set(range(200, 205)) & set(await everything(browser, text)), text
    for key in CONVERSATION_SORT_KEYS:
        for down in (False, True):
            request = PageRequest(1, Sort(key, down))
            met = []
            while True:
                page = await browser.search_conversations(ConversationFilter(), request)
                met += [row.id for row in page.rows]
                if page.next is None:
                    break
                request = PageRequest(1, request.sort, page.next)
            assert len(met) == len(set(met)) == 4, f"{key} {down}"
    facets = await browser.facets(EVERYTHING)
    assert sum(each.count.value for each in facets.agents) >= 100
    tree = TaskTree.assemble(await browser.conversation_tree(CONVERSATION))
    assert len(list(tree.preorder())) == 104
    await browser.close()


async def test_a_postgres_search_path_is_honoured(postgres_url: str) -> None:
    """The tables of a program may lie in a schema of their own."""
    connection = await asyncpg.connect(postgres_url)
    await connection.execute("CREATE SCHEMA agents")
    await connection.execute(
        "CREATE TABLE agents.conversations (id uuid PRIMARY KEY, user_id text, title text,"
        " metadata jsonb, created_at timestamptz, updated_at timestamptz);"
        "CREATE TABLE agents.tasks (id uuid PRIMARY KEY, conversation_id uuid, parent_task_id uuid,"
        " agent_id text, status text, input jsonb, output jsonb, error text, metadata jsonb,"
        " created_at timestamptz, started_at timestamptz, completed_at timestamptz,"
        " updated_at timestamptz)"
    )
    await connection.execute("INSERT INTO agents.tasks (id, agent_id) VALUES ($1, 'a')", uuid4())
    await connection.close()
    browser = DatabaseBrowser(f"{postgres_url}?options=-csearch_path%3Dagents")
    await browser.connect()
    assert len((await browser.search_tasks(EVERYTHING, PageRequest(5))).rows) == 1
    await browser.close()


async def test_postgres_times_that_python_has_not(postgres_url: str) -> None:
    """Infinity and the years before Christ are times to Postgres."""
    rows = guide_rows_by_orm()
    await asyncio.to_thread(make_guide_database, postgres_url, rows)
    connection = await asyncpg.connect(postgres_url)
    for index, odd in enumerate(
        ["-infinity", "infinity", "0044-03-15 12:00:00+00 BC", "12000-01-01"]
    ):
        await connection.execute(
            f"UPDATE tasks SET created_at = '{odd}', started_at = '{odd}', completed_at = '{odd}',"
            f" updated_at = '{odd}' WHERE id = $1",
            number(index),
        )
    await connection.execute(
        "UPDATE tasks SET started_at = '-infinity', completed_at = now() WHERE id = $1", number(10)
    )
    await connection.close()
    browser = DatabaseBrowser(postgres_url)
    await browser.connect()

    async for key, rows in _walked(browser):
        assert len(rows) == 100, key
    for index in (0, 1, 2, 3, 10):
        assert (await browser.get_task(number(index))).row.id == number(index)
    assert len(await everything(browser, "created:>2020-01-01")) >= 96
    await everything(browser, "duration:>1s")
    tree = TaskTree.assemble(await browser.conversation_tree(CONVERSATION))
    assert len(list(tree.preorder())) == 100
    await browser.close()
