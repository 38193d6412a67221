"""The calls of tools in a session, and the results that come back, in whatever order."""

from __future__ import annotations

from typing import Any

from taskview_core.importing.claude_code.account import Account
from taskview_core.importing.claude_code.frames import Call, Frame
from taskview_core.importing.claude_code.ids import scoped
from taskview_core.importing.claude_code.lines import Line, text_of

NO_CALL = "result of a call that is in no file"


class Calls:
    """All calls of a session."""

    def __init__(self, scope: str, account: Account) -> None:
        self.all: list[Call] = []
        self._scope = scope
        self._account = account
        self._by_id: dict[str, Call] = {}
        self._early: dict[str, tuple[Any, Line]] = {}
        """Results whose call has not come yet."""
        self._counted: set[int] = set()
        """The lines of such results that have been counted: each counts once."""

    def add(self, line: Line, frame: Frame, block: dict[str, Any], model: str | None) -> None:
        """Take in a call."""
        native_id = text_of(block.get("id")) or line.key
        again = native_id in self._by_id
        words = (native_id, line.key) if again else (native_id,)
        call = Call(
            id=scoped(self._scope, "tool", *words),
            native=native_id,
            name=text_of(block.get("name")) or "?",
            given=block.get("input"),
            begun=line.moment,
            frame=frame,
            model=model,
            request=text_of(line.entry.get("requestId")),
            said="\n\n".join(frame.said) or None,
            thought="\n\n".join(frame.thought) or None,
        )
        frame.said, frame.thought = [], []
        frame.state, frame.error = "call", None
        self.all.append(call)
        frame.open[native_id] = call
        self._by_id[native_id] = call
        early = self._early.pop(native_id, None)
        if early is not None:
            self._answer(call, early[0], early[1])
            if id(early[1]) not in self._counted:
                self._counted.add(id(early[1]))
                self._account.use()

    def answer(self, line: Line, results: list[dict[str, Any]]) -> None:
        """Take in the results of a line, which counts once."""
        used, waits = False, False
        for block in results:
            ident = text_of(block.get("tool_use_id"))
            call = self._by_id.get(ident) if ident is not None else None
            if call is not None:
                self._answer(call, block, line)
                call.frame.entries += not used
                used = True
            elif ident is not None and ident not in self._early:
                self._early[ident] = (block, line)
                waits = True
        if used:
            self._account.use()
            self._counted.add(id(line))
        elif not waits:
            self._account.skip(NO_CALL)

    def answer_block(self, line: Line, block: dict[str, Any]) -> bool:
        """Take in a result in a line that is counted elsewhere; say whether its call is known."""
        ident = text_of(block.get("tool_use_id"))
        call = self._by_id.get(ident) if ident is not None else None
        if call is not None:
            self._answer(call, block, line)
        return call is not None

    def _answer(self, call: Call, block: dict[str, Any], line: Line) -> None:
        frame = call.frame
        noted = line.entry.get("toolUseResult")
        call.answered = True
        call.content = block.get("content")
        call.failed = block.get("is_error") is True or _is_error(call.content)
        call.ended = line.moment
        call.result = noted if isinstance(noted, dict) else {}
        frame.open.pop(call.native, None)
        frame.heard(line.moment)
        if frame.state in ("call", "thought", "text"):
            frame.state = "result"

    def finish(self) -> None:
        """Count the results whose call has never come."""
        for _ in {id(line) for _, line in self._early.values()} - self._counted:
            self._account.skip(NO_CALL)


def _is_error(content: Any) -> bool:
    """Whether a tool that ran where the model does says that it failed: by the type, and a code."""
    kind = text_of(content.get("type")) if isinstance(content, dict) else None
    return kind is not None and kind.endswith("_tool_result_error")
