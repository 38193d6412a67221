"""What a URL asks of the server's sessions, told in each transaction where a pooler is between.

Such as lends its sessions for a transaction each refuses settings as a connection starts, for it
could not keep them to whom they belong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import asyncpg

from taskview_core.errors import CannotConnectError

_REFUSED = "unsupported startup parameter"
"""How pgbouncer begins."""
_OPTION = re.compile(r"(?:-c\s*|--)([^=\s]+)=(.*)", re.DOTALL)
_ON = frozenset({"on", "true", "yes", "1"})
_OURS = "timezone"
"""Told as the connection starts, by a name that poolers know."""


def refuses_settings(error: asyncpg.PostgresError) -> bool:
    """Whether a connection was refused for the settings that it started with."""
    return _REFUSED in str(error)


def statements_for(settings: Sequence[tuple[str, str]], label: str) -> tuple[str, ...]:
    """Give what makes these settings for one transaction.

    Raises CannotConnectError for options that no transaction can have.
    """
    # As the server does with them: what is named by itself goes before what `options` say.
    named = [(key, value) for key, value in settings if key != "options"]
    told = [each for key, value in settings if key == "options" for each in _told(value, label)]
    return tuple(
        f"SELECT pg_catalog.set_config({_quoted(_of_this(key, value))}, {_quoted(value)}, true)"
        for key, value in (*told, *named)
        if key.lower() != _OURS
    )


def _told(options: str, label: str) -> Iterator[tuple[str, str]]:
    """Read `-c name=value` and `--name=value`, with a backslash before spaces of a value."""
    words = [re.sub(r"\\(.)", r"\1", each) for each in re.findall(r"(?:\\.|[^\s\\])+", options)]
    at = 0
    while at < len(words):
        taken = 2 if words[at] == "-c" else 1
        found = _OPTION.fullmatch(" ".join(words[at : at + taken]))
        if found is None:
            raise CannotConnectError(
                f"cannot connect to {label}",
                f"a pooler stands between, which does not take {words[at]} of the options",
            )
        yield found[1].replace("-", "_"), found[2]
        at += taken


def _of_this(key: str, value: str) -> str:
    """Give the setting's name for a transaction that has begun: the default is for the next one."""
    only_reads = key.lower() == "default_transaction_read_only"
    return "transaction_read_only" if only_reads and value.lower() in _ON else key


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"E'{escaped}'"
