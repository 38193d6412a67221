"""One trace in every envelope in which it is met: the same tasks."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from typing import Any, BinaryIO

import pytest

from support.traces import SECOND, START, TRACE, Found, attributes, data_of, ident, request, span
from taskview_core.importing.facts import Fact
from taskview_core.importing.formats import reader_of, readers
from taskview_core.importing.json_stream import JsonStream
from taskview_core.importing.otlp import OtlpReader, envelopes
from taskview_core.importing.reader import Head, Read, Source

AGENT = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "planner"}
TOOL = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search"}
SPANS = [span(1, name="invoke_agent planner", attributes=AGENT), span(2, 1, attributes=TOOL)]
TREE = [(0, "planner", "completed", None), (1, "tool:search", "completed", None)]


def base64_ids(record: dict[str, Any]) -> dict[str, Any]:
    return {
        key: base64.b64encode(bytes.fromhex(value)).decode() if key.endswith("Id") else value
        for key, value in record.items()
    }


def jaeger() -> dict[str, Any]:
    spans = []
    for number, parent, values in ((1, None, AGENT), (2, 1, TOOL)):
        spans.append(
            {
                "traceID": TRACE.lstrip("0"),
                "spanID": ident(number).lstrip("0"),
                "operationName": "step",
                "references": [{"refType": "CHILD_OF", "traceID": TRACE, "spanID": ident(parent)}]
                if parent
                else [],
                "startTime": (START + number * SECOND) // 1000,
                "duration": 1_000_000,
                "tags": [{"key": k, "type": "string", "value": v} for k, v in values.items()],
                "logs": [],
                "processID": "p1",
            }
        )
    processes = {"p1": {"serviceName": "app", "tags": []}}
    return {"data": [{"traceID": TRACE, "spans": spans, "processes": processes}], "total": 0}


def python_sdk(number: int, parent: int | None, values: dict[str, str]) -> dict[str, Any]:
    return {
        "name": "step",
        "context": {"trace_id": f"0x{TRACE}", "span_id": f"0x{ident(number)}", "trace_state": "[]"},
        "kind": "SpanKind.INTERNAL",
        "parent_id": None if parent is None else f"0x{ident(parent)}",
        "start_time": f"2023-11-14T22:13:2{number}.000000Z",
        "end_time": f"2023-11-14T22:13:2{number + 1}.000000Z",
        "status": {"status_code": "UNSET"},
        "attributes": values,
        "events": [],
        "links": [],
        "resource": {"attributes": {"service.name": "app"}, "schema_url": ""},
    }


def js_sdk(number: int, parent: int | None, values: dict[str, str]) -> dict[str, Any]:
    context = {"traceId": TRACE, "spanId": ident(number)}
    above = {"parentSpanContext": {"traceId": TRACE, "spanId": ident(parent)}} if parent else {}
    seconds = START // SECOND + number
    return {
        "name": "step",
        "spanContext": context,
        **above,
        "kind": 0,
        "attributes": values,
        "status": {"code": 0},
        "startTime": [seconds, 0],
        "endTime": [seconds + 1, 0],
        "events": [],
        "resource": {"attributes": {"service.name": "app"}},
    }


def cloudwatch(number: int, parent: int | None, values: dict[str, str]) -> dict[str, Any]:
    begin = START + number * SECOND
    return {
        "resource": {"attributes": {"service.name": "app"}},
        "scope": {"name": "library"},
        "traceId": TRACE,
        "spanId": ident(number),
        **({"parentSpanId": ident(parent)} if parent else {}),
        "flags": 256,
        "name": "step",
        "kind": "INTERNAL",
        "startTimeUnixNano": begin,
        "endTimeUnixNano": begin + SECOND,
        "durationNano": SECOND,
        "attributes": values,
        "status": {"code": "UNSET"},
    }


ROWS = [cloudwatch(1, None, AGENT), cloudwatch(2, 1, TOOL)]
[OUTER] = request(SPANS)["resourceSpans"]
OLD = {"resource": OUTER["resource"], "instrumentationLibrarySpans": [{"spans": SPANS}]}
LATE = {"scopeSpans": OUTER["scopeSpans"], "resource": OUTER["resource"]}
SNAKE = {
    "resource_spans": [
        {
            "resource": OUTER["resource"],
            "scope_spans": [
                {
                    "spans": [
                        {
                            "trace_id": each["traceId"],
                            "span_id": each["spanId"],
                            "parent_span_id": each.get("parentSpanId", ""),
                            "name": each["name"],
                            "start_time_unix_nano": each["startTimeUnixNano"],
                            "end_time_unix_nano": each["endTimeUnixNano"],
                            "attributes": [
                                {
                                    "key": one["key"],
                                    "value": {"string_value": one["value"]["stringValue"]},
                                }
                                for one in each["attributes"]
                            ],
                        }
                        for each in SPANS
                    ]
                }
            ],
        }
    ]
}
ENVELOPES = {
    "one request": data_of(request(SPANS)),
    "indented": json.dumps(request(SPANS), indent=2).encode(),
    "a request a line": data_of(request(SPANS[:1]), request(SPANS[1:])),
    "the child first": data_of(request(SPANS[1:]), request(SPANS[:1])),
    "without a newline": data_of(request(SPANS[:1])).strip() + data_of(request(SPANS[1:])).strip(),
    "a list of requests": data_of([request(SPANS[:1]), request(SPANS[1:])]),
    "base64": data_of(request([base64_ids(each) for each in SPANS])),
    "numbers": data_of(
        request(
            [{**each, "traceId": int(TRACE, 16), "spanId": n} for n, each in enumerate(SPANS, 1)]
        )
    ),
    "old names": data_of({"resourceSpans": [OLD]}),
    "Tempo": data_of({"batches": [OLD]}),
    "Tempo's answer": data_of({"status": "ok", "trace": request(SPANS)}),
    "resource behind": data_of({"resourceSpans": [LATE]}),
    "snake case": data_of(SNAKE),
    "Jaeger": data_of(jaeger()),
    "Jaeger, processes first": data_of(
        {"data": [dict(reversed(list(each.items()))) for each in jaeger()["data"]]}
    ),
    "SDK of Python": data_of(python_sdk(1, None, AGENT), python_sdk(2, 1, TOOL)),
    "SDK of Python, events first": data_of(
        *({"events": [], **each} for each in (python_sdk(1, None, AGENT), python_sdk(2, 1, TOOL)))
    ),
    "SDK of Python, indented": b"\n".join(
        json.dumps(each, indent=4).encode()
        for each in (python_sdk(1, None, AGENT), python_sdk(2, 1, TOOL))
    ),
    "SDK of JavaScript": json.dumps(
        [js_sdk(1, None, AGENT), js_sdk(2, 1, TOOL)], indent=2
    ).encode(),
    "CloudWatch's log": data_of(*ROWS),
    "CloudWatch Insights, exported": data_of(
        [{"@timestamp": "2023-11-14 22:13:21.000", "@message": row} for row in ROWS]
    ),
    "CloudWatch Insights, as text": data_of(
        *({"@timestamp": "now", "@message": json.dumps(row)} for row in ROWS)
    ),
    "CloudWatch Insights, results": data_of(
        {"results": [[{"field": "@message", "value": json.dumps(row)}] for row in ROWS]}
    ),
    "CloudWatch, filtered": data_of(
        {"events": [{"timestamp": 1, "message": json.dumps(row)} for row in ROWS]}
    ),
}


@pytest.mark.parametrize("envelope", ENVELOPES)
def test_every_envelope_gives_the_same_tasks(envelope: str) -> None:
    data = ENVELOPES[envelope]
    reader = reader_of(Head("in", data[:65536], whole=True), readers())
    assert isinstance(reader, OtlpReader)
    found = Found(reader, data)
    assert found.reasons == []
    assert found.tree() == TREE
    whole = Found(reader, ENVELOPES["one request"])
    assert [task.id for task in found.tasks] == [task.id for task in whole.tasks]
    assert [task.started_at for task in found.tasks] == [
        "2023-11-14T22:13:21.000000+00:00",
        "2023-11-14T22:13:22.000000+00:00",
    ]
    assert [task.completed_at for task in found.tasks] == [
        "2023-11-14T22:13:22.000000+00:00",
        "2023-11-14T22:13:23.000000+00:00",
    ]
    assert {'"service":"app"' in (task.metadata or "") for task in found.tasks} == {True}
    assert found.conversations[0].id.hex == TRACE


def test_all_envelopes_in_one_input_are_still_one_trace() -> None:
    found = Found(OtlpReader(), b"\n".join(ENVELOPES.values()))
    assert found.tree() == TREE
    assert found.reasons == []
    used, folded, skipped = found.sums()
    assert used == 2
    assert skipped == {}
    assert folded["another telling of the same span"] + 2 + folded["what spans have in common"] == (
        sum(len(facts) for facts in found.facts.values())
    )


@pytest.mark.parametrize(
    ("start", "recognised"),
    [
        (b"", False),
        (b"{", False),
        (b"[]", False),
        (b"plain text with traceId and spanId", False),
        (b'{"resourceSpans": [', True),
        (b'\xef\xbb\xbf {"resourceSpans": [', True),
        (b'{"resourceLogs": []}', True),
        (b'{"batches": [1, 2]}', False),
        (b'{"text": "{\\"resourceSpans\\": []}"}', False),
        (b'{"a": {"b": {"c": {"traceId": 1, "spanId": 2}}}}', False),
        (b'{"conversation_id": "x", "agent_id": "y", "status": "failed"}', False),
        (b'{"type": "user", "uuid": "x", "sessionId": "y", "message": {"role": "user"}}', False),
    ],
)
def test_what_is_recognised(start: bytes, recognised: bool) -> None:
    assert OtlpReader().recognises(Head("in", start, whole=False)) is recognised


def test_what_cannot_be_read_is_skipped_with_its_place() -> None:
    spans: list[Any] = [*SPANS, {"name": "no trace"}, {"traceId": TRACE}, 5, None]
    found = Found(OtlpReader(), data_of(request(spans)))
    assert found.tree() == TREE
    text = data_of(request(spans)).decode()
    at = text.index('{"name": "no trace"}') + 1
    assert [(str(each.place), each.reason) for each in found.skipped] == [
        (f"in.json:1:{at}", "a span without the id of a trace"),
        (f"in.json:1:{text.index('{', at) + 1}", "a span without an id"),
        (f"in.json:1:{text.index('5, null') + 1}", "neither a request nor a span"),
        (f"in.json:1:{text.index('null]') + 1}", "neither a request nor a span"),
    ]


def test_a_broken_span_takes_none_of_its_neighbours_along() -> None:
    good = data_of(request(SPANS)).decode()
    broken = good.replace('"spanId": "0000000000000002"', '"spanId" "0000000000000002"')
    found = Found(OtlpReader(), (broken + good).encode())
    assert found.tree() == TREE
    assert found.reasons == ["this is not JSON: Expecting ':' delimiter"]
    assert found.count == 3


def test_a_broken_line_takes_none_of_its_neighbours_along() -> None:
    lines = [json.dumps(request([each])) for each in SPANS]
    for damaged in (lines[0][:-5], lines[0][:200], '{"resourceSpans": [}', "{{{", "nonsense {"):
        found = Found(OtlpReader(), "\n".join([damaged, *lines]).encode())
        assert found.tree() == TREE
        assert found.skipped


def test_spans_behind_a_break_in_one_long_line_are_found_again() -> None:
    spans = [span(number) for number in range(1, 30)]
    text = json.dumps(request(spans))
    at = text.index('"name": "step"', len(text) // 2)
    found = Found(OtlpReader(), (text[:at] + "]]}" + text[at:]).encode())
    assert len(found.skipped) == 1
    assert found.count == len(spans) - 1


def test_metrics_and_others_are_said_to_be_so() -> None:
    found = Found(OtlpReader(), data_of({"resourceMetrics": []}, {}, {"a": 1}, 7, "text"))
    assert found.reasons == [
        "metrics: they belong to no span",
        "a span without the id of a trace",
        "a span without the id of a trace",
        "neither a request nor a span",
        "neither a request nor a span",
    ]


def test_a_document_of_any_size_is_read_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one request on one line no more is kept than a few spans."""
    streams: list[JsonStream] = []

    def small(stream: BinaryIO, line: int) -> JsonStream:
        streams.append(JsonStream(stream, line=line, chunk=2_048))
        return streams[-1]

    monkeypatch.setattr(envelopes, "JsonStream", small)
    data = data_of(request([span(number) for number in range(1, 2_001)]))
    longest = count = 0
    for fact in OtlpReader().facts(Source("in", BytesIO(data))):
        count += isinstance(fact, Fact)
        longest = max(longest, len(streams[0]._text))
    assert count == 2_000
    assert longest < 8 * 1024 < len(data) // 50


def test_it_is_told_how_far_an_input_has_been_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelopes, "EVERY", 4_096)
    monkeypatch.setattr(
        envelopes, "JsonStream", lambda stream, line: JsonStream(stream, line=line, chunk=1_024)
    )
    data = data_of(*(request([span(number)]) for number in range(1, 101)))
    found = list(OtlpReader().facts(Source("in", BytesIO(data))))
    told = [each for each in found if isinstance(each, Read)]
    assert len(told) == len(data) // 4_096 + 1
    assert [each.offset for each in told] == sorted({each.offset for each in told})
    assert (told[-1].offset, told[-1].line) == (len(data), 101)


def test_logs_are_joined_to_their_spans() -> None:
    logs = [
        {
            "timeUnixNano": str(START + SECOND),
            "severityText": "INFO",
            "eventName": "gen_ai.user.message",
            "body": {"kvlistValue": {"values": attributes({"content": "find it"})}},
            "traceId": TRACE,
            "spanId": ident(3),
        },
        {
            "timeUnixNano": str(START + 2 * SECOND),
            "attributes": attributes({"event.name": "gen_ai.choice"}),
            "body": {
                "kvlistValue": {
                    "values": attributes({"index": 0, "message": {"content": "found it"}})
                }
            },
            "traceId": TRACE,
            "spanId": ident(3),
        },
        {"body": {"stringValue": "no span"}, "traceId": TRACE},
        {"body": {"stringValue": "no such span"}, "traceId": TRACE, "spanId": ident(9)},
    ]
    call = span(3, 1, attributes={"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"})
    document = {"resourceLogs": [{"scopeLogs": [{"logRecords": logs}]}]}
    found = Found(OtlpReader(), data_of(document, request([*SPANS, call])))
    assert found.reasons == ["a log record without the id of a span"]
    assert found.sums() == (
        3,
        {"a log record of a span": 2},
        {"a log record of a span that is not there": 1},
    )
    task = next(task for task in found.tasks if task.agent_id == "m")
    assert json.loads(task.input or "") == [{"role": "user", "content": "find it"}]
    assert json.loads(task.output or "") == [
        {"role": "assistant", "content": "found it", "index": 0}
    ]
    planner = next(task for task in found.tasks if task.agent_id == "planner")
    assert (planner.input, planner.output) == ('"find it"', '"found it"')


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5_000,
        '{"resourceSpans":' + "[" * 5_000,
        '{"data":[' * 5_000,
        '{"trace":' * 5_000,
        '[{"a":' * 3_000,
        '[{"field":"@message","value":"[[' * 3,
    ],
)
def test_what_is_nested_without_end_is_skipped(text: str) -> None:
    found = Found(OtlpReader(), text.encode())
    assert found.count == 0
    assert found.skipped


def test_a_file_is_recognised_whose_beginning_ends_within_a_string() -> None:
    """Each quote in it was once tried as a beginning: of 64 KiB, this took twenty seconds."""
    start = b'{"x":[{"traceId":"1","a":"' + b'\\"spanId\\":' * 100_000
    assert not OtlpReader().recognises(Head("traces.json", start, whole=False))
    start = start.replace(b'"a":', b'"spanId":"2","a":')
    assert OtlpReader().recognises(Head("traces.json", start, whole=False))
