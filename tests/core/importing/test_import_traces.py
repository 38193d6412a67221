"""Traces in a database: conversations of several, spans that end later, and all of them or some."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from support.imports import import_into
from support.loads import dump
from support.traces import data_of, request, span
from taskview_core.importing.otlp import envelopes, protobuf
from taskview_core.persistence.importing import reading

TRACES = ("0af7651916cd43dd8448eb211c80319c", "1af7651916cd43dd8448eb211c80319c")


def agent(number: int, trace: int = 0, talk: str = "talk", **more: Any) -> dict[str, Any]:
    attributes = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": f"agent {number}",
        "gen_ai.conversation.id": talk,
    }
    return span(number, attributes=attributes, trace=TRACES[trace], **more)


def write(path: Path, *spans: dict[str, Any]) -> Path:
    path.write_bytes(data_of(request(spans)))
    return path


async def test_a_conversation_of_two_traces_is_one_in_whatever_order(
    migrated_url: str, tmp_path: Path
) -> None:
    files = [write(tmp_path / f"{n}.json", agent(n + 1, trace=n)) for n in range(2)]
    found = []
    for number, order in enumerate(itertools.permutations(files)):
        url = f"sqlite:///{tmp_path / f'{number}.db'}"
        for file in order:
            await import_into(url, tmp_path / "spools", file)
        found.append(await dump(url))
    report = await import_into(migrated_url, tmp_path / "spools", *files)
    found.append(await dump(migrated_url))
    assert found[0] == found[1] == found[2]
    (conversation,) = found[0]["conversations"].values()
    assert conversation["created_at"] < conversation["updated_at"]
    assert report.formats["otlp"].conversations == 1
    # One trace turns out to be of another conversation: this one is what the other tells.
    write(files[0], agent(1, talk="another"))
    await import_into(migrated_url, tmp_path / "spools", *files)
    only = f"sqlite:///{tmp_path / 'only.db'}"
    await import_into(only, tmp_path / "spools", *files)
    assert await dump(migrated_url) == await dump(only)
    assert len((await dump(only))["conversations"]) == 2


async def test_a_span_that_ran_ends_and_its_parent_comes_later(
    migrated_url: str, tmp_path: Path
) -> None:
    child = agent(2, end=None, parent=1)
    file = write(tmp_path / "a.json", child)
    await import_into(migrated_url, tmp_path / "spools", file)
    (before,) = (await dump(migrated_url))["tasks"].values()
    assert (before["status"], before["parent_task_id"]) == ("running", None)
    write(file, agent(2, parent=1), agent(1))
    await import_into(migrated_url, tmp_path / "spools", file)
    after = (await dump(migrated_url))["tasks"]
    assert len(after) == 2
    ended = after[before["id"]]
    assert ended["status"] == "completed"
    assert ended["parent_task_id"] in after.keys() - {before["id"]}


async def test_all_spans_come_and_go(migrated_url: str, tmp_path: Path) -> None:
    file = write(tmp_path / "a.json", agent(1), span(2, parent=1), agent(3, parent=2))
    found = []
    for wanted in (None, True, None, False, None):
        await import_into(migrated_url, tmp_path / "spools", file, all_spans=wanted)
        found.append((await dump(migrated_url))["tasks"])
    assert [len(rows) for rows in found] == [2, 3, 3, 2, 2], "it is as it was, unless it is said"
    assert found[0] == found[3]


async def test_who_deletes_a_database_is_asked_for_all_spans_anew(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    file = write(tmp_path / "a.json", agent(1), span(2, parent=1))
    report = await import_into(url, tmp_path / "spools", file, all_spans=True)
    assert report.all_spans
    assert len((await dump(url))["tasks"]) == 2
    (tmp_path / "x.db").unlink()
    report = await import_into(url, tmp_path / "spools", file)
    assert not report.all_spans
    assert len((await dump(url))["tasks"]) == 1


async def test_strict_passes_what_is_none_of_ours(migrated_sqlite_url: str, tmp_path: Path) -> None:
    file = write(tmp_path / "a.json", agent(1))
    log = {"body": {"stringValue": "started"}, "severityText": "INFO", "timeUnixNano": "5"}
    others = [
        {"resourceMetrics": []},
        {"resourceLogs": [{"scopeLogs": [{"logRecords": [log]}]}]},
    ]
    with file.open("a") as handle:
        handle.writelines("\n" + json.dumps(each) for each in others)
    report = await import_into(migrated_sqlite_url, tmp_path / "spools", file, strict=True)
    assert (report.bad_lines, report.bad) == (0, [])
    assert report.formats["otlp"].skipped.total() == 2
    assert report.formats["otlp"].tasks == 1


async def test_what_a_package_is_missing_for_is_read_once_it_is_there(
    migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = json_format.ParseDict(
        {"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "it"}]}]}]}, TracesData()
    )
    told = message.resource_spans[0].scope_spans[0].spans[0]
    told.trace_id, told.span_id = bytes.fromhex(TRACES[0]), b"12345678"
    file = tmp_path / "traces.pb"
    file.write_bytes(message.SerializeToString())

    def missing() -> None:
        raise ImportError

    spools = tmp_path / "spools"
    monkeypatch.setattr(protobuf, "_official", missing)
    for _ in range(2):
        report = await import_into(migrated_sqlite_url, spools, file)
        assert [line.partition(": ")[2] for line in report.bad] == [protobuf.NOT_INSTALLED]
    monkeypatch.undo()
    report = await import_into(migrated_sqlite_url, spools, file)
    assert (report.bad, report.formats["otlp"].tasks) == ([], 1)


async def test_a_trace_may_have_any_text_for_its_id(migrated_url: str, tmp_path: Path) -> None:
    trace = "half \ud800 of a pair, and \0"
    records = [
        {"object": "trace", "id": trace, "workflow_name": "flow"},
        {
            "object": "trace.span",
            "id": "span_1",
            "trace_id": trace,
            "span_data": {"type": "agent", "name": "planner"},
        },
    ]
    file = tmp_path / "spans.json"
    file.write_text(json.dumps(records))
    report = await import_into(migrated_url, tmp_path / "spools", file)
    assert (report.bad, report.formats["openai-agents"].tasks) == ([], 1)


async def test_a_changed_file_that_is_read_in_part_takes_no_rows_away(
    migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_COMMIT_BYTES", 1)
    monkeypatch.setattr(envelopes, "EVERY", 1)
    spools = tmp_path / "spools"
    spans = [agent(number + 1, name="long " * 30_000) for number in range(20)]
    file = write(tmp_path / "grown.json", *spans)
    await import_into(migrated_sqlite_url, spools, file)
    before = await dump(migrated_sqlite_url)
    write(file, *spans, agent(21))
    left = iter(range(3))
    await import_into(migrated_sqlite_url, spools, file, stopped=lambda: next(left, None) is None)
    other = write(tmp_path / "other.json", agent(1, trace=1, talk="other"))
    await import_into(migrated_sqlite_url, spools, other)
    found = await dump(migrated_sqlite_url)
    assert before["tasks"].keys() < found["tasks"].keys()
    assert len(found["tasks"]) == 21
    await import_into(migrated_sqlite_url, spools, file)
    assert len((await dump(migrated_sqlite_url))["tasks"]) == 22
