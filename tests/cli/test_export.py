"""`taskview export`: what is written can be loaded again, shown around, and replaces nothing."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from support.cli_browser import Run, Serve, ident, make_task
from support.databases import DatabaseMaker
from support.loads import dump
from taskview_core.errors import QueryError

TALK = "c0000000-0000-4000-8000-000000000001"
OTHER = "c0000000-0000-4000-8000-000000000002"
ODD_TEXT = "".join(map(chr, range(1, 0xA0))) + "\u2028\u202e\ufeff 漢字 🙂"


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def as_set(text: str) -> set[str]:
    return set(text.splitlines())


@pytest.fixture
def again(engine_label: str, databases: DatabaseMaker, run: Run) -> Any:
    """Loads a file into a fresh database of the engine, and exports that."""
    made: list[str] = []

    def load_and_export(file: Path, *words: str) -> str:
        url = databases.migrated(engine_label)
        made.append(url)
        loaded = run("load", url, str(file))
        assert loaded.code == 0, loaded.err
        ran = run("export", url, *words)
        assert ran.code == 0, ran.err
        return ran.out

    yield load_and_export
    for url in made:
        databases.drop(url)


def test_the_real_runs_come_back_value_for_value(
    real_data: Path, tmp_path: Path, again: Any
) -> None:
    both = tmp_path / "both.ndjson"
    folder = real_data / "ndjson"
    both.write_bytes(
        (folder / "tasks.ndjson").read_bytes() + (folder / "conversations.ndjson").read_bytes()
    )
    first = again(both)
    exported = tmp_path / "exported.ndjson"
    exported.write_text(first)
    assert as_set(again(exported)) == as_set(first)
    rows = {row["id"]: row for row in lines_of(first)}
    for line in both.read_text().splitlines():
        given = json.loads(line)
        row = rows.pop(given["id"])
        for name in ("input", "output", "error", "metadata", "agent_id", "status", "title"):
            assert row.get(name) == given.get(name)
    assert not rows


@pytest.mark.parametrize(
    ("part", "more", "least"), [("claude-code", (), 300), ("otel", ("--all-spans",), 250)]
)
def test_imported_runs_come_back_value_for_value(
    real_data: Path,
    tmp_path: Path,
    databases: DatabaseMaker,
    engine_label: str,
    run: Run,
    part: str,
    more: tuple[str, ...],
    least: int,
) -> None:
    """Whatever an import has made of sessions and traces, to the last column of each row."""
    urls = [databases.migrated(engine_label) for _ in range(2)]
    try:
        imported = run("import", "--into", urls[0], *more, str(real_data / part))
        assert imported.code == 0, imported.err
        file = tmp_path / "exported.ndjson"
        assert run("export", urls[0], str(file)).code == 0
        loaded = run("load", urls[1], str(file))
        assert loaded.code == 0, loaded.err
        before, after = (asyncio.run(dump(url)) for url in urls)
        assert len(before["tasks"]) > least, "other tests know how many"
        assert before["conversations"]
        assert after == before
        assert as_set(run("export", urls[1]).out) == as_set(file.read_text())
    finally:
        for url in urls:
            databases.drop(url)


def test_what_json_readers_usually_spoil_comes_back(tmp_path: Path, again: Any) -> None:
    payloads = [
        r'{"half": "\ud800", "nul": "\u0000", "é": "\u00e9"}',
        '{"a":1,"a":2.0}',
        "1e400",
        "9" * 5_000,
        json.dumps(ODD_TEXT, ensure_ascii=False),
        json.dumps({"long": "x" * 1_000_000}),
        "[" * 3_000 + "]" * 3_000,
        "null",
    ]
    file = tmp_path / "rows.ndjson"
    lines = [f'{{"id": "{TALK}", "user_id": "ada", "metadata": {{"n": 1.50}}}}']
    lines += [
        f'{{"id": "{ident(number)}", "conversation_id": "{TALK}", "agent_id": "a",'
        f' "status": "completed", "input": {payload}, "output": {payload},'
        f' "error": {json.dumps(ODD_TEXT)}, "metadata": {{"n": {payload}}},'
        f' "created_at": "2026-01-31T10:00:{number:02}.000001Z"}}'
        for number, payload in enumerate(payloads)
    ]
    file.write_text("\n".join(lines))
    first = again(file)
    for number, payload in enumerate(payloads):
        if number != 4:  # the one with raw controls gets escapes for them: the same value
            assert f'"input": {payload}, "output": {payload}, ' in first
    assert '"metadata": {"n": 1.50}' in first
    row = next(row for row in first.splitlines() if str(ident(4)) in row)
    assert (json.loads(row)["error"], json.loads(row)["input"]) == (ODD_TEXT, ODD_TEXT)
    exported = tmp_path / "exported.ndjson"
    exported.write_text(first)
    assert as_set(again(exported)) == as_set(first)


def test_a_filter_a_conversation_and_a_subtree(tmp_path: Path, again: Any, run: Run) -> None:
    file = tmp_path / "rows.ndjson"
    empty = "c0000000-0000-4000-8000-00000000000f"
    lines = [{"id": each, "user_id": "ada"} for each in (TALK, OTHER, empty)]
    lines += [
        {
            "id": str(ident(number)),
            "conversation_id": TALK if number < 4 else OTHER,
            "parent_task_id": str(ident(1)) if number in {2, 3} else None,
            "agent_id": "a",
            "status": "failed" if number in {3, 4} else "completed",
            "created_at": f"2026-01-31T10:00:0{number}Z",
        }
        for number in range(1, 6)
    ]
    file.write_text("\n".join(json.dumps(line) for line in lines))

    def ids(*words: str) -> list[str]:
        return [row["id"] for row in lines_of(again(file, *words))]

    tasks = [str(ident(number)) for number in range(6)]
    assert set(ids()) == {TALK, OTHER, empty, *tasks[1:]}
    assert set(ids("--filter", "status:failed")) == {TALK, OTHER, tasks[3], tasks[4]}
    assert ids("--filter", "status:failed", "-s", "-created")[-1] == tasks[3]
    assert ids(TALK) == [TALK, *tasks[1:4]]
    assert ids(tasks[1]) == [TALK, *tasks[1:4]]
    assert ids(tasks[2]) == [TALK, tasks[2]]


def test_files_are_never_replaced_in_silence(serve: Serve, run: Run, tmp_path: Path) -> None:
    serve([make_task(1)])
    file = tmp_path / "out.csv"
    assert run("export", "x.db", str(file)).err == f"taskview: 1 task exported to {file}\n"
    file.write_text("mine")
    ran = run("export", "x.db", str(file))
    assert (ran.code, file.read_text()) == (1, "mine")
    assert "is there already" in ran.err
    assert run("export", "x.db", str(file), "--force").code == 0
    assert file.read_text().startswith("id,conversation_id,")
    assert list(tmp_path.iterdir()) == [file]


def test_a_failure_leaves_no_file(serve: Serve, run: Run, tmp_path: Path) -> None:
    serve([make_task(1)], fails_after=0, failure=QueryError("the query failed"))
    assert run("export", "x.db", str(tmp_path / "out.csv")).code == 1
    assert list(tmp_path.iterdir()) == []
    serve([make_task(1)])
    assert run("export", "x.db", str(tmp_path / "no" / "out.csv")).code == 1


def test_csv_has_a_record_for_each_task(serve: Serve, run: Run) -> None:
    serve([make_task(1, input='{"a": "x,y"}'), make_task(2, error="two\nlines")])
    rows = list(csv.DictReader(io.StringIO(run("export", "x.db", "-o", "csv").out)))
    assert [row["id"] for row in rows] == [str(ident(1)), str(ident(2))]
    assert (rows[0]["input"], rows[1]["error"]) == ('{"a": "x,y"}', "two\nlines")


def test_secrets_are_left_out_where_that_is_wanted(serve: Serve, run: Run) -> None:
    serve([make_task(1, input='{"password": "hunter2", "n": 1.50}', error="password=hunter2")])
    assert "hunter2" in run("export", "x.db").out
    ran = run("export", "x.db", "--redact")
    assert "hunter2" not in ran.out
    assert '"input": {"password": "[redacted]", "n": 1.50}' in ran.out
    assert "2 secrets left out" in ran.err
    assert "hunter2" not in run("export", "x.db", "-o", "markdown").out
    assert "hunter2" in run("export", "x.db", "-o", "markdown", "--no-redact").out


@pytest.mark.parametrize(
    "words",
    [
        ("a", "b", "c", "d"),
        ("x.db", "0b7c8f1e", "--filter", "status:failed"),
        ("x.db", "--budget", "many"),
        ("x.db", "--rules", "/nowhere/rules.toml"),
        ("x.db", "-o", "xml"),
    ],
)
def test_what_makes_no_sense_is_refused(serve: Serve, run: Run, words: tuple[str, ...]) -> None:
    serve([])
    assert run("export", *words).code == 2


def test_words_are_told_apart(
    serve: Serve, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    serve([make_task(1)])
    assert run("export", "x.db", str(ident(1)), "odd-name").code == 0
    assert lines_of((tmp_path / "odd-name").read_text())[0]["id"] == str(ident(1))
    monkeypatch.setenv("TASKVIEW_DB_URL", "x.db")
    assert run("export", str(ident(1))[:8], "a.md").code == 0
    assert (tmp_path / "a.md").read_text().startswith("# planner")
    assert run("export", "a.ndjson").code == 0
    assert run("export", "-").out == (tmp_path / "a.ndjson").read_text()


@pytest.mark.parametrize("more", [(), ("--force",)])
def test_a_folder_is_no_file_to_write(
    run: Run, serve: Serve, tmp_path: Path, more: tuple[str, ...]
) -> None:
    serve([make_task(1)])
    folder = tmp_path / "out.ndjson"
    folder.mkdir()
    ran = run("export", "x.db", str(folder), *more)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"taskview: {folder} is a folder: name a file in it\n"


def test_missing_rules_are_told_without_numbers(run: Run, serve: Serve, tmp_path: Path) -> None:
    serve([make_task(1)])
    rules = tmp_path / "rules.toml"
    ran = run("export", "x.db", "--rules", str(rules))
    assert ran.code == 2
    assert ran.err.startswith(f"taskview: cannot read the rules in {rules}: No such file or")
    assert "Errno" not in ran.err
