"""Turns the terms of a filter into conditions, and says which the database cannot decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, false, func, not_, or_

from taskview_core.entities import Ident
from taskview_core.persistence.sql.expressions import Bounds, Condition, Expression, Expressions
from taskview_core.persistence.sql.prefilter import json_sieve, text_sieve
from taskview_core.persistence.sql.tables import conversations, tasks
from taskview_core.query.stuck import RUNNING, UNENDED, USUAL_LIMIT
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
    TaskTerm,
    TextField,
    TextTerm,
    TimeKey,
    TimePoint,
    TimeTerm,
    ValueKey,
    ValueTerm,
)

_DAY = timedelta(days=1)

JUDGED = (TextTerm, MetadataTerm)
"""The terms that are decided in Python, on the decoded payload."""


@dataclass(frozen=True, slots=True)
class Seeks:
    """Which sides of a range on the creation an index may be entered by."""

    low: bool = True
    high: bool = True


@dataclass(frozen=True)
class Conditions:
    """What the database is asked, and what is left to be judged on the payloads.

    `entries` are of a kind that an index can be entered by and its order still read; `others`
    are looked at row by row. `ways` hold for all rows for which the others do: ways to these in no
    order.
    """

    entries: tuple[Condition, ...]
    others: tuple[Condition, ...]
    judged: tuple[TextTerm | MetadataTerm, ...]
    ways: tuple[Condition, ...] = ()

    @property
    def where(self) -> tuple[Condition, ...]:
        """All that the database is asked."""
        return (*self.entries, *self.others)


class ConditionBuilder:
    """Makes the conditions of one query. `now` is what relative times are before.

    `limits` says by agent how long its runs take at most, for the filter of stuck tasks.
    """

    def __init__(
        self, engine: Expressions, now: datetime, limits: Mapping[str, timedelta] | None = None
    ) -> None:
        self.engine = engine
        self._now = now
        self._limits = limits or {}

    def of_tasks(self, terms: Sequence[TaskTerm], seeks: Seeks | None = None) -> Conditions:
        """Give the conditions of a filter of tasks."""
        entries: list[Condition] = []
        others: list[Condition] = []
        judged: list[TextTerm | MetadataTerm] = []
        spans = self._spans(terms)
        for term in terms:
            if isinstance(term, JUDGED):
                judged.append(term)
                if term.denied:
                    continue
            if isinstance(term, TimeTerm) and not term.denied:
                bounds = spans.pop(_time_column(term.key), None)
                if bounds is None:
                    continue  # It is in the condition of an earlier term.
                condition = self._within(_time_column(term.key), bounds, seeks or Seeks())
            else:
                condition = self._of_task_term(term)
            if term.denied:
                others.append(_denied(condition))
            else:
                (entries if _enters_an_index(term) else others).append(condition)
        return Conditions(tuple(entries), tuple(others), tuple(judged), self._ways(terms))

    def _ways(self, terms: Sequence[TaskTerm]) -> tuple[Condition, ...]:
        """Lead from a user's conversations to their tasks."""
        found = (
            self.engine.under_conversation(self._patterns(conversations.c.user_id, term))
            for term in terms
            if isinstance(term, ValueTerm) and term.key is ValueKey.USER and not term.denied
        )
        return tuple(way for way in found if way is not None)

    def _spans(self, terms: Sequence[TaskTerm]) -> dict[str, Bounds]:
        """Give by column what all terms on it leave of the time: one look at it tells them all."""
        spans: dict[str, Bounds] = {}
        for term in terms:
            if isinstance(term, TimeTerm) and not term.denied:
                name = _time_column(term.key)
                bounds = time_bounds(term, self._now)
                spans[name] = bounds if name not in spans else spans[name].narrowed(bounds)
        return spans

    def _within(self, name: str, bounds: Bounds, seeks: Seeks) -> Condition:
        column = tasks.c[name]
        if column is not tasks.c.created_at:
            seeks = Seeks()
        return self.engine.time_within(column, bounds, seek_low=seeks.low, seek_high=seeks.high)

    def _of_task_term(self, term: TaskTerm) -> Condition:
        match term:
            case TextTerm():
                return self.may_hold_text(term)
            case MetadataTerm():
                return self.may_hold_metadata(term)
            case ValueTerm():
                return self._value(term)
            case IdTerm(IdKey.ID, value):
                return self._ident_or_prefix(tasks.c.id, value)
            case IdTerm(_, value):
                return self.engine.ident(_column_of(term), value)
            case IsTerm(IsKind.ROOT):
                return tasks.c.parent_task_id.is_(None)
            case IsTerm(IsKind.LEAF):
                return not_(self.engine.has_children())
            case IsTerm(IsKind.ORPHAN):
                return self._orphan()
            case IsTerm():
                return self._stuck()
            case HasTerm(kind):
                json = kind is not HasKind.ERROR
                return self.engine.is_filled(tasks.c[kind.value], json=json)
            case TimeTerm():
                return self._time(tasks.c[_time_column(term.key)], term)
            case DurationTerm(low, low_open, high, high_open):
                return self.engine.duration_within(Bounds(low, low_open, high, high_open))

    def _orphan(self) -> Condition:
        parent = tasks.c.parent_task_id
        return or_(
            and_(parent.is_not(None), not_(self.engine.parent_is_there())),
            and_(parent.is_(None), self.engine.names_a_parent()),
        )

    def _stuck(self) -> Condition:
        engine, running = self.engine, tasks.c.status == RUNNING
        return and_(
            tasks.c.status.in_(UNENDED),
            or_(
                and_(running, self._runs_too_long()),
                and_(running, engine.parent_is_there(ended=True)),
                and_(engine.has_children(), not_(engine.has_open_child())),
            ),
        )

    def _runs_too_long(self) -> Condition:
        agent = func.coalesce(tasks.c.agent_id, "")
        known = [self.engine.text_value(name) for name in self._limits]
        too_long = [
            and_(agent == name, self._started_before(limit))
            for name, limit in zip(known, self._limits.values(), strict=True)
        ]
        others = self._started_before(USUAL_LIMIT)
        return or_(*too_long, and_(agent.not_in(known), others) if known else others)

    def _started_before(self, limit: timedelta) -> Condition:
        try:
            bounds = Bounds(high=self._now - limit, high_open=True)
        except OverflowError:
            return false()
        return self.engine.time_within(tasks.c.started_at, bounds, seek_low=False, seek_high=False)

    def may_hold_text(self, term: TextTerm) -> Condition:
        """Hold at least for every task in which the text is found."""
        engine, text, where = self.engine, term.text, term.where
        if where is TextField.ANY:
            whole = engine.together((tasks.c.input, tasks.c.output, tasks.c.error))
            if whole is not None:
                return json_sieve(engine, whole, text)
        found: list[Condition] = []
        if where in {TextField.ANY, TextField.INPUT}:
            found.append(json_sieve(engine, tasks.c.input, text))
        if where in {TextField.ANY, TextField.OUTPUT}:
            found.append(json_sieve(engine, tasks.c.output, text))
        if where in {TextField.ANY, TextField.ERROR}:
            found.append(text_sieve(engine, tasks.c.error, text))
        return or_(*found)

    def may_hold_metadata(self, term: MetadataTerm) -> Condition:
        """Hold at least for every task whose metadata has the value somewhere."""
        return json_sieve(self.engine, tasks.c.metadata, term.pattern.value)

    def _value(self, term: ValueTerm) -> Condition:
        if term.key is ValueKey.USER:
            return self.engine.in_conversation(self._patterns(conversations.c.user_id, term))
        status = term.key is ValueKey.STATUS
        return self._patterns(tasks.c.status if status else tasks.c.agent_id, term)

    def _patterns(self, column: Expression, term: ValueTerm) -> Condition:
        whole = [pattern.value for pattern in term.patterns if not pattern.prefix]
        found: list[Condition] = []
        if "" in whole:
            found.append(column.is_(None))  # It is shown as an empty text, and found as one.
        if len(whole) == 1:
            found.append(column == self.engine.text_value(whole[0]))
        elif whole:
            found.append(column.in_([self.engine.text_value(value) for value in whole]))
        for pattern in term.patterns:
            if pattern.prefix:
                found.append(self.engine.prefix(column, pattern.value))
        return or_(*found)

    def _ident_or_prefix(self, column: Expression, value: UUID | str) -> Condition:
        if isinstance(value, str):
            return self.engine.ident_prefix(column, value)
        return self.engine.ident(column, value)

    def _time(self, column: Expression, term: TimeTerm) -> Condition:
        return self.engine.time_within(column, time_bounds(term, self._now))

    def of_conversations(self, terms: Sequence[ConversationTerm]) -> Conditions:
        """Give the conditions of a filter of conversations."""
        where: list[Condition] = []
        judged: list[TextTerm | MetadataTerm] = []
        for term in terms:
            if isinstance(term, TextTerm):
                judged.append(term)
                if term.denied:
                    continue
            condition = self._of_conversation_term(term)
            where.append(_denied(condition) if term.denied else condition)
        return Conditions((), tuple(where), tuple(judged))

    def _of_conversation_term(self, term: ConversationTerm) -> Condition:
        match term:
            case TextTerm():
                return or_(
                    text_sieve(self.engine, conversations.c.title, term.text),
                    text_sieve(self.engine, conversations.c.user_id, term.text),
                )
            case ValueTerm(ValueKey.USER):
                return self._patterns(conversations.c.user_id, term)
            case IdTerm(IdKey.ID | IdKey.CONVERSATION, value):
                return self._ident_or_prefix(conversations.c.id, value)
            case TimeTerm():
                return self._time(conversations.c[_time_column(term.key)], term)
            case _:
                return false()


def leads_to_each_value(terms: Sequence[TaskTerm]) -> bool:
    """Say whether an index leads to the rows of a status or agent that such a filter lets through.

    Others would have it read all rows of a rare value, one by one.
    """
    return all(
        _enters_an_index(term) and not isinstance(term, IdTerm) and not term.denied
        for term in terms
    )


def told_by_value(terms: Sequence[TaskTerm]) -> bool:
    """Say whether a filter asks for nothing but one status or agent, as narrow indexes hold them.

    For others each row that is counted has to be looked at.
    """
    return leads_to_each_value(terms) and not any(isinstance(term, TimeTerm) for term in terms)


def looks_at_rows(terms: Sequence[TaskTerm]) -> bool:
    """Say whether rows have to be looked at to know which of them a filter lets through.

    Where few are, that may be all of the table: no index leads to them in their order.
    """
    return any(term.denied or not _enters_an_index(term) for term in terms)


def asks_for_sampled(terms: Sequence[TaskTerm]) -> bool:
    """Say whether a filter asks for states, agents and times alone, whose values servers sample.

    What it denies is said in a form that they do not see through.
    """
    return all(
        not term.denied
        and (
            isinstance(term, TimeTerm)
            or (isinstance(term, ValueTerm) and term.key in {ValueKey.STATUS, ValueKey.AGENT})
        )
        for term in terms
    )


def fixed_values(terms: Sequence[TaskTerm]) -> dict[str, str]:
    """Give by column the status and agent that all tasks of a filter have, where it names one."""
    columns = {ValueKey.STATUS: "status", ValueKey.AGENT: "agent_id"}
    return {
        columns[term.key]: term.patterns[0].value
        for term in terms
        if isinstance(term, ValueTerm) and _enters_an_index(term) and not term.denied
    }


def _enters_an_index(term: TaskTerm) -> bool:
    match term:
        case ValueTerm(ValueKey.STATUS | ValueKey.AGENT, (pattern,)):
            return not pattern.prefix
        case IdTerm():
            return True
        case TimeTerm(key):
            return _time_column(key) == "created_at"
        case _:
            return False


def listed_under(task_filter: TaskFilter) -> list[tuple[Expression, Ident]]:
    """Give the columns and ids that the tasks of a filter are read under, in their order."""
    return [
        (_column_of(term), term.value)
        for term in task_filter.terms
        if isinstance(term, IdTerm) and term.key is not IdKey.ID and not term.denied
    ]


def _column_of(term: IdTerm) -> Expression:
    return tasks.c.conversation_id if term.key is IdKey.CONVERSATION else tasks.c.parent_task_id


def time_bounds(term: TimeTerm, now: datetime) -> Bounds:
    """Give a term's bounds as moments; a whole day counts from its start or to its end."""
    low, low_open = term.low, term.low_open
    start = _start(low, now)
    if start is not None and low_open and isinstance(low, Moment) and low.day:
        start, low_open = _plus_day(start), False
    high, high_open = term.high, term.high_open
    end = _start(high, now)
    if end is not None and not high_open and isinstance(high, Moment) and high.day:
        end, high_open = _plus_day(end), True
    return Bounds(start, low_open, end, high_open)


def _start(point: TimePoint | None, now: datetime) -> datetime | None:
    if point is None:
        return None
    return point.at if isinstance(point, Moment) else point.resolve(now)


def _plus_day(moment: datetime) -> datetime:
    try:
        return moment + _DAY
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _time_column(key: TimeKey) -> str:
    bound = key in {TimeKey.SINCE, TimeKey.UNTIL}
    return "created_at" if bound else f"{key.value}_at"


def _denied(condition: Condition) -> Condition:
    """Give the exact complement: what is NULL is not so, and denied it is."""
    return not_(func.coalesce(and_(condition), false()))
