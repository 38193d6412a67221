"""The reader of OTLP, in JSON and protobuf, and of what SDKs, Tempo, Jaeger, CloudWatch write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO, cast

from taskview_core.importing.facts import Fact, Skipped
from taskview_core.importing.otlp.envelopes import told_in
from taskview_core.importing.otlp.protobuf import is_protobuf, told_in_protobuf
from taskview_core.importing.reader import Derived, Head, Read, Source
from taskview_core.importing.spans import SpanOptions, derive_trace, fact_of

# A string that the beginning of a file ends within goes to the end: else each quote within it would
# be tried as a beginning.
_TOKEN = re.compile(r'[\[\]{}]|"((?:[^"\\]|\\.)*+)(?:"(\s*:)?)?', re.DOTALL)
_DEEPEST = 3
_ENOUGH = 64
"""So many bytes tell protobuf from JSON."""

_ENVELOPES = {"resourceSpans", "resource_spans", "resourceLogs", "resource_logs"}
_IDS = ({"traceId", "spanId"}, {"traceID", "spanID"}, {"trace_id", "span_id"})
_BATCHES = {"scopeSpans", "instrumentationLibrarySpans", "resource"}


class OtlpReader:
    """Reads traces; facts are spans, log records of spans, and resources told behind their spans.

    The scope is the trace's id in 32 hex digits.
    """

    name = "otlp"
    version = 4
    grows = False
    has_spans = True

    def __init__(self, options: SpanOptions | None = None) -> None:
        self._options = options or SpanOptions()

    def recognises(self, head: Head) -> bool:
        """Tell by its outer keys whether an input has traces."""
        if is_protobuf(head.start):
            return True
        text = head.start.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
        if text[:1] not in {"{", "["}:
            return False
        keys = _outer_keys(text)
        if keys & _ENVELOPES or any(ids <= keys for ids in _IDS):
            return True
        if "batches" in keys and keys & _BATCHES:
            return True
        rows = "@message" in keys or {"field", "value"} <= keys or {"events", "message"} <= keys
        return rows and "traceId" in text

    def facts(self, source: Source) -> Iterator[Fact | Skipped | Read]:
        """Give what is in the input; see Reader."""
        start = source.stream.read(_ENOUGH)
        stream = _Begun(start, source.stream)
        read = told_in_protobuf if is_protobuf(start) else told_in
        for told in read(replace(source, stream=cast(BinaryIO, stream))):
            yield told if isinstance(told, Skipped | Read) else fact_of(told)

    def derive(self, scope: str, facts: Sequence[Fact]) -> Derived:
        """Make the rows of a trace; see Reader."""
        return derive_trace(self.name, scope, facts, self._options)


class _Begun:
    """A stream of which the beginning has been read."""

    def __init__(self, start: bytes, stream: BinaryIO) -> None:
        self._start = start
        self._stream = stream

    def read(self, size: int) -> bytes:
        """Give the beginning first."""
        if not self._start:
            return self._stream.read(size)
        start, self._start = self._start[:size], self._start[size:]
        return start


def _outer_keys(text: str) -> set[str]:
    found: set[str] = set()
    depth = 0
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in "[{":
            depth += mark == "{"
        elif mark in "]}":
            depth -= mark == "}"
        elif token[2] and depth <= _DEEPEST:
            found.add(token[1])
    return found
