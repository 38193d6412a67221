"""Tasks in partitions and on three servers: what is found are the rows that plain Python finds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from support.arena import Arena
from support.databases import DatabaseMaker
from support.oracle import check_conversations, check_facets, check_tasks
from support.postgres import server_labels
from support.spread import WAYS, make_partitioned, three_shards

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("spread filters")]

examples = settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    ],
)


@pytest.fixture(scope="module", params=WAYS)
def arena(request: pytest.FixtureRequest, databases: DatabaseMaker) -> Iterator[Arena]:
    label = server_labels()[0]
    if request.param == "shards":
        with three_shards(loose=True) as shards:
            arena = Arena(shards.url, label, made=True)
            yield arena
            arena.close()
        return
    url = databases.empty(label)
    make_partitioned(url, request.param, loose=True)
    arena = Arena(url, label, made=True)
    yield arena
    arena.close()
    databases.drop(url)


@examples
@given(data=st.data())
def test_tasks(arena: Arena, data: st.DataObject) -> None:
    check_tasks(arena, data)


@examples
@given(data=st.data())
def test_facets(arena: Arena, data: st.DataObject) -> None:
    check_facets(arena, data)


@examples
@given(data=st.data())
def test_conversations(arena: Arena, data: st.DataObject) -> None:
    check_conversations(arena, data)
