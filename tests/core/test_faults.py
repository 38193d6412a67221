"""What drivers raise becomes an error of ours, whatever they call it."""

from __future__ import annotations

import asyncpg
import pytest

from taskview_core.errors import ConnectionLostError
from taskview_core.persistence.faults import translated


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InternalClientError(
            "cannot switch to state 15; another operation (2) is in progress"
        ),
        asyncpg.InterfaceError("cannot perform operation: another operation is in progress"),
        asyncpg.InterfaceError("connection is closed"),
    ],
    ids=["switch", "busy", "closed"],
)
def test_a_connection_that_broke_in_mid_sentence_is_lost(error: Exception) -> None:
    with pytest.raises(ConnectionLostError) as caught, translated("my.db"):
        raise error
    assert caught.value.title == "the connection to my.db was lost"
