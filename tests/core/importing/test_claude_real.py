"""The real sessions come out as was counted by hand and by another program's conversion."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from support.imports import import_into
from support.loads import dump

Rows = dict[str, dict[str, Any]]


@pytest.fixture
async def imported(real_data: Path, tmp_path: Path) -> dict[str, Rows]:
    """The rows of all real sessions."""
    url = f"sqlite:///{tmp_path / 'real.db'}"
    report = await import_into(url, tmp_path / "spools", real_data / "claude-code")
    each = report.formats["claude-code"]
    assert (each.inputs, report.empty, report.bad_lines) == (34, 2, 3)
    assert [Path(other.name).name for other in report.left_out] == ["LICENSE"]
    assert (each.conversations, each.tasks, each.levels, each.orphans) == (15, 385, 4, 9)
    assert (each.facts, each.used) == (1_066, 699)
    assert (sum(each.folded.values()), sum(each.skipped.values())) == (226, 141)
    return await dump(url)


def kinds(rows: Rows) -> Counter[tuple[str, str]]:
    return Counter((json.loads(row["metadata"])["kind"], row["status"]) for row in rows.values())


async def test_kinds_and_statuses(imported: dict[str, Rows]) -> None:
    assert kinds(imported["tasks"]) == {
        ("turn", "completed"): 32,
        ("turn", "pending"): 6,
        ("turn", "running"): 3,
        ("turn", "cancelled"): 2,
        ("tool", "completed"): 303,
        ("tool", "failed"): 10,
        ("tool", "running"): 5,
        ("tool", "cancelled"): 5,
        ("agent", "completed"): 19,
    }


async def test_every_call_is_as_the_other_conversion_has_it(
    imported: dict[str, Rows], real_data: Path
) -> None:
    """Ours has three calls more: they stand before the first prompt of their files."""
    ours = {
        ident: row
        for row in imported["tasks"].values()
        if (ident := json.loads(row["metadata"]).get("tool_use_id")) is not None
    }
    seen = 0
    for line in (real_data / "ndjson" / "tasks.ndjson").read_text().splitlines():
        theirs = json.loads(line)
        if theirs["metadata"]["kind"] != "tool":
            continue
        seen += 1
        row = ours.pop(theirs["metadata"]["tool_use_id"])
        for name in ("agent_id", "status", "started_at", "completed_at"):
            assert row[name] == theirs[name]
        for name in ("input", "output"):
            assert json.loads(row[name] or "null") == theirs[name]
        assert (row["error"] is None) == (theirs["error"] is None)
    assert (seen, len(ours)) == (319, 3 + 1)


async def test_every_prompt_is_a_turn_with_its_own_uuid(
    imported: dict[str, Rows], real_data: Path
) -> None:
    lines = (real_data / "ndjson" / "tasks.ndjson").read_text().splitlines()
    theirs = [row for row in map(json.loads, lines) if row["metadata"]["kind"] == "turn"]
    native = [row["id"] for row in theirs if row["id"][14] == "4"]
    assert (len(theirs), len(native)) == (39, 26)
    assert set(native) <= imported["tasks"].keys()


async def test_titles_and_tokens(imported: dict[str, Rows]) -> None:
    talk = imported["conversations"]["a7da6a22-facc-4fcd-8bab-f83c87862004"]
    assert talk["title"].startswith("It's been a while - I see that I have pending changes")
    assert talk["user_id"] == "-src-deep-manifest"
    agent = next(row for row in imported["tasks"].values() if row["agent_id"] == "agent:Explore")
    # Six messages, the last line of each: 1 + 104 + 302 + 204 + 228 + 1.
    assert json.loads(agent["metadata"])["usage"] == {
        "input_tokens": 869,
        "cache_creation_input_tokens": 41_483,
        "cache_read_input_tokens": 124_362,
        "output_tokens": 840,
    }
    assert agent["parent_task_id"] is not None
