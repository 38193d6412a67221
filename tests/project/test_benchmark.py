"""What the benchmark says was measured, was; the rest of it has a smoke run."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from benchmarks import cancelling, terminal
from benchmarks.terminal_keys import KeyTimes, is_searching
from benchmarks.text_indexes import drop_text_index, make_text_index
from taskview_tui import wiring


@pytest.fixture
async def database(tmp_path: Path) -> str:
    path = tmp_path / "demo.db"
    await wiring.make_demo(path, 50, 1, lambda state: None)
    return f"sqlite:///{path}"


async def test_an_index_that_a_run_left_is_dropped(database: str) -> None:
    assert await make_text_index(database)
    assert (await wiring.text_index_status(database)).usable
    await drop_text_index(database)
    assert not (await wiring.text_index_status(database)).present
    await drop_text_index(database)


async def test_nothing_is_measured_without_an_index_that_is_still_there(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await make_text_index(database)

    async def drops_nothing(url: str) -> bool:
        return False

    monkeypatch.setattr(wiring, "drop_text_index", drops_nothing)
    with pytest.raises(RuntimeError, match="could not be dropped"):
        await drop_text_index(database)


async def test_an_index_that_should_be_and_is_not_ends_the_run(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE other (id)")
    connection.close()
    with pytest.raises(RuntimeError, match="was not made"):
        await make_text_index(f"sqlite:///{path}")


def test_a_query_that_was_over_before_it_was_cancelled_is_told_and_missed() -> None:
    result = cancelling.as_result([], 7, "SQLite", 100)
    assert result.met is False
    assert result.note == "it was over before it was cancelled in 7 of 7 rounds"
    result = cancelling.as_result([5.0, 7.0, 6.0], 5, "SQLite", 100)
    assert (result.met, result.ours) == (True, 6.0)
    assert result.note == (
        "the slowest of 3 took 7 ms; it was over before it was cancelled in 2 of 5 rounds"
    )
    assert cancelling.as_result([300.0], 1, "SQLite", 100).met is False


def test_typing_while_nothing_is_searched_is_told_and_missed() -> None:
    result = terminal.typed_result(KeyTimes(alone=[100.0], idle=3, slow=0.1), "SQLite")
    assert result.met is False
    assert result.note == (
        "the slow query alone takes 0.1 s; in 3 of 3 rounds it was over before the typing began"
    )
    result = terminal.typed_result(KeyTimes(alone=[100.0], typed=[120.0]), "SQLite")
    assert (result.met, result.ours) == (True, 120.0)
    assert result.note == "the slow query alone takes more than 12 s"


def test_a_screen_that_searches_says_so() -> None:
    assert is_searching(["taskview", "", "searching… 1.2 s"])
    assert is_searching(["taskview", "", "searched back to 3h …  ·  no tasks"])
    assert not is_searching(["taskview", "", "rows 1-50"])
