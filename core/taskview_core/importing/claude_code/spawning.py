"""Finds the call that began each sub-agent."""

from __future__ import annotations

from typing import Any

from taskview_core.importing.claude_code.frames import Call, Frame
from taskview_core.importing.claude_code.walk import Walk

_SPAWNING = frozenset(("Task", "Agent"))


def link_agents(walk: Walk, metas: dict[str, dict[str, Any]]) -> None:
    """Give each sub-agent what is known of it, and its call if that can be found.

    Results name their sub-agent, and so does the progress that is told meanwhile. Where neither
    does, as in 1.x, it is the first call with the very prompt that has no sub-agent yet.
    """
    by_id = {call.native: call for call in walk.calls}
    by_agent: dict[str, Call] = {}
    for call in walk.calls:
        named = call.result.get("agentId")
        if isinstance(named, str):
            by_agent.setdefault(named, call)
    taken: set[Call] = set()
    for ident, frame in walk.agents.items():
        frame.meta = metas.get(ident, {})
        progress = walk.spawned.get(ident)
        call_found = by_agent.get(ident) or (by_id.get(progress) if progress else None)
        if call_found is not None and call_found not in taken and call_found.frame is not frame:
            frame.call = call_found
            taken.add(call_found)
    by_prompt: dict[str, list[Call]] = {}
    for call in walk.calls:
        prompt = call.given.get("prompt") if isinstance(call.given, dict) else None
        if call.name in _SPAWNING and call not in taken and isinstance(prompt, str):
            by_prompt.setdefault(prompt, []).append(call)
    for frame in walk.agents.values():
        if frame.call is not None or frame.prompt is None:
            continue
        calls = by_prompt.get(frame.prompt["prompt"])
        if calls and calls[0].frame is not frame:
            frame.call = calls.pop(0)
    _cut_circles(walk.agents.values())


def _cut_circles(agents: Any) -> None:
    """Leave out a link by which a sub-agent would be below itself, as only bad input has it."""
    frame: Frame
    for frame in agents:
        above: Frame | None = frame
        seen: set[Frame] = set()
        while above is not None and above.call is not None:
            if above in seen:
                frame.call = None
                break
            seen.add(above)
            above = above.call.frame
