"""The real traces: what becomes of each, to the last span."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.traces import Found, metadata_of
from taskview_core.importing.formats import reader_of, readers
from taskview_core.importing.reader import Head

NO_AGENT_FAILED = "a failed span of no agent, tool or model (--all-spans shows it)"
NO_AGENT = "a span of no agent, tool or model (--all-spans shows it)"
SAME = "the same call of a model, told within it"
COMMON = "what spans have in common"

# Of each file: its format, facts, conversations, tasks by level, statuses, kinds, orphans, what was
# folded, and skipped; and with all spans the tasks by level, those that failed, and the orphans.
FILES: dict[str, tuple[Any, ...]] = {
    "agentevals_helm.json": (
        "otlp",
        97,
        1,
        [1, 2, 1],
        {"completed": 4},
        {"agent": 1, "llm": 2, "tool": 1},
        0,
        {SAME: 2, COMMON: 1},
        {NO_AGENT: 89, NO_AGENT_FAILED: 1},
        ([1, 57, 5, 10, 3, 9, 9, 2], 1, 0),
    ),
    "agentevals_k8s.json": (
        "otlp",
        74,
        1,
        [1, 1],
        {"completed": 2},
        {"agent": 1, "llm": 1},
        0,
        {SAME: 1, COMMON: 1},
        {NO_AGENT: 69, NO_AGENT_FAILED: 1},
        ([1, 44, 5, 10, 3, 6, 3, 1], 1, 0),
    ),
    "agentevals_tempo_export_with_batches.json": (
        "otlp",
        86,
        1,
        [2, 2, 1],
        {"completed": 5},
        {"agent": 2, "llm": 2, "tool": 1},
        1,
        {SAME: 4},
        {NO_AGENT: 77},
        ([10, 5, 2, 44, 10, 10, 5], 0, 9),
    ),
    "open-agent-traces_test-traces.json": (
        "otlp",
        2,
        2,
        [2],
        {"completed": 2},
        {"span": 2},
        0,
        {},
        {},
        ([2], 0, 0),
    ),
    "openai_agents_sdk_export.json": (
        "openai-agents",
        7,
        1,
        [3, 3],
        {"completed": 6},
        {"agent": 3, "llm": 3},
        0,
        {COMMON: 1},
        {},
        ([3, 3], 0, 0),
    ),
    "openinference_vercel_all-spans.json": (
        "otlp",
        10,
        10,
        [10],
        {"completed": 10},
        {"chain": 5, "embedding": 1, "llm": 4},
        0,
        {},
        {},
        ([10], 0, 0),
    ),
}


def counted(values: Any) -> dict[Any, int]:
    found: dict[Any, int] = {}
    for value in values:
        found[value] = found.get(value, 0) + 1
    return dict(sorted(found.items()))


def read(path: Path, *, all_spans: bool) -> tuple[str, Found]:
    data = path.read_bytes()
    among = readers(all_spans=all_spans)
    reader = reader_of(Head(path.name, data[:65536], whole=len(data) <= 65536), among)
    assert reader is not None
    return reader.name, Found(reader, data)


def orphans(found: Found) -> int:
    there = {task.id for task in found.tasks}
    return sum(task.parent_task_id not in {None, *there} for task in found.tasks)


def test_no_file_is_forgotten(real_data: Path) -> None:
    assert {path.name for path in (real_data / "otel").glob("*.json")} == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_what_becomes_of_a_file(real_data: Path, name: str) -> None:
    form, facts, conversations, levels, statuses, kinds, lost, folded, skipped, whole = FILES[name]
    read_as, found = read(real_data / "otel" / name, all_spans=False)
    assert (read_as, found.count, found.reasons) == (form, facts, [])
    assert len({each.id for each in found.conversations}) == conversations
    assert list(counted(level for level, *_ in found.tree()).values()) == levels
    assert counted(task.status for task in found.tasks) == statuses
    assert counted(metadata_of(task)["kind"] for task in found.tasks) == kinds
    assert orphans(found) == lost
    assert found.sums() == (sum(levels), folded, skipped)
    _, everything = read(real_data / "otel" / name, all_spans=True)
    assert list(counted(level for level, *_ in everything.tree()).values()) == whole[0]
    assert sum(task.status == "failed" for task in everything.tasks) == whole[1]
    assert orphans(everything) == whole[2]
    used, folded_then, skipped_then = everything.sums()
    assert (used, skipped_then) == (sum(whole[0]), {})
    assert used + sum(folded_then.values()) == facts


def test_agents_read_well(real_data: Path) -> None:
    """What was asked and answered is at the beginning, and every call has its tokens once."""
    _, found = read(real_data / "otel" / "agentevals_helm.json", all_spans=False)
    agent, first, tool, last = found.tasks
    assert (agent.agent_id, agent.input) == ("helm_agent", '"list all Helm releases"')
    assert (agent.output or "").startswith('"There are two Helm releases installed')
    assert [task.agent_id for task in (first, tool, last)] == [
        "gpt-4.1-mini",
        "tool:helm_list_releases",
        "gpt-4.1-mini",
    ]
    assert [metadata_of(task).get("usage") for task in found.tasks] == [
        None,
        {"input_tokens": 1820, "output_tokens": 13, "total_tokens": 1833, "cached_tokens": 0},
        None,
        {"input_tokens": 1956, "output_tokens": 117, "total_tokens": 2073, "cached_tokens": 1792},
    ]
    assert found.conversations[0].title == "list all Helm releases"
    assert found.conversations[0].user_id == "user@example.com"


def test_nothing_is_cut(real_data: Path) -> None:
    """The longest attribute of a span that is no agent's is there to its last letter."""
    _, found = read(real_data / "otel" / "open-agent-traces_test-traces.json", all_spans=False)
    for task in found.tasks:
        events = {event["name"]: event for event in metadata_of(task)["events"]}
        assert set(events) == {"ai.payload.large", "test_event"}
        event = events["ai.payload.large"]
        assert set(event["large_attribute"]) == {"x"}
        assert len(event["large_attribute"]) == 10000
