"""`taskview export -o markdown`: a report on what failed, to be shown to people and models."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from support.cli_browser import CONVERSATION, START, Run, Serve, ident, make_task
from taskview_core.entities import Conversation, TaskStatus

FAILED = TaskStatus.FAILED


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
        failed(2, 9, "writer", "out of ink"),
        failed(6, 9, "search", "no route to the host of the search index"),
        failed(3, 9, "judge", "asleep"),
        failed(4, 9, "clerk", "away"),
        failed(5, 9, "porter", "lost"),
    ]
    serve(tasks, conversation=Conversation(id=CONVERSATION, user_id="ada", title="t"))

    def told(*words: str) -> str:
        out = run("export", "x.db", *words, "-o", "markdown", "--budget", "10000").out
        return out.partition("## What failed")[2].partition("## Tree")[0]

    about = told(str(ident(9)))
    assert "**search** failed by itself, and the error above repeats its error; seen from" in about
    assert "**writer** failed below planner too, but does not explain it; seen from" in about
    assert about.count("**") == 6
    assert about.endswith("\n… and 2 more that failed below, but do not explain it\n\n")
    whole = told(str(CONVERSATION))
    # First what made the root fail, though others failed before: as `f` goes there.
    assert whole.startswith("\n\n**search** failed by itself, and the error above repeats its")
    assert "**writer** failed by itself, seen from the top:" in whole
    assert whole.endswith("\n… and 2 more that failed by themselves\n\n")
    serve(tasks[1:2])
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


def test_a_report_describes_data_and_cuts_long_texts_by_themselves(serve: Serve, run: Run) -> None:
    picture = base64.b64encode(b"\x89PNG\r\n" + bytes(range(256)) * 40).decode()
    given = {
        "image": f"data:image/png;base64,{picture}",
        "raw": picture,
        "essay": "word " * 10_000,
        "wanted": "what matters",
    }
    serve([make_task(1, input=json.dumps(given), error="no", status=FAILED)])
    out = run("export", "x.db", str(ident(1)), "-o", "markdown").out
    assert picture[:80] not in out
    assert out.count("<image/png, 10 KB, base64>") == 2
    assert '"wanted": "what matters"' in out
    assert "characters left out" in out


def test_a_report_says_since_when_a_task_runs(serve: Serve, run: Run) -> None:
    task = make_task(1, status=TaskStatus.RUNNING, started_at=START, completed_at=None)
    serve([task])
    out = run("export", "x.db", str(ident(1)), "-o", "markdown").out
    assert f"running since {START:%Y-%m-%dT%H:%M:%S}" in out
