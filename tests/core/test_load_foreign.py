"""Loading into databases that others made: their ids, their types, their other rows."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from support.foreign import BINARY_JSON, execute_sqlite, make_guide_database
from support.loads import AT, CONVERSATION, conversation, dump, ident, load, task, write_lines
from taskview_core.persistence import bulk_sqlite
from taskview_core.persistence.loading import work
from taskview_core.persistence.loading.recent import Recent


def guide_rows() -> dict[str, list[dict[str, Any]]]:
    """Give rows as a program with the guide's models writes them."""
    at = datetime(2026, 1, 31, 10, tzinfo=UTC)
    times = {"created_at": at, "updated_at": at}
    return {
        "conversations": [
            {"id": UUID(CONVERSATION), "user_id": "ada", "title": "a title", "metadata": None}
            | times
        ],
        "tasks": [
            {
                "id": UUID(ident(number)), "conversation_id": UUID(CONVERSATION),
                "parent_task_id": None, "agent_id": "old", "status": "running", "input": None,
                "output": None, "error": None, "metadata": None, "started_at": None,
                "completed_at": None,
            }
            | times
            for number in (1, 2)
        ],
    }  # fmt: skip


def _spell(url: str, spelling: str) -> None:
    """Write every id of a SQLite database anew."""
    parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    dashed = "||'-'||".join(f"substr({{0}}, {start}, {size})" for start, size in parts)
    forms = {
        "dashed": dashed,
        "capitals": "upper({0})",
        "mixed": f"CASE WHEN rowid % 2 THEN {dashed} ELSE {{0}} END",
    }
    form = forms[spelling]
    execute_sqlite(url, f"UPDATE conversations SET id = {form.format('id')}")
    execute_sqlite(url, f"UPDATE tasks SET id = {form.format('id')}")
    execute_sqlite(url, "UPDATE tasks SET conversation_id = (SELECT id FROM conversations)")


@pytest.mark.parametrize("spelling", ["dashed", "capitals", "mixed"])
async def test_ids_are_found_however_they_are_spelt(
    sqlite_url: str, tmp_path: Path, spelling: str
) -> None:
    await asyncio.to_thread(make_guide_database, sqlite_url, guide_rows())
    await asyncio.to_thread(_spell, sqlite_url, spelling)
    rows = [
        conversation(title="new"),
        task(1, parent_task_id=ident(3), status="failed"),
        task(3, parent_task_id=ident(2)),
        task(4, parent_task_id=ident(77)),
    ]
    report = await load(sqlite_url, write_lines(tmp_path / "rows", rows))
    assert (report.new_conversations, report.new_tasks, report.waiting) == (0, 2, 1)
    stored = await dump(sqlite_url)
    assert set(stored["conversations"]) == {CONVERSATION}
    assert stored["conversations"][CONVERSATION]["title"] == "new"
    assert set(stored["tasks"]) == {ident(number) for number in (1, 2, 3, 4)}
    assert stored["tasks"][ident(1)]["status"] == "failed"
    database = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    ids = [row[0] for row in database.execute("SELECT id FROM tasks")]
    database.close()
    if spelling == "dashed":
        assert all("-" in each for each in ids)

    late = await load(sqlite_url, write_lines(tmp_path / "rows", [task(77)]))
    assert late.linked == 1
    database = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    database.close()
    assert (await dump(sqlite_url))["tasks"][ident(4)]["parent_task_id"] == ident(77)


async def test_a_large_database_is_read_through_once_that_pays(
    migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskview_core.persistence.loading.batches.ROWS", 500)
    monkeypatch.setattr("taskview_core.persistence.bulk_sqlite.SMALL", 0)
    rows = [conversation(), *(task(number) for number in range(3_000))]
    file = write_lines(tmp_path / "rows", rows)
    await load(migrated_sqlite_url, file)
    before = await dump(migrated_sqlite_url)
    report = await load(migrated_sqlite_url, file)
    assert (report.new_tasks, await dump(migrated_sqlite_url)) == (0, before)


async def test_jsonb_holds_the_values(postgres_url: str, tmp_path: Path) -> None:
    await asyncio.to_thread(make_guide_database, postgres_url, guide_rows(), BINARY_JSON)
    child = task(5, parent_task_id=ident(9), input={"b": 1.10, "a": [None]})
    child["metadata"] = {"zz": 1, "a": 2}
    plain = task(6, input=[1, 2], metadata="text", parent_task_id=ident(9))
    report = await load(postgres_url, write_lines(tmp_path / "rows", [child, plain]))
    assert (report.new_tasks, report.waiting) == (2, 2)
    await load(postgres_url, write_lines(tmp_path / "rows", [task(9)]))
    stored = (await dump(postgres_url))["tasks"]
    for row in (child, plain):
        found = stored[row["id"]]
        assert found["parent_task_id"] == ident(9)
        assert json.loads(found["input"]) == row["input"]
        assert json.loads(found["metadata"]) == row["metadata"]


async def test_times_without_a_zone_are_utc(postgres_url: str, tmp_path: Path) -> None:
    await asyncio.to_thread(make_guide_database, postgres_url, guide_rows())
    connection = await asyncpg.connect(postgres_url)
    for table, names in (
        ("conversations", ("created_at", "updated_at")),
        ("tasks", ("created_at", "started_at", "completed_at", "updated_at")),
    ):
        for name in names:
            await connection.execute(
                f"ALTER TABLE {table} ALTER {name} TYPE timestamp USING {name} AT TIME ZONE 'UTC'"
            )
    await connection.close()
    rows = [task(5, started_at="2026-01-31T12:00:00+01:00"), task(6, created_at=None)]
    await load(postgres_url, write_lines(tmp_path / "rows", rows))
    stored = (await dump(postgres_url))["tasks"]
    assert stored[ident(5)]["started_at"] == "2026-01-31T11:00:00.000000Z"
    assert stored[ident(6)]["created_at"] == AT


@pytest.mark.parametrize("at_once", [2, 1_000])
async def test_what_a_foreign_table_does_not_take_is_named(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(bulk_sqlite, "_AT_ONCE", at_once)
    from taskview_core.errors import LoadError

    await asyncio.to_thread(make_guide_database, sqlite_url, guide_rows())
    await asyncio.to_thread(
        execute_sqlite, sqlite_url, "CREATE UNIQUE INDEX one_agent ON tasks (error)"
    )
    rows = [task(5, error="x"), task(6), task(7, error="x")]
    before = await dump(sqlite_url)
    with pytest.raises(LoadError) as raised:
        await load(sqlite_url, write_lines(tmp_path / "rows", rows))
    assert raised.value.detail.startswith(f"{tmp_path / 'rows'}:3: SQLite says: UNIQUE")
    assert await dump(sqlite_url) == before


async def test_more_ids_than_are_remembered_change_nothing(
    migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "Recent", lambda: Recent(3))
    monkeypatch.setattr("taskview_core.persistence.loading.batches.ROWS", 5)
    rng = random.Random(1)
    rows: list[Any] = [conversation(id=ident(1000 + number)) for number in range(20)]
    rows += [
        task(
            number,
            parent_task_id=ident(rng.randrange(60)),
            conversation_id=ident(1000 + rng.randrange(20)),
        )
        for number in range(60)
    ]
    rng.shuffle(rows)
    report = await load(migrated_url, write_lines(tmp_path / "rows", rows))
    assert (report.new_conversations, report.new_tasks, report.waiting) == (20, 60, 0)
    stored = (await dump(migrated_url))["tasks"]
    for row in rows:
        if "agent_id" in row:
            assert stored[row["id"]]["parent_task_id"] == row["parent_task_id"]


async def test_rows_are_written_many_at_once_and_the_rest_one_by_one(
    migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_sqlite, "_AT_ONCE", 3)
    rows = [conversation(), *(task(number) for number in range(8))]
    report = await load(migrated_sqlite_url, write_lines(tmp_path / "rows", rows))
    assert (report.tasks, report.new_tasks) == (8, 8)
    changed = [task(number, agent_id=f"agent {number}") for number in range(3, 12)]
    lacking = [{key: row[key] for key in row if key != "input"} for row in changed]
    report = await load(migrated_sqlite_url, write_lines(tmp_path / "more", lacking))
    assert (report.tasks, report.new_tasks) == (9, 4)
    stored = (await dump(migrated_sqlite_url))["tasks"]
    agents = [stored[ident(number)]["agent_id"] for number in range(12)]
    assert agents == ["planner"] * 3 + [f"agent {number}" for number in range(3, 12)]
    inputs = [stored[ident(number)]["input"] for number in range(12)]
    assert inputs == [json.dumps({"n": number}) for number in range(8)] + [None] * 4
