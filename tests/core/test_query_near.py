"""Which words before a colon are taken for a mistyped key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskview_core.query.keys import CONVERSATION_KEYS, TASK_KEYS
from taskview_core.query.near import distance, meant_key, meant_value


@pytest.mark.parametrize(
    ("one", "other", "away"),
    [
        ("status", "status", 0),
        ("statsu", "status", 1),
        ("tsatsu", "status", 2),
        ("stauts", "status", 1),
        ("sttus", "status", 1),
        ("statuss", "status", 1),
        ("stotus", "status", 1),
        ("", "abc", 3),
        ("ca", "abc", 3),
    ],
)
def test_distance(one: str, other: str, away: int) -> None:
    assert distance(one, other) == distance(other, one) == away


@given(st.sampled_from([key for key in TASK_KEYS if len(key) > 3]), st.data())
def test_every_single_typing_error_in_a_key_is_seen(key: str, data: st.DataObject) -> None:
    """Apart from those that give another key, or an ordinary word."""
    at = data.draw(st.integers(0, len(key) - 1))
    letter = data.draw(st.sampled_from("qzxj"))
    typed = data.draw(
        st.sampled_from(
            [
                key[:at] + letter + key[at:],
                key[:at] + letter + key[at + 1 :],
                key[:at] + key[at + 1 : at + 2] + key[at : at + 1] + key[at + 2 :],
            ]
        )
    )
    assert meant_key(typed, value_follows=True) == key


@pytest.mark.parametrize("name", ["si", "di", "hsa", "i", "", "idd", "iss"])
def test_keys_of_up_to_three_letters_have_no_near_misses(name: str) -> None:
    assert meant_key(name, value_follows=True) is None


@pytest.mark.parametrize(
    "name",
    ["use", "uses", "print", "percent", "date", "type", "name", "title", "https", "TypeError"],
)
def test_other_words_are_text_with_a_value_and_without(name: str) -> None:
    assert meant_key(name, value_follows=True) is None
    assert meant_key(name, value_follows=False) is None


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("state", "status"),
        ("errors", "error"),
        ("starts", "started"),
        ("updates", "updated"),
        ("Status", "status"),
        ("user_id", "user"),
        ("Metadata.x", "metadata.x"),
    ],
)
def test_words_akin_to_a_key_count_where_a_value_follows(name: str, key: str) -> None:
    assert meant_key(name, value_follows=True) == key
    assert meant_key(name, value_follows=False) is None


def test_only_the_keys_that_there_are_are_meant() -> None:
    assert meant_key("statsu", value_follows=True, keys=CONVERSATION_KEYS) is None
    assert meant_key("agent_id", value_follows=True, keys=CONVERSATION_KEYS) is None
    assert meant_key("updatd", value_follows=True, keys=CONVERSATION_KEYS) == "updated"
    assert meant_key("statsu.x", value_follows=True) is None


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("faild", "failed"),
        ("FAILED", "failed"),
        ("canceled", "cancelled"),
        ("failed", None),
        ("archived", None),
        ("x" * 100_000, None),
        ("", None),
    ],
)
def test_a_value_that_is_nearly_one_of_some(value: str, meant: str | None) -> None:
    known = ["pending", "running", "completed", "failed", "cancelled"]
    assert meant_value(value, known) == meant
