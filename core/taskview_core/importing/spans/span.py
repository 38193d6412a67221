"""What all formats of traces are read into: spans, and what is told beside them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from taskview_core.entities.payload import JsonValue
from taskview_core.importing.facts import Fact
from taskview_core.importing.json_text import json_text

_NOTHING: Mapping[str, JsonValue] = MappingProxyType({})


class Event(NamedTuple):
    """Something that happened within a span, or a log record about it. Time in nanoseconds."""

    name: str
    time: int | None
    attributes: Mapping[str, JsonValue]


class Span(NamedTuple):
    """A span. Ids are 32 and 16 hex digits, or whatever a format has; times in nanoseconds.

    `status` is `ok`, `error`, or None where nothing was set; `side` which side of a call it is
    (`client`, `server`, …). `late` names the resource that is told as a fact of its own.
    """

    trace: str
    span: str
    parent: str | None
    name: str
    start: int | None = None
    end: int | None = None
    status: str | None = None
    message: str | None = None
    side: str | None = None
    library: str | None = None
    attributes: Mapping[str, JsonValue] = _NOTHING
    events: tuple[Event, ...] = ()
    links: tuple[str, ...] = ()
    resource: Mapping[str, JsonValue] = _NOTHING
    late: str | None = None

    @property
    def service(self) -> str | None:
        """What program it ran in."""
        name = self.resource.get("service.name")
        return name if isinstance(name, str) and name else None


class Log(NamedTuple):
    """A log record that says which span it belongs to."""

    trace: str
    span: str
    event: Event


class Resource(NamedTuple):
    """What came behind the spans that it is of: `ref` is what they name it by."""

    trace: str
    ref: str
    attributes: Mapping[str, JsonValue]


Told: TypeAlias = Span | Log | Resource
"""What a fact of a trace tells."""


def fact_of(told: Told) -> Fact:
    """Give the fact for what was told.

    Its key has the id of its span, and a digest: a span that is told once as running and later as
    ended is two facts, and which of them counts does not depend on which was read first.
    """
    if isinstance(told, Span):
        body: dict[str, JsonValue] = {
            "span": told.span,
            "parent": told.parent,
            "name": told.name,
            "start": told.start,
            "end": told.end,
            "status": told.status,
            "message": told.message,
            "side": told.side,
            "library": told.library,
            "attributes": dict(told.attributes),
            "events": [_event(each) for each in told.events],
            "links": list(told.links),
            "resource": dict(told.resource),
            "late": told.late,
        }
        text = json_text({key: value for key, value in body.items() if value})
        return Fact(told.trace, f"{told.span} {_digest(text)}", text)
    if isinstance(told, Log):
        text = json_text({"log": told.span, "event": _event(told.event)})
        return Fact(told.trace, f"{told.span} log {_digest(text)}", text)
    text = json_text({"resource_of": told.ref, "attributes": dict(told.attributes)})
    return Fact(told.trace, f"resource {told.ref} {_digest(text)}", text)


def told_by(fact: Fact) -> Told | None:
    """Read what a fact tells; None where it is no fact of a trace."""
    try:
        body: JsonValue = json.loads(fact.body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    if isinstance(ref := body.get("resource_of"), str):
        return Resource(fact.scope, ref, _object(body.get("attributes")))
    if isinstance(span := body.get("log"), str):
        return Log(fact.scope, span, _event_of(body.get("event")))
    if not isinstance(span := body.get("span"), str):
        return None
    events, links = body.get("events"), body.get("links")
    return Span(
        trace=fact.scope,
        span=span,
        parent=_text(body.get("parent")),
        name=_text(body.get("name")) or "",
        start=_whole(body.get("start")),
        end=_whole(body.get("end")),
        status=_text(body.get("status")),
        message=_text(body.get("message")),
        side=_text(body.get("side")),
        library=_text(body.get("library")),
        attributes=_object(body.get("attributes")),
        events=tuple(_event_of(each) for each in events) if isinstance(events, list) else (),
        links=tuple(each for each in links if isinstance(each, str))
        if isinstance(links, list)
        else (),
        resource=_object(body.get("resource")),
        late=_text(body.get("late")),
    )


def one_of(tellings: Sequence[Span]) -> Span:
    """Make one span of all that was told of it, in whatever order.

    One that has ended goes before one that runs, the later end before the earlier; what only
    another one says is added, each event and link once.
    """
    if len(tellings) == 1:
        return tellings[0]
    best, *others = sorted(tellings, key=_rank, reverse=True)
    attributes = dict(best.attributes)
    for other in others:
        for key, value in other.attributes.items():
            attributes.setdefault(key, value)
    return Span(
        trace=best.trace,
        span=best.span,
        parent=next((each.parent for each in (best, *others) if each.parent), None),
        name=best.name,
        start=next((each.start for each in (best, *others) if each.start is not None), None),
        end=best.end,
        status=best.status,
        message=next((each.message for each in (best, *others) if each.message), None),
        side=best.side,
        library=best.library,
        attributes=attributes,
        events=_merged(each.events for each in (best, *others)),
        links=tuple(dict.fromkeys(link for each in (best, *others) for link in each.links)),
        resource=next((each.resource for each in (best, *others) if each.resource), {}),
        late=best.late,
    )


def _merged(tellings: Iterable[tuple[Event, ...]]) -> tuple[Event, ...]:
    """Give all events in the order of their times, each once; those of no time are behind."""
    first, *others = tellings
    found = {json_text(_event(each)): each for each in first}
    if not any(others):
        return first
    for event in (event for events in others for event in events):
        found.setdefault(json_text(_event(event)), event)
    return tuple(sorted(found.values(), key=lambda each: (each.time is None, each.time or 0)))


def _rank(span: Span) -> tuple[int, int, int, str]:
    return (
        -1 if span.end is None else span.end,
        len(span.attributes),
        len(span.events),
        fact_of(span).key,
    )


def _event(event: Event) -> JsonValue:
    return {"name": event.name, "time": event.time, "attributes": dict(event.attributes)}


def _event_of(value: JsonValue) -> Event:
    if not isinstance(value, dict):
        return Event("", None, {})
    return Event(
        _text(value.get("name")) or "",
        _whole(value.get("time")),
        _object(value.get("attributes")),
    )


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and value else None


def _whole(value: JsonValue) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _object(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}
