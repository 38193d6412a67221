"""The engines that tests run on, as parameters."""

from __future__ import annotations

import pytest

from support.databases import SQLITE
from support.postgres import server_labels


def server_params() -> list[pytest.ParameterSet]:
    """Give the labels of the servers; those of further versions are marked `servers`.

    So the usual run is on one version, and `.ci/run` on each.
    """
    first, *others = server_labels()
    marked = (pytest.param(each, marks=pytest.mark.servers) for each in others)
    return [pytest.param(first), *marked]


def engine_params() -> list[pytest.ParameterSet]:
    """Give the labels of all engines, marked in the same way."""
    return [pytest.param(SQLITE), *server_params()]
