"""How calls, turns and sub-agents ended."""

from __future__ import annotations

import re
from typing import Any

from taskview_core.importing.claude_code.frames import Call, Frame

_REFUSED = re.compile(
    r"(?:Error: )?(?:The user doesn't want to (?:proceed|take this action)"
    r"|\[Request interrupted by user|Interrupted by user|<tool_use_error>Cancelled:"
    r"|The user declined|User rejected)"
)
_REASON = re.compile(r"provided the following reason for the rejection:\s*(\S.*)", re.DOTALL)
_FOR_THE_MODEL = re.compile(
    r"(?<=\.) (?:The tool use was rejected|STOP what you are doing).*", re.DOTALL
)
_TAGS = re.compile(r"</?tool_use_error>")
INTERRUPTED = "[Request interrupted by user]"
_ANSWERED = ("text", "output", "interrupted", "error")


def call_outcome(call: Call) -> tuple[str, str | None]:
    """Give the status of a call, and its error."""
    if not call.answered:
        # Whoever was interrupted gets no result any more.
        return ("cancelled", INTERRUPTED) if interruption_of(call) else ("running", None)
    text = content_text(call.content) if call.failed else None
    if call.result.get("interrupted") is True:
        return "cancelled", text or INTERRUPTED
    if not call.failed:
        return "completed", None
    if text is not None and _REFUSED.match(text):
        return "cancelled", _refusal(text)
    return "failed", _TAGS.sub("", text) if text else "the tool says that it failed, and not why"


def interruption_of(call: Call) -> Frame | None:
    """Give what a call without a result was interrupted with: its turn, or an agent above it."""
    frame: Frame | None = call.frame
    seen: set[int] = set()
    while frame is not None and frame.state != "interrupted" and id(frame) not in seen:
        seen.add(id(frame))
        above = frame.call
        frame = above.frame if above is not None and not above.answered else None
    return frame if frame is not None and frame.state == "interrupted" else None


def _refusal(text: str) -> str:
    """Put first what a person said: the rest, which is for the model, is in the output."""
    reason = _REASON.search(text)
    if reason is not None:
        return f"rejected by the user: {reason[1]}"
    return _FOR_THE_MODEL.sub("", text)


def frame_status(frame: Frame, *, is_last: bool) -> str:
    """Give the status of a turn or a sub-agent.

    After `is_last` nothing has come: it may be under way. What was followed by the next prompt
    has ended. A sub-agent that its call has waited for ends with that.
    """
    if frame.state == "interrupted":
        return "cancelled"
    if frame.state == "error":
        return "failed"
    call = frame.call
    if call is not None and call.answered and not _runs_on(call):
        return call_outcome(call)[0]
    if not frame.state and (call is None or not interruption_of(call)):
        # Nobody has answered; of a sub-agent there may be no more than its prompt yet.
        return "pending" if frame.call is None else "running"
    if frame.state in _ANSWERED and frame.stop != "tool_use":
        return "completed"
    if call is not None and not call.answered and interruption_of(call):
        return "cancelled"
    return "running" if is_last else "completed"


def content_text(content: Any) -> str | None:
    """Give the text of a result."""
    if isinstance(content, str):
        return content or None
    if not isinstance(content, list):
        return None
    texts = [
        block["text"]
        for block in content
        if isinstance(block, dict) and isinstance(block.get("text"), str)
    ]
    return "\n".join(texts) or None


def _runs_on(call: Call) -> bool:
    """Whether the answer to a call says only that its sub-agent has been started."""
    return call.result.get("status") == "async_launched" or call.result.get("isAsync") is True
