"""What went into a span and what came out, wherever the programs that write traces put it.

The conventions are those that `kinds` names; older forms of OpenTelemetry's (`gen_ai.prompt.N.…`,
a message an event) are still written, as are the attributes of Google's Agent Development Kit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from taskview_core.entities.payload import JsonValue
from taskview_core.importing.json_text import any_decoded, decoded
from taskview_core.importing.spans.messages import gathered, with_roles_first, with_system_beside
from taskview_core.importing.spans.span import Event

_INPUT = (
    "gen_ai.input.messages",
    "gen_ai.tool.call.arguments",
    "*gen_ai.prompt",
    "gen_ai.prompt",
    "*llm.input_messages",
    "langfuse.observation.input",
    "mlflow.spanInputs",
    "traceloop.entity.input",
    "tool.parameters",
    "input.value",
    "ai.toolCall.args",
    "ai.prompt.messages",
    "ai.prompt",
    "ai.value",
    "ai.values",
    "gcp.vertex.agent.tool_call_args",
    "gcp.vertex.agent.llm_request",
)
"""Where an input may be, the best first; `*` for what is flattened under numbers."""
_OUTPUT = (
    "gen_ai.output.messages",
    "gen_ai.tool.call.result",
    "*gen_ai.completion",
    "gen_ai.completion",
    "*llm.output_messages",
    "langfuse.observation.output",
    "mlflow.spanOutputs",
    "traceloop.entity.output",
    "output.value",
    "ai.toolCall.result",
    "ai.response.text",
    "ai.response.object",
    "ai.response.toolCalls",
    "ai.embedding",
    "ai.embeddings",
    "gcp.vertex.agent.tool_response",
    "gcp.vertex.agent.llm_response",
)
_EMPTY: tuple[JsonValue, ...] = (None, "", {}, [], "{}", "[]")

_ASKING = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
_CHOICE = "gen_ai.choice"
_INPUT_EVENTS = {"gen_ai.content.prompt": ("gen_ai.prompt", "gen_ai.input.messages")}
_OUTPUT_EVENTS = {"gen_ai.content.completion": ("gen_ai.completion", "gen_ai.output.messages")}


@dataclass(slots=True)
class Payloads:
    """What went in and came out; None where it is not told. `used` are the attributes shown so.

    `events` are those that told nothing of the kind.
    """

    input: JsonValue = None
    output: JsonValue = None
    used: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)


def payloads_of(attributes: Mapping[str, JsonValue], events: Iterable[Event]) -> Payloads:
    """Find what went into a span and came out of it, in its attributes, else in its events."""
    found = Payloads()
    found.input = _from_attributes(attributes, _INPUT, found.used)
    found.output = _from_attributes(attributes, _OUTPUT, found.used)
    _from_events(found, list(events))
    found.input = with_system_beside(with_roles_first(found.input))
    found.output = with_roles_first(found.output)
    return found


def _from_attributes(
    attributes: Mapping[str, JsonValue], places: Iterable[str], used: set[str]
) -> JsonValue:
    for place in places:
        if place.startswith("*"):
            items, names = gathered(attributes, place[1:])
            if items:
                used.update(names)
                return items
            continue
        value = attributes.get(place)
        if value in _EMPTY:
            continue
        used.add(place)
        if isinstance(value, str):
            return _read(attributes, place, value, used)
        if isinstance(value, list):
            # Vercel's SDK writes each embedded text as JSON.
            return [any_decoded(each) if isinstance(each, str) else each for each in value]
        return value
    empty = next((place for place in places if attributes.get(place) in ("{}", "[]", {}, [])), None)
    if empty is None:
        return None
    used.add(empty)
    value = attributes[empty]
    return decoded(value) if isinstance(value, str) else value


def _read(attributes: Mapping[str, JsonValue], place: str, value: str, used: set[str]) -> JsonValue:
    """Read a text as JSON where it is some; OpenInference says beside it whether it is."""
    if place in {"input.value", "output.value"}:
        name = place.replace("value", "mime_type")
        mime = attributes.get(name)
        if mime is not None:
            used.add(name)
        if mime == "text/plain":
            return value
        if mime == "application/json":
            return any_decoded(value)
    if place in {"ai.value", "ai.embedding"}:
        return any_decoded(value)
    return decoded(value)


def _from_events(found: Payloads, events: list[Event]) -> None:
    asking: list[JsonValue] = []
    choices: list[JsonValue] = []
    took: set[int] = set()
    wants_input, wants_output = found.input in _EMPTY, found.output in _EMPTY
    for number, event in enumerate(events):
        if event.name in _ASKING and wants_input:
            asking.append(_message(event, _ASKING[event.name]))
            took.add(number)
        elif event.name == _CHOICE and wants_output:
            choices.append(_message(event, "assistant"))
            took.add(number)
    if asking:
        found.input = asking
    if choices:
        found.output = choices
    for number, event in enumerate(events):
        if number in took:
            continue
        if found.input in _EMPTY and (value := _of_event(event, _INPUT_EVENTS, "input")):
            found.input = value
            took.add(number)
        if found.output in _EMPTY and (value := _of_event(event, _OUTPUT_EVENTS, "output")):
            found.output = value
            took.add(number)
    found.events = [event for number, event in enumerate(events) if number not in took]


def _of_event(event: Event, known: Mapping[str, tuple[str, ...]], which: str) -> JsonValue:
    """Read an event that tells a whole input or output; a log's body may hold both."""
    for name in (
        *known.get(event.name, ()),
        f"gen_ai.{which}.messages",
        f"gen_ai.{which}_messages",
    ):
        value = event.attributes.get(name)
        if value not in _EMPTY:
            return decoded(value) if isinstance(value, str) else value
    body = event.attributes.get("body")
    if isinstance(body, dict):
        for name in (f"gen_ai.{which}.messages", which):
            value = body.get(name)
            if value not in _EMPTY:
                return _bare(value)
    return None


def _bare(value: JsonValue) -> JsonValue:
    return value["messages"] if isinstance(value, dict) and set(value) == {"messages"} else value


def _message(event: Event, role: str) -> JsonValue:
    """Make a message of an event; of a log record it is the body, else the attributes."""
    body = event.attributes.get("body")
    told: dict[str, JsonValue] = {}
    if isinstance(body, dict):
        told = dict(body)
    else:
        told = {key: value for key, value in event.attributes.items() if key not in _BESIDE}
        if isinstance(body, str):
            told["content"] = told.pop("body", body)
    inner = told.pop("message", None)
    if isinstance(inner, dict):
        told = {**inner, **told}
    elif inner is not None:
        told["content"] = inner
    read: dict[str, JsonValue] = {
        key: decoded(value) if isinstance(value, str) else value for key, value in told.items()
    }
    first: dict[str, JsonValue] = {"role": read.pop("role", role)}
    if "content" in read:
        first["content"] = read.pop("content")
    return {**first, **read}


_BESIDE = frozenset(
    {"gen_ai.system", "gen_ai.provider.name", "event.name", "severity", "gen_ai.operation.name"}
)
