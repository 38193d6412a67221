"""Where inputs and outputs are found, by the conventions that programs follow."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.traces import START, Found, attributes, data_of, metadata_of, request, span
from taskview_core.entities import UsagePaths
from taskview_core.importing.otlp import OtlpReader

CHAT = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}
USER = [{"role": "user", "content": "hi"}]


def read(values: dict[str, Any], **more: Any) -> tuple[Any, Any]:
    [task] = Found(OtlpReader(), data_of(request([span(1, attributes=values, **more)]))).tasks
    return tuple(None if each is None else json.loads(each) for each in (task.input, task.output))


@pytest.mark.parametrize(
    ("values", "given", "came"),
    [
        ({}, None, None),
        ({"gen_ai.input.messages": json.dumps(USER)}, USER, None),
        ({"gen_ai.input.messages": USER}, USER, None),
        ({"gen_ai.output.messages": "plain text"}, None, "plain text"),
        (
            {"gen_ai.tool.call.arguments": '{"q": 1}', "gen_ai.tool.call.result": "[1, 2]"},
            {"q": 1},
            [1, 2],
        ),
        ({"gen_ai.tool.call.arguments": "{}"}, {}, None),
        (
            {
                "gen_ai.prompt.0.role": "user",
                "gen_ai.prompt.0.content": "hi",
                "gen_ai.prompt.10.role": "tool",
                "gen_ai.prompt.2.content": "call it",
                "gen_ai.prompt.2.role": "assistant",
                "gen_ai.prompt.2.tool_calls.0.name": "f",
                "gen_ai.prompt.2.tool_calls.0.arguments": '{"a": 1}',
            },
            [
                {"role": "user", "content": "hi"},
                {
                    "role": "assistant",
                    "content": "call it",
                    "tool_calls": [{"name": "f", "arguments": {"a": 1}}],
                },
                {"role": "tool"},
            ],
            None,
        ),
        (
            {
                "llm.input_messages.0.message.role": "system",
                "llm.input_messages.0.message.content": "be brief",
                "llm.input_messages.1.message.role": "user",
                "llm.input_messages.1.message.contents.0.message_content.type": "text",
                "llm.input_messages.1.message.contents.0.message_content.text": "hi",
                "llm.output_messages.0.message.role": "assistant",
                "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "f",
                "input.value": "shown in another way",
            },
            {
                "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}],
                "system": "be brief",
            },
            [{"role": "assistant", "tool_calls": [{"function.name": "f"}]}],
        ),
        ({"input.value": '{"a": 1}', "output.value": "[1]"}, {"a": 1}, [1]),
        ({"input.value": '{"a": 1}', "input.mime_type": "text/plain"}, '{"a": 1}', None),
        ({"input.value": '"a"', "input.mime_type": "application/json"}, "a", None),
        ({"input.value": "{broken", "input.mime_type": "application/json"}, "{broken", None),
        (
            {
                "gcp.vertex.agent.llm_request": "{}",
                "gcp.vertex.agent.tool_call_args": '{"n": 1}',
                "gcp.vertex.agent.tool_response": '{"ok": true}',
            },
            {"n": 1},
            {"ok": True},
        ),
        (
            {"ai.prompt": '{"prompt": "hi"}', "ai.response.text": "ho", "ai.operationId": "ai.x"},
            {"prompt": "hi"},
            "ho",
        ),
        ({"ai.values": ['"a"', '"b"'], "ai.embeddings": ["[1]", "[2]"]}, ["a", "b"], [[1], [2]]),
        ({"traceloop.entity.input": '{"inputs": [1]}'}, {"inputs": [1]}, None),
        ({"gen_ai.input.messages": "x" * 300_000}, "x" * 300_000, None),
        ({"input.value": "[" * 5000}, "[" * 5000, None),
        ({"input.value": 5, "output.value": False}, 5, False),
    ],
)
def test_attributes(values: dict[str, Any], given: Any, came: Any) -> None:
    assert read(values) == (given, came)


def event(name: str, **values: Any) -> dict[str, Any]:
    return {"name": name, "timeUnixNano": str(START), "attributes": attributes(values)}


def test_events() -> None:
    given, came = read(
        CHAT,
        events=[
            event("gen_ai.system.message", content="be brief"),
            event("gen_ai.user.message", content="hi"),
            event("gen_ai.choice", index=0, message='{"content": "ho"}'),
            event("note"),
        ],
    )
    assert given == {"messages": USER, "system": "be brief"}
    assert came == [{"role": "assistant", "content": {"content": "ho"}, "index": 0}]


@pytest.mark.parametrize(
    "told",
    [
        event(
            "gen_ai.client.inference.operation.details",
            **{"gen_ai.input.messages": json.dumps(USER), "gen_ai.output.messages": "ho"},
        ),
        event("anything", body={"input": {"messages": USER}, "output": {"messages": "ho"}}),
        event("anything", body={"gen_ai.input.messages": USER, "gen_ai.output.messages": "ho"}),
    ],
)
def test_events_that_tell_all(told: dict[str, Any]) -> None:
    assert read(CHAT, events=[told]) == (USER, "ho")


def test_older_events_of_content() -> None:
    events = [
        event("gen_ai.content.prompt", **{"gen_ai.prompt": json.dumps(USER)}),
        event("gen_ai.content.completion", **{"gen_ai.completion": "ho"}),
    ]
    assert read(CHAT, events=events) == (USER, "ho")


def test_what_attributes_tell_goes_before_events() -> None:
    events = [event("gen_ai.user.message", content="other")]
    values = {**CHAT, "gen_ai.input.messages": json.dumps(USER)}
    [task] = Found(
        OtlpReader(), data_of(request([span(1, attributes=values, events=events)]))
    ).tasks
    assert json.loads(task.input or "") == USER
    assert metadata_of(task)["events"][0]["content"] == "other"


@pytest.mark.parametrize(
    ("values", "tokens"),
    [
        ({"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 4}, (14, 10, 4)),
        ({"gen_ai.usage.prompt_tokens": 10, "gen_ai.usage.completion_tokens": 4}, (14, 10, 4)),
        ({"llm.token_count.prompt": 10, "llm.token_count.completion": 4}, (14, 10, 4)),
        ({"ai.usage.promptTokens": 10, "ai.usage.completionTokens": 4}, (14, 10, 4)),
        ({"ai.usage.tokens": 7}, (7, None, None)),
        (
            {
                "gen_ai.usage.input_tokens": 10,
                "gen_ai.usage.prompt_tokens": 10,
                "gen_ai.usage.output_tokens": 4,
                "llm.usage.total_tokens": 14,
            },
            (14, 10, 4),
        ),
    ],
)
def test_tokens_are_where_the_browser_looks(values: dict[str, int], tokens: Any) -> None:
    [task] = Found(OtlpReader(), data_of(request([span(1, attributes={**CHAT, **values})]))).tasks
    reported = UsagePaths().read(task.metadata, task.agent_id)
    assert reported is not None
    assert reported.usage[:3] == tokens
    assert reported.covers.value == "call"
    assert not any("usage" in name or "token" in name for name in metadata_of(task)["attributes"])
    assert metadata_of(task)["model"] == "m"


@pytest.mark.parametrize(
    ("values", "name", "kind", "agent"),
    [
        ({"gen_ai.operation.name": "invoke_agent"}, "invoke_agent bob", "agent", "bob"),
        ({"gen_ai.operation.name": "invoke_agent"}, "invoke_agent", "agent", "invoke_agent"),
        ({"gen_ai.operation.name": "execute_tool"}, "execute_tool f", "tool", "tool:f"),
        ({"gen_ai.operation.name": "embeddings"}, "e", "embedding", "e"),
        ({"gen_ai.operation.name": "handoff"}, "to bob", "handoff", "to bob"),
        ({"openinference.span.kind": "AGENT", "agent.name": "bob"}, "run", "agent", "bob"),
        ({"openinference.span.kind": "TOOL", "tool.name": "f"}, "run", "tool", "tool:f"),
        ({"openinference.span.kind": "LLM", "llm.model_name": "m"}, "run", "llm", "m"),
        ({"openinference.span.kind": "CHAIN"}, "graph", "chain", "graph"),
        ({"openinference.span.kind": "RETRIEVER"}, "find", "retriever", "find"),
        ({"traceloop.span.kind": "workflow"}, "w", "chain", "w"),
        ({"traceloop.span.kind": "tool", "traceloop.entity.name": "f"}, "w", "tool", "tool:f"),
        ({"langfuse.observation.type": "generation"}, "g", "llm", "g"),
        ({"langfuse.observation.type": "span"}, "s", "span", "app:s"),
        ({"ai.operationId": "ai.streamText.doStream", "ai.model.id": "m"}, "x", "llm", "m"),
        ({"ai.operationId": "ai.streamText"}, "ai.streamText", "chain", "ai.streamText"),
        ({"ai.operationId": "ai.toolCall", "ai.toolCall.name": "f"}, "x", "tool", "tool:f"),
        ({"gen_ai.tool.name": "f"}, "running tool", "tool", "tool:f"),
        ({"gen_ai.agent.name": "bob"}, "run", "agent", "bob"),
        ({"gen_ai.conversation.id": "c"}, "POST", "span", "app:POST"),
    ],
)
def test_kinds_and_names(values: dict[str, Any], name: str, kind: str, agent: str) -> None:
    [task] = Found(OtlpReader(), data_of(request([span(1, name=name, attributes=values)]))).tasks
    assert (metadata_of(task)["kind"], task.agent_id) == (kind, agent)
