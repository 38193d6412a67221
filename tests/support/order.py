"""The order in which several workers take the tests."""

from __future__ import annotations

import pytest

_WAITING = {"pty", "tui"}
"""The folders whose tests mostly wait: for a screen that is idle, or for a terminal."""


def mix(items: list[pytest.Item]) -> None:
    """Put files whose tests wait evenly between those whose tests compute.

    One after the other, the workers would first want more cores than there are, and then none.
    Files stay whole, since their tests may share a database, and stay in their order otherwise.
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
    items[:] = [item for name in sorted(files, key=places.__getitem__) for item in files[name]]


def _is_waiting(name: str) -> bool:
    return not _WAITING.isdisjoint(name.split("/")[:2])
