"""Exports of the OpenAI Agents SDK, by themselves and in what scripts put around them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.traces import Found, metadata_of
from taskview_core.entities import UsagePaths
from taskview_core.importing.formats import reader_of, readers
from taskview_core.importing.openai_agents import OpenAiAgentsReader
from taskview_core.importing.reader import Head

TRACE = "trace_0af7651916cd43dd8448eb211c80319c"
THE_TRACE = {
    "object": "trace",
    "id": TRACE,
    "workflow_name": "Weather",
    "group_id": "thread-7",
    "metadata": {"user_id": "ann", "tier": "free"},
}


def span(number: int, parent: int | None, data: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "object": "trace.span",
        "id": f"span_{number:024x}",
        "trace_id": TRACE,
        "parent_id": None if parent is None else f"span_{parent:024x}",
        "started_at": f"2025-06-29T07:23:{30 + number}.654430+00:00",
        "ended_at": f"2025-06-29T07:23:{31 + number}.654430+00:00",
        "span_data": data,
        "error": None,
        **more,
    }


SPANS = [
    span(1, None, {"type": "agent", "name": "Triage", "handoffs": ["Weather"], "tools": ["f"]}),
    span(
        2,
        1,
        {
            "type": "generation",
            "input": [{"content": "be brief", "role": "system"}, {"content": "hi", "role": "user"}],
            "output": [{"content": "ho", "role": "assistant"}],
            "model": "m-1",
            "usage": {"input_tokens": 10, "output_tokens": 4},
        },
    ),
    span(3, 1, {"type": "function", "name": "f", "input": '{"city": "Rome"}', "output": "sunny"}),
    span(4, 1, {"type": "handoff", "from_agent": "Triage", "to_agent": "Weather"}),
    span(
        5,
        1,
        {"type": "function", "name": "g", "input": "{}", "output": None},
        error={"message": "Error running tool", "data": {"error": "boom"}},
    ),
    span(6, 1, {"type": "guardrail", "name": "polite", "triggered": False}),
    span(7, None, {"type": "custom", "name": "own", "data": {"a": 1}}, ended_at=None),
]
EXPECTED = [
    (0, "Triage", "completed", '"ho"'),
    (1, "m-1", "completed", '[{"role":"assistant","content":"ho"}]'),
    (1, "tool:f", "completed", '"sunny"'),
    (1, "Weather", "completed", None),
    (1, "tool:g", "failed", None),
    (1, "polite", "completed", None),
    (0, "own", "running", None),
]
ENVELOPES = {
    "a line each": "\n".join(json.dumps(each) for each in (THE_TRACE, *SPANS)),
    "without newlines": "".join(json.dumps(each) for each in (THE_TRACE, *SPANS)),
    "the trace last": "".join(json.dumps(each) for each in (*reversed(SPANS), THE_TRACE)),
    "a list": json.dumps([THE_TRACE, *SPANS], indent=1),
    "as it is sent": json.dumps({"data": [THE_TRACE, *SPANS]}),
    "within traces": json.dumps({"traces": [{**THE_TRACE, "spans": SPANS}], "count": 1}, indent=4),
    "spans before the trace's id": json.dumps(
        {"traces": [{"spans": SPANS, **THE_TRACE}], "count": 1}, indent=4
    ),
}


@pytest.mark.parametrize("envelope", ENVELOPES)
def test_every_envelope_gives_the_same_tasks(envelope: str) -> None:
    data = ENVELOPES[envelope].encode()
    reader = reader_of(Head("in", data, whole=True), readers())
    assert isinstance(reader, OpenAiAgentsReader)
    found = Found(reader, data)
    assert found.reasons == []
    assert found.tree() == EXPECTED
    assert found.sums() == (7, {"what spans have in common": 1}, {})
    [conversation] = found.conversations
    assert (conversation.user_id, conversation.title) == ("ann", "hi")
    assert json.loads(conversation.metadata or "")["session_id"] == "thread-7"
    tasks = {task.agent_id: task for task in found.tasks}
    assert json.loads(tasks["tool:f"].input or "") == {"city": "Rome"}
    assert tasks["tool:g"].error == "Error running tool"
    reported = UsagePaths().read(tasks["m-1"].metadata, "m-1")
    assert reported is not None
    assert reported.usage[:3] == (14, 10, 4)
    assert metadata_of(tasks["own"])["attributes"]["data"] == {"a": 1}
    assert tasks["Triage"].started_at == "2025-06-29T07:23:31.654430+00:00"


def test_a_trace_of_no_group_is_a_conversation_of_its_own() -> None:
    found = Found(OpenAiAgentsReader(), json.dumps(SPANS[0]).encode())
    assert found.conversations[0].id.hex == TRACE.removeprefix("trace_")


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_response_that_was_printed_is_read(quote: str) -> None:
    printed = (
        "Response(id='resp_1', model='m-2', output=[ResponseOutputMessage(content=["
        f"ResponseOutputText(annotations=[], text={quote}line one\\nline two{quote}, "
        "type='output_text')])], usage=ResponseUsage(input_tokens=5, output_tokens=6))"
    )
    data = {"type": "response", "response_id": "resp_1"}
    asked = [{"content": "hi", "role": "user"}]
    record = span(
        1, None, data, span_data_input=asked, span_data_response=printed, span_data_type="response"
    )
    [task] = Found(OpenAiAgentsReader(), json.dumps(record).encode()).tasks
    assert (task.agent_id, json.loads(task.input or "")) == (
        "m-2",
        [{"role": "user", "content": "hi"}],
    )
    assert json.loads(task.output or "") == [{"role": "assistant", "content": "line one\nline two"}]
    assert metadata_of(task)["usage"] == {"input_tokens": 5, "output_tokens": 6}


def test_a_response_as_an_object_is_read() -> None:
    response = {
        "model": "m",
        "output": [{"role": "assistant", "content": "ho"}],
        "usage": {"total_tokens": 9},
    }
    record = span(1, None, {"type": "response", "_input": "hi", "_response": response})
    [task] = Found(OpenAiAgentsReader(), json.dumps(record).encode()).tasks
    assert (task.agent_id, task.input) == ("m", '"hi"')
    assert json.loads(task.output or "") == response["output"]
    assert metadata_of(task)["usage"] == {"total_tokens": 9}


def test_bad_records_are_skipped_with_their_places() -> None:
    lines = [json.dumps(SPANS[0]), '{"object": "trace.span", "id": ', "7", json.dumps(SPANS[1])]
    found = Found(OpenAiAgentsReader(), "\n".join([*lines, '{"object": "trace.span"}']).encode())
    assert found.count == 2
    assert [(each.place.line, each.reason) for each in found.skipped] == [
        (
            2,
            "this is not JSON: '{' where ',' was expected; read on from where a next record begins",
        ),
        (5, "neither a trace nor a span with an id, a trace's id and span_data"),
    ]


def test_a_broken_span_takes_none_of_its_neighbours_along() -> None:
    good = json.dumps([THE_TRACE, *SPANS])
    broken = good.replace('"name": "Triage"', '"name" "Triage"')
    found = Found(OpenAiAgentsReader(), broken.encode())
    assert found.reasons == ["this is not JSON: Expecting ':' delimiter"]
    assert found.count == 7


@pytest.mark.parametrize("text", ["[" * 5_000, '{"spans": ' + "[" * 5_000, '[{"a":' * 3_000])
def test_lists_that_are_nested_without_end_are_skipped(text: str) -> None:
    found = Found(OpenAiAgentsReader(), text.encode())
    assert found.count == 0
    assert found.skipped
