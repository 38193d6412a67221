"""Rows are a function of the set of facts, and facts of what is told: not of how it came."""

from __future__ import annotations

import json
import random
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from support.traces import START, TRACE, Found, data_of, ident, mutated, request, span
from taskview_core.importing.facts import Fact, Skipped
from taskview_core.importing.formats import reader_of, readers
from taskview_core.importing.json_stream import JsonStream
from taskview_core.importing.openai_agents import OpenAiAgentsReader
from taskview_core.importing.otlp import OtlpReader, envelopes
from taskview_core.importing.reader import Head, Reader, Source
from taskview_core.importing.spans import SpanOptions

VALUES = st.sampled_from(
    [
        {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "a"},
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "m",
            "gen_ai.input.messages": "q",
        },
        {"gen_ai.operation.name": "chat", "gen_ai.output.messages": "r", "session.id": "s"},
        {"openinference.span.kind": "CHAIN", "user.id": "u", "error.type": "E"},
        {"gen_ai.tool.name": "t", "session.id": "z"},
        {},
    ]
)


@st.composite
def spans(draw: st.DrawFn) -> dict[str, Any]:
    number = draw(st.integers(1, 9))
    more: dict[str, Any] = {"attributes": draw(VALUES)}
    if draw(st.booleans()):
        more["end"] = draw(st.none() | st.integers(START, START + 10**10))
    if draw(st.booleans()):
        more["events"] = [{"name": draw(st.sampled_from(["exception", "gen_ai.choice", "x"]))}]
    return span(number, draw(st.none() | st.integers(1, 12)), **more)


LOGS = st.builds(
    lambda number, text: {"traceId": TRACE, "spanId": ident(number), "body": {"stringValue": text}},
    st.integers(1, 9),
    st.sampled_from(["a", "b", ""]),
)
LISTS = st.lists(spans(), max_size=14)


def logs_of(logs: list[Any]) -> dict[str, Any]:
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": logs}]}]}


@examples(40)
@given(LISTS, st.lists(LOGS, max_size=5), st.booleans(), st.randoms())
def test_rows_are_a_function_of_the_set_of_facts(
    told: list[Any], logs: list[Any], all_spans: bool, chance: random.Random
) -> None:
    reader = OtlpReader(SpanOptions(all_spans=all_spans))
    documents = [request([each]) for each in told] + [logs_of([each]) for each in logs]
    at_once = Found(reader, data_of(*documents))
    chance.shuffle(documents)
    again = documents + chance.sample(documents, len(documents) // 2)
    middle = chance.randrange(len(again) + 1)
    in_pieces = Found(reader, data_of(*again[:middle]), data_of(*again[middle:]))
    assert in_pieces.derived == at_once.derived
    facts = list(at_once.facts.get(TRACE, {}).values())
    chance.shuffle(facts)
    if facts:
        assert reader.derive(TRACE, facts) == at_once.derived[TRACE]


@examples(40)
@given(LISTS, st.randoms())
def test_a_part_of_the_spans_gives_tasks_that_the_whole_has(
    told: list[Any], chance: random.Random
) -> None:
    """What comes later changes rows, but neither doubles nor renames them."""
    reader = OtlpReader(SpanOptions(all_spans=True))
    part = Found(reader, data_of(request(chance.sample(told, len(told) // 2))))
    whole = Found(reader, data_of(request(told)))
    assert {task.id for task in part.tasks} <= {task.id for task in whole.tasks}
    assert len({task.id for task in whole.tasks}) == len(whole.tasks)
    assert len(whole.tree()) == len(whole.tasks)


@examples(30)
@given(LISTS, st.integers(1, 30))
def test_facts_do_not_depend_on_how_the_input_is_cut(told: list[Any], chunk: int) -> None:
    data = json.dumps(request(told), indent=1).encode() + data_of(request(told[:3]))
    whole = list(OtlpReader().facts(Source("in", BytesIO(data))))

    class Slow(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(chunk, size or chunk))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            envelopes, "JsonStream", lambda stream, line: JsonStream(stream, line=line, chunk=chunk)
        )
        assert list(OtlpReader().facts(Source("in", Slow(data)))) == whole


@examples(20)
@given(st.lists(st.text() | st.dictionaries(st.text(), st.text(), max_size=2), max_size=4))
def test_whatever_a_fact_holds_derive_does_not_raise(bodies: list[Any]) -> None:
    reader = OtlpReader()
    odd = [json.dumps(body) for body in bodies]
    odd += ["", "[", "[" * 100_000, "null", '{"span": 1}', '{"log": "x"}', '{"resource_of": ""}']
    odd += ['{"span": "a", "events": [1, {}], "links": {}, "attributes": [], "start": "x"}']
    odd += ['{"span": "b", "parent": "b", "start": -5, "end": 1e400, "name": {}}']
    odd += ['{"span": "c", "start": 99999999999999999999999, "end": 5, "attributes": {"a": NaN}}']
    facts = [Fact("scope", f"{number:03}", body) for number, body in enumerate(odd)]
    derived = reader.derive("scope", facts)
    assert derived.used + sum(derived.folded.values()) + sum(derived.skipped.values()) == len(facts)
    assert derived.skipped["nothing of a trace"] >= 5


def accounted(data: bytes, reader: Reader) -> tuple[int, int]:
    """Read and derive what may be damaged; give how many facts there are, and what was skipped."""
    found = Found(reader, data)
    return sum(len(facts) for facts in found.facts.values()), len(found.skipped)


@pytest.mark.parametrize("seed", range(40))
def test_damaged_inputs_are_read_as_far_as_they_go(seed: int) -> None:
    chance = random.Random(seed)
    told = [
        span(number, number // 2 or None, attributes={"input.value": "[1]"})
        for number in range(1, 9)
    ]
    clean = [data_of(request(told)), data_of(*(request([each]) for each in told))]
    clean.append(json.dumps(request(told), indent=2).encode())
    for data in clean:
        for reader in readers():
            facts, skipped = accounted(mutated(data, chance), reader)
            assert facts + skipped > 0 or isinstance(reader, OpenAiAgentsReader)


@pytest.mark.parametrize("seed", range(6))
def test_damaged_real_traces_are_read_as_far_as_they_go(real_data: Path, seed: int) -> None:
    chance = random.Random(seed)
    for path in sorted((real_data / "otel").glob("*.json")):
        data = path.read_bytes()
        reader = reader_of(Head(path.name, data[:65536], whole=False), readers())
        assert reader is not None
        for _ in range(6):
            facts, skipped = accounted(mutated(data, chance), reader)
            assert facts + skipped > 0


def test_a_skipped_record_names_no_payload() -> None:
    secret = "the secret of the payload"
    text = json.dumps(request([{**span(1), "name": secret, "traceId": secret}]))
    reasons = [
        each.reason
        for data in (text, text[:-3], text.replace(":", "", 40))
        for each in OtlpReader().facts(Source("in", BytesIO(data.encode())))
        if isinstance(each, Skipped)
    ]
    assert reasons
    assert not any("secret" in reason for reason in reasons)
