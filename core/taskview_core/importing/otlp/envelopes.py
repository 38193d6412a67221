"""Takes envelopes of traces apart, down to the records, in bounded memory.

All are one kind of thing: objects that hold lists of objects, until there is a span or a log
record. An object that holds no such list is a record itself. A list is never read whole.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from taskview_core.entities.payload import JsonValue
from taskview_core.importing.facts import Place, Skipped
from taskview_core.importing.json_stream import EVERY, BadJsonError, JsonStream
from taskview_core.importing.otlp.records import LOGS_OF_NO_SPAN, Around, told_by_record
from taskview_core.importing.reader import Read, Source
from taskview_core.importing.spans.ids import trace_id
from taskview_core.importing.spans.span import Resource, Span, Told
from taskview_core.importing.spans.values import Attributes, attributes_of

_OUTER = {
    "resourceSpans",
    "resource_spans",
    "resourceLogs",
    "resource_logs",
    "batches",  # Tempo
    "data",  # Jaeger
    "results",  # CloudWatch Logs Insights
}
_SCOPES = {
    "scopeSpans",
    "scope_spans",
    "scopeLogs",
    "scope_logs",
    "instrumentationLibrarySpans",
    "instrumentation_library_spans",
    "instrumentationLibraryLogs",
    "instrumentation_library_logs",
}
_LOGS = {"logRecords", "log_records"}
_RECORDS = {"spans", *_LOGS}
_LISTS = _OUTER | _SCOPES | _RECORDS
_DEEPEST = 8
_METRICS = {"resourceMetrics", "resource_metrics"}


@dataclass(slots=True)
class _Owner:
    """What the spans below have in common: their resource, or Jaeger's processes.

    Where it comes behind the spans, it is told by itself: `ref` is what they name it by.
    """

    resource: Attributes | None = None
    processes: dict[str, Attributes] | None = None
    ref: str | None = None
    traces: dict[str, None] = field(default_factory=dict)
    trace: str | None = None


def told_in(source: Source) -> Iterator[Told | Skipped | Read]:
    """Give all that an input tells of traces; what cannot be read is skipped."""
    stream = JsonStream(source.stream, line=source.line)
    told = source.offset
    for each in _Envelopes(source.name, stream).documents():
        yield each
        if source.offset + stream.size - told >= EVERY:
            told = source.offset + stream.size
            yield Read(told, stream.here()[0])
    yield Read(source.offset + stream.size, stream.here()[0])


class _Envelopes:
    def __init__(self, name: str, stream: JsonStream) -> None:
        self._name = name
        self._stream = stream

    def documents(self) -> Iterator[Told | Skipped]:
        """Read one after the other, with or without white space between."""
        stream = self._stream
        broken = False
        while mark := stream.peek():
            stream.begin()
            try:
                if mark == "{":
                    yield from self._object(_Owner(), None, 0)
                elif mark == "[":
                    yield from self._list(_Owner(), None, 0, "")
                elif broken:
                    if not stream.next_document():
                        return
                else:
                    stream.value()
                    yield self._skipped("neither a request nor a span")
            except BadJsonError as error:
                broken = True
                yield self._skipped(f"{error.reason}; read on from where a next record begins")
                if not stream.next_document():
                    return

    def _object(self, owner: _Owner, library: str | None, depth: int) -> Iterator[Told | Skipped]:
        stream = self._stream
        place = self._place()
        members: dict[str, JsonValue] = {}
        is_record, is_broken = True, False
        stream.take("{")
        while stream.peek() != "}":
            key = stream.value()
            if not isinstance(key, str):
                raise BadJsonError("this is not JSON: no key in quotes", skippable=False)
            stream.take(":")
            follows = stream.peek()
            if follows == "[" and key == "events" and not members and depth < _DEEPEST:
                events = yield from self._events()
                is_record = events is not None
                members[key] = events
            elif follows == "[" and depth < _DEEPEST and key in _LISTS:
                is_record = False
                below = _Owner() if key in _OUTER else owner
                yield from self._list(below, library, depth + 1, key if key in _RECORDS else "")
            elif follows == "{" and key == "trace" and depth < _DEEPEST:
                is_record = False  # Tempo's answer to a query
                yield from self._object(_Owner(), None, depth + 1)
            else:
                try:
                    value = members[key] = stream.value()
                except BadJsonError as error:
                    is_broken = True
                    yield from self._passed_over(error)
                    value = None
                if key in {"scope", "instrumentationLibrary"} and isinstance(value, dict):
                    name = value.get("name")
                    library = name if isinstance(name, str) else None
                yield from _common(owner, key, value)
            if stream.peek() == ",":
                stream.take(",")
        stream.take("}")
        if not is_record or is_broken:
            return
        if _METRICS & members.keys():
            yield Skipped(place, "metrics: they belong to no span", is_fault=False)
            return
        yield from self._told(members, place, None, None)

    def _events(self) -> Generator[Told | Skipped, None, list[JsonValue] | None]:
        """Read what comes first in an object: a span's events, or CloudWatch's answer.

        The latter's are logs with a message each, and are told one by one: then None is given.
        """
        stream = self._stream
        events: list[JsonValue] | None = []
        stream.take("[")
        is_first = True
        while stream.peek() != "]":
            stream.mark()
            place = self._place()
            try:
                value = stream.value()
            except BadJsonError as error:
                yield from self._passed_over(error)
            else:
                if is_first and isinstance(value, dict) and isinstance(value.get("message"), str):
                    events = None
                if events is None:
                    yield from self._told(value, place, None, None)
                else:
                    events.append(value)
                is_first = False
            self._go_past_comma()
        stream.take("]")
        return events

    def _list(
        self, owner: _Owner, library: str | None, depth: int, records: str
    ) -> Iterator[Told | Skipped]:
        """Read a list of objects, or of `records`, as their member is called."""
        stream = self._stream
        stream.take("[")
        while (follows := stream.peek()) != "]":
            stream.mark()
            if follows == "{" and not records:
                yield from self._object(owner if depth else _Owner(), library, depth + 1)
            else:
                place = self._place()
                try:
                    value = stream.value()
                except BadJsonError as error:
                    yield from self._passed_over(error)
                else:
                    is_log = records in _LOGS
                    yield from self._told(value, place, owner, library, is_log=is_log)
            self._go_past_comma()
        stream.take("]")

    def _go_past_comma(self) -> None:
        """Go to the next element of a list, or to its end; raise where neither comes."""
        stream = self._stream
        if stream.peek() != "]":
            stream.take("," if stream.peek() == "," else "]")

    def _told(
        self,
        value: JsonValue,
        place: Place,
        owner: _Owner | None,
        library: str | None,
        *,
        is_log: bool = False,
    ) -> Iterator[Told | Skipped]:
        around = Around(library=library)
        if owner is not None:
            around = Around(
                owner.resource, owner.processes, library, owner.ref, owner.trace, is_log
            )
        for told in told_by_record(value, around):
            if isinstance(told, str):
                yield Skipped(place, told, is_fault=told not in LOGS_OF_NO_SPAN)
                continue
            if owner is not None and isinstance(told, Span) and not told.resource and told.late:
                owner.ref = around.ref or told.span
                owner.traces[told.trace] = None
            yield told

    def _passed_over(self, error: BadJsonError) -> Iterator[Skipped]:
        """Skip a value that cannot be read, or raise where not even its end is found."""
        if not error.skippable:
            raise error
        place = self._here()
        self._stream.skip()
        yield Skipped(place, error.reason)

    def _skipped(self, reason: str) -> Skipped:
        return Skipped(self._place(), reason)

    def _place(self) -> Place:
        return Place(self._name, *self._stream.place())

    def _here(self) -> Place:
        return Place(self._name, *self._stream.here())


def _common(owner: _Owner, key: str, value: JsonValue) -> Iterator[Resource]:
    """Take what an object says of all spans below it; tell it if those have been read already."""
    if not isinstance(value, dict):
        if key in {"traceID", "traceId"}:
            owner.trace = trace_id(value)
        return
    if key == "resource" and owner.resource is None:
        owner.resource = attributes_of(value.get("attributes"))
        for trace in owner.traces:
            yield Resource(trace, owner.ref or "", owner.resource)
    elif key == "processes" and owner.processes is None:
        owner.processes = {name: process_attributes(each) for name, each in value.items()}
        for trace in owner.traces:
            for name, attributes in owner.processes.items():
                yield Resource(trace, f"{owner.ref} {name}", attributes)


def process_attributes(process: JsonValue) -> Attributes:
    """Give what Jaeger says of a process as attributes of a resource."""
    if not isinstance(process, dict):
        return {}
    found = attributes_of(process.get("tags"))
    service = process.get("serviceName")
    if isinstance(service, str):
        found["service.name"] = service
    return found
