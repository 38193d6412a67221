"""Reads one record, as OTLP, Jaeger, CloudWatch or an SDK writes it, as a span or a log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from taskview_core.entities.payload import JsonValue
from taskview_core.importing.json_text import decoded
from taskview_core.importing.spans import ids, times
from taskview_core.importing.spans.span import Event, Log, Span
from taskview_core.importing.spans.values import Attributes, any_value, attributes_of

_Object = Mapping[str, JsonValue]

_SIDES = ("internal", "server", "client", "producer", "consumer")
_CODES = {0: None, 1: "ok", 2: "error"}
_LOG_KEYS = {
    *("body", "severityNumber", "severity_number", "severityText", "severity_text"),
    *("observedTimeUnixNano", "observed_time_unix_nano", "eventName", "event_name"),
}
_OBSERVED = ("observedTimeUnixNano", "observed_time_unix_nano")
_MOST_ROWS_DEEP = 3
_NO_ERROR = (None, False, "false", "")
"""What Jaeger's tag `error` says where there was none."""
_LOG_OF_NO_TRACE = "a log record without the id of a trace"
_LOG_OF_NO_SPAN = "a log record without the id of a span"
LOGS_OF_NO_SPAN = frozenset((_LOG_OF_NO_TRACE, _LOG_OF_NO_SPAN))
"""Why a log record tells nothing of a trace: most programs write such, and nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Around:
    """What the envelope says of a record, as far as it has been read."""

    resource: Attributes | None = None
    processes: Mapping[str, Attributes] | None = None
    library: str | None = None
    ref: str | None = None
    trace: str | None = None
    is_log: bool = False
    """Whether it stands among log records: one may have neither a body nor a severity."""


def told_by_record(value: JsonValue, around: Around, depth: int = 0) -> Iterator[Span | Log | str]:
    """Give what a record tells; a text is the reason why it tells nothing."""
    if isinstance(value, list):
        # A row of CloudWatch Logs Insights: fields by their names.
        value = {
            name: item.get("value")
            for item in value
            if isinstance(item, dict) and isinstance(name := item.get("field"), str)
        }
    if not isinstance(value, dict):
        yield "neither a request nor a span"
        return
    message = value.get("@message", value.get("message"))
    if isinstance(message, str) and "traceId" not in value and "spanId" not in value:
        message = decoded(message)
        if not isinstance(message, dict):
            yield "a row whose message is no JSON object"
            return
    if isinstance(message, dict) and depth < _MOST_ROWS_DEEP:
        yield from told_by_record(message, around, depth + 1)
        return
    context = _object(value, "spanContext", "_spanContext", "context")
    trace = ids.trace_id(_first(value, "traceId", "traceID", "trace_id"))
    trace = trace or ids.trace_id(_first(context, "traceId", "trace_id")) or around.trace
    span = ids.span_id(_first(value, "spanId", "spanID", "span_id"))
    span = span or ids.span_id(_first(context, "spanId", "span_id"))
    if "instrumentationScope" in value and span is None:
        span = ids.span_id(value.get("id"))  # what the SDK of JavaScript prints
    is_log = around.is_log or (bool(_LOG_KEYS & value.keys()) and "name" not in value)
    if trace is None:
        yield _LOG_OF_NO_TRACE if is_log else "a span without the id of a trace"
    elif span is None:
        yield _LOG_OF_NO_SPAN if is_log else "a span without an id"
    elif is_log:
        yield Log(trace, span, _log_event(value))
    elif "spanID" in value or "operationName" in value:
        yield _jaeger_span(value, trace, span, around)
    else:
        yield _span(value, trace, span, around)


def _span(value: _Object, trace: str, span: str, around: Around) -> Span:
    start = times.nanoseconds(_first(value, "startTimeUnixNano", "start_time_unix_nano"), 1)
    start = start or times.nanoseconds(_first(value, "startTime", "start_time", "timestamp"))
    end = times.nanoseconds(_first(value, "endTimeUnixNano", "end_time_unix_nano"), 1)
    end = end or times.nanoseconds(_first(value, "endTime", "end_time"))
    if end is None and start is not None and "endTimeUnixNano" not in value:
        length = times.duration(value.get("durationNano"), times.NANO)
        if length is None and "end_time" not in value and "endTime" not in value:
            length = times.duration(value.get("duration"), times.MICRO)
        end = None if length is None else start + length
    resource = around.resource
    if isinstance(own := value.get("resource"), dict):
        resource = attributes_of(own.get("attributes"))
    scope = _object(value, "scope", "instrumentationScope", "instrumentationLibrary")
    status, message = _status(value.get("status"))
    parent = _object(value, "parentSpanContext", "parent")
    return Span(
        trace=trace,
        span=span,
        parent=ids.span_id(_first(value, "parentSpanId", "parent_span_id", "parentId", "parent_id"))
        or ids.span_id(_first(parent, "spanId", "span_id")),
        name=_text(value.get("name")) or "",
        start=start,
        end=end,
        status=status,
        message=message,
        side=_side(value.get("kind"), from_zero="spanContext" in value or "startTime" in value),
        library=_text(scope.get("name")) or around.library,
        attributes=attributes_of(value.get("attributes")),
        events=tuple(_events(value.get("events"))),
        links=tuple(_links(value.get("links"))),
        resource=resource or {},
        late=(around.ref or span) if resource is None else None,
    )


def _jaeger_span(value: _Object, trace: str, span: str, around: Around) -> Span:
    """Read a span of Jaeger's query API: microseconds, tags, and parents among the references."""
    start = times.nanoseconds(value.get("startTime"), times.MICRO)
    length = times.duration(value.get("duration"), times.MICRO)
    tags = attributes_of(value.get("tags"))
    parent: str | None = None
    follows: str | None = None
    links: list[str] = []
    references = value.get("references")
    for each in references if isinstance(references, list) else ():
        if not isinstance(each, dict):
            continue
        to = ids.span_id(each.get("spanID"))
        if to is None or ids.trace_id(each.get("traceID")) not in {trace, None}:
            links += [] if to is None else [f"{ids.trace_id(each.get('traceID'))} {to}"]
        elif each.get("refType") == "CHILD_OF":
            parent = parent or to
        else:
            follows = follows or to
    side, library = _text(tags.pop("span.kind", None)), _text(tags.pop("otel.scope.name", None))
    code, message = tags.pop("otel.status_code", None), tags.pop("otel.status_description", None)
    error = tags.pop("error", None)
    is_error = code == "ERROR" or (code is None and error not in _NO_ERROR)
    if error not in _NO_ERROR and error not in (True, "true"):
        # Some programs say here what went wrong.
        if message is None and isinstance(error, str):
            message = error
        else:
            tags["error"] = error
    process = value.get("processID")
    pid = process if isinstance(process, str) else ""
    resource = around.processes.get(pid, {}) if around.processes is not None else None
    return Span(
        trace=trace,
        span=span,
        parent=parent or follows or ids.span_id(value.get("parentSpanID")),
        name=_text(value.get("operationName")) or "",
        start=start,
        end=None if start is None or length is None else start + length,
        status="error" if is_error else "ok" if code == "OK" else None,
        message=_text(message),
        side=side,
        library=library or around.library,
        attributes=tags,
        events=tuple(_jaeger_events(value.get("logs"))),
        links=tuple(links),
        resource=resource or {},
        late=f"{around.ref or span} {pid}" if resource is None else None,
    )


def _log_event(value: _Object) -> Event:
    attributes = attributes_of(value.get("attributes"))
    name = _text(_first(value, "eventName", "event_name")) or _text(attributes.get("event.name"))
    time = times.nanoseconds(_first(value, "timeUnixNano", "time_unix_nano"), 1)
    time = time or times.nanoseconds(_first(value, *_OBSERVED, "timestamp"))
    body = any_value(value.get("body"))
    if body is not None:
        attributes["body"] = decoded(body) if isinstance(body, str) else body
    if severity := _text(_first(value, "severityText", "severity_text")):
        attributes["severity"] = severity
    return Event(name or "log", time, attributes)


def _events(value: JsonValue) -> Iterator[Event]:
    for each in value if isinstance(value, list) else ():
        if isinstance(each, dict):
            time = times.nanoseconds(_first(each, "timeUnixNano", "time_unix_nano"), 1)
            time = time or times.nanoseconds(_first(each, "time", "timestamp"))
            yield Event(_text(each.get("name")) or "", time, attributes_of(each.get("attributes")))


def _jaeger_events(value: JsonValue) -> Iterator[Event]:
    for each in value if isinstance(value, list) else ():
        if isinstance(each, dict):
            fields = attributes_of(each.get("fields"))
            name = _text(fields.pop("event", None)) or _text(fields.pop("name", None)) or ""
            yield Event(name, times.nanoseconds(each.get("timestamp"), times.MICRO), fields)


def _links(value: JsonValue) -> Iterator[str]:
    for each in value if isinstance(value, list) else ():
        if isinstance(each, dict):
            context = _object(each, "context", "spanContext") or each
            span = ids.span_id(_first(context, "spanId", "span_id"))
            if span is not None:
                yield f"{ids.trace_id(_first(context, 'traceId', 'trace_id'))} {span}"


def _status(value: JsonValue) -> tuple[str | None, str | None]:
    code: JsonValue = value
    message: JsonValue = None
    if isinstance(value, dict):
        code = _first(value, "code", "status_code", "statusCode")
        message = _first(value, "message", "description")
    if isinstance(code, str):
        word = code.lower().removeprefix("status_code_").removeprefix("statuscode.")
        status = {"ok": "ok", "error": "error", "1": "ok", "2": "error"}.get(word)
    else:
        status = _CODES.get(code) if isinstance(code, int) else None
    return status, _text(message)


def _side(value: JsonValue, *, from_zero: bool) -> str | None:
    """Read the kind of a span; OTLP counts from 1, the SDK of JavaScript from 0."""
    if isinstance(value, str):
        word = value.lower().removeprefix("span_kind_").removeprefix("spankind.")
        return word if word in _SIDES else None
    if isinstance(value, int) and not isinstance(value, bool):
        number = value if from_zero else value - 1
        return _SIDES[number] if 0 <= number < len(_SIDES) else None
    return None


def _first(value: _Object, *keys: str) -> JsonValue:
    for key in keys:
        found = value.get(key)
        if found is not None and found != "":
            return found
    return None


def _object(value: _Object, *keys: str) -> _Object:
    for key in keys:
        found = value.get(key)
        if isinstance(found, dict):
            return found
    return {}


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and value else None
