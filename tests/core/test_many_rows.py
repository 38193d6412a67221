"""Rows made many at a time are the rows made one by one, whatever is stored among them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from taskview_core.persistence.far_times import FarTime
from taskview_core.persistence.sql.many_rows import RowMapper
from taskview_core.persistence.sql.mapping import task_row

_UUIDS = st.uuids() | st.sampled_from([UUID(int=0), UUID(int=7), UUID(int=2**128 - 1)])
_HEX = _UUIDS.map(lambda value: value.hex)
_ODD_IDS = (
    _UUIDS.map(str)
    | _HEX.map(str.upper)
    | _UUIDS.map(lambda value: f"{value.hex}\n{value.hex}")
    | st.sampled_from(["", "task-1", "0" * 31 + "\u0660", 7, b"\xff", "0" * 31 + "_"])
)
_AWARE = st.datetimes(timezones=st.just(UTC))
_USUAL_TIMES = st.datetimes().map(lambda at: at.isoformat(" ", "microseconds"))
_ODD_TIMES = st.sampled_from(
    [
        "2026-01-31T10:00:00Z",
        "2026-02-30 10:00:00.000000",
        "2026-01-31 10:00:00.000000\n2026-01-31 10:00:00.000000",
        "2026-W05-3 10:00:00.000000",
        "soon",
        "",
        1_780_000_000,
        1.5,
        b"2026-01-31 10:00:00.000000",
        FarTime.of(2**62),
        datetime(2026, 1, 31, tzinfo=timezone(timedelta(hours=2))),
    ]
)
_WORDS = st.text(max_size=8)
_ODD_WORDS = st.sampled_from([3, b"\xff\xfe", None])


def _column(usual: st.SearchStrategy[Any], odd: st.SearchStrategy[Any], odds: bool) -> Any:
    return usual | odd if odds else usual


@st.composite
def _stored(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """Rows as either engine gives them; at most some of the columns hold odd values."""
    sqlite = draw(st.booleans())
    ids = _HEX if sqlite else _UUIDS
    times = _USUAL_TIMES if sqlite else _AWARE | st.datetimes()
    none = st.none()
    columns = [
        _column(ids, _ODD_IDS, draw(st.booleans())),
        _column(ids, _ODD_IDS | none, draw(st.booleans())),
        _column(ids | none, _ODD_IDS, draw(st.booleans())),
        _column(_WORDS, _ODD_WORDS, draw(st.booleans())),
        _column(st.sampled_from(["completed", "failed", "odd"]), _ODD_WORDS, draw(st.booleans())),
        *(_column(times | none, _ODD_TIMES, draw(st.booleans())) for _ in range(4)),
        *(_column(_WORDS | none, _ODD_WORDS, draw(st.booleans())) for _ in range(3)),
        none,  # what is read beside the columns of a row
    ]
    return draw(st.lists(st.tuples(*columns), max_size=6))


@given(st.lists(_stored(), max_size=3))
def test_rows_in_pieces_are_those_made_one_by_one(pieces: list[list[tuple[Any, ...]]]) -> None:
    mapper = RowMapper()
    for stored in pieces:
        made = mapper.rows(stored)
        assert made == [task_row(row) for row in stored]
        assert [repr(row) for row in made] == [repr(task_row(row)) for row in stored]


@given(_UUIDS)
def test_an_id_is_in_all_a_uuid(value: UUID) -> None:
    row = (value.hex, value.hex, None, "a", "failed", None, None, None, None, "", None, None)
    (made,) = RowMapper().rows([row])
    assert isinstance(made.id, UUID)
    assert (made.id, hash(made.id), str(made.id)) == (value, hash(value), str(value))
    assert made.id.is_safe == value.is_safe
