"""Reads the parts of messages: OpenAI, Anthropic, Google, LangChain and GenAI shapes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from taskview_core.entities import JsonValue
from taskview_tui.render.chat.message import Part, PartKind

_TEXTS = {"text", "input_text", "output_text", "refusal", "summary_text", "reasoning_text"}
_THINKING = {"thinking", "reasoning", "redacted_thinking"}
_CALLS = {
    "tool_use",
    "tool_call",
    "function_call",
    "server_tool_use",
    "mcp_call",
    "custom_tool_call",
}
_RESULTS = {
    "tool_result",
    "tool_call_response",
    "function_call_output",
    "custom_tool_call_output",
    "web_search_tool_result",
    "tool_response",
}
PART_TYPES = _TEXTS | _THINKING | _CALLS | _RESULTS | {"image", "image_url", "input_image"}
"""What a part says of itself that is one of these."""


def parts_of(content: JsonValue) -> Iterator[Part]:
    """Give the parts of a message's content: text, or a list of parts."""
    if content is None or content == "":
        return
    if isinstance(content, list):
        for each in content:
            yield part_of(each)
    else:
        yield part_of(content)


def kind_of(value: Mapping[str, JsonValue]) -> str:
    """Give what a value says that it is; empty where it says nothing of the kind."""
    kind = value.get("type")
    return kind if isinstance(kind, str) else ""


def part_of(value: JsonValue) -> Part:
    """Give one part; what is not known stays as it is."""
    if isinstance(value, str):
        return Part(PartKind.TEXT, value)
    if not isinstance(value, dict):
        return Part(PartKind.DATA, value)
    kind = kind_of(value)
    if kind in _CALLS:
        return call_of(value)
    if kind in _RESULTS:
        return result_of(value)
    if kind in _THINKING or value.get("thought") is True:
        return Part(PartKind.THINKING, _thought(value))
    for key in ("functionCall", "function_call"):
        inner = value.get(key)
        if isinstance(inner, dict):
            return call_of(inner)
    for key in ("functionResponse", "function_response"):
        inner = value.get(key)
        if isinstance(inner, dict):
            return result_of(inner)
    if kind in _TEXTS or not kind:
        for key in ("text", "content", "refusal"):
            text = value.get(key)
            if isinstance(text, str):
                return Part(PartKind.TEXT, text)
            if isinstance(text, dict) and isinstance(text.get("value"), str):
                return Part(PartKind.TEXT, text["value"])
    return _data(value, kind)


def call_of(value: Mapping[str, JsonValue]) -> Part:
    """Give a call of a tool, its arguments decoded where they are JSON in text."""
    function = value.get("function")
    inner = function if isinstance(function, dict) else value
    name = inner.get("name") or value.get("name")
    arguments: JsonValue = None
    for key in ("arguments", "input", "args", "parameters"):
        if key in inner:
            arguments = decoded(inner[key])
            break
    return Part(PartKind.CALL, arguments, name if isinstance(name, str) else "")


def result_of(value: Mapping[str, JsonValue]) -> Part:
    """Give what a tool gave."""
    found: JsonValue = None
    for key in ("content", "output", "result", "response"):
        if key in value:
            found = value[key]
            break
    name = value.get("name")
    failed = value.get("is_error") is True or value.get("status") == "error"
    return Part(PartKind.RESULT, found, name if isinstance(name, str) else "", failed)


def decoded(value: JsonValue) -> JsonValue:
    """Give what a text holds as JSON, if that is an object or a list; else the value itself."""
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        try:
            found: JsonValue = json.loads(value)
        except (ValueError, RecursionError):
            return value
        return found
    return value


def _thought(value: Mapping[str, JsonValue]) -> JsonValue:
    for key in ("thinking", "text", "content"):
        if isinstance(value.get(key), str):
            return value[key]
    summary = value.get("summary")
    if isinstance(summary, list):
        texts = [part.value for part in map(part_of, summary) if isinstance(part.value, str)]
        return "\n\n".join(str(text) for text in texts)
    return "(hidden)"


def _data(value: dict[str, JsonValue], kind: str) -> Part:
    """Give an image or a file as the text that holds it, and of all else the JSON."""
    places: list[JsonValue] = [value]
    for key in ("source", "image_url", "inlineData", "inline_data", "file", "input_audio", "image"):
        inner = value.get(key)
        places.append({"url": inner} if isinstance(inner, str) else inner)
    for place in places:
        if not isinstance(place, dict):
            continue
        for key in ("data", "url", "content", "file_data", "uri", "file_uri"):
            text = place.get(key)
            if isinstance(text, str):
                media = next(
                    (
                        place[name]
                        for name in ("media_type", "mimeType", "mime_type", "format")
                        if isinstance(place.get(name), str)
                    ),
                    kind,
                )
                return Part(PartKind.DATA, text, str(media))
    return Part(PartKind.DATA, value, kind)
