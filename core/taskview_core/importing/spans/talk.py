"""Which conversation a trace belongs to, and whose it is: what most of its spans say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from taskview_core.entities.payload import JsonValue
from taskview_core.importing.spans.span import Span
from taskview_core.importing.spans.values import text_of

_CONVERSATION = (
    "gen_ai.conversation.id",
    "session.id",
    "gcp.vertex.agent.session_id",
    "langfuse.session.id",
    "traceloop.association.properties.session_id",
    "ai.telemetry.metadata.sessionId",
)
_USER = (
    "user.id",
    "enduser.id",
    "langfuse.user.id",
    "traceloop.association.properties.user_id",
    "ai.telemetry.metadata.userId",
    "kagent.user_id",
)
_SPEAKING = frozenset((*_CONVERSATION, *_USER))


@dataclass(frozen=True, slots=True)
class Talk:
    """What is said of a conversation: `session` is None where nothing is."""

    session: str | None
    user: str | None


def talk_of(spans: Iterable[Span]) -> Talk:
    """Count what the spans say; of two that are said as often, the first in the alphabet."""
    sessions: Counter[str] = Counter()
    users: Counter[str] = Counter()
    services: Counter[str] = Counter()
    for span in spans:
        told: list[Mapping[str, JsonValue]] = [
            each
            for each in (span.attributes, span.resource, *(one.attributes for one in span.events))
            if not _SPEAKING.isdisjoint(each)
        ]
        for names, votes in ((_CONVERSATION, sessions), (_USER, users)) if told else ():
            said = next((found for each in told if (found := text_of(each, *names))), None)
            if said is not None:
                votes[said] += 1
        if span.service is not None:
            services[span.service] += 1
    return Talk(_most(sessions), _most(users) or _most(services))


def _most(votes: Counter[str]) -> str | None:
    return min(votes, key=lambda said: (-votes[said], said), default=None)
