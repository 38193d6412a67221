"""Two whole tasks compared: errors, inputs and outputs."""

from __future__ import annotations

from dataclasses import dataclass

from taskview_core.compare.json_diff import (
    MOST_CHANGES,
    JsonDiff,
    is_same_json,
    json_diff,
    text_diff,
)
from taskview_core.compare.verdict import Difference
from taskview_core.entities import TaskContents, TaskDetail


@dataclass(frozen=True)
class TaskDiff:
    """What differs between the contents of two tasks; `error` is NULL or text, as stored."""

    error: JsonDiff
    input: JsonDiff
    output: JsonDiff


def payload_difference(left: TaskContents, right: TaskContents) -> Difference:
    """Say which of error, input and output differ."""
    found = Difference.NONE
    if left.error != right.error:
        found |= Difference.ERROR
    if not is_same_json(left.input, right.input):
        found |= Difference.INPUT
    if not is_same_json(left.output, right.output):
        found |= Difference.OUTPUT
    return found


def task_diff(left: TaskDetail, right: TaskDetail, most: int = MOST_CHANGES) -> TaskDiff:
    """Say what differs in error, input and output, path by path; of each up to `most` changes."""
    return TaskDiff(
        text_diff(left.error, right.error),
        json_diff(left.input, right.input, most),
        json_diff(left.output, right.output, most),
    )
