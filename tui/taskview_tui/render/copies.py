"""What of a task can be copied, and as what text."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from enum import Enum

from taskview_core.entities import Ident, StoredJson, TaskDetail
from taskview_tui.render.stored_columns import FULL_COLUMNS
from taskview_tui.render.task_json import JsonObjects
from taskview_tui.text.json_text import is_valid_json
from taskview_tui.text.pretty_json import pretty


class Copied(Enum):
    """One thing that can be copied; the value is what it is called."""

    ID = "the task's id"
    ROW = "the task as JSON"
    INPUT = "the input"
    OUTPUT = "the output"
    ERROR = "the error"
    METADATA = "the metadata"
    PATH = "the path under the cursor"
    VALUE = "the value under the cursor"
    COMMAND = "the command line that shows this task"


@dataclass(frozen=True)
class Spot:
    """What the cursor in the details is on: its path, as `input.messages[0]`, and its value."""

    path: str
    value: str


def choices(spot: Spot | None) -> tuple[Copied, ...]:
    """Give what can be copied; path and value only where the cursor is on something."""
    here = {Copied.PATH, Copied.VALUE}
    return tuple(each for each in Copied if spot is not None or each not in here)


def copied_part(detail: TaskDetail, what: Copied) -> str | None:
    """Give a part of a task as text: JSON spread over lines, else as stored; None for NULL."""
    if what is Copied.ROW:
        return "\n".join(pretty(JsonObjects(FULL_COLUMNS).of(detail)))
    if what is Copied.ERROR:
        return detail.error
    stored: StoredJson = getattr(detail, what.name.lower())
    if stored.text is None or not is_valid_json(stored.text):
        return stored.text
    return "\n".join(pretty(stored.text))


def command_line(address: str, task_id: Ident) -> str:
    """Give the command that shows a task of a database, quoted for a POSIX shell."""
    return shlex.join(["taskview", "show", address, str(task_id)])
