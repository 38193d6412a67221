"""The same traces as protobuf: the same facts as from JSON, or a plain word why not."""

from __future__ import annotations

import importlib
from io import BytesIO
from typing import Any

import pytest
from google.protobuf import json_format
from opentelemetry.proto.logs.v1 import logs_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

from support.traces import Found, data_of, request, span
from taskview_core.importing.formats import reader_of, readers
from taskview_core.importing.otlp import OtlpReader, protobuf
from taskview_core.importing.reader import Head, Source

SPANS = [
    span(1, attributes={"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "planner"}),
    span(
        2,
        1,
        attributes={
            "gen_ai.tool.name": "f",
            "n": 5,
            "d": 0.5,
            "b": True,
            "l": [1, "x"],
            "m": {"k": 1},
        },
        status={"code": 2, "message": "lost"},
        events=[{"name": "e", "timeUnixNano": "5"}],
    ),
]


def message_of(*requests: dict[str, Any]) -> bytes:
    """Write requests as one message of protobuf, whose ids are bytes."""
    message = trace_pb2.TracesData()
    for each in requests:
        for resource in each["resourceSpans"]:
            made = message.resource_spans.add()
            bare = {**resource, "scopeSpans": []}
            json_format.ParseDict(bare, made)
            for scope in resource["scopeSpans"]:
                within = made.scope_spans.add()
                within.scope.name = scope["scope"]["name"]
                for one in scope["spans"]:
                    ids = {key: one[key] for key in one if key.endswith("Id")}
                    rest = {key: one[key] for key in one if key not in ids}
                    target = within.spans.add()
                    json_format.ParseDict(rest, target)
                    target.trace_id = bytes.fromhex(ids["traceId"])
                    target.span_id = bytes.fromhex(ids["spanId"])
                    target.parent_span_id = bytes.fromhex(ids.get("parentSpanId", ""))
    return message.SerializeToString()


def framed(*messages: bytes) -> bytes:
    return b"".join(len(each).to_bytes(4, "big") + each for each in messages)


PARTS = [message_of(request(SPANS[:1])), message_of(request(SPANS[1:]))]


@pytest.mark.parametrize(
    "data",
    [message_of(request(SPANS)), b"".join(PARTS), framed(*PARTS), framed(*PARTS, PARTS[0])],
    ids=["one message", "one after the other", "framed", "framed, with one twice"],
)
def test_the_same_facts_as_from_json(data: bytes) -> None:
    reader = reader_of(Head("in", data[:65536], whole=True), readers())
    assert isinstance(reader, OtlpReader)
    found = Found(reader, data)
    assert found.reasons == []
    assert found.facts == Found(reader, data_of(request(SPANS))).facts
    assert [(level, agent, status) for level, agent, status, _ in found.tree()] == [
        (0, "planner", "completed"),
        (1, "tool:f", "failed"),
    ]


@pytest.mark.parametrize("damage", ["cut", "bad resource", "other field"])
def test_damaged_messages_are_skipped_with_their_number(damage: str) -> None:
    bad = b"\x0a\x04\x0a\x02\x0a\x7f"
    data, reason, number, facts = {
        "cut": (PARTS[0] + PARTS[1][:-3], "the file ends within a message", 2, 1),
        "bad resource": (PARTS[0] + bad + PARTS[1], "not a resource with its spans", 2, 2),
        "other field": (PARTS[0] + b"\xff" * 9, "this is no protobuf message of OTLP", 2, 1),
    }[damage]
    found = Found(OtlpReader(), data)
    assert found.count == facts
    [skipped] = found.skipped
    assert skipped.reason.startswith(reason)
    assert skipped.place.line == number


def test_log_records_are_joined_to_their_spans() -> None:
    logs = logs_pb2.LogsData()
    record = logs.resource_logs.add().scope_logs.add().log_records.add()
    record.trace_id = bytes.fromhex(SPANS[1]["traceId"])
    record.span_id = bytes.fromhex(SPANS[1]["spanId"])
    record.event_name = "gen_ai.tool.message"
    record.body.string_value = "told in a log"
    found = Found(OtlpReader(), message_of(request(SPANS)), logs.SerializeToString())
    assert found.reasons == []
    [_, tool] = found.tasks
    assert "told in a log" in f"{tool.metadata} {tool.input} {tool.output}"
    record.span_id = b""
    assert Found(OtlpReader(), logs.SerializeToString()).reasons == [
        "a log record without the id of a span"
    ]


def test_fields_that_are_not_ours_are_passed_over() -> None:
    others = b"\x10\x05" + b"\x19" + b"\0" * 8 + b"\x22\x03abc" + b"\x2d" + b"\0" * 4
    assert Found(OtlpReader(), PARTS[0] + others + PARTS[1]).count == 2


def test_what_to_install_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    [skipped] = list(OtlpReader().facts(Source("in", BytesIO(PARTS[0]))))
    assert skipped == protobuf.Skipped(protobuf.Place("in", 1), protobuf.NOT_INSTALLED)
    assert "pip install opentelemetry-proto" in protobuf.NOT_INSTALLED


@pytest.mark.parametrize(
    "start", [b"", b"\n", b"\n{}", b"\n\n\n\n\n\n", b"\0\0\0", b"\x0a\x05hello", b"\x1f\x8b\x08\0"]
)
def test_what_is_no_protobuf(start: bytes) -> None:
    assert not protobuf.is_protobuf(start)
