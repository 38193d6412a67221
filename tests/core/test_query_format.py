"""What is written parses back to the same, and what is read is written shortly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from support import strategies as some
from taskview_core.errors import FilterError
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.explain import explain
from taskview_core.query.format import format_terms
from taskview_core.query.parse import parse_conversation_terms, parse_task_terms
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import (
    Ago,
    ConversationTerm,
    DurationTerm,
    MetadataTerm,
    Moment,
    Pattern,
    TaskTerm,
    TextField,
    TextTerm,
    TimeKey,
    TimeTerm,
    ValueKey,
    ValueTerm,
)

_PIECES = st.one_of(
    st.sampled_from(some.ODD_WORDS),
    st.sampled_from(
        (
            *("input", "output", "error", "status", "agent", "user", "conversation", "parent"),
            *("id", "is", "has", "created", "started", "completed", "updated", "since", "until"),
            *("duration", "metadata", "metadata.a", 'metadata."a b"', "metdata.x", "created_at"),
            *(":", "-", ">", ">=", "<", "<=", "=", "..", ",", "*", '"', " ", "  ", "\\", "."),
            *("2h", "0s", "1h30m", "250ms", "2026-01-31", "2026-02-30", "10:00Z", "today"),
            *("root", "leaf", "rot", "failed", "abcd", "abcdef01-2345", "tool:web"),
            *(str(some.IDS[0]), some.IDS[1].hex, "999999999w", "99999999999h", "9" * 5000),
        )
    ),
    some.texts(),
)
filter_texts = st.lists(_PIECES, max_size=8).map("".join)
"""Texts that look like filters, more or less."""


@given(st.lists(some.task_terms(), max_size=4))
def test_terms_of_tasks_come_back_from_their_text(terms: list[TaskTerm]) -> None:
    assert parse_task_terms(format_terms(terms)) == tuple(terms)


@given(st.lists(some.conversation_terms(), max_size=4))
def test_terms_of_conversations_come_back_from_their_text(terms: list[ConversationTerm]) -> None:
    assert parse_conversation_terms(format_terms(terms)) == tuple(terms)


@given(some.texts(), st.booleans(), st.sampled_from(TextField))
def test_any_text_comes_back(text: str, denied: bool, where: TextField) -> None:
    terms = (TextTerm(text, where, denied), TextTerm("x"))
    assert parse_task_terms(format_terms(terms)) == terms


def _read(text: str) -> tuple[TaskTerm, ...] | FilterError:
    try:
        return parse_task_terms(text)
    except FilterError as error:
        return error


@given(filter_texts)
@example('"')
@example("created:>")
def test_what_parses_is_written_as_the_same_and_what_does_not_shows_its_place(text: str) -> None:
    found = _read(text)
    if isinstance(found, FilterError):
        assert 0 <= found.start <= found.end <= len(text)
        assert found.title
        assert found.detail
        assert len(explain(found, text).splitlines()) == 3
        return
    written = format_terms(found)
    assert parse_task_terms(written) == found
    assert format_terms(parse_task_terms(written)) == written


@given(filter_texts)
def test_conversations_are_asked_in_a_part_of_the_same_language(text: str) -> None:
    """What is written there is read as the same terms of tasks."""
    try:
        terms = parse_conversation_terms(text)
    except FilterError:
        return
    written = format_terms(terms)
    assert parse_conversation_terms(written) == terms
    assert parse_task_terms(written) == terms


@given(filter_texts)
def test_suggestions_lead_to_a_filter_or_to_a_fault_without_one(text: str) -> None:
    seen: set[str] = set()
    found = _read(text)
    while isinstance(found, FilterError) and found.suggestion is not None:
        assert text not in seen, "the suggestions go in a circle"
        seen.add(text)
        text = found.suggestion
        found = _read(text)


def test_filters_have_their_text_as_str() -> None:
    text = 'status:failed -agent:tool:* "two words" created:>2h'
    assert str(TaskFilter.parse(text)) == text
    assert str(ConversationFilter.parse("user:alice bob since:2d")) == "user:alice bob since:2d"
    assert str(TaskFilter()) == ""


@pytest.mark.parametrize(
    "text",
    [
        "word",
        "https://example.com/a?b=c",
        "TypeError: x",
        "state: x",
        "Error: x",
        "12:30",
        "--flag",
        "-",
        '-"-x"',
        '--x" -"--x"',
        'input:-x output:a:b error:"a b"',
        'status:failed,"a*"',
        'agent:tool:*,"a b"*,"a*",*',
        'user:""',
        "conversation:abcd0000-0000-4000-8000-000000000000",
        "id:abcd",
        "-is:root has:error",
        "created:2026-01-31",
        "created:>=2026-01-31 -updated:<=2026-01-31T10:00:00Z",
        "started:2026-01-01..2026-01-31",
        "completed:>2h..<1h",
        "since:2h until:2026-01-31",
        "duration:>1.5s duration:250ms..1h30m duration:-5us",
        "metadata.a.b:c*",
        'metadata."a b"."".c:"x y"*',
        'metadata.a:""',
    ],
)
def test_text_in_its_shortest_form_stays_as_it_is(text: str) -> None:
    assert format_terms(parse_task_terms(text)) == text


@pytest.mark.parametrize(
    ("text", "shortest"),
    [
        ('"word"', "word"),
        ("  a \t b\n", "a b"),
        ('agent:"planner"', "agent:planner"),
        ("id:ABCD-0000-00", "id:abcd000000"),
        ("id:abcd00000000400080000000000000ff", "id:abcd0000-0000-4000-8000-0000000000ff"),
        ("created:2h..", "created:>=2h"),
        ("created:..<2h", "created:<2h"),
        ("created:2h..2h", "created:2h..2h"),
        ('created:"2026-01-31 10:00"..', "created:>=2026-01-31T10:00:00Z"),
        ("created:2026-01-31T10:00+02:00", "created:2026-01-31T08:00:00Z"),
        ("created:>2026-01-31T10:00:00.5Z", "created:>2026-01-31T10:00:00.500000Z"),
        ("duration:90s", "duration:1m30s"),
        ("duration:60m..1.5h", "duration:1h..1h30m"),
        ("duration:>1000us", "duration:>1ms"),
        ("since:002h", "since:2h"),
        ('metadata."a"."b":c', "metadata.a.b:c"),
    ],
)
def test_other_forms_are_written_shortly(text: str, shortest: str) -> None:
    assert format_terms(parse_task_terms(text)) == shortest


@pytest.mark.parametrize(
    "term",
    [
        TextTerm(""),
        ValueTerm(ValueKey.STATUS, ()),
        ValueTerm(ValueKey.STATUS, (Pattern("f", prefix=True),)),
        MetadataTerm((), Pattern("x")),
        TimeTerm(TimeKey.CREATED),
        TimeTerm(TimeKey.SINCE, high=Ago(1, "h")),
        TimeTerm(TimeKey.SINCE, low=Ago(1, "h"), low_open=True),
        TimeTerm(TimeKey.UNTIL, low=Moment(datetime(2026, 1, 1, tzinfo=UTC))),
        DurationTerm(),
    ],
)
def test_a_term_that_no_text_stands_for_is_refused(term: TaskTerm) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        format_terms([term])


@given(some.lengths())
def test_a_length_comes_back(length: timedelta) -> None:
    term = DurationTerm(low=length)
    assert parse_task_terms(format_terms([term])) == (term,)
