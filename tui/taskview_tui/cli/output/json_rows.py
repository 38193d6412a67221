"""Tasks as JSON: one a line, or all in one document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from taskview_core.entities import StoredJson, TaskDetail
from taskview_tui.cli.output.columns import cell
from taskview_tui.cli.output.json_text import json_string, payload_text
from taskview_tui.cli.streams import Output


class JsonObjects:
    """Makes JSON objects of tasks, and counts the payloads that are no JSON."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns
        self.not_json = 0

    def of(self, task: TaskDetail, more: Mapping[str, str] | None = None) -> str:
        """Give a task as a JSON object; `more` holds further members, as JSON text."""
        members = {column: self._value(task, column) for column in self._columns}
        members.update(more or {})
        return "{" + ", ".join(f'"{name}": {value}' for name, value in members.items()) + "}"

    def _value(self, task: TaskDetail, column: str) -> str:
        value = cell(task, column)
        if not isinstance(value, StoredJson):
            return json_string(value)
        text, was_json = payload_text(value)
        self.not_json += not was_json
        return text


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
