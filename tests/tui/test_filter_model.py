"""What the four filter inputs show and make, without any screen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskview_core.errors import FilterError
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import Pattern, ValueKey, ValueTerm
from taskview_tui.bars.filter_model import IN_QUERY, FilterModel, read_slot
from taskview_tui.bars.slots import SLOTS, Slot

KNOWN = {
    ValueKey.STATUS: ["pending", "running", "completed", "failed", "cancelled"],
    ValueKey.AGENT: ["planner", "plan", "tool:grep"],
}


def shown(model: FilterModel) -> dict[str, str]:
    return {slot.value: model.held[slot].text for slot in SLOTS if model.held[slot].text}


def of(text: str) -> FilterModel:
    return FilterModel.of(TaskFilter.parse(text)).in_use()


@pytest.mark.parametrize(
    ("text", "inputs"),
    [
        ("", {}),
        ("word", {"query": "word"}),
        ("status:failed", {"status": "failed"}),
        ("status:failed,cancelled", {"status": "failed,cancelled"}),
        ("agent:tool:*", {"agent": "tool:*"}),
        ("agent:planner,tool:* x", {"query": "x", "agent": "planner,tool:*"}),
        ("since:2h", {"since": "2h"}),
        ("since:2026-01-31", {"since": "2026-01-31"}),
        ("since:2d until:1d", {"query": "until:1d", "since": "2d"}),
        ("-status:completed", {"query": "-status:completed", "status": IN_QUERY}),
        ("agent:a agent:b*", {"query": "agent:a agent:b*", "agent": IN_QUERY}),
        ("created:>2h", {"query": "created:>2h", "since": IN_QUERY}),
        ("since:1h created:<2h", {"query": "since:1h created:<2h", "since": IN_QUERY}),
        ('agent:"a,b"', {"query": 'agent:"a,b"', "agent": IN_QUERY}),
    ],
)
def test_each_input_shows_its_part(text: str, inputs: dict[str, str]) -> None:
    model = of(text)
    assert shown(model) == inputs
    assert set(model.filter.terms) == set(TaskFilter.parse(text).terms)
    for slot in SLOTS:
        assert model.held[slot].editable == (model.held[slot].text != IN_QUERY)


values = st.text(st.sampled_from('ab*,-" \\:%'), max_size=5)
agents = st.builds(Pattern, values, st.booleans())
statuses = st.builds(Pattern, values)  # of a status, no prefix can be asked for


def value_terms(
    key: ValueKey, patterns: st.SearchStrategy[Pattern]
) -> st.SearchStrategy[ValueTerm]:
    listed = st.lists(patterns, min_size=1, max_size=3).map(tuple)
    return st.builds(ValueTerm, st.just(key), listed, st.booleans())


any_term = value_terms(ValueKey.AGENT, agents) | value_terms(ValueKey.STATUS, statuses)


@given(st.lists(any_term, max_size=3))
def test_inputs_keep_every_term(terms: list[ValueTerm]) -> None:
    """Whatever an input claims to express reads back as the very terms it stands for."""
    model = FilterModel.of(TaskFilter(tuple(terms)))
    assert sorted(map(repr, model.filter.terms)) == sorted(map(repr, terms))
    for slot in (Slot.AGENT, Slot.STATUS):
        held = model.held[slot]
        if held.editable:
            assert read_slot(slot, held.text) == held.terms
        else:
            assert held.terms == ()


def test_typing_a_status_into_the_query_shows_it_in_the_other_input() -> None:
    model = FilterModel().entered(Slot.QUERY).typed(Slot.QUERY, "status:failed boom")
    assert shown(model) == {"query": "status:failed boom", "status": "failed"}
    assert str(model.filter) == "status:failed boom"
    assert shown(model.settled()) == shown(model), "it stays where it was typed"
    assert set(model.settled().filter.terms) == set(model.filter.terms)
    assert shown(model.entered(Slot.STATUS).settled()) == shown(model), "and if one looks in there"


@pytest.mark.parametrize(
    ("typed", "inputs"),
    [
        ("failed,cancelled", {"query": "boom", "status": "failed,cancelled"}),
        ("", {"query": "boom"}),
    ],
)
def test_typing_in_an_input_takes_over_what_the_query_says(
    typed: str, inputs: dict[str, str]
) -> None:
    model = FilterModel().entered(Slot.QUERY).typed(Slot.QUERY, "status:failed boom")
    model = model.entered(Slot.STATUS).typed(Slot.STATUS, typed)
    assert shown(model) == inputs
    assert shown(model.settled()) == inputs


def test_what_is_wrong_there_keeps_what_the_query_said_in_use() -> None:
    model = FilterModel().entered(Slot.QUERY).typed(Slot.QUERY, "status:failed boom").in_use()
    model = model.entered(Slot.STATUS).typed(Slot.STATUS, "failed,-x")
    assert model.fault is not None
    assert set(model.filter.terms) == set(TaskFilter.parse("status:failed boom").terms)


def test_typing_a_second_status_holds_both_terms() -> None:
    model = of("status:completed").entered(Slot.QUERY).typed(Slot.QUERY, "status:failed")
    assert str(model.filter) == "status:failed status:completed"
    assert model.held[Slot.STATUS].text == IN_QUERY
    assert not model.held[Slot.STATUS].editable
    assert shown(model.settled()) == {
        "query": "status:failed status:completed",
        "status": IN_QUERY,
    }


def test_the_edited_text_is_never_rewritten() -> None:
    model = FilterModel().entered(Slot.QUERY)
    for text in ("s", "status:failed", 'status:failed  "two  words"   '):
        model = model.typed(Slot.QUERY, text)
        assert model.held[Slot.QUERY].text == text


def test_a_fault_keeps_the_filter_that_is_in_use() -> None:
    model = FilterModel().entered(Slot.QUERY).typed(Slot.QUERY, "boom").in_use()
    model = model.typed(Slot.QUERY, "boom status")  # typed on before the list was asked again
    model = model.typed(Slot.QUERY, "boom status:")
    assert model.fault is not None
    assert model.fault[0] is Slot.QUERY
    assert model.fault[1].incomplete
    assert str(model.filter) == "boom"


def test_a_fault_stays_when_the_focus_leaves_and_nothing_is_rewritten() -> None:
    model = of("status:failed").entered(Slot.QUERY).typed(Slot.QUERY, "statsu:x")
    left = model.settled()
    assert shown(left) == {"query": "statsu:x", "status": "failed"}
    assert left.fault is not None
    assert left.editing is None
    assert str(left.filter) == "status:failed"


def test_a_status_that_a_faulty_query_holds_cannot_be_edited_elsewhere() -> None:
    model = FilterModel().entered(Slot.QUERY).typed(Slot.QUERY, "status:failed").in_use()
    model = model.typed(Slot.QUERY, "status:failed statsu:x").settled()
    assert model.held[Slot.STATUS].text == IN_QUERY
    assert not model.held[Slot.STATUS].editable


@pytest.mark.parametrize("text", ["fai", "completed,fai", "c"])
def test_the_beginning_of_a_known_status_is_incomplete(text: str) -> None:
    model = FilterModel().entered(Slot.STATUS).typed(Slot.STATUS, text, KNOWN)
    assert model.fault is not None
    assert model.fault[1].incomplete
    assert model.filter.terms == ()
    assert len(model.submitted().filter.terms) == 1


def test_the_beginning_of_a_known_value_is_incomplete_in_the_query_too() -> None:
    model = FilterModel().entered(Slot.QUERY).typed(Slot.QUERY, "x agent:pla", KNOWN)
    assert model.fault is not None
    fault = model.fault[1]
    assert (fault.start, fault.end) == (8, 11)
    assert "planner" in fault.title


@pytest.mark.parametrize(
    ("slot", "text", "mended", "place"),
    [
        (Slot.QUERY, "status:faild boom", "status:failed boom", (7, 12)),
        (Slot.QUERY, "-status:Failed", "-status:failed", (8, 14)),
        (Slot.STATUS, "failed,canceled", "failed,cancelled", (7, 15)),
    ],
)
def test_a_status_that_is_nearly_a_known_one_is_asked_about(
    slot: Slot, text: str, mended: str, place: tuple[int, int]
) -> None:
    model = FilterModel().entered(slot).typed(slot, text, KNOWN)
    assert model.fault is not None
    fault = model.fault[1]
    assert "did you mean" in fault.title
    assert (fault.start, fault.end) == place
    assert fault.incomplete
    assert fault.suggestion == mended
    assert model.submitted().fault is None
    assert model.typed(slot, mended, KNOWN).fault is None


def test_another_status_is_none_of_ours_to_doubt() -> None:
    for text in ("archived", "faild"):
        known = {ValueKey.STATUS: [*KNOWN[ValueKey.STATUS], "faild"]}
        model = FilterModel().entered(Slot.QUERY).typed(Slot.QUERY, f"status:{text}", known)
        assert model.fault is None


@pytest.mark.parametrize("text", ["plan", "nobody", "tool:*"])
def test_whole_unknown_and_prefix_values_count(text: str) -> None:
    model = FilterModel().entered(Slot.AGENT).typed(Slot.AGENT, text, KNOWN)
    assert model.fault is None
    assert len(model.filter.terms) == 1


@pytest.mark.parametrize(
    ("slot", "text", "start", "end"),
    [
        (Slot.AGENT, "a, -b", 3, 5),
        (Slot.STATUS, "-failed", 0, 7),
        (Slot.STATUS, "failed,can*", 7, 11),
        (Slot.SINCE, " yesterday", 1, 10),
        (Slot.SINCE, "2026-13-01", 0, 10),
    ],
)
def test_faults_name_their_place(slot: Slot, text: str, start: int, end: int) -> None:
    with pytest.raises(FilterError) as raised:
        read_slot(slot, text)
    assert (raised.value.start, raised.value.end) == (start, end)


def test_empty_items_of_a_list_are_nothing() -> None:
    assert read_slot(Slot.AGENT, " , ") == ()
    assert read_slot(Slot.AGENT, "a, ,b,") == (
        ValueTerm(ValueKey.AGENT, (Pattern("a"), Pattern("b"))),
    )


def test_is_empty_sees_what_is_typed_wrongly() -> None:
    assert FilterModel().is_empty
    assert not FilterModel().entered(Slot.QUERY).typed(Slot.QUERY, 'x"').is_empty
    assert not FilterModel().entered(Slot.QUERY).typed(Slot.QUERY, 'is:"').is_empty


@pytest.mark.parametrize(
    ("text", "start", "around"),
    [
        ("invoice agent:pl", 14, "invoice"),
        ("agent:pl,x invoice", 6, "invoice"),
        ("-agent:pl status:failed", 7, "status:failed"),
        ("duration:>x agent:pl", 18, "agent:kept"),  # The rest cannot be read.
    ],
)
def test_what_is_around_a_value_is_read_without_it(text: str, start: int, around: str) -> None:
    model = FilterModel.of(TaskFilter.parse("agent:kept"))
    end = start + 2
    found = model.around(Slot.QUERY, text, start, end)
    kept = "" if around == "agent:kept" else " agent:kept"
    assert str(found) == f"{around}{kept}"
