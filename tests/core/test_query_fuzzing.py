"""Whatever is typed as a filter, it is one or gets a sentence, and none of it becomes SQL."""

from __future__ import annotations

import pytest

from support.fuzzed_queries import Fuzz, check_all, known_words, long_texts, texts, words_of
from taskview_core.errors import FilterError
from taskview_core.query.parse import parse_conversation_terms, parse_task_terms

SEED = 20261127


def test_random_texts_are_filters_or_get_a_sentence() -> None:
    outcomes = check_all(texts(SEED, 500))
    assert outcomes["errors"] > 100
    assert outcomes["filters"] > 100
    assert outcomes["statements"] > 500


@pytest.mark.long
def test_many_random_texts_are_filters_or_get_a_sentence() -> None:
    assert check_all(texts(SEED + 1, 2_000))["statements"] > 2_000


@pytest.mark.long
def test_long_texts_are_read_in_time() -> None:
    """Were there a way to read them by squares, this would take hours."""
    fuzz = Fuzz()
    for text in long_texts(20_000):
        fuzz.read(text)


def test_text_in_a_statement_would_be_seen() -> None:
    assert words_of("SELECT id FROM tasks WHERE agent_id = 'evil' AND 1 = 3 -- x") - known_words()
    assert not words_of("SELECT tasks.id FROM tasks WHERE tasks.agent_id = ?") - known_words()


@pytest.mark.parametrize(
    "text", ["a " * 400, "agent:" + "a*," * 399 + "b", "-user:" + "x," * 399 + "y"]
)
def test_a_filter_asks_for_so_many_things_at_most(text: str) -> None:
    assert parse_task_terms(text)
    with pytest.raises(FilterError, match="more than 400 things") as caught:
        parse_task_terms(f"{text} more")
    assert caught.value.start == len(text.rstrip()) + 1 + (text[-1] == " ")
    with pytest.raises(FilterError, match="more than 400 things"):
        parse_conversation_terms("a " * 401)


def test_a_place_lies_in_the_text() -> None:
    with pytest.raises(FilterError) as caught:
        parse_task_terms('metadata."a".')
    assert caught.value.end <= len('metadata."a".')
