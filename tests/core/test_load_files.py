"""Loading: every row of every file, in any order, verbatim, on each engine."""

from __future__ import annotations

import json
import os
import random
import threading
from pathlib import Path
from typing import Any

import pytest

from support.databases import run
from support.loads import (
    AT,
    CONVERSATION,
    conversation,
    dump,
    ident,
    load,
    task,
    without,
    write_lines,
)
from taskview_core.errors import CannotConnectError, LoadError, SchemaError
from taskview_core.persistence.lines.members import ObjectScanner
from taskview_core.persistence.loading import LoadProgress, load_files
from taskview_core.persistence.url import parse_database_url
from taskview_migrations import make_schema
from taskview_migrations.expected import expected_indexes


def expected(files: list[Path]) -> dict[str, dict[str, dict[str, Any]]]:
    """Read complete rows in a plain way: payloads as text, a lacking time from its conversation."""
    found: dict[str, dict[str, dict[str, Any]]] = {"conversations": {}, "tasks": {}}
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            for key, start, end, value, _ in ObjectScanner().members(line):
                if key in {"input", "output", "metadata"}:
                    row[key] = None if value is None else line[start:end]
            found["tasks" if "agent_id" in row else "conversations"][row["id"]] = row
    for row in found["tasks"].values():
        begun = found["conversations"][row["conversation_id"]]["created_at"]
        row["created_at"] = row["created_at"] or row["started_at"] or row["completed_at"] or begun
        row["updated_at"] = (
            row["updated_at"] or row["completed_at"] or row["started_at"] or row["created_at"]
        )
    return found


async def test_the_real_runs_come_back_value_for_value(migrated_url: str, real_data: Path) -> None:
    files = [real_data / "ndjson" / f"{name}.ndjson" for name in ("tasks", "conversations")]
    report = await load(migrated_url, *files)
    assert (report.conversations, report.tasks) == (15, 378)
    assert (report.new_conversations, report.new_tasks) == (15, 378)
    assert (report.filled_times, report.undated, report.waiting) == (1, 0, 0)
    first = await dump(migrated_url)
    assert first == await _in_thread(expected, files)
    again = await load(migrated_url, *files)
    assert (again.new_conversations, again.new_tasks) == (0, 0)
    assert await dump(migrated_url) == first


async def test_any_order_of_lines_and_files_gives_the_same_rows(
    migrated_url: str, real_data: Path, tmp_path: Path
) -> None:
    files = [real_data / "ndjson" / f"{name}.ndjson" for name in ("conversations", "tasks")]
    lines = [line for file in files for line in _lines(file)]
    random.Random(5).shuffle(lines)
    mixed = [tmp_path / "a.ndjson", tmp_path / "b.ndjson"]
    write_lines(mixed[0], lines[:200])
    write_lines(mixed[1], lines[200:])
    await load(migrated_url, *mixed)
    assert await dump(migrated_url) == await _in_thread(expected, files)


PAYLOADS = [
    "1.10", "1e400", "-0", "0.1e-7", "12345678901234567890123", '""', "{}", "[ ]", "true",
    '{"a": 1, "a": 2}', r'"\ud800"', r'"\u0000"', r'"\u00e9 \/ é"', '"👩‍👩‍👧 ٣ ﷽"',
    '{"b":1,"a":{"c":[1.0,{"d":null}]}}', "[" * 3_000 + "]" * 3_000, "1" * 5_000,
]  # fmt: skip


async def test_payloads_come_back_to_the_letter(migrated_url: str, tmp_path: Path) -> None:
    lines = [json.dumps(conversation())]
    for number, payload in enumerate(PAYLOADS):
        row = json.dumps(task(number, input="IN", output="OUT", metadata="META"))
        for mark in ('"IN"', '"OUT"', '"META"'):
            row = row.replace(mark, payload)
        lines.append(row)
    await load(migrated_url, write_lines(tmp_path / "rows", lines))
    stored = (await dump(migrated_url))["tasks"]
    for number, payload in enumerate(PAYLOADS):
        row = stored[ident(number)]
        assert (row["input"], row["output"], row["metadata"]) == (payload, payload, payload)


async def test_null_payloads_are_sql_nulls(migrated_url: str, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "rows", [conversation(), task(1, input=None)])
    await load(migrated_url, file)
    row = (await dump(migrated_url))["tasks"][ident(1)]
    assert (row["input"], row["output"], row["metadata"]) == (None, None, None)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("2026-01-31T10:00:00Z", "2026-01-31T10:00:00.000000Z"),
        ("2026-01-31 10:00:00", "2026-01-31T10:00:00.000000Z"),
        ("2026-01-31T12:30:00.5+02:30", "2026-01-31T10:00:00.500000Z"),
        ("2026-01-31T10:00:00.123456789Z", "2026-01-31T10:00:00.123456Z"),
        ("2026-W05-6T10:00:00.000000Z", "2026-01-31T10:00:00.000000Z"),
        ("2026-01-31T10:00:00,000001Z", "2026-01-31T10:00:00.000001Z"),
        ("2026-01-31", "2026-01-31T00:00:00.000000Z"),
        ("20260131T100000Z", "2026-01-31T10:00:00.000000Z"),
    ],
)
async def test_times_are_iso_8601_and_stored_in_utc(
    migrated_url: str, tmp_path: Path, written: str, stored: str
) -> None:
    rows = [conversation(), task(1, created_at=written, started_at=written)]
    await load(migrated_url, write_lines(tmp_path / "rows", rows))
    row = (await dump(migrated_url))["tasks"][ident(1)]
    assert (row["created_at"], row["started_at"]) == (stored, stored)


async def test_ids_may_be_written_in_any_form(migrated_url: str, tmp_path: Path) -> None:
    plain = ident(1).replace("-", "")
    rows = [
        conversation(id=CONVERSATION.upper()),
        task(1, id=plain),
        task(2, id=f"{{{ident(2).upper()}}}", parent_task_id=f"urn:uuid:{ident(1)}"),
    ]
    await load(migrated_url, write_lines(tmp_path / "rows", rows))
    stored = await dump(migrated_url)
    assert set(stored["conversations"]) == {CONVERSATION}
    assert stored["tasks"][ident(2)]["parent_task_id"] == ident(1)


async def test_an_absent_column_is_null_at_first_and_left_alone_later(
    migrated_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "rows"
    brief = {
        "id": ident(1), "conversation_id": CONVERSATION, "agent_id": "a", "status": "running",
    }  # fmt: skip
    await load(migrated_url, write_lines(file, [conversation(), brief]))
    row = (await dump(migrated_url))["tasks"][ident(1)]
    assert row["input"] is row["error"] is row["started_at"] is None
    assert (row["created_at"], row["updated_at"]) == (AT, AT)

    full = task(1, input={"x": 1}, error="e", started_at=AT, metadata={"m": 1})
    full |= {"created_at": "2026-03-01T00:00:00Z", "updated_at": "2026-03-02T00:00:00Z"}
    await load(migrated_url, write_lines(file, [full]))
    before = (await dump(migrated_url))["tasks"][ident(1)]
    await load(migrated_url, write_lines(file, [brief | {"created_at": None}]))
    after = (await dump(migrated_url))["tasks"][ident(1)]
    assert after == before | {"agent_id": "a", "status": "running"}

    await load(migrated_url, write_lines(file, [brief | {"error": None, "output": [1]}]))
    row = (await dump(migrated_url))["tasks"][ident(1)]
    assert (row["error"], row["output"], row["input"]) == (None, "[1]", '{"x": 1}')

    await load(migrated_url, write_lines(file, [{"id": CONVERSATION, "user_id": "bo"}]))
    assert (await dump(migrated_url))["conversations"][CONVERSATION] == conversation(user_id="bo")


async def test_a_row_without_created_at_takes_the_next_best_time(
    migrated_url: str, tmp_path: Path
) -> None:
    at = {hour: f"2026-01-31T{hour:02}:00:00.000000Z" for hour in (11, 12, 13)}
    bare = without(task(0), "created_at", "updated_at")
    rows = [
        conversation(),
        bare | {"id": ident(1), "started_at": at[11], "completed_at": at[12]},
        bare | {"id": ident(2), "completed_at": at[12], "created_at": None},
        bare | {"id": ident(3), "updated_at": at[13]},
        bare | {"id": ident(4), "created_at": at[12], "started_at": at[13]},
        conversation(id=ident(50), created_at=None, updated_at=at[11]),
    ]
    report = await load(migrated_url, write_lines(tmp_path / "rows", rows))
    stored = await dump(migrated_url)
    rows_of = {number: stored["tasks"][ident(number)] for number in (1, 2, 3, 4)}
    times = {number: (row["created_at"], row["updated_at"]) for number, row in rows_of.items()}
    assert times == {
        1: (at[11], at[12]), 2: (at[12], at[12]), 3: (AT, at[13]), 4: (at[12], at[13]),
    }  # fmt: skip
    assert stored["conversations"][ident(50)]["created_at"] == at[11]
    assert (report.filled_times, report.undated) == (4, 0)
    assert any("4 rows without created_at" in note for note in report.notes)


async def test_a_task_takes_the_time_of_a_conversation_that_was_there_before(
    migrated_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "rows"
    await load(migrated_url, write_lines(file, [conversation()]))
    await load(migrated_url, write_lines(file, [without(task(1), "created_at", "updated_at")]))
    assert (await dump(migrated_url))["tasks"][ident(1)]["created_at"] == AT


async def test_a_known_conversation_that_comes_without_times_lends_its_own(
    migrated_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "rows"
    await load(migrated_url, write_lines(file, [conversation()]))
    brief = {"id": CONVERSATION, "user_id": "ada"}
    await load(migrated_url, write_lines(file, [brief, task(1, created_at=None)]))
    stored = await dump(migrated_url)
    assert stored["conversations"][CONVERSATION]["created_at"] == AT
    assert stored["tasks"][ident(1)]["created_at"] == AT


async def test_a_conversation_without_any_time_takes_that_of_the_load(
    migrated_url: str, tmp_path: Path
) -> None:
    rows = [{"id": CONVERSATION, "user_id": "u"}, without(task(1), "created_at", "updated_at")]
    file = write_lines(tmp_path / "rows", rows)
    report = await load(migrated_url, file)
    first = await dump(migrated_url)
    moment = first["conversations"][CONVERSATION]["created_at"]
    assert moment > "2026-"
    assert first["tasks"][ident(1)]["created_at"] == moment
    assert report.undated == 1
    await load(migrated_url, file)
    assert await dump(migrated_url) == first


async def test_the_last_of_two_rows_with_one_id_stands(migrated_url: str, tmp_path: Path) -> None:
    rows = [
        task(1, status="running", input={"kept": 1}),
        conversation(),
        without(task(1, status="completed", output=[1]), "input", "created_at"),
    ]
    report = await load(migrated_url, write_lines(tmp_path / "rows", rows))
    row = (await dump(migrated_url))["tasks"][ident(1)]
    assert row == task(1, status="completed", input='{"kept": 1}', output="[1]")
    assert report.new_tasks == 1


async def test_keys_may_be_written_as_escapes(migrated_url: str, tmp_path: Path) -> None:
    line = json.dumps(conversation()).replace('"user_id"', r'"\u0075ser_id"')
    await load(migrated_url, write_lines(tmp_path / "rows", [task(1), line]))
    assert (await dump(migrated_url))["conversations"] == {CONVERSATION: conversation()}


async def test_blank_lines_a_byte_order_mark_and_no_last_newline_do_no_harm(
    migrated_url: str, tmp_path: Path
) -> None:
    text = f"\ufeff{json.dumps(conversation())}\r\n\n  \n{json.dumps(task(1))}"
    file = write_lines(tmp_path / "rows", [])
    file.write_text(text, encoding="utf-8", newline="")
    report = await load(migrated_url, file)
    assert (report.conversations, report.tasks) == (1, 1)


async def test_nothing_at_all_loads_as_nothing(migrated_url: str, tmp_path: Path) -> None:
    report = await load(migrated_url, write_lines(tmp_path / "rows", []))
    assert (report.conversations, report.tasks, report.notes) == (0, 0, ())


def test_a_pipe_is_read_as_a_file_is(tmp_path: Path, migrated_sqlite_url: str) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    rows = [task(1), conversation()]
    writing = threading.Thread(target=write_lines, args=(pipe, rows))
    writing.start()
    report = run(load(migrated_sqlite_url, pipe))
    writing.join()
    assert (report.conversations, report.tasks) == (1, 1)


async def test_progress_tells_bytes_and_rows(migrated_url: str, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "rows", [conversation(), *(task(n) for n in range(50))])
    told: list[LoadProgress] = []
    await load_files(parse_database_url(migrated_url), [file], told.append, make_schema)
    size = len(_lines(file)) and file.stat().st_size  # a small local file
    assert {step.step for step in told} == {"conversations", "tasks"}
    assert all(0 <= step.bytes_done <= step.bytes_total == size for step in told)
    assert (told[-1].bytes_done, told[-1].rows) == (size, 50)


async def test_of_a_new_file_each_index_is_told_as_it_is_made(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "rows", [conversation(), task(1)])
    told: list[LoadProgress] = []
    url = parse_database_url(str(tmp_path / "new.db"))
    await load_files(url, [file], told.append, make_schema)
    made = {state.part for state in told if state.step == "indexes"}
    expected = {index.name for index in expected_indexes("sqlite")}
    assert made == expected - {"ix_tasks_status"}  # which comes with the table


def test_a_new_sqlite_file_is_made_and_migrated(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    file = write_lines(tmp_path / "rows", [conversation(), task(1)])
    report = run(load(str(path), file))
    assert report.label == str(path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["new.db", "rows"]
    from taskview_migrations import status

    assert run(status(parse_database_url(str(path)))).is_current
    assert set(run(dump(f"sqlite:///{path}"))["tasks"]) == {ident(1)}


def test_a_failed_load_leaves_no_new_file(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "rows", [conversation(), task(1), "oops"])
    with pytest.raises(LoadError):
        run(load(str(tmp_path / "new.db"), file))
    with pytest.raises(LoadError, match="cannot read"):
        run(load(str(tmp_path / "new.db"), tmp_path / "nothing"))
    assert [each.name for each in tmp_path.iterdir()] == ["rows"]


def test_a_new_file_in_no_folder_is_refused(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "rows", [conversation()])
    with pytest.raises(CannotConnectError, match="cannot make"):
        run(load(str(tmp_path / "no" / "new.db"), file))


async def test_a_database_without_the_tables_is_told_of_the_upgrade(
    database_url: str, tmp_path: Path
) -> None:
    file = write_lines(tmp_path / "rows", [conversation()])
    with pytest.raises(SchemaError) as raised:
        await load(database_url, file)
    assert "taskview db upgrade" in raised.value.detail


async def _in_thread(work: Any, *arguments: Any) -> Any:
    import asyncio

    return await asyncio.to_thread(work, *arguments)


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()
