"""Traces of the OpenAI Agents SDK, as its exporters and its users' scripts write them.

https://openai.github.io/openai-agents-python/ref/tracing/: a `trace` has the group that is the
conversation; a `trace.span` has a parent, ISO times, an error, and data of its own by its type.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from taskview_core.entities.payload import JsonValue
from taskview_core.importing.facts import Fact, Place, Skipped
from taskview_core.importing.json_stream import EVERY, BadJsonError, JsonStream
from taskview_core.importing.json_text import storable_text
from taskview_core.importing.reader import Derived, Head, Read, Source
from taskview_core.importing.spans import Resource, Span, SpanOptions, derive_trace, fact_of
from taskview_core.importing.spans.times import nanoseconds
from taskview_core.importing.spans.values import text_of

_OPERATIONS = {
    "agent": "invoke_agent",
    "function": "execute_tool",
    "generation": "chat",
    "response": "chat",
    "transcription": "chat",
    "speech": "chat",
    "mcp_tools": "mcp_list_tools",
}
_NAMES = {
    "agent": "gen_ai.agent.name",
    "function": "gen_ai.tool.name",
    "model": "gen_ai.request.model",
}
_INPUTS = {"function": "gen_ai.tool.call.arguments"}
_OUTPUTS = {"function": "gen_ai.tool.call.result"}
_USAGE = {
    "input_tokens": "gen_ai.usage.input_tokens",
    "prompt_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "completion_tokens": "gen_ai.usage.output_tokens",
    "total_tokens": "gen_ai.usage.total_tokens",
}
_LISTS = {"traces", "spans", "data"}
_MEMBERS = {"object", "id", "trace_id", "parent_id", "started_at", "ended_at", "span_data", "error"}
_TRACE = "trace"
_DEEPEST = 6

_TEXT = r"""'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+\""""
_PRINTED_TEXT = re.compile(rf"\btext=({_TEXT}), type='output_text'")
_PRINTED = (
    (_NAMES["model"], re.compile(r"\bmodel='([^']{1,200})'")),
    ("gen_ai.usage.input_tokens", re.compile(r"\bResponseUsage\(input_tokens=(\d{1,12})\b")),
    ("gen_ai.usage.output_tokens", re.compile(r"\boutput_tokens=(\d{1,12})\b")),
)


class OpenAiAgentsReader:
    """Reads traces of the OpenAI Agents SDK. The scope is the trace's id, `trace_…`."""

    name = "openai-agents"
    version = 1
    grows = False
    has_spans = True

    def __init__(self, options: SpanOptions | None = None) -> None:
        self._options = options or SpanOptions()

    def recognises(self, head: Head) -> bool:
        """Tell by the `object` that each trace and span has."""
        text = "".join(head.start.decode("utf-8", "replace").split())
        return '"object":"trace.span"' in text or '"object":"trace"' in text

    def facts(self, source: Source) -> Iterator[Fact | Skipped | Read]:
        """Give what is in the input; see Reader."""
        stream = JsonStream(source.stream, line=source.line)
        told = 0
        while stream.peek():
            stream.begin()
            try:
                for found in _read(stream, source.name, {}, 0):
                    yield found
                    if stream.size - told >= EVERY:
                        told = stream.size
                        yield Read(source.offset + told, stream.here()[0])
            except BadJsonError as error:
                reason = f"{error.reason}; read on from where a next record begins"
                yield Skipped(Place(source.name, *stream.place()), reason)
                if not stream.next_document():
                    break
        yield Read(source.offset + stream.size, stream.here()[0])

    def derive(self, scope: str, facts: Sequence[Fact]) -> Derived:
        """Make the rows of a trace; see Reader."""
        return derive_trace(self.name, scope, facts, self._options)


def _read(
    stream: JsonStream, name: str, trace: Mapping[str, JsonValue], depth: int
) -> Iterator[Fact | Skipped]:
    """Read a value: a list is gone through, an object may hold lists of what it is about."""
    place = Place(name, *stream.here())
    if stream.peek() == "[" and depth < _DEEPEST:
        stream.take("[")
        while stream.peek() != "]":
            yield from _read(stream, name, trace, depth + 1)
            if stream.peek() != "]":
                stream.take(",")
        stream.take("]")
        return
    if stream.peek() != "{":
        stream.value()
        yield Skipped(place, "neither a trace nor a span")
        return
    members: dict[str, JsonValue] = {}
    is_record = True
    stream.take("{")
    while stream.peek() != "}":
        key = stream.value()
        stream.take(":")
        if key in _LISTS and stream.peek() == "[" and depth < _DEEPEST:
            is_record = False
            yield from _read(stream, name, members, depth + 1)
        else:
            try:
                members[str(key)] = stream.value()
            except BadJsonError as error:
                if not error.skippable:
                    raise
                stream.skip()
                is_record = False
                yield Skipped(place, error.reason)
        if stream.peek() != "}":
            stream.take(",")
    stream.take("}")
    if is_record or members.get("object") == "trace":
        yield from _told(members, trace, place)


def _told(
    members: Mapping[str, JsonValue], trace: Mapping[str, JsonValue], place: Place
) -> Iterator[Fact | Skipped]:
    ident = text_of(members, "id")
    if members.get("object") == "trace" and ident is not None:
        yield _trace_fact(members, storable_text(ident))
        return
    scope = text_of(members, "trace_id") or text_of(trace, "id")
    data = members.get("span_data")
    if ident is None or scope is None or not isinstance(data, dict):
        yield Skipped(place, "neither a trace nor a span with an id, a trace's id and span_data")
        return
    yield fact_of(_span(members, data, storable_text(scope), ident))


def _trace_fact(members: Mapping[str, JsonValue], trace: str) -> Fact:
    """Tell what a trace says of all its spans: its group is the conversation."""
    attributes: dict[str, JsonValue] = {}
    metadata = members.get("metadata")
    if isinstance(metadata, dict):
        attributes.update(metadata)
        if (user := text_of(metadata, "user_id", "user")) is not None:
            attributes["user.id"] = user
    if (group := text_of(members, "group_id")) is not None:
        attributes["gen_ai.conversation.id"] = group
    if (workflow := text_of(members, "workflow_name")) is not None:
        attributes["service.name"] = workflow
    return fact_of(Resource(trace, _TRACE, attributes))


def _span(
    members: Mapping[str, JsonValue], data: Mapping[str, JsonValue], trace: str, ident: str
) -> Span:
    kind = text_of(data, "type") or "custom"
    attributes: dict[str, JsonValue] = {
        "gen_ai.operation.name": _OPERATIONS.get(kind, kind),
        **{key: value for key, value in data.items() if value is not None and key != "type"},
        **_besides(members, data),
    }
    for place, name in (
        ("name", _NAMES.get(kind)),
        ("to_agent", "agent.name"),
        ("model", _NAMES["model"]),
        ("input", _INPUTS.get(kind, "gen_ai.input.messages")),
        ("_input", "gen_ai.input.messages"),
        ("output", _OUTPUTS.get(kind, "gen_ai.output.messages")),
    ):
        if name is not None and place in attributes:
            attributes[name] = attributes.pop(place)
    _take_response(attributes)
    error = members.get("error")
    message = error if isinstance(error, str) else None
    if isinstance(error, dict):
        message = text_of(error, "message")
        if error.get("data") is not None:
            attributes["error.data"] = error["data"]
    return Span(
        trace=trace,
        span=ident,
        parent=text_of(members, "parent_id"),
        name=text_of(data, "name") or kind,
        start=nanoseconds(members.get("started_at")),
        end=nanoseconds(members.get("ended_at")),
        status="error" if error else None,
        message=message,
        attributes=attributes,
        late=_TRACE,
    )


def _besides(
    members: Mapping[str, JsonValue], data: Mapping[str, JsonValue]
) -> dict[str, JsonValue]:
    """Give what a script wrote beside the data of a span, without what is there already."""
    found: dict[str, JsonValue] = {}
    for key, value in members.items():
        name = key.removeprefix("span_data_")
        if key not in _MEMBERS and value is not None and value != data.get(name):
            found.setdefault(name, value)
    return found


def _take_response(attributes: dict[str, JsonValue]) -> None:
    """Take what a response of OpenAI says; it may have been written as Python prints it."""
    response = attributes.get("_response", attributes.get("response"))
    output = "gen_ai.output.messages"
    if isinstance(response, dict):
        for name, place in ((output, "output"), ("usage", "usage"), (_NAMES["model"], "model")):
            if response.get(place) is not None:
                attributes.setdefault(name, response[place])
    elif isinstance(response, str) and response.startswith("Response("):
        texts = [_literal(found[1]) for found in _PRINTED_TEXT.finditer(response)]
        if texts:
            attributes.setdefault(output, [{"role": "assistant", "content": t} for t in texts])
        for name, pattern in _PRINTED:
            if (found := pattern.search(response)) is not None:
                attributes.setdefault(name, found[1])
    usage = attributes.pop("usage", None)
    for name, value in usage.items() if isinstance(usage, dict) else ():
        attributes.setdefault(_USAGE.get(name, f"usage.{name}"), value)


def _literal(text: str) -> str:
    """Read a text as Python prints it."""
    try:
        return str(ast.literal_eval(text))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text[1:-1]
