"""Finding tasks in a tree by what its rows hold: the query language, without the database."""

from __future__ import annotations

import json
import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

from taskview_core.entities import TaskRow
from taskview_core.entities.preview import ERROR_START, INPUT_START
from taskview_core.query.evaluate import TaskFacts, task_matches
from taskview_core.query.matching import fold
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import (
    HasKind,
    HasTerm,
    IsKind,
    IsTerm,
    MetadataTerm,
    TaskTerm,
    TextField,
    TextTerm,
    ValueKey,
    ValueTerm,
)
from taskview_tui.render.haystack import StoppedError
from taskview_tui.render.task_outline import TaskOutline
from taskview_tui.render.tree_facts import NOTHING_KNOWN, Known

LOOKS_AT = (
    f"agent, first {INPUT_START} characters of the input, {ERROR_START} of the error;"
    " agent: status: id: is: duration: …"
)
"""What is searched, for the one who types."""
_WITHIN = f"of an input they hold {INPUT_START} characters, of an error {ERROR_START}"

_BETWEEN = "\0"
_A_LOOK = 1_000
"""Tasks between looks at whether the search is still wanted."""
_NEAR = 2_000
"""Tasks before a task, and from it on, that are near it: searched in a millisecond or two."""
_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4})+|\\.")


@dataclass(frozen=True)
class TreeMatches:
    """The tasks that were found, by number and in order; `unheld` says what cannot be searched.

    `kept` is true for them and for all above them, `opened` for those with something kept below,
    and `last` for those after which no sibling is kept. `end` is the number up to which is known
    what is found, None where all is; what comes after it is drawn as if it were kept. `unread` is
    what can be searched as soon as it has been read; `within` says how much of the texts is.
    """

    numbers: array[int]
    kept: bytearray
    opened: bytearray
    last: bytearray
    unheld: str = ""
    end: int | None = None
    unread: str = ""
    within: str = ""

    @property
    def partial(self) -> bool:
        """Whether there may be more."""
        return self.end is not None

    def after(self, number: int, step: int) -> int | None:
        """Give the next match after a task, or with -1 the one before, round and round."""
        if not self.numbers:
            return None
        if step > 0:
            at = bisect_right(self.numbers, number)
        else:
            at = bisect_left(self.numbers, number) - 1
        return self.numbers[at % len(self.numbers)]

    def place(self, number: int) -> int | None:
        """Say the how-manieth match a task is, from 0; None where it is none."""
        at = bisect_left(self.numbers, number)
        return at if at < len(self.numbers) and self.numbers[at] == number else None


class TreeFinder:
    """Searches one tree again and again; what it looks at is made once, when it is first needed.

    May be asked by several threads at once.
    """

    def __init__(self, outline: TaskOutline, known: Known = NOTHING_KNOWN) -> None:
        self._outline = outline
        self.known = known
        """What has been read about the tree by now; whoever reads more exchanges it."""
        self._texts: dict[TextField, list[str]] = {}
        self._making = Lock()

    def prepare(self) -> None:
        """Make ready what most searches look at."""
        self.texts(TextField.ANY)

    def find(
        self, text: str, now: datetime, unwanted: Callable[[], bool] = lambda: False
    ) -> TreeMatches:
        """Find the tasks that a text of the query language means.

        Raises FilterError for one that cannot be read, StoppedError when it is not wanted any more.
        """
        terms, unheld = _read(text)
        unread = self._unread(terms)
        numbers = array("l")
        if terms and not unheld and not unread:
            search = _Search(self, terms, now)
            for begin in range(0, len(self._outline), _A_LOOK):
                if unwanted():
                    raise StoppedError
                some = range(begin, min(begin + _A_LOOK, len(self._outline)))
                numbers.extend(search.among(some))
        found = matches_of(self._outline, numbers, unheld)
        return replace(found, unread=unread, within=_WITHIN if _words(terms) else "")

    def _unread(self, terms: Iterable[TaskTerm]) -> str:
        """Name what terms ask for that has not been read yet."""
        kinds = {term.kind for term in terms if isinstance(term, IsTerm)}
        known = self.known
        unread = {IsKind.STUCK: known.limits is None, IsKind.ORPHAN: known.orphans is None}
        return ", ".join(f"is:{kind.value}" for kind in unread if kind in kinds and unread[kind])

    def find_near(self, text: str, now: datetime, number: int, lines: int) -> TreeMatches | None:
        """Find what fills so many lines around a task, quickly; None where that cannot be told.

        So it is where too little is found near it, and where the texts are not made ready yet:
        then nothing less than `find` says what is to be seen. Raises FilterError.
        """
        terms, unheld = _read(text)
        if unheld or not all(term.where in self._texts for term in _words(terms)):
            return None
        if any(isinstance(term, IsTerm) for term in terms):
            return None  # They cost more, and ask for what only a thread makes.
        search = _Search(self, terms, now)
        start, end = max(number - _NEAR, 0), min(number + _NEAR, len(self._outline))
        before = list(search.among(range(start, number)))
        after = list(search.among(range(number, end)))
        if (start > 0 and len(before) < lines) or (end < len(self._outline) and len(after) < lines):
            return None
        if not after:
            return None  # The first match is one before, and which that is only all of them tell.
        start, end = (before[-lines] if start > 0 else 0), after[:lines][-1] + 1
        return _matches_within(self._outline, [*before, *after], start, end)

    def texts(self, where: TextField) -> list[str]:
        """Give what is searched of each task, folded; for all parts together as one text."""
        with self._making:
            texts = self._texts.get(where)
            if texts is None:
                texts = self._texts[where] = [_folded(row, where) for row in self._outline.rows]
        return texts

    def facts(self, number: int) -> TaskFacts:
        """Give what the rows of a tree hold of a task, and what has been read about it."""
        return self._outline.facts.of(number, self.known)

    def row(self, number: int) -> TaskRow:
        """Give the row of a task."""
        return self._outline.rows[number]


class _Search:
    """One search, its terms in the order of what they cost."""

    def __init__(self, finder: TreeFinder, terms: Sequence[TaskTerm], now: datetime) -> None:
        self._finder = finder
        self._now = now
        self._wanted = [
            (finder.texts(term.where), fold(term.text), term.denied) for term in _words(terms)
        ]
        self._plain = [_Told(term) for term in terms if _is_told_by_value(term)]
        others = (term for term in terms if not _is_told_by_value(term))
        self._rest = TaskFilter(tuple(term for term in others if not isinstance(term, TextTerm)))

    def among(self, numbers: Iterable[int]) -> Iterable[int]:
        """Give those of some tasks for which all terms hold; a large tree has 100,000."""
        now = self._now
        for texts, text, denied in self._wanted:
            numbers = [at for at in numbers if (text in texts[at]) != denied]
        for each in self._plain:
            numbers = [at for at in numbers if each.holds(self._finder, at, now)]
        if self._rest.terms:
            facts = self._finder.facts
            numbers = [at for at in numbers if task_matches(self._rest, facts(at), now)]
        return numbers


def _read(text: str) -> tuple[tuple[TaskTerm, ...], str]:
    """Give the terms of a text, and what they ask for that rows do not hold."""
    terms = TaskFilter.parse(text).terms
    return terms, ", ".join(dict.fromkeys(_unheld(term) for term in terms if _unheld(term)))


def _words(terms: Iterable[TaskTerm]) -> list[TextTerm]:
    return [term for term in terms if isinstance(term, TextTerm)]


def _folded(row: TaskRow, where: TextField) -> str:
    if where is TextField.INPUT:
        return fold(_said(row.input_start))
    if where is TextField.ERROR:
        return fold(row.error_start or "")
    # Nobody can type what stands between them.
    parts = (row.agent_id, _said(row.input_start), row.error_start or "")
    return _BETWEEN.join(map(fold, parts))


class _Told:
    """A term about an agent or a status: answered once for each there is, not for each task."""

    def __init__(self, term: TaskTerm) -> None:
        self._filter = TaskFilter((term,))
        self._by_agent = isinstance(term, ValueTerm) and term.key is ValueKey.AGENT
        self._known: dict[str, bool] = {}

    def holds(self, finder: TreeFinder, number: int, now: datetime) -> bool:
        """Say whether it holds for a task."""
        row = finder.row(number)
        value = row.agent_id if self._by_agent else row.status.value
        known = self._known.get(value)
        if known is None:
            known = self._known[value] = task_matches(self._filter, finder.facts(number), now)
        return known


def _is_told_by_value(term: TaskTerm) -> bool:
    return isinstance(term, ValueTerm) and term.key in {ValueKey.AGENT, ValueKey.STATUS}


def matches_of(outline: TaskOutline, numbers: array[int], unheld: str = "") -> TreeMatches:
    """Give what there is to be seen where these tasks were found."""
    kept, opened = bytearray(len(outline)), bytearray(len(outline))
    parents = outline.parents
    for number in numbers:
        around, below = number, False
        while around >= 0 and not kept[around]:
            kept[around] = True
            opened[around] = below
            around, below = parents[around], True
        if below and around >= 0:
            opened[around] = True
    return TreeMatches(numbers, kept, opened, last_kept(outline, kept), unheld)


def _matches_within(
    outline: TaskOutline, numbers: Iterable[int], start: int, end: int
) -> TreeMatches:
    """Give what there is to be seen of a part of a tree, whatever is found in the rest."""
    inside = array("l", (number for number in numbers if start <= number < end))
    found = matches_of(outline, inside)
    return replace(found, last=last_kept(outline, found.kept, end), end=end)


def last_kept(outline: TaskOutline, kept: bytearray, end: int | None = None) -> bytearray:
    """Mark the tasks after which no sibling is kept; from `end` on, any may be."""
    last = bytearray(len(kept))
    parents = outline.parents
    ended = bytearray(len(kept) + 1)  # A root's parent is -1, which stands for the last place.
    number = kept.rfind(1)
    while number >= 0:
        if not ended[parents[number]]:
            ended[parents[number]] = last[number] = True
        number = kept.rfind(1, 0, number)
    number = -1 if end is None or end >= len(kept) else kept.rfind(1, 0, end)
    while number >= 0:
        parent = parents[number]
        siblings_end = len(kept) if parent < 0 else outline.ends[parent]
        if end is not None and siblings_end > end and outline.ends[number] < siblings_end:
            last[number] = False
        number = parent
    return last


def _unheld(term: TaskTerm) -> str:
    """Name what a term asks for that the rows of a tree do not hold; empty where they do."""
    match term:
        case TextTerm(_, TextField.OUTPUT):
            return "output:"
        case HasTerm(HasKind.OUTPUT | HasKind.METADATA as kind):
            return f"has:{kind.value}"
        case MetadataTerm():
            return "metadata."
        case ValueTerm(ValueKey.USER):
            return "user:"
        case _:
            return ""


def _said(start: str) -> str:
    """Give the beginning of a stored payload with its escapes read."""
    return _ESCAPES.sub(_unescaped, start) if "\\" in start else start


def _unescaped(escape: re.Match[str]) -> str:
    try:
        return str(json.loads(f'"{escape[0]}"', strict=False))
    except ValueError:
        return escape[0]  # It is no JSON, and no escape.
