"""What each term means, on tasks at hand: the measure for what the databases answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given

from support import strategies as some
from support import task_strategies as whole
from taskview_core.entities import StoredJson
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.evaluate import (
    ConversationFacts,
    TaskFacts,
    conversation_matches,
    task_matches,
)
from taskview_core.query.matching import text_term_matches
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import TextTerm

NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
ID = UUID("0b7c8f1e-5a52-4c0e-9d3a-2f6f1f0c9a11")
OTHER = UUID("ffff8f1e-5a52-4c0e-9d3a-2f6f1f0c9a11")
TASK = TaskFacts(
    id=ID,
    conversation_id=OTHER,
    parent_task_id=None,
    agent_id="tool:web",
    status="failed",
    user_id="alice",
    input='{"prompt": "Find \\u00dcberschuss", "n": 1.50}',
    output=None,
    error="TypeError: x",
    metadata='{"kind": "tool_call", "usage": {"tokens": 12}}',
    created_at=datetime(2026, 1, 31, 10, tzinfo=UTC),
    started_at=datetime(2026, 1, 31, 10, 0, 5, tzinfo=UTC),
    completed_at=datetime(2026, 1, 31, 10, 0, 10, 500_000, tzinfo=UTC),
    updated_at=None,
    has_children=True,
)


def holds(text: str, **changes: Any) -> bool:
    return task_matches(TaskFilter.parse(text), replace(TASK, **changes), NOW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "überschuss",
        '"FIND ü" typeerror: 1.50',
        "input:find -output:find -error:find",
        "error:TYPEERROR",
        "status:failed",
        "status:completed,failed agent:tool:web agent:tool:* agent:planner,t*",
        "user:alice user:al*",
        f"id:{ID} id:{ID.hex} id:0b7c id:0b7c8f1e-5a",
        f"conversation:{OTHER} -parent:{ID}",
        "is:root -is:leaf",
        "has:input has:error has:metadata -has:output",
        "created:2026-01-31 created:>=2026-01-31 created:<=2026-01-31",
        "-created:>2026-01-31 -created:<2026-01-31",
        "created:2026-01-31T10:00Z created:>2026-01-30 created:<2026-02-01",
        "since:2026-01-31 until:2026-01-31 since:11d until:1h",
        "created:11d..10d started:>2026-01-31T10:00",
        "-updated:>1d -updated:<1d",
        "duration:>5s duration:<=5.5s duration:5.5s duration:5s..6s",
        "-duration:>5.5s -duration:<5.5s",
        "metadata.kind:tool_call metadata.kind:tool* metadata.usage.tokens:12",
        "-metadata.kind:turn -metadata.nothing:x",
    ],
)
def test_terms_that_hold(text: str) -> None:
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "nothing",
        "status:Failed",
        "status:completed",
        "agent:tool: agent:web",
        "user:Alice",
        "id:7c8f parent:0b7c8f1e-5a52-4c0e-9d3a-2f6f1f0c9a11",
        "is:leaf",
        "has:output",
        "created:>2026-01-31",
        "created:<2026-01-31",
        "until:11d",
        "duration:<0s",
        "metadata.kind:Tool_call",
    ],
)
def test_terms_that_do_not_hold(text: str) -> None:
    assert not holds(text)


@pytest.mark.parametrize(
    "text",
    ["user:alice", "created:2026-01-31", "since:100d", "until:0s", "duration:<9d", "error:x",
     "input:find", "has:input", "has:error", "metadata.kind:tool*", f"parent:{OTHER}"],
)  # fmt: skip
def test_null_lies_within_nothing_and_denied_within_everything(text: str) -> None:
    nothing = dict.fromkeys(
        ("user_id", "input", "output", "error", "metadata", "created_at", "started_at")
    )
    assert not holds(text, **nothing)
    assert holds(f"-{text}", **nothing)


@pytest.mark.parametrize(
    ("hour", "day", "inside"),
    [(0, 31, True), (23, 31, True), (0, 1, False), (23, 30, False)],
)
def test_a_whole_day_is_all_its_moments(hour: int, day: int, inside: bool) -> None:
    month = 2 if day == 1 else 1
    last = 999_999 if hour == 23 else 0
    minute = 59 if hour == 23 else 0
    at = datetime(2026, month, day, hour, minute, minute, last, tzinfo=UTC)
    assert holds("created:2026-01-31", created_at=at) is inside
    assert holds("created:2026-01-31..2026-01-31", created_at=at) is inside
    assert holds("created:>2026-01-31", created_at=at) is (at.date().month == 2)
    assert holds("until:2026-01-31", created_at=at) is (at.date().month == 1)
    assert holds("created:<2026-01-31", created_at=at) is (day == 30)
    assert holds("since:2026-01-31", created_at=at) is (day != 30)


def test_the_last_day_there_is_can_be_asked_for() -> None:
    at = datetime.max.replace(tzinfo=UTC)
    assert holds("created:9999-12-31 until:9999-12-31", created_at=at)
    assert holds("-created:>9999-12-31", created_at=at)


def test_ages_are_before_now_and_exact() -> None:
    at = NOW - timedelta(hours=2)
    assert holds("created:>=2h -created:>2h created:<=2h -created:<2h since:2h", created_at=at)
    assert holds("created:>2h", created_at=at + timedelta(microseconds=1))
    assert holds("since:999999999w", created_at=datetime.min.replace(tzinfo=UTC))


@pytest.mark.parametrize("stored", [None, "null", " null ", '""', "{}", "[]", "{ }", "[\n]"])
def test_empty_payloads_are_not_had(stored: str | None) -> None:
    assert not holds("has:input", input=stored)
    assert not holds("has:metadata", metadata=stored)
    assert holds("-has:output", output=stored)


@pytest.mark.parametrize("stored", ["0", "false", '" "', "[null]", "not json", '{"a": null}'])
def test_other_payloads_are_had(stored: str) -> None:
    assert holds("has:input has:output", input=stored, output=stored)


def test_an_error_is_text_and_empty_only_without_any() -> None:
    assert not holds("has:error", error="")
    assert holds("has:error", error="null")
    assert holds("has:error", error="{}")


def test_an_odd_id_is_found_by_its_beginning_as_written() -> None:
    assert holds("id:abcd", id="abcd-task-1")
    assert not holds("id:abcd", id="xabcd")
    assert holds("-id:abcd", id="ABCD")


@given(some.task_filters(most=1), whole.task_facts())
def test_denying_gives_the_exact_complement(task_filter: TaskFilter, facts: TaskFacts) -> None:
    if not task_filter.terms:
        return
    (term,) = task_filter.terms
    denied = TaskFilter((replace(term, denied=not term.denied),))
    assert task_matches(task_filter, facts, NOW) is not task_matches(denied, facts, NOW)


@given(some.task_filters(), whole.task_facts())
def test_all_terms_must_hold(task_filter: TaskFilter, facts: TaskFacts) -> None:
    each = [task_matches(TaskFilter((term,)), facts, NOW) for term in task_filter.terms]
    assert task_matches(task_filter, facts, NOW) is all(each)
    assert task_matches(TaskFilter.parse(str(task_filter)), facts, NOW) is all(each)


@given(some.text_terms(), whole.task_facts())
def test_the_quick_search_for_text_agrees(term: TextTerm, facts: TaskFacts) -> None:
    found = text_term_matches(term, facts.input, facts.output, facts.error)
    assert task_matches(TaskFilter((term,)), facts, NOW) is (found is not term.denied)


@given(whole.stored_payloads())
def test_having_a_payload_is_what_the_payload_says(stored: str | None) -> None:
    assert holds("has:input", input=stored) is not StoredJson(stored).is_empty


CONVERSATION = ConversationFacts(
    id=ID,
    user_id="alice",
    title="Über alles",
    created_at=datetime(2026, 1, 31, tzinfo=UTC),
    updated_at=datetime(2026, 2, 10, 11, tzinfo=UTC),
)


@pytest.mark.parametrize(
    "text",
    [
        "über",
        "ALICE",
        "über alice",
        "-bob",
        "user:al*",
        f"id:{ID}",
        f"conversation:{ID} id:0b7c",
        "created:2026-01-31 since:2026-01-31 until:2026-01-31",
        "updated:>2h -updated:<1h",
    ],
)
def test_conversations_that_are_wanted(text: str) -> None:
    assert conversation_matches(ConversationFilter.parse(text), CONVERSATION, NOW)


@pytest.mark.parametrize(
    "text", ['"über alice"', "-über", "user:bob", "id:ffff", "updated:<2h", "created:>2026-01-31"]
)
def test_conversations_that_are_not_wanted(text: str) -> None:
    assert not conversation_matches(ConversationFilter.parse(text), CONVERSATION, NOW)


def test_a_conversation_without_title_or_times() -> None:
    bare = ConversationFacts(id=ID, user_id=None)
    for text in ("x", "user:*", "since:1d", "updated:<1d"):
        assert not conversation_matches(ConversationFilter.parse(text), bare, NOW)
        assert conversation_matches(ConversationFilter.parse(f"-{text}"), bare, NOW)


def test_a_conversation_without_a_user_is_found_as_that_of_an_empty_one() -> None:
    nobody = replace(TASK, user_id=None, has_conversation=True)
    for text in ('user:""', "-user:alice", 'user:bob,""'):
        assert task_matches(TaskFilter.parse(text), nobody, NOW), text
    for text in ('-user:""', "user:*"):
        assert not task_matches(TaskFilter.parse(text), nobody, NOW), text
    nowhere = replace(TASK, user_id=None)
    assert not task_matches(TaskFilter.parse('user:""'), nowhere, NOW)
