"""Tokens and cost: how they are written, their columns in a tree, and what the details say."""

from __future__ import annotations

import asyncio
import json

import pytest

from support.fake_browser import FakeBrowser
from support.made_rows import conversation_id, make_conversation, make_task, task_id
from support.screens import running
from taskview_core.entities import Usage
from taskview_core.errors import QueryTimeoutError
from taskview_tui.text.amounts import cost_text, tokens_text, usage_words


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, ""),
        (0, "0"),
        (999, "999"),
        (1_000, "1.00k"),
        (9_994, "9.99k"),
        (9_996, "10.0k"),
        (99_949, "99.9k"),
        (99_951, "100k"),
        (999_499, "999k"),
        (999_501, "1.00M"),
        (1_234_567, "1.23M"),
        (10**15, "1000T"),
    ],
)
def test_tokens(count: int | None, text: str) -> None:
    assert tokens_text(count) == text
    assert len(text) <= 6


@pytest.mark.parametrize(
    ("dollars", "text"),
    [
        (None, ""),
        (0.0, "$0"),
        (1e-9, "<$.0001"),
        (0.0042, "$0.0042"),
        (0.0125, "$0.013"),
        (0.9996, "$1.00"),
        (12.3456, "$12.35"),
        (999.99, "$999.99"),
        (12_345.6, "$12,346"),
        (1e12, "$1.00T"),
    ],
)
def test_costs(dollars: float | None, text: str) -> None:
    assert cost_text(dollars) == text
    assert len(text) <= 7


@pytest.mark.parametrize(
    ("usage", "words"),
    [
        (
            Usage(1_234, 1_000, 234, 200, 0.5),
            "1,234 tokens: 1,000 in (200 cached), 234 out; $0.500",
        ),
        (Usage(1), "1 token"),
        (Usage(cost=0.0), "$0"),
        (Usage(7, output=7), "7 tokens: 7 out"),
    ],
)
def test_words(usage: Usage, words: str) -> None:
    assert usage_words(usage) == words


def run_with_usage() -> FakeBrowser:
    def said(tokens: int, cost: float) -> str:
        return json.dumps({"usage": {"output_tokens": tokens, "cost": cost}})

    tasks = [
        make_task(1, agent="claude-code", metadata=said(100, 0.125)),
        make_task(2, parent=1, agent="left", metadata=said(3_000, 0.5)),
        make_task(3, parent=2, agent="call", metadata=said(3_000, 0.5)),
        make_task(4, parent=1, agent="right", metadata=said(500, 0.25)),
        make_task(5, parent=1, agent="tool"),
    ]
    return FakeBrowser(tasks, [make_conversation(1)])


async def test_a_tree_is_painted_first_and_then_has_columns_of_what_was_used() -> None:
    browser = run_with_usage()
    gate = browser.hold("get_usage")
    async with running(browser, size=(240, 30)) as run:
        run.app.open_conversation(conversation_id(1), task_id(2))
        await run.settled()
        await run.until(lambda: "left" in run.text())
        assert "tokens" not in run.lines()[1]
        gate.set()
        await run.until(lambda: "tokens" in run.lines()[1], "the columns are there")
        rows = {
            name: line
            for line in run.lines()[2:]
            for name in ("claude-code", "left", "call", "right", "tool")
            if f" {name} " in line[:40]
        }
        assert all(text in rows["claude-code"] for text in ("100", "3.60k", "$0.125", "$0.875"))
        assert rows["left"].count("3.00k") == 2, "its own, and with all below it"
        assert "500" in rows["right"]
        assert "$" not in rows["tool"]
        await run.press("g")
        await run.until(lambda: "3,600 tokens: 3,600 out; $0.875" in run.text())
        assert "with all below it" in run.text()


async def test_where_nothing_was_said_there_are_no_columns() -> None:
    async with running(FakeBrowser([make_task(1)], [make_conversation(1)]), size=(200, 30)) as run:
        run.app.open_conversation(conversation_id(1))
        await run.settled()
        await run.until(lambda: bool(run.browser.named("get_usage")))
        await asyncio.sleep(0.05)
        assert "tokens" not in run.text()


async def test_a_tree_stays_where_usage_cannot_be_read() -> None:
    browser = run_with_usage()
    browser.failures["get_usage"] = QueryTimeoutError("the query was stopped")
    async with running(browser, size=(200, 30)) as run:
        run.app.open_conversation(conversation_id(1))
        await run.until(lambda: "what the tasks used is not known" in run.said)
        assert "left" in run.text()


async def test_the_details_say_what_a_task_used() -> None:
    async with running(run_with_usage(), size=(120, 30)) as run:
        run.app.open_detail(task_id(4))
        await run.until(lambda: "500 tokens: 500 out; $0.250" in run.text())


async def test_columns_that_would_say_the_same_twice_are_left_out() -> None:
    browser = run_with_usage()
    browser.tasks[0] = make_task(1, agent="root")
    async with running(browser, size=(240, 30)) as run:
        run.app.open_conversation(conversation_id(1))
        await run.settled()
        await run.until(lambda: "tokens" in run.lines()[1], "the columns are there")
        assert "own tok" not in run.text()
