"""The real runs, loaded by the installed command into each engine, come out as they went in."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.cli_browser import Run
from support.cli_process import run_process
from support.databases import DatabaseMaker

Row = dict[str, Any]
Printed = Callable[..., str]
TIMES = ("created_at", "started_at", "completed_at", "updated_at")


def rows_of(path: Path) -> dict[str, Row]:
    """Read the rows of a file by id, each number as its text and each object as its pairs."""
    rows = {}
    for line in path.read_text().splitlines():
        rows[json.loads(line)["id"]] = exactly(line)
    return rows


def exactly(line: str) -> Row:
    """Read a row so that what JSON readers usually lose is kept: numbers, order, repeated keys."""
    pairs = json.loads(
        line, parse_int=lambda text: ("number", text), parse_float=lambda text: ("number", text),
        object_pairs_hook=list,
    )  # fmt: skip
    return dict(pairs)


def run_installed(*words: str) -> str:
    """Run the installed command; give what it printed."""
    ran = run_process(*words)
    assert ran.returncode == 0, ran.stderr.decode()
    return ran.stdout.decode()


@pytest.fixture
def printed(run: Run) -> Printed:
    """Gives what a command line prints, run in this process, which is quicker."""

    def run_words(*words: str, code: int = 0) -> str:
        ran = run(*words)
        assert ran.code == code, ran.err
        return ran.out

    return run_words


@pytest.fixture(scope="module")
def tasks(real_data: Path) -> dict[str, Row]:
    """The rows of the tasks; the one without a time has what a load gives it."""
    rows = rows_of(real_data / "ndjson" / "tasks.ndjson")
    talks = rows_of(real_data / "ndjson" / "conversations.ndjson")
    timeless = [row for row in rows.values() if row["created_at"] is None]
    assert len(timeless) == 1
    for row in timeless:
        assert row["started_at"] is row["completed_at"] is None
        row["created_at"] = row["updated_at"] = talks[row["conversation_id"]]["created_at"]
    return rows


@pytest.fixture(scope="module")
def url(real_data: Path, engine_label: str, databases: DatabaseMaker) -> Iterator[str]:
    """A database with the real runs, loaded children first and by the command itself."""
    url = databases.migrated(engine_label)
    folder = real_data / "ndjson"
    run_installed("load", url, str(folder / "tasks.ndjson"), str(folder / "conversations.ndjson"))
    yield url
    databases.drop(url)


def ordered(tasks: dict[str, Row], rows: list[Row] | None = None) -> list[str]:
    """Give ids by creation, the newest first; ids break ties."""
    wanted = tasks.values() if rows is None else rows
    return [
        row["id"]
        for row in sorted(wanted, key=lambda row: (row["created_at"], row["id"]), reverse=True)
    ]


def test_jsonl_gives_back_what_was_loaded(url: str, tasks: dict[str, Row]) -> None:
    lines = run_installed("ls", url, "-o", "jsonl", "--full", "--limit", "all").splitlines()
    assert [json.loads(line)["id"] for line in lines] == ordered(tasks)
    for line in lines:
        row = exactly(line)
        assert row == tasks[row["id"]]
        assert list(row) == list(tasks[row["id"]])


def test_it_can_be_loaded_again_and_changes_nothing(
    printed: Printed, url: str, tasks: dict[str, Row], tmp_path: Path
) -> None:
    everything = printed("ls", url, "-o", "jsonl", "--full", "--limit", "all")
    copy = tmp_path / "copy.ndjson"
    copy.write_text(everything)
    printed("load", url, str(copy))
    assert printed("ls", url, "-o", "jsonl", "--full", "--limit", "all") == everything


def test_the_other_formats_have_the_same_tasks(
    printed: Printed, url: str, tasks: dict[str, Row]
) -> None:
    ids = ordered(tasks)
    assert printed("ls", url, "-o", "ids", "--limit", "all").splitlines() == ids
    table = printed("ls", url, "--limit", "all").splitlines()
    assert [line.split(" ")[0] for line in table[1:]] == ids
    document = json.loads(printed("ls", url, "-o", "json", "--limit", "all"))
    assert [task["id"] for task in document["tasks"]] == ids
    assert document["next_cursor"] is None
    records = list(
        csv.DictReader(io.StringIO(printed("ls", url, "-o", "csv", "-n", "all", "--full")))
    )
    assert [record["id"] for record in records] == ids
    for record in records:
        row = tasks[record["id"]]
        for name in ("error", "agent_id", "status", "parent_task_id", *TIMES):
            assert record[name] == (row[name] or "")
        for name in ("input", "output", "metadata"):
            stored = exactly(f'{{"x": {record[name]}}}')["x"] if record[name] else None
            assert stored == row[name]


@pytest.mark.parametrize("sort", ["created", "-agent", "duration", "-completed", "status"])
def test_pages_by_cursor_visit_each_task_once(
    printed: Printed, url: str, tasks: dict[str, Row], sort: str
) -> None:
    whole = printed("ls", url, "-o", "ids", "-n", "all", "--sort", sort).splitlines()
    assert sorted(whole) == sorted(tasks)
    seen: list[str] = []
    words = ["--sort", sort]
    while True:
        page = json.loads(printed("ls", url, "-o", "json", "--limit", "100", *words))
        seen += [task["id"] for task in page["tasks"]]
        if page["next_cursor"] is None:
            break
        words = ["--cursor", page["next_cursor"]]
    assert seen == whole


def test_counts_and_filters_agree_with_the_rows(
    printed: Printed, url: str, tasks: dict[str, Row]
) -> None:
    assert printed("count", url) == f"{len(tasks)}\n"
    failed = [row for row in tasks.values() if row["status"] == "failed"]
    assert failed
    assert printed("count", url, "--filter", "status:failed", "--exact") == f"{len(failed)}\n"
    assert printed(
        "ls", url, "-o", "ids", "-n", "all", "-f", "status:failed"
    ).splitlines() == ordered(tasks, failed)
    others = [row for row in tasks.values() if not row["agent_id"].startswith("tool:")]
    assert printed(
        "ls", url, "-o", "ids", "-n", "all", "-f", "-agent:tool:*"
    ).splitlines() == ordered(tasks, others)
    with_error = [row for row in tasks.values() if row["error"]]
    assert printed("count", url, "--filter", "has:error") == f"{len(with_error)}\n"
    word = "Exit Code"
    found = [row for row in tasks.values() if word.lower() in (row["error"] or "").lower()]
    assert printed("count", url, "--filter", f'error:"{word}"') == f"{len(found)}\n"


def expected_tree(tasks: dict[str, Row], conversation: str) -> list[tuple[str, int]]:
    """Make the preorder of a conversation from the rows alone."""
    below: dict[str | None, list[Row]] = {}
    for row in tasks.values():
        if row["conversation_id"] == conversation:
            below.setdefault(row["parent_task_id"], []).append(row)
    lines: list[tuple[str, int]] = []

    def add(parent: str | None, depth: int) -> None:
        rows = sorted(below.get(parent, []), key=lambda row: (row["created_at"], row["id"]))
        for row in rows:
            lines.append((row["id"], depth))
            add(row["id"], depth + 1)

    add(None, 0)
    return lines


def test_trees_are_those_of_the_rows(printed: Printed, url: str, tasks: dict[str, Row]) -> None:
    depths, orphans = set(), 0
    for conversation in {row["conversation_id"] for row in tasks.values()}:
        expected = expected_tree(tasks, conversation)
        rows = json.loads(printed("tree", url, conversation, "-o", "json"))
        assert [(row["id"], row["depth"]) for row in rows] == expected
        for row in rows:
            stored = tasks[row["id"]]
            # The only orphans are sub-agents of which the importer that made these rows says so.
            is_orphan = ("orphan", True) in (stored["metadata"] or ())
            assert row["mark"] == ("orphan" if is_orphan else None)
            orphans += is_orphan
            assert {name: row[name] for name in TIMES} == {name: stored[name] for name in TIMES}
            assert (row["error"], row["status"]) == (stored["error"], stored["status"])
        depths |= {depth for _, depth in expected}
        text = printed("tree", url, conversation).splitlines()[1:]
        assert len(text) == len(expected)
        for line, (ident, depth) in zip(text, expected, strict=True):
            assert ident in line
            guide = re.match(r"(?:[│ ]  )*(?:[├└]─ )?", line)
            assert guide is not None
            assert len(guide[0]) == 3 * depth
    assert depths == {0, 1, 2, 3}
    assert orphans == 13


def test_the_tree_of_a_task_is_its_part_of_the_whole(
    printed: Printed, url: str, tasks: dict[str, Row]
) -> None:
    agent = next(
        row
        for row in tasks.values()
        if row["agent_id"].startswith("agent:") and row["parent_task_id"]
    )
    whole = expected_tree(tasks, agent["conversation_id"])
    start = next(at for at, (ident, _) in enumerate(whole) if ident == agent["id"])
    top = whole[start][1]
    end = start + 1
    while end < len(whole) and whole[end][1] > top:
        end += 1
    rows = json.loads(printed("tree", url, agent["id"], "-o", "json"))
    assert [(row["id"], row["depth"]) for row in rows] == [
        (ident, depth - top) for ident, depth in whole[start:end]
    ]
    assert [row["mark"] for row in rows] == ["above", *[None] * (len(rows) - 1)]


def test_show_gives_the_row_and_a_prefix_is_enough(
    printed: Printed, url: str, tasks: dict[str, Row]
) -> None:
    failed = next(row for row in tasks.values() if row["status"] == "failed" and row["error"])
    whole = printed("show", url, failed["id"], "-o", "json")
    assert exactly(whole) == failed
    assert printed("show", url, failed["id"][:12], "-o", "json") == whole
    text = printed("show", url, failed["id"])
    assert failed["error"].splitlines()[0] in text
    printed("show", url, "ffffffff", code=4)
