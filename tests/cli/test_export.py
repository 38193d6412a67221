"""`taskview export`: what is written can be loaded again, shown around, and replaces nothing."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from support.cli_browser import CONVERSATION, START, Run, Serve, ident, make_task
from support.databases import DatabaseMaker
from support.loads import dump
from taskview_core.entities import Conversation, TaskStatus
from taskview_core.errors import QueryError

TALK = "c0000000-0000-4000-8000-000000000001"
OTHER = "c0000000-0000-4000-8000-000000000002"
FAILED = TaskStatus.FAILED
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


def test_previews_of_a_report_hold_no_secrets_either(serve: Serve, run: Run) -> None:
    given = '{"n":1,"otp":"493817","token":"tok_abc123xyz","pwd":"letmein99"}'
    alone = '{"apiKey": "q1w2e3r4 t5", "n": 2}'
    error = '{"session_cookie": "id is a3f7", "code": 7}'
    tasks = [
        make_task(1, input=given, input_start=given),
        make_task(2, 1, input=alone, input_start=alone),
        make_task(3, 1, input=given, error=error, status=FAILED),
        make_task(
            4, 1, input=f'{{"padding": "{"x" * 800}", "otp": "493817"}}', input_start="otp=1"
        ),
    ]
    talk = Conversation(id=CONVERSATION, user_id="ada", title="with pwd=letmein99")
    serve(tasks, conversation=talk)
    for words in ((), (str(ident(1)),), (str(CONVERSATION),)):
        ran = run("export", "x.db", *words, "-o", "markdown")
        for secret in ("493817", "tok_abc123xyz", "letmein99", "q1w2e3r4", "a3f7"):
            assert secret not in ran.out
        tree = ran.out.partition("## Tree")[2].partition("## Tasks")[0]
        assert "n: 1  otp: [redacted]  token: [redacted]  pwd: [redacted]" in tree
        assert "[redacted]  n: 2" in tree
        assert '{"session_cookie": "[redacted]", "code": 7}' in tree
        assert "xxxx" in tree
    # Each once, though some are left out of a preview as well as of the task; the title twice.
    assert "11 secrets left out" in ran.err
    small = run("export", "x.db", str(ident(1)), "-o", "markdown", "--budget", "1000")
    assert "of 4 tasks are shown" in small.err
    assert "493817" not in small.out
    whole = run("export", "x.db", "-o", "markdown", "--no-redact").out
    assert "otp: 493817  token: tok_abc123xyz" in whole


def test_a_task_that_goes_meanwhile_leaves_no_preview(serve: Serve, run: Run) -> None:
    browser = serve([make_task(1, input_start='{"otp": "493817"}')])

    async def none_left(ids: Any) -> list[Any]:
        return []

    browser.get_tasks = none_left  # type: ignore[method-assign]  # it is gone when it is read
    out = run("export", "x.db", "-o", "markdown").out
    assert "planner completed" in out
    assert "493817" not in out


def test_a_report_says_what_a_failure_is_to_the_one_it_is_about(serve: Serve, run: Run) -> None:
    """As `f` does in the tree."""

    def failed(number: int, parent: int | None, agent: str, error: str | None) -> Any:
        ended = START + timedelta(minutes=number)
        more = {"completed_at": ended, "input_start": f"n{number}"}
        return make_task(number, parent, agent_id=agent, status=FAILED, error=error, **more)

    tasks = [
        failed(9, None, "planner", "no route to the host of the search index"),
        failed(1, 9, "search", "no route to the host of the search index"),
        failed(2, 9, "writer", "out of ink"),
        failed(3, 9, "judge", "asleep"),
        failed(4, 9, "clerk", "away"),
        failed(5, 9, "porter", "lost"),
    ]
    serve(tasks, conversation=Conversation(id=CONVERSATION, user_id="ada", title="t"))

    def told(*words: str) -> str:
        out = run("export", "x.db", *words, "-o", "markdown").out
        return out.partition("## What failed")[2].partition("## Tree")[0]

    about = told(str(ident(9)))
    assert "**search** failed by itself, and the error above repeats its error; seen from" in about
    assert "**writer** failed below planner too, but does not explain it; seen from" in about
    assert about.count("**") == 6
    assert about.endswith("\n… and 2 more that failed below, but do not explain it\n\n")
    whole = told(str(CONVERSATION))
    assert "**search** failed by itself, seen from the top:" in whole
    assert whole.endswith("\n… and 2 more that failed by themselves\n\n")
    serve(tasks[2:3])
    alone = told(str(ident(2)))
    assert "**writer** failed by itself: nothing below explains it:\n" in alone
    assert "more" not in alone


def test_a_report_tells_the_way_to_the_cause(serve: Serve, run: Run) -> None:
    long = json.dumps({"text": "x" * 50_000})
    tasks = [
        make_task(1, agent_id="planner", status=FAILED, error="sub-task search failed: no route"),
        make_task(2, 1, agent_id="search", status=FAILED, error="no route to host ```", input=long),
        make_task(3, 1, agent_id="writer", output='{"done": true}'),
    ]
    talk = Conversation(id=CONVERSATION, user_id="ada", title="a *trip*")
    serve(tasks, conversation=talk)
    ran = run("export", "x.db", str(ident(1)), "-o", "markdown")
    assert ran.code == 0, ran.err
    out = ran.out
    assert out.startswith("# planner: failed\n")
    assert "a \\*trip\\*" in out
    assert "**search** failed by itself" in out
    path = out.partition("## What failed")[2].partition("## Tree")[0]
    assert path.index("1. planner") < path.index("2. search")
    assert "├─ search failed" in out
    assert out.index("### search") < out.index("### planner") < out.index("### writer")
    assert "characters left out" in out
    assert len(out) < 20_000
    small = run("export", "x.db", str(ident(1)), "-o", "markdown", "--budget", "1000")
    assert len(small.out) < 4_000
    assert "of 3 tasks are shown" in small.err
    assert run("export", "x.db", str(CONVERSATION), "-o", "markdown").out.startswith("# a \\*trip")


@pytest.mark.parametrize("budget", [60_000, 20_000])
def test_a_report_on_a_very_deep_failure_keeps_to_its_budget_and_tells_the_causes(
    serve: Serve, run: Run, budget: int
) -> None:
    def failed(number: int, parent: int | None, agent: str, error: str | None) -> Any:
        more = {"completed_at": START + timedelta(minutes=1000 - number)}
        return make_task(number, parent, agent_id=agent, status=FAILED, error=error, **more)

    why = "RunError: " + "gave up with these options (retries=3) " * 3
    tasks = [failed(n, n - 1 or None, f"level{n}", f"{why}{ident(n + 1)}") for n in range(1, 500)]
    tasks.append(failed(500, 499, "level500", None))
    tasks += [failed(500 + n, 500, f"cause{n}", f"PaymentError: card {n}") for n in (1, 2, 3)]
    serve(tasks)
    out = run("export", "x.db", str(ident(1)), "-o", "markdown", "--budget", str(budget)).out
    assert budget // 4 < len(out) <= budget
    told, _, rest = out.partition("## What failed")[2].partition("## Tree")
    tree, _, payloads = rest.partition("## Tasks")
    for name in ("cause1", "cause2", "cause3"):
        way = told.partition(f"**{name}**")[2].partition("**")[0]
        assert "\n1. level1, failed" in way
        assert "\n500. level500, failed" in way
        assert f"\n501. {name}, failed" in way
        places = [int(line.partition(". ")[0]) for line in way.splitlines() if ". " in line[:5]]
        between = int(way.partition("\n… ")[2].partition(" more")[0])
        assert 6 <= len(places) <= 40
        assert len(places) + between == 501
        assert f"─ {name} failed" in tree
        assert f"### {name}: failed" in payloads
    assert "level500 failed" in tree


def test_a_report_tells_the_whole_of_a_way_that_is_not_long(serve: Serve, run: Run) -> None:
    for length, between in ((40, ""), (41, "\n… 1 more\n")):
        tasks = [
            make_task(n, n - 1 or None, agent_id=f"n{n}", status=FAILED)
            for n in range(1, length + 1)
        ]
        serve(tasks)
        out = run("export", "x.db", str(ident(1)), "-o", "markdown").out
        way = out.partition("## What failed")[2].partition("## Tree")[0]
        assert ("more" in way) is bool(between)
        assert between in way
        told = [line.partition(",")[0] for line in way.splitlines() if line[:1].isdigit()]
        whole = [f"{n}. n{n}" for n in range(1, length + 1) if length == 40 or n != 21]
        assert told == whole


def test_nothing_in_a_report_ends_its_block_or_commands_a_terminal(serve: Serve, run: Run) -> None:
    serve([make_task(1, error="a\n````\n# not a heading\x1b[2J", status=FAILED)])
    out = run("export", "x.db", "-o", "markdown").out
    assert "`````text\na\n````\n# not a heading␛[2J\n`````\n" in out


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
