"""One task or conversation with all its fields, for people to read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from taskview_core.entities import ConversationDetail, Count, StoredJson, TaskDetail, TaskRow, Usage
from taskview_tui.render.piece import Ink, Line, Piece
from taskview_tui.text.amounts import usage_words
from taskview_tui.text.clean import clean, clean_block
from taskview_tui.text.json_text import is_valid_json
from taskview_tui.text.pretty_json import pretty
from taskview_tui.text.status_style import status_style
from taskview_tui.text.times import (
    MISSING,
    TimeDisplay,
    duration_text,
    exact_time,
    running_text,
)

_LABEL = 14
_INDENT = "  "


def task_lines(
    task: TaskDetail, display: TimeDisplay, now: datetime, used: Usage | None = None
) -> Iterator[Line]:
    """Give a task line by line: fields, timings, error, payloads; `used` is by its own report."""
    row = task.row
    status = status_style(row.status)
    yield _heading("task", str(row.id))
    yield _field("status", Piece(status.text, status.ink))
    yield _field("agent", Piece(clean(row.agent_id)))
    title = f"  {clean(row.conversation_title)}" if row.conversation_title else ""
    yield _field("conversation", Piece(clean(str(row.conversation_id))), Piece(title, Ink.DIM))
    parent = MISSING if row.parent_task_id is None else clean(str(row.parent_task_id))
    yield _field("parent", Piece(parent))
    for name in ("created_at", "started_at", "completed_at", "updated_at"):
        yield _time(name, getattr(row, name), display, now)
    yield _field("waited", Piece(duration_text(row.waited)))
    yield _field("ran", Piece(_ran(row, now)))
    if used is not None:
        yield _field("used", Piece(usage_words(used)))
    for oddity in row.oddities:
        yield _field("odd", Piece(clean(oddity), Ink.MARK))
    if task.error is not None:
        yield from _section("error", clean_block(task.error).split("\n"), Ink.ERROR)
    for name, stored in (
        ("input", task.input),
        ("output", task.output),
        ("metadata", task.metadata),
    ):
        yield from _payload(name, stored)


def conversation_lines(
    conversation: ConversationDetail,
    tasks: Count,
    failed: Count,
    display: TimeDisplay,
    now: datetime,
) -> Iterator[Line]:
    """Give a conversation line by line."""
    yield _heading("conversation", str(conversation.id))
    yield _field("title", Piece(clean(conversation.title) if conversation.title else MISSING))
    yield _field("user", Piece(clean(conversation.user_id)))
    yield _field("tasks", Piece(f"{tasks}, {failed} failed"))
    for name in ("created_at", "updated_at"):
        yield _time(name, getattr(conversation, name), display, now)
    yield from _payload("metadata", conversation.metadata)


def _heading(kind: str, ident: str) -> Line:
    return [Piece(f"{kind} {clean(ident)}", Ink.HEADING)]


def _field(name: str, *pieces: Piece) -> Line:
    return [Piece(f"{name:<{_LABEL}}", Ink.DIM), *pieces]


def _time(name: str, moment: datetime | None, display: TimeDisplay, now: datetime) -> Line:
    return _field(name.removesuffix("_at"), Piece(exact_time(moment, display, now)))


def _ran(row: TaskRow, now: datetime) -> str:
    elapsed = row.elapsed(now)
    if row.duration is None and elapsed is not None:
        return running_text(elapsed)
    return duration_text(row.duration)


def _section(title: str, lines: list[str], ink: Ink = Ink.TEXT) -> Iterator[Line]:
    yield []
    yield [Piece(title, Ink.HEADING)]
    for line in lines:
        yield [Piece(_INDENT + line, ink)]


def _payload(name: str, stored: StoredJson) -> Iterator[Line]:
    if stored.text is None:
        yield from _section(name, [MISSING])
    elif is_valid_json(stored.text):
        yield from _section(name, [clean(line) for line in pretty(stored.text)])
    else:
        yield from _section(f"{name} (not JSON)", clean_block(stored.text).split("\n"))
