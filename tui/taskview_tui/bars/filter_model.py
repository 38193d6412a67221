"""What the four inputs of the task filter show, and the one filter they make: pure values.

Each input is a view of the one `TaskFilter`. An input owns some of its terms: of a filter that
comes from elsewhere the query input owns all those that no other input can express, and what is
typed stays where it was typed. The other inputs show what they can of it, and take it over when
somebody types there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from taskview_core.errors import FilterError
from taskview_core.query.faults import BadValueError
from taskview_core.query.format import format_terms
from taskview_core.query.near import meant_value
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import (
    Pattern,
    TaskTerm,
    TimeKey,
    TimeTerm,
    ValueKey,
    ValueTerm,
)
from taskview_core.query.times import format_time, parse_time
from taskview_tui.bars.slots import SLOTS, Slot

IN_QUERY = "(in query)"
"""What an input shows that cannot express what the filter says about its subject."""


_VALUE_KEYS = {Slot.AGENT: ValueKey.AGENT, Slot.STATUS: ValueKey.STATUS}

Known = Mapping[ValueKey, Sequence[str]]
"""Agents and statuses that are in the database, as far as known."""


@dataclass(frozen=True, slots=True)
class Held:
    """What one input holds: its text, the terms that it stands for, and what is wrong with it.

    Of a text that is wrong, `terms` are those in use from before. `used` are the terms that the
    list on the screen was last asked for: not every letter on the way to a word is.
    """

    text: str = ""
    terms: tuple[TaskTerm, ...] = ()
    fault: FilterError | None = None
    editable: bool = True
    used: tuple[TaskTerm, ...] = ()


@dataclass(frozen=True)
class FilterModel:
    """The state of the filter bar. `editing` is the input with the focus, if one has it."""

    held: Mapping[Slot, Held] = field(default_factory=lambda: {slot: Held() for slot in SLOTS})
    editing: Slot | None = None

    @classmethod
    def of(cls, task_filter: TaskFilter) -> FilterModel:
        """Give each input its part of a filter, none of them being edited."""
        held = {slot: Held() for slot in SLOTS}
        rest = list(task_filter.terms)
        for slot in (Slot.AGENT, Slot.STATUS, Slot.SINCE):
            family = [term for term in rest if _is_about(slot, term)]
            text = _expressed(slot, family)
            if text is None:
                held[slot] = Held(IN_QUERY, editable=False)
            else:
                held[slot] = Held(text, tuple(family))
                rest = [term for term in rest if not _is_about(slot, term)]
        held[Slot.QUERY] = Held(format_terms(rest), tuple(rest))
        return cls(held)

    @property
    def filter(self) -> TaskFilter:
        """The filter that the last good texts make together."""
        return TaskFilter(tuple(term for slot in SLOTS for term in self.held[slot].terms))

    def around(self, slot: Slot, text: str, start: int, end: int) -> TaskFilter:
        """Give the filter without the word of a text that has a value from `start` to `end`.

        While that is typed, what is in use may still be what the word was before it had its `:`.
        """
        if slot is not Slot.QUERY:
            return self.filter
        begin, stop = text.rfind(" ", 0, start) + 1, text.find(" ", end)
        try:
            terms = read_slot(slot, text[:begin] + (text[stop:] if stop >= 0 else ""))
        except FilterError:
            return self.filter
        held = {**self.held, slot: Held(terms=terms)}
        return TaskFilter(tuple(term for each in SLOTS for term in held[each].terms))

    @property
    def fault(self) -> tuple[Slot, FilterError] | None:
        """The first input whose text is wrong or incomplete, and why; None where all are good."""
        for slot in SLOTS:
            fault = self.held[slot].fault
            if fault is not None:
                return slot, fault
        return None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is typed and nothing is filtered."""
        return all(not held.text and not held.terms for held in self.held.values())

    def typed(self, slot: Slot, text: str, known: Known | None = None) -> FilterModel:
        """Give the state after the text of an input has become this.

        A value that only begins like a known one counts as incomplete, so that the list does not
        go empty on the way to `failed`, and so does a status that is nearly a known one; without
        `known`, every value counts as it is written.
        """
        taken = self if slot is Slot.QUERY else self._taken_over(slot)
        if taken is not self and text == self.held[slot].text:
            return replace(self, editing=slot)  # It stands in the query, and nothing was typed.
        old = taken.held[slot]
        try:
            terms = read_slot(slot, text)
            _refuse_beginnings(text, terms, known or {})
            _refuse_near_misses(text, terms, known or {})
        except FilterError as fault:
            new = replace(old, text=text, fault=fault, terms=old.used)
        else:
            new = replace(old, text=text, fault=None, terms=terms)
        return FilterModel({**taken.held, slot: new}, slot)._with_views()

    def _taken_over(self, slot: Slot) -> FilterModel:
        """Give what the query says of an input's subject to that input."""
        query = self.held[Slot.QUERY]
        terms = tuple(term for term in query.terms if _is_about(slot, term))
        if not terms:
            return self
        rest = tuple(term for term in query.terms if term not in terms)
        kept = tuple(term for term in query.used if term not in terms)
        used = tuple(term for term in query.used if term in terms)
        held = {
            Slot.QUERY: Held(format_terms(rest), rest, used=kept),
            slot: replace(self.held[slot], terms=terms, used=used),
        }
        return replace(self, held={**self.held, **held})

    def in_use(self) -> FilterModel:
        """Give the state after the list was asked for with the present filter."""
        return replace(
            self, held={slot: replace(held, used=held.terms) for slot, held in self.held.items()}
        )

    def submitted(self) -> FilterModel:
        """Give the state after Enter: values count as they are written."""
        if self.editing is None:
            return self
        return self.typed(self.editing, self.held[self.editing].text)

    def entered(self, slot: Slot) -> FilterModel:
        """Give the state after an input got the focus."""
        return replace(self.settled(), editing=slot)

    def settled(self) -> FilterModel:
        """Give the state after the focus has left the inputs: every term is to be seen.

        What was typed stays as it is, where it is. What an input cannot show, since the query says
        something about its subject too, goes to the query. While a text is wrong, all texts stay.
        """
        model = replace(self.submitted(), editing=None)
        if model.fault is not None:
            return model
        for slot in (Slot.AGENT, Slot.STATUS, Slot.SINCE):
            mine = model.held[slot]
            if mine.terms and not mine.editable:
                query = model.held[Slot.QUERY]
                terms = (*query.terms, *mine.terms)
                held = {
                    Slot.QUERY: replace(query, text=format_terms(terms), terms=terms),
                    slot: replace(mine, terms=()),
                }
                model = replace(model, held={**model.held, **held})
        return model._with_views().in_use()

    def _with_views(self) -> FilterModel:
        """Make the inputs that are not edited show what the whole filter says."""
        held = dict(self.held)
        for slot in (Slot.AGENT, Slot.STATUS, Slot.SINCE):
            mine = held[slot]
            if slot == self.editing or mine.fault is not None:
                continue
            family = [term for term in self.filter.terms if _is_about(slot, term)]
            text = _expressed(slot, family)
            borrowed = any(term not in mine.terms for term in family)
            stuck = borrowed and held[Slot.QUERY].fault is not None
            if text is None or stuck:
                held[slot] = replace(mine, text=IN_QUERY, editable=False)
            else:
                held[slot] = replace(mine, text=text, editable=True)
        return replace(self, held=held)


def read_slot(slot: Slot, text: str) -> tuple[TaskTerm, ...]:
    """Give the terms that the text of an input stands for; raise FilterError with the place."""
    if slot is Slot.QUERY:
        return TaskFilter.parse(text).terms
    if not text.strip():
        return ()
    if slot is Slot.SINCE:
        return _read_since(text)
    return _read_values(_VALUE_KEYS[slot], text)


def _read_since(text: str) -> tuple[TaskTerm, ...]:
    """Read a time as `since:` takes it, with the fault's place in this input."""
    start = len(text) - len(text.lstrip())
    bare = text.strip()
    try:
        return (TimeTerm(TimeKey.SINCE, low=parse_time(bare)),)
    except BadValueError as fault:
        raise FilterError(
            fault.title,
            fault.detail,
            start=start,
            end=start + len(bare),
            incomplete=fault.incomplete,
            suggestion=fault.nearest,
        ) from fault


def _read_values(key: ValueKey, text: str) -> tuple[TaskTerm, ...]:
    """Read values with commas between them, each perhaps with a `*` at its end."""
    patterns: list[Pattern] = []
    at = 0
    for part in text.split(","):
        value = part.strip()
        if value.startswith("-"):
            raise FilterError(
                f"only what is wanted fits here, not {value}",
                f"to leave it out, write -{key.value}:{value[1:]} in the query",
                start=at + part.index("-"),
                end=at + len(part),
            )
        if key is ValueKey.STATUS and value.endswith("*"):
            raise FilterError(
                "a status is whole: no * fits here",
                "write several with commas between, such as failed,cancelled",
                start=at + part.index(value),
                end=at + part.index(value) + len(value),
            )
        if value:
            patterns.append(_pattern(value))
        at += len(part) + 1
    return (ValueTerm(key, tuple(patterns)),) if patterns else ()


def _pattern(value: str) -> Pattern:
    if value.endswith("*"):
        return Pattern(value[:-1], prefix=True)
    return Pattern(value)


def _is_about(slot: Slot, term: TaskTerm) -> bool:
    """Whether a term is about the subject of an input, so that the input must show it somehow."""
    if slot is Slot.SINCE:
        return isinstance(term, TimeTerm) and term.key in {TimeKey.SINCE, TimeKey.CREATED}
    return isinstance(term, ValueTerm) and term.key is _VALUE_KEYS[slot]


def _expressed(slot: Slot, family: Sequence[TaskTerm]) -> str | None:
    """Give the text of an input that reads as exactly these terms; None where there is none."""
    if not family:
        return ""
    if len(family) > 1:
        return None
    (term,) = family
    if isinstance(term, TimeTerm) and term.low is not None:
        text = format_time(term.low)
    elif isinstance(term, ValueTerm):
        text = ",".join(f"{each.value}{'*' if each.prefix else ''}" for each in term.patterns)
    else:
        return None
    try:
        same = read_slot(slot, text) == (term,)
    except FilterError:
        return None
    return text if same else None


def _refuse_beginnings(text: str, terms: Sequence[TaskTerm], known: Known) -> None:
    """Raise FilterError where the last thing typed is a known value that is not whole yet."""
    last = terms[-1] if terms else None
    if not isinstance(last, ValueTerm) or last.denied or not last.patterns:
        return
    pattern = last.patterns[-1]
    values = known.get(last.key, ())
    if pattern.prefix or not text.endswith(pattern.value) or pattern.value in values:
        return
    whole = [value for value in values if value.startswith(pattern.value)]
    if whole:
        raise FilterError(
            f"{pattern.value}… could be {_some(whole)}",
            "Tab completes it" + (", Enter takes it as it is" if len(whole) > 1 else ""),
            start=len(text) - len(pattern.value),
            end=len(text),
            incomplete=True,
        )


def _refuse_near_misses(text: str, terms: Sequence[TaskTerm], known: Known) -> None:
    """Raise FilterError where a status is nearly a known one; Enter takes it as it is."""
    statuses = known.get(ValueKey.STATUS, ())
    for term in terms:
        if not isinstance(term, ValueTerm) or term.key is not ValueKey.STATUS:
            continue
        for value in (pattern.value for pattern in term.patterns):
            meant = meant_value(value, statuses)
            start = text.rfind(value)
            if meant is not None and start >= 0:
                raise FilterError(
                    f"no status that is known is {value}: did you mean {meant}?",
                    "Tab takes that, Enter this as it is",
                    start=start,
                    end=start + len(value),
                    incomplete=True,
                    suggestion=text[:start] + meant + text[start + len(value) :],
                )


def _some(values: Sequence[str]) -> str:
    shown = ", ".join(values[:3])
    return f"{shown} and {len(values) - 3} more" if len(values) > 3 else shown
