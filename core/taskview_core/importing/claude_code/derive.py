"""Makes rows of the lines of one session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taskview_core.importing.claude_code.account import Account
from taskview_core.importing.claude_code.frames import Call, Frame
from taskview_core.importing.claude_code.given import arranged
from taskview_core.importing.claude_code.ids import native, scoped
from taskview_core.importing.claude_code.json_text import to_text
from taskview_core.importing.claude_code.lines import Line, Lines, read_lines, text_of
from taskview_core.importing.claude_code.outcome import (
    call_outcome,
    frame_status,
    interruption_of,
)
from taskview_core.importing.claude_code.prompts import title_of
from taskview_core.importing.claude_code.spawning import link_agents
from taskview_core.importing.claude_code.walk import Walk
from taskview_core.importing.facts import Fact
from taskview_core.importing.json_text import storable_text
from taskview_core.importing.reader import Derived
from taskview_core.importing.rows import ImportedConversation, ImportedTask

_LONGEST_NAME = 255


def derive(scope: str, facts: Sequence[Fact]) -> Derived:
    """Make a conversation and its tasks; see `Reader.derive`."""
    account = Account()
    read = read_lines(facts, account)
    walk = Walk(scope, account)
    walk.go(read.lines)
    link_agents(walk, read.metas)
    rows = _Rows(scope, walk, read)
    tasks = rows.tasks()
    conversations = [rows.conversation()] if tasks else []
    return Derived(conversations, tasks, account.used, account.folded, account.skipped)


class _Rows:
    """What the rows of a session have in common."""

    def __init__(self, scope: str, walk: Walk, read: Lines) -> None:
        self._walk = walk
        self._read = read
        self._id = native(scope) or scoped(scope, scope)
        moments = [line.moment for line in read.lines if line.moment is not None]
        self._first = min(moments, default=None)
        self._last = max(moments, default=None)
        self._spawned = {
            frame.call: frame.native for frame in walk.agents.values() if frame.call is not None
        }

    def tasks(self) -> list[ImportedTask]:
        turns = self._walk.turns
        tasks = [self._turn(turn, turn is turns[-1]) for turn in turns]
        tasks += [self._call(call) for call in self._walk.calls]
        tasks += [self._agent(agent) for agent in self._walk.agents.values()]
        return tasks

    def conversation(self) -> ImportedConversation:
        lines = self._read.lines
        cwd = next((text for line in lines if (text := text_of(line.entry.get("cwd")))), None)
        metadata = {
            "source": "claude-code",
            "cwd": cwd,
            "versions": _versions(lines),
            "entries": len(lines),
            "main_file": self._read.has_main,
        }
        slug = self._read.slug or (_slug(cwd) if cwd else "") or "-"
        title = self._title()
        return ImportedConversation(
            self._id,
            _short(storable_text(slug)),
            None if title is None else storable_text(title),
            to_text(metadata),
            self._first,
            self._last,
        )

    def _title(self) -> str | None:
        for kind in ("custom-title", "ai-title", "summary"):
            if kind in self._walk.titles:
                return title_of(self._walk.titles[kind])
        prompts = [_prompt_text(turn) for turn in self._walk.turns if _is_asked(turn)]
        agents = self._walk.agents.values()
        described = [_described(agent) or _prompt_text(agent) for agent in agents]
        commands = [_prompt_text(turn) for turn in self._walk.turns]
        words = [agent.text for agent in agents]
        for text in (*prompts, *commands, *described, *words):
            title = title_of(text or "")
            if title is not None:
                return title
        return None

    def _turn(self, turn: Frame, is_last: bool) -> ImportedTask:
        status = frame_status(turn, is_last=is_last)
        metadata: dict[str, Any] = {
            "kind": "turn",
            "cwd": turn.cwd,
            "git_branch": turn.branch,
            "version": turn.version,
            "models": list(turn.models),
            "usage": turn.total,
            "entries": turn.entries,
            "notices": turn.notices,
        }
        if turn.prompt is None:
            metadata["prompt_missing"] = True
        if turn.later and turn.prompt is not None:
            turn.prompt["later"] = turn.later
        if turn.duration is not None:
            metadata["duration_ms"] = turn.duration
        return self._row(turn, None, "claude-code", status, turn.prompt, metadata)

    def _agent(self, agent: Frame) -> ImportedTask:
        call = agent.call
        status = frame_status(agent, is_last=True)
        kind = text_of(agent.meta.get("agentType"))
        given = call.given if call is not None and isinstance(call.given, dict) else {}
        kind = kind or text_of(given.get("subagent_type")) or "subagent"
        prompt = agent.prompt
        if prompt is None and text_of(given.get("prompt")):
            prompt = {"prompt": given["prompt"]}
        if prompt is not None and agent.later:
            prompt["later"] = agent.later
        metadata: dict[str, Any] = {
            "kind": "agent",
            "agent_id": agent.native,
            "meta": agent.meta,
            "models": list(agent.models),
            "usage": agent.total,
            "orphan": call is None,
            "description": _described(agent),
        }
        if agent.notices:
            metadata["notices"] = agent.notices
        if agent.duration is not None:
            metadata["duration_ms"] = agent.duration
        return self._row(agent, call, f"agent:{kind}", status, prompt, metadata)

    def _row(
        self,
        frame: Frame,
        call: Call | None,
        name: str,
        status: str,
        given: dict[str, Any] | None,
        metadata: dict[str, Any],
    ) -> ImportedTask:
        said = frame.said[:-1] if frame.said and frame.said[-1] == frame.text else frame.said
        if said:
            metadata["said"] = "\n\n".join(said)
        if frame.thought:
            metadata["thought"] = "\n\n".join(frame.thought)
        ended = status in ("completed", "failed", "cancelled")
        error = frame.error if status == "failed" else None
        if error is None and status in ("failed", "cancelled") and call is not None:
            error = call_outcome(call)[1]
        begun = frame.begun or (call.begun if call is not None else None) or self._first
        return ImportedTask(
            frame.id,
            self._id,
            None if call is None else call.id,
            _short(storable_text(name)),
            status,
            None if given is None else to_text(given),
            _output(frame),
            None if error is None else storable_text(error),
            to_text(metadata),
            begun,
            frame.begun,
            frame.last if ended else None,
            frame.last or begun,
        )

    def _call(self, call: Call) -> ImportedTask:
        status, error = call_outcome(call)
        metadata: dict[str, Any] = {
            "kind": "tool",
            "tool_use_id": call.native,
            "model": call.model,
            "request_id": call.request,
        }
        name = f"tool:{call.name}"
        if call in self._spawned:
            metadata["spawned_agent"] = self._spawned[call]
        if call.said is not None:
            metadata["said"] = call.said
        if call.thought is not None:
            metadata["thought"] = call.thought
        if len(name) > _LONGEST_NAME:
            metadata["name"] = call.name
        begun = call.begun or call.frame.begun or self._first
        interrupted = None if call.answered else interruption_of(call)
        ended = call.ended if interrupted is None else interrupted.last
        return ImportedTask(
            call.id,
            self._id,
            call.frame.id,
            _short(storable_text(name)),
            status,
            None if call.given is None else to_text(arranged(call.given)),
            to_text({"content": call.content}) if call.answered else None,
            None if error is None else storable_text(error),
            to_text(metadata),
            begun,
            call.begun,
            ended,
            ended or begun,
        )


def _is_asked(turn: Frame) -> bool:
    """Whether a turn begins with what a person asked, and not with a command or a mark-up."""
    text = _prompt_text(turn)
    return text is not None and not turn.is_command and not text.lstrip().startswith("<")


def _prompt_text(frame: Frame) -> str | None:
    return None if frame.prompt is None else text_of(frame.prompt.get("prompt"))


def _output(frame: Frame) -> str | None:
    said: dict[str, Any] = {} if frame.text is None else {"text": frame.text}
    if frame.others:
        said["content"] = frame.others
    return to_text(said) if said else None


def _described(agent: Frame) -> str | None:
    given = agent.call.given if agent.call is not None else None
    called = given.get("description") if isinstance(given, dict) else None
    return text_of(agent.meta.get("description")) or text_of(called)


def _versions(lines: Sequence[Line]) -> list[str]:
    """Give the versions of Claude Code that wrote a session; of very many, some."""
    found: set[str] = set()
    last: object = None
    for line in lines:
        version = line.entry.get("version")
        if version != last and isinstance(version, str):
            last = version
            found.add(version)
    return sorted(found)[:50]


def _slug(cwd: str) -> str:
    """Name a project's folder as Claude Code does."""
    return "".join(each if each.isascii() and each.isalnum() else "-" for each in cwd)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
