"""A few hundred damaged lines; `python tests/reliability imports` reads a hundred thousand."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from reliability.imports import damage, whole_lines
from support.imports import import_into
from support.loads import dump
from support.mutations import mutated
from support.sessions import write_varied
from taskview_core.importing.claude_code.prompts import Said, read_said


@pytest.mark.parametrize("seed", range(4))
def test_damaged_lines_are_read_or_skipped_and_counted(seed: int) -> None:
    counts = damage(250, Random(seed))
    assert counts["tasks"] > 0
    assert 0 < counts["cannot be read"] < counts["lines"]


@pytest.mark.long
def test_many_damaged_lines_of_real_sessions(real_data: Path) -> None:
    """Most of them are of real sessions, the longest lines too."""
    assert max(map(len, whole_lines())) > 50_000
    assert damage(20_000, Random(20260301))["damaged"] >= 20_000


async def test_damaged_sessions_are_imported_into_each_engine(
    migrated_url: str, tmp_path: Path
) -> None:
    dice = Random(7)
    for file in write_varied(tmp_path / "p"):
        lines = file.read_bytes().split(b"\n")
        damaged = [mutated(line, dice) if dice.random() < 0.3 else line for line in lines]
        file.write_bytes(b"\n".join(damaged))
    report = await import_into(migrated_url, tmp_path / "spools", tmp_path / "p")
    assert report.failed == []
    assert report.bad_lines > 10
    rows = await dump(migrated_url)
    await import_into(migrated_url, tmp_path / "other", tmp_path / "p")
    again = await dump(migrated_url)
    assert again["tasks"].keys() == rows["tasks"].keys()
    assert len(rows["tasks"]) > 20


def test_tags_without_an_end_are_a_prompt() -> None:
    """An end was once looked for from each of them: of a megabyte, this took ten minutes."""
    text = "<command-name>" * 100_000
    assert read_said(text) == Said("prompt", text, [], [])
    said = read_said(f"<command-name>/init</command-name><command-args> now {text}</command-args>")
    assert (said.kind, said.text) == ("command", f"/init now {text}")
