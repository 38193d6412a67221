"""Databases made from the guide's own models open and work as they are, however odd their rows."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import JSON

from support.databases import DatabaseMaker
from support.foreign import BINARY_JSON, execute_sqlite, make_guide_database
from support.stored import CONVERSATION, START, number
from support.walking import walk_backwards, walk_forwards
from taskview_core.entities import TaskRow
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.page import Page, PageRequest
from taskview_core.query.sort import CONVERSATION_SORT_KEYS, TASK_SORT_KEYS, Sort
from taskview_core.query.task_filter import EVERYTHING, ConversationFilter, TaskFilter
from taskview_core.tree.assemble import TaskTree

KINDS = {"json": JSON(), "jsonb": BINARY_JSON}


def _rows() -> dict[str, list[dict[str, Any]]]:
    """Give what a program with the guide's models writes, by its ORM."""
    conversation = {"id": CONVERSATION, "user_id": "ada", "created_at": START, "updated_at": START}
    tasks = [
        {
            "id": number(index),
            "conversation_id": CONVERSATION,
            "agent_id": ["planner", "tool:Bash", "Ärzte"][index % 3],
            "status": ["completed", "failed", "paused", ""][index % 4],
            "input": [{"prompt": f"Überprüfung {index}"}, ["list"], "text", 12, None, {}][
                index % 6
            ],
            "output": {"ok": True} if index % 2 else None,
            "error": "TypeError: Ωmega" if index % 4 == 1 else None,
            "metadata": {"attempt": index, "a": {"b": [1, 2]}},
            "created_at": START + timedelta(seconds=index // 10),
            "started_at": START + timedelta(seconds=index // 10) if index % 2 else None,
            "completed_at": START + timedelta(minutes=index) if index % 4 == 1 else None,
            "updated_at": START,
        }
        for index in range(100)
    ]
    for index in range(1, 100):
        tasks[index]["parent_task_id"] = number((index - 1) // 3)
    tasks[0]["parent_task_id"] = None
    return {"conversations": [conversation], "tasks": tasks}


@pytest.fixture(scope="module", params=sorted(KINDS))
def guide_url(
    request: pytest.FixtureRequest, engine_label: str, databases: DatabaseMaker
) -> Iterator[str]:
    """The guide's database on each engine; SQLite has no JSONB and gets JSON twice."""
    kind = KINDS[request.param] if engine_label != "sqlite" else KINDS["json"]
    url = databases.empty(engine_label)
    make_guide_database(url, _rows(), kind)
    yield url
    databases.drop(url)


@pytest.fixture
async def guide(guide_url: str) -> Any:
    browser = DatabaseBrowser(guide_url)
    await browser.connect()
    yield browser
    await browser.close()


async def _everything(browser: DatabaseBrowser, text: str = "") -> list[int]:
    page = await browser.search_tasks(TaskFilter.parse(text), PageRequest(500, Sort("created")))
    count = await browser.count_tasks(TaskFilter.parse(text))
    assert (count.value, count.exact) == (len(page.rows), True)
    return sorted(int(str(row.id)[-8:], 16) for row in page.rows)


@pytest.mark.parametrize(
    "sort", [Sort(key, down) for key in TASK_SORT_KEYS for down in (0, 1)], ids=str
)
async def test_paging_is_complete_without_our_indexes(guide: DatabaseBrowser, sort: Sort) -> None:
    async def search(request: PageRequest) -> Page[TaskRow]:
        return await guide.search_tasks(EVERYTHING, request)

    forwards = await walk_forwards(search, PageRequest(7, Sort(sort.key, bool(sort.descending))))
    backwards = await walk_backwards(search, PageRequest(7, Sort(sort.key, bool(sort.descending))))
    assert len({row.id for row in forwards.rows}) == len(forwards.rows) == 100
    assert backwards.rows == forwards.rows


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("status:paused", range(2, 100, 4)),
        ('status:""', range(3, 100, 4)),
        ("-status:paused,failed", [n for n in range(100) if n % 4 in (0, 3)]),
        ("überprüfung", range(0, 100, 6)),
        ("ÜBERPRÜFUNG", range(0, 100, 6)),
        ("input:prompt", range(0, 100, 6)),
        ("input:12", [n for n in range(100) if n % 6 == 3] + [12]),
        ("error:ωMEGA", range(1, 100, 4)),
        ("has:output", range(1, 100, 2)),
        ("-has:input", [n for n in range(100) if n % 6 in (4, 5)]),
        ("metadata.attempt:42", [42]),
        ("metadata.a.b:2", range(100)),
        ("agent:Ä*", range(2, 100, 3)),
        ("agent:tool:*", range(1, 100, 3)),
        ("is:root", [0]),
        ("is:leaf", [n for n in range(100) if 3 * n + 1 > 99]),
        (f"parent:{number(2)}", [7, 8, 9]),
        (f"conversation:{CONVERSATION}", range(100)),
        (f"id:{number(7)}", [7]),
        ("id:a000", range(100)),
        ("user:ada", range(100)),
        ("user:bob", []),
        ("duration:>=30m", [n for n in range(31, 100) if n % 4 == 1]),
        ("completed:>2026-01-31T10:50:00Z", [n for n in range(51, 100) if n % 4 == 1]),
    ],
)
async def test_filters_work_as_on_our_own(guide: DatabaseBrowser, text: str, numbers: Any) -> None:
    wanted = sorted(set(numbers))
    if text == "input:12":
        wanted = [n for n in range(100) if n % 6 == 3] + [12]
    assert await _everything(guide, text) == sorted(set(wanted))


async def test_everything_else_works_too(guide: DatabaseBrowser) -> None:
    detail = await guide.get_task(number(6))
    assert detail.input.value() == {"prompt": "Überprüfung 6"}
    assert detail.metadata.value() == {"attempt": 6, "a": {"b": [1, 2]}}
    assert detail.row.parent_task_id == number(1)
    tree = TaskTree.assemble(await guide.conversation_tree(CONVERSATION))
    assert (tree.roots, len(list(tree.preorder())), tree.marks) == ((number(0),), 100, {})
    below = await guide.subtree(number(1))
    assert {number(1), number(4), number(13)} <= {row.id for row in below.rows}
    facets = await guide.facets(EVERYTHING)
    assert {each.value: each.count.value for each in facets.statuses} == {
        "completed": 25, "failed": 25, "paused": 25, "": 25
    }  # fmt: skip
    assert await guide.resolve_id(str(CONVERSATION)[:6]) == ("conversation", CONVERSATION)
    page = await guide.search_conversations(
        ConversationFilter(), PageRequest(10, Sort("updated", descending=True))
    )
    assert [(row.title, row.tasks.value, row.failed.value) for row in page.rows] == [
        (None, 100, 25)
    ]


# --- SQLite: what no other engine would take -------------------------------------------------

DASHED = """
CREATE TABLE conversations (id VARCHAR(36) PRIMARY KEY, user_id, title, metadata JSON,
    created_at DATETIME, updated_at DATETIME);
CREATE TABLE tasks (id VARCHAR(36) PRIMARY KEY, conversation_id VARCHAR(36),
    parent_task_id VARCHAR(36), agent_id, status, input JSON, output JSON, error TEXT,
    metadata JSON, created_at DATETIME, started_at DATETIME, completed_at DATETIME,
    updated_at DATETIME);
"""


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
    assert await _everything(browser, f"id:{number(7)}") == [7]
    assert await _everything(browser, f"parent:{number(2)}") == [7, 8, 9]
    assert await _everything(browser, f"-parent:{number(2)}") == [0, 1, 2, 3, 4, 5, 6, 10, 11, 12]
    assert await _everything(browser, f"conversation:{CONVERSATION}") == list(range(13))
    assert await _everything(browser, "user:ada") == list(range(13))
    assert await _everything(browser, "is:leaf") == list(range(4, 13))
    assert await _everything(browser, "is:root") == [0]
    assert await _everything(browser, "id:a000") == list(range(13))
    assert await _everything(browser, "id:a000000000004") == list(range(13))
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
    make_guide_database(sqlite_url, _rows())
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
    assert len(await _everything(browser, "zzzz-nothing")) == 0
    assert await _everything(browser, "id:a000 überprüfung") == [
        n for n in range(0, 100, 6) if n != 50
    ]
    for text in ("metadata.p:x", "-metadata.p:x", "has:input", "-has:input", "-input:x"):
        found = await _everything(browser, text)
        denied = await _everything(browser, text[1:] if text[0] == "-" else f"-{text}")
        assert sorted(found + denied) == list(range(100)), text
    tree = TaskTree.assemble(await browser.conversation_tree(CONVERSATION))
    assert len(list(tree.preorder())) == 100
    await browser.close()


async def test_invalid_bytes_in_every_text_column(sqlite_url: str) -> None:
    make_guide_database(sqlite_url, _rows())
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

    async def search(request: PageRequest) -> Page[TaskRow]:
        return await browser.search_tasks(EVERYTHING, request)

    for key in TASK_SORT_KEYS:
        for down in (False, True):
            walk = await walk_forwards(search, PageRequest(9, Sort(key, down)))
            back = await walk_backwards(search, PageRequest(9, Sort(key, down)))
            assert len({row.id for row in walk.rows}) == len(walk.rows) == 100
            assert back.rows == walk.rows
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
    rows = _rows()
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

    async def search(request: PageRequest) -> Page[TaskRow]:
        return await browser.search_tasks(EVERYTHING, request)

    for key in TASK_SORT_KEYS:
        for down in (False, True):
            walk = await walk_forwards(search, PageRequest(9, Sort(key, down)))
            back = await walk_backwards(search, PageRequest(9, Sort(key, down)))
            assert len({row.id for row in walk.rows}) == len(walk.rows) == 105, f"{key} {down}"
            assert back.rows == walk.rows, f"{key} {down}"
            last = {int(str(row.id)[-8:], 16) for row in walk.rows[-5:]}
            assert key in {"started", "completed", "duration"} or last == set(range(200, 205)), key
    detail = await browser.get_task(number(200))
    assert detail.row.created_at is None
    assert detail.row.agent_id == ""
    assert detail.row.conversation_id == ""
    assert "conversation_id is missing" in detail.row.oddities
    alone = await browser.subtree(number(200))
    assert [row.id for row in alone.rows] == [number(200)]
    for text in ("-status:failed", "-agent:planner", "-user:bob", "-created:>2020-01-01"):
        assert set(range(200, 205)) <= set(await _everything(browser, text)), text
    for text in ("status:failed", "created:>2020-01-01", "created:<2030-01-01", "agent:a*"):
        assert not set(range(200, 205)) & set(await _everything(browser, text)), text
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
    rows = _rows()
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

    async def search(request: PageRequest) -> Page[TaskRow]:
        return await browser.search_tasks(EVERYTHING, request)

    for key in TASK_SORT_KEYS:
        for down in (False, True):
            walk = await walk_forwards(search, PageRequest(9, Sort(key, down)))
            back = await walk_backwards(search, PageRequest(9, Sort(key, down)))
            assert len({row.id for row in walk.rows}) == len(walk.rows) == 100, f"{key} {down}"
            assert back.rows == walk.rows, f"{key} {down}"
    for index in (0, 1, 2, 3, 10):
        assert (await browser.get_task(number(index))).row.id == number(index)
    assert len(await _everything(browser, "created:>2020-01-01")) >= 96
    await _everything(browser, "duration:>1s")
    tree = TaskTree.assemble(await browser.conversation_tree(CONVERSATION))
    assert len(list(tree.preorder())) == 100
    await browser.close()
