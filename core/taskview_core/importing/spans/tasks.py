"""Makes the rows of a trace of the spans that were chosen."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from taskview_core.entities.payload import JsonValue
from taskview_core.importing.json_text import json_text, storable_text
from taskview_core.importing.rows import ImportedConversation, ImportedTask
from taskview_core.importing.spans.calls import Calls, calls_below
from taskview_core.importing.spans.forest import Forest, Node, is_run
from taskview_core.importing.spans.ids import native_uuid, uuid_of
from taskview_core.importing.spans.kinds import agent_of, model_of
from taskview_core.importing.spans.messages import answered, asked, regrouped, title_in
from taskview_core.importing.spans.outcome import RUNNING, error_of, last_exception, status_of
from taskview_core.importing.spans.payloads import Payloads, payloads_of
from taskview_core.importing.spans.span import Event, Span
from taskview_core.importing.spans.talk import Talk
from taskview_core.importing.spans.times import iso
from taskview_core.importing.spans.usage import usage_of

LONGEST_NAME = 255
"""The most characters of an agent's or a user's name."""

_LONGEST_TITLE = 200


class TraceRows:
    """The rows of one trace; `source` and the trace's own id make the ids."""

    def __init__(self, source: str, trace: str, forest: Forest, talk: Talk) -> None:
        self._source = source
        self._trace = trace
        self._nodes = forest.nodes
        self._talk = talk
        self._names = {node.span.span: node for node in forest.nodes}
        self._told = {node.span.span: _payloads(node) for node in forest.nodes}
        self._calls = calls_below(
            forest.nodes,
            {
                span: (told.input is not None, told.output is not None)
                for span, told in self._told.items()
            },
        )
        self.conversation_id = self._conversation_id()

    def conversation(self) -> ImportedConversation:
        """Give the row of the conversation that the trace is of, as far as the trace knows it."""
        starts = [node.span.start for node in self._nodes if node.span.start is not None]
        ends = [node.span.end or node.span.start for node in self._nodes]
        latest = max((end for end in ends if end is not None), default=None)
        metadata: dict[str, JsonValue] = {"source": self._source}
        if self._talk.session is not None:
            metadata["session_id"] = self._talk.session
        else:
            metadata["trace_id"] = self._trace
        return ImportedConversation(
            id=self.conversation_id,
            user_id=_name(self._talk.user or "unknown"),
            title=self._title(),
            metadata=json_text(metadata),
            created_at=iso(min(starts, default=None)),
            updated_at=iso(latest),
        )

    def tasks(self) -> list[ImportedTask]:
        """Give the rows of the tasks, by when they began."""
        return [self._task(node) for node in self._nodes]

    def _task(self, node: Node) -> ImportedTask:
        span, told = node.span, self._told[node.span.span]
        status = status_of(span, span.events)
        events = [*span.events, *(event for each in node.same for event in each.events)]
        error = error_of(span, events, status)
        end = span.end
        if end is not None and span.start is not None:
            end = max(end, span.start)
        said: dict[str, JsonValue] = {}
        payload_in, payload_out = self._with_calls(node, told, status, said)
        return ImportedTask(
            id=self._task_id(span.span),
            conversation_id=self.conversation_id,
            parent_task_id=None if node.above is None else self._task_id(node.above),
            agent_id=_name(agent_of(span, node.kind)),
            status=status,
            input=None if payload_in is None else json_text(payload_in),
            output=None if payload_out is None else json_text(payload_out),
            error=None if error is None else storable_text(error),
            metadata=json_text(self._metadata(node, told, error, said)),
            created_at=iso(span.start if span.start is not None else end),
            started_at=iso(span.start),
            completed_at=None if status == RUNNING else iso(end),
            updated_at=iso(end if end is not None else span.start),
        )

    def _with_calls(
        self, node: Node, told: Payloads, status: str, said: dict[str, JsonValue]
    ) -> tuple[JsonValue, JsonValue]:
        """Give input and output; of an agent that tells none, those of the calls it made."""
        payload_in, payload_out = told.input, told.output
        if not is_run(node):
            return payload_in, payload_out
        calls: Calls = self._calls[node.span.span]
        if payload_in is None and calls.asking is not None:
            payload_in = asked(self._told[calls.asking.span.span].input)
            said["input_from"] = calls.asking.span.span
        if payload_out is None and calls.answering is not None and status != RUNNING:
            payload_out = answered(self._told[calls.answering.span.span].output)
            said["output_from"] = calls.answering.span.span
        return payload_in, payload_out

    def _metadata(
        self, node: Node, told: Payloads, error: str | None, said: Mapping[str, JsonValue]
    ) -> JsonValue:
        span = node.span
        attributes = _all_attributes(node)
        usage, counted = usage_of(attributes)
        shown = told.used | counted
        found: dict[str, JsonValue] = {"kind": node.kind or "span", "name": span.name}
        if node.kind is not None:
            found["model"] = model_of(attributes)
        found["usage"] = usage
        found["service"] = span.service
        found["library"] = span.library
        found["side"] = span.side
        found["trace_id"] = self._trace
        found["span_id"] = span.span
        found["parent_span_id"] = span.parent
        found["links"] = list(span.links)
        found.update(said)
        if span.end is not None and span.start is not None and span.end < span.start:
            found["clock"] = f"it ended {(span.start - span.end) / 1e9:.6f} s before it began"
        found["message"] = span.message if span.message != error else None
        said_by = last_exception(span.events) if error is not None else None
        found["events"] = [_event(each) for each in told.events if each is not said_by]
        rest = {name: value for name, value in span.attributes.items() if name not in shown}
        found["attributes"] = regrouped(rest)
        told_already = {name: attributes[name] for name in shown & attributes.keys()} | rest
        found["told_again"] = [_again(each, told_already) for each in node.same]
        above = self._names.get(node.above or "")
        if above is None or above.span.resource != span.resource:
            found["resource"] = {
                name: value for name, value in span.resource.items() if name != "service.name"
            }
        return {name: value for name, value in found.items() if value not in (None, [], {}, "")}

    def _conversation_id(self) -> UUID:
        session = self._talk.session
        if session is not None:
            return native_uuid(session) or uuid_of(self._source, "conversation", session)
        trace = native_uuid(self._trace.removeprefix("trace_"))
        return trace or uuid_of(self._source, "conversation", self._trace)

    def _task_id(self, span: str) -> UUID:
        return uuid_of(self._source, self._trace, span)

    def _title(self) -> str | None:
        for node in self._nodes:
            title = title_in(self._told[node.span.span].input) if node.kind is not None else None
            if title is not None and title.strip():
                return _title(title)
        return _title(self._nodes[0].span.name) if self._nodes else None


def _payloads(node: Node) -> Payloads:
    events = [*node.span.events, *(event for each in node.same for event in each.events)]
    return payloads_of(_all_attributes(node), events)


def _all_attributes(node: Node) -> dict[str, JsonValue]:
    """Give all that is told of a call; the outermost telling goes before those within it."""
    attributes: dict[str, JsonValue] = {}
    for span in (node.span, *node.same):
        for name, value in span.attributes.items():
            attributes.setdefault(name, value)
    return attributes


def _again(span: Span, told: Mapping[str, JsonValue]) -> JsonValue:
    """Give what a span within another one says that is not told already, or told otherwise."""
    rest = {
        name: value
        for name, value in span.attributes.items()
        if name not in told or told[name] != value
    }
    found: dict[str, JsonValue] = {"name": span.name, "span_id": span.span}
    if span.status == "error":
        found["status"] = "error"
        found["message"] = span.message
    return {**found, "attributes": regrouped(rest)}


def _event(event: Event) -> JsonValue:
    found: dict[str, JsonValue] = {"name": event.name}
    if event.time is not None:
        found["time"] = iso(event.time)
    return {**found, **event.attributes}


def _name(text: str) -> str:
    text = storable_text(" ".join(text.split()))
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"


def _title(text: str) -> str | None:
    line = storable_text(" ".join(text[: 20 * _LONGEST_TITLE].split()))
    return (line if len(line) <= _LONGEST_TITLE else line[: _LONGEST_TITLE - 1] + "…") or None
