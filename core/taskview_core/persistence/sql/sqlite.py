"""SQLite's words. Ids and times are compared as they are stored, in whatever form that is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Integer,
    LargeBinary,
    Text,
    and_,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from taskview_core.entities import Ident
from taskview_core.persistence.sql.expressions import (
    Bounds,
    Condition,
    Expression,
    in_64_bits,
    microseconds_within,
)
from taskview_core.persistence.sql.ident_forms import (
    CONVERSATION_FORM,
    FORMS_OF_CONVERSATION,
    HAS_CHILDREN,
    IS_SOME_PARENT,
    OF_CONVERSATION,
    TASK_FORM,
    PresentForms,
    forms_of,
)
from taskview_core.persistence.sql.lengths import TaskDuration, task_duration
from taskview_core.persistence.sql.profile import Profile
from taskview_core.persistence.sql.relatives import (
    has_open_child,
    names_a_parent,
    parent_is_there,
)
from taskview_core.persistence.sql.sqlite_range import time_within
from taskview_core.persistence.sql.tables import conversations, tasks
from taskview_core.query.request import KeyValue

_BLOB = "\0blob:"
"""How a cursor carries a sort value that is stored as bytes: this, and hex digits."""
_TEXT = "\0text:"
"""What stands in a cursor before a text that itself begins with NUL."""
_WHITE = " \t\n\r"


class SqliteExpressions:
    """Comparisons for one SQLite database."""

    names_nulls = False
    bounds_rows = False
    spells_rows = False
    plans_by_value = False
    is_served = False

    def __init__(self, profile: Profile, present: PresentForms | None = None) -> None:
        self._profile = profile
        self._present = present or {}

    def ident(self, column: Expression, value: Ident) -> Condition:
        """See Expressions."""
        form = self._present.get((str(column), value))
        return column.in_(forms_of(value)) if form is None else column == form

    def idents(self, column: Expression, values: Sequence[Ident]) -> Condition:
        """See Expressions. Thousands of forms are one parameter: so many would cost far more."""
        forms = json.dumps([form for value in values for form in forms_of(value)])
        return column.in_(select(func.json_each(forms).table_valued("value").c.value))

    def ident_prefix(self, column: Expression, digits: str) -> Condition:
        """See Expressions."""
        dashed = "-".join(
            part
            for part in (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
            if part
        )
        forms = {digits, dashed, digits.upper(), dashed.upper()}
        return or_(*(and_(column >= form, column < form + "~") for form in sorted(forms)))

    def of_conversation(self) -> Condition:
        """See Expressions."""
        return OF_CONVERSATION

    def in_conversation(self, wanted: Condition) -> Condition:
        """See Expressions. Without an index all are read once, not once for every task."""
        if "conversations.id" in self._profile.leading:
            return exists(select(1).select_from(conversations).where(OF_CONVERSATION, wanted))
        found = select(CONVERSATION_FORM).where(conversations.c.id.is_not(None), wanted)
        return TASK_FORM.in_(found)

    def under_conversation(self, wanted: Condition) -> Condition | None:
        """See Expressions. A task may name its conversation in another form of the same id."""
        forms = [select(form).where(wanted) for form in FORMS_OF_CONVERSATION]
        return tasks.c.conversation_id.in_(union_all(*forms))

    def has_children(self) -> Condition:
        """See Expressions."""
        indexed = "tasks.parent_task_id" in self._profile.leading
        return HAS_CHILDREN if indexed else IS_SOME_PARENT

    def parent_is_there(self, *, ended: bool = False) -> Condition:
        """See Expressions."""
        return parent_is_there(self._profile, ended=ended)

    def has_open_child(self) -> Condition:
        """See Expressions."""
        return has_open_child(self._profile)

    def names_a_parent(self) -> Condition:
        """See Expressions."""
        return names_a_parent(tasks.c.metadata)

    def prefix(self, column: Expression, value: str) -> Condition:
        """See Expressions."""
        text = self.text_value(value)
        return and_(column >= text, func.substr(column, 1, func.length(text)) == text)

    def text_value(self, value: str) -> Expression:
        """See Expressions. Bytes that were no UTF-8 go back as the bytes that they were."""
        try:
            value.encode()
        except UnicodeEncodeError:
            raw = value.encode("utf-8", "surrogateescape" if _escaped(value) else "surrogatepass")
            return cast(literal(raw, LargeBinary), Text)
        return literal(value)

    def time_within(
        self, column: Expression, bounds: Bounds, *, seek_low: bool = True, seek_high: bool = True
    ) -> Condition:
        """See Expressions."""
        return time_within(self._profile, column, bounds, seek_low=seek_low, seek_high=seek_high)

    def duration(self) -> Expression:
        """See Expressions. In microseconds."""
        return task_duration()

    def duration_within(self, bounds: Bounds) -> Condition:
        """See Expressions."""
        return microseconds_within(self.duration(), bounds)

    def contains(self, column: Expression, pattern: str) -> Condition:
        """See Expressions."""
        return column.like(pattern, escape="!")

    def together(self, columns: Sequence[Expression]) -> Expression | None:
        """See Expressions."""
        return None

    def glob_escape(self, column: Expression) -> Condition:
        """See Expressions."""
        return column.op("GLOB", is_comparison=True)("*\\u00[2-7]*")

    def holds_nul(self, column: Expression) -> Condition | None:
        """See Expressions."""
        return func.instr(column, func.char(0)) > 0

    def ending(self, column: Expression, length: int) -> Expression:
        """See Expressions."""
        return func.substr(column, -length)

    def is_filled(self, column: Expression, *, json: bool) -> Condition:
        """See Expressions."""
        if not json:
            return func.coalesce(func.length(cast(column, LargeBinary)), 0) > 0
        bare = func.trim(cast(column, Text), _WHITE)
        first = func.substr(bare, 1, 1)
        rest = func.ltrim(func.substr(bare, 2), _WHITE)
        empty = or_(
            bare.in_(["null", '""']),
            and_(first == "{", rest == "}"),
            and_(first == "[", rest == "]"),
        )
        return func.coalesce(~empty, false())

    def is_there(self, value: Expression) -> Condition:
        """See Expressions. IS NOT NULL enters no index; the least value that there is does.

        Beside a column of texts a number is turned into text: there the empty one is the least.
        """
        if isinstance(value, TaskDuration) or str(value) in self._profile.number_typed:
            return value >= literal_column("-9e999")
        if str(value) in self._profile.text_typed:
            return value >= literal_column("''")
        return value.is_not(None)

    def stored_at(self, place: Expression, places: Sequence[Any]) -> Condition:
        """See Expressions: by the numbers of rows, or by ids where they have none."""
        if not isinstance(places[0], int):
            return self.idents(place, places)
        numbers = func.json_each(json.dumps(places)).table_valued("value").c.value
        return place.in_(select(numbers))

    def unindexed(self, by: Expression) -> Expression:
        """See Expressions."""
        assert isinstance(by, UnaryExpression)
        bare: Expression = UnaryExpression(by.element.self_group(), operator=custom_op("+"))
        return UnaryExpression(bare, modifier=by.modifier)

    def lowest_time(self, column: Expression) -> Expression:
        """See Expressions: numbers sort before text, and this before them."""
        return literal(-(2**63), Integer)

    def to_key(self, name: str, value: Any) -> KeyValue:
        """See Expressions: as stored."""
        if isinstance(value, bytes):
            return _BLOB + value.hex()
        return _TEXT + value if isinstance(value, str) and value.startswith("\0") else value

    def from_key(self, name: str, value: KeyValue) -> Expression:
        """See Expressions."""
        if isinstance(value, str):
            if value.startswith(_BLOB):
                return literal(bytes.fromhex(value.removeprefix(_BLOB)), LargeBinary)
            return self.text_value(value.removeprefix(_TEXT))
        return literal(in_64_bits(value) if isinstance(value, int) else value)


def _escaped(value: str) -> bool:
    return all(not "\ud800" <= c <= "\udfff" or "\udc80" <= c <= "\udcff" for c in value)
