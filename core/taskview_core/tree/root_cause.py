"""Which task made a task fail: from "it failed" to the one that failed by itself.

The rule. A failed child *explains* the failure of its parent where nothing speaks against it and
something speaks for it.

Against it:
- it was tried again: a later sibling of the same agent with the same input has ended, well or
  badly. The last attempt stands for all of them, unless the parent's error cites or repeats an
  earlier one, and the last did not fail or is not cited or repeated as well. Where not all of the
  inputs is known, or nothing is, they are not taken for the same;
- its times: it failed after its parent had ended - unless the parent's error cites it, for clocks
  of two machines may differ.
Cancelled, running and completed children explain nothing: the first are a consequence of the
failure, and the last have coped with whatever failed below them.

For it, the strongest first:
1. CITED: the parent's error holds its id;
2. REPEATED: the parent's error hands on its text, or the other way round;
3. NAMED: the parent's error names its agent;
4. TOLD: the parent's error says in general words that something below failed;
   UNSAID: the parent has no error of its own to say;
5. PROMPT: the parent failed within a tenth of a second of it, and began nothing after it: too
   soon for work of its own.
A parent whose error has none of this failed by itself, though a child of it had failed before: it
had seen that and gone on. Of children with equally strong evidence, those after which the same
agent succeeded with other input come last, one that the parent failed promptly after comes first,
and otherwise the earliest failure does.

From a failed task the way goes down from child to child that explains, until a task that failed by
itself: the deepest and earliest failure that explains it. The next candidates are those behind
weaker evidence, and then what else failed below without explaining anything. From a task that did
not fail, the candidates are the failures inside that nothing below them explains, in the order of
time.

Why so: this is how a reader goes about it who sees the errors first and the clock second. That the
first failure under a failed call is the cause, and those after it are its echo, is how Prefect's
users ask for it (issue 11460 there) and how a distributed trace is read: the deepest span with an
error that its parents' errors follow from. That retries hide a cause unless they are told apart,
and that a cancelled sibling is a consequence, comes from structured concurrency (Trio, PEP 654).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from uuid import UUID

from taskview_core.entities import StoredJson, TaskRow, TaskStatus
from taskview_core.entities.preview import INPUT_START
from taskview_core.tree.error_text import ErrorText, cited_ids, names_agent, speaks_of_others
from taskview_core.tree.preorder import Preorder

_PROMPTLY = timedelta(milliseconds=100)
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)
_NO_EVIDENCE = 99
"""More than any evidence: of one that did not fail, or that nothing speaks for."""


class Evidence(IntEnum):
    """Why a failed child explains its parent's failure; what is lower is stronger."""

    CITED = 1
    REPEATED = 2
    NAMED = 3
    TOLD = 4
    UNSAID = 5
    PROMPT = 6


@dataclass(frozen=True, slots=True)
class Cause:
    """A task that may be why another failed.

    `number` is its number in the tree. `evidence` is what speaks for the last step to it; None
    where it is the task itself, or where nothing does.
    """

    number: int
    evidence: Evidence | None
    explains: bool
    """Whether it explains the failure that was asked about, or only failed below it as well."""


class Failures:
    """What failed in a tree and what explains it, worked out once in time linear in its size."""

    def __init__(self, tree: Preorder) -> None:
        self._tree = tree
        rows = tree.rows
        failed = TaskStatus.FAILED
        self.failed = tuple(number for number, row in enumerate(rows) if row.status == failed)
        """The numbers of the failed tasks, in the order of the tree."""
        self._errors = {number: ErrorText.of(rows[number].error_start) for number in self.failed}
        self._below: dict[int, tuple[tuple[int, Evidence], ...]] = {}
        parents = {tree.parents[number] for number in self.failed}
        for number in self.failed:
            if number in parents:
                self._below[number] = self._explaining(number)
        own = (number for number in self.failed if not self._below.get(number))
        self._own = sorted(own, key=lambda number: (_order(rows[number]), -tree.depths[number]))

    def causes(self, number: int) -> Iterator[Cause]:
        """Give what may have made a task fail, the likeliest first; each task once.

        For a task that failed by itself it comes first; for one that did not fail, what failed
        inside, the earliest first. For -1, what failed in the whole tree.
        """
        seen: set[int] = set()
        is_failed = number >= 0 and self._tree.rows[number].status == TaskStatus.FAILED
        if is_failed:
            for cause in self._explained(number):
                seen.add(cause.number)
                yield cause
        end = len(self._tree) if number < 0 else self._tree.ends[number]
        for own in self._own:
            if number < own < end and own not in seen:
                yield Cause(own, None, explains=not is_failed)

    def failed_by_itself(self, number: int) -> bool:
        """Say whether a task failed and nothing below explains it."""
        return self._tree.rows[number].status == TaskStatus.FAILED and not self._below.get(number)

    def _explained(self, number: int) -> Iterator[Cause]:
        """Go down to what explains a failure, best evidence first."""
        stack: list[tuple[int, Evidence | None]] = [(number, None)]
        while stack:
            at, evidence = stack.pop()
            below = self._below.get(at)
            if below:
                stack.extend(reversed(below))
            else:
                yield Cause(at, evidence, explains=True)

    def _explaining(self, number: int) -> tuple[tuple[int, Evidence], ...]:
        """Give the children that explain the failure of a task, the likeliest first."""
        rows = self._tree.rows
        parent = rows[number]
        children = tuple(self._tree.children(number))
        later = _Later(rows, children)
        speaking = _Speaking(parent, self._errors[number], later.begun)
        judged = {
            child: evidence
            for child in children
            if rows[child].status == TaskStatus.FAILED
            and (evidence := speaking.for_child(rows[child], self._errors[child])) is not None
        }
        found: list[tuple[tuple[bool, Evidence, bool, bool, datetime, int], Evidence]] = []
        for child, evidence in judged.items():
            row, last = rows[child], later.last_attempt(child)
            is_said = evidence <= Evidence.REPEATED
            if last is not None and not (is_said and judged.get(last, _NO_EVIDENCE) > evidence):
                continue
            overcome = evidence > Evidence.NAMED and later.succeeded(child)
            late = not _is_prompt(parent, row, later.begun)
            order = (overcome, evidence, last is not None, late, _order(row), child)
            found.append((order, evidence))
        found.sort()
        # Where an error says which child it was, no other explains it.
        said = bool(found) and found[0][1] <= Evidence.REPEATED
        return tuple(
            (key[-1], evidence)
            for key, evidence in found
            if not said or evidence <= Evidence.REPEATED
        )


class _Later:
    """What came of siblings after one of them had failed."""

    def __init__(self, rows: Sequence[TaskRow], children: Sequence[int]) -> None:
        self._rows = rows
        self._inputs = {child: _known_input(rows[child]) for child in children}
        self._ended: dict[tuple[str, str], int] = {}
        self._completed: dict[str, int] = {}
        self.begun = _EARLIEST
        """When the last of them was made."""
        for child in children:
            row = rows[child]
            if row.status == TaskStatus.COMPLETED:
                self._completed[row.agent_id] = child
            given = self._inputs[child]
            if given is not None and row.status in {TaskStatus.COMPLETED, TaskStatus.FAILED}:
                self._ended[row.agent_id, given] = child
            self.begun = max(self.begun, _begin(row) or _EARLIEST)

    def last_attempt(self, child: int) -> int | None:
        """Give the last time that the same agent was given the same input after a task failed."""
        given = self._inputs[child]
        if given is None:
            return None
        last = self._ended.get((self._rows[child].agent_id, given))
        return last if self._follows(child, last) else None

    def succeeded(self, child: int) -> bool:
        """Say whether the same agent succeeded, with whatever input, after a task had failed."""
        return self._follows(child, self._completed.get(self._rows[child].agent_id))

    def _follows(self, child: int, after: int | None) -> bool:
        if after is None or after <= child:
            return False
        ended, begun = _end(self._rows[child]), _begin(self._rows[after])
        return ended is None or begun is None or begun >= ended


def _known_input(row: TaskRow) -> str | None:
    """Give the whole input of a task; None where it has none, or not all of it is known."""
    start = row.input_start
    if not start or len(start) > INPUT_START or StoredJson(start).is_empty:
        return None
    return start


@dataclass(frozen=True, slots=True)
class _Speaking:
    """What the failure of a parent says of its children's; `begun` is when the last was made."""

    parent: TaskRow
    error: ErrorText
    begun: datetime

    def for_child(self, child: TaskRow, error: ErrorText) -> Evidence | None:
        """Give what speaks for a failed child as the cause; None where nothing does."""
        above = self.error
        if above.whole and isinstance(child.id, UUID) and child.id in cited_ids(above.whole):
            return Evidence.CITED
        ended, over = _end(child), self.parent.completed_at
        if ended is not None and over is not None and ended > over:
            return None
        if not above.whole:
            return Evidence.UNSAID
        if error.whole and above.hands_on(error):
            return Evidence.REPEATED
        if names_agent(above.words, child.agent_id):
            return Evidence.NAMED
        if speaks_of_others(above.words):
            return Evidence.TOLD
        return Evidence.PROMPT if _is_prompt(self.parent, child, self.begun) else None


def _is_prompt(parent: TaskRow, child: TaskRow, begun: datetime) -> bool:
    ended, over = _end(child), parent.completed_at
    if ended is None or over is None or begun > ended:
        return False
    return timedelta(0) <= over - ended <= _PROMPTLY


def _begin(row: TaskRow) -> datetime | None:
    return row.created_at or row.started_at


def _end(row: TaskRow) -> datetime | None:
    """Give when a task failed: where that is not known, it was not before it began."""
    return row.completed_at or row.started_at or row.created_at


def _order(row: TaskRow) -> datetime:
    return _end(row) or _LATEST
