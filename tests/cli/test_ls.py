"""`taskview ls`: what it asks for, and how each format comes out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import timedelta

import pytest

from support.cli_browser import CONVERSATION, START, ListBrowser, Run, Serve, ident, make_task
from taskview_core.entities import Ident, TaskDetail, TaskStatus
from taskview_core.errors import ConnectionLostError, QueryTimeoutError
from taskview_core.query.request import Cursor, Place
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import TaskFilter

ODD = "\x1b[31mred\x1b[0m\nnext\x9b2J\u202e"


def test_it_asks_for_fifty_of_the_newest(run: Run, serve: Serve) -> None:
    browser = serve([make_task(number) for number in range(3)])
    assert run("ls", "x.db").code == 0
    (request,) = browser.requests
    assert (request.page_size, str(request.sort), request.cursor) == (50, "-created", None)
    assert browser.filters == [TaskFilter()]
    assert browser.closed


def test_filter_sort_and_limit_are_handed_on(run: Run, serve: Serve) -> None:
    browser = serve()
    assert run("ls", "x.db", "--filter", "-agent:x", "--sort", "-duration", "-n", "7").code == 0
    assert browser.filters == [TaskFilter.parse("-agent:x")]
    (request,) = browser.requests
    assert (request.page_size, str(request.sort)) == (7, "-duration")


def test_many_tasks_come_in_pages(run: Run, serve: Serve) -> None:
    browser = serve([make_task(number) for number in range(1_234)])
    ran = run("ls", "x.db", "--limit", "all", "-o", "ids")
    assert ran.out.splitlines() == [str(ident(number)) for number in range(1_234)]
    assert ran.err == ""
    assert [request.page_size for request in browser.requests] == [500, 500, 500]


def test_the_last_page_asks_for_no_more_than_the_limit(run: Run, serve: Serve) -> None:
    browser = serve([make_task(number) for number in range(1_234)])
    ran = run("ls", "x.db", "--limit", "501", "-o", "ids")
    assert len(ran.out.splitlines()) == 501
    assert [request.page_size for request in browser.requests] == [500, 1]


@pytest.mark.parametrize("output", ["table", "jsonl", "csv", "ids", "json"])
def test_a_limit_that_cuts_says_so_and_where_to_go_on(run: Run, serve: Serve, output: str) -> None:
    serve([make_task(number) for number in range(10)])
    ran = run("ls", "x.db", "--limit", "4", "-o", output)
    cursor = ran.err.split("--cursor ")[1].strip()
    assert "4 tasks listed; there are more" in ran.err
    assert not cursor.startswith("-")
    ran = run("ls", "x.db", "-n", "100", "-o", "ids", "--cursor", cursor)
    assert ran.out.splitlines() == [str(ident(number)) for number in range(4, 10)]
    assert ran.err == ""


def test_a_cursor_brings_its_own_order(run: Run, serve: Serve) -> None:
    browser = serve([make_task(1)])
    cursor = Cursor(Place.AFTER, Sort("agent"), (0,)).encode()
    assert run("ls", "x.db", "--cursor", cursor).code == 0
    assert browser.requests[0].sort == Sort("agent")
    ran = run("ls", "x.db", "--cursor", cursor, "--sort", "-created")
    assert ran.code == 2
    assert "this cursor belongs to the order agent, not -created" in ran.err


@pytest.mark.parametrize(
    "words",
    [
        ["--limit", "0"],
        ["--limit", "-1"],
        ["--limit", "ten"],
        ["--limit", "²"],
        ["--sort", "creatd"],
        ["--cursor", "nonsense"],
        ["--cursor", Cursor(Place.AFTER, Sort("title"), (0,)).encode()],
        ["--filter", "statsu:failed"],
        ["--filter", "\udcff"],
        ["-o", "xml"],
        ["-o", "ids", "--full"],
    ],
)
def test_wrong_usage_is_told_before_anything_is_read(
    run: Run, serve: Serve, words: list[str]
) -> None:
    browser = serve([make_task(1)])
    ran = run("ls", "x.db", *words)
    assert (ran.code, ran.out, browser.requests) == (2, "", [])
    assert "Traceback" not in ran.err
    assert ran.err.strip()


def test_a_bad_filter_shows_the_place(run: Run, serve: Serve) -> None:
    serve()
    ran = run("ls", "x.db", "--filter", "agent:x statsu:failed")
    assert ran.code == 2
    first, text, carets = ran.err.splitlines()
    assert first.startswith("taskview: there is no key statsu: did you mean status:failed?")
    assert text == "  agent:x statsu:failed"
    assert carets == "          ^^^^^^^"


def test_without_a_database_it_is_wrong_usage(
    run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve([make_task(1)])
    ran = run("ls")
    assert ran.code == 2
    assert "DB_URL is missing" in ran.err
    monkeypatch.setenv("TASKVIEW_DB_URL", "x.db")
    assert run("ls", "-o", "ids").out == f"{ident(1)}\n"


def test_json_lines_have_the_columns_of_the_schema(run: Run, serve: Serve) -> None:
    task = make_task(
        2,
        1,
        status=TaskStatus.FAILED,
        error="E\n" * 300,
        input='{"a": 1.00, "a": "\\ud800"}',
        started_at=START + timedelta(microseconds=5),
    )
    serve([task])
    (line,) = run("ls", "x.db", "-o", "jsonl").out.splitlines()
    assert json.loads(line) == {
        "id": str(ident(2)),
        "conversation_id": str(CONVERSATION),
        "parent_task_id": str(ident(1)),
        "agent_id": "planner",
        "status": "failed",
        "error": "E\n" * 300,
        "created_at": "2026-01-31T10:00:02.000000Z",
        "started_at": "2026-01-31T10:00:00.000005Z",
        "completed_at": None,
        "updated_at": "2026-01-31T10:00:00.000000Z",
    }
    (line,) = run("ls", "x.db", "-o", "jsonl", "--full").out.splitlines()
    assert '"input": {"a": 1.00, "a": "\\ud800"}, "output": null, "error": ' in line
    assert list(json.loads(line)) == [
        *("id", "conversation_id", "parent_task_id", "agent_id", "status", "input", "output"),
        *("error", "metadata", "created_at", "started_at", "completed_at", "updated_at"),
    ]


def test_payloads_are_not_asked_for_without_need(run: Run, serve: Serve) -> None:
    tasks = [make_task(1), make_task(2, error="boom"), make_task(3)]
    browser = serve(tasks)
    for output in ("table", "ids"):
        run("ls", "x.db", "-o", output)
    assert browser.asked == []
    run("ls", "x.db", "-o", "jsonl")
    assert browser.asked == [ident(2)]


def test_json_is_one_document(run: Run, serve: Serve) -> None:
    serve([make_task(number) for number in range(5)])
    document = json.loads(run("ls", "x.db", "-o", "json", "-n", "2").out)
    assert [task["id"] for task in document["tasks"]] == [str(ident(0)), str(ident(1))]
    seen = [*document["tasks"]]
    while document["next_cursor"] is not None:
        cursor = document["next_cursor"]
        document = json.loads(run("ls", "x.db", "-o", "json", "-n", "2", "--cursor", cursor).out)
        seen += document["tasks"]
    assert [task["id"] for task in seen] == [str(ident(number)) for number in range(5)]


def test_json_of_nothing_is_an_empty_list(run: Run, serve: Serve) -> None:
    serve()
    ran = run("ls", "x.db", "-o", "json")
    assert json.loads(ran.out) == {"tasks": [], "next_cursor": None}
    assert ran.err == "taskview: no task fits\n"


def test_csv_tells_null_from_empty_and_json_null(run: Run, serve: Serve) -> None:
    serve(
        [
            make_task(1, error="", input="null", output='{"a": "x,\\"y\\""}', metadata=None),
            make_task(2, error="a\nb,c", agent_id=' "q" '),
        ]
    )
    out = run("ls", "x.db", "-o", "csv", "--full").out
    header, *rows = list(csv.reader(io.StringIO(out)))
    assert header[:6] == ["id", "conversation_id", "parent_task_id", "agent_id", "status", "input"]
    first, second = (dict(zip(header, row, strict=True)) for row in rows)
    assert (first["input"], first["output"]) == ("null", '{"a": "x,\\"y\\""}')
    assert out.splitlines()[1].split("}", 1)[1].startswith('","",,2026-')
    assert (second["error"], second["agent_id"], second["input"]) == ("a\nb,c", ' "q" ', "")
    assert second["created_at"] == "2026-01-31T10:00:02.000000Z"


def test_text_that_is_no_json_is_told(run: Run, serve: Serve) -> None:
    serve([make_task(1, input="{broken", metadata="NaN")])
    ran = run("ls", "x.db", "-o", "jsonl", "--full")
    row = json.loads(ran.out)
    assert (row["input"], row["metadata"]) == ("{broken", "NaN")
    assert "payloads that are no JSON, written as JSON strings: 2" in ran.err


def test_times_that_could_not_be_read_are_told(run: Run, serve: Serve) -> None:
    serve([make_task(1, created_at=None, oddities=("created_at is no time: soon",))])
    ran = run("ls", "x.db")
    assert "tasks with times that could not be read, left empty: 1" in ran.err
    assert " ? " in ran.out


def test_a_table_is_aligned_and_clean(run: Run, serve: Serve) -> None:
    serve(
        [
            make_task(1, agent_id="漢字", input_start="x"),
            make_task(2, agent_id="planner", input_start=ODD, status=TaskStatus.FAILED, error=ODD),
            make_task(3, agent_id=ODD, status=TaskStatus(ODD)),
        ]
    )
    out = run("ls", "x.db", "--tz", "utc").out
    header, first, second, third = out.splitlines()
    assert header.split() == ["ID", "STATUS", "AGENT", "CREATED", "DURATION", "TASK"]
    assert "✓ completed" in first
    assert "✗ failed" in second
    assert str(ident(2)) in second
    for line in (first, second, third):
        assert not set(line) & {"\x1b", "\x9b", "\u202e", "\x07"}
    # A wide letter takes two cells: one place less for the same column.
    assert first.index("01-31") + 2 == second.index("01-31")
    assert second.index("␛[31mred␛[0m next") > second.index("01-31")


def test_a_table_with_payloads_has_them_on_the_line(run: Run, serve: Serve) -> None:
    serve([make_task(1, input='{"a":\n1.00}', output='"\\u001b"')])
    _, line = run("ls", "x.db", "--full").out.splitlines()
    assert 'input={"a": 1.00}' in line
    assert 'output="\\u001b"' in line
    assert "metadata=null" in line


def test_a_table_of_nothing_is_empty(run: Run, serve: Serve) -> None:
    serve()
    ran = run("ls", "x.db", "--filter", "status:failed")
    assert (ran.code, ran.out, ran.err) == (0, "", "taskview: no task fits\n")


def test_a_failure_on_the_way_says_where_to_go_on(run: Run, serve: Serve) -> None:
    tasks = [make_task(number) for number in range(1_200)]
    serve(tasks, fails_after=1, failure=QueryTimeoutError("the query was stopped", "after 600 s"))
    ran = run("ls", "x.db", "-n", "all", "-o", "ids")
    assert ran.code == 1
    assert len(ran.out.splitlines()) == 500
    told, failure = ran.err.splitlines()
    assert failure == "taskview: the query was stopped: after 600 s"
    serve(tasks)
    more = run("ls", "x.db", "-n", "all", "-o", "ids", "--cursor", told.split("--cursor ")[1])
    assert [*ran.out.splitlines(), *more.out.splitlines()] == [str(task.row.id) for task in tasks]


def test_payloads_that_fail_leave_no_half_page(
    run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = [make_task(number, input='"x"') for number in range(250)]
    browser = serve(tasks)
    reading = browser.get_tasks

    async def get_tasks(ids: Sequence[Ident]) -> list[TaskDetail]:
        if len(browser.asked) >= 200:
            raise QueryTimeoutError("the query was stopped")
        return await reading(ids)

    monkeypatch.setattr(browser, "get_tasks", get_tasks)
    ran = run("ls", "x.db", "-n", "all", "-o", "jsonl", "--full")
    assert ran.code == 1
    assert len(ran.out.splitlines()) == 200
    serve(tasks)
    cursor = ran.err.splitlines()[0].split("--cursor ")[1]
    more = run("ls", "x.db", "-n", "all", "-o", "jsonl", "--full", "--cursor", cursor)
    lines = [*ran.out.splitlines(), *more.out.splitlines()]
    assert [json.loads(line)["id"] for line in lines] == [str(task.row.id) for task in tasks]


def test_a_connection_that_is_lost_has_its_code(run: Run, serve: Serve) -> None:
    serve(fails_after=0, failure=ConnectionLostError("the connection to x was lost"))
    assert run("ls", "x.db").code == 3


def test_the_fake_is_a_browser() -> None:
    from taskview_core.interfaces import ITaskBrowser

    browser: ITaskBrowser = ListBrowser()
    assert browser.label


def test_a_status_that_is_nearly_a_known_one_is_asked_about(run: Run, serve: Serve) -> None:
    serve()
    ran = run("ls", "x.db", "--filter", "status:failed,compleeted")
    said = "taskview: no task fits\ntaskview: did you mean status:failed,completed?\n"
    assert (ran.code, ran.out, ran.err) == (0, "", said)
    ran = run("count", "x.db", "--filter", "status:faild")
    assert (ran.code, ran.out, ran.err) == (0, "0\n", "taskview: did you mean status:failed?\n")
