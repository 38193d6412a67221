"""A conversation that several traces are of is one row, in whatever order they are told."""

from __future__ import annotations

from itertools import permutations
from uuid import UUID

from support.traces import Found, data_of, request, span
from taskview_core.importing.conversations import joined
from taskview_core.importing.otlp import OtlpReader
from taskview_core.importing.rows import ImportedConversation

ONE = UUID(int=1)


def row(user: str, title: str | None, begun: str | None, ended: str | None) -> ImportedConversation:
    return ImportedConversation(ONE, user, title, None, begun, ended)


def test_the_first_has_the_title_and_all_have_the_times() -> None:
    rows = [
        row("ann", "second", "2025-01-02", "2025-01-09"),
        row("bob", None, "2025-01-01", "2025-01-03"),
        row("cec", "no time", None, None),
        row("dan", "same time", "2025-01-02", None),
    ]
    expected = row("bob", "same time", "2025-01-01", "2025-01-09")
    assert {joined(order) for order in permutations(rows)} == {expected}


def test_one_alone_is_as_it_is() -> None:
    alone = row("ann", None, None, None)
    assert joined([alone]) == alone


def test_the_turns_of_a_session_are_one_conversation() -> None:
    def turn(number: int, asks: str) -> dict[str, object]:
        said = {"session.id": "s", "gen_ai.agent.name": "a", "input.value": asks}
        return request([span(number, trace=f"{number:032x}", attributes=said)])

    found = Found(OtlpReader(), data_of(turn(2, "and tomorrow?"), turn(1, "will it rain?")))
    assert len(found.derived) == 2
    whole = joined(found.conversations)
    assert whole.title == "will it rain?"
    assert whole.created_at == "2023-11-14T22:13:21.000000+00:00"
    assert whole.updated_at == "2023-11-14T22:13:23.000000+00:00"
