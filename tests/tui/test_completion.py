"""Which agents and statuses are offered for what is typed."""

from __future__ import annotations

import pytest

from taskview_core.entities import Count, FacetValue
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import Pattern, ValueKey, ValueTerm
from taskview_tui.bars.completion import Wanted, completed, ends_in_key, matching, wanted_at
from taskview_tui.bars.offers import Offers
from taskview_tui.bars.slots import Slot


@pytest.mark.parametrize(
    ("slot", "marked", "key", "beginning"),
    [
        (Slot.AGENT, "|", ValueKey.AGENT, ""),
        (Slot.AGENT, "pla|", ValueKey.AGENT, "pla"),
        (Slot.AGENT, "a,pl|a", ValueKey.AGENT, "pl"),
        (Slot.AGENT, "a, p|", ValueKey.AGENT, "p"),
        (Slot.STATUS, "fa|", ValueKey.STATUS, "fa"),
        (Slot.QUERY, "x status:fa|", ValueKey.STATUS, "fa"),
        (Slot.QUERY, "-agent:|", ValueKey.AGENT, ""),
        (Slot.QUERY, "agent:tool:ba| y", ValueKey.AGENT, "tool:ba"),
        (Slot.QUERY, "agent:a,b|", ValueKey.AGENT, "b"),
    ],
)
def test_a_value_is_found_at_the_cursor(
    slot: Slot, marked: str, key: ValueKey, beginning: str
) -> None:
    cursor = marked.index("|")
    wanted = wanted_at(slot, marked.replace("|", ""), cursor)
    assert wanted is not None
    assert (wanted.key, wanted.beginning) == (key, beginning)


@pytest.mark.parametrize(
    ("slot", "marked"),
    [
        (Slot.SINCE, "2h|"),
        (Slot.QUERY, "word|"),
        (Slot.QUERY, "status:failed |"),
        (Slot.QUERY, "stat|us:failed"),
        (Slot.QUERY, 'agent:"a b|'),
        (Slot.QUERY, "error:status:|"),
    ],
)
def test_elsewhere_nothing_is_offered(slot: Slot, marked: str) -> None:
    assert wanted_at(slot, marked.replace("|", ""), marked.index("|")) is None


@pytest.mark.parametrize(
    ("slot", "marked", "value", "result"),
    [
        (Slot.STATUS, "fa|", "failed", "failed|"),
        (Slot.AGENT, "a,pl|a,b", "planner", "a,planner|,b"),
        (Slot.QUERY, "x status:f| y", "failed", "x status:failed| y"),
        (Slot.QUERY, "agent:|", "two words", 'agent:"two words"|'),
        (Slot.QUERY, "agent:|", 'a"b\\', r'agent:"a\"b\\"|'),
    ],
)
def test_a_value_takes_the_place_of_its_beginning(
    slot: Slot, marked: str, value: str, result: str
) -> None:
    text, cursor = marked.replace("|", ""), marked.index("|")
    wanted = wanted_at(slot, text, cursor)
    assert wanted is not None
    whole, at = completed(slot, text, wanted, value)
    assert f"{whole[:at]}|{whole[at:]}" == result


@pytest.mark.parametrize(
    "value", ["plain", "two words", 'q"uote', "back\\slash", "a,b", "st*", "-x"]
)
def test_what_is_completed_in_the_query_means_the_value(value: str) -> None:
    wanted = wanted_at(Slot.QUERY, "agent:", 6)
    assert wanted is not None
    text, _ = completed(Slot.QUERY, "agent:", wanted, value)
    assert TaskFilter.parse(text).terms == (ValueTerm(ValueKey.AGENT, (Pattern(value),)),)


def test_values_that_begin_so_come_first() -> None:
    values = [FacetValue(name, Count(9)) for name in ("replan", "planner", "Plan", "critic")]
    wanted = Wanted(ValueKey.AGENT, "plan", 0, 4)
    assert [each.value for each in matching(wanted, values)] == ["planner", "Plan", "replan"]
    assert len(matching(Wanted(ValueKey.AGENT, "", 0, 0), values, limit=2)) == 2


@pytest.mark.parametrize("text", ["st", "x stat", "-agent", "x metadata"])
def test_a_word_may_be_on_its_way_to_a_key(text: str) -> None:
    assert ends_in_key(text)


@pytest.mark.parametrize("text", ["", "x", "apple", "status ", "status:", "xstatus"])
def test_other_words_are_not(text: str) -> None:
    assert not ends_in_key(text)


def test_where_not_all_was_looked_at_none_is_no_number() -> None:
    offers = Offers()
    wanted = Wanted(ValueKey.STATUS, "fail", 0, 4)
    base = TaskFilter()
    for complete, said in ((True, "0"), (False, "0+")):
        offers.take(ValueKey.STATUS, base, (), complete=complete)
        (failed,) = offers.offer(wanted, base).values
        assert (failed.value, str(failed.count)) == ("failed", said)
