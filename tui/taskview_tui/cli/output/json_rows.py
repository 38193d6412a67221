"""Tasks as JSON: one a line, or all in one document."""

from __future__ import annotations

from collections.abc import Sequence

from taskview_core.entities import TaskDetail
from taskview_tui.cli.streams import Output
from taskview_tui.render.task_json import JsonObjects
from taskview_tui.text.json_text import json_string


class JsonLines(JsonObjects):
    """One object a line."""

    def __init__(self, out: Output, columns: Sequence[str]) -> None:
        super().__init__(columns)
        self._out = out

    def begin(self) -> None:
        """Nothing comes before."""

    def tasks(self, tasks: Sequence[TaskDetail]) -> None:
        """Print a line for each task."""
        for task in tasks:
            self._out.write(self.of(task) + "\n")

    def end(self, next_cursor: str | None) -> None:
        """Nothing comes after."""


class JsonDocument(JsonObjects):
    """`{"tasks": […], "next_cursor": …}`, with each task on a line of its own."""

    def __init__(self, out: Output, columns: Sequence[str]) -> None:
        super().__init__(columns)
        self._out = out
        self._before = "\n"

    def begin(self) -> None:
        """Open the document."""
        self._out.write('{"tasks": [')

    def tasks(self, tasks: Sequence[TaskDetail]) -> None:
        """Print the next elements of the list."""
        for task in tasks:
            self._out.write(self._before + self.of(task))
            self._before = ",\n"

    def end(self, next_cursor: str | None) -> None:
        """Close the document with the place to go on from."""
        break_ = "" if self._before == "\n" else "\n"
        self._out.write(f'{break_}], "next_cursor": {json_string(next_cursor)}}}\n')
