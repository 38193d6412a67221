"""What a stored value is as a time is one thing, to what is shown and to what is filtered."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from support.examples import examples
from taskview_core.persistence.sql.odd_times import odd_time
from taskview_core.persistence.sql.sqlite_time import microseconds
from taskview_core.persistence.stored_time import read_time

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

TIMES = {
    "2026-01-31 10:00:00.000001": "2026-01-31T10:00:00.000001",
    "2026-01-31": "2026-01-31T00:00:00",
    "2026-01-31T10:00": "2026-01-31T10:00:00",
    "2026-01-31t10:00:00z": "2026-01-31T10:00:00",
    "2026-01-31T10:00:00+0530": "2026-01-31T04:30:00",
    "2026-01-31T10:00:00+05": "2026-01-31T05:00:00",
    "2026-01-31 10:00-03:30": "2026-01-31T13:30:00",
    "2026-01-31T10:00:00,5": "2026-01-31T10:00:00.500000",
    "2026-01-31T10:00:00.9999999Z": "2026-01-31T10:00:00.999999",
    "2026-01-28 10:00:00.330-05": "2026-01-28T15:00:00.330000",
    "2024-02-29 23:59:59.999999": "2024-02-29T23:59:59.999999",
    "0001-01-01 00:00:00+00:00": "0001-01-01T00:00:00",
    "9999-12-31T23:59:59.999999": "9999-12-31T23:59:59.999999",
}
NONE = (
    "",
    "2026-02-30 10:00:00",
    "2026-02-29T10:00:00.000000",
    "2026-01-31 24:00:00",
    "2026-01-31 10:00:60",
    "2026-01-31 10:00:00 UTC",
    "2026-01-31 10:00:00.123 +00:00",
    " 2026-01-31 10:00:00",
    "2026-01-31 10:00:00\n",
    "2026-01-31 10:00:00.000000\0",
    "2026-01-31T10:00:00+20:00",
    "2026-01-31T10:00:00.",
    "2026-01-31Z",
    "20260131T100000",
    "2026-W05-6",
    "2026-01-3١",
    "0000-12-31T23:59:59-05:00",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
    "now",
    "2461072.5",
)


@pytest.fixture(scope="module")
def asked() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    yield connection
    connection.close()


def _in_sql(asked: sqlite3.Connection, value: Any) -> Any:
    expression = microseconds("stored")
    return asked.execute(f"SELECT {expression} FROM (SELECT ? AS stored)", [value]).fetchone()[0]


def _in_python(value: Any) -> int | None:
    moment = read_time(value)
    return None if moment is None else (moment - _EPOCH) // timedelta(microseconds=1)


@pytest.mark.parametrize("text", TIMES)
def test_times(asked: sqlite3.Connection, text: str) -> None:
    moment = datetime.fromisoformat(TIMES[text]).replace(tzinfo=UTC)
    assert read_time(text) == moment
    assert _in_sql(asked, text) == (moment - _EPOCH) // timedelta(microseconds=1)


@pytest.mark.parametrize(
    "value", [*NONE, None, b"2026-01-31 10:00:00.000000", -(10**11) + 1, 1e300]
)
def test_what_is_no_time(asked: sqlite3.Connection, value: Any) -> None:
    assert read_time(value) is None
    assert _in_sql(asked, value) is None


def _joined(*parts: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.tuples(*(st.sampled_from(each) for each in parts)).map("".join)


_DAYS = _joined(
    ("2026", "2024", "0000", "0001", "1969", "9999"),
    ("-01", "-02", "-12", "-13", "-00", "01"),
    ("-01", "-28", "-29", "-30", "-31", "-32", "-00"),
)
_CLOCKS = _joined(
    (" ", "T", "t", "  "),
    ("00:", "10:", "23:", "24:", "29:"),
    ("00", "59", "60"),
    ("", ":00", ":59", ":60", ":5"),
    ("", "", ".", ".5", ",25", ".000001", ".999999", ".1234567890"),
    ("", "", "Z", "z", "+05:30", "+0530", "-05", "-19:59", "+20:00", "+5", " UTC", "\0"),
)
_WHOLE = st.builds(str.__add__, _DAYS, st.one_of(st.just(""), _CLOCKS))
_SPOILT = st.builds(
    lambda text, place, cut, put: text[: place % 40] + put + text[place % 40 + cut :],
    _WHOLE,
    st.integers(0, 39),
    st.integers(0, 1),
    st.sampled_from(["", " ", "-", ":", ".", "0", "9", "Z", "é", "٣", "\n", "\0"]),
)
_NUMBERS = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    *(st.integers(-(10**size), 10**size) for size in (9, 11, 14, 17)),
    st.sampled_from([10**size + step for size in (11, 14, 17) for step in (-1, 0, 1)]),
    st.floats(allow_nan=False),
    st.floats(-1e12, 1e12),
)


@examples(400)
@given(st.one_of(_WHOLE, _WHOLE, _SPOILT, _NUMBERS, st.binary(max_size=12), st.none()))
@example(-(2**63))
@example(90_000_000_001)
@example(1_769_853_600_123_456_789)
@example(0.0000005)
def test_both_read_the_same(asked: sqlite3.Connection, value: Any) -> None:
    assert _in_sql(asked, value) == _in_python(value)


EVEN = (
    "2026-01-31 10:00:00.000001",
    "2026-01-31T10:00:00.123",
    "2026-01-31 10:00:00",
    "2026-01-31T10:00:00Z",
    "2026-01-31T10:00:00.123Z",
    "2026-01-31T10:00:00.123456+00:00",
    "2026-01-31T10:00:00.12345678Z",
    "2024-02-29 23:59:59.9",
)


def _is_odd(asked: sqlite3.Connection, value: Any) -> int:
    query = f"SELECT {odd_time('stored')} FROM (SELECT ? AS stored)"
    found: int = asked.execute(query, [value]).fetchone()[0]
    return found


@pytest.mark.parametrize("text", EVEN)
def test_what_nearly_all_write_is_not_odd(asked: sqlite3.Connection, text: str) -> None:
    assert _is_odd(asked, text) == 0


@examples(400)
@given(st.one_of(_WHOLE, _WHOLE, _SPOILT, st.sampled_from(EVEN)))
@example("2026-01-31 10:00:00.000000\0")
@example("2026-01-31 10:00:00.123\0Z")
@example("2026-01-31 10:00:00..23456")
@example("2026-01-31 10:00:00.1+0200")
def test_a_text_that_is_not_odd_is_the_time_that_it_begins_with(
    asked: sqlite3.Connection, text: str
) -> None:
    if not _is_odd(asked, text):
        second = read_time(text[:19])
        moment = read_time(text)
        assert second is not None
        assert moment is not None
        assert len(text) > 10
        assert text[10] in " T"
        assert second <= moment < second + timedelta(seconds=1)


@pytest.mark.parametrize("value", [None, 1_769_853_600, 1e9, b"2026-01-31"])
def test_only_text_is_odd(asked: sqlite3.Connection, value: Any) -> None:
    """Numbers sort before all text, and what else there is, is no time."""
    assert _is_odd(asked, value) == 0


def test_an_index_can_hold_it(asked: sqlite3.Connection) -> None:
    asked.execute("CREATE TABLE kept (stored TEXT)")
    asked.execute(f"CREATE INDEX by_time ON kept ({microseconds('stored')})")
    asked.executemany("INSERT INTO kept VALUES (?)", [(text,) for text in (*TIMES, *NONE)])
    plan = asked.execute(
        f"EXPLAIN QUERY PLAN SELECT 1 FROM kept WHERE {microseconds('kept.stored')} > 0"
    ).fetchall()
    assert "by_time" in str(plan)
    found = asked.execute(
        f"SELECT count(*) FROM kept WHERE {microseconds('kept.stored')} IS NOT NULL"
    )
    assert found.fetchone()[0] == len(TIMES)
