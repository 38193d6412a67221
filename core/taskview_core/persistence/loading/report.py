"""What a load tells while it runs and when it is done: frozen values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadProgress:
    """How far a load has come: bytes read of all that there are, and rows written.

    `step` says what is being done, in words: "conversations", "tasks", "parents", "indexes"; and
    `part` which index is being made, by its name.
    """

    step: str
    bytes_done: int
    bytes_total: int
    rows: int
    part: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadReport:
    """What a load has done. Rows are those of the files; an id that came twice counts twice."""

    label: str
    conversations: int
    tasks: int
    new_conversations: int | None = None
    """Conversations that were not there before; None where the engine cannot tell."""
    new_tasks: int | None = None
    filled_times: int = 0
    """Rows without created_at that took started_at, completed_at or their conversation's time."""
    undated: int = 0
    """Of these, the rows for which there was no time at all; they took the time of the load."""
    linked: int = 0
    """Tasks from earlier loads whose parent has come with this one."""
    waiting: int = 0
    """Tasks of these files whose parent is nowhere; it is kept in their metadata."""
    waiting_for: tuple[tuple[str, str], ...] = ()
    """The first of them: the task's id and its missing parent's."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Give a sentence for each thing that a person should know."""
        notes = []
        if self.filled_times:
            notes.append(
                f"{_rows(self.filled_times, 'row')} without created_at took started_at,"
                " completed_at or the time of the conversation"
                " (a row that was there before keeps its own)"
            )
        if self.undated:
            notes.append(f"{self.undated:,} of these had no time at all and took that of this load")
        if self.linked:
            notes.append(f"{_rows(self.linked, 'task')} of earlier loads found the parent")
        if self.waiting:
            task, parent = self.waiting_for[0]
            notes.append(
                f"{_rows(self.waiting, 'task')} with a parent that is nowhere: it is kept in the"
                " metadata as taskview.parent_task_id and linked when it comes"
                f" (the first is {task}, its parent {parent})"
            )
        return tuple(notes)


def _rows(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
