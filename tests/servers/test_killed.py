"""Commands that write are killed at random moments; `python tests/reliability killed` does more."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from reliability.killed import kill_rounds
from reliability.operations import Stage
from support.databases import SQLITE, DatabaseMaker
from support.postgres import server_labels

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("label", [SQLITE, *server_labels()])
def test_what_is_killed_leaves_the_old_state_or_the_new(
    databases: DatabaseMaker, tmp_path: Path, label: str
) -> None:
    seed = random.randrange(1 << 32)
    stage = Stage(databases, tmp_path, tasks=200)
    outcomes = kill_rounds(stage, label, 12, random.Random(seed), lambda words: None)
    wrong = [each for outcome in outcomes.values() for each in outcome.wrong]
    assert not wrong, f"seed {seed}"
    assert sum(outcome.rounds for outcome in outcomes.values()) == 12
