"""Bad rows: each is named with file, line and reason, and nothing of the load is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.databases import DatabaseMaker, run
from support.foreign import BINARY_JSON, make_guide_database
from support.loads import CONVERSATION, conversation, dump, ident, load, task, without, write_lines
from taskview_core.errors import LoadError


async def refused(url: str, *files: Path) -> LoadError:
    """Load what is bad, see that the database is as before, and give the error."""
    before = await dump(url)
    with pytest.raises(LoadError) as raised:
        await load(url, *files)
    assert await dump(url) == before
    return raised.value


BAD = [
    ("oops", "not a JSON object"),
    ('{"id": 1', "at column"),
    ("[1, 2]", "not an object"),
    ('{"title": "t"}', "neither a task"),
    (without(task(1), "id"), "it has no id"),
    (without(task(1), "conversation_id"), "it has no conversation_id"),
    (without(task(1), "agent_id"), "it has no agent_id"),
    (without(task(1), "status"), "it has no status"),
    (task(1, id="7"), '"7" is not a UUID'),
    (task(1, id=7), "id: a number is not a UUID"),
    (task(1, id=None), "id: null is not a UUID"),
    (task(1, parent_task_id="x"), "parent_task_id: "),
    (task(1, agent_id=None), "agent_id: null is not text"),
    (task(1, status=["a"]), "status: a list is not text"),
    (task(1, error={"a": 1}), "error: an object is not text"),
    (task(1, created_at="yesterday"), 'created_at: "yesterday" is not an ISO 8601 time'),
    (task(1, started_at="2026-02-30"), "started_at: "),
    (task(1, started_at=1767225600), "a number is not an ISO 8601 time"),
    (task(1, updated_at="9999-12-31T23:59:59-10:00"), "updated_at: "),
    (task(1, statsu="x"), "tasks has no column statsu; did you mean status?"),
    (task(1, user_id="u"), "tasks has no column user_id"),
    (task(1, conversation_id=ident(99)), f"{ident(99)} is neither in the files nor"),
    (json.dumps(task(1))[:-1] + ', "status": "failed"}', "it has status twice"),
    (json.dumps(task(1)) + " {}", "something follows the object"),
    (task(1, error="\ud800"), "error: half of a surrogate pair"),
    (conversation(user_id=5), "user_id: a number is not text"),
    (conversation(agent="x"), "conversations has no column agent"),
]


@pytest.fixture(scope="module")
def begun_url(engine_label: str, databases: DatabaseMaker, tmp_path_factory: Any) -> Iterator[str]:
    """The URL of a database with one conversation; it is refused what would change that."""
    url = databases.migrated(engine_label)
    folder = tmp_path_factory.mktemp("begun")
    run(load(url, write_lines(folder / "before", [conversation(title="old")])))
    yield url
    databases.drop(url)


@pytest.mark.parametrize(("row", "reason"), BAD, ids=[reason for _, reason in BAD])
async def test_a_bad_row_is_named(
    begun_url: str, tmp_path: Path, row: dict[str, Any] | str, reason: str
) -> None:
    file = write_lines(tmp_path / "rows", [conversation(), task(2), row, task(3)])
    error = await refused(begun_url, file)
    assert error.detail.startswith(f"{file}:3: ")
    assert reason in error.detail
    assert "\n" not in error.detail
    assert "1 row is bad" in error.title


async def test_bytes_that_are_no_utf_8_are_named(migrated_url: str, tmp_path: Path) -> None:
    lines = [json.dumps(conversation()).encode(), json.dumps(task(1)).encode()]
    lines.append(json.dumps(task(2, error="XX")).encode().replace(b"XX", b"\xff\xfe"))
    file = write_lines(tmp_path / "rows", [])
    file.write_bytes(b"\n".join(lines))
    error = await refused(migrated_url, file)
    assert f"{file}:3: this is not UTF-8" in error.detail


async def test_ten_bad_rows_are_named_and_the_others_counted(
    migrated_url: str, tmp_path: Path
) -> None:
    bad = [task(number, status=None) for number in range(25)]
    first = write_lines(tmp_path / "a", [conversation(), *bad[:5]])
    second = write_lines(tmp_path / "b", [task(90), *bad[5:]])
    error = await refused(migrated_url, first, second)
    lines = error.detail.splitlines()
    assert "25 rows are bad" in error.title
    assert [line.partition(": ")[0] for line in lines[:10]] == [
        *(f"{first}:{line}" for line in range(2, 7)),
        *(f"{second}:{line}" for line in range(2, 7)),
    ]
    assert lines[10:] == ["and 15 more"]


async def test_a_bad_conversation_is_not_held_against_its_tasks(
    migrated_url: str, tmp_path: Path
) -> None:
    file = write_lines(tmp_path / "rows", [conversation(created_at="x"), task(1), task(2)])
    error = await refused(migrated_url, file)
    assert len(error.detail.splitlines()) == 1
    assert f"{file}:1: created_at" in error.detail


async def test_what_is_written_before_the_bad_row_is_undone(
    migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskview_core.persistence.loading.batches.ROWS", 2)
    rows = [conversation(), *(task(number) for number in range(9)), task(10, id="x")]
    error = await refused(migrated_url, write_lines(tmp_path / "rows", rows))
    assert ":11: id: " in error.detail


async def test_sqlite_holds_nul_and_nan(migrated_sqlite_url: str, tmp_path: Path) -> None:
    rows = [conversation(title="a\0b"), task(1, error="\0", input=float("nan"))]
    await load(migrated_sqlite_url, write_lines(tmp_path / "rows", rows))
    stored = await dump(migrated_sqlite_url)
    assert stored["conversations"][CONVERSATION]["title"] == "a\0b"
    assert stored["tasks"][ident(1)]["error"] == "\0"
    assert stored["tasks"][ident(1)]["input"] == "NaN"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (task(1, error="a\0b"), r"error: the character \u0000 in text cannot be stored"),
        (task(1, agent_id="\0"), "agent_id: "),
        (conversation(title="\0"), "title: "),
        (task(1, agent_id="x" * 256), "agent_id: 256 characters are more than the 255"),
        (task(1, input=[float("nan")]), "NaN or Infinity"),
    ],
)
async def test_what_postgres_cannot_hold_is_named(
    migrated_postgres_url: str, tmp_path: Path, row: dict[str, Any], reason: str
) -> None:
    rows = [conversation(), row, task(2)]
    error = await refused(migrated_postgres_url, write_lines(tmp_path / "rows", rows))
    assert error.detail.startswith(f"{tmp_path / 'rows'}:2: ")
    assert reason in error.detail


async def test_what_only_the_server_can_tell_is_named(
    migrated_postgres_url: str, tmp_path: Path
) -> None:
    deep = "[" * 40_000 + "]" * 40_000
    lines = [json.dumps(conversation()), *(json.dumps(task(number)) for number in range(5))]
    lines.insert(3, json.dumps(task(7, input="DEEP")).replace('"DEEP"', deep))
    file = write_lines(tmp_path / "rows", lines)
    error = await refused(migrated_postgres_url, file)
    assert error.detail.startswith(f"{file}:4: ")
    assert "the server says" in error.detail
    assert "[[[" not in error.detail


@pytest.mark.parametrize("known", [False, True])
async def test_what_jsonb_cannot_hold_is_named(
    postgres_url: str, tmp_path: Path, known: bool
) -> None:
    import asyncio

    await asyncio.to_thread(make_guide_database, postgres_url, {}, BINARY_JSON)
    if known:  # By way of the table beside, and not by COPY alone.
        rows = [conversation(), *(task(number) for number in range(9))]
        await load(postgres_url, write_lines(tmp_path / "before", rows))
    rows = [conversation(), *(task(number) for number in range(9))]
    rows[4] = task(3, output={"a": "\0"})
    rows[7] = without(task(6, input="\ud800"), "output")
    error = await refused(postgres_url, write_lines(tmp_path / "rows", rows))
    first, second = sorted(error.detail.splitlines())
    assert first.startswith(f"{tmp_path / 'rows'}:5: ")
    assert second.startswith(f"{tmp_path / 'rows'}:8: ")
    assert r"\u0000 cannot be converted to text" in first
    assert "surrogate" in second
