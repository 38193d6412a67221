"""What tasks used: where metadata says so, and how a tree of reports is added up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.trees import T, ident, place, preorder_of
from taskview_core.demo import generate
from taskview_core.entities import Covers, Reported, Usage, UsagePaths
from taskview_core.tree.usage import sum_usage


@pytest.mark.parametrize(
    ("metadata", "usage"),
    [
        (
            {"usage": {"input_tokens": 10, "output_tokens": 4, "cost_usd": 0.5}},
            Usage(14, 10, 4, None, 0.5),
        ),
        ({"usage": {"prompt_tokens": 10, "completion_tokens": 4}}, Usage(14, 10, 4)),
        (
            {
                "usage": {
                    "prompt_tokens": 10,
                    "completion_tokens": 4,
                    "total_tokens": 14,
                    "prompt_tokens_details": {"cached_tokens": 8},
                }
            },
            Usage(14, 10, 4, 8),
        ),
        (
            {
                "usage": {
                    "input_tokens": 10,
                    "output_tokens": 4,
                    "cache_read_input_tokens": 100,
                    "cache_creation_input_tokens": 1000,
                }
            },
            Usage(1114, 1110, 4, 100),
        ),
        ({"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 4}, Usage(14, 10, 4)),
        ({"gen_ai": {"usage": {"input_tokens": 10}}}, Usage(10, 10)),
        ({"gen_ai.usage": {"output_tokens": "4"}}, Usage(4, None, 4)),
        ({"gen_ai": {"usage.output_tokens": 4.0}}, Usage(4, None, 4)),
        ({"attributes": {"gen_ai.usage.input_tokens": 10}}, Usage(10, 10)),
        (
            {"llm.token_count.prompt": 10, "llm.token_count.completion": 4, "llm.cost.total": 1},
            Usage(14, 10, 4, None, 1.0),
        ),
        ({"llm": {"token_count": {"total": 14}}}, Usage(14)),
        ({"usage.total_tokens": 14}, Usage(14)),
        ({"usage": {"input_tokens": 10, "total_tokens": 14}}, Usage(14, 10)),
        ({"cost": 0}, Usage(cost=0.0)),
        ({"usage": {}}, None),
        ({"usage": None, "cost": None}, None),
        ({"usage": [1, 2]}, None),
        ({"usage": {"input_tokens": True, "output_tokens": -1, "cost": "much"}}, None),
        ({"usage": {"input_tokens": 10**40, "output_tokens": {"a": 1}}}, None),
        ({"tokens": "none of ours"}, None),
        (["usage"], None),
        ("usage", None),
        (7, None),
        (None, None),
    ],
)
def test_where_usage_is_said(metadata: Any, usage: Usage | None) -> None:
    found = UsagePaths().read(json.dumps(metadata), "agent")
    assert (None if found is None else found.usage) == usage


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "{",
        "{'usage': 1}",
        '{"usage": {"input_tokens": NaN}}',
        '{"cost": Infinity}',
        '{"cost": 1e999}',
        '{"usage": {"input_tokens": ' + "9" * 5000 + "}}",
        "[" * 100_000,
        "\udcff\udcfe",
        '{"usage": {"input_tokens": "\\ud800"}}',
    ],
)
def test_what_cannot_be_read_says_nothing(text: str | None) -> None:
    assert UsagePaths().read(text, "agent") is None


def test_of_two_ways_to_write_a_path_the_nested_counts() -> None:
    value = {"usage.output_tokens": 7, "usage": {"output_tokens": 5}}
    for metadata in (value, dict(reversed(value.items()))):
        found = UsagePaths().read(json.dumps(metadata), "agent")
        assert found is not None
        assert found.usage.output == 5


def test_own_paths_go_before_the_known_ones() -> None:
    paths = UsagePaths({"input": ("ours.in", "ours.other"), "cost": ("ours.cents",)})
    text = json.dumps({"usage": {"input_tokens": 1}, "ours": {"other": 3}, "ours.cents": 7})
    found = paths.read(text, "agent")
    assert found is not None
    assert (found.usage.input, found.usage.cost) == (3, 7.0)
    assert {"token", "cost", "ours", "other", "cents"} >= set(paths.hints)


@pytest.mark.parametrize(
    ("metadata", "agent", "covers"),
    [
        ({"kind": "llm"}, "x", Covers.CALL),
        ({"openinference.span.kind": "LLM"}, "x", Covers.CALL),
        ({"gen_ai": {"operation": {"name": "chat"}}}, "x", Covers.CALL),
        ({"kind": "agent"}, "x", Covers.BELOW),
        ({"kind": 3}, "x", Covers.BELOW),
        ({"kind": "CLIENT", "attributes": {"gen_ai.operation.name": "chat"}}, "x", Covers.CALL),
        ({"kind": 3, "gen_ai.operation.name": "chat"}, "x", Covers.CALL),
        ({"type": "span", "gen_ai.operation.name": "chat"}, "x", Covers.CALL),
        ({}, "team[1]", Covers.OWN),
        ({}, "team1", Covers.BELOW),
        ({}, "x", Covers.BELOW),
        ({}, "claude-code", Covers.OWN),
        ({"kind": "llm"}, "claude-code", Covers.CALL),
        ({}, "mine:one", Covers.OWN),
    ],
)
def test_what_a_report_covers(metadata: dict[str, Any], agent: str, covers: Covers) -> None:
    paths = UsagePaths(own_only=("claude-code", "mine:*", "team[1]"))
    found = paths.read(json.dumps({**metadata, "cost": 1}), agent)
    assert found is not None
    assert found.covers is covers


CALL, BELOW, OWN = Covers.CALL, Covers.BELOW, Covers.OWN


@pytest.mark.parametrize(
    ("lines", "whole"),
    [
        pytest.param([(0, None, 0), (1, None, 0)], {}, id="nobody says anything"),
        pytest.param([(0, CALL, 5)], {0: 5}, id="a call"),
        pytest.param(
            [(0, None, 0), (1, CALL, 5), (1, None, 0), (2, CALL, 3)],
            {0: 8, 1: 5, 2: 3, 3: 3},
            id="calls below tasks that say nothing are added",
        ),
        pytest.param(
            [(0, None, 0), (1, CALL, 5), (2, CALL, 5)],
            {0: 5, 1: 5, 2: 5},
            id="a call within its wrapper is the same call",
        ),
        pytest.param(
            [(0, BELOW, 5), (1, CALL, 5), (2, CALL, 5), (3, CALL, 5)],
            {0: 5, 1: 5, 2: 5, 3: 5},
            id="and so where it is told four times",
        ),
        pytest.param(
            [(0, BELOW, 8), (1, CALL, 5), (1, CALL, 3)],
            {0: 8, 1: 5, 2: 3},
            id="an agent that reports the sum of its calls is not added to them",
        ),
        pytest.param(
            [(0, BELOW, 8), (1, CALL, 5)],
            {0: 8, 1: 5},
            id="nor where a call of it was not recorded",
        ),
        pytest.param(
            [(0, BELOW, 4), (1, CALL, 5), (1, CALL, 3)],
            {0: 8, 1: 5, 2: 3},
            id="an agent that crashed before it had added up",
        ),
        pytest.param(
            [(0, BELOW, 9), (1, BELOW, 7), (2, BELOW, 4), (3, CALL, 4), (2, CALL, 3)],
            {0: 9, 1: 7, 2: 4, 3: 4, 4: 3},
            id="sums of sums",
        ),
        pytest.param(
            [(0, OWN, 9), (1, None, 0), (2, OWN, 4), (1, None, 0), (2, BELOW, 2)],
            {0: 15, 1: 4, 2: 4, 3: 2, 4: 2},
            id="an agent that reports its own calls alone is added to those below it",
        ),
        pytest.param(
            [(0, OWN, 9), (1, CALL, 5), (1, CALL, 4), (1, OWN, 2), (2, CALL, 2)],
            {0: 11, 1: 5, 2: 4, 3: 2, 4: 2},
            id="but not to its own calls",
        ),
        pytest.param(
            [(0, BELOW, 11), (1, OWN, 9), (2, OWN, 2)],
            {0: 11, 1: 11, 2: 2},
            id="one that adds up above such agents",
        ),
        pytest.param(
            [(0, CALL, 5), (0, CALL, 6)], {0: 5, 1: 6}, id="roots stand beside each other"
        ),
    ],
)
def test_the_rule(lines: Sequence[tuple[int, Covers | None, int]], whole: dict[int, int]) -> None:
    tree = preorder_of([T(depth) for depth, _, _ in lines])
    reported = {
        ident(number): Reported(Usage(tokens, output=tokens), covers)
        for number, (_, covers, tokens) in enumerate(lines)
        if covers is not None
    }
    found = sum_usage(tree, reported)
    by_line = {place(tree, number): found.get(row.id) for number, row in enumerate(tree.rows)}
    assert {at: used.whole.tokens for at, used in by_line.items() if used is not None} == whole
    for at, (_, covers, tokens) in enumerate(lines):
        used = by_line[at]
        own = None if used is None or used.own is None else used.own.tokens
        assert own == (None if covers is None else tokens)


def test_what_only_one_of_two_reports_says_is_kept() -> None:
    tree = preorder_of([T(0), T(1)])
    reported = {
        ident(0): Reported(Usage(14, 10, 4), BELOW),
        ident(1): Reported(Usage(1014, 1010, 4, cost=0.5), CALL),
    }
    # The outputs are the same: one call. That it is larger inside is a matter of what was cached.
    assert sum_usage(tree, reported)[ident(0)].whole == Usage(14, 10, 4, None, 0.5)


@given(st.data())
def test_no_call_is_counted_twice(data: st.DataObject) -> None:
    """Each agent adds up all below it, some of it, or says nothing; calls may be wrapped."""
    depths = [0]
    for _ in range(data.draw(st.integers(0, 25))):
        depths.append(data.draw(st.integers(1, depths[-1] + 1)))
    tree = preorder_of([T(depth) for depth in depths])
    true = [data.draw(st.integers(0, 50)) for _ in depths]
    sums = list(true)
    for number in range(len(tree) - 1, 0, -1):
        sums[tree.parents[number]] += sums[number]
    reported: dict[Any, Reported] = {}
    for number, row in enumerate(tree.rows):
        leaf = tree.ends[number] == number + 1
        says = data.draw(st.sampled_from(["all", "some", "nothing"]))
        if leaf or says == "all":
            reported[row.id] = Reported(Usage(sums[number], output=sums[number]), BELOW)
        elif says == "some":
            part = data.draw(st.integers(0, sums[number]))
            reported[row.id] = Reported(Usage(part, output=part), BELOW)
    found = sum_usage(tree, reported)
    for number, row in enumerate(tree.rows):
        counted = found[row.id].whole.tokens if row.id in found else 0
        assert (counted or 0) <= sums[number]
        if row.id in reported and reported[row.id].usage.tokens == sums[number]:
            assert counted == sums[number]


def test_a_tree_2000_levels_deep_is_added_up() -> None:
    tree = preorder_of([T(depth) for depth in range(2_000)])
    found = sum_usage(tree, {ident(1_999): Reported(Usage(7), CALL)})
    assert len(found) == 2_000
    assert {used.whole.tokens for used in found.values()} == {7}


def test_the_demo_is_added_up_to_what_its_roots_say() -> None:
    paths, seen = UsagePaths(), 0
    for _, rows in generate(2_000):
        known = {row.id: paths.read(row.metadata, row.agent_id) for row in rows}
        lines, depth = [], {}
        for row in rows:
            depth[row.id] = depth[row.parent_task_id] + 1 if row.parent_task_id else 0
            lines.append(T(depth[row.id]))
        tree = preorder_of(lines)
        reported = {
            tree.rows[at].id: said
            for at, row in enumerate(rows)
            if (said := known[row.id]) is not None
        }
        found = sum_usage(tree, reported)
        top = known[rows[0].id]
        if top is not None:
            seen += 1
            assert found[tree.rows[0].id].whole == top.usage
    assert seen > 30
