"""Leaves the tests over the real runs out where these are not there, and says so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

VARIABLE = "TASKVIEW_REAL_DATA"
FIXTURE = "real_data"
_IN_WORKER = "left_out"
_LEFT_OUT = pytest.StashKey[int]()


def real_data_folder() -> Path:
    """Give the folder that holds `ndjson/tasks.ndjson`, whether it is there or not."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    return Path(os.environ.get(VARIABLE) or beside)


def is_there() -> bool:
    """Say whether the real runs are at hand. A folder that was named must have them."""
    return bool(os.environ.get(VARIABLE)) or (real_data_folder() / "ndjson").is_dir()


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take the tests that need the real runs out of `items`, where these are not there."""
    if is_there():
        return
    out = [item for item in items if FIXTURE in getattr(item, "fixturenames", ())]
    config.stash[_LEFT_OUT] = len(out)
    if hasattr(config, "workeroutput"):
        config.workeroutput[_IN_WORKER] = len(out)
    config.hook.pytest_deselected(items=out)
    items[:] = [item for item in items if item not in set(out)]


def hear_of_worker(config: pytest.Config, workeroutput: dict[str, int]) -> None:
    """Take over what a worker of pytest-xdist has left out; each of them leaves out the same."""
    config.stash[_LEFT_OUT] = workeroutput.get(_IN_WORKER, 0)


def say_what_was_left_out(reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write a line about the tests that were left out."""
    count = config.stash.get(_LEFT_OUT, 0)
    if count:
        reporter.write_line(
            f"{count} tests were left out: they need the real runs, which are not in "
            f"{real_data_folder()}; name their folder in {VARIABLE}",
            yellow=True,
        )
