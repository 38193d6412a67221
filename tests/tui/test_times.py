"""Times and durations in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskview_tui.text.local_zone import zone_name_of
from taskview_tui.text.times import (
    MISSING,
    TimeDisplay,
    age_text,
    duration_text,
    exact_time,
    running_text,
    short_time,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
ANY_TIME = st.datetimes(timezones=st.none() | st.timezones()) | st.sampled_from(
    [datetime.min, datetime.max, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
)


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(0), "0s"),
        (timedelta(seconds=59.9), "59s"),
        (timedelta(minutes=3, seconds=59), "3m"),
        (timedelta(hours=2, minutes=59), "2h"),
        (timedelta(days=5, hours=23), "5d"),
        (timedelta(days=400), "400d"),
        (timedelta(days=800), "2y"),
        (timedelta(milliseconds=-1), "0s"),
        (timedelta(minutes=-3), "in 3m"),
    ],
)
def test_ages_name_one_unit(ago: timedelta, text: str) -> None:
    assert age_text(NOW - ago, NOW) == text


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(0), "0s"),
        (timedelta(microseconds=1), "<1ms"),
        (timedelta(milliseconds=340), "340ms"),
        (timedelta(seconds=1.2), "1.2s"),
        (timedelta(seconds=59.99), "59.9s"),
        (timedelta(minutes=3, seconds=4), "3m04s"),
        (timedelta(hours=2, minutes=10, seconds=59), "2h10m"),
        (timedelta(days=3, hours=4), "3d04h"),
        (timedelta(days=3653), "10y"),
        (timedelta(seconds=-1.2), "-1.2s!"),
        (None, MISSING),
    ],
)
def test_durations_are_never_rounded_up_and_marked_when_impossible(
    span: timedelta | None, text: str
) -> None:
    assert duration_text(span) == text


def test_running_tasks_are_marked() -> None:
    assert running_text(timedelta(seconds=5.7)) == "5s+"
    assert running_text(timedelta(minutes=3, seconds=4)) == "3m04s+"
    assert running_text(timedelta(seconds=-3)) == "-3.0s!+"
    assert running_text(None) == MISSING


def test_short_times_say_the_zone_and_the_year_where_it_is_another() -> None:
    summer = datetime(2026, 6, 14, 11, 0, 59, tzinfo=UTC)

    assert short_time(summer, TimeDisplay.LOCAL, NOW, BERLIN) == "06-14 13:00 CEST"
    assert short_time(summer, TimeDisplay.UTC, NOW, BERLIN) == "06-14 11:00 UTC"
    assert short_time(summer.replace(year=2025), TimeDisplay.UTC, NOW) == "2025-06-14 UTC"
    assert short_time(NOW - timedelta(hours=2), TimeDisplay.AGE, NOW) == "2h"
    assert short_time(None, TimeDisplay.UTC, NOW) == MISSING


def test_exact_times_keep_their_fraction_and_ages_their_time() -> None:
    moment = NOW - timedelta(minutes=3, milliseconds=250)

    assert exact_time(moment, TimeDisplay.UTC, NOW) == "2026-11-23 11:56:59.75 UTC"
    assert exact_time(moment, TimeDisplay.LOCAL, NOW, BERLIN) == "2026-11-23 12:56:59.75 CET"
    assert exact_time(moment, TimeDisplay.AGE, NOW) == "3m ago (2026-11-23 11:56:59.75 UTC)"
    later = NOW + timedelta(minutes=3)
    assert exact_time(later, TimeDisplay.AGE, NOW) == "in 3m (2026-11-23 12:03:00 UTC)"


def test_a_time_without_a_zone_is_in_utc() -> None:
    assert age_text(datetime(2026, 11, 23, 11), NOW) == "1h"
    elsewhere = datetime(2026, 11, 23, 12, tzinfo=timezone(timedelta(hours=1)))
    assert age_text(elsewhere, NOW) == "1h"


@given(ANY_TIME, ANY_TIME, st.sampled_from(TimeDisplay))
def test_no_time_is_too_odd_to_be_shown(
    moment: datetime, now: datetime, display: TimeDisplay
) -> None:
    for show in (short_time, exact_time):
        for zone in (UTC, BERLIN, timezone(timedelta(hours=-12))):
            text = show(moment, display, now, zone)
            assert text
            assert text.isprintable()
    assert display.label(now, BERLIN)


@given(st.timedeltas())
def test_no_duration_is_too_odd_to_be_shown(span: timedelta) -> None:
    assert 0 < len(duration_text(span)) <= 10
    assert running_text(span).endswith("+")


def test_the_ways_to_show_times_go_round() -> None:
    assert TimeDisplay.AGE.next() is TimeDisplay.LOCAL
    assert TimeDisplay.LOCAL.next() is TimeDisplay.UTC
    assert TimeDisplay.UTC.next() is TimeDisplay.AGE
    assert TimeDisplay.LOCAL.label(NOW, BERLIN) == "Europe/Berlin", "in summer and in winter"
    assert TimeDisplay.LOCAL.label(NOW, timezone(timedelta(hours=1), "CET")) == "CET"
    assert TimeDisplay.UTC.label(NOW, BERLIN) == "UTC"


@pytest.mark.parametrize(
    ("given", "linked", "name"),
    [
        ("America/New_York", "zoneinfo/Europe/Berlin", "America/New_York"),
        (":Europe/Berlin", "", "Europe/Berlin"),
        ("/usr/share/zoneinfo/posix/Europe/Berlin", "", "Europe/Berlin"),
        (None, "zoneinfo/Europe/Berlin", "Europe/Berlin"),
        (None, "", None),
        ("", "zoneinfo/Europe/Berlin", None),
        ("EST5EDT,M3.2.0/2,M11.1.0/2", "", None),
    ],
)
def test_the_zone_of_the_machine_has_a_name(
    given: str | None, linked: str, name: str | None, tmp_path: Path
) -> None:
    link = tmp_path / "localtime"
    if linked:
        link.symlink_to(tmp_path / linked)
    assert zone_name_of({} if given is None else {"TZ": given}, link) == name
