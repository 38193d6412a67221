"""What workers hand over to the screen that started them: results and failures, never paint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from textual.dom import DOMNode
from textual.message import Message

from taskview_core.errors import TaskviewError
from taskview_tui.host import host_of

A = TypeVar("A")
T = TypeVar("T")


class Arrived(Message, Generic[A, T]):
    """What was asked for has come, after `took` seconds. Each request has a subclass of its own."""

    def __init__(self, ask: A, found: T, took: float = 0.0) -> None:
        super().__init__()
        self.ask = ask
        self.found = found
        self.took = took


class Failed(Message):
    """A request came to nothing. `part` is what it was for, `ask` the request itself."""

    def __init__(self, part: str, ask: object, error: TaskviewError) -> None:
        super().__init__()
        self.part = part
        self.ask = ask
        self.error = error


async def deliver(
    node: DOMNode,
    part: str,
    ask: A,
    work: Callable[[], Awaitable[T]],
    arrived: Callable[[A, T, float], Message],
) -> None:
    """Do the work of a request, and post its result with the seconds it took, or its failure.

    Only errors that taskview raises on purpose are failures; any other ends the program with a
    report. Nothing is awaited between the result and the message, so that a worker which was
    superseded posts nothing.
    """
    ticks = host_of(node).ticks
    begun = ticks()
    try:
        result = await work()
    except TaskviewError as error:
        node.post_message(Failed(part, ask, error))
    else:
        node.post_message(arrived(ask, result, ticks() - begun))
