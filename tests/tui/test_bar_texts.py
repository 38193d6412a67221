"""The words of the lines around a table, for all widths."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from taskview_core.entities import Count
from taskview_core.errors import ConnectionLostError, FilterError, QueryError
from taskview_core.query.sort import NEWEST_FIRST, Sort
from taskview_core.query.task_filter import TaskFilter
from taskview_tui.bars.banner import Trouble
from taskview_tui.bars.fault_text import Fault, fault_lines
from taskview_tui.bars.status_text import ListStatus, status_text
from taskview_tui.retry import wait_before

FULL = ListStatus(
    rows=50,
    offset=50,
    total=Count(10_000, exact=False),
    took=0.0123,
    sort=NEWEST_FIRST,
    times="times: UTC",
)


def test_the_whole_line() -> None:
    assert status_text(FULL, 200) == (
        "rows 51-100 of 10,000+ (# counts all)  ·  created ▼  ·  12 ms  ·  times: UTC"
    )


def test_what_matters_least_goes_first_and_parts_are_never_cut() -> None:
    parts = status_text(FULL, 200).split("  ·  ")
    for width in range(120):
        line = status_text(FULL, width)
        assert cell_len(line) <= width
        assert set(line.split("  ·  ")) <= {*parts, ""}
    assert status_text(FULL, 40).startswith("rows 51-100")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (ListStatus(rows=0), "no tasks"),
        (ListStatus(rows=3, span="2h … 1h"), "3 rows, 2h … 1h"),
        (ListStatus(rows=3, offset=0, counting=True), "rows 1-3 of …"),
        (ListStatus(rows=3, offset=0, total=Count(3)), "rows 1-3 of 3"),
        (ListStatus(rows=3, offset=9, total=Count(10)), "rows 10-12 of 12+"),
        (
            ListStatus(
                rows=1, offset=0, total=Count(10_000, exact=False), counting=True, counting_all=True
            ),
            "rows 1-1 of 10,000+ (counting all)",
        ),
        (
            ListStatus(rows=50, offset=0, total=Count(37, exact=False), counting=True),
            "rows 1-50 of 50+ …",
        ),
        (
            ListStatus(rows=50, offset=50, total=Count.estimated(1_234_567)),
            "rows 51-100 of about 1,200,000 (# counts all)",
        ),
        (ListStatus(rows=3, offset=0, count_fault="(not counted)"), "rows 1-3 (not counted)"),
        (ListStatus(running="searching…", running_for=0.9), "searching…"),
        (ListStatus(running="searching…", running_for=3.2), "searching… 3 s"),
        (
            ListStatus(running="searching…", running_for=3.2, limit=15),
            "searching… 3 of 15 s at most",
        ),
        (ListStatus(took=2.345), "2.3 s"),
        (ListStatus(sort=Sort("agent")), "agent ▲"),
        (ListStatus(rows=1, partial="stopped after 15 s"), "1 row  ·  partial: stopped after 15 s"),
    ],
)
def test_parts(status: ListStatus, words: str) -> None:
    assert status_text(status, 200).startswith(words)


def test_of_a_hint_there_is_as_much_as_fits() -> None:
    status = FULL._replace(hint="failure 2 of 3 inside claude-code, the earliest first")
    assert status_text(status, 30) == "failure 2 of 3 inside claude-…"
    assert status_text(status, 200).startswith(f"{status.hint}  ·  rows 51-100")
    for width in range(120):
        assert cell_len(status_text(status, width)) <= width


def test_what_runs_is_said_first_and_always() -> None:
    running = ListStatus(rows=50, offset=0, running="searching…", running_for=12)
    assert status_text(running, 10).startswith("searching… 12 s")


def fault(text: str, column: int = 2) -> Fault:
    with pytest.raises(FilterError) as raised:
        TaskFilter.parse(text)
    return Fault.of(raised.value, text, column)


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("text", ["statsu:x", "Überprüfung 漢字 is:rot", "x created:", 'x "y'])
def test_the_mark_stands_under_the_place(text: str, width: int) -> None:
    made = fault(text)
    lines = fault_lines(made, width)
    assert all(cell_len(line) <= width for line in lines)
    if width >= 40:
        start = 2 + cell_len(text[: made.error.start])
        marked = max(cell_len(text[made.error.start : made.error.end]), 1)
        line = next(line for line in lines if "^" in line)
        assert line[start : start + marked] == "^" * marked
        assert "^" not in line[:start] + line[start + marked :]


def test_what_is_incomplete_takes_one_line_and_what_is_wrong_up_to_five() -> None:
    assert len(fault_lines(fault("created:"), 40)) == 1
    wrong = fault_lines(fault("statsu:failed"), 40)
    assert 2 <= len(wrong) <= 5
    assert wrong[-1].endswith("…")


def test_faults_are_cleaned() -> None:
    error = FilterError("bad \x1b[31m", "and \x07", start=0, end=1)
    text = " ".join(fault_lines(Fault.of(error, "x", 0), 80))
    assert "\x1b" not in text
    assert "\x07" not in text


def test_trouble_in_words() -> None:
    lost = ConnectionLostError("the connection was lost", "the server went away")
    assert Trouble(lost, 2).words.startswith("✗ connection lost - retrying in 2 s (r: now)")
    assert "went away" in Trouble(lost, 2).words
    assert "retrying now" in Trouble(lost, 0).words
    failed = Trouble(QueryError("no", "why \x1b"), stale=True).words
    assert "r: try again" in failed
    assert "from before" in failed
    assert "\x1b" not in failed


def test_waits_grow_to_a_bound() -> None:
    waits = [wait_before(attempt) for attempt in range(1, 12)]
    assert waits[0] == 2
    assert waits == sorted(waits)
    assert waits[-1] == waits[-2] == 15
