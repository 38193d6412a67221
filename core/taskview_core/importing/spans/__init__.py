"""What all formats of traces share: spans, and how they become conversations and tasks."""

from taskview_core.importing.spans.derive import derive_trace
from taskview_core.importing.spans.options import SpanOptions
from taskview_core.importing.spans.span import Event, Log, Resource, Span, Told, fact_of, told_by

__all__ = [
    "Event",
    "Log",
    "Resource",
    "Span",
    "SpanOptions",
    "Told",
    "derive_trace",
    "fact_of",
    "told_by",
]
