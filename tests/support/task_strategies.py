"""Hypothesis strategies for tasks as they are stored: payloads, facts, and rows of trees."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from support.strategies import AGENTS, IDS, KEYS, STATUSES, USERS, idents, instants, texts
from taskview_core.entities import Ident, TaskRow, TaskStatus
from taskview_core.query.evaluate import TaskFacts
from taskview_core.tree.rows import TreeRows


def json_values(*, storable: bool = False) -> st.SearchStrategy[Any]:
    """What `json.loads` can give, small, with odd texts and keys that meet `metadata_terms`."""
    words = texts(storable=storable)
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**20), 10**20),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from(("x", "1", "true", "")),
        words,
    )
    keys = st.one_of(st.sampled_from(KEYS), words)
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)
        ),
        max_leaves=8,
    )


@st.composite
def payloads(draw: st.DrawFn, *, storable: bool = False) -> str:
    """Valid JSON as text, with non-ASCII escaped or raw, compact or spread out."""
    value = draw(json_values(storable=storable))
    raw = draw(st.booleans())
    return json.dumps(
        value,
        # A lone surrogate can only be stored as an escape.
        ensure_ascii=not raw or (storable and not _is_utf8(value)),
        indent=draw(st.sampled_from((None, 2))),
        separators=draw(st.sampled_from((None, (",", ":")))),
    )


def _is_utf8(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


ODD_PAYLOADS = (
    "",
    " ",
    "null",
    '""',
    "{}",
    "[]",
    "{ }",
    "[ ]",
    '" "',
    "0",
    "false",
    "not json",
    '{"a": ',
    '{"a": 1, "a": "two"}',
    '"\\ud83d"',
    '"\\u00e9\\n"',
    "[1.50, 1e5, -0]",
    "[" * 3000,
    "[" * 3000 + "]" * 3000,
    "\ufeff{}",
)
"""Stored payloads that are empty, invalid, too deep or otherwise odd."""


def stored_payloads(*, storable: bool = False) -> st.SearchStrategy[str | None]:
    """What a payload column may hold: NULL, JSON, or what is none."""
    return st.one_of(st.none(), payloads(storable=storable), st.sampled_from(ODD_PAYLOADS))


@st.composite
def task_facts(draw: st.DrawFn, *, storable: bool = False) -> TaskFacts:
    """All that a filter can ask about a task, NULLs and odd values included."""
    times = st.one_of(st.none(), instants())
    return TaskFacts(
        id=draw(idents()),
        conversation_id=draw(idents()),
        parent_task_id=draw(st.one_of(st.none(), idents())),
        agent_id=draw(st.sampled_from(AGENTS)),
        status=draw(st.sampled_from(STATUSES)),
        user_id=draw(st.sampled_from((None, *USERS))),
        input=draw(stored_payloads(storable=storable)),
        output=draw(stored_payloads(storable=storable)),
        error=draw(st.one_of(st.none(), st.just(""), texts(storable=storable))),
        metadata=draw(stored_payloads(storable=storable)),
        created_at=draw(times),
        started_at=draw(times),
        completed_at=draw(times),
        updated_at=draw(times),
        has_children=draw(st.booleans()),
    )


def task_row(
    ident: Ident, parent: Ident | None = None, *, created_at: datetime | None = None
) -> TaskRow:
    """Make a row for a tree, in the conversation that all of them are in."""
    return TaskRow(
        id=ident,
        conversation_id=IDS[0],
        parent_task_id=parent,
        agent_id="planner",
        status=TaskStatus.COMPLETED,
        input_start="",
        error_start=None,
        created_at=created_at,
        started_at=None,
        completed_at=None,
        updated_at=None,
    )


@st.composite
def tree_rows(draw: st.DrawFn, most: int = 12) -> TreeRows:
    """Rows whose parents may be anything: each other, themselves, elsewhere, nowhere."""
    count = draw(st.integers(0, most))
    ids = [uuid.UUID(int=at + 1) for at in range(count)]
    elsewhere = uuid.UUID(int=10_001)
    nowhere = uuid.UUID(int=10_002)
    parents = st.sampled_from([None, None, elsewhere, nowhere, *ids])
    births = st.one_of(
        st.none(), st.integers(0, 3).map(lambda day: datetime(2026, 1, 1 + day, tzinfo=UTC))
    )
    rows = [task_row(ident, draw(parents), created_at=draw(births)) for ident in ids]
    return TreeRows(tuple(draw(st.permutations(rows))), {elsewhere: IDS[1]})
