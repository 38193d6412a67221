"""The demo as a database: whole or not at all, and as a load of its rows would make it."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from support.databases import run
from support.loads import dump
from taskview_core.demo import generate
from taskview_core.errors import CannotConnectError
from taskview_core.persistence.demo_database import make_demo
from taskview_core.persistence.url import parse_database_url
from taskview_migrations import make_schema, status


def test_the_rows_of_the_generator_are_in_the_database(tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    told: list[int] = []
    run(make_demo(path, 3_000, 5, told.append, make_schema))
    assert [each.name for each in tmp_path.iterdir()] == ["demo.db"]
    assert told == sorted(told)
    assert told[-1] == 3_000
    assert run(status(parse_database_url(str(path)))).is_current
    stored = run(dump(f"sqlite:///{path}"))
    runs = list(generate(3_000, 5))
    assert len(stored["conversations"]) == len(runs)
    by_id = {row["id"].replace("-", ""): row for row in stored["tasks"].values()}
    assert len(by_id) == 3_000
    for _, rows in runs:
        for task in rows:
            row = by_id[task.id]
            assert (row["input"], row["output"]) == (task.input, task.output)
            assert (row["metadata"], row["error"]) == (task.metadata, task.error)
            assert row["created_at"] == task.created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            assert (row["completed_at"] is None) == (task.completed_at is None)
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    database.close()


def test_two_demos_are_the_same_file_to_the_byte(tmp_path: Path) -> None:
    for name in ("a.db", "b.db"):
        run(make_demo(tmp_path / name, 500, 9, lambda made: None, make_schema))
    assert (tmp_path / "a.db").read_bytes() == (tmp_path / "b.db").read_bytes()


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    path.write_text("mine")
    with pytest.raises(CannotConnectError, match="exists already"):
        run(make_demo(path, 10, 1, lambda made: None, make_schema))
    assert path.read_text() == "mine"
    assert [each.name for each in tmp_path.iterdir()] == ["demo.db"]


def test_a_file_that_comes_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    with pytest.raises(CannotConnectError, match="exists already"):
        run(make_demo(path, 10, 1, lambda made: path.write_text("mine"), make_schema))
    assert path.read_text() == "mine"
    assert [each.name for each in tmp_path.iterdir()] == ["demo.db"]


async def test_a_demo_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    running: asyncio.Future[None]

    def stop(made: int) -> None:
        running.cancel()

    running = asyncio.ensure_future(make_demo(tmp_path / "demo.db", 20_000, 1, stop, make_schema))
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await asyncio.to_thread(lambda: list(tmp_path.iterdir())) == []
