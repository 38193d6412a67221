"""A hunt for the cause of a failure in a tree: where it began, what was found, how far it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice

from taskview_core.entities import Ident, TaskStatus
from taskview_core.entities.preview import ERROR_START, TRACE
from taskview_core.tree.root_cause import Evidence
from taskview_tui.render.cause_words import EVIDENCE_WORDS, by_itself, unexplaining
from taskview_tui.render.task_outline import TaskOutline
from taskview_tui.render.trail import Trail
from taskview_tui.text.clean import clean_row

_MOST = 500
"""Candidates that are gone through; nobody looks at more."""


@dataclass(frozen=True)
class Candidate:
    """A task that may be the cause, and what speaks for it: see `Cause`."""

    task: Ident
    agent: str
    evidence: Evidence | None
    explains: bool
    looked_at: str = ""
    """How much of its own error was looked at, where the rest might name one that failed below."""


@dataclass(frozen=True)
class Hunt:
    """What was found from one task on, or from a whole conversation where `start` is None."""

    start: Ident | None
    name: str
    """The agent of the task that it began at."""
    failed: bool
    """Whether that task failed itself."""
    candidates: tuple[Candidate, ...]
    at: int = 0
    elsewhere: int = 0
    """Children of the present candidate that failed in other conversations than that shown."""

    @property
    def present(self) -> Candidate:
        """The candidate that it has come to."""
        return self.candidates[self.at]

    def next(self) -> Hunt:
        """Go on to the next candidate; after the last comes the first."""
        return replace(self, at=(self.at + 1) % len(self.candidates), elsewhere=0)

    @property
    def words(self) -> str:
        """What the status line says."""
        if not self.elsewhere:
            return self._words
        is_one = self.elsewhere == 1
        children = "1 failed child" if is_one else f"{self.elsewhere:,} failed children"
        shown = f"b shows {'it' if is_one else 'them'}"
        return f"{self._words}; {children} in another conversation may explain it: {shown}"

    @property
    def _words(self) -> str:
        found = self.present
        many = len(self.candidates)
        place = f"{self.at + 1} of {many}{'+' if many >= _MOST else ''}"
        more = f"; f: next of {many}" if many > 1 and self.at == 0 else ""
        if not self.failed:
            inside = f"inside {clean_row(self.name)}" if self.start is not None else "here"
            return f"failure {place} {inside}, the earliest first"
        if found.task == self.start:
            here = "nothing in this conversation explains it"
            return f"{here if self.elsewhere else by_itself(found.looked_at)}{more}"
        if not found.explains:
            return f"{place}: {unexplaining(clean_row(self.name))}"
        why = EVIDENCE_WORDS[found.evidence] if found.evidence else ""
        known = f"; known are {found.looked_at}" if found.looked_at else ""
        return (
            f"root cause{f' {place}' if many > 1 else ''} of {clean_row(self.name)}: {why}{known}"
        )


def begin_hunt(outline: TaskOutline, start: Ident | None) -> Hunt | None:
    """Look for the causes of a failure; None where nothing failed."""
    number = -1 if start is None else outline.number(start)
    if number is None:
        return None
    rows = outline.rows
    found = tuple(
        Candidate(
            rows[cause.number].id,
            rows[cause.number].agent_id,
            cause.evidence,
            cause.explains,
            _looked_at(outline, cause.number),
        )
        for cause in islice(outline.failures.causes(number), _MOST)
    )
    if not found:
        return None
    if number < 0:
        return Hunt(None, "", False, found)
    row = rows[number]
    return Hunt(start, row.agent_id, row.status == TaskStatus.FAILED, found)


def _looked_at(outline: TaskOutline, number: int) -> str:
    start = outline.rows[number].error_start or ""
    if len(start) <= ERROR_START or not outline.failed_below(number):
        return ""
    end = "last" if start.startswith(TRACE) else "first"
    return f"the {end} {ERROR_START} characters of its error"


def trail_of(outline: TaskOutline, hunt: Hunt) -> Trail | None:
    """Give the way that the failure took, from the present candidate up; None where it is gone."""
    number = outline.number(hunt.present.task)
    if number is None:
        return None
    rows = outline.rows
    passed: set[Ident] = set()
    if hunt.present.explains:
        top = outline.number(hunt.start)
        for above in outline.preorder.way_up(number, -1 if top is None else top)[1:]:
            if rows[above].status != TaskStatus.FAILED:
                break
            passed.add(rows[above].id)
    return Trail(hunt.present.task, frozenset(passed), is_cause=hunt.present.explains)
