"""Rows to search in, of which a third has the needle, and windows that these rows fill many of."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from support.stored import START, StoredTask, json_text, number
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.sql import windows
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import TaskFilter

SORTS = [
    Sort(key, descending)
    for key in ("created", "completed", "agent", "duration")
    for descending in (False, True)
]
FILTERS = ["needle", "-needle", "needle status:failed", "needle agent:zeta -since:2026-02-01"]
LOOKED_AT = ["-status:failed", "agent:z*", "duration:>1s", "is:leaf", "user:nobody", "is:orphan"]
"""Filters that no index leads to in any order."""


def _rows() -> list[StoredTask]:
    """Give rows with many equal times and times that are missing, a third with the needle."""
    dice = random.Random(11)
    rows = []
    for index in range(120):
        started = START + timedelta(seconds=dice.randrange(4))
        ended = None if dice.random() < 0.3 else started + timedelta(seconds=dice.randrange(3))
        rows.append(
            StoredTask(
                id=number(dice.getrandbits(60)),
                agent_id=dice.choice(["planner", "zeta"]),
                status=dice.choice(["completed", "failed"]),
                input=json_text({"text": "a Needle in it" if index % 3 == 0 else "hay"}),
                created_at=START + timedelta(seconds=dice.randrange(9)),
                started_at=started,
                completed_at=ended,
            )
        )
    return rows


ROWS = _rows()
HAS_NEEDLE = {row.id: "Needle" in (row.input or "") for row in ROWS}


def make_windows_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make windows so small that these rows fill many of them."""
    monkeypatch.setattr(windows, "FIRST_ROWS", 3)
    monkeypatch.setattr(windows, "PEEK_ROWS", 3)
    monkeypatch.setattr(windows, "SECOND_ROWS", 7)
    monkeypatch.setattr(windows, "MOST_ROWS", 20)
    monkeypatch.setattr(windows, "MOST_HITS", 5)
    monkeypatch.setattr(windows, "MOST_KEYS", 6)


async def expected_ids(browser: DatabaseBrowser, words: str, sort: Sort) -> list[object]:
    """Give the ids in order: those without the term in the text, of which Python knows."""
    rest = " ".join(word for word in words.split() if "needle" not in word)
    page = await browser.search_tasks(TaskFilter.parse(rest), PageRequest(500, sort))
    wanted = not words.startswith("-needle")
    return [row.id for row in page.rows if HAS_NEEDLE[row.id] == wanted]  # type: ignore[index]  # all are UUIDs here
