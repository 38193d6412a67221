"""`*`: which tasks of a conversation hold a value, and when."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from support.fake_browser import FakeBrowser
from support.made_rows import NOW, conversation_id, make_conversation, make_task
from support.screens import Running, running
from taskview_core.entities import TaskDetail
from taskview_core.query.task_filter import TaskFilter
from taskview_tui.render.holding import Holding, holdings
from taskview_tui.screens.holders import HoldersScreen
from taskview_tui.screens.tree import TreeScreen
from taskview_tui.widgets.detail_pane import DetailPane


def _browser() -> FakeBrowser:
    tasks = [
        make_task(3, output='{"key": "gate-7", "n": 1}'),
        make_task(1, input='{"key": "gate-7"}'),
        make_task(2, input='{"key": "gate-8"}'),
        make_task(4, conversation=2, input='{"key": "gate-7"}'),
    ]
    return FakeBrowser(tasks, [make_conversation(1), make_conversation(2)])


async def _on_the_value(run: Running) -> None:
    await run.press("g", "j", "d")
    await run.until(lambda: run.app.screen.query(DetailPane).first().detail is not None, "it")
    pane = run.app.screen.query_one(DetailPane)
    line = pane.seek("output.key").line
    assert line is not None
    pane.show_line(line)


async def _followed(run: Running) -> HoldersScreen:
    await run.press("asterisk")
    await run.until(lambda: isinstance(run.app.screen, HoldersScreen), "the list")
    screen = run.app.screen
    assert isinstance(screen, HoldersScreen)
    await run.until(lambda: len(screen.table.rows) == 2, "the tasks")
    return screen


async def test_the_tasks_that_hold_it_are_listed_by_time() -> None:
    async with running(_browser()) as run:
        await _on_the_value(run)
        screen = await _followed(run)
        assert [str(row.id)[-1] for row in screen.table.rows] == ["1", "3"]
        asked = screen.ask.filter
        assert asked == TaskFilter.parse(f"conversation:{conversation_id(1)} gate-7")
        assert 'who holds "gate-7"' in run.lines()[0]
        # Esc clears what was typed there, and then goes back.
        await run.press("escape")
        await run.until(lambda: run.app.screen is not screen, "the way back")
        assert run.app.screen.query_one(DetailPane).path == "output.key"


async def test_the_text_of_a_message_is_followed() -> None:
    said = json.dumps([{"role": "user", "content": "# gate-7\n\n*is* open"}])
    tasks = [make_task(1, input=said), make_task(2), make_task(3, output=said)]
    async with running(FakeBrowser(tasks, [make_conversation(1)])) as run:
        await run.press("G", "d")
        await run.until(lambda: run.app.screen.query(DetailPane).first().detail is not None, "it")
        pane = run.app.screen.query_one(DetailPane)
        await run.press("m")
        line = pane.seek("input[0]").line
        assert line is not None
        pane.show_line(line)
        screen = await _followed(run)
        assert [str(row.id)[-1] for row in screen.table.rows] == ["1", "3"]


async def test_a_bracket_cannot_be_followed() -> None:
    async with running(_browser()) as run:
        await _on_the_value(run)
        await run.press("h", "asterisk")
        words = [note.message for note in run.app._notifications]
        assert words == ["only a text or a number can be followed"]


async def test_the_tree_that_it_came_from_is_marked() -> None:
    async with running(_browser()) as run:
        await run.press("g", "j", "enter")
        await run.until(lambda: isinstance(run.app.screen, TreeScreen), "the tree")
        tree = run.app.screen
        assert isinstance(tree, TreeScreen)
        await run.until(lambda: tree.detail is not None, "the details")
        tree.pane.focus()
        line = tree.pane.seek("output.key").line
        assert line is not None
        tree.pane.show_line(line)
        await _followed(run)
        await run.press("enter")
        await run.until(lambda: run.app.screen is tree, "the way back")
        await run.until(lambda: "◆ gave it out" in run.text(), "what they had to do with it")
        marked = [line for line in run.lines() if "◆" in line]
        assert ["◆ brought it in" in line for line in marked] == [True, False, False]
        assert '◆ "gate-7"' in marked[-1], "the status line says what is followed"
        await run.press("escape")
        if tree.followed_words:
            await run.press("escape")
        assert run.app.screen is tree
        assert not tree.followed_words
        assert "◆" not in run.text()


async def test_the_tree_that_is_opened_from_the_list_is_marked() -> None:
    async with running(_browser()) as run:
        await _on_the_value(run)
        await _followed(run)
        await run.press("enter")
        await run.until(lambda: isinstance(run.app.screen, TreeScreen), "the tree")
        await run.until(lambda: "◆ gave it out" in run.text(), "what they had to do with it")
        assert sum("◆" in line for line in run.lines()) == 3, "two tasks, and the status line"


def test_who_brought_it_in_and_who_passed_it_on() -> None:
    top = make_task(1, completed_at=NOW).row  # ends last, and gives it out
    search = make_task(2).row  # its output brings the value in, before the others are made
    writer, checker = make_task(30).row, make_task(31).row
    found = holdings(
        [
            (top, Holding.GAVE),
            (make_task(9).row, None),
            (search, Holding.GAVE),
            (writer, Holding.PASSED),
            (checker, Holding.GIVEN),
        ]
    )
    assert {str(ident)[-2:]: holding for ident, holding in found.items()} == {
        "01": Holding.GAVE,
        "02": Holding.BROUGHT,
        "1e": Holding.PASSED,
        "1f": Holding.GIVEN,
    }
    assert holdings([]) == {}
    timeless = make_task(1, created_at=None).row
    assert holdings([(timeless, Holding.GIVEN)]) == {timeless.id: Holding.BROUGHT}


def _talk(*tasks: TaskDetail) -> FakeBrowser:
    return FakeBrowser(list(tasks), [make_conversation(1)])


async def _follow(run: Running, path: str, many: int) -> HoldersScreen:
    """Follow what lies at a path of the newest task, and wait for so many lines."""
    await run.press("g", "d")
    await run.until(lambda: run.app.screen.query(DetailPane).first().detail is not None, "it")
    pane = run.app.screen.query_one(DetailPane)
    line = pane.seek(path).line
    assert line is not None
    pane.show_line(line)
    await run.press("asterisk")
    await run.until(lambda: isinstance(run.app.screen, HoldersScreen), "the list")
    screen = run.app.screen
    assert isinstance(screen, HoldersScreen)
    await run.until(lambda: len(screen.table.rows) == many and not screen.is_busy, "the tasks")
    return screen


def _numbers(screen: HoldersScreen) -> list[int]:
    return [row.id.int & 0xFFFF for row in screen.table.rows if isinstance(row.id, UUID)]


async def test_a_value_is_followed_whole_and_not_as_some_letters_of_others() -> None:
    browser = _talk(
        make_task(1, input='{"token": "tok_abc123xyz"}'),
        make_task(2, input='"x: 1"', output='{"n": 21}'),
        make_task(3, input="{}", error="line 1"),
        make_task(4, input='{"n": 1}'),
        make_task(5, input='{"n": "1"}'),
        make_task(6, output='{"n": 1, "word": "Gate-7"}'),
    )
    async with running(browser, size=(110, 30)) as run:
        screen = await _follow(run, "output.n", 3)
        assert _numbers(screen) == [4, 5, 6]
        assert 'who holds "1" (whole)' in run.lines()[0]
        assert "rows 1-3 of 3" in run.status
        await run.press("escape")
        await run.until(lambda: run.app.screen is not screen, "the way back")
        screen = await _follow(run, "output.word", 1)
        assert 'who holds "Gate-7" (whole, or as a word)' in run.lines()[0]


async def test_of_many_tasks_with_its_text_pages_are_of_those_that_hold_it() -> None:
    """Of 600 tasks that have the letters, one in five holds the value."""
    tasks = [
        make_task(n, input='"gate-7"' if n % 5 == 0 else '"delegate-7"') for n in range(1, 601)
    ]
    tasks.append(make_task(700, output='{"key": "gate-7"}'))
    browser = _talk(*tasks)
    holders = [*range(5, 601, 5), 700]
    async with running(browser, size=(110, 30)) as run:
        screen = await _follow(run, "output.key", 50)
        assert _numbers(screen) == holders[:50]
        await run.until(lambda: "rows 1-50 of 121" in run.status, "the count")
        seen = _numbers(screen)
        await run.press("right_square_bracket")
        await run.until(lambda: _numbers(screen) != seen and not screen.is_busy, "the next page")
        seen += _numbers(screen)
        assert seen == holders[: len(seen)]
        assert f"rows 51-{len(seen)} of 121" in run.status
        await run.press("right_curly_bracket")
        await run.until(lambda: _numbers(screen)[-1] == 700 and not screen.is_busy, "the last page")
        last = _numbers(screen)
        assert last == holders[-len(last) :]
        await run.press("left_square_bracket")
        await run.until(lambda: _numbers(screen) != last and not screen.is_busy, "the page before")
        before = _numbers(screen)
        assert [*before, *last] == holders[-len(before) - len(last) :]
    read = [ident for idents in browser.named("get_contents") for ident in idents]
    assert len(read) == len(set(read)), "none is read twice"


async def test_it_is_said_where_only_the_oldest_are_marked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("taskview_tui.screens.holders.MOST", 3)
    browser = _talk(*(make_task(n, output='{"key": "gate-7"}') for n in range(1, 6)))
    async with running(browser, size=(110, 30)) as run:
        await _follow(run, "output.key", 5)
        await run.until(lambda: "more than 3 tasks hold it" in run.said, "the notice")
        await run.press("enter")
        await run.until(lambda: isinstance(run.app.screen, TreeScreen), "the tree")
        await run.until(lambda: '◆ "gate-7" (the oldest 3)' in run.text(), "the words")


async def test_what_nobody_was_given_is_said_to_be_held_by_none() -> None:
    browser = _talk(make_task(1, metadata='{"model": "large-9"}'))
    async with running(browser, size=(110, 30)) as run:
        screen = await _follow(run, "metadata.model", 0)
        await run.until(lambda: "no input or output in this conversation holds it" in run.text())
        assert screen.table.rows == ()


@pytest.mark.parametrize(
    ("value", "asked"),
    [
        ("Zürich", " rich"),
        ('say "gate" now', " gate"),
        ("C:\\temp", " temp"),
        ("one\ntwo", " one"),
        ("日本", ""),
    ],
)
async def test_a_value_is_followed_into_json_that_is_a_text(value: str, asked: str) -> None:
    """The arguments of a tool as OpenAI gives them, written as `json.dumps` does by default."""
    tasks = [
        make_task(0, conversation=2, output=json.dumps({"city": value})),
        make_task(1, input=json.dumps({"arguments": json.dumps({"city": value})})),
        make_task(2, input='{"arguments": "{}", "else": "enrich the gates, temp one"}'),
        make_task(3, output=json.dumps({"city": value})),
    ]
    browser = FakeBrowser(tasks, [make_conversation(1), make_conversation(2)])
    async with running(browser, size=(110, 30)) as run:
        screen = await _follow(run, "output.city", 2)
        assert _numbers(screen) == [1, 3]
        assert screen.ask.filter == TaskFilter.parse(f"conversation:{conversation_id(1)}{asked}")
        await run.until(lambda: "rows 1-2 of 2" in run.status, "the count")
