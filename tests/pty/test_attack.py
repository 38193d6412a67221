"""Whatever is in the database, the terminal gets no byte that the program did not mean.

Long: every screen and command over every hostile text, on a real terminal. What the terminal may
get is a list of our own, `support.terminal_output`. On SQLite, which can hold the most; on Postgres
too, and each command in a pipe as well, where `TASKVIEW_LONG` is set, and by
`python tests/reliability attack`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import tour as ways
from support.attacked import commands, fill, run_in_pipe, run_on_terminal, untrue
from support.attacked_writes import writing_commands
from support.databases import SQLITE, DatabaseMaker, engine_labels, migrate
from support.hostile import SAMPLES, Rows
from support.terminal_output import read_output

pytestmark = pytest.mark.long


_ALL = bool(os.environ.get("TASKVIEW_LONG"))
_ENGINES = engine_labels() if _ALL else [SQLITE]


@pytest.fixture(scope="module", params=_ENGINES)
def attacked(
    request: pytest.FixtureRequest, databases: DatabaseMaker
) -> Iterator[tuple[str, Rows]]:
    """A database with each hostile text in every field, and giants."""
    url = databases.filled(request.param, "migrated", migrate)
    yield url, fill(url)
    databases.drop(url)


@pytest.mark.parametrize(
    "way", ["LISTS", "FILTERS", "DETAILS", "TREES", "CONVERSATIONS", "EXPORTS"]
)
def test_no_screen_lets_a_payload_command_the_terminal(
    attacked: tuple[str, Rows], way: str, tmp_path: Path
) -> None:
    output = ways.tour(attacked[0], tmp_path, getattr(ways, way))
    assert output.offences == []
    assert output.sequences["m"] > 1_000, "it was drawn"
    assert all(
        read_output(text.encode(), columns=1, lines=1).offences == [] for text in output.copied
    )


def test_no_command_lets_a_payload_command_the_terminal(databases: DatabaseMaker) -> None:
    url = databases.filled(SQLITE, "migrated", migrate)
    rows = fill(url, with_giants=_ALL)
    wrong = []
    for command in commands(rows):
        wrong += run_on_terminal(command, url)
        if _ALL or command.form != "text":  # What is for people is cleaned by the same means.
            wrong += run_in_pipe(command, url)
    databases.drop(url)
    assert wrong == []


def test_no_command_that_writes_lets_a_file_command_the_terminal(
    databases: DatabaseMaker, tmp_path: Path
) -> None:
    url, target = (databases.filled(SQLITE, "migrated", migrate) for _ in range(2))
    fill(url, with_giants=False)
    wrong = []
    for command in writing_commands(url, tmp_path, SAMPLES if _ALL else SAMPLES[::3]):
        wrong += run_on_terminal(command, target)
        if _ALL:
            wrong += run_in_pipe(command, target)
    databases.drop(url)
    databases.drop(target)
    assert wrong == []


def test_what_goes_to_another_program_is_true_to_the_value(attacked: tuple[str, Rows]) -> None:
    assert list(untrue(*attacked)) == []
