"""Parents that come late, in another load, or never."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from support.engines import long
from support.loads import CONVERSATION, conversation, dump, ident, load, task, without, write_lines
from taskview_core.query.stuck import names_a_parent

KEY = "taskview.parent_task_id"


async def stored(url: str, value: int) -> dict[str, Any]:
    """Give a stored task."""
    return (await dump(url))["tasks"][ident(value)]


@pytest.mark.parametrize("metadata", [None, {}, {"a": 1.5, "b": [KEY]}, [1], 7, "x"])
async def test_a_parent_that_is_nowhere_is_kept_and_linked_when_it_comes(
    migrated_url: str, tmp_path: Path, metadata: Any
) -> None:
    file = tmp_path / "rows"
    child = task(2, parent_task_id=ident(1), metadata=metadata)
    report = await load(migrated_url, write_lines(file, [conversation(), child, task(3)]))
    assert report.waiting == 1
    assert report.waiting_for == ((ident(2), ident(1)),)
    assert any("1 task with a parent that is nowhere" in note for note in report.notes)
    row = await stored(migrated_url, 2)
    assert row["parent_task_id"] is None
    assert json.loads(row["metadata"])[KEY] == ident(1)
    assert names_a_parent(row["metadata"]), "is:orphan finds it"

    same = await load(migrated_url, write_lines(file, [child]))
    assert (same.waiting, same.linked) == (1, 0)
    assert await stored(migrated_url, 2) == row

    report = await load(migrated_url, write_lines(file, [task(1)]))
    assert (report.waiting, report.linked) == (0, 1)
    row = await stored(migrated_url, 2)
    assert row["parent_task_id"] == ident(1)
    assert row["metadata"] == (None if metadata is None else json.dumps(metadata))


async def test_rows_that_say_little_do_not_lose_what_is_kept(
    migrated_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "rows"
    child = task(2, parent_task_id=ident(1), metadata={"a": 1})
    await load(migrated_url, write_lines(file, [conversation(), child]))
    # Other metadata, and nothing about the parent: it is still waited for.
    changed = without(child | {"metadata": {"b": 2}}, "parent_task_id")
    await load(migrated_url, write_lines(file, [changed]))
    row = await stored(migrated_url, 2)
    assert json.loads(row["metadata"]) == {"b": 2, KEY: ident(1)}
    # Another parent, and nothing about metadata: the old one is no longer waited for.
    moved = without(child | {"parent_task_id": ident(9)}, "metadata")
    report = await load(migrated_url, write_lines(file, [moved]))
    assert report.waiting == 1
    assert json.loads((await stored(migrated_url, 2))["metadata"]) == {"b": 2, KEY: ident(9)}
    # Neither: nothing changes.
    brief = without(child, "metadata", "parent_task_id")
    await load(migrated_url, write_lines(file, [brief, task(1)]))
    assert json.loads((await stored(migrated_url, 2))["metadata"]) == {"b": 2, KEY: ident(9)}
    # No parent at all: nothing is waited for.
    rootless = without(child | {"parent_task_id": None}, "metadata")
    await load(migrated_url, write_lines(file, [rootless]))
    row = await stored(migrated_url, 2)
    assert (row["parent_task_id"], row["metadata"]) == (None, '{"b": 2}')


async def test_an_export_with_a_kept_parent_is_understood(
    migrated_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "rows"
    exported = task(2, metadata={"a": 1, KEY: ident(1)})
    report = await load(migrated_url, write_lines(file, [conversation(), exported]))
    assert report.waiting == 1
    assert json.loads((await stored(migrated_url, 2))["metadata"]) == {"a": 1, KEY: ident(1)}
    await load(migrated_url, write_lines(file, [exported, task(1)]))
    row = await stored(migrated_url, 2)
    assert (row["parent_task_id"], row["metadata"]) == (ident(1), '{"a": 1}')


async def test_rings_and_parents_elsewhere_load_as_they_are(
    migrated_url: str, tmp_path: Path
) -> None:
    rows = [
        task(1, parent_task_id=ident(2)),
        task(2, parent_task_id=ident(1)),
        task(3, parent_task_id=ident(3)),
        task(4, parent_task_id=ident(1), conversation_id=ident(90)),
        conversation(),
        conversation(id=ident(90)),
    ]
    report = await load(migrated_url, write_lines(tmp_path / "rows", rows))
    assert report.waiting == 0
    parents = {
        key: row["parent_task_id"] for key, row in (await dump(migrated_url))["tasks"].items()
    }
    assert parents == {
        ident(1): ident(2), ident(2): ident(1), ident(3): ident(3), ident(4): ident(1),
    }  # fmt: skip


class Model:
    """What loading should do, said as simply as can be: one row after another."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}

    def load(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            self.rows[row["id"]] = self.rows.get(row["id"], {}) | row

    def seen(self) -> dict[str, tuple[Any, ...]]:
        """Give what should be stored: status, parent, kept parent, and metadata without that."""
        found: dict[str, tuple[Any, ...]] = {}
        for key, row in self.rows.items():
            parent = row.get("parent_task_id")
            here = parent is None or parent in self.rows
            found[key] = (
                row["status"], row.get("input"), parent if here else None,
                None if here else parent, row.get("metadata"),
            )  # fmt: skip
        return found


def as_seen(rows: dict[str, dict[str, Any]]) -> dict[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}
    for key, row in rows.items():
        metadata = json.loads(row["metadata"] or "null")
        kept = None
        if isinstance(metadata, dict) and KEY in metadata:
            kept = metadata.pop(KEY)
            metadata = metadata.pop("taskview.metadata", metadata)
        given = json.loads(row["input"] or "null")
        found[key] = (row["status"], given, row["parent_task_id"], kept, metadata)
    return found


@pytest.mark.parametrize("seed", [0, 1, *(long(seed) for seed in range(2, 8))])
async def test_any_sequence_of_loads_is_as_row_after_row(
    migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = random.Random(seed)
    monkeypatch.setattr("taskview_core.persistence.loading.batches.ROWS", rng.choice([1, 3, 7, 50]))
    model = Model()
    for number in range(5):
        rows = [_random_row(rng) for _ in range(rng.choice([1, 10, 40]))]
        model.load(rows)
        lines = [conversation(), *rows] if rng.random() < 0.5 or number == 0 else rows
        report = await load(migrated_url, write_lines(tmp_path / f"{number}", lines))
        seen = as_seen((await dump(migrated_url))["tasks"])
        assert seen == model.seen()
        now = {row["id"] for row in rows}
        assert report.waiting <= sum(
            value[3] is not None for key, value in seen.items() if key in now
        )


def _random_row(rng: random.Random) -> dict[str, Any]:
    value = rng.randrange(30)
    row = {
        "id": ident(value),
        "conversation_id": CONVERSATION,
        "agent_id": "a",
        "status": rng.choice(["running", "completed", "failed"]),
    }
    if rng.random() < 0.8:
        row["parent_task_id"] = rng.choice([None, ident(rng.randrange(40))])
    if rng.random() < 0.8:
        row["metadata"] = rng.choice([None, {}, {"m": rng.random()}, [value], value, "text"])
    if rng.random() < 0.5:
        row["input"] = {"n": rng.random()}
    items = list(row.items())
    rng.shuffle(items)
    return dict(items)
