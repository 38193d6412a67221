"""How spans ended: statuses, and what went wrong in words."""

from __future__ import annotations

from typing import Any

import pytest

from support.traces import SECOND, START, Found, attributes, data_of, metadata_of, request, span
from taskview_core.importing.otlp import OtlpReader


def raised(**said: str) -> dict[str, Any]:
    return {
        "name": "exception",
        "timeUnixNano": str(START + SECOND),
        "attributes": attributes({f"exception.{key}": value for key, value in said.items()}),
    }


STACK = 'Traceback (most recent call last):\n  File "a.py"\nValueError: no such city'


@pytest.mark.parametrize(
    ("more", "status", "error"),
    [
        ({}, "completed", None),
        ({"end": None}, "running", None),
        ({"end": 0}, "running", None),
        ({"status": {"code": 0}}, "completed", None),
        ({"status": {"code": 1}}, "completed", None),
        ({"status": {"code": 2}}, "failed", None),
        ({"status": {"code": "STATUS_CODE_ERROR", "message": "lost"}}, "failed", "lost"),
        ({"status": {"code": "ERROR", "message": "lost"}}, "failed", "lost"),
        ({"status": {"status_code": "ERROR", "description": "lost"}}, "failed", "lost"),
        ({"status": {"code": 2}, "end": None}, "failed", None),
        ({"attributes": {"error.type": "timeout"}}, "failed", "timeout"),
        ({"attributes": {"error.type": "timeout"}, "status": {"code": 1}}, "completed", None),
        (
            {"attributes": {"error.type": "Oops"}, "status": {"code": 2, "message": "lost"}},
            "failed",
            "Oops: lost",
        ),
        (
            {"attributes": {"error.type": "_OTHER"}, "status": {"code": 2, "message": "lost"}},
            "failed",
            "lost",
        ),
        (
            {"attributes": {"http.response.status_code": 503}, "status": {"code": 2}},
            "failed",
            "HTTP status 503",
        ),
        (
            {"status": {"code": 2}, "events": [raised(type="ValueError", message="no such city")]},
            "failed",
            "ValueError: no such city",
        ),
        (
            {
                "status": {"code": 2, "message": "ignored"},
                "events": [raised(type="ValueError", message="no such city", stacktrace=STACK)],
            },
            "failed",
            STACK,
        ),
        (
            {
                "status": {"code": 2},
                "events": [raised(type="Error", message="gone", stacktrace="at f (a.js:1)")],
            },
            "failed",
            "Error: gone\nat f (a.js:1)",
        ),
        ({"events": [raised(type="ValueError", message="caught")]}, "completed", None),
        (
            {"status": {"code": 2}, "events": [raised(type="asyncio.CancelledError")]},
            "cancelled",
            "asyncio.CancelledError",
        ),
        (
            {"status": {"code": 2}, "attributes": {"error.type": "Canceled"}},
            "cancelled",
            "Canceled",
        ),
        (
            {
                "status": {"code": 2},
                "events": [raised(type="CancelledError"), raised(type="ValueError", message="x")],
            },
            "failed",
            "ValueError: x",
        ),
    ],
)
def test_how_a_span_ended(more: dict[str, Any], status: str, error: str | None) -> None:
    [task] = Found(OtlpReader(), data_of(request([span(1, **more)]))).tasks
    assert (task.status, task.error) == (status, error)


def test_an_error_that_jaeger_tells() -> None:
    tags = [
        {"key": "otel.status_code", "value": "ERROR"},
        {"key": "otel.status_description", "value": "lost"},
        {"key": "error", "value": True},
    ]
    record = {
        "traceID": "1",
        "spanID": "2",
        "operationName": "o",
        "startTime": START // 1000,
        "duration": 5,
        "tags": tags,
        "logs": [
            {
                "timestamp": START // 1000,
                "fields": [
                    {"key": "event", "value": "exception"},
                    {"key": "exception.type", "value": "IOError"},
                    {"key": "exception.message", "value": "pipe"},
                ],
            }
        ],
    }
    [task] = Found(OtlpReader(), data_of({"data": [{"spans": [record]}]})).tasks
    assert (task.status, task.error) == ("failed", "IOError: pipe")


@pytest.mark.parametrize(
    ("tag", "status", "error"),
    [
        ("boom happened", "failed", "boom happened"),
        ("true", "failed", None),
        ("false", "completed", None),
        (False, "completed", None),
    ],
)
def test_what_jaeger_s_error_says(tag: Any, status: str, error: str | None) -> None:
    record = {
        "traceID": "1",
        "spanID": "2",
        "operationName": "o",
        "startTime": START // 1000,
        "duration": 5,
        "tags": [{"key": "error", "value": tag}],
    }
    [task] = Found(OtlpReader(), data_of({"data": [{"spans": [record]}]})).tasks
    assert (task.status, task.error) == (status, error)


def test_what_is_told_twice_is_shown_once() -> None:
    text = data_of(
        request(
            [span(1, status={"code": 2, "message": "lost"}, events=[raised(type="E", message="x")])]
        )
    )
    [task] = Found(OtlpReader(), text).tasks
    assert task.error == "E: x"
    assert '"message":"lost"' in (task.metadata or "")
    assert "exception" not in (task.metadata or "")


def test_what_was_raised_before_is_kept() -> None:
    events = [raised(type="First", message="1"), raised(type="Last", message="2")]
    [task] = Found(
        OtlpReader(), data_of(request([span(1, status={"code": 2}, events=events)]))
    ).tasks
    assert task.error == "Last: 2"
    assert [each["exception.type"] for each in metadata_of(task)["events"]] == ["First"]


def test_what_a_call_within_a_call_says_of_its_failure_is_kept() -> None:
    call = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}
    outer = span(1, attributes=call)
    inner = span(
        2, 1, attributes=call, status={"code": 2, "message": "lost"}, events=[raised(type="E")]
    )
    [task] = Found(OtlpReader(), data_of(request([outer, inner]))).tasks
    metadata = metadata_of(task)
    assert task.status == "completed"
    assert metadata["told_again"][0]["message"] == "lost"
    assert metadata["events"][0]["exception.type"] == "E"
