"""The inputs of a filter: views of one value, with what there is to choose from."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual import events

from support.filtered_list import AGENTS, filters, some_tasks
from support.screens import running
from taskview_core.entities import Count, Facets, FacetValue
from taskview_core.errors import QueryError
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import ValueKey
from taskview_tui.bars.choices import Choices
from taskview_tui.bars.filter_bar import FilterBar
from taskview_tui.bars.filter_model import IN_QUERY
from taskview_tui.bars.slots import Slot


async def test_the_inputs_are_views_of_one_filter() -> None:
    browser = some_tasks()
    async with running(browser) as run:
        await run.press("slash")
        await run.type("status:failed boom")
        await run.until(lambda: run.input_text(Slot.STATUS) == "failed")
        assert run.input_text(Slot.QUERY) == "status:failed boom"
        await run.press("enter")
        await run.until(lambda: len(run.previews) == 10, "the failed ones")
        assert run.input_text(Slot.QUERY) == "status:failed boom", "what was typed stays there"
        assert run.input_text(Slot.STATUS) == "failed"
        await run.press("slash")
        await run.type(" -agent:planner")
        await run.until(lambda: run.input_text(Slot.AGENT) == IN_QUERY)
        assert run.tasks.bar._input(Slot.AGENT).disabled
        wanted = set(TaskFilter.parse("boom status:failed -agent:planner").terms)
        await run.until(lambda: set(run.tasks.ask.filter.terms) == wanted)


async def test_agent_status_and_since_narrow_the_list() -> None:
    browser = some_tasks()
    async with running(browser, size=(140, 40)) as run:
        await run.press("slash", "tab")
        await run.type("tool:*")
        await run.press("enter")
        await run.until(lambda: len(run.previews) == 20)
        await run.press("slash", "tab", "tab")
        await run.type("running,failed")
        await run.press("enter")
        await run.until(lambda: 0 < len(run.previews) < 20)
        await run.press("slash", "tab", "tab", "tab")
        await run.type("2026-01-31T11:00:20Z")
        await run.press("enter")
        await run.settled()
        assert str(run.tasks.ask.filter) == (
            "agent:tool:* status:running,failed since:2026-01-31T11:00:20Z"
        )


async def test_facets_are_offered_with_their_counts_and_tab_completes() -> None:
    browser = some_tasks()
    async with running(browser) as run:
        await run.press("slash", "tab")
        choices = run.one(Choices)
        await run.until(lambda: choices.values == AGENTS or len(choices.values) == 3)
        await run.until(lambda: "10" in str(choices.render()))
        await run.type("pl")
        assert choices.values == ("planner",)
        assert run.fault.startswith("pl… could be planner")
        assert len(run.previews) == 30
        await run.press("tab")
        assert run.input_text(Slot.AGENT) == "planner"
        assert run.fault == ""
        await run.until(lambda: len(run.previews) == 10)
        assert not choices.display


@pytest.mark.usefixtures("slow_keys")
async def test_facets_are_counted_under_the_rest_of_the_filter() -> None:
    browser = some_tasks()
    async with running(browser) as run:
        await run.press("slash")
        await run.type("apple")
        await run.until(lambda: filters(browser)[-1] == "apple")
        await run.type(" status:")
        choices = run.one(Choices)
        await run.until(lambda: len(choices.values) >= 3 and "…" not in str(choices.render()))
        assert str(browser.named("facets")[-1]) == "apple"
        await run.type("failed")
        await run.settled()
        await run.press("comma")
        await run.until(lambda: str(browser.named("facets")[-1]) == "apple")


async def test_a_key_that_was_searched_for_as_a_word_counts_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("taskview_tui.bars.filter_bar.KEY_DEBOUNCE", 0.01)
    browser = some_tasks()
    async with running(browser) as run:
        await run.press("slash")
        await run.type("apple agent")
        await run.until(lambda: filters(browser)[-1] == "apple agent")
        await run.type(":pl")
        await run.until(lambda: str(browser.named("facets")[-1]) == "apple")
        choices = run.one(Choices)
        await run.until(lambda: "…" not in str(choices.render()))
        assert choices.values == ("planner",)


async def test_down_enters_the_list_and_esc_closes_it_before_it_leaves() -> None:
    async with running(some_tasks()) as run:
        await run.press("slash", "tab", "tab")
        choices = run.one(Choices)
        await run.until(lambda: len(choices.values) >= 3)
        await run.press("down", "down")
        highlighted = choices.highlighted
        assert highlighted == choices.values[1]
        await run.press("escape")
        assert not choices.display
        assert run.app.focused is run.tasks.bar._input(Slot.STATUS)
        await run.press("down", "down", "enter")
        assert run.input_text(Slot.STATUS) == highlighted
        await run.press("escape")
        assert run.app.focused is run.tasks.table


async def test_esc_leaves_at_once_where_the_list_was_not_entered() -> None:
    async with running(some_tasks()) as run:
        await run.press("slash", "tab")
        choices = run.one(Choices)
        await run.until(lambda: choices.display)
        await run.press("escape")
        assert run.app.focused is run.tasks.table
        assert not choices.display


async def test_right_accepts_what_is_shown_behind_the_cursor() -> None:
    async with running(some_tasks()) as run:
        await run.press("slash", "tab")
        await run.until(lambda: run.one(Choices).display)
        await run.type("tool:g")
        box = run.tasks.bar._input(Slot.AGENT)
        await run.until(lambda: box._suggestion == "tool:grep")
        await run.press("right")
        await run.until(lambda: run.input_text(Slot.AGENT) == "tool:grep")


async def test_facets_are_offered_as_they_are_counted() -> None:
    browser = some_tasks()
    gate = browser.hold("facets")
    async with running(browser) as run:
        await run.press("slash", "tab")
        await run.until(lambda: len(browser.named("facets")) == 1)
        some = FacetValue("planner", Count(3, exact=False))
        browser.tell_facets(Facets((), (some,), complete=False))
        await run.until(lambda: "3+" in str(run.one(Choices).render()))
        await run.press("down", "escape")
        assert not run.one(Choices).display
        browser.tell_facets(Facets((), (some,), complete=False))
        await run.pilot.pause()
        assert not run.one(Choices).display, "what was closed stays closed"
        await run.press("down")
        gate.set()
        await run.until(lambda: "10" in str(run.one(Choices).render()))
        assert len(browser.named("facets")) == 1


async def test_facets_never_hold_up_a_page_and_their_failure_is_no_fault() -> None:
    browser = some_tasks()
    browser.hold("facets")
    async with running(browser) as run:
        await run.press("slash", "tab")
        await run.type("planner")
        await run.press("enter")
        await run.until(lambda: len(run.previews) == 10)
        del browser.gates["facets"]
        browser.failures["facets"] = QueryError("facets failed")
        await run.press("slash", "tab")
        await run.until(lambda: len(browser.named("facets")) >= 2)
        await run.pilot.pause(0.05)
        assert run.banner == ""


async def test_the_terminal_losing_the_focus_rewrites_nothing() -> None:
    async with running(some_tasks()) as run:
        await run.press("slash")
        await run.type("status:failed boom")
        run.app.post_message(events.AppBlur())
        await run.pilot.pause(0.05)
        run.app.post_message(events.AppFocus())
        await run.pilot.pause(0.05)
        assert run.input_text(Slot.QUERY) == "status:failed boom"


async def test_facets_wanted_name_the_column() -> None:
    wanted: list[ValueKey] = []
    async with running(some_tasks()) as run:
        original = run.tasks.bar.post_message

        def record(message: Any) -> bool:
            if isinstance(message, FilterBar.FacetsWanted):
                wanted.append(message.key)
            return original(message)

        run.tasks.bar.post_message = record  # type: ignore[method-assign]  # watched only
        await run.press("slash", "tab")
        await run.until(lambda: ValueKey.AGENT in wanted)
        await asyncio.sleep(0)
