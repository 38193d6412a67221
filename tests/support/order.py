"""The order in which several workers take the tests."""

from __future__ import annotations

import pytest

_WAITING = {"pty", "tui"}
"""The folders whose tests mostly wait: for a screen that is idle, or for a terminal."""
_LONGEST = (
    "tests/pty/test_attack.py",
    "tests/project/test_screenshots.py",
    "tests/core/importing/test_import_memory.py",
    "tests/servers/test_only_reads.py",
    "tests/faults/test_hurt_line.py",
    "tests/contract/test_trees.py",
)
"""Files with single tests of half a minute and more. Begun last, they would be waited for alone."""


def mix(items: list[pytest.Item]) -> None:
    """Put files whose tests wait evenly between those whose tests compute.

    One after the other, the workers would first want more cores than there are, and then none.
    Files stay whole, since their tests may share a database, and stay in their order otherwise;
    those with the longest tests come first.
    """
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.nodeid.partition("::")[0], []).append(item)
    places: dict[str, float] = {}
    for waiting in (False, True):
        group = [name for name in files if _is_waiting(name) is waiting]
        count = sum(len(files[name]) for name in group)
        before = 0
        for name in group:
            places[name] = (before + len(files[name]) / 2) / count
            before += len(files[name])
    for place, name in enumerate(_LONGEST):
        if name in files:
            places[name] = place - len(_LONGEST)
    items[:] = [item for name in sorted(files, key=places.__getitem__) for item in files[name]]


def _is_waiting(name: str) -> bool:
    return not _WAITING.isdisjoint(name.split("/")[:2])
