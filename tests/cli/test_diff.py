"""`taskview diff`: what differs between two tasks, as text and JSON, and by the exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.cli_browser import Run

TALKS = ["aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000001"]
ROOTS = ["a1000000-0000-4000-8000-000000000001", "b1000000-0000-4000-8000-000000000001"]


def task(side: int, number: int, agent: str, **columns: Any) -> dict[str, Any]:
    ident = f"{'ab'[side]}{number}000000-0000-4000-8000-000000000001"
    return {
        "id": ident,
        "conversation_id": TALKS[side],
        "parent_task_id": None if number == 1 else ROOTS[side],
        "agent_id": agent,
        "status": "completed",
        "created_at": f"2026-01-01T00:00:0{number}Z",
        "updated_at": f"2026-01-01T00:00:0{number}Z",
        **columns,
    }


@pytest.fixture
def database(tmp_path: Path, run: Run) -> str:
    """Two conversations of a root with children, of which the second went another way."""
    talks = [
        {"id": each, "user_id": "ada", "created_at": "2026-01-01", "updated_at": "2026-01-01"}
        for each in TALKS
    ]
    tasks = [
        task(0, 1, "planner", input={"q": "x"}),
        task(0, 2, "search", input={"n": 1, "same": [1, 2]}, output={"text": "one"}),
        task(0, 3, "writer"),
        task(1, 1, "planner", input={"q": "x"}),
        task(
            1,
            2,
            "search",
            status="failed",
            error="boom\x1b[31m",
            input={"same": [1, 2], "n": 1.0},
            output={"text": "one\x1b[2J"},
        ),
        task(1, 4, "editor"),
    ]
    file, path = tmp_path / "rows.ndjson", tmp_path / "runs.db"
    file.write_text("".join(json.dumps(row) + "\n" for row in [*talks, *tasks]))
    assert run("db", "upgrade", str(path)).code == 0
    assert run("load", str(path), str(file)).code == 0
    return str(path)


def test_what_is_the_same_says_so(run: Run, database: str) -> None:
    ran = run("diff", database, ROOTS[0], ROOTS[0])
    assert (ran.code, ran.out) == (0, "no differences, of 3\n")
    assert json.loads(run("diff", database, ROOTS[0], ROOTS[0], "-o", "json").out) == {
        "left": ROOTS[0],
        "right": ROOTS[0],
        "same": True,
        "tasks": [],
    }


@pytest.mark.parametrize("ids", [ROOTS, TALKS, [each[:8] for each in ROOTS]])
def test_what_differs_is_told_below_what_it_is_in(run: Run, database: str, ids: list[str]) -> None:
    ran = run("diff", database, *ids)
    assert ran.code == 1
    heads, lines = ran.out.splitlines()[:2], ran.out.splitlines()[2:]
    what = [f'conversation "{each}"' if ids == TALKS else "✓ completed planner" for each in ids]
    assert heads == [
        f"{mark} {words} {ident[:8]}  ·  2026-01-01 00:00:01 UTC  ·  3 tasks"
        for mark, words, ident in zip(("---", "+++"), what, ids, strict=True)
    ]
    lines = [line.partition("000000-")[0].rstrip("ab1234 ") for line in lines]
    assert lines == [
        "  planner",
        "~   search  ✓ completed → ✗ failed  error, input, output",
        "      error",
        "      - NULL",
        "      + boom␛[31m",
        "      input.n",
        "      -",
        "      + 1.0",
        "      output.text",
        '      - "one"',
        '      + "one\\u001b[2J"',
        "-   writer  only on the left",
        "+   editor  only on the right",
        "1 differs, 1 missing, 1 added, of",
    ]


def test_json_has_every_change(run: Run, database: str) -> None:
    ran = run("diff", database, *ROOTS, "-o", "json")
    assert ran.code == 1
    found = json.loads(ran.out)
    assert (found["left"], found["right"], found["same"]) == (*ROOTS, False)
    assert [(each["agent"], each["differences"]) for each in found["tasks"]] == [
        ("search", ["status", "error", "input", "output"]),
        ("writer", ["missing"]),
        ("editor", ["added"]),
    ]
    assert found["tasks"][0]["changes"][1] == {
        "part": "input",
        "path": ".n",
        "old_path": ".n",
        "left": "1",
        "left_cut": False,
        "right": "1.0",
        "right_cut": False,
    }
    assert found["tasks"][1]["right"] is None


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([ROOTS[0], "ffffffff"], 4, "no task or conversation has the id ffffffff"),
        ([ROOTS[0], "x"], 2, "x"),
        ([ROOTS[0]], 2, "diff takes a database and two ids"),
    ],
)
def test_bad_ids_are_said_as_elsewhere(
    run: Run,
    database: str,
    words: list[str],
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TASKVIEW_DB_URL", raising=False)
    ran = run("diff", database, *words)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_query_that_fails_is_no_difference(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    import sqlite3

    with sqlite3.connect(path) as connection:
        connection.execute("create table other (x)")
    ran = run("diff", str(path), *ROOTS)
    assert ran.code == 2
    assert "taskview:" in ran.err


def test_a_call_put_in_before_others_with_its_prompt_is_all_that_is_told(
    run: Run, tmp_path: Path
) -> None:
    prompt = "You are a careful assistant. " * 50
    talks = [
        {"id": each, "user_id": "ada", "created_at": "2026-01-01", "updated_at": "2026-01-01"}
        for each in TALKS
    ]

    def calls(side: int, asked: str) -> list[dict[str, Any]]:
        inputs = [{"system": prompt, "user": each} for each in asked]
        return [
            task(side, number, "llm", input=given) for number, given in enumerate(inputs, start=2)
        ]

    tasks = [task(0, 1, "planner"), *calls(0, "abcd"), task(1, 1, "planner"), *calls(1, "zabcd")]
    file, path = tmp_path / "rows.ndjson", tmp_path / "calls.db"
    file.write_text("".join(json.dumps(row) + "\n" for row in [*talks, *tasks]))
    assert run("db", "upgrade", str(path)).code == 0
    assert run("load", str(path), str(file)).code == 0
    ran = run("diff", str(path), *ROOTS)
    assert ran.out.splitlines()[-1] == "1 added, of 6"
    assert run("diff", str(path), *TALKS).out.splitlines()[-1] == "1 added, of 6"
