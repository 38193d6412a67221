"""All of one task as a document: what went wrong, its fields and times, and its payloads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from taskview_core.entities import StoredJson, TaskDetail, TaskRow, Usage
from taskview_core.query.stuck import names_a_parent
from taskview_tui.render.block import FieldBlock, TextBlock
from taskview_tui.render.document import Document, Section
from taskview_tui.render.payload import ReadPayload
from taskview_tui.render.piece import Ink
from taskview_tui.render.task_cells import is_odd
from taskview_tui.text.amounts import usage_words
from taskview_tui.text.status_style import status_style
from taskview_tui.text.times import RUNNING, TimeDisplay, duration_text, exact_time, running_text

PAYLOADS = ("input", "output", "metadata")
"""The payloads of a task, in the order in which they are shown."""


@dataclass(frozen=True)
class Surroundings:
    """What is known of a task beside its own row; None where it has not been asked for."""

    conversation_title: str | None = None
    """Empty where it is not to be shown, as it stands above."""
    parent: TaskRow | None = None
    children: Sequence[TaskRow] | None = None
    stuck: str = ""
    """Why it will hardly end, in words."""
    used: Usage | None = None
    """What it says that was used."""
    used_below: Usage | None = None
    """What was used by it and all below it, where the tree of it is known."""


@dataclass(frozen=True)
class Moment:
    """How times are to be shown, and when."""

    now: datetime
    times: TimeDisplay = TimeDisplay.AGE
    zone: tzinfo | None = None


def stored_payload(detail: TaskDetail, name: str) -> StoredJson:
    """Give one of the payloads in PAYLOADS."""
    payload: StoredJson = getattr(detail, name)
    return payload


def task_document(
    detail: TaskDetail,
    payloads: Mapping[str, ReadPayload],
    around: Surroundings,
    moment: Moment,
    error: TextBlock | None = None,
) -> Document:
    """Give the document of a task. An error comes first: it is what one opens a failed task for.

    `error` is what was made of it before, which remembers how long lines are broken into rows.
    """
    row = detail.row
    sections: list[Section] = []
    if detail.error:
        sections.append(Section("Error", "", error or error_block(detail.error)))
    sections.append(Section("Task", "", FieldBlock(_fields(detail, around))))
    sections.append(timings(row, moment).section())
    sections.extend(payloads[name].section(name.capitalize()) for name in PAYLOADS)
    return Document(sections)


def error_block(error: str) -> TextBlock:
    """Give the lines of an error."""
    return TextBlock(error, Ink.ERROR)


@dataclass(frozen=True)
class Timings:
    """The times of a task in words, as they are at one moment."""

    spans: str
    times: tuple[tuple[str, str, Ink], ...]

    def section(self) -> Section:
        """Give them as the section of the document."""
        return Section("Timings", self.spans, FieldBlock(self.times))


def timings(row: TaskRow, moment: Moment) -> Timings:
    """Put the times of a task into words; what is missing or impossible is said."""
    return Timings(_spans(row, moment.now), tuple(_times(row, moment)))


def _fields(detail: TaskDetail, around: Surroundings) -> list[tuple[str, str, Ink]]:
    row = detail.row
    style = status_style(row.status)
    title = around.conversation_title
    if title is None:
        title = row.conversation_title
    fields = [
        ("status", style.text, style.ink),
        *([("stuck", around.stuck, Ink.MARK)] if around.stuck else []),
        ("agent", row.agent_id, Ink.TEXT),
        ("id", str(row.id), Ink.TEXT),
        ("conversation", str(row.conversation_id), Ink.TEXT),
    ]
    if title:
        fields.append(("", title, Ink.DIM))
    if row.parent_task_id is None and names_a_parent(detail.metadata.text):
        fields.append(("parent", "none here: its metadata alone names one", Ink.MARK))
    elif row.parent_task_id is None:
        fields.append(("parent", "none: this is a root", Ink.DIM))
    else:
        fields.append(("parent", str(row.parent_task_id), Ink.TEXT))
        if around.parent is not None:
            parent = status_style(around.parent.status)
            fields.append(("", f"{parent.text}  {around.parent.agent_id}", parent.ink))
    if around.children is not None:
        fields.append(("children", *_children(around.children)))
    fields.extend(_usage(around))
    fields.extend(("odd value", oddity, Ink.MARK) for oddity in row.oddities)
    return fields


def _usage(around: Surroundings) -> list[tuple[str, str, Ink]]:
    fields: list[tuple[str, str, Ink]] = []
    if around.used is not None:
        fields.append(("used", usage_words(around.used), Ink.TEXT))
    if around.used_below is not None and around.used_below != around.used:
        words = f"with all below it: {usage_words(around.used_below)}"
        fields.append(("" if fields else "used", words, Ink.TEXT))
    return fields


def _children(children: Sequence[TaskRow]) -> tuple[str, Ink]:
    if not children:
        return "none", Ink.DIM
    failed = sum(status_style(child.status).ink is Ink.FAILED for child in children)
    if failed:
        return f"{len(children):,}, ✗ {failed:,} failed", Ink.FAILED
    return f"{len(children):,}", Ink.TEXT


def _spans(row: TaskRow, now: datetime) -> str:
    """Say how long the task waited and ran, as far as its times tell."""
    said: list[str] = []
    if row.waited is not None:
        said.append(f"waited {duration_text(row.waited)}")
    elapsed = row.elapsed(now)
    if row.duration is not None:
        said.append(f"ran {duration_text(row.duration)}")
    elif elapsed is not None:
        said.append(f"running for {running_text(elapsed).removesuffix(RUNNING)}")
    return ", ".join(said)


def _times(row: TaskRow, moment: Moment) -> list[tuple[str, str, Ink]]:
    named = (
        ("created", row.created_at),
        ("started", row.started_at),
        ("completed", row.completed_at),
        ("updated", row.updated_at),
    )
    fields: list[tuple[str, str, Ink]] = []
    for name, at in named:
        if at is not None:
            text = exact_time(at, moment.times, moment.now, moment.zone)
            fields.append((name, text, Ink.TEXT))
        elif is_odd(row.oddities, f"{name}_at"):
            fields.append((name, "what is stored is no time", Ink.MARK))
        else:
            fields.append((name, _why_missing(row, name), Ink.DIM))
    if row.waited is not None and row.waited < timedelta(0):
        fields.append(("", "started before it was created", Ink.MARK))
    if row.duration is not None and row.duration < timedelta(0):
        fields.append(("", "completed before it was started", Ink.MARK))
    return fields


def _why_missing(row: TaskRow, name: str) -> str:
    if name == "started" and not row.status.is_final:
        return "not yet"
    if name == "completed" and not row.status.is_final:
        return "not yet"
    return "not recorded"
