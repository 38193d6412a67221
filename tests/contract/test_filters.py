"""Whatever a filter asks for, each engine gives exactly the rows that plain Python gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from support.arena import NOW, Arena
from support.databases import DatabaseMaker, engine_labels
from support.engines import marks_of
from support.examples import examples
from support.oracle import check_conversations, check_facets, check_tasks
from support.postgres import server_labels
from support.strategies import IDS
from taskview_core.query.evaluate import TaskFacts, task_matches
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import TextField, TextTerm

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


@some_examples
@given(data=st.data())
def test_tasks_are_those_of_plain_python(arena: Arena, data: st.DataObject) -> None:
    check_tasks(arena, data)


@some_examples
@given(data=st.data())
def test_facets_count_the_rows_of_the_filter(arena: Arena, data: st.DataObject) -> None:
    check_facets(arena, data)


@some_examples
@given(data=st.data())
def test_conversations_are_those_of_plain_python(arena: Arena, data: st.DataObject) -> None:
    check_conversations(arena, data)


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
