"""Whatever a filter asks for, each engine gives exactly the rows that plain Python gives."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from support.arena import NOW, Arena
from support.databases import DatabaseMaker, engine_labels
from support.engines import marks_of
from support.examples import examples
from support.postgres import server_labels
from support.strategies import (
    IDS,
    USERS,
    conversation_filters,
    instants,
    task_facts,
    task_terms,
    texts,
)
from support.walking import walk_backwards, walk_forwards
from taskview_core.entities import ConversationRow, TaskRow
from taskview_core.query.evaluate import (
    ConversationFacts,
    TaskFacts,
    conversation_matches,
    task_matches,
)
from taskview_core.query.matching import texts_of_json
from taskview_core.query.page import Page, PageRequest
from taskview_core.query.sort import CONVERSATION_SORT_KEYS, TASK_SORT_KEYS, Sort
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import (
    DurationTerm,
    MetadataTerm,
    Moment,
    Pattern,
    TaskTerm,
    TextField,
    TextTerm,
    TimeKey,
    TimeTerm,
    ValueKey,
    ValueTerm,
)

_JSONB = "-jsonb"
ARENAS = [*engine_labels(), f"{server_labels()[0]}{_JSONB}"]

some_examples = settings(
    examples(50),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    ],
)


@pytest.fixture(
    scope="module", params=[pytest.param(label, marks=marks_of(label)) for label in ARENAS]
)
def arena(request: pytest.FixtureRequest, databases: DatabaseMaker) -> Iterator[Arena]:
    label = request.param.removesuffix(_JSONB)
    url = databases.empty(label)
    arena = Arena(url, label, binary_json=request.param != label)
    yield arena
    arena.close()
    databases.drop(url)


_AS_TYPED: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "upper": str.upper,
    "lower": str.lower,
    "title": str.title,
    "swapped": str.swapcase,
    "composed": lambda text: unicodedata.normalize("NFC", text),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "compatible": lambda text: unicodedata.normalize("NFKC", text),
}


def _texts_in(task: TaskFacts) -> list[str]:
    found = [
        text for stored in (task.input, task.output) if stored for text in texts_of_json(stored)
    ]
    return [text for text in (*found, task.error) if text]


@st.composite
def related_terms(draw: st.DrawFn, tasks: list[TaskFacts]) -> TaskTerm:
    """Terms about what is in these tasks, so that many of them find something."""
    task = draw(st.sampled_from(tasks))
    denied = draw(st.booleans())
    kind = draw(st.sampled_from(["text", "text", "text", "time", "duration", "value", "metadata"]))
    if kind == "text" and _texts_in(task):
        text = draw(st.sampled_from(_texts_in(task)))
        begin = draw(st.integers(0, len(text) - 1))
        part = text[begin : begin + draw(st.integers(1, 12))]
        typed = _AS_TYPED[draw(st.sampled_from(sorted(_AS_TYPED)))](part)
        if typed and not any("\ud800" <= each <= "\udfff" for each in typed):
            return TextTerm(typed, draw(st.sampled_from(TextField)), denied)
    if kind == "duration" and task.started_at and task.completed_at:
        length = task.completed_at - task.started_at
        return DurationTerm(length, draw(st.booleans()), length, draw(st.booleans()), denied)
    if kind == "metadata" and task.metadata:
        word = draw(st.sampled_from(list(texts_of_json(task.metadata)) or ["x"]))
        path = tuple(
            draw(st.lists(st.sampled_from(["a", "b", "a.b", "0", "kind"]), min_size=1, max_size=2))
        )
        return MetadataTerm(path, Pattern(word[:5], prefix=True), denied)
    if kind == "time" and task.created_at:
        point = Moment(task.created_at)
        return TimeTerm(TimeKey.CREATED, point, draw(st.booleans()), denied=denied)
    agent = task.agent_id or ""
    prefix = draw(st.booleans())
    shown = agent[: draw(st.integers(0, len(agent)))] if prefix else agent
    return ValueTerm(ValueKey.AGENT, (Pattern(shown, prefix),), denied)


@st.composite
def conversations(draw: st.DrawFn) -> list[ConversationFacts]:
    times = st.one_of(st.none(), instants())
    return [
        ConversationFacts(
            id=ident,
            user_id=draw(st.sampled_from((None, *USERS))),
            title=draw(st.one_of(st.none(), st.just(""), texts(storable=True))),
            created_at=draw(times),
            updated_at=draw(times),
        )
        for ident in draw(st.lists(st.sampled_from(IDS), unique=True))
    ]


def _ask(arena: Arena, task_filter: TaskFilter, size: int, sort: Sort) -> list[Any]:
    async def search(request: PageRequest) -> Page[TaskRow]:
        return await arena.browser.search_tasks(task_filter, request)

    forwards = arena.run(walk_forwards(search, PageRequest(size, sort)))
    backwards = arena.run(walk_backwards(search, PageRequest(size, sort)))
    assert backwards.rows == forwards.rows
    return [row.id for row in forwards.rows]


@some_examples
@given(data=st.data())
def test_tasks_are_those_of_plain_python(arena: Arena, data: st.DataObject) -> None:
    drawn = data.draw(st.lists(task_facts(storable=True), min_size=1, max_size=7), "tasks")
    tasks = arena.fill(drawn, data.draw(conversations(), "conversations"))
    for _ in range(3):
        terms = data.draw(
            st.lists(
                st.one_of(related_terms(tasks), task_terms(storable=True)), min_size=1, max_size=3
            )
        )
        task_filter = TaskFilter(tuple(terms))
        expected = {task.id for task in tasks if task_matches(task_filter, task, NOW)}
        event(f"{len(expected) > 0} of {type(terms[0]).__name__}")
        sort = Sort(data.draw(st.sampled_from(TASK_SORT_KEYS)), data.draw(st.booleans()))
        found = _ask(arena, task_filter, data.draw(st.integers(1, 8)), sort)
        assert len(found) == len(set(found))
        assert set(found) == expected
        count = arena.run(arena.browser.count_tasks(task_filter))
        assert (count.value, count.exact) == (len(expected), True)


@some_examples
@given(data=st.data())
def test_facets_count_the_rows_of_the_filter(arena: Arena, data: st.DataObject) -> None:
    drawn = data.draw(st.lists(task_facts(storable=True), min_size=1, max_size=9), "tasks")
    tasks = arena.fill(drawn, data.draw(conversations(), "conversations"))
    terms = data.draw(
        st.lists(st.one_of(related_terms(tasks), task_terms(storable=True)), max_size=2)
    )
    task_filter = TaskFilter(tuple(terms))
    facets = arena.run(arena.browser.facets(task_filter))
    matching = [task for task in tasks if task_matches(task_filter, task, NOW)]
    assert facets.complete
    for values, name in ((facets.statuses, "status"), (facets.agents, "agent_id")):
        found = {each.value: each.count.value for each in values}
        assert len(found) == len(values)
        expected = Counter(getattr(task, name) for task in matching)
        expected.pop(None, None)
        found.pop("", None)
        expected.pop("", None)  # an engine may show NULL and nothing as one
        assert found == expected


@some_examples
@given(data=st.data())
def test_conversations_are_those_of_plain_python(arena: Arena, data: st.DataObject) -> None:
    drawn = data.draw(conversations(), "conversations")
    tasks = arena.fill(data.draw(st.lists(task_facts(storable=True), max_size=5), "tasks"), drawn)
    chosen = data.draw(conversation_filters(storable=True, most=2))
    expected = {each.id for each in drawn if conversation_matches(chosen, each, NOW)}
    sort = Sort(data.draw(st.sampled_from(CONVERSATION_SORT_KEYS)), data.draw(st.booleans()))

    async def search(request: PageRequest) -> Page[ConversationRow]:
        return await arena.browser.search_conversations(chosen, request)

    size = data.draw(st.integers(1, 5))
    forwards = arena.run(walk_forwards(search, PageRequest(size, sort)))
    backwards = arena.run(walk_backwards(search, PageRequest(size, sort)))
    assert backwards.rows == forwards.rows
    assert len(forwards.rows) == len({row.id for row in forwards.rows})
    assert {row.id for row in forwards.rows} == expected
    assert arena.run(arena.browser.count_conversations(chosen)).value == len(expected)
    for row in forwards.rows:
        inside = [task for task in tasks if task.conversation_id == row.id]
        assert row.tasks.value == len(inside)
        assert row.failed.value == sum(task.status == "failed" for task in inside)


NEEDLES = [
    "überprüfung",
    "U\u0308BERPRÜFUNG",
    "\u212aelvin",
    "kelvin",
    "İstanbul",
    "i\u0307stanbul",
    "istanbul",
    "ΟΔΟΣ",
    "οδος",
    "οδοσ",
    "straße",
    "STRASSE",
    "100%",
    "under_score",
    "back\\slash",
    'say "hi"',
    "two\nlines",
    "tab\there",
    "日本",
    "😀",
    "null",
    "42",
    "1.50",
    "/path",
    "é",
    "e\u0301",
    "\x7f",
]
HAYSTACK = [
    "Überprüfung der Straße",
    "U\u0308berpru\u0308fung",
    "\u212aelvin and kelvin",
    "İstanbul",
    "ΟΔΟΣ οδός οδος",
    "100% under_score back\\slash",
    'they say "hi"\ntwo\nlines\ttab\there',
    "日本語 😀",
    "/path/to/é e\u0301",
    "underXscore 1000 backslash",
    "DEL \x7f",
]


def _written(text: str) -> dict[str, str]:
    """Give a text as JSON, written in each way that there is."""
    plain = json.dumps({"t": text, "n": [42, 1.5]})
    letters = "".join(f"\\u{ord(c):04x}" for c in text if ord(c) < 65536)
    return {
        "escaped": plain,
        "raw": json.dumps({"t": text}, ensure_ascii=False),
        "escaped letters": f'{{"t": "{letters}"}}',
        "upper-case escapes": plain.replace("\\u00e", "\\u00E"),
    }


def test_words_that_are_hard_to_find(arena: Arena) -> None:
    """Each word against each text, in every field, as JSON that is written in different ways."""
    blank = TaskFacts(id=IDS[0], conversation_id=IDS[0], agent_id="a", status="b", created_at=NOW)
    tasks: list[TaskFacts] = []
    for text in HAYSTACK:
        values = [("error", text)]
        values += [
            (place, form) for form in _written(text).values() for place in ("input", "output")
        ]
        for place, value in values:
            ident = type(IDS[0])(int=1000 + len(tasks))
            tasks.append(replace(blank, id=ident, **{place: value}))
    tasks = arena.fill(tasks)
    for needle in NEEDLES:
        for where in TextField:
            for denied in (False, True):
                task_filter = TaskFilter((TextTerm(needle, where, denied),))
                page = arena.run(arena.browser.search_tasks(task_filter, PageRequest(200)))
                expected = {task.id for task in tasks if task_matches(task_filter, task, NOW)}
                assert {row.id for row in page.rows} == expected, (needle, where, denied)
                again = TaskFilter.parse(str(task_filter))
                assert again == task_filter


def test_the_examples_of_the_issue_do_find_something(arena: Arena) -> None:
    """The oracle and the engines might agree on nothing: so some answers are written out."""
    blank = TaskFacts(id=IDS[0], conversation_id=IDS[0], agent_id="a", status="b", created_at=NOW)
    arena.fill(
        [
            replace(blank, id=IDS[0], input='{"p": "\\u00dcberpr\\u00fcfung"}'),
            replace(blank, id=IDS[1], output='"ÜBERPRÜFUNG"', status="failed"),
            replace(blank, id=IDS[2], error="u\u0308berpru\u0308fung, 100% _sure_"),
            replace(blank, id=IDS[3], input='{"überprüfung": 12.50}', metadata='{"a": {"b": 7}}'),
            replace(blank, id=IDS[4], input='{"path": "C:\\\\tmp"}', agent_id="tool:bash"),
        ]
    )
    for text, numbers in {
        "überprüfung": [0, 1, 2, 3],
        "Überprüfung -error:überprüfung": [0, 1, 3],
        "output:überprüfung": [1],
        "100%": [2],
        "1%0": [],
        '"0% _"': [2],
        "12.50": [3],
        '"c:\\\\TMP"': [4],
        "metadata.a.b:7": [3],
        "-metadata.a.b:7": [0, 1, 2, 4],
        "agent:tool:*": [4],
        "status:failed,b -überprüfung": [4],
        "has:error": [2],
        "-has:error": [0, 1, 3, 4],
    }.items():
        page = arena.run(arena.browser.search_tasks(TaskFilter.parse(text), PageRequest(50)))
        assert sorted(IDS.index(row.id) for row in page.rows) == numbers, text  # type: ignore[arg-type]  # UUIDs
