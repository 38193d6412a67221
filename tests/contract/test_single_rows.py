"""One task, one conversation, and what an id or the beginning of one belongs to."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from support.stored import CONVERSATION, START, StoredConversation, StoredTask, insert_async, number
from taskview_core.entities import TaskContents
from taskview_core.entities.preview import start_of_error
from taskview_core.errors import AmbiguousIdError, EntityNotFoundError, UsageError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import EVERYTHING

FULL = StoredTask.numbered(
    1,
    agent_id="tool:Bash",
    status="failed",
    input='{"b": 1.50, "a": "\\u00e9", "b": 12345678901234567890}',
    output="[]",
    error="first\nsecond \x1b[31mred",
    metadata='{"k": {"n": null}}',
    started_at=START + timedelta(seconds=2),
    completed_at=START + timedelta(seconds=5, microseconds=7),
)


async def test_a_detail_holds_what_is_stored_letter_for_letter(
    browser: DatabaseBrowser, migrated_url: str
) -> None:
    await insert_async(migrated_url, [FULL])
    detail = await browser.get_task(number(1))
    assert detail.input.text == FULL.input
    assert detail.output.text == "[]"
    assert detail.error == FULL.error
    assert detail.metadata.text == FULL.metadata
    assert detail.row.conversation_title == "a conversation"
    assert detail.row.duration == timedelta(seconds=3, microseconds=7)
    assert detail.row.waited == timedelta(seconds=1)
    listed = (await browser.search_tasks(EVERYTHING, PageRequest(5))).rows[0]
    assert listed == detail.row
    with pytest.raises(EntityNotFoundError):
        await browser.get_task(number(2))


async def test_contents_are_those_of_the_detail_by_id(
    browser: DatabaseBrowser, migrated_url: str
) -> None:
    await insert_async(migrated_url, [FULL, StoredTask.numbered(2)])
    found = await browser.get_contents([number(2), number(1), number(3)])
    details = await browser.get_tasks([number(1), number(2)])
    assert found == {
        each.row.id: TaskContents(each.input, each.output, each.error) for each in details
    }
    assert len(found) == 2
    assert await browser.get_contents([]) == {}


async def test_a_row_of_a_list_has_one_line_of_the_input(
    browser: DatabaseBrowser, migrated_url: str
) -> None:
    long = '{"prompt": "' + "word " * 100_000 + '"}'
    await insert_async(
        migrated_url,
        [
            StoredTask.numbered(1, input=long, error="x" * 100_000),
            StoredTask.numbered(2, input='{"prompt": "two\\nlines"}'),
            StoredTask.numbered(3),
        ],
    )
    rows = {row.id: row for row in (await browser.search_tasks(EVERYTHING, PageRequest(5))).rows}
    first = rows[number(1)]
    assert "word word" in first.preview
    assert 150 <= len(first.preview) <= 200
    assert first.preview.endswith("…")
    assert first.error_preview is not None
    assert len(first.error_preview) <= 200
    assert "\n" not in rows[number(2)].preview
    assert "two" in rows[number(2)].preview
    assert (rows[number(3)].preview, rows[number(3)].error_preview) == ("", None)


async def test_a_conversation(browser: DatabaseBrowser, migrated_url: str) -> None:
    chat = StoredConversation(title="T", metadata='{"a": [1]}')
    await insert_async(migrated_url, [FULL], [chat])
    found = await browser.get_conversation(CONVERSATION)
    assert (found.title, found.user_id, found.metadata) == ("T", "ada", {"a": [1]})
    assert (found.created_at, found.tasks) == (START, None)
    with pytest.raises(EntityNotFoundError):
        await browser.get_conversation(uuid4())


A = UUID("abcd1234-0000-4000-8000-000000000000")
B = UUID("abcd1299-0000-4000-8000-000000000000")
C = UUID("abcd1299-0000-4000-8000-00000000000f")
CHAT = UUID("abcdffff-0000-4000-8000-000000000000")


@pytest.fixture
async def _alike(migrated_url: str) -> None:
    await insert_async(
        migrated_url,
        [StoredTask(id=each, conversation_id=CHAT) for each in (A, B, C)],
        [StoredConversation(id=CHAT)],
    )


@pytest.mark.usefixtures("_alike")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        (str(A), ("task", A)),
        (A.hex, ("task", A)),
        (str(A).upper(), ("task", A)),
        ("abcd1234", ("task", A)),
        ("ABCD1234", ("task", A)),
        ("abcd123", ("task", A)),
        ("abcd1299-0000-4000-8000-00000000000f", ("task", C)),
        ("abcd12990000400080000000000000", None),
        ("abcdf", ("conversation", CHAT)),
        (str(CHAT), ("conversation", CHAT)),
        ("abcd1234-00", ("task", A)),
        ("abcd123400", ("task", A)),
    ],
)
async def test_ids_and_their_beginnings(
    browser: DatabaseBrowser, text: str, found: tuple[str, UUID] | None
) -> None:
    if found is None:
        with pytest.raises(AmbiguousIdError):
            await browser.resolve_id(text)
    else:
        assert await browser.resolve_id(text) == found


@pytest.mark.usefixtures("_alike")
async def test_a_beginning_of_several_names_them(browser: DatabaseBrowser) -> None:
    with pytest.raises(AmbiguousIdError) as caught:
        await browser.resolve_id("abcd12")
    assert str(A) in caught.value.detail
    with pytest.raises(AmbiguousIdError):
        await browser.resolve_id("abcd")


@pytest.mark.usefixtures("_alike")
@pytest.mark.parametrize("text", ["abcde", "e55a9d97-8036-4d7f-a4f8-fda81f73ef51", "0000"])
async def test_what_nothing_begins_with(browser: DatabaseBrowser, text: str) -> None:
    with pytest.raises(EntityNotFoundError):
        await browser.resolve_id(text)


@pytest.mark.usefixtures("_alike")
@pytest.mark.parametrize("text", ["abc", "", "%", "abcd%", "abcd_", "hello", "xyz-1234"])
async def test_what_is_no_beginning_of_an_id(browser: DatabaseBrowser, text: str) -> None:
    with pytest.raises((UsageError, EntityNotFoundError)):
        await browser.resolve_id(text)


@pytest.mark.parametrize("length", [389, 400, 401, 402, 5000])
@pytest.mark.parametrize("begin", ["Traceback (most recent call last):\n  é", "boom "])
async def test_what_is_read_of_an_error(
    browser: DatabaseBrowser, migrated_url: str, begin: str, length: int
) -> None:
    error = (begin + "  frame\n" * 700)[: length - 12] + "\nValueError:"
    await insert_async(migrated_url, [StoredTask.numbered(1, error=error)])
    (row,) = (await browser.search_tasks(EVERYTHING, PageRequest(5))).rows
    assert row.error_start == start_of_error(error)
    assert (row.error_preview == "ValueError:") == begin.startswith("Trace")
