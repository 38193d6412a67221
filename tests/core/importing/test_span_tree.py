"""Which spans become tasks, under which, and what is known of them."""

from __future__ import annotations

import json
import random
import tracemalloc
from typing import Any

import pytest

from support.traces import SECOND, START, TRACE, Found, data_of, ident, metadata_of, request, span
from taskview_core.entities import UsagePaths
from taskview_core.importing.otlp import OtlpReader
from taskview_core.importing.spans import SpanOptions
from taskview_core.importing.spans.forest import forest_of
from taskview_core.importing.spans.span import Span

AGENT = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "planner"}
TOOL = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search"}
CALL = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m-1"}


def found(*spans: dict[str, Any], all_spans: bool = False) -> Found:
    return Found(OtlpReader(SpanOptions(all_spans=all_spans)), data_of(request(spans)))


def names(*spans: dict[str, Any], all_spans: bool = False) -> list[tuple[int, str]]:
    return [(level, agent) for level, agent, _, _ in found(*spans, all_spans=all_spans).tree()]


HTTP = [
    span(1, name="POST /"),
    span(2, 1, attributes=AGENT),
    span(3, 2, name="send"),
    span(4, 3, attributes=TOOL),
    span(5, 4, name="GET"),
]


def test_agent_spans_hang_on_the_nearest_one_above() -> None:
    assert names(*HTTP) == [(0, "planner"), (1, "tool:search")]
    made = found(*HTTP)
    assert made.tasks[0].parent_task_id is None
    assert made.sums() == (
        2,
        {},
        {"a span of no agent, tool or model (--all-spans shows it)": 3},
    )


def test_all_spans_where_they_are_asked_for() -> None:
    assert names(*HTTP, all_spans=True) == [
        (0, "app:POST /"),
        (1, "planner"),
        (2, "app:send"),
        (3, "tool:search"),
        (4, "app:GET"),
    ]


def test_all_spans_where_none_is_of_an_agent() -> None:
    assert names(HTTP[0], span(2, 1, name="GET")) == [(0, "app:POST /"), (1, "app:GET")]


def test_a_parent_that_is_not_there_yet_is_waited_for() -> None:
    """Its id is the one that it will have, so that the loader links it when it comes."""
    late = found(*HTTP[2:])
    whole = found(*HTTP)
    assert late.tasks[0].parent_task_id == whole.tasks[0].id
    assert late.tasks[0].id == whole.tasks[1].id
    again = Found(OtlpReader(), data_of(request(HTTP[2:])), data_of(request(HTTP[:2])))
    assert again.tasks == whole.tasks


def test_the_parent_of_an_agent_that_was_called_from_afar_is_waited_for() -> None:
    made = found(span(2, 77, attributes=AGENT))
    remote = found(span(77, attributes=AGENT))
    assert made.tasks[0].parent_task_id == remote.tasks[0].id


@pytest.mark.parametrize("all_spans", [False, True])
def test_spans_that_are_each_others_parents_still_make_a_tree(all_spans: bool) -> None:
    ring = [span(1, 3, attributes=AGENT), span(2, 1), span(3, 2, attributes=TOOL)]
    below = [span(4, 3, attributes=TOOL), span(5, 5, attributes=AGENT)]
    made = found(*ring, *below, all_spans=all_spans)
    assert len(made.tree()) == len(made.tasks)
    assert sorted(task.parent_task_id is None for task in made.tasks).count(True) == 2
    orders = [random.Random(seed).sample([*ring, *below], 5) for seed in range(9)]
    assert all(found(*order, all_spans=all_spans).tasks == made.tasks for order in orders)


def test_a_chain_of_any_length() -> None:
    count = 5_000
    spans = [span(1, attributes=AGENT)]
    spans += [span(number, number - 1) for number in range(2, count)]
    spans.append(span(count, count - 1, attributes=TOOL))
    assert names(*spans) == [(0, "planner"), (1, "tool:search")]
    assert max(level for level, _ in names(*spans[:300], all_spans=True)) == 299


def nested_call(**inner: Any) -> list[dict[str, Any]]:
    tokens = {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 4}
    prompts = {
        "gen_ai.prompt.0.role": "system",
        "gen_ai.prompt.0.content": "be brief",
        "gen_ai.prompt.1.role": "user",
        "gen_ai.prompt.1.content": "why?",
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": "because",
    }
    return [
        span(1, attributes=AGENT),
        span(2, 1, name="call_llm", attributes={"gen_ai.request.model": "m-1", **tokens}),
        span(3, 2, name="chat m-1", attributes={**CALL, **tokens}),
        span(4, 3, name="openai.chat", attributes={**CALL, **tokens, **prompts, **inner}),
        span(5, 3, attributes=TOOL),
    ]


def test_a_call_that_is_told_three_times_is_one_task() -> None:
    made = found(*nested_call())
    assert [row[:2] for row in made.tree()] == [(0, "planner"), (1, "m-1"), (2, "tool:search")]
    assert made.sums() == (3, {"the same call of a model, told within it": 2}, {})
    call = made.tasks[1]
    assert json.loads(call.input or "") == {
        "messages": [{"role": "user", "content": "why?"}],
        "system": "be brief",
    }
    assert json.loads(call.output or "") == [{"role": "assistant", "content": "because"}]
    metadata = metadata_of(call)
    assert metadata["usage"] == {"input_tokens": 10, "output_tokens": 4}
    assert [each["name"] for each in metadata["told_again"]] == ["chat m-1", "openai.chat"]
    reported = UsagePaths().read(call.metadata, call.agent_id)
    assert reported is not None
    assert (reported.usage.input, reported.usage.output) == (10, 4)


def test_what_an_inner_telling_says_otherwise_is_kept() -> None:
    mine = {"input.value": "inner in", "gen_ai.usage.input_tokens": 77}
    made = found(*nested_call(**mine))
    [_, inner] = metadata_of(made.tasks[1])["told_again"]
    assert inner["attributes"]["gen_ai.usage.input_tokens"] == 77
    reported = UsagePaths().read(made.tasks[1].metadata, made.tasks[1].agent_id)
    assert reported is not None
    assert reported.usage.input == 10, "the call itself counts once"
    whole = json.dumps(made.tasks[1].to_line())
    assert "inner in" in whole


def test_a_call_may_be_told_thousands_of_times() -> None:
    """What was told within was once copied at each level: gigabytes for some ten thousand."""
    spans = {
        ident(number): Span(
            TRACE, ident(number), ident(number - 1), "chat", start=number, attributes=CALL
        )
        for number in range(1, 9_001)
    }
    tracemalloc.start()
    forest = forest_of(spans, all_spans=False)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [len(node.same) for node in forest.nodes] == [8_999]
    assert peak < 40 << 20


def test_events_of_a_span_that_is_told_twice_are_all_there() -> None:
    def event(name: str, second: int) -> dict[str, Any]:
        return {"name": name, "timeUnixNano": str(second)}

    said = {"events": [event("a", 1), event("b", 2)], "status": {"message": "m"}}
    early = span(1, attributes=AGENT, end=None, **said)
    late = span(1, attributes=AGENT, events=[event("b", 2), event("c", 3)])
    for order in ((early, late), (late, early)):
        metadata = metadata_of(found(*order).tasks[0])
        assert [each["name"] for each in metadata["events"]] == ["a", "b", "c"]
        assert metadata["message"] == "m"


def test_calls_of_two_models_are_two_tasks() -> None:
    made = found(*nested_call(**{"gen_ai.request.model": "m-2"}))
    assert [row[1] for row in made.tree()] == ["planner", "m-1", "m-2", "tool:search"]


def test_two_calls_within_one_are_told_by_themselves() -> None:
    spans = [*nested_call(), span(6, 2, attributes=CALL)]
    assert [row[:2] for row in found(*spans).tree()] == [
        (0, "planner"),
        (1, "m-1"),
        (2, "m-1"),
        (3, "tool:search"),
        (2, "m-1"),
    ]


def test_an_agent_without_payloads_has_those_of_its_calls() -> None:
    def call(number: int, parent: int, asks: str, says: str) -> dict[str, Any]:
        messages = [{"role": "system", "content": "s"}, {"role": "user", "content": asks}]
        said = {"gen_ai.input.messages": json.dumps(messages)}
        answer = [{"role": "assistant", "parts": [{"type": "text", "content": says}]}]
        return span(
            number,
            parent,
            attributes={**CALL, **said, "gen_ai.output.messages": json.dumps(answer)},
        )

    made = found(
        span(1, attributes=AGENT),
        call(2, 1, "first question", "first answer"),
        span(3, 1, attributes={**AGENT, "gen_ai.agent.name": "helper"}),
        call(4, 3, "helper's question", "helper's answer"),
        call(5, 1, "first question", "last answer"),
        call(6, 3, "helper's question", "helper's last answer"),
    )
    payloads = {task.agent_id: (task.input, task.output) for task in made.tasks}
    assert payloads["planner"] == ('"first question"', '"last answer"')
    assert payloads["helper"] == ('"helper\'s question"', '"helper\'s last answer"')
    planner = metadata_of(made.tasks[0])
    assert (planner["input_from"], planner["output_from"]) == (ident(2), ident(5))
    assert made.conversations[0].title == "first question"
    outer = found(
        span(9, attributes=AGENT), *[{**span(1, 9, attributes=AGENT)}], call(2, 1, "q", "a")
    )
    assert {
        (task.input, task.output) for task in outer.tasks if "input_from" in (task.metadata or "")
    } == {('"q"', '"a"')}


def test_an_agent_that_runs_has_answered_nothing_yet() -> None:
    spans = nested_call()
    del spans[0]["endTimeUnixNano"]
    made = found(*spans)
    planner = made.tasks[0]
    assert (planner.status, planner.completed_at, planner.output) == ("running", None, None)
    assert planner.input == '"why?"'


def test_a_span_seen_running_and_later_ended_is_one_task_in_any_order() -> None:
    runs, ends = span(1, attributes=AGENT, end=None), span(1, attributes={"more": "x", **TOOL})
    orders = [(runs, ends), (ends, runs), (runs, ends, runs, ends)]
    results = [
        Found(OtlpReader(), *(data_of(request([each])) for each in order)) for order in orders
    ]
    assert [[task.status for task in each.tasks] for each in results] == [["completed"]] * 3
    assert results[0].tasks == results[1].tasks == results[2].tasks
    assert results[0].sums() == (1, {"another telling of the same span": 1}, {})
    assert metadata_of(results[0].tasks[0])["attributes"]["gen_ai.agent.name"] == "planner"


def test_the_conversation_is_what_most_spans_say() -> None:
    def talk(number: int, **said: str) -> dict[str, Any]:
        return span(
            number, attributes={**AGENT, **{k.replace("_", "."): v for k, v in said.items()}}
        )

    made = found(
        talk(1, session_id="one", user_id="ann"),
        talk(2, session_id="two"),
        span(3, attributes={"gen_ai.conversation.id": "two", "session.id": "one"}),
        talk(4),
    )
    other = found(
        span(1, trace="ab" * 16, attributes={**AGENT, "gcp.vertex.agent.session_id": "two"})
    )
    assert made.conversations[0].id == other.conversations[0].id
    assert made.conversations[0].user_id == "ann"
    assert other.conversations[0].user_id == "app"
    assert json.loads(made.conversations[0].metadata or "") == {
        "source": "otlp",
        "session_id": "two",
    }
    uuid = "0190a1f0-0000-7000-8000-000000000001"
    assert str(found(talk(1, session_id=uuid)).conversations[0].id) == uuid
    assert found(talk(1)).conversations[0].id.hex == TRACE


def test_clocks_that_disagree_are_said_to() -> None:
    made = found(span(5, attributes=AGENT, end=START + 3 * SECOND))
    task = made.tasks[0]
    assert task.started_at == task.completed_at == "2023-11-14T22:13:25.000000+00:00"
    assert metadata_of(task)["clock"] == "it ended 2.000000 s before it began"


def test_a_span_without_any_time_is_kept() -> None:
    bare = {"traceId": TRACE, "spanId": ident(1), "name": "bare"}
    [task] = found(bare).tasks
    assert (task.status, task.created_at, task.updated_at) == ("running", None, None)


def test_metadata_has_what_is_shown_nowhere_else() -> None:
    made = found(
        span(
            1,
            attributes={
                **AGENT,
                "input.value": "hi",
                "custom": [1, {"a": True}],
                "llm.tools.0.name": "t",
                "told": '["x"]',
            },
            events=[{"name": "checkpoint", "timeUnixNano": str(START), "attributes": []}],
            links=[{"traceId": TRACE, "spanId": ident(9)}],
        )
    )
    assert made.tasks[0].input == '"hi"'
    assert metadata_of(made.tasks[0]) == {
        "kind": "agent",
        "name": "step",
        "service": "app",
        "library": "library",
        "side": "internal",
        "trace_id": TRACE,
        "span_id": ident(1),
        "links": [f"{TRACE} {ident(9)}"],
        "events": [{"name": "checkpoint", "time": "2023-11-14T22:13:20.000000+00:00"}],
        "attributes": {
            **AGENT,
            "custom": [1, {"a": True}],
            "told": ["x"],
            "llm.tools": [{"name": "t"}],
        },
    }


def test_long_and_odd_names_fit_their_columns() -> None:
    name = "a\0b \ud800\n" + "x" * 400
    made = found(span(1, attributes={**AGENT, "gen_ai.agent.name": name, "user.id": name}))
    agent, user = made.tasks[0].agent_id, made.conversations[0].user_id
    assert agent == user == "a␀b \ufffd " + "x" * 248 + "…"
    assert len(agent) == 255
