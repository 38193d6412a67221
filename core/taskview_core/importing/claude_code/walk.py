"""Walks through the lines of a session and finds its turns, calls and sub-agents."""

from __future__ import annotations

from typing import Any

from taskview_core.importing.claude_code.account import Account
from taskview_core.importing.claude_code.belonging import Belonging
from taskview_core.importing.claude_code.calls import Calls
from taskview_core.importing.claude_code.frames import TURN, Frame
from taskview_core.importing.claude_code.lines import Line, text_of
from taskview_core.importing.claude_code.prompts import Said, read_said
from taskview_core.importing.claude_code.titles import Titles

_META = "written by Claude Code for the model (isMeta)"


class Walk:
    """Goes through all lines once, in their order."""

    def __init__(self, scope: str, account: Account) -> None:
        self.spawned: dict[str, str] = {}
        """By sub-agent: the call that progress was told of."""
        self._account = account
        self._titles = Titles(account)
        self.titles = self._titles.by_kind
        self._belonging = Belonging(scope)
        self._calls = Calls(scope, account)
        self.turns = self._belonging.turns
        self.agents = self._belonging.agents
        self.calls = self._calls.all
        self._counts: dict[str, Frame] = {}
        """By message: the turn or sub-agent that it counts for."""
        self._uuids: set[str] = set()

    def go(self, lines: list[Line]) -> None:
        """Read all lines."""
        for line in lines:
            entry = line.entry
            uuid = text_of(entry.get("uuid"))
            if uuid is not None:
                self._uuids.add(uuid)
            if line.type in ("user", "assistant"):
                agent = self._belonging.agent_of(line, uuid)
                if line.type == "user":
                    self._user(line, agent)
                else:
                    self._assistant(line, agent)
            else:
                self._belonging.pass_by(line, uuid)
                self._other(line)
        self._titles.finish(self._uuids)
        self._calls.finish()

    # What the user's lines say

    def _user(self, line: Line, agent: Frame | None) -> None:
        content = _content(line)
        blocks = content if isinstance(content, list) else []
        results = [
            block
            for block in blocks
            if isinstance(block, dict) and block.get("type") == "tool_result"
        ]
        if results:
            self._calls.answer(line, results)
            if len(results) < len(blocks):
                rest = [block for block in blocks if not any(block is each for each in results)]
                self._beside(agent, read_said(rest))
            return
        entry = line.entry
        said = read_said(content)
        if entry.get("isMeta") is True:
            self._meta(line, agent, said)
        elif entry.get("isCompactSummary") is True:
            frame = agent or self._belonging.turn(line)
            frame.notices.append(said.text)
            self._fold(line, frame, "what was said before, made short")
        elif agent is not None:
            self._told(line, agent, said)
        elif said.kind in ("output", "caveat", "interrupted"):
            self._aside(line, said)
        else:
            self._prompt(line, said)

    def _beside(self, agent: Frame | None, said: Said) -> None:
        """Take in what was said beside results, in a line that is counted with them."""
        frame = agent or (self.turns[-1] if self.turns else None)
        if frame is None:
            return
        if said.kind == "interrupted":
            frame.state = "interrupted"
            frame.notices.append(said.text)
            said = said._replace(text="")
        frame.hear_more(said)

    def _prompt(self, line: Line, said: Said) -> None:
        if not said.text and not said.others and not said.context:
            self._account.skip("an empty prompt")
            return
        frame = self._belonging.new_turn(line)
        frame.prompt = said.given()
        frame.is_command = said.kind == "command"
        frame.entries += 1
        frame.heard(line.moment)
        self._account.use()

    def _meta(self, line: Line, agent: Frame | None, said: Said) -> None:
        turn = self.turns[-1] if self.turns and agent is None else None
        if turn is not None and turn.is_command and not turn.state and said.kind == "prompt":
            # What a command such as /init stands for.
            assert turn.prompt is not None, "a command is a prompt"
            turn.prompt.setdefault("expanded", said.text)
            if said.others:
                turn.prompt.setdefault("content", said.others)
            self._fold(line, turn, "what a command stands for")
        else:
            self._account.skip(_META)

    def _told(self, line: Line, agent: Frame, said: Said) -> None:
        if said.kind == "interrupted":
            self._interrupted(line, agent, said)
        elif agent.prompt is None and not agent.entries:
            agent.prompt = said.given()
            agent.entries += 1
            agent.heard(line.moment)
            self._account.use()
        else:
            agent.hear_more(said)
            agent.state = ""
            self._fold(line, agent, "the sub-agent")

    def _aside(self, line: Line, said: Said) -> None:
        turn = self.turns[-1] if self.turns else None
        if said.kind == "caveat":
            self._account.skip("a caveat for the model before the output of a command")
        elif turn is None:
            reason = "an interruption" if said.kind == "interrupted" else "output of a command"
            self._account.skip(f"{reason} before the first prompt")
        elif said.kind == "interrupted":
            self._interrupted(line, turn, said)
        elif turn.is_command and turn.state in ("", "output"):
            turn.text = f"{turn.text}\n{said.text}" if turn.text else said.text
            turn.state = "output"
            self._fold(line, turn, "the turn")
        else:
            turn.notices.append(said.text)
            self._fold(line, turn, "the turn", heard=False)

    def _interrupted(self, line: Line, frame: Frame, said: Said) -> None:
        # No error, which would be shown in place of the prompt.
        frame.state = "interrupted"
        frame.notices.append(said.text)
        self._fold(line, frame, f"the {frame.word}")

    # What the assistant's lines say

    def _assistant(self, line: Line, agent: Frame | None) -> None:
        frame = agent or self._belonging.turn(line)
        frame.entries += 1
        frame.heard(line.moment)
        message = line.entry.get("message")
        message = message if isinstance(message, dict) else {}
        ident = text_of(message.get("id")) or line.key
        model = text_of(message.get("model"))
        if model is not None and model != "<synthetic>":
            frame.models[model] = None
        # What a message used is told by each of its lines, and a prompt may come between them.
        self._counts.setdefault(ident, frame).count(ident, message.get("usage"))
        frame.stop = text_of(message.get("stop_reason"))
        began = frame.entries == 1
        content = message.get("content")
        failed = line.entry.get("isApiErrorMessage") is True
        for block in [content] if isinstance(content, str) else _list(content):
            began |= self._block(line, frame, block, ident, model, failed=failed)
        if began:
            self._account.use()
        else:
            self._account.fold(f"the {frame.word}")

    def _block(
        self, line: Line, frame: Frame, block: Any, message: str, model: str | None, *, failed: bool
    ) -> bool:
        """Read a block; say whether a row begins with it."""
        kind = block.get("type") if isinstance(block, dict) else None
        if kind in ("tool_use", "server_tool_use", "mcp_tool_use"):
            self._calls.add(line, frame, block, model)
            return True
        if isinstance(kind, str) and kind.endswith("_tool_result"):
            # Of a tool that ran where the model does.
            if not self._calls.answer_block(line, block):
                frame.others.append(block)
                return False
            return True
        if kind in ("thinking", "redacted_thinking"):
            thought = text_of(block.get("thinking"))
            if thought is not None:
                frame.thought.append(thought)
            frame.state = frame.state if frame.state == "text" else "thought"
            return False
        text = text_of(block if isinstance(block, str) else _get(block, "text"))
        if text is None and kind != "text" and block is not None:
            frame.others.append(block)
        if text is None or text.isspace():
            return False
        if failed:
            frame.state, frame.error = "error", text
            return False
        if frame.text is not None and frame.text_of == message and frame.said:
            frame.text = frame.said[-1] = f"{frame.text}\n\n{text}"
        else:
            frame.text = text
            frame.said.append(text)
        frame.text_of = message
        frame.state, frame.error = "text", None
        return False

    # All others

    def _other(self, line: Line) -> None:
        kind = line.type
        if self._titles.take(line):
            return
        if kind == "system":
            self._system(line)
        elif kind == "attachment":
            self._attachment(line)
        else:
            if kind == "progress":
                agent = text_of(_get(line.entry.get("data"), "agentId"))
                call = text_of(line.entry.get("parentToolUseID"))
                if agent is not None and call is not None:
                    self.spawned.setdefault(agent, call)
            self._account.skip(f"{kind[:40] or 'a line without a type'}")

    def _system(self, line: Line) -> None:
        entry = line.entry
        subtype = text_of(entry.get("subtype")) or ""
        frame = self._belonging.whose(line)
        content = text_of(entry.get("content"))
        duration = entry.get("durationMs")
        if frame is not None and subtype == "turn_duration" and isinstance(duration, int | float):
            frame.duration = duration
            self._note(frame)
        elif (
            frame is not None
            and frame.kind == TURN
            and content
            and subtype in ("local_command", "local_command_output")
        ):
            said = read_said(content)
            if said.kind == "command":
                self._prompt(line, said)
            else:
                self._aside(line, said)
        elif frame is not None and content is not None:
            frame.notices.append(content)
            self._note(frame)
        else:
            self._account.skip(f"system: {subtype[:40] or 'without a subtype'}")

    def _attachment(self, line: Line) -> None:
        attachment = line.entry.get("attachment")
        kind = text_of(_get(attachment, "type")) or "of no type"
        prompt = _get(attachment, "prompt")
        frame = self._belonging.whose(line) if kind == "queued_command" and prompt else None
        if frame is not None:
            frame.hear_more(read_said(prompt))
            frame.heard(line.moment)
            self._note(frame)
        else:
            self._account.skip(f"attachment: {kind[:40]}")

    def _note(self, frame: Frame) -> None:
        """Count a line that says something beside: a sub-agent's prompt may still come after it."""
        if frame.kind == TURN:
            frame.entries += 1
        self._account.fold(f"the {frame.word}")

    def _fold(self, line: Line, frame: Frame, into: str, *, heard: bool = True) -> None:
        frame.entries += 1
        if heard:
            frame.heard(line.moment)
        self._account.fold(into)


def _content(line: Line) -> Any:
    message = line.entry.get("message")
    return message.get("content") if isinstance(message, dict) else message


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
