"""Chat messages in attributes: put together again where they were flattened, and read as text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from taskview_core.entities.payload import JsonValue
from taskview_core.importing.json_text import decoded

_NUMBERED = re.compile(r"(.+?)\.(\d{1,6})(?:\.(.+))?")
_WRAPPERS = ("message", "message_content", "tool_call", "tool", "document", "embedding")
_SYSTEM = {"system", "developer"}
_DEEPEST = 20


def gathered(attributes: Mapping[str, JsonValue], prefix: str) -> tuple[list[JsonValue], list[str]]:
    """Put together what was flattened under `prefix.N.…`; give it with the names it was under."""
    begin = f"{prefix}."
    names = [name for name in attributes if name.startswith(begin)]
    inner = {name[len(begin) - 1 :]: attributes[name] for name in names}
    items: dict[int, dict[str, JsonValue]] = {}
    used: list[str] = []
    for name, value in inner.items():
        parts = _NUMBERED.fullmatch("x" + name)
        if parts is not None and parts[1] == "x":
            items.setdefault(int(parts[2]), {})[parts[3] or ""] = value
            used.append(prefix + name)
    return [_item(items[number], 0) for number in sorted(items)], used


def regrouped(attributes: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Put attributes into a form that reads well.

    Numbered ones become lists: `a.0.x`, `a.1.x` are `a: [{x}, {x}]`. JSON in a text is taken out.
    """
    attributes = {
        name: decoded(value) if isinstance(value, str) else value
        for name, value in attributes.items()
    }
    found: dict[str, JsonValue] = {}
    groups: dict[str, dict[int, dict[str, JsonValue]]] = {}
    for name, value in attributes.items():
        parts = _NUMBERED.fullmatch(name)
        if parts is None or parts[1] in attributes:
            found[name] = value
        else:
            group = groups.setdefault(parts[1], {})
            group.setdefault(int(parts[2]), {})[parts[3] or ""] = value
    for name, items in groups.items():
        found[name] = [_item(items[number], 0) for number in sorted(items)]
    return found


def with_system_beside(value: JsonValue) -> JsonValue:
    """Put what a system tells a model beside the messages, where it does not hide the first."""
    if isinstance(value, dict) and "system" not in value and "messages" in value:
        inner = with_system_beside(value["messages"])
        return {**value, **inner} if isinstance(inner, dict) else value
    if not isinstance(value, list):
        return value
    count = 0
    while count < len(value) and role_of(value[count]) in _SYSTEM:
        count += 1
    if count == 0 or count == len(value):
        return value
    told = value[:count]
    system = [each.get("content", each) if isinstance(each, dict) else each for each in told]
    return {"messages": value[count:], "system": system[0] if count == 1 else system}


def with_roles_first(value: JsonValue) -> JsonValue:
    """Put who speaks before what is said, so that a list of messages reads as one in a line."""
    if isinstance(value, list):
        return [_role_first(each) for each in value]
    if isinstance(value, dict) and isinstance(messages := value.get("messages"), list):
        return {**value, "messages": [_role_first(each) for each in messages]}
    return value


def _role_first(message: JsonValue) -> JsonValue:
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        return message
    first = [key for key in ("role", "content") if key in message]
    return {**{key: message[key] for key in first}, **message}


def asked(value: JsonValue) -> JsonValue:
    """Give what an agent was asked, of the messages that its model was given first."""
    messages = _messages(value)
    said = [each for each in messages if role_of(each) == "user" and text_in(each)]
    if said:
        return text_in(said[-1])
    return with_system_beside(value)


def answered(value: JsonValue) -> JsonValue:
    """Give what an agent answered, of the messages that its model gave last."""
    messages = _messages(value)
    texts = [text for each in messages if (text := text_in(each))]
    if texts and not any(_calls_tools(each) for each in messages):
        return "\n\n".join(texts)
    return value


def title_in(value: JsonValue) -> str | None:
    """Give what a person asked for, as far as it can be told from an input."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and isinstance(value[0], str):
        return value[0]
    messages = _messages(value)
    for each in messages:
        if role_of(each) == "user" and (text := text_in(each)):
            return text
    if isinstance(value, dict):
        for key in ("prompt", "query", "question", "input", "text", "message", "content"):
            inner = value.get(key)
            if isinstance(inner, str) and inner.strip():
                return inner
    return None


def role_of(message: JsonValue) -> str | None:
    """Give who says a message."""
    if not isinstance(message, dict):
        return None
    role = message.get("role")
    return role.lower() if isinstance(role, str) else None


def text_in(message: JsonValue) -> str:
    """Give the text of a message, of whatever shape: `content`, `parts`, or text alone."""
    if isinstance(message, str):
        return message.strip()
    if isinstance(message, list):
        return "\n".join(text for each in message if (text := text_in(each)))
    if not isinstance(message, dict):
        return ""
    if message.get("type") not in {None, "text", "input_text", "output_text", "message"}:
        return ""
    for key in ("content", "parts", "text", "message"):
        inner = message.get(key)
        if inner:
            return text_in(inner)
    return ""


def _messages(value: JsonValue) -> list[JsonValue]:
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return []
    for key in ("messages", "contents", "choices", "content"):
        inner = value.get(key)
        if isinstance(inner, list) and inner:
            return inner
        if isinstance(inner, dict):
            return [inner]
    return [value] if "role" in value or "parts" in value else []


def _calls_tools(message: JsonValue) -> bool:
    if not isinstance(message, dict):
        return False
    if message.get("tool_calls") or message.get("function_call"):
        return True
    parts = message.get("parts", message.get("content"))
    return isinstance(parts, list) and any(
        isinstance(part, dict) and ("tool_call" in str(part.get("type")) or "function_call" in part)
        for part in parts
    )


def _item(members: Mapping[str, JsonValue], depth: int) -> JsonValue:
    """Make one item of what was flattened below its number."""
    if set(members) == {""}:
        return members[""]
    direct: dict[str, JsonValue] = {}
    lists: dict[str, dict[int, dict[str, JsonValue]]] = {}
    for name, value in members.items():
        parts = _NUMBERED.fullmatch(name) if depth < _DEEPEST else None
        if parts is None:
            direct[name or "value"] = value
        else:
            lists.setdefault(parts[1], {}).setdefault(int(parts[2]), {})[parts[3] or ""] = value
    made: dict[str, JsonValue] = {**direct}
    for name, items in lists.items():
        made[name] = [_item(items[number], depth + 1) for number in sorted(items)]
    return _unwrapped(made)


def _unwrapped(item: dict[str, JsonValue]) -> JsonValue:
    """Take off what OpenInference wraps around each item: `message.role` becomes `role`."""
    for wrapper in _WRAPPERS:
        before = f"{wrapper}."
        if item and all(name.startswith(before) for name in item):
            item = {name[len(before) :]: value for name, value in item.items()}
            break
    if "contents" in item and "content" not in item:
        item["content"] = item.pop("contents")
    arguments = item.get("arguments", item.get("function.arguments"))
    if isinstance(arguments, str):
        key = "arguments" if "arguments" in item else "function.arguments"
        item[key] = decoded(arguments)
    # Who speaks and what comes first, so that a message reads as one.
    first = [key for key in ("role", "content", "tool_calls", "name", "arguments") if key in item]
    return {**{key: item[key] for key in first}, **item}
