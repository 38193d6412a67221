"""Ids and times: one value, whatever form it was written in."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskview_core.importing.spans import ids, times

TRACES = st.integers(1, 2**128 - 1)
SPANS = st.integers(1, 2**64 - 1)


@given(TRACES, SPANS)
def test_ids_are_the_same_in_every_form(trace: int, span: int) -> None:
    for read, value, size in ((ids.trace_id, trace, 16), (ids.span_id, span, 8)):
        hexadecimal = f"{value:0{2 * size}x}"
        plain = base64.b64encode(value.to_bytes(size, "big")).decode()
        safe = base64.urlsafe_b64encode(value.to_bytes(size, "big")).decode()
        forms = [hexadecimal, hexadecimal.upper(), f"0x{hexadecimal}", f"{value:x}", value]
        forms += [plain, safe, f" {hexadecimal} "]
        if len(str(value)) > 2 * size:
            forms.append(str(value))
        assert {read(form) for form in forms} == {hexadecimal}


@pytest.mark.parametrize("value", [None, "", "0" * 32, 0, -1, True, 1.5, [], {}, "not an id", "é"])
def test_what_is_no_id(value: Any) -> None:
    assert ids.trace_id(value) is None
    assert ids.span_id(value) is None


def test_a_uuid_is_the_id_of_a_trace() -> None:
    text = "0af76519-16cd-43dd-8448-eb211c80319c"
    assert ids.trace_id(text) == text.replace("-", "")
    assert ids.native_uuid(text) == UUID(text)
    assert ids.native_uuid("ctx-1") is None


def test_derived_ids_never_change() -> None:
    assert str(ids.uuid_of("otlp", "a", "b")) == "e10c5433-9012-5034-969f-3b2c721e1f2a"
    assert ids.uuid_of("otlp", "a", "b") != ids.uuid_of("otlp", "b", "b")


NS = 1_700_000_000_123_456_789
MICRO = NS - 789


@pytest.mark.parametrize(
    ("value", "unit", "ns"),
    [
        (NS, None, NS),
        (str(NS), None, NS),
        (NS, times.NANO, NS),
        ([1_700_000_000, 123_456_789], None, NS),
        ("2023-11-14T22:13:20.123456789Z", None, NS),
        ("2023-11-14T22:13:20.123456Z", None, MICRO),
        ("2023-11-14T22:13:20.123456+00:00", None, MICRO),
        ("2023-11-15 00:13:20.123456+0200", None, MICRO),
        ("2023-11-14T22:13:20.123456", None, MICRO),
        (1_700_000_000_123_456, None, MICRO),
        (1_700_000_000_123_456, times.MICRO, MICRO),
        (1_700_000_000_123, None, 1_700_000_000_123_000_000),
        (1_700_000_000, None, 1_700_000_000_000_000_000),
        (0, None, None),
        ("0", None, None),
        (-5, None, None),
        (10**30, None, None),
        (float("inf"), None, None),
        (float("nan"), None, None),
        ("2023-13-45T99:99:99Z", None, None),
        ("yesterday", None, None),
        (None, None, None),
        (True, None, None),
        ([1], None, None),
        ([True, "x"], None, None),
        ({}, None, None),
    ],
)
def test_times(value: Any, unit: int | None, ns: int | None) -> None:
    assert times.nanoseconds(value, unit) == ns


@given(st.datetimes(datetime(1970, 1, 2), datetime(9999, 1, 1), timezones=st.just(UTC)))
def test_times_come_back_to_the_microsecond(moment: datetime) -> None:
    ns = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000
    assert times.nanoseconds(moment.isoformat()) == ns
    written = times.iso(ns)
    assert written is not None
    assert datetime.fromisoformat(written) == moment


@pytest.mark.parametrize(
    ("value", "unit", "ns"),
    [
        (5510, times.MICRO, 5_510_000),
        ("5510", times.MICRO, 5_510_000),
        ([1, 5], times.NANO, 1_000_000_005),
        (0, times.NANO, 0),
        (-1, times.NANO, None),
        (None, times.NANO, None),
        ("soon", times.NANO, None),
    ],
)
def test_lengths_of_time(value: Any, unit: int, ns: int | None) -> None:
    assert times.duration(value, unit) == ns
