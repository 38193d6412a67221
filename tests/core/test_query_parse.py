"""What each text of the query language means."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from taskview_core.query.lexer import Scanner
from taskview_core.query.parse import parse_conversation_terms, parse_task_terms
from taskview_core.query.terms import (
    Ago,
    ConversationTerm,
    DurationTerm,
    HasKind,
    HasTerm,
    IdKey,
    IdTerm,
    IsKind,
    IsTerm,
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

_UUID = "0b7c8f1e-5a52-4c0e-9d3a-2f6f1f0c9a11"
_DAY = Moment(datetime(2026, 1, 31, tzinfo=UTC), day=True)


def _text(*words: str) -> tuple[TextTerm, ...]:
    return tuple(TextTerm(word) for word in words)


def _moment(*parts: int) -> Moment:
    return Moment(datetime(*parts, tzinfo=UTC))  # type: ignore[arg-type]  # year to microsecond


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        (" \t\n ", ()),
        ("a b", _text("a", "b")),
        ("  a\u3000b\x1cc ", _text("a", "b", "c")),
        (r"C:\temp\new a\"b", _text(r"C:\temp\new", r"a\"b")),
        ('it"s 5"', _text('it"s', '5"')),
        ('"two words"', _text("two words")),
        (r'"say \"hi\" and \\ or \n"', _text(r'say "hi" and \ or \n')),
        ('"a\nb" "status:failed"', _text("a\nb", "status:failed")),
        ('-a -"b c"', (TextTerm("a", denied=True), TextTerm("b c", denied=True))),
        ("--foo - -- --", _text("--foo", "-", "--", "--")),
        ("input:a", (TextTerm("a", TextField.INPUT),)),
        ('output:"a b"', (TextTerm("a b", TextField.OUTPUT),)),
        ('-error:a"b', (TextTerm('a"b', TextField.ERROR, denied=True),)),
        ("error:-x input:status:failed", (
            TextTerm("-x", TextField.ERROR), TextTerm("status:failed", TextField.INPUT),
        )),
    ],
)  # fmt: skip
def test_words_and_phrases(text: str, terms: tuple[TaskTerm, ...]) -> None:
    assert parse_task_terms(text) == terms


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/status:200",
        "TypeError: 'NoneType' object is not callable",
        "Error: boom",
        "ERROR:root:connection refused",
        "Traceback (most recent call last):",
        "12:30 10:00:05 note:this date:2026 type:foo name:x file:a.py line:12 user@host:22",
        "use: used: uses:actions/checkout print: percent:50 part:1 util: related:#12",
        "state: running stats: 5 start: 10 update: now errors: 3 agents: 2 users: 7 Status: ok",
        "agent_id: 5 created_at: now user_id:",
        "localhost:8080 std::string foo::bar key:value a:b :x : ::",
        "event:click content:x message:y port:80 rating:5 patient:x output_mode:content",
        "i:1 his:x hash:x ids:1 ID: is_root:1 hs:x",
        "é: status：failed ștatus:x",
        "metadata metadata. metadata.kind metadata.. metdata.kind meta.kind:x",
        "status=failed status failed",
        "--status:failed --statsu:x",
        "(status:failed) [error:x] 'error:x'",
    ],
)
def test_other_words_with_a_colon_are_text(text: str) -> None:
    assert parse_task_terms(text) == _text(*text.split())


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("status:failed", ValueTerm(ValueKey.STATUS, (Pattern("failed"),))),
        (
            "-status:failed,cancelled",
            ValueTerm(ValueKey.STATUS, (Pattern("failed"), Pattern("cancelled")), denied=True),
        ),
        ('status:"odd, one*"', ValueTerm(ValueKey.STATUS, (Pattern("odd, one*"),))),
        ("agent:planner", ValueTerm(ValueKey.AGENT, (Pattern("planner"),))),
        ("agent:tool:*", ValueTerm(ValueKey.AGENT, (Pattern("tool:", prefix=True),))),
        ("agent:*", ValueTerm(ValueKey.AGENT, (Pattern("", prefix=True),))),
        ("agent:a**", ValueTerm(ValueKey.AGENT, (Pattern("a*", prefix=True),))),
        ("agent:a*b", ValueTerm(ValueKey.AGENT, (Pattern("a*b"),))),
        (
            'agent:"a*",b"c,"d e"*,""',
            ValueTerm(
                ValueKey.AGENT,
                (Pattern("a*"), Pattern('b"c'), Pattern("d e", prefix=True), Pattern("")),
            ),
        ),
        ("user:alice,al*", ValueTerm(
            ValueKey.USER, (Pattern("alice"), Pattern("al", prefix=True))
        )),
        (f"conversation:{_UUID}", IdTerm(IdKey.CONVERSATION, UUID(_UUID))),
        (f"parent:{_UUID.replace('-', '').upper()}", IdTerm(IdKey.PARENT, UUID(_UUID))),
        (f"-id:{_UUID}", IdTerm(IdKey.ID, UUID(_UUID), denied=True)),
        (f'id:"{_UUID}"', IdTerm(IdKey.ID, UUID(_UUID))),
        ("id:0B7C", IdTerm(IdKey.ID, "0b7c")),
        ("id:0b7c8f1e-", IdTerm(IdKey.ID, "0b7c8f1e")),
        ("id:0b7c8f1e-5a52-4", IdTerm(IdKey.ID, "0b7c8f1e5a524")),
        (f"id:{_UUID[:-1]}", IdTerm(IdKey.ID, _UUID.replace("-", "")[:-1])),
        ("is:root", IsTerm(IsKind.ROOT)),
        ("-is:leaf", IsTerm(IsKind.LEAF, denied=True)),
        ("has:error", HasTerm(HasKind.ERROR)),
        ("has:input", HasTerm(HasKind.INPUT)),
        ("has:output", HasTerm(HasKind.OUTPUT)),
        ("-has:metadata", HasTerm(HasKind.METADATA, denied=True)),
        ("metadata.kind:turn", MetadataTerm(("kind",), Pattern("turn"))),
        ("metadata.a.0.b:x:y", MetadataTerm(("a", "0", "b"), Pattern("x:y"))),
        ('metadata.a:"x y"', MetadataTerm(("a",), Pattern("x y"))),
        ("metadata.a:x,y*", MetadataTerm(("a",), Pattern("x,y", prefix=True))),
        ('metadata.a:"x*"', MetadataTerm(("a",), Pattern("x*"))),
        ('metadata.a:"x*"*', MetadataTerm(("a",), Pattern("x*", prefix=True))),
        ('-metadata."a.b: c".d:""', MetadataTerm(("a.b: c", "d"), Pattern(""), denied=True)),
        ('metadata.a"b."":1', MetadataTerm(('a"b', ""), Pattern("1"))),
    ],
)  # fmt: skip
def test_keys(text: str, term: TaskTerm) -> None:
    assert parse_task_terms(text) == (term,)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("created:>2h", TimeTerm(TimeKey.CREATED, low=Ago(2, "h"), low_open=True)),
        ("started:>=30m", TimeTerm(TimeKey.STARTED, low=Ago(30, "m"))),
        ("completed:<1w", TimeTerm(TimeKey.COMPLETED, high=Ago(1, "w"), high_open=True)),
        ("-updated:<=3d", TimeTerm(TimeKey.UPDATED, high=Ago(3, "d"), denied=True)),
        ("created:2026-01-31", TimeTerm(TimeKey.CREATED, low=_DAY, high=_DAY)),
        ("created:>2026-01-31", TimeTerm(TimeKey.CREATED, low=_DAY, low_open=True)),
        ("created:2026-01-31..", TimeTerm(TimeKey.CREATED, low=_DAY)),
        ("created:..2026-01-31", TimeTerm(TimeKey.CREATED, high=_DAY)),
        ("created:2d..90s", TimeTerm(TimeKey.CREATED, low=Ago(2, "d"), high=Ago(90, "s"))),
        ("created:>2d..<1d", TimeTerm(
            TimeKey.CREATED, low=Ago(2, "d"), low_open=True, high=Ago(1, "d"), high_open=True
        )),
        ("created:>=2d..<=1d", TimeTerm(TimeKey.CREATED, low=Ago(2, "d"), high=Ago(1, "d"))),
        (
            "created:2026-01-31T10:00Z",
            TimeTerm(
                TimeKey.CREATED, low=_moment(2026, 1, 31, 10), high=_moment(2026, 1, 31, 10)
            ),
        ),
        (
            'created:>"2026-01-31 10:00:30.25+02:00"',
            TimeTerm(
                TimeKey.CREATED, low=_moment(2026, 1, 31, 8, 0, 30, 250_000), low_open=True
            ),
        ),
        (
            'created:"2026-01-31 10:00".."2026-01-31 11:00"',
            TimeTerm(
                TimeKey.CREATED, low=_moment(2026, 1, 31, 10), high=_moment(2026, 1, 31, 11)
            ),
        ),
        (
            "created:2026-01-31T10:00:00.5..2026-01-31",
            TimeTerm(TimeKey.CREATED, low=_moment(2026, 1, 31, 10, 0, 0, 500_000), high=_DAY),
        ),
        ("since:2h", TimeTerm(TimeKey.SINCE, low=Ago(2, "h"))),
        ("until:2026-01-31", TimeTerm(TimeKey.UNTIL, high=_DAY)),
        ("-since:0s", TimeTerm(TimeKey.SINCE, low=Ago(0, "s"), denied=True)),
        ("duration:>5s", DurationTerm(low=timedelta(seconds=5), low_open=True)),
        ("duration:<=250ms", DurationTerm(high=timedelta(milliseconds=250))),
        (
            "duration:1h30m..2d",
            DurationTerm(low=timedelta(hours=1, minutes=30), high=timedelta(days=2)),
        ),
        (
            "-duration:1.5s",
            DurationTerm(
                low=timedelta(seconds=1.5), high=timedelta(seconds=1.5), denied=True
            ),
        ),
        ("duration:<0s", DurationTerm(high=timedelta(0), high_open=True)),
        ("duration:-5s..", DurationTerm(low=timedelta(seconds=-5))),
    ],
)  # fmt: skip
def test_times_and_lengths(text: str, term: TaskTerm) -> None:
    assert parse_task_terms(text) == (term,)


def test_many_terms_keep_their_order() -> None:
    assert parse_task_terms('status:failed -agent:a* "b c" d') == (
        ValueTerm(ValueKey.STATUS, (Pattern("failed"),)),
        ValueTerm(ValueKey.AGENT, (Pattern("a", prefix=True),), denied=True),
        TextTerm("b c"),
        TextTerm("d"),
    )


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("TypeError: x -\"y z\"", (*_text("TypeError:", "x"), TextTerm("y z", denied=True))),
        ("user:alice", (ValueTerm(ValueKey.USER, (Pattern("alice"),)),)),
        ("id:abcd", (IdTerm(IdKey.ID, "abcd"),)),
        (f"conversation:{_UUID}", (IdTerm(IdKey.CONVERSATION, UUID(_UUID)),)),
        ("updated:<1d", (TimeTerm(TimeKey.UPDATED, high=Ago(1, "d"), high_open=True),)),
        ("since:1d", (TimeTerm(TimeKey.SINCE, low=Ago(1, "d")),)),
        # Keys of tasks without a value at once are words of a title.
        ("error: x statsu:x", _text("error:", "x", "statsu:x")),
    ],
)  # fmt: skip
def test_conversations(text: str, terms: tuple[ConversationTerm, ...]) -> None:
    assert parse_conversation_terms(text) == terms


def test_white_space_is_what_python_says_it_is() -> None:
    """The scanner reads it by a pattern, the formatter too: both as `str.isspace` has it."""
    for point in range(sys.maxunicode + 1):
        character = chr(point)
        scanner = Scanner(character)
        assert scanner.at_break == character.isspace()
        assert scanner.next_term() != character.isspace()
