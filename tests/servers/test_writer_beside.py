"""A writer at full rate with a browser beside it; `python tests/reliability writer` takes longer.

No test says how quick the machine is: what is held here is that nobody is refused and that what was
seen was true.
"""

from __future__ import annotations

import pytest

from reliability.beside import write_beside
from support.databases import SQLITE, DatabaseMaker, run
from support.postgres import server_labels

pytestmark = pytest.mark.servers


@pytest.mark.parametrize(
    ("label", "journal"),
    [(SQLITE, "WAL"), (SQLITE, "DELETE"), *((label, "") for label in server_labels())],
)
def test_nobody_is_refused_and_all_that_is_seen_is_true(
    databases: DatabaseMaker, label: str, journal: str
) -> None:
    url, copy = databases.migrated(label), databases.migrated(label)
    outcome = run(write_beside(url, copy, journal, 4.5, 1.5, 0.0, lambda words: None))
    assert outcome.writer_locked == 0
    assert outcome.onlooker.locked == 0
    assert not outcome.onlooker.failed
    assert outcome.onlooker.untrue == []
    assert min(*outcome.beside, *outcome.alone) > 0
    databases.drop(url)
    databases.drop(copy)
