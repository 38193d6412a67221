"""What a session is called: by its user, by a model, or by a summary."""

from __future__ import annotations

from collections.abc import Container

from taskview_core.importing.claude_code.account import Account
from taskview_core.importing.claude_code.lines import Line, text_of

_KEYS = {"custom-title": "customTitle", "ai-title": "aiTitle"}
"""By the type of a line: where it has the title."""


class Titles:
    """Takes lines that say a title; the last of each kind counts."""

    def __init__(self, account: Account) -> None:
        self.by_kind: dict[str, str] = {}
        """By kind: custom-title, ai-title, summary."""
        self._account = account
        self._summaries: list[tuple[str, str | None]] = []

    def take(self, line: Line) -> bool:
        """Take a line, if it says a title, and count it; say whether it does."""
        entry = line.entry
        if line.type == "summary":
            summary = text_of(entry.get("summary"))
            if summary is not None:
                self._summaries.append((summary, text_of(entry.get("leafUuid"))))
            return summary is not None
        key = _KEYS.get(line.type)
        title = None if key is None else text_of(entry.get(key))
        if title is None:
            return False
        self.by_kind[line.type] = title
        self._account.fold("the title")
        return True

    def finish(self, uuids: Container[str | None]) -> None:
        """Keep the summaries of a line of this session: files hold those of others too."""
        for summary, leaf in self._summaries:
            if leaf in uuids:
                self.by_kind["summary"] = summary
                self._account.fold("the title")
            else:
                self._account.skip("summary of another session")
