"""The forms in which SQLite databases write a UUID, and which of them stand under a column.

They are four: 32 hex digits, with dashes or without, in small letters or in capitals. One database
may have them all, for more than one program may have written it, so nothing is concluded from some
rows about others: an id is asked for in every form. Where it stands under an indexed column in one
form alone, that one is asked for: an IN list cannot be read in the order of an index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Boolean, Text, literal_column, text

from taskview_core.entities import Ident
from taskview_core.persistence.running import Session
from taskview_core.persistence.sql.expressions import Condition, Expression
from taskview_core.persistence.sql.ident_text import (
    CONVERSATION_ID,
    all_forms,
    one_form,
    same_in_any_form,
)
from taskview_core.persistence.sql.profile import Profile
from taskview_core.persistence.sql.tables import conversations
from taskview_core.persistence.straight import driver_of, read

PresentForms: TypeAlias = Mapping[tuple[str, Ident], str]
"""By `table.column` and id, the one form that stands there."""


def forms_of(value: Ident) -> tuple[str, ...]:
    """Give every form in which an id may be written; of one that is no UUID, itself."""
    if not isinstance(value, UUID):
        return (value,)
    plain, dashed = value.hex, str(value)
    return tuple(dict.fromkeys((plain, dashed, plain.upper(), dashed.upper())))


async def present_forms(
    session: Session, profile: Profile, wanted: Iterable[tuple[Expression, Ident]]
) -> PresentForms:
    """Say which ids stand under columns of `tasks` in one form alone.

    One statement of four seeks for each. Columns without an index are left out: they are read from
    end to end in any case.
    """
    present: dict[tuple[str, Ident], str] = {}
    for column, value in wanted:
        if str(column) in profile.leading:
            forms = await _standing(session, str(column), forms_of(value))
            if len(forms) == 1:
                present[str(column), value] = forms[0]
    return present


async def _standing(session: Session, column: str, forms: Sequence[str]) -> list[str]:
    def asked(marks: Iterable[str]) -> str:
        each = (f"EXISTS (SELECT 1 FROM tasks WHERE {column} = {mark})" for mark in marks)
        return f"SELECT {', '.join(each)}"

    driver = driver_of(session)
    answers: Sequence[object]
    if driver is None:
        values = {f"f{n}": form for n, form in enumerate(forms)}
        words = text(asked(f":{name}" for name in values))
        answers = (await session.execute(words, values)).one()
    else:
        (answers,) = await read(session, driver, asked("?" for _ in forms), forms)
    return [form for form, answer in zip(forms, answers, strict=True) if answer]


OF_CONVERSATION: Condition = conversations.c.id == literal_column(CONVERSATION_ID)
"""Holds for a task's conversation."""

FORMS_OF_CONVERSATION: Sequence[Expression] = [
    literal_column(form, Text) for form in all_forms("conversations.id")
]
"""The id of a conversation in each form that a task may name it in."""

CONVERSATION_FORM: Expression = literal_column(one_form("conversations.id"), Text)
TASK_FORM: Expression = literal_column(one_form("tasks.conversation_id"), Text)
"""The id of a conversation in one form: where it lies, and where a task names it."""

_BELOW = same_in_any_form("child.parent_task_id", "tasks.id")
_PARENTS = (
    f"SELECT {one_form('child.parent_task_id')} FROM tasks AS child"
    " WHERE child.parent_task_id IS NOT NULL"
)
HAS_CHILDREN: Condition = literal_column(
    f"(EXISTS (SELECT 1 FROM tasks AS child WHERE {_BELOW}))", Boolean
)
"""Holds for the tasks that are the parent of another, where an index leads to the children."""
IS_SOME_PARENT: Condition = literal_column(f"({one_form('tasks.id')} IN ({_PARENTS}))", Boolean)
"""Holds for the same: without an index all parents are read once, not once for every task."""
