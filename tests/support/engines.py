"""The engines that tests run on, as parameters."""

from __future__ import annotations

import pytest

from support.databases import engine_labels
from support.postgres import server_labels


def marks_of(label: str) -> tuple[pytest.MarkDecorator, ...]:
    """Give the marks of tests on an engine: on a further version of Postgres, `servers`.

    So the usual run is on one version, and `.ci/run` on each.
    """
    return (pytest.mark.servers,) if label in server_labels()[1:] else ()


def server_params() -> list[pytest.ParameterSet]:
    """Give the labels of the servers with their marks."""
    return [pytest.param(label, marks=marks_of(label)) for label in server_labels()]


def engine_params() -> list[pytest.ParameterSet]:
    """Give the labels of all engines with their marks."""
    return [pytest.param(label, marks=marks_of(label)) for label in engine_labels()]


def long(*values: object, id: str | None = None) -> pytest.ParameterSet:
    """Give a parameter that `.ci/run` tries beside those of the usual run."""
    return pytest.param(*values, marks=pytest.mark.long, id=id)
