"""The state of a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """A task's state as it is written in the database.

    Five are known; any other text is kept as it is, so that one odd row hides nothing.
    """

    value: str

    PENDING: ClassVar[TaskStatus]
    RUNNING: ClassVar[TaskStatus]
    COMPLETED: ClassVar[TaskStatus]
    FAILED: ClassVar[TaskStatus]
    CANCELLED: ClassVar[TaskStatus]

    @classmethod
    def from_string(cls, text: str) -> TaskStatus:
        """Give the status with this name; an unknown one is shown as written."""
        return _KNOWN.get(text) or cls(text)

    @classmethod
    def known(cls) -> tuple[TaskStatus, ...]:
        """Give the five statuses that taskview knows, in the order of a task's life."""
        return tuple(_KNOWN.values())

    @property
    def is_known(self) -> bool:
        """Whether this is one of the five."""
        return self.value in _KNOWN

    @property
    def is_final(self) -> bool:
        """Whether a task in this state has ended; False for an unknown state."""
        return self.value in {"completed", "failed", "cancelled"}

    def __str__(self) -> str:
        return self.value


TaskStatus.PENDING = TaskStatus("pending")
TaskStatus.RUNNING = TaskStatus("running")
TaskStatus.COMPLETED = TaskStatus("completed")
TaskStatus.FAILED = TaskStatus("failed")
TaskStatus.CANCELLED = TaskStatus("cancelled")

_KNOWN = {
    status.value: status
    for status in (
        TaskStatus.PENDING,
        TaskStatus.RUNNING,
        TaskStatus.COMPLETED,
        TaskStatus.FAILED,
        TaskStatus.CANCELLED,
    )
}
