"""Times and lengths, read and written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import strategies as some
from taskview_core.errors import UsageError
from taskview_core.query.durations import format_duration, parse_duration
from taskview_core.query.faults import BadValueError
from taskview_core.query.ids import parse_id, parse_uuid
from taskview_core.query.terms import Ago, Moment, TimePoint
from taskview_core.query.times import format_time, parse_time


@given(some.time_points())
def test_a_time_comes_back_from_its_text(point: TimePoint) -> None:
    assert parse_time(format_time(point)) == point


@given(
    st.datetimes(
        min_value=datetime(1, 1, 3),
        max_value=datetime(9999, 12, 29),
        timezones=st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(
            lambda offset: timezone(timedelta(minutes=offset // timedelta(minutes=1)))
        ),
    )
)
def test_an_instant_in_any_zone_is_the_same_instant(moment: datetime) -> None:
    found = parse_time(moment.isoformat())
    assert found == Moment(moment)
    assert isinstance(found, Moment)
    assert found.at.tzinfo is UTC
    assert parse_time(moment.isoformat(sep=" ")) == found
    assert parse_time(format_time(Moment(moment))) == found


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T10:00",
        "2026-01-31T10:00Z",
        "2026-01-31 10:00:00",
        "2026-01-31T12:00+02",
        "2026-01-31T12:00+0200",
        "2026-01-31T09:30:00.000000-00:30",
    ],
)
def test_the_ways_to_write_one_instant(text: str) -> None:
    assert parse_time(text) == Moment(datetime(2026, 1, 31, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    "text",
    ["", " 2h", "2h ", "2", "h", "²h", "٢h", "2y", "1e3s", "2026-W05-1", "20260131", "２h",
     "2026-01-31t10:00", "2026-01-31T10:00z", "2026-01-31T10", "2026-01-31T10:00:00,5", "-2h",
     "2026-01-31T10:00 Z", "2026-02-29", "2026-01-31T10:60", "+2h", "9999999999s"],
)  # fmt: skip
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(BadValueError):
        parse_time(text)


@given(st.one_of(some.texts(), st.text(st.sampled_from("0123456789-:T Zhmd.+/"), max_size=20)))
def test_the_nearest_time_is_one(text: str) -> None:
    try:
        parse_time(text)
    except UsageError as error:
        nearest = error.nearest if isinstance(error, BadValueError) else None
        if nearest is not None:
            parse_time(nearest)


@given(st.one_of(some.texts(), st.text(st.sampled_from("0123456789.,-dhmsu wk"), max_size=20)))
def test_the_nearest_length_is_one(text: str) -> None:
    try:
        parse_duration(text)
    except BadValueError as error:
        if error.nearest is not None:
            parse_duration(error.nearest)


def test_an_age_is_resolved_against_now() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert Ago(90, "m").resolve(now) == datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
    assert Ago(2, "w").resolve(now) == datetime(2026, 11, 9, 12, tzinfo=UTC)
    assert Ago(999_999_999, "w").resolve(now) == datetime.min.replace(tzinfo=UTC)
    assert Ago(3000 * 366, "d").resolve(now) == datetime.min.replace(tzinfo=UTC)


@given(some.lengths())
def test_a_length_comes_back_from_its_text(length: timedelta) -> None:
    assert parse_duration(format_duration(length)) == length


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("0s", 0),
        ("5us", 5),
        ("250ms", 250_000),
        ("1.5s", 1_500_000),
        ("0.0000015s", 2),
        ("2m", 120_000_000),
        ("1h30m", 5_400_000_000),
        ("1.5h", 5_400_000_000),
        ("2d", 172_800_000_000),
        ("1w1d1h1m1s1ms1us", 694_861_001_001),
        ("-1m30s", -90_000_000),
    ],
)
def test_lengths(text: str, micros: int) -> None:
    assert parse_duration(text) == timedelta(microseconds=micros)


@pytest.mark.parametrize(
    "text", ["", "-", "5", "s", "1m1m", "1s1m", "1..5s", ".5s", "5.s", "1 s", "5S", "+5s", "²s",
             "999999999999999w", "1m-1s"],
)  # fmt: skip
def test_what_is_no_length(text: str) -> None:
    with pytest.raises(BadValueError):
        parse_duration(text)


def test_a_bad_value_says_what_is_allowed_and_what_is_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        parse_time("2hours")
    assert caught.value.title == '"2hours" is not a time'
    assert caught.value.detail.startswith("did you mean 2h? a time is ISO 8601")


@given(st.uuids())
def test_ids_are_read_with_dashes_and_without(ident: object) -> None:
    for text in (str(ident), str(ident).upper(), str(ident).replace("-", "")):
        assert parse_uuid(text) == ident
        assert parse_id(text) == ident


@pytest.mark.parametrize(
    "text", ["", "abc", "abcg", "a" * 33, "ａｂｃｄ", "ab cd", "----", "abcd\n"]
)
def test_what_is_no_id(text: str) -> None:
    with pytest.raises(BadValueError):
        parse_id(text)
    with pytest.raises(BadValueError):
        parse_uuid(text)
