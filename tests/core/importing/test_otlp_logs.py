"""Log records of every form are events of their spans, and never spans."""

from __future__ import annotations

from typing import Any

import pytest

from support.traces import SECOND, START, TRACE, Found, attributes, data_of, ident, request, span
from taskview_core.importing.otlp import OtlpReader

AGENT = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "planner"}
IDS = {"traceId": TRACE, "spanId": ident(1)}
TIME = str(START + SECOND)
EVENT = {"attributes": attributes({"gen_ai.system": "x"})}


def _in(member: str, log: dict[str, Any]) -> dict[str, Any]:
    snake = member == "log_records"
    outer, scope = ("resource_logs", "scope_logs") if snake else ("resourceLogs", "scopeLogs")
    return {outer: [{scope: [{member: [log]}]}]}


@pytest.mark.parametrize(
    ("member", "log"),
    [
        ("logRecords", {"timeUnixNano": TIME, "eventName": "gen_ai.client.x", **EVENT, **IDS}),
        ("logRecords", {"timeUnixNano": TIME, **EVENT, **IDS}),
        ("logRecords", {"name": "an old event's name", "body": {"stringValue": "y"}, **IDS}),
        (
            "log_records",
            {
                "observed_time_unix_nano": TIME,
                "severity_text": "INFO",
                "trace_id": TRACE,
                "span_id": ident(1),
            },
        ),
    ],
)
@pytest.mark.parametrize("first", ["the log", "the span"])
def test_what_stands_among_log_records_is_none_of_the_spans(
    member: str, log: dict[str, Any], first: str
) -> None:
    documents = [_in(member, log), request([span(1, attributes=AGENT)])]
    found = Found(OtlpReader(), data_of(*(documents if first == "the log" else documents[::-1])))
    assert found.sums() == (1, {"a log record of a span": 1}, {})
    (task,) = found.tasks
    assert (task.agent_id, task.status) == ("planner", "completed")


def test_a_log_record_without_its_span_is_no_task() -> None:
    found = Found(OtlpReader(), data_of(_in("logRecords", {"eventName": "x", **EVENT, **IDS})))
    assert not found.tasks
    assert found.sums() == (0, {}, {"a log record of a span that is not there": 1})
