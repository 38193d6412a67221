"""OTLP traces as protobuf, where OpenTelemetry's own package for it is installed.

A file holds one message, or many with their length before each in four bytes, as the file exporter
of the collector writes them. Messages have the fields of requests: resources, one after the other.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Protocol

from taskview_core.importing.facts import Place, Skipped
from taskview_core.importing.json_stream import LONGEST
from taskview_core.importing.otlp.envelopes import told_in
from taskview_core.importing.reader import Read, Source
from taskview_core.importing.spans import Told

NOT_INSTALLED = (
    "OTLP as protobuf needs OpenTelemetry's package for it: pip install opentelemetry-proto"
)

_RESOURCE_SPANS = 0x0A
"""Field 1, with a length: the resources of a request."""


def is_protobuf(start: bytes) -> bool:
    """Tell by the nesting of the first lengths: a request, a resource, its attributes."""
    framed = start[:1] == b"\0" and len(start) > 4
    return _nests(start[4:] if framed else start, 3)


def told_in_protobuf(source: Source) -> Iterator[Told | Skipped | Read]:
    """Give all that an input tells of traces; places count the resources."""
    counted = _Counted(source.stream)
    number = 0
    try:
        official = _official()
    except ImportError:
        yield Skipped(Place(source.name, 1), NOT_INSTALLED)
        return
    try:
        for data in _resources(counted):
            number += 1
            request = official.as_request(data)
            if request is None:
                why = "not a resource with its spans or log records"
                yield Skipped(Place(source.name, number), why)
                continue
            text = json.dumps(request).encode()
            for told in told_in(Source(source.name, BytesIO(text))):
                if isinstance(told, Skipped):
                    yield told._replace(place=Place(source.name, number))
                elif not isinstance(told, Read):
                    yield told
    except ValueError as error:
        yield Skipped(Place(source.name, number + 1), f"{error}; what follows is not read")
    yield Read(source.offset + counted.size, number + 1)


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Counted:
    """Reads a stream, and counts its bytes."""

    def __init__(self, stream: _Readable) -> None:
        self._stream = stream
        self.size = 0

    def read(self, size: int) -> bytes:
        """Read so many bytes, fewer at the end."""
        parts = []
        while size > 0 and (part := self._stream.read(size)):
            parts.append(part)
            size -= len(part)
            self.size += len(part)
        return b"".join(parts)


@dataclass(frozen=True, slots=True)
class _Official:
    """The official package: what reads the messages, what makes JSON of them, what that raises."""

    spans: Any
    logs: Any
    to_dict: Callable[[Any], Any]
    errors: tuple[type[Exception], ...]

    def as_request(self, data: bytes) -> dict[str, list[Any]] | None:
        """Give a resource with its spans, or else with its log records, as OTLP/JSON has it.

        Both have the same outer fields. Records of the other kind come out without their ids, for
        those are in other fields.
        """
        for key, message, has_ids in (
            ("resourceSpans", self.spans, _has_spans),
            ("resourceLogs", self.logs, _has_logs),
        ):
            try:
                read = message.FromString(data)
                if has_ids(read):
                    return {key: [self.to_dict(read)]}
            except self.errors:
                continue
        return None


def _has_spans(resource: Any) -> bool:
    scopes = [scope.spans for scope in resource.scope_spans]
    return not any(scopes) or any(span.span_id for spans in scopes for span in spans)


def _has_logs(resource: Any) -> bool:
    return any(scope.log_records for scope in resource.scope_logs)


def _official() -> _Official:
    """Load the official package; ImportError where it is not there."""
    trace = importlib.import_module("opentelemetry.proto.trace.v1.trace_pb2")
    logs = importlib.import_module("opentelemetry.proto.logs.v1.logs_pb2")
    formats = importlib.import_module("google.protobuf.json_format")
    decoding = importlib.import_module("google.protobuf.message")
    errors = (decoding.DecodeError, formats.SerializeToJsonError, RecursionError, ValueError)
    return _Official(trace.ResourceSpans, logs.ResourceLogs, formats.MessageToDict, errors)


def _resources(stream: _Counted) -> Iterator[bytes]:
    """Give each resource with its spans as it was written."""
    framed: bool | None = None
    while first := stream.read(1):
        if framed is None:
            framed = first == b"\0"
        if framed:
            length = int.from_bytes(first + stream.read(3), "big")
            message = BytesIO(_exactly(stream, length))
            yield from _resources_of_message(_Counted(message))
        elif first[0] == _RESOURCE_SPANS:
            yield _exactly(stream, _varint(stream))
        else:
            _pass_over(stream, first[0])


def _resources_of_message(stream: _Counted) -> Iterator[bytes]:
    while first := stream.read(1):
        if first[0] == _RESOURCE_SPANS:
            yield _exactly(stream, _varint(stream))
        else:
            _pass_over(stream, first[0])


def _pass_over(stream: _Counted, tag: int) -> None:
    """Pass over a field that is none of ours; raise ValueError where it can be no field."""
    kind = tag & 7
    if tag >> 3 == 0 or tag >= 0x80 or kind not in {0, 1, 2, 5}:
        raise ValueError("this is no protobuf message of OTLP")
    if kind == 0:
        _varint(stream)
    else:
        _exactly(stream, {1: 8, 5: 4}.get(kind) or _varint(stream))


def _exactly(stream: _Counted, size: int) -> bytes:
    if size > LONGEST:
        raise ValueError(f"a message of more than {LONGEST // 1024 // 1024} MiB")
    data = stream.read(size)
    if len(data) < size:
        raise ValueError("the file ends within a message")
    return data


def _varint(stream: _Counted) -> int:
    value = 0
    for shift in range(0, 64, 7):
        byte = stream.read(1)
        if not byte:
            break
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
    raise ValueError("the file ends within a message")


def _nests(start: bytes, levels: int) -> bool:
    """Say whether lengths are nested so deep, each within the one around it."""
    around: int | None = None
    for _ in range(levels):
        if start[:1] not in {b"\x0a", b"\x12"}:
            return False
        try:
            stream = _Counted(BytesIO(start[1:11]))
            length = _varint(stream)
        except ValueError:
            return False
        begin = 1 + stream.size
        if length == 0 or (around is not None and begin + length > around):
            return False
        around, start = length, start[begin:]
    return True
