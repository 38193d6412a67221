"""The errors that leave this package, each with a title and a detail a person can act on.

Every error is one sentence about what was wrong (`title`) and one about what to do or what the
server said (`detail`). Neither ever holds a password or a payload.
"""

from taskview_core.hiding import hidden


class TaskviewError(Exception):
    """The base of every error that taskview raises on purpose."""

    def __init__(self, title: str, detail: str = "") -> None:
        self.title = hidden(title)
        self.detail = hidden(detail)
        super().__init__(self.title)

    def __str__(self) -> str:
        return f"{self.title}: {self.detail}" if self.detail else self.title


class EntityNotFoundError(TaskviewError):
    """The row that was to be read or changed does not exist."""

    def __init__(self, entity_name: str, entity_id: object) -> None:
        super().__init__(f"no {entity_name} has the id {entity_id}")
        self.entity_name = entity_name
        self.entity_id = entity_id


class EntityAlreadyExistsError(TaskviewError):
    """A row with this identity is there already."""

    def __init__(self, entity_name: str, entity_id: object) -> None:
        super().__init__(f"a {entity_name} with the id {entity_id} exists already")
        self.entity_name = entity_name
        self.entity_id = entity_id


class AmbiguousIdError(TaskviewError):
    """A prefix of an id fits more than one row."""


class UsageError(TaskviewError):
    """What was asked for cannot be understood: a bad URL, sort key, cursor or option."""


class FilterError(UsageError):
    """A filter text that does not parse; `start` and `end` are the place, as offsets in it.

    `incomplete` is true where typing on may mend it (an open quote, a key without its value).
    `suggestion` is the whole filter text with this fault mended, where that can be guessed.
    """

    def __init__(
        self,
        title: str,
        detail: str,
        *,
        start: int,
        end: int,
        incomplete: bool = False,
        suggestion: str | None = None,
    ) -> None:
        super().__init__(title, detail)
        self.start = start
        self.end = end
        self.incomplete = incomplete
        self.suggestion = suggestion


class CannotConnectError(TaskviewError):
    """The database could not be reached or opened at all."""


class ConnectionLostError(CannotConnectError):
    """The database was there, and went away during a call; trying again may help."""


class ServerBehindLostError(ConnectionLostError):
    """The database is there, and a server behind it is not, on which some of its rows are.

    `server` is that one's name, as the database has it; empty where it is not told.
    """

    def __init__(self, title: str, detail: str = "", *, server: str = "") -> None:
        super().__init__(title, detail)
        self.server = server


class NoAnswerError(ConnectionLostError):
    """A server, or the network before it, has gone silent: neither an answer came nor an end."""


class PasswordNeededError(CannotConnectError):
    """The server asks for a password, and there is none for the database with this `label`."""

    def __init__(self, label: str) -> None:
        super().__init__(
            f"{label} asks for a password, and none is known here",
            "-W asks you for it; --password-command, PGPASSWORD and ~/.pgpass can give it",
        )
        self.label = label


class QueryError(TaskviewError):
    """The database refused or failed a query."""


class QueryTimeoutError(QueryError):
    """A query took longer than it was allowed to."""


class StatementTimeoutError(QueryTimeoutError):
    """The database itself stopped a statement that ran for longer than it may."""


class ConflictError(QueryError):
    """The server stopped a query in favour of something else, such as replaying its primary."""


class OnlyReadableError(QueryError):
    """What was to be changed is on a server that takes no changes, such as a replica."""


class LockedError(QueryError):
    """Another program holds a lock on a SQLite file or a table; trying again may help."""


class StillLockedError(LockedError):
    """A server has waited for a lock on a table for as long as a question waits for one."""


class UnsupportedError(QueryError):
    """The server is no plain Postgres, and does not take this kind of query."""


class SchemaError(QueryError):
    """The tables or columns that taskview reads are not there."""


class LoadError(TaskviewError):
    """A file could not be loaded; nothing of it was written."""
