"""What a filter means, said once in plain Python.

Slow and simple on purpose: tests compare what the databases answer with this, term by term. It
also decides whether a task that is at hand belongs to a filtered list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import assert_never
from uuid import UUID

from taskview_core.entities import Ident, StoredJson
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.matching import fold, metadata_term_matches, texts_of_json
from taskview_core.query.stuck import names_a_parent, stuck_reasons
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import (
    ConversationTerm,
    DurationTerm,
    HasKind,
    HasTerm,
    IdKey,
    IdTerm,
    IsKind,
    IsTerm,
    MetadataTerm,
    Moment,
    Pattern,
    TaskTerm,
    TextField,
    TextTerm,
    TimeKey,
    TimePoint,
    TimeTerm,
    ValueKey,
    ValueTerm,
)


@dataclass(frozen=True, kw_only=True)
class TaskFacts:
    """All that a filter can ask about one task; payloads as stored, times aware, None for NULL.

    `user_id` is the user of its conversation; `has_conversation` says whether it is there, for one
    without a user is found as that of an empty one.
    `has_children` says whether any task names it as its parent.
    """

    id: Ident
    conversation_id: Ident
    parent_task_id: Ident | None = None
    agent_id: str | None
    status: str | None
    user_id: str | None = None
    has_conversation: bool = False
    input: str | None = None
    output: str | None = None
    error: str | None = None
    metadata: str | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    updated_at: datetime | None = None
    has_children: bool = False
    has_open_child: bool = False
    """Whether any of its children has not ended."""
    parent_exists: bool = True
    """Whether the parent that it names is there."""
    parent_status: str | None = None
    run_limit: timedelta | None = None
    """How long the runs of its agent take at most; None where too few are known."""


@dataclass(frozen=True, kw_only=True)
class ConversationFacts:
    """All that a filter can ask about one conversation."""

    id: Ident
    user_id: str | None
    title: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


def task_matches(task_filter: TaskFilter, facts: TaskFacts, now: datetime) -> bool:
    """Say whether every term of a filter holds; ages are before `now`."""
    return all(_task_term_holds(term, facts, now) != term.denied for term in task_filter.terms)


def conversation_matches(
    conversation_filter: ConversationFilter, facts: ConversationFacts, now: datetime
) -> bool:
    """Say whether every term of a filter of conversations holds; ages are before `now`."""
    return all(
        _conversation_term_holds(term, facts, now) != term.denied
        for term in conversation_filter.terms
    )


def _task_term_holds(term: TaskTerm, facts: TaskFacts, now: datetime) -> bool:
    match term:
        case TextTerm():
            return _text_is_found(term, facts)
        case ValueTerm(key, patterns):
            value = {
                ValueKey.STATUS: facts.status,
                ValueKey.AGENT: facts.agent_id,
                ValueKey.USER: facts.user_id,
            }[key]
            if key is ValueKey.USER and value is None and not facts.has_conversation:
                return False
            return _fits_any(value, patterns)
        case IdTerm(key, value):
            ident = {
                IdKey.ID: facts.id,
                IdKey.CONVERSATION: facts.conversation_id,
                IdKey.PARENT: facts.parent_task_id,
            }[key]
            return _is_id(ident, value)
        case IsTerm(kind):
            return _is_so(kind, facts, now)
        case HasTerm(kind):
            return _is_filled(kind, facts)
        case TimeTerm():
            return _lies_within(_time_of(term.key, facts), term, now)
        case DurationTerm():
            if facts.started_at is None or facts.completed_at is None:
                return False
            return _is_as_long(facts.completed_at - facts.started_at, term)
        case MetadataTerm():
            return metadata_term_matches(term, facts.metadata)
        case _:
            assert_never(term)


def _conversation_term_holds(
    term: ConversationTerm, facts: ConversationFacts, now: datetime
) -> bool:
    match term:
        case TextTerm(text):
            return any(
                each is not None and fold(text) in fold(each)
                for each in (facts.title, facts.user_id)
            )
        case ValueTerm(key, patterns):
            return key is ValueKey.USER and _fits_any(facts.user_id, patterns)
        case IdTerm(key, value):
            return key is not IdKey.PARENT and _is_id(facts.id, value)
        case TimeTerm(key):
            time = facts.updated_at if key is TimeKey.UPDATED else facts.created_at
            return _lies_within(time, term, now)
        case _:
            assert_never(term)


def _text_is_found(term: TextTerm, facts: TaskFacts) -> bool:
    texts: list[str] = []
    if term.where in (TextField.ANY, TextField.INPUT) and facts.input is not None:
        texts.extend(texts_of_json(facts.input))
    if term.where in (TextField.ANY, TextField.OUTPUT) and facts.output is not None:
        texts.extend(texts_of_json(facts.output))
    if term.where in (TextField.ANY, TextField.ERROR) and facts.error is not None:
        texts.append(facts.error)
    return any(fold(term.text) in fold(text) for text in texts)


def _fits_any(value: str | None, patterns: tuple[Pattern, ...]) -> bool:
    if value is None:  # It is shown as an empty text, and found as one.
        return Pattern("") in patterns
    return any(
        value.startswith(pattern.value) if pattern.prefix else value == pattern.value
        for pattern in patterns
    )


def _is_id(ident: Ident | None, value: UUID | str) -> bool:
    if ident is None:
        return False
    if isinstance(value, UUID):
        return ident == value
    # The beginning of an id: of its digits, or as it is written where it is no UUID.
    return (ident.hex if isinstance(ident, UUID) else ident).startswith(value)


def _is_so(kind: IsKind, facts: TaskFacts, now: datetime) -> bool:
    match kind:
        case IsKind.ROOT:
            return facts.parent_task_id is None
        case IsKind.LEAF:
            return not facts.has_children
        case IsKind.ORPHAN:
            if facts.parent_task_id is None:
                return names_a_parent(facts.metadata)
            return not facts.parent_exists
        case IsKind.STUCK:
            return bool(
                stuck_reasons(
                    facts.status,
                    facts.started_at,
                    now,
                    limit=facts.run_limit,
                    parent=facts.parent_status,
                    children_ended=facts.has_children and not facts.has_open_child,
                )
            )


def _is_filled(kind: HasKind, facts: TaskFacts) -> bool:
    if kind is HasKind.ERROR:
        return bool(facts.error)
    stored = {
        HasKind.INPUT: facts.input,
        HasKind.OUTPUT: facts.output,
        HasKind.METADATA: facts.metadata,
    }[kind]
    return not StoredJson(stored).is_empty


def _time_of(key: TimeKey, facts: TaskFacts) -> datetime | None:
    return {
        TimeKey.CREATED: facts.created_at,
        TimeKey.STARTED: facts.started_at,
        TimeKey.COMPLETED: facts.completed_at,
        TimeKey.UPDATED: facts.updated_at,
        TimeKey.SINCE: facts.created_at,
        TimeKey.UNTIL: facts.created_at,
    }[key]


def _lies_within(time: datetime | None, term: TimeTerm, now: datetime) -> bool:
    if time is None:
        return False
    above = term.low is None or _compare(time, term.low, now) >= (1 if term.low_open else 0)
    below = term.high is None or _compare(time, term.high, now) <= (-1 if term.high_open else 0)
    return above and below


def _compare(time: datetime, point: TimePoint, now: datetime) -> int:
    """Give -1, 0 or 1 as the time is before, in or after a point; a whole day holds its times."""
    if isinstance(point, Moment) and point.day:
        day, other = time.astimezone(UTC).date(), point.at.date()
        return (day > other) - (day < other)
    moment = point.at if isinstance(point, Moment) else point.resolve(now)
    return (time > moment) - (time < moment)


def _is_as_long(length: timedelta, term: DurationTerm) -> bool:
    if term.low is not None and (length <= term.low if term.low_open else length < term.low):
        return False
    return term.high is None or (length < term.high if term.high_open else length <= term.high)
