"""What is listed: the columns to read, the rows to let through, and what they become."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, FromClause

from taskview_core.entities import Ident, TaskRow
from taskview_core.persistence.running import Session
from taskview_core.persistence.sql.conditions import (
    ConditionBuilder,
    Conditions,
    Seeks,
    asks_for_sampled,
    fixed_values,
    leads_to_each_value,
    listed_under,
    told_by_value,
)
from taskview_core.persistence.sql.expressions import Condition, Expression, Expressions
from taskview_core.persistence.sql.ident_forms import PresentForms, present_forms
from taskview_core.persistence.sql.many_rows import RowMapper
from taskview_core.persistence.sql.mapping import optional_text
from taskview_core.persistence.sql.order import (
    Order,
    conversation_order,
    sorted_keys,
    storage_order,
    task_order,
)
from taskview_core.persistence.sql.postgres import PostgresExpressions
from taskview_core.persistence.sql.profile import Profile
from taskview_core.persistence.sql.reads import Reads
from taskview_core.persistence.sql.sqlite import SqliteExpressions
from taskview_core.persistence.sql.statements import Statements
from taskview_core.persistence.sql.tables import conversations, tasks
from taskview_core.persistence.sql.task_columns import payload_columns, row_columns
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.matching import fold, metadata_term_matches, text_term_matches
from taskview_core.query.sort import Sort
from taskview_core.query.stuck import RunLimits
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import MetadataTerm, TextField, TextTerm

T = TypeVar("T")
Judge = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Few:
    """What a text index has found: `rows` holds for all rows that may fit, and for few others.

    Unless they `are_all`: then it holds for those that the index knows, and there may be more.
    """

    rows: Condition
    are_all: bool = True


Candidates = Callable[[Reads, bool], Awaitable[Few | None]]
"""Asks a text index which rows may fit, and says whether some of them will do too.

It gives None where the index cannot tell, or they are many.
"""


def expressions_for(profile: Profile, forms: PresentForms | None = None) -> Expressions:
    """Give the words of a database's engine; of ids, `forms` are the ones that stand there."""
    if profile.kind == "sqlite":
        return SqliteExpressions(profile, forms)
    return PostgresExpressions(profile)


async def forms_under(
    session: Session, profile: Profile, wanted: Sequence[tuple[Expression, Ident]]
) -> PresentForms:
    """Look which forms stand under these columns and ids, for them to be read in order."""
    return await present_forms(session, profile, wanted) if profile.kind == "sqlite" else {}


@dataclass(frozen=True)
class Source(Generic[T]):
    """A list that can be walked.

    `where` gives the database's conditions; rows that they let through are read with
    `judge_columns` and decided by `judge`, where there is one. `map` makes rows of the list of
    stored ones, which begin with `columns`.
    `windowed` names the sort keys in whose order an index can be read, and `storage` is an order in
    which the table can, whatever that; `by_value` says that one
    leads to the rows of each status and agent, and `narrow` that to count them takes no more than
    such an index; `sampled`, that a server knows the columns that decide by samples; `fixed` gives
    by column the one value that all rows have. `few` holds for the few rows that a text index has
    left over, once it has been asked by `candidates`. `statements` keeps what has been made of it.
    Of a list that `is_spread` the rows lie on other servers: see `spread`. For `titles_apart`, see
    `Profile`, for `assumes_limits` `Page`.
    """

    engine: Expressions
    table: FromClause
    columns: Sequence[ColumnElement[Any]]
    judge_columns: Sequence[ColumnElement[Any]]
    where: Callable[[Seeks], Conditions]
    judge: Judge | None
    order: Callable[[Sort], Order]
    map: Callable[[Sequence[Any]], Sequence[T]]
    windowed: frozenset[str] = frozenset()
    storage: Order | None = None
    by_value: bool = False
    narrow: bool = False
    sampled: bool = False
    fixed: Mapping[str, str] = field(default_factory=dict)
    candidates: Candidates | None = None
    few: Condition | None = None
    is_spread: bool = False
    titles_apart: bool = False
    assumes_limits: bool = False
    statements: Statements = field(default_factory=Statements, compare=False)

    def is_windowed(self, order: Order) -> bool:
        """Whether the list can be read in an order, window by window."""
        return order is self.storage or order.sort.key in self.windowed

    def among(self, few: Condition) -> Source[T]:
        """Give the same list, of which no other rows have to be looked at."""
        return replace(self, few=few)


class Recent(Protocol):
    """Keeps lists."""

    def get(
        self, task_filter: TaskFilter, also: Hashable, make: Callable[[], Source[TaskRow]]
    ) -> Source[TaskRow]:
        """Give the list of a filter, made if it is not kept; `also` is what else it depends on."""
        ...


async def task_source(
    session: Session,
    profile: Profile,
    task_filter: TaskFilter,
    now: datetime,
    candidates: Candidates | None = None,
    recent: Recent | None = None,
    limits: RunLimits | None = None,
) -> Source[TaskRow]:
    """Give the list of the tasks that a filter lets through; as it was before, if it is `recent`.

    `candidates` asks the text index, with each search anew. For `limits`, see the builder.
    """
    forms = await forms_under(session, profile, listed_under(task_filter))

    def make() -> Source[TaskRow]:
        builder = ConditionBuilder(expressions_for(profile, forms), now, limits)
        made = _task_source(builder, profile, task_filter, candidates)
        return replace(made, assumes_limits=limits is not None and not limits.complete)

    if recent is None:
        return make()
    return recent.get(task_filter, frozenset(forms.items()), make)


def _task_source(
    builder: ConditionBuilder,
    profile: Profile,
    task_filter: TaskFilter,
    candidates: Candidates | None,
) -> Source[TaskRow]:
    engine = builder.engine
    judged = builder.of_tasks(task_filter.terms).judged
    return Source(
        engine=engine,
        table=tasks,
        columns=row_columns(engine, titles=not profile.titles_apart),
        judge_columns=_payloads_of(judged),
        where=lru_cache(partial(builder.of_tasks, task_filter.terms)),
        judge=_task_judge(judged) if judged else None,
        order=lru_cache(partial(task_order, engine, profile)),
        map=lambda rows: RowMapper().rows(rows),
        windowed=sorted_keys(profile),
        storage=storage_order(profile),
        by_value=leads_to_each_value(task_filter.terms),
        narrow=told_by_value(task_filter.terms),
        sampled=asks_for_sampled(task_filter.terms),
        fixed=fixed_values(task_filter.terms),
        candidates=candidates,
        is_spread=profile.is_spread,
        titles_apart=profile.titles_apart,
    )


def _payloads_of(judged: Sequence[TextTerm | MetadataTerm]) -> list[ColumnElement[Any]]:
    """Give the payloads that terms are judged by, and no others: each may be large."""
    names: set[str] = set()
    for term in judged:
        if isinstance(term, MetadataTerm):
            names.add("metadata")
        elif term.where is TextField.ANY:
            names |= {"input", "output", "error"}
        else:
            names.add(term.where.value)
    return [column for column in payload_columns() if column.name in names]


def _task_judge(judged: Sequence[TextTerm | MetadataTerm]) -> Judge:
    def judge(row: Any) -> bool:
        for term in judged:
            if isinstance(term, TextTerm):
                found = text_term_matches(
                    term,
                    optional_text(getattr(row, "input", None)),
                    optional_text(getattr(row, "output", None)),
                    optional_text(getattr(row, "error", None)),
                )
            else:
                found = metadata_term_matches(term, optional_text(row.metadata))
            if found == term.denied:
                return False
        return True

    return judge


def conversation_source(
    profile: Profile, conversation_filter: ConversationFilter, now: datetime
) -> Source[Any]:
    """Give the list of the conversations that a filter lets through, as stored."""
    engine = expressions_for(profile)
    builder = ConditionBuilder(engine, now)
    judged = builder.of_conversations(conversation_filter.terms).judged
    names = ("id", "user_id", "title", "created_at", "updated_at")
    return Source(
        engine=engine,
        table=conversations,
        columns=[conversations.c[name] for name in names],
        judge_columns=_judged_texts() if judged else [],
        where=lambda seeks: builder.of_conversations(conversation_filter.terms),
        judge=_conversation_judge(judged) if judged else None,
        order=lru_cache(partial(conversation_order, engine, profile)),
        map=lambda rows: rows,
    )


def _judged_texts() -> list[ColumnElement[Any]]:
    """Give what conversations are judged by; walks that read keys alone need it too."""
    return [
        conversations.c.title.label("judged_title"),
        conversations.c.user_id.label("judged_user"),
    ]


def _conversation_judge(judged: Sequence[TextTerm | MetadataTerm]) -> Judge:
    wanted = [(fold(term.text), term.denied) for term in judged if isinstance(term, TextTerm)]

    def judge(row: Any) -> bool:
        texts = [
            fold(text)
            for text in (optional_text(row.judged_title), optional_text(row.judged_user))
            if text
        ]
        return all(any(term in text for text in texts) != denied for term, denied in wanted)

    return judge
