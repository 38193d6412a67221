"""What has lines of its own while a session is read: a turn, or a sub-agent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from taskview_core.importing.claude_code.prompts import Said

TURN, AGENT = "turn", "agent"
"""The kinds of frames."""
_MOST = 10**15
_USAGE = (
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
)


@dataclass(eq=False)
class Call:
    """A tool that was called, and what came back."""

    id: UUID
    native: str
    name: str
    given: Any
    begun: str | None
    frame: Frame
    model: str | None
    request: str | None
    said: str | None
    thought: str | None
    ended: str | None = None
    answered: bool = False
    content: Any = None
    failed: bool = False
    result: dict[str, Any] = field(default_factory=dict)
    """What Claude Code notes of the result beside its text."""


@dataclass(eq=False)
class Frame:
    """A turn or a sub-agent, as far as it has been read."""

    kind: str
    id: UUID
    native: str
    begun: str | None = None
    last: str | None = None
    prompt: dict[str, Any] | None = None
    is_command: bool = False
    cwd: str | None = None
    branch: str | None = None
    version: str | None = None
    entries: int = 0
    text: str | None = None
    """The last words of the assistant."""
    text_of: str | None = None
    """The message that they are part of."""
    said: list[str] = field(default_factory=list)
    thought: list[str] = field(default_factory=list)
    """Words and thoughts since the last call of a tool."""
    others: list[Any] = field(default_factory=list)
    """Blocks of the assistant's that are neither words nor calls, such as images."""
    state: str = ""
    """What came last: text, call, result, thought, output, interrupted, error; none so far."""
    stop: str | None = None
    error: str | None = None
    models: dict[str, None] = field(default_factory=dict)
    usage: dict[str, dict[str, int]] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    later: list[Any] = field(default_factory=list)
    """What was said to it after its prompt: texts, and blocks that are no text."""
    duration: float | None = None
    open: dict[str, Call] = field(default_factory=dict)
    """Calls without a result, by their ids."""
    meta: dict[str, Any] = field(default_factory=dict)
    call: Call | None = None
    """Of a sub-agent: the call that began it."""

    def heard(self, moment: str | None) -> None:
        """Take note of the time of a line of it. Clocks step back: the latest is the last."""
        if moment is not None:
            self.last = moment if self.last is None else max(self.last, moment)
            if self.begun is None:
                self.begun = moment

    @property
    def word(self) -> str:
        """What it is called, where it is said what a line was folded into."""
        return "turn" if self.kind == TURN else "sub-agent"

    def hear_more(self, said: Said) -> None:
        """Take in what is said to it after its prompt."""
        if said.text:
            self.later.append(said.text)
        self.later.extend(said.others)
        self.notices.extend(said.context)

    def count(self, message: str, usage: Any) -> None:
        """Count what a message used.

        Each line of a message tells it, while the message is written with numbers that grow.
        """
        if not isinstance(usage, dict):
            return
        counted = self.usage.get(message)
        if counted is None:
            counted = self.usage[message] = {}
        for name in _USAGE:
            value = usage.get(name)
            if type(value) is int and counted.get(name, -1) < value < _MOST:
                counted[name] = value

    @property
    def total(self) -> dict[str, int]:
        """What all its messages used, by Claude Code's names."""
        total: dict[str, int] = {}
        for counted in self.usage.values():
            for name, value in counted.items():
                total[name] = total.get(name, 0) + value
        return total
