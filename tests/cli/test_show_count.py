"""`taskview show` and `taskview count`."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from support.cli_browser import CONVERSATION, START, Run, Serve, ident, make_task
from taskview_core.entities import Conversation, TaskStatus
from taskview_core.query.stuck import RunLimits
from taskview_core.query.task_filter import TaskFilter

TASK = make_task(
    2,
    1,
    status=TaskStatus.FAILED,
    error="ValueError: \x1b[31mno\n\tat x",
    input='{"n":1.00,"n":1e3,"s":"\\u00e9\\n\\u001b","deep":[[]]}',
    output="{broken\x9b",
    conversation_title="A\ntalk",
    started_at=START + timedelta(seconds=3),
    completed_at=START + timedelta(seconds=5.5),
    oddities=("updated_at is no time: \x07soon",),
)


def test_a_task_is_shown_whole(run: Run, serve: Serve) -> None:
    serve([TASK])
    ran = run("show", "x.db", str(ident(2)), "--tz", "utc")
    assert ran.code == 0
    lines = ran.out.splitlines()
    for line in (
        f"task {ident(2)}",
        "status        ✗ failed",
        f"conversation  {CONVERSATION}  A⏎talk",
        f"parent        {ident(1)}",
        "created       2026-01-31 10:00:02 UTC",
        "completed     2026-01-31 10:00:05.5 UTC",
        "waited        1.0s",
        "ran           2.5s",
        "odd           updated_at is no time: ␇soon",
        "  ValueError: ␛[31mno",
        '    "n": 1.00,',
        '    "n": 1e3,',
        '    "s": "é\\n\\u001b",',
        "output (not JSON)",
        "  {broken<U+009B>",
    ):
        assert line in lines
    assert lines[lines.index("metadata") + 1] == "  –"


def test_a_task_as_json_is_the_row_with_everything(run: Run, serve: Serve) -> None:
    serve([TASK])
    (line,) = run("show", "x.db", str(ident(2)), "-o", "json").out.splitlines()
    assert '"input": {"n":1.00,"n":1e3,' in line
    row = json.loads(line)
    assert row["output"] == "{broken\x9b"
    assert row["error"] == TASK.error
    assert row["completed_at"] == "2026-01-31T10:00:05.500000Z"


def test_a_conversation_is_shown_with_its_counts(run: Run, serve: Serve) -> None:
    talk = Conversation(
        id=CONVERSATION, user_id="ada", title="T\x1b", metadata={"a": 1.5}, created_at=START
    )
    browser = serve([TASK], conversation=talk)
    lines = run("show", "x.db", str(CONVERSATION), "--tz", "utc").out.splitlines()
    for line in (
        "title         T␛",
        "user          ada",
        "tasks         1, 1 failed",
        '  "a": 1.5',
    ):
        assert any(line in each for each in lines)
    assert browser.filters == [
        TaskFilter.parse(f"conversation:{CONVERSATION}"),
        TaskFilter.parse(f"conversation:{CONVERSATION} status:failed"),
    ]
    row = json.loads(run("show", "x.db", str(CONVERSATION), "-o", "json").out)
    assert row == {
        "id": str(CONVERSATION),
        "user_id": "ada",
        "title": "T\x1b",
        "metadata": {"a": 1.5},
        "created_at": "2026-01-31T10:00:00.000000Z",
        "updated_at": None,
    }


def test_an_id_that_is_nowhere(run: Run, serve: Serve) -> None:
    serve([TASK])
    assert run("show", "x.db", "deadbeef").code == 4


def test_a_count_is_a_number_alone(run: Run, serve: Serve) -> None:
    browser = serve([TASK] * 3)
    ran = run("count", "x.db", "--filter", "-status:completed")
    assert (ran.code, ran.out, ran.err) == (0, "3\n", "")
    assert browser.filters == [TaskFilter.parse("-status:completed")]


def test_a_capped_count_says_that_there_are_more(run: Run, serve: Serve) -> None:
    serve([TASK] * 10_001)
    ran = run("count", "x.db")
    assert (ran.code, ran.out) == (0, "10000+\n")
    assert "--exact" in ran.err
    assert run("count", "x.db", "--exact").out == "10001\n"


@pytest.mark.parametrize("command", ["ls", "count", "export"])
def test_what_is_stuck_by_an_hour_that_was_assumed_is_said_once(
    run: Run, serve: Serve, command: str
) -> None:
    words = "taskview: is:stuck takes an hour for some agents, whose runs were not looked at\n"
    for complete in (True, False):
        serve([TASK] * 3, limits=RunLimits(complete=complete))
        for text, asks in (("is:stuck", True), ("-is:stuck", True), ("is:leaf", False)):
            ran = run(command, "x.db", "--filter", text)
            assert ran.code == 0
            assert ran.err.count(words) == (asks and not complete), text
