"""What the status line says: a value, and the text made of it for a width."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from taskview_core.entities import Count
from taskview_tui.text.cells import clip

if TYPE_CHECKING:
    from taskview_core.query.sort import Sort

_GAP = "  ·  "


class ListStatus(NamedTuple):
    """The state of a list in words and numbers; None or empty where there is nothing to say.

    `offset` is the number of rows before the page. `span` is the range of times on the page,
    shown where the offset is not known. `assumes` is what the rows were found by without knowing
    it. `took` and `running_for` are seconds, as is `limit`, for which what runs may run at most.
    """

    rows: int | None = None
    offset: int | None = None
    span: str = ""
    total: Count | None = None
    counting: bool = False
    counting_all: bool = False
    count_fault: str = ""
    took: float | None = None
    running: str = ""
    running_for: float = 0.0
    limit: float | None = None
    sort: Sort | None = None
    times: str = ""
    partial: str = ""
    assumes: str = ""
    noun: str = "tasks"
    hint: str = ""


def status_text(status: ListStatus, width: int) -> str:
    """Give the line: what matters most first, whole parts left out at the end where it is narrow.

    What is running is never left out, and of the hint there is as much as fits.
    """
    parts = [part for part in (_running(status),) if part]
    if status.hint:
        room = width - cell_len(_GAP.join([*parts, ""]))
        parts += [hint for hint in (clip(status.hint, room),) if hint]
    for part in (
        _place(status),
        f"partial: {status.partial}" if status.partial else "",
        status.assumes,
        _sort(status),
        _took(status),
        status.times,
    ):
        if part and cell_len(_GAP.join([*parts, part])) <= width:
            parts.append(part)
    return _GAP.join(parts)


def _running(status: ListStatus) -> str:
    if not status.running:
        return ""
    seconds = int(status.running_for)
    if seconds < 1:
        return status.running
    limit = f" of {status.limit:g} s at most" if status.limit else " s"
    return f"{status.running} {seconds}{limit}"


def _place(status: ListStatus) -> str:
    """Say which rows these are, and of how many."""
    if status.rows is None:
        return ""
    if status.rows == 0:
        return f"no {status.noun}"
    last = None if status.offset is None else status.offset + status.rows
    if status.offset is not None and last is not None:
        return f"rows {status.offset + 1:,}-{last:,}{_total(status, last)}"
    rows = "1 row" if status.rows == 1 else f"{status.rows} rows"
    return f"{rows}{_total(status, last)}" + (f", {status.span}" if status.span else "")


def _total(status: ListStatus, last: int | None) -> str:
    if status.total is None:
        return " of …" if status.counting else (" " + status.count_fault).rstrip()
    # Rows may have come since the count: never "rows 51-100 of 99".
    count = status.total
    if last is not None and last > count.value:
        count = Count(last, exact=False)
    if status.counting:
        return f" of {count}{' (counting all)' if status.counting_all else ' …'}"
    return f" of {count}{'' if count.exact else ' (# counts all)'}"


def _took(status: ListStatus) -> str:
    if status.took is None:
        return ""
    return f"{status.took * 1000:.0f} ms" if status.took < 1 else f"{status.took:.1f} s"


def _sort(status: ListStatus) -> str:
    if status.sort is None:
        return ""
    return f"{status.sort.key} {'▼' if status.sort.descending else '▲'}"
