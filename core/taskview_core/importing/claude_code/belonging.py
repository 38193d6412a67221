"""Finds out which turn or sub-agent a line is of."""

from __future__ import annotations

from uuid import UUID

from taskview_core.importing.claude_code.frames import AGENT, TURN, Frame
from taskview_core.importing.claude_code.ids import native, scoped
from taskview_core.importing.claude_code.lines import Line, text_of


class Belonging:
    """The turns and sub-agents of a session, each begun by its first line."""

    def __init__(self, scope: str) -> None:
        self.turns: list[Frame] = []
        self.agents: dict[str, Frame] = {}
        self._scope = scope
        self._turn_ids: set[UUID] = set()
        self._chains: dict[str, str] = {}
        self._chain: str | None = None

    def agent_of(self, line: Line, uuid: str | None) -> Frame | None:
        """Give the sub-agent that a line is of, if it is of one."""
        entry = line.entry
        if line.agent is not None:
            return self._agent(line.agent, line)
        if entry.get("isSidechain") is not True:
            return None
        named = text_of(entry.get("agentId"))
        if named is not None:
            return self._agent(named, line)
        # 1.x: among the session's own lines. Whoever has a parent that is in no line goes on with
        # the chain before.
        parent = text_of(entry.get("parentUuid"))
        chain = self._chain_of(parent)
        if chain is None:
            chain = self._chain if parent is not None and self._chain else f"inline-{uuid}"
        if uuid is not None:
            self._chains[uuid] = chain
        self._chain = chain
        return self._agent(chain, line)

    def pass_by(self, line: Line, uuid: str | None) -> None:
        """Take note of a line that is no message: a message may name it as its parent."""
        chain = self._chain_of(text_of(line.entry.get("parentUuid")))
        if chain is not None and uuid is not None:
            self._chains[uuid] = chain

    def whose(self, line: Line) -> Frame | None:
        """Give what a line is of that is no message: a sub-agent, or the turn under way.

        None where there is no turn yet, or it is of a sub-agent that cannot be told.
        """
        entry = line.entry
        if line.agent is None and entry.get("isSidechain") is not True:
            return self.turns[-1] if self.turns else None
        agent = line.agent or text_of(entry.get("agentId"))
        agent = agent or self._chain_of(text_of(entry.get("parentUuid")))
        return None if agent is None else self._agent(agent, line)

    def _chain_of(self, parent: str | None) -> str | None:
        return self._chains.get(parent) if parent is not None else None

    def _agent(self, ident: str, line: Line) -> Frame:
        frame = self.agents.get(ident)
        if frame is None:
            frame = Frame(AGENT, scoped(self._scope, AGENT, ident), ident)
            self.agents[ident] = frame
            self._place(frame, line)
        return frame

    def turn(self, line: Line) -> Frame:
        """Give the turn that is under way; one whose prompt is in no file begins anywhere."""
        return self.turns[-1] if self.turns else self.new_turn(line)

    def new_turn(self, line: Line) -> Frame:
        """Begin a turn."""
        uuid = text_of(line.entry.get("uuid"))
        ident = native(uuid) if "forkedFrom" not in line.entry else None
        if ident is None and uuid is not None:
            ident = scoped(self._scope, TURN, uuid)
        if ident is None or ident in self._turn_ids:
            ident = scoped(self._scope, TURN, line.key)
        self._turn_ids.add(ident)
        frame = Frame(TURN, ident, uuid or line.key)
        self._place(frame, line)
        self.turns.append(frame)
        return frame

    def _place(self, frame: Frame, line: Line) -> None:
        frame.cwd = text_of(line.entry.get("cwd"))
        frame.branch = text_of(line.entry.get("gitBranch"))
        frame.version = text_of(line.entry.get("version"))
