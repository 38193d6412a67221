"""Recognises messages in a payload, by the shapes in which the usual libraries write them."""

from __future__ import annotations

from collections.abc import Iterator

from taskview_core.entities import JsonValue
from taskview_tui.render.chat.message import Chat, Message, Part, PartKind
from taskview_tui.render.chat.parts import (
    PART_TYPES,
    call_of,
    decoded,
    kind_of,
    part_of,
    parts_of,
    result_of,
)
from taskview_tui.render.json_path import step

_LISTS = (
    "messages",
    "input_messages",
    "output_messages",
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.prompt",
    "gen_ai.completion",
    "input",
    "output",
    "contents",
    "choices",
    "candidates",
    "history",
    "new_messages",
)
_SYSTEM = ("system", "system_instructions", "gen_ai.system_instructions", "instructions",
           "systemInstruction", "system_instruction")  # fmt: skip
_ALONE = ("prompt", "text", "content", "completion", "response", "answer", "query", "question")
_LANGCHAIN = {
    "human": "user", "ai": "assistant", "system": "system", "tool": "tool", "function": "tool",
    "HumanMessage": "user", "AIMessage": "assistant", "SystemMessage": "system",
    "ToolMessage": "tool", "AIMessageChunk": "assistant",
}  # fmt: skip


def chat_of(value: JsonValue) -> Chat | None:
    """Give the messages of a payload; None where there are none in any shape that is known."""
    value = decoded(value)
    if isinstance(value, list):
        messages = tuple(_messages(value, ""))
        return Chat(messages) if messages else None
    if not isinstance(value, dict):
        return None
    if _is_message(value):
        return Chat((_message(value, ""),))
    found: list[Message] = []
    used: set[str] = set()
    for key in _SYSTEM:
        parts = tuple(_system(value.get(key)))
        if parts:
            found.append(Message("system", parts, step(key)))
            used.add(key)
    spoken = False
    for key in _LISTS:
        inner = decoded(value.get(key))
        if isinstance(inner, dict) and _is_message(inner):
            inner = [inner]
        if isinstance(inner, list):
            messages = tuple(_messages(inner, step(key)))
            if messages:
                found += messages
                used.add(key)
                spoken = True
    if not spoken:
        for key in _ALONE:
            inner = value.get(key)
            is_text = isinstance(inner, str) and bool(inner)
            if is_text or (isinstance(inner, list) and inner and all(map(_is_part, inner))):
                found.append(Message(key, tuple(parts_of(inner)), step(key)))
                used.add(key)
                spoken = True
    if not spoken:
        return None
    return Chat(tuple(found), tuple(key for key in value if key not in used))


def _messages(values: list[JsonValue], path: str) -> Iterator[Message]:
    """Give the messages of a list, all of it or nothing."""
    # Messages in lists of lists: the batches of LangChain.
    if len(values) == 1 and isinstance(values[0], list):
        yield from _messages(values[0], f"{path}[0]")
        return
    unwrapped = [_unwrapped(value) for value in values]
    if not unwrapped or not all(each is not None and _is_message(each) for each in unwrapped):
        return
    for number, each in enumerate(unwrapped):
        assert each is not None, "all of them are messages"
        yield _message(each, f"{path}[{number}]")


def _unwrapped(value: JsonValue) -> dict[str, JsonValue] | None:
    """Take the message out of what a library puts around it."""
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("role"), str):
        return value
    for key in ("message", "content"):
        inner = value.get(key)
        around = {"index", "finish_reason", "finishReason", "logprobs", key}
        if isinstance(inner, dict) and ("role" in inner or around >= set(value)):
            return inner
    inner = value.get("kwargs")
    kind = value.get("id")
    if isinstance(inner, dict) and isinstance(kind, list) and kind:
        return {**inner, "type": kind[-1]}
    return value


def _is_message(value: dict[str, JsonValue]) -> bool:
    role, kind = value.get("role"), kind_of(value)
    if isinstance(role, str):
        known = ("content", "parts", "tool_calls", "function_call", "refusal", "reasoning_content")
        return any(key in value for key in known)
    if not kind:
        return isinstance(value.get("parts"), list)
    if kind in _LANGCHAIN:
        return "content" in value
    return kind in PART_TYPES


def _is_part(value: JsonValue) -> bool:
    return isinstance(value, dict) and kind_of(value) in PART_TYPES


def _message(value: dict[str, JsonValue], path: str) -> Message:
    role, kind = value.get("role"), kind_of(value)
    if not isinstance(role, str):
        if kind not in _LANGCHAIN and "parts" not in value:
            # An item of OpenAI's Responses, or of Anthropic's content, with no message around it.
            part = part_of(value)
            return Message("tool" if part.kind is PartKind.RESULT else "assistant", (part,), path)
        role = _LANGCHAIN.get(kind, "assistant")
    if role in {"tool", "function"} and "parts" not in value:
        content = value.get("content")
        if not (isinstance(content, list) and any(map(_is_result, content))):
            return Message(role, (result_of(value),), path)
    return Message(role, tuple(_parts(value)), path)


def _is_result(value: JsonValue) -> bool:
    return part_of(value).kind is PartKind.RESULT


def _parts(value: dict[str, JsonValue]) -> Iterator[Part]:
    for key in ("reasoning_content", "reasoning"):
        thought = value.get(key)
        if isinstance(thought, str) and thought:
            yield Part(PartKind.THINKING, thought)
    yield from parts_of(value.get("content"))
    yield from parts_of(value.get("parts"))
    refusal = value.get("refusal")
    if isinstance(refusal, str):
        yield Part(PartKind.TEXT, refusal)
    calls = value.get("tool_calls")
    for call in calls if isinstance(calls, list) else ():
        yield call_of(call) if isinstance(call, dict) else Part(PartKind.DATA, call)
    single = value.get("function_call")
    if isinstance(single, dict):
        yield call_of(single)


def _system(value: JsonValue) -> Iterator[Part]:
    value = decoded(value)
    if isinstance(value, dict):
        yield from parts_of(value.get("parts"))
    elif isinstance(value, str) or (isinstance(value, list) and all(map(_is_part, value))):
        yield from parts_of(value)
