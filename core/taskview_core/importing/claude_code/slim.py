"""Leaves out of a line what no row is made of: much of a session is said twice.

Progress lines repeat the lines of sub-agents, snapshots and hooks are about Claude Code itself, and
`toolUseResult` repeats a result for Claude Code's own screen (of an edit, the whole file).
"""

from __future__ import annotations

from typing import Any

RESULT_KEYS = frozenset(("agentId", "status", "interrupted", "isAsync"))
_OTHER_KEYS: dict[str, tuple[str, ...]] = {
    "summary": ("type", "summary", "leafUuid"),
    "custom-title": ("type", "customTitle"),
    "ai-title": ("type", "aiTitle"),
    "system": ("type", "subtype", "timestamp", "content", "durationMs", "isSidechain", "agentId"),
}
_IN_CHAIN = ("uuid", "parentUuid")
"""Of a sub-agent's line that is no message: a message may name it as its parent."""
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


def slim(entry: dict[str, Any]) -> dict[str, Any] | None:
    """Give the part of a line that `derive` asks for; None for all of it."""
    kind = entry.get("type")
    if kind == "assistant" or kind == "user":
        return None
    chain = _IN_CHAIN if entry.get("isSidechain") is True else ()
    whose = ("isSidechain", "agentId", *chain) if kind == "attachment" else chain
    if isinstance(kind, str) and kind in _OTHER_KEYS:
        return {key: entry[key] for key in (*_OTHER_KEYS[kind], *chain) if key in entry}
    kept = {key: entry[key] for key in ("type", "timestamp", *whose) if _is_short(entry, key)}
    data = entry.get("data")
    if kind == "progress" and isinstance(data, dict) and "agentId" in data:
        kept["data"] = {key: data[key] for key in ("type", "agentId") if _is_short(data, key)}
        if _is_short(entry, "parentToolUseID"):
            kept["parentToolUseID"] = entry["parentToolUseID"]
    attachment = entry.get("attachment")
    if kind == "attachment" and isinstance(attachment, dict):
        queued = attachment.get("type") == "queued_command"
        keys = ("type", "prompt") if queued else ("type",)
        kept["attachment"] = {key: attachment[key] for key in keys if key in attachment}
    return kept


def drop_views(entry: dict[str, Any]) -> None:
    """Take out of a line that was read, to save memory, what Claude Code shows of a result."""
    if "toolUseResult" in entry:
        result = entry["toolUseResult"]
        known = result.keys() & RESULT_KEYS if isinstance(result, dict) else ()
        entry["toolUseResult"] = {key: result[key] for key in known}


def _is_short(entry: dict[str, Any], key: str) -> bool:
    value = entry.get(key)
    return isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= 200)
