"""--timeout and --connections: of everything that reads, before what the configuration says."""

from __future__ import annotations

import asyncio

import pytest

from support.cli_browser import Run
from support.endless import make_endless
from support.stored import CONVERSATION, StoredTask, insert, number
from taskview_core.interfaces.limits import ReadingLimits
from taskview_tui.asked_limits import AskedLimits
from taskview_tui.cli.main_parser import make_main_parser
from taskview_tui.config import parse_config


def test_what_is_asked_for_goes_before_what_the_file_says() -> None:
    limits = parse_config("[limits]\ntimeout = 60\nconnections = 2", "c.toml").limits
    assert limits == ReadingLimits(60, 2)
    assert AskedLimits().over(limits) == limits
    assert AskedLimits(timeout=0).over(limits) == ReadingLimits(0, 2)
    assert AskedLimits(connections=9).over(limits) == ReadingLimits(60, 9)
    assert parse_config("", "c.toml").limits == ReadingLimits(15, 4)


def test_the_browser_takes_them() -> None:
    options = make_main_parser().read(["runs.db", "--timeout", "2.5", "--connections", "1"])
    assert (options.timeout, options.connections) == (2.5, 1)


@pytest.mark.parametrize(
    "words",
    [
        ("ls",),
        ("tree", str(CONVERSATION)),
        ("show", str(number(1))),
        ("diff", str(number(1)), str(number(2))),
        ("count",),
        ("export",),
        ("db", "status"),
    ],
    ids=lambda words: words[0],
)
def test_every_command_that_reads_stops_in_time(
    run: Run, migrated_sqlite_url: str, words: tuple[str, ...]
) -> None:
    insert(migrated_sqlite_url, [StoredTask.numbered(n) for n in range(3)])
    at = 2 if words[0] == "db" else 1
    line = (*words[:at], migrated_sqlite_url, *words[at:])
    assert "stopped" not in run(*line, "--timeout", "60").err
    asyncio.run(make_endless(migrated_sqlite_url))
    found = run(*line, "--timeout", "0.2")
    assert found.code == (2 if words[0] == "diff" else 1)
    assert "stopped" in found.err
    assert "--timeout" in found.err


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--timeout", "-1"),
        ("--timeout", "soon"),
        ("--timeout", "nan"),
        ("--timeout", "inf"),
        ("--timeout", "1e9"),
        ("--connections", "0"),
        ("--connections", "101"),
        ("--connections", "2.5"),
        ("--connections", "²"),
    ],
)
def test_what_cannot_be_a_limit_is_wrong_usage(
    run: Run, migrated_sqlite_url: str, option: str, value: str
) -> None:
    found = run("ls", migrated_sqlite_url, option, value)
    assert found.code == 2
    assert f"{option}: {value} is no number of" in found.err


def test_writing_has_no_limit(run: Run, migrated_sqlite_url: str) -> None:
    found = run("db", "upgrade", migrated_sqlite_url, "--timeout", "5")
    assert found.code == 2
    assert "--timeout is for status" in found.err
