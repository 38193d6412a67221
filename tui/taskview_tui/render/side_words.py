"""What one of two things that are compared is: which task of which conversation, and from when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from taskview_core.entities import TaskRow
from taskview_core.tree.preorder import Preorder
from taskview_tui.render.task_document import Moment
from taskview_tui.side import Side
from taskview_tui.text.cells import clip
from taskview_tui.text.clean import clean_row
from taskview_tui.text.status_style import status_style
from taskview_tui.text.times import exact_time

_TITLE = 60
_CRUMB = 24


@dataclass(frozen=True)
class SideFacts:
    """A side as it was read: its first task, None where it has none, and how many there are.

    `title` is that of its conversation, empty where there is none.
    """

    side: Side
    top: TaskRow | None
    tasks: int
    title: str


def facts_of(side: Side, tree: Preorder, title: str) -> SideFacts:
    """Give the facts about a side."""
    return SideFacts(side, tree.rows[0] if len(tree) else None, len(tree), title)


def side_words(facts: SideFacts, moment: Moment, cleaned: Callable[[str], str] = clean_row) -> str:
    """Put a side into words, what tells it from another one first.

    `cleaned` makes names fit for a row of the screen, where not all of them is to be shown.
    """
    side, top = facts.side, facts.top
    ident = str(side.id)[:8]
    if side.is_conversation:
        name = f'conversation "{clip(clean_row(side.name), _TITLE)}"'
    else:
        style = None if top is None else status_style(top.status)
        name = cleaned(side.name)
        if style is not None:
            name = f"{cleaned(style.text)} {name}"
    parts = [f"{name} {ident}"]
    if top is not None and top.created_at is not None:
        made = top.created_at.replace(microsecond=0)
        parts.append(exact_time(made, moment.times, moment.now, moment.zone))
    parts.append(f"{facts.tasks:,} task{'' if facts.tasks == 1 else 's'}")
    if facts.title and not side.is_conversation:
        parts.append(f'in "{clip(clean_row(facts.title), _TITLE)}"')
    return "  ·  ".join(parts)


def side_crumb(side: Side) -> str:
    """Give a few words for the title line, in which both sides have to stand; not cleaned."""
    return f"{clip(side.name, _CRUMB)} {str(side.id)[:8]}"
