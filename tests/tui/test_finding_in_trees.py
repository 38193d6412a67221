"""`/` in a tree: what is kept, going from match to match, and the whole tree back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from support.examples import examples
from support.fake_browser import FakeBrowser
from support.made_rows import conversation_id, make_conversation, make_task, task_id
from support.screens import Running, running
from taskview_core.query.terms import TextField
from taskview_core.tree.assemble import TaskTree
from taskview_core.tree.rows import TreeRows
from taskview_tui.bars.find_bar import FindBar
from taskview_tui.render import tree_find
from taskview_tui.render.task_outline import TaskOutline
from taskview_tui.render.tree_find import TreeFinder, TreeMatches
from taskview_tui.widgets import finding_tree
from taskview_tui.widgets.finding_tree import FindingTree


def forest(more: int = 0) -> FakeBrowser:
    """A root with two branches; the words to be found are in the third level."""
    tasks = [
        make_task(1, agent="root"),
        make_task(2, parent=1, agent="left"),
        make_task(3, parent=2, agent="search"),
        make_task(4, parent=2, agent="other"),
        make_task(5, parent=1, agent="right"),
        make_task(6, parent=5, agent="search", status="failed", error="Über the limit"),
        make_task(7, parent=6, agent="deep"),
        make_task(8, parent=1, agent="last"),
    ]
    tasks += [make_task(100 + n, parent=8, agent=f"filler{n}") for n in range(more)]
    return FakeBrowser(tasks, [make_conversation(1, title="Found")])


async def open_tree(run: Running, number: int = 1) -> FindingTree:
    await run.until(lambda: not run.tasks.is_busy)
    run.app.open_conversation(conversation_id(1), task_id(number))
    await run.until(lambda: isinstance(run.app.screen.focused, FindingTree))
    await run.settled()
    return run.one(FindingTree)


def agents(view: FindingTree) -> list[str]:
    rows = view._outline.rows
    return [rows[view._folding.line(line)].agent_id for line in range(view.line_count)]


async def test_matches_and_those_above_them_are_kept_while_typing() -> None:
    async with running(forest(), size=(100, 30)) as run:
        view = await open_tree(run)
        await run.press("slash")
        assert "agent, first 800 characters of the input, 400 of the error" in run.text()
        await run.type("sear")
        assert agents(view) == ["root", "left", "search", "right", "search"]
        assert view.selected is not None
        assert view.selected.id == task_id(3)
        assert "match 1 of 2" in run.text()
        await run.type(" status:failed")
        assert agents(view) == ["root", "right", "search"]
        await run.press("enter", "escape")
        assert len(agents(view)) == 8
        assert view.selected.id == task_id(6)


async def test_the_guides_do_not_lead_to_what_is_not_kept() -> None:
    async with running(forest(), size=(100, 30)) as run:
        await open_tree(run)
        await run.press("slash")
        await run.type("agent:left,right")
        assert any("└─▸ " in line and "right" in line for line in run.lines())
        await run.press("enter", "l")  # the children of a match can be had
        assert agents(run.one(FindingTree)) == ["root", "left", "search", "other", "right"]


async def test_n_finds_what_is_collapsed_and_goes_on_in_the_whole_tree() -> None:
    async with running(forest(), size=(100, 30)) as run:
        view = await open_tree(run)
        await run.press("slash")
        await run.type("search")
        await run.press("enter", "escape", "g", "O")
        assert agents(view) == ["root"]
        await run.press("n")
        assert view.selected is not None
        assert view.selected.id == task_id(3)
        await run.press("n")
        assert view.selected.id == task_id(6)
        await run.press("n")
        assert view.selected.id == task_id(3)
        await run.press("N")
        assert view.selected.id == task_id(6)


async def test_texts_are_found_in_any_case_and_terms_deny() -> None:
    async with running(forest(), size=(100, 30)) as run:
        view = await open_tree(run)
        for text, found in (
            ("über", [6]),
            ("error:limit", [6]),
            ("-is:leaf agent:search", [6]),
            ("-agent:search is:leaf -last", [4, 7]),
            ("has:error", [6]),
        ):
            view.find(text)
            assert view._matches is not None
            numbers = view._matches.numbers
            assert [view._outline.rows[at].id for at in numbers] == [task_id(n) for n in found]


async def test_what_the_rows_do_not_hold_is_said() -> None:
    async with running(forest(), size=(100, 30)) as run:
        view = await open_tree(run)
        await run.press("slash")
        await run.type("output:x")
        assert "output: is not in a tree's rows" in run.text()
        assert len(agents(view)) == 8
        run.one(FindBar).input.value = "zzz"
        await run.until(lambda: "no match in the rows: of an input they hold 800" in run.text())
        assert "of an error 400" in run.text()
        run.one(FindBar).input.value = "status:odd"
        await run.until(lambda: view.find_words == "no match in the rows")
        run.one(FindBar).input.value = "is:nothing"
        await run.until(lambda: "is:" in view.find_words)


async def test_what_has_to_be_read_first_is_found_as_soon_as_it_is() -> None:
    browser = forest()
    browser.tasks.append(make_task(9, agent="lost", metadata='{"orphan": true}'))
    browser.tasks.append(make_task(10, parent=99, agent="alone"))
    held = browser.hold("naming_a_parent")
    async with running(browser, size=(100, 30)) as run:
        view = await open_tree(run)
        await run.press("slash")
        await run.type("is:orphan")
        assert "is:orphan is not known yet" in run.text()
        assert len(agents(view)) == 10
        held.set()
        await run.until(lambda: view.find_words == "match 1 of 2")
        assert agents(view) == ["lost", "alone"]


async def test_a_large_tree_is_searched_beside_and_the_newest_text_wins() -> None:
    async with running(forest(finding_tree.FEW), size=(100, 30)) as run:
        view = await open_tree(run)
        await run.press("slash")
        await run.type("filler")
        await run.type("999")
        await run.until(lambda: view.find_words == "match 1 of 1")
        assert agents(view) == ["root", "last", "filler999"]
        view.find("")
        assert not view.is_narrowed


async def test_the_cause_is_shown_though_it_is_not_kept_and_a_refresh_keeps_what_is_found() -> None:
    async with running(forest(), size=(100, 30)) as run:
        view = await open_tree(run)
        await run.press("slash")
        await run.type("agent:left")
        await run.press("enter")
        assert agents(view) == ["root", "left"]
        await run.press("r")
        await run.settled()
        assert agents(view) == ["root", "left"]
        await run.press("e")
        assert agents(view) == ["root", "left", "right", "search"]
        assert view.selected is not None
        assert view.selected.id == task_id(6)


async def test_keys_that_come_in_one_burst_go_from_match_to_match() -> None:
    async with running(forest(), size=(100, 30)) as run:
        view = await open_tree(run)
        await run.press("slash")
        await run.type("search")
        for key, letter in (("enter", "\r"), ("n", "n"), ("n", "n"), ("n", "n")):
            run.app.post_message(events.Key(key, letter))
        await run.until(lambda: view.find_words == "match 2 of 2")
        assert view.find_text == "search"


def _held_up(monkeypatch: pytest.MonkeyPatch) -> Event:
    """Let searches of whole trees wait."""
    let_go = Event()
    find = TreeFinder.find

    def find_later(
        finder: TreeFinder, text: str, now: datetime, unwanted: Callable[[], bool]
    ) -> TreeMatches:
        assert let_go.wait(30)
        return find(finder, text, now, unwanted)

    monkeypatch.setattr(TreeFinder, "find", find_later)
    return let_go


async def test_what_fills_the_screen_shows_before_a_large_tree_has_been_searched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = forest(10_000)
    browser.tasks.append(make_task(20_000, parent=1, agent="filler at the end"))
    async with running(browser, size=(100, 30)) as run:
        view = await open_tree(run)
        let_go = _held_up(monkeypatch)
        await run.press("slash")
        await run.until(lambda: TextField.ANY in view._get_finder()._texts)
        await run.type("filler")
        assert view.find_words == "searching…"
        before = [line[:96] for line in run.lines()[1:12]]
        assert agents(view)[:4] == ["root", "last", "filler0", "filler1"]
        await run.press("down", "down")
        assert view.selected is not None
        assert view.selected.agent_id == "filler2"
        let_go.set()
        await run.until(lambda: view.find_words == "match 3 of 10,001")
        assert view.selected.agent_id == "filler2"
        assert len(agents(view)) == 10_003
        assert [line[:96] for line in run.lines()[1:12]] == before


async def test_what_is_near_is_drawn_as_it_is_drawn_when_all_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with running(forest(10_000), size=(100, 30)) as run:
        view = await open_tree(run)
        await run.press("slash")
        await run.until(lambda: TextField.ANY in view._get_finder()._texts)
        for cursor in (1, 104, 5_000, 9_990):
            view.find("")
            view.select(task_id(cursor))
            view.begin_find()
            let_go = _held_up(monkeypatch)
            view.find("filler")
            await run.pilot.pause()
            near = [line[:96] for line in run.lines()[2:12]]
            assert view.find_words in {"searching…", "match 9,991 of 10,000"}
            let_go.set()
            await run.until(lambda: view.find_words.startswith("match"))
            monkeypatch.undo()
            await run.pilot.pause()
            assert [line[:96] for line in run.lines()[2:12]] == near


@given(
    parents=st.lists(st.integers(0, 30), min_size=1, max_size=120),
    cursor=st.integers(0, 119),
    lines=st.integers(1, 5),
    near=st.integers(1, 40),
)
@examples(80)
def test_near_a_task_the_matches_and_guides_are_those_of_all(
    parents: list[int], cursor: int, lines: int, near: int
) -> None:
    """A guide that goes on to what was not kept after all is the one thing that may change."""
    tasks = [make_task(1, agent="a")]
    for number, back in enumerate(parents, 2):
        tasks.append(make_task(number, parent=max(number - 1 - back, 1), agent="ab"[number % 2]))
    outline = TaskOutline(TaskTree.assemble(TreeRows(tuple(task.row for task in tasks))))
    finder, cursor = TreeFinder(outline), min(cursor, len(tasks) - 1)
    now = datetime.now(UTC)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tree_find, "_NEAR", near)
        assert finder.find_near("b", now, cursor, lines) is None
        finder.prepare()
        found = finder.find_near("b", now, cursor, lines)
    whole = finder.find("b", now)
    if found is None:
        return
    first, last = found.numbers[0], found.numbers[-1]
    assert list(found.numbers) == [at for at in whole.numbers if first <= at <= last]
    assert found.after(cursor - 1, 1) == whole.after(cursor - 1, 1)
    for number in (at for at in range(len(tasks)) if found.kept[at]):
        assert whole.kept[number]
        assert found.last[number] <= whole.last[number]
        more = any(
            outline.parents[at] == outline.parents[number] for at in range(last + 1, len(tasks))
        )
        assert found.last[number] or not whole.last[number] or more
