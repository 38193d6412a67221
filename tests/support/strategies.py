"""Hypothesis strategies for filters, and for the texts and times that they ask about."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.task_filter import TaskFilter
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
    TimePoint,
    TimeTerm,
    ValueKey,
    ValueTerm,
)

ODD_WORDS = (
    "error:",
    "error:x",
    "status:",
    "Status:failed",
    "statsu:",
    "state:x",
    "metadata.",
    "metadata.a:b",
    'metadata."a',
    "https://example.com",
    "TypeError: x",
    "-",
    "--",
    "--foo",
    "-x",
    '"',
    "\\",
    "\\\\",
    '\\"',
    '"a" b',
    "a*",
    "*",
    "a,b",
    "..",
    "%_",
    "Überprüfung",
    "ÜBERPRÜFUNG",
    "U\u0308ber",
    "İstanbul",
    "ΟΔΟΣ",
    "日本語",
    "👩\u200d👧",
    "null",
    "true",
    "42",
    "1.50",
    "\x00",
    "\x1c",
    "\u2028",
    "\xa0",
    "a\nb",
    "\t",
)
"""Texts that a parser, a matcher or a database may stumble over."""

KEYS = ("a", "b", "a.b", "0", "kind", "Ü", "")
"""Keys of payloads and metadata, few enough to meet."""

_FIDDLY = st.text(st.sampled_from('ab"\\-:., *%_\n\té\u0301ΣσK{}[]'), min_size=1, max_size=8)


def texts(*, storable: bool = False) -> st.SearchStrategy[str]:
    """Texts of at least one character; `storable` leaves out what no engine takes.

    That is NUL, which Postgres does not hold, and lone surrogates, which are no UTF-8.
    """
    anything = st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
        if storable
        else st.characters(exclude_categories=[]),
        min_size=1,
        max_size=20,
    )
    odd = [word for word in ODD_WORDS if not storable or "\x00" not in word]
    return st.one_of(st.sampled_from(odd), _FIDDLY, anything)


def instants() -> st.SearchStrategy[datetime]:
    """Aware times in UTC, most of them in a few days of 2026 so that they meet each other."""
    near = st.builds(
        lambda hours, micros: (
            datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours, microseconds=micros)
        ),
        st.integers(0, 24 * 4),
        st.sampled_from((0, 0, 0, 1, 500_000, 999_999)),
    )
    return st.one_of(
        near, st.datetimes(timezones=st.just(UTC)).map(lambda time: time.astimezone(UTC))
    )


def ages() -> st.SearchStrategy[Ago]:
    """Times before now."""
    return st.builds(
        Ago, st.one_of(st.integers(0, 100), st.integers(0, 10**9 - 1)), st.sampled_from("smhdw")
    )


def _days() -> st.SearchStrategy[Moment]:
    return instants().map(
        lambda time: Moment(time.replace(hour=0, minute=0, second=0, microsecond=0), day=True)
    )


def time_points() -> st.SearchStrategy[TimePoint]:
    """Instants, whole days and ages."""
    return st.one_of(instants().map(Moment), _days(), ages())


def lengths() -> st.SearchStrategy[timedelta]:
    """Durations, a few of them negative."""
    return st.one_of(
        st.sampled_from([timedelta(seconds=seconds) for seconds in (0, 1, 5, 60, 3600, 86400)]),
        st.timedeltas(timedelta(seconds=-5), timedelta(days=3)),
        st.timedeltas(),
    )


def _is_backwards(low: Any, high: Any) -> bool:
    if isinstance(low, Ago) and isinstance(high, Ago):
        return low.seconds < high.seconds
    if isinstance(low, Moment) and isinstance(high, Moment):
        return low.at > high.at
    return isinstance(low, timedelta) and isinstance(high, timedelta) and low > high


@st.composite
def _bounds(draw: st.DrawFn, points: st.SearchStrategy[Any]) -> dict[str, Any]:
    low, high = draw(
        st.one_of(
            st.tuples(points, st.none()),
            st.tuples(st.none(), points),
            st.tuples(points, points),
            points.map(lambda point: (point, point)),
        )
    )
    if _is_backwards(low, high):
        low, high = high, low
    return {
        "low": low,
        "low_open": low is not None and draw(st.booleans()),
        "high": high,
        "high_open": high is not None and draw(st.booleans()),
    }


@st.composite
def time_terms(draw: st.DrawFn, keys: tuple[TimeKey, ...] = tuple(TimeKey)) -> TimeTerm:
    """Bounds on times, as the language can write them."""
    key, denied = draw(st.sampled_from(keys)), draw(st.booleans())
    if key is TimeKey.SINCE:
        return TimeTerm(key, low=draw(time_points()), denied=denied)
    if key is TimeKey.UNTIL:
        return TimeTerm(key, high=draw(time_points()), denied=denied)
    return TimeTerm(key, **draw(_bounds(time_points())), denied=denied)


@st.composite
def duration_terms(draw: st.DrawFn) -> DurationTerm:
    """Bounds on lengths, as the language can write them."""
    return DurationTerm(**draw(_bounds(lengths())), denied=draw(st.booleans()))


def _patterns(values: st.SearchStrategy[str], *, prefixes: bool = True) -> Any:
    return st.builds(Pattern, values, st.booleans() if prefixes else st.just(False))


AGENTS = ("planner", "tool:web", "tool:shell", "tool:", "Planner", "a,b", "")
STATUSES = ("pending", "running", "completed", "failed", "cancelled", "odd one", "failed*")
USERS = ("alice", "bob", "bob smith", "")


def value_terms(
    keys: tuple[ValueKey, ...] = tuple(ValueKey), *, storable: bool = False
) -> st.SearchStrategy[ValueTerm]:
    """Lists of values, many of them such as `task_facts` has."""
    usual = {ValueKey.STATUS: STATUSES, ValueKey.AGENT: AGENTS, ValueKey.USER: USERS}

    def of(key: ValueKey) -> st.SearchStrategy[ValueTerm]:
        values = st.one_of(st.sampled_from(usual[key]), texts(storable=storable))
        patterns = _patterns(values, prefixes=key is not ValueKey.STATUS)
        return st.builds(
            ValueTerm,
            st.just(key),
            st.lists(patterns, min_size=1, max_size=3).map(tuple),
            st.booleans(),
        )

    return st.sampled_from(keys).flatmap(of)


IDS = tuple(uuid.UUID(int=0xABCD0000_0000_4000_8000_000000000000 + at) for at in range(6))
"""A few ids, so that parents, children and terms meet."""


def idents() -> st.SearchStrategy[uuid.UUID]:
    """Ids, most of them from a few."""
    return st.one_of(st.sampled_from(IDS), st.uuids())


def id_terms(keys: tuple[IdKey, ...] = tuple(IdKey)) -> st.SearchStrategy[IdTerm]:
    """Whole ids, and for `id` the beginnings of them."""

    def of(key: IdKey) -> st.SearchStrategy[IdTerm]:
        beginnings = st.builds(lambda ident, size: ident.hex[:size], idents(), st.integers(4, 31))
        values = st.one_of(idents(), beginnings) if key is IdKey.ID else idents()
        return st.builds(IdTerm, st.just(key), values, st.booleans())

    return st.sampled_from(keys).flatmap(of)


def text_terms(*, storable: bool = False) -> st.SearchStrategy[TextTerm]:
    """Texts to search for, anywhere or in one field."""
    return st.builds(TextTerm, texts(storable=storable), st.sampled_from(TextField), st.booleans())


def metadata_terms(*, storable: bool = False) -> st.SearchStrategy[MetadataTerm]:
    """Values at paths, many of them such as `payloads` has."""
    part = st.one_of(st.sampled_from(KEYS), texts(storable=storable), st.just(""))
    values = st.one_of(
        st.sampled_from(("1", "1.50", "true", "null", "x", "")), texts(storable=storable)
    )
    return st.builds(
        MetadataTerm,
        st.lists(part, min_size=1, max_size=3).map(tuple),
        _patterns(values),
        st.booleans(),
    )


def task_terms(*, storable: bool = False) -> st.SearchStrategy[TaskTerm]:
    """Every kind of term, as a filter of tasks can be written."""
    return st.one_of(
        text_terms(storable=storable),
        value_terms(storable=storable),
        id_terms(),
        st.builds(IsTerm, st.sampled_from(IsKind), st.booleans()),
        st.builds(HasTerm, st.sampled_from(HasKind), st.booleans()),
        time_terms(),
        duration_terms(),
        metadata_terms(storable=storable),
    )


def conversation_terms(*, storable: bool = False) -> st.SearchStrategy[ConversationTerm]:
    """Every kind of term, as a filter of conversations can be written."""
    return st.one_of(
        st.builds(TextTerm, texts(storable=storable), denied=st.booleans()),
        value_terms((ValueKey.USER,), storable=storable),
        id_terms((IdKey.ID, IdKey.CONVERSATION)),
        time_terms((TimeKey.CREATED, TimeKey.UPDATED, TimeKey.SINCE, TimeKey.UNTIL)),
    )


def task_filters(*, storable: bool = False, most: int = 4) -> st.SearchStrategy[TaskFilter]:
    """Filters of tasks with none to `most` terms."""
    return st.lists(task_terms(storable=storable), max_size=most).map(
        lambda terms: TaskFilter(tuple(terms))
    )


def conversation_filters(
    *, storable: bool = False, most: int = 4
) -> st.SearchStrategy[ConversationFilter]:
    """Filters of conversations with none to `most` terms."""
    return st.lists(conversation_terms(storable=storable), max_size=most).map(
        lambda terms: ConversationFilter(tuple(terms))
    )
