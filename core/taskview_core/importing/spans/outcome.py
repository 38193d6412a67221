"""How a span ended: its status in our words, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterable

from taskview_core.importing.spans.span import Event, Span
from taskview_core.importing.spans.values import text_of

COMPLETED, FAILED, CANCELLED, RUNNING = "completed", "failed", "cancelled", "running"

_ERROR_TYPE = "error.type"
_CANCEL = ("cancel", "keyboardinterrupt")
_CODES = ("http.response.status_code", "http.status_code")


def is_exception(event: Event) -> bool:
    """Say whether an event is an exception that was raised."""
    return event.name == "exception" or "exception.type" in event.attributes


def last_exception(events: Iterable[Event]) -> Event | None:
    """Give what was raised last, which is what an error tells."""
    return next((each for each in reversed(tuple(events)) if is_exception(each)), None)


def status_of(span: Span, events: Iterable[Event]) -> str:
    """Give the status: an error is a failure, unless what was raised says it was cancelled."""
    wrong = span.status == "error"
    if span.status is None:
        wrong = text_of(span.attributes, _ERROR_TYPE) is not None
    if wrong:
        raised = [_raised(each) for each in events if is_exception(each)]
        said = [*raised, text_of(span.attributes, _ERROR_TYPE) or ""]
        if any(word in each.lower() for each in said[-2:] for word in _CANCEL):
            return CANCELLED
        return FAILED
    return RUNNING if span.end is None else COMPLETED


def error_of(span: Span, events: Iterable[Event], status: str) -> str | None:
    """Give what went wrong: what was raised last, with where, else what the status says."""
    if status not in {FAILED, CANCELLED}:
        return None
    raised = last_exception(events)
    if raised is not None:
        said = raised.attributes
        kind, message = text_of(said, "exception.type"), text_of(said, "exception.message")
        first = ": ".join(part for part in (kind, message) if part) or span.message or "exception"
        stack = text_of(said, "exception.stacktrace")
        if stack is None:
            return first
        # Python's and Java's traces say it themselves.
        return stack if message is None or message in stack else f"{first}\n{stack}"
    said_by_span = span.message or text_of(span.attributes, "error.message", "exception.message")
    kind = text_of(span.attributes, _ERROR_TYPE, "exception.type")
    if said_by_span is not None:
        is_said = kind is None or kind == "_OTHER" or kind in said_by_span
        return said_by_span if is_said else f"{kind}: {said_by_span}"
    if kind is not None:
        return kind
    code = text_of(span.attributes, *_CODES)
    return None if code is None else f"HTTP status {code}"


def _raised(event: Event) -> str:
    return text_of(event.attributes, "exception.type") or ""
