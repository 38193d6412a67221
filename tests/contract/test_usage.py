"""What tasks say they used, read from each engine; of odd metadata nothing is known."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from support.foreign import BINARY_JSON, execute_sqlite, make_guide_database
from support.stored import START, StoredTask, insert_async, json_text, number
from taskview_core.entities import Covers, Reported, Usage, UsagePaths
from taskview_core.persistence.browser import DatabaseBrowser

SAYS = {"usage": {"input_tokens": 10, "output_tokens": 4}}


async def test_those_that_say_something_are_given(
    browser: DatabaseBrowser, migrated_url: str
) -> None:
    rows = [
        StoredTask.numbered(1, metadata=json_text(SAYS)),
        StoredTask.numbered(2, metadata=json_text({"kind": "tool"})),
        StoredTask.numbered(3),
        StoredTask.numbered(4, metadata=json_text({"kind": "llm", "cost": 2})),
        StoredTask.numbered(5, metadata=json_text({"tokens": "none"})),
        StoredTask.numbered(6, metadata=json_text(SAYS)),
        StoredTask.numbered(7, metadata="7"),
    ]
    await insert_async(migrated_url, rows)
    ids = [number(each) for each in (1, 2, 3, 4, 5, 7, 99)]
    assert await browser.get_usage(ids) == {
        number(1): Reported(Usage(14, 10, 4), Covers.BELOW),
        number(4): Reported(Usage(cost=2.0), Covers.CALL),
    }
    assert await browser.get_usage([]) == {}
    assert browser.usage_of(await browser.get_task(number(4))) == (Usage(cost=2.0), Covers.CALL)
    assert browser.usage_of(await browser.get_task(number(2))) is None


async def test_many_are_read(browser: DatabaseBrowser, migrated_url: str) -> None:
    rows = [StoredTask.numbered(each, metadata=json_text({"cost": each})) for each in range(1_000)]
    await insert_async(migrated_url, rows)
    found = await browser.get_usage([row.id for row in rows])
    assert {number(each): float(each) for each in range(1_000)} == {
        ident: reported.usage.cost for ident, reported in found.items()
    }


async def test_a_place_may_have_any_letters(migrated_url: str) -> None:
    paths = UsagePaths({"input": ("größe", 'so "called"')})
    stored = ['{"größe": 5}', json_text({"größe": 5}), json_text({'so "called"': 5})]
    rows = [StoredTask.numbered(at, metadata=text) for at, text in enumerate(stored)]
    await insert_async(migrated_url, rows)
    browser = DatabaseBrowser(migrated_url, usage=paths)
    assert len(await browser.get_usage([row.id for row in rows])) == 3
    await browser.close()


async def test_the_places_can_be_others(migrated_url: str) -> None:
    rows = [
        StoredTask.numbered(1, agent_id="mine", metadata=json_text({"a_b": {"100%": 7}})),
        StoredTask.numbered(2, agent_id="mine", metadata=json_text({"axb": {"100%": 7}})),
    ]
    await insert_async(migrated_url, rows)
    browser = DatabaseBrowser(migrated_url, usage=UsagePaths({"output": ["a_b.100%"]}, ("mine",)))
    found = await browser.get_usage([number(1), number(2)])
    await browser.close()
    assert found == {number(1): Reported(Usage(7, output=7), Covers.OWN)}


@pytest.mark.parametrize("is_binary", [False, True], ids=["json", "jsonb"])
async def test_in_the_guides_own_tables(is_binary: bool, database_url: str) -> None:
    ident, talk = uuid4(), uuid4()
    times = {"created_at": START, "updated_at": START}
    rows = {
        "conversations": [{"id": talk, "user_id": "ada", **times}],
        "tasks": [
            {
                "id": ident,
                "conversation_id": talk,
                "agent_id": "x",
                "status": "completed",
                "metadata": SAYS,
                **times,
            }
        ],
    }
    json = {"json": BINARY_JSON} if is_binary and database_url.startswith("postgresql") else {}
    await asyncio.to_thread(make_guide_database, database_url, rows, **json)
    browser = DatabaseBrowser(database_url)
    found = await browser.get_usage([ident])
    await browser.close()
    assert found[ident].usage == Usage(14, 10, 4)


async def test_metadata_that_is_no_json_or_bytes_says_nothing(sqlite_url: str) -> None:
    await asyncio.to_thread(make_guide_database, sqlite_url, {}, loose=True)
    odd = (b"\xff\xfe tokens", "{tokens", '{"cost": 1', b'{"cost": 3}', 7, "[" * 50_000 + "token")
    for at, value in enumerate(odd, 1):
        execute_sqlite(
            sqlite_url, "INSERT INTO tasks (id, metadata) VALUES (?, ?)", (number(at).hex, value)
        )
    browser = DatabaseBrowser(sqlite_url)
    found = await browser.get_usage([number(at) for at in range(1, len(odd) + 1)])
    await browser.close()
    assert found == {number(4): Reported(Usage(cost=3.0), Covers.BELOW)}
