"""Whatever is in the database, the terminal gets no byte that the program did not mean.

Long: every screen and command over every hostile text, on a real terminal. What the terminal may
get is a list of our own, `support.terminal_output`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import tour as ways
from support.attacked import commands, fill, run_in_pipe, run_on_terminal, untrue
from support.databases import DatabaseMaker, migrate
from support.hostile import Rows
from support.terminal_output import read_output

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def attacked(engine_label: str, databases: DatabaseMaker) -> Iterator[tuple[str, Rows]]:
    """A database with each hostile text in every field, and giants."""
    url = databases.filled(engine_label, "migrated", migrate)
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


def test_no_command_lets_a_payload_command_the_terminal(attacked: tuple[str, Rows]) -> None:
    url, rows = attacked
    wrong = []
    for command in commands(rows):
        wrong += run_on_terminal(command, url) + run_in_pipe(command, url)
    assert wrong == []


def test_what_goes_to_another_program_is_true_to_the_value(attacked: tuple[str, Rows]) -> None:
    assert list(untrue(*attacked)) == []
