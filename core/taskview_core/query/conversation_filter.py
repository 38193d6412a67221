"""The filter of a list of conversations: as that of tasks, with terms of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taskview_core.query.terms import ConversationTerm


@dataclass(frozen=True, slots=True)
class ConversationFilter:
    """Which conversations are wanted. A text term looks in the title and the user."""

    terms: tuple[ConversationTerm, ...] = ()

    @classmethod
    def parse(cls, text: str) -> ConversationFilter:
        """Read the query language as far as it fits conversations; raise FilterError."""
        from taskview_core.query.parse import parse_conversation_terms

        return cls(parse_conversation_terms(text))

    def __str__(self) -> str:
        from taskview_core.query.format import format_terms

        return format_terms(self.terms)
