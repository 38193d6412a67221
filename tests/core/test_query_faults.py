"""What is wrong with a filter is said with its place, what is allowed, and a correction."""

from __future__ import annotations

import pytest

from taskview_core.errors import FilterError
from taskview_core.query.parse import parse_conversation_terms, parse_task_terms


def fault_of(text: str) -> FilterError:
    with pytest.raises(FilterError) as caught:
        parse_task_terms(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "place", "suggestion"),
    [
        ("statsu:failed", "statsu:", "status:failed"),
        ("a statsu: failed b", "statsu:", "a status:failed b"),
        ('-statsu:"a b" c', "statsu:", '-status:"a b" c'),
        ("state:failed", "state:", "status:failed"),
        ("states:failed", "states:", "status:failed"),
        ("errors:x", "errors:", "error:x"),
        ("eror: x", "eror:", "error:x"),
        ("aegnt:x", "aegnt:", "agent:x"),
        ("sinc:2h", "sinc:", "since:2h"),
        ("start:>2h", "start:", "started:>2h"),
        ("create:>2h", "create:", "created:>2h"),
        ("complet:2026-01-31", "complet:", "completed:2026-01-31"),
        ("duratoin:>5s", "duratoin:", "duration:>5s"),
        ("Status:failed", "Status:", "status:failed"),
        ("ERRoR:x", "ERRoR:", "error:x"),
        ("STATUS:failed", "STATUS:", "status:failed"),
        ("ID:abcd", "ID:", "id:abcd"),
        ("created_at:>2h", "created_at:", "created:>2h"),
        ("agent_id:planner", "agent_id:", "agent:planner"),
        ("parent_task_id:x", "parent_task_id:", "parent:x"),
        ("metdata.a.b:1", "metdata.a.b:", "metadata.a.b:1"),
        ("Metadata.a:1", "Metadata.a:", "metadata.a:1"),
    ],
)
def test_a_near_miss_of_a_key(text: str, place: str, suggestion: str) -> None:
    error = fault_of(text)
    assert text[error.start : error.end] == place
    assert error.suggestion == suggestion
    assert not error.incomplete
    assert error.title == f"there is no key {place[:-1]}"
    assert "input, output, error, status" in error.detail
    assert f'"{place}" is text to search for' in error.detail


def test_a_near_miss_names_the_nearest_also_where_no_value_follows() -> None:
    error = fault_of("a statsu:")
    assert "did you mean status:, as in status:failed,cancelled?" in error.detail
    assert error.suggestion is None


@pytest.mark.parametrize("text", ["error:", "error: x", "-error:\tx", 'a error: "b"'])
def test_a_key_without_its_value_is_not_complete(text: str) -> None:
    error = fault_of(text)
    assert text[error.start : error.end] == "error:"
    assert error.incomplete
    assert "error:timeout" in error.detail
    assert '"error:" is text to search for' in error.detail


@pytest.mark.parametrize(
    "key",
    [
        *("input", "output", "error", "status", "agent", "user", "conversation", "parent", "id"),
        *("is", "has", "created", "started", "completed", "updated", "since", "until"),
        *("duration", "metadata", "metadata.a.b", 'metadata."a b"', 'metadata."a b".c'),
    ],
)
def test_every_key_wants_a_value(key: str) -> None:
    error = fault_of(f"{key}:")
    assert (error.start, error.end) == (0, len(key) + 1)
    assert error.incomplete


def test_the_examples_of_the_keys_are_right() -> None:
    from taskview_core.query.keys import TASK_KEYS

    for key in TASK_KEYS.values():
        (term,) = parse_task_terms(key.example)
        assert key.example.startswith(key.name)
        assert not term.denied


@pytest.mark.parametrize(
    ("text", "place", "incomplete", "suggestion"),
    [
        # quotes
        ('"', '"', True, None),
        ('"two words', '"two words', True, '"two words"'),
        (r'a "b\"', r'"b\"', True, r'a "b\""'),
        ('"b\\', '"b\\', True, None),
        ('""', '""', False, None),
        ('-""', '""', False, None),
        ('input:""', '""', False, None),
        ('"a"b', "b", False, '"a" b'),
        ('error:"a"b', "b", False, 'error:"a" b'),
        ('"a""b"', '"b"', False, None),
        ('agent:"a"b,c', "b,c", False, 'agent:"a" b,c'),
        ('status:"a"*', "*", False, 'status:"a" *'),
        # lists
        ("status:failed,", ",", True, "status:failed"),
        ("status:failed, x", ",", True, "status:failed x"),
        ("status:,failed", ",", False, "status:failed"),
        ("agent:a,,b", ",", False, "agent:a,b"),
        ("status:fail*", "fail*", False, "status:failed"),
        ("status:c*", "c*", False, "status:completed,cancelled"),
        ("status:x*", "x*", False, None),
        # choices
        ("is:rot", "rot", False, "is:root"),
        ("is:ro", "ro", True, "is:root"),
        ("is:Leaf", "Leaf", False, "is:leaf"),
        ("is:parent", "parent", False, None),
        ("-has:eror x", "eror", False, "-has:error x"),
        ("has:errors", "errors", False, "has:error"),
        ('has:"o"', '"o"', False, 'has:output'),
        # ids
        ("id:abc", "abc", True, None),
        ("id:ab-c", "ab-c", True, None),
        ("id:wxyz", "wxyz", False, None),
        ("conversation:abcd", "abcd", True, None),
        (
            "conversation:{0B7C8F1E-5A52-4C0E-9D3A-2F6F1F0C9A11}",
            "{0B7C8F1E-5A52-4C0E-9D3A-2F6F1F0C9A11}",
            False,
            "conversation:0b7c8f1e-5a52-4c0e-9d3a-2f6f1f0c9a11",
        ),
        (
            "id:Ob7c8fle5a524c0e9d3a2f6f1f0c9a11",
            "Ob7c8fle5a524c0e9d3a2f6f1f0c9a11",
            False,
            "id:0b7c8f1e-5a52-4c0e-9d3a-2f6f1f0c9a11",
        ),
        ("parent:0b7c8f1e5a524c0e9d3a2f6f1f0c9a111", "0b7c8f1e5a524c0e9d3a2f6f1f0c9a111",
         False, None),
        # times
        ("created:2h", "2h", True, "created:>2h"),
        ("-created:2h", "2h", True, "-created:>2h"),
        ("created:2026-01-3", "2026-01-3", True, "created:2026-01-03"),
        ("created:>2026", "2026", True, None),
        ("created:>", "", True, None),
        ("created:> 2h", "", True, None),
        ("created:..", "..", True, None),
        ("created:>..2h", ">..2h", False, None),
        ("created:2026-02-30", "2026-02-30", False, "created:2026-02-28"),
        ("created:2026-13-01", "2026-13-01", False, "created:2026-12-01"),
        ("created:2026/1/5..", "2026/1/5", False, "created:2026-01-05.."),
        ("created:20260105", "20260105", True, "created:2026-01-05"),
        ("since:20260105T1030Z", "20260105T1030Z", False, "since:2026-01-05T10:30Z"),
        ("since:2026-01-05T25:00", "2026-01-05T25:00", False, "since:2026-01-05T23:00"),
        ("since:2026-01-05T10", "2026-01-05T10", True, "since:2026-01-05T10:00"),
        ("since:2026-01-05T10:00:00.1234567", "2026-01-05T10:00:00.1234567", False,
         "since:2026-01-05T10:00:00.123456"),
        ("since:2026-01-05T10:00+99:00", "2026-01-05T10:00+99:00", False, "since:2026-01-05"),
        ("since:2hours", "2hours", False, "since:2h"),
        ("since:2H", "2H", False, "since:2h"),
        ('since:"2 hours ago"', '"2 hours ago"', False, "since:2h"),
        ("since:1h30m", "1h30m", False, "since:90m"),
        ("since:1.5d", "1.5d", False, "since:36h"),
        ("since:-2h", "-2h", False, "since:2h"),
        ("since:yesterday", "yesterday", False, "since:48h"),
        ("since:whenever", "whenever", False, None),
        ("since:9999999999h", "9999999999h", False, None),
        ("since:0001-01-01T00:00+01:00", "0001-01-01T00:00+01:00", False, "since:0001-01-01"),
        ("since:0000-01-01", "0000-01-01", False, None),
        ("since:>2h", ">2h", False, "since:2h"),
        ("until:1d..2h", "1d..2h", False, "until:1d"),
        ("created:1h..2h", "1h..2h", False, "created:2h..1h"),
        ("created:2026-02-01..2026-01-01", "2026-02-01..2026-01-01", False,
         "created:2026-01-01..2026-02-01"),
        ("created:<2h..1h", "<2h..1h", False, "created:2h..1h"),
        ("created:3h..2h..1h", "..1h", False, "created:3h..2h"),
        ("created:=2026-01-31", "=", False, "created:2026-01-31"),
        ("created:=>2h", "=>", False, "created:>=2h"),
        ("created:≤2h", "≤", False, "created:<=2h"),
        # lengths
        ("duration:>5", "5", True, "duration:>5s"),
        ("duration:>5sec", "5sec", False, "duration:>5s"),
        ("duration:>1m1h", "1m1h", False, "duration:>1h1m"),
        ('duration:>"5 minutes"', '"5 minutes"', False, "duration:>5m"),
        ("duration:>1,5s", "1,5s", False, "duration:>1.5s"),
        ("duration:>long", "long", False, None),
        ("duration:>9999999999d", "9999999999d", False, None),
        ("duration:2m..1s", "2m..1s", False, "duration:1s..2m"),
        # metadata
        ("metadata:x", "metadata:x", False, None),
        ("metadata.:x", ".:", False, None),
        ("metadata.a..b:x", "..", False, None),
        ('metadata."a', '"a', True, 'metadata."a"'),
        ('metadata."a"', 'metadata."a"', True, None),
        ('metadata."a"b:c', "b:c", False, None),
    ],
)  # fmt: skip
def test_a_bad_value(text: str, place: str, incomplete: bool, suggestion: str | None) -> None:
    error = fault_of(text)
    assert text[error.start : error.end] == place
    assert error.incomplete is incomplete
    assert error.suggestion == suggestion


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "is:rot",
            ["root (no parent), leaf (no children), stuck or orphan", "did you mean is:root?"],
        ),
        ("has:x", ["error, output, input or metadata"]),
        ("since:noon", ["ISO 8601", "2026-01-31T10:00", "s, m, h, d or w"]),
        ("duration:>x", ["250ms"]),
        ("created:2h", ["created:>2h is later than 2h ago", "created:<2h is earlier"]),
        ("id:xyz", ["4 to 32 hex digits"]),
        ("parent:xyz", ["32 hex digits"]),
        ("status:", ["a status, or several", "status:failed,cancelled"]),
        ('"a', [r"\" is a quote"]),
    ],
)
def test_a_fault_says_what_is_allowed(text: str, said: list[str]) -> None:
    detail = fault_of(text).detail
    for words in said:
        assert words in detail


def test_what_was_typed_is_clipped_and_cleaned_in_sentences() -> None:
    error = fault_of(f"since:\x1b[31m{'x' * 500}")
    assert len(error.title) < 100
    assert "\x1b" not in str(error)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a status:failed", "status:"),
        ("error:x", "error:"),
        ("metadata.a:b", "metadata.a:"),
        ("metadata:b", "metadata:"),
    ],
)
def test_a_key_of_tasks_is_refused_for_conversations(text: str, place: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_conversation_terms(text)
    assert text[caught.value.start : caught.value.end] == place
    assert "is a key of tasks" in caught.value.title
    assert "user, conversation, id, created, updated, since and until" in caught.value.detail


def test_a_near_miss_in_a_filter_of_conversations() -> None:
    with pytest.raises(FilterError) as caught:
        parse_conversation_terms("updatd:>2h")
    assert caught.value.suggestion == "updated:>2h"
    assert "status" not in caught.value.detail
