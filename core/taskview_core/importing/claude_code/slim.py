"""Leaves out of a line what no row is made of: most of a session is said twice.

`toolUseResult` repeats a result for Claude Code's own screen (of an edit, the whole file), progress
lines repeat the lines of sub-agents, and snapshots and hooks are about Claude Code itself.
"""

from __future__ import annotations

from typing import Any

_MESSAGE_KEYS = (
    "type", "uuid", "parentUuid", "timestamp", "isSidechain", "isMeta", "agentId", "requestId",
    "cwd", "gitBranch", "version", "isApiErrorMessage", "isCompactSummary", "forkedFrom",
)  # fmt: skip
_INNER_KEYS = ("id", "role", "model", "content", "stop_reason")
_USAGE_KEYS = (
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
)
_RESULT_KEYS = ("agentId", "status", "interrupted", "isAsync", "totalDurationMs")
_OTHER_KEYS: dict[str, tuple[str, ...]] = {
    "summary": ("type", "summary", "leafUuid"),
    "custom-title": ("type", "customTitle"),
    "ai-title": ("type", "aiTitle"),
    "system": ("type", "subtype", "timestamp", "content", "durationMs", "isSidechain", "agentId"),
}
KNOWN_TYPES = frozenset(
    (
        "user", "assistant", "system", "summary", "progress", "attachment", "queue-operation",
        "file-history-snapshot", "permission-mode", "last-prompt", "custom-title", "ai-title",
        "agent-name", "agent-color", "agent-setting", "mode", "pr-link", "tag", "worktree-state",
        "content-replacement", "marble-origami-commit", "task-summary", "result", "started",
        "hook_started", "hook_response", "saved_hook_context", "speculation-accept",
    )
)  # fmt: skip
"""The types of lines that Claude Code is known to write."""


def slim(entry: dict[str, Any]) -> dict[str, Any]:
    """Give the part of a line that `derive` asks for."""
    kind = entry.get("type")
    if kind in ("user", "assistant"):
        return _message(entry)
    if isinstance(kind, str) and kind in _OTHER_KEYS:
        return {key: entry[key] for key in _OTHER_KEYS[kind] if key in entry}
    kept = {key: entry[key] for key in ("type", "subtype", "timestamp") if _is_short(entry, key)}
    data = entry.get("data")
    if kind == "progress" and isinstance(data, dict):
        kept["data"] = {key: data[key] for key in ("type", "agentId") if _is_short(data, key)}
        if _is_short(entry, "parentToolUseID"):
            kept["parentToolUseID"] = entry["parentToolUseID"]
    attachment = entry.get("attachment")
    if kind == "attachment" and isinstance(attachment, dict):
        queued = attachment.get("type") == "queued_command"
        keys = ("type", "prompt") if queued else ("type",)
        kept["attachment"] = {key: attachment[key] for key in keys if key in attachment}
    return kept


def _message(entry: dict[str, Any]) -> dict[str, Any]:
    kept = {key: entry[key] for key in _MESSAGE_KEYS if entry.get(key) is not None}
    message = entry.get("message")
    if isinstance(message, dict):
        inner = {key: message[key] for key in _INNER_KEYS if message.get(key) is not None}
        usage = message.get("usage")
        if isinstance(usage, dict):
            inner["usage"] = {key: usage[key] for key in _USAGE_KEYS if key in usage}
        kept["message"] = inner
    elif message is not None:
        kept["message"] = {"content": message}
    result = entry.get("toolUseResult")
    if isinstance(result, dict):
        result = {key: result[key] for key in _RESULT_KEYS if _is_short(result, key)}
        if result:
            kept["toolUseResult"] = result
    return kept


def _is_short(entry: dict[str, Any], key: str) -> bool:
    value = entry.get(key)
    return isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= 200)
