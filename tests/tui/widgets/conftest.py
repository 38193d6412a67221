"""Hand-made rows, and an app that shows one widget under a clock that stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget

from taskview_core.entities import (
    ConversationRow,
    Count,
    StoredJson,
    TaskDetail,
    TaskRow,
    TaskStatus,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that a test moves."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def _task(number: int, **values: Any) -> TaskRow:
    started = NOW - timedelta(hours=number + 1)
    given: dict[str, Any] = {
        "id": UUID(int=number),
        "conversation_id": UUID(int=10**6),
        "parent_task_id": None,
        "agent_id": f"agent-{number}",
        "status": TaskStatus.COMPLETED,
        "input_start": f"do the thing number {number}",
        "error_start": None,
        "created_at": started,
        "started_at": started,
        "completed_at": started + timedelta(seconds=1.2),
        "updated_at": None,
    }
    parent = values.pop("parent", None)
    if parent is not None:
        given["parent_task_id"] = UUID(int=parent)
    return TaskRow(**(given | values))


def _conversation(number: int, **values: Any) -> ConversationRow:
    given: dict[str, Any] = {
        "id": UUID(int=number),
        "user_id": f"user-{number}",
        "title": f"conversation {number}",
        "created_at": NOW - timedelta(days=number + 1),
        "updated_at": NOW - timedelta(minutes=number),
        "tasks": Count(12),
        "failed": Count(0),
    }
    return ConversationRow(**(given | values))


def _detail(row: TaskRow, **values: Any) -> TaskDetail:
    payloads = {
        name: StoredJson(values.pop(name, None)) for name in ("input", "output", "metadata")
    }
    return TaskDetail(row=row, error=values.pop("error", None), **payloads)


@dataclass
class Shown:
    """A widget on a screen, and what it has posted."""

    app: App[None]
    pilot: Pilot[None]
    widget: Any
    clock: Clock
    posted: list[Message] = field(default_factory=list)

    def strips(self) -> list[Strip]:
        """Draw the widget, as the screen would."""
        size = self.widget.size
        return self.widget.render_lines(Region(0, 0, size.width, size.height))

    def lines(self) -> list[str]:
        """Give what is drawn, without blanks at the ends of lines."""
        return [strip.text.rstrip() for strip in self.strips()]

    def text(self) -> str:
        """Give what is drawn."""
        return "\n".join(self.lines())

    async def press(self, *keys: str) -> None:
        """Press keys, and wait for what comes of it."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    def posted_of(self, kind: type[Message]) -> list[Any]:
        """Give the messages of one kind that were posted, and forget all."""
        found = [message for message in self.posted if type(message) is kind]
        self.posted.clear()
        return found


class _Stage(App[None]):
    def __init__(self, widget: Widget, clock: Clock) -> None:
        super().__init__()
        self.shown_widget = widget
        self.clock = clock

    def compose(self) -> ComposeResult:
        yield self.shown_widget


@pytest.fixture
def task() -> Callable[..., TaskRow]:
    """Give what makes a task by its number; `parent` is the number of another."""
    return _task


@pytest.fixture
def conversation() -> Callable[..., ConversationRow]:
    """Give what makes a conversation by its number."""
    return _conversation


@pytest.fixture
def detail() -> Callable[..., TaskDetail]:
    """Give what makes the details of a task; payloads are JSON texts."""
    return _detail


@pytest.fixture
def stage() -> Callable[..., AbstractAsyncContextManager[Shown]]:
    """Give what shows a widget on a screen of its own; `size` is in cells."""

    @asynccontextmanager
    async def show(widget: Widget, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Shown]:
        clock = Clock()
        app = _Stage(widget, clock)
        posted: list[Message] = []

        def note(message: Message) -> None:
            # A message that bubbles passes by here once for each node on its way.
            if not any(message is each for each in posted):
                posted.append(message)

        async with app.run_test(size=size, message_hook=note) as pilot:
            widget.focus()
            await pilot.pause()
            posted.clear()
            yield Shown(app, pilot, widget, clock, posted)

    return show
