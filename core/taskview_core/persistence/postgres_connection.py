"""Opens a connection to a Postgres server, by the driver alone."""

from __future__ import annotations

import asyncpg

from taskview_core.errors import CannotConnectError
from taskview_core.persistence.limited_connection import LimitedConnection
from taskview_core.persistence.url import DatabaseUrl

POSTGRES_ERRORS: tuple[type[BaseException], ...] = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
    UnicodeError,
)
"""Everything that a call to the driver may raise."""

_UTC = {"TimeZone": "UTC"}
"""Set as a connection starts, as every JDBC driver does, so that poolers know it: what goes into a
column without a time zone is turned by the server, and must be UTC whatever its own setting."""


async def open_connection(target: DatabaseUrl) -> LimitedConnection:
    """Open a connection.

    Raises CannotConnectError for a URL that cannot be right, and else any of POSTGRES_ERRORS.
    """
    # No cached statements: they break behind pgbouncer, and make generic plans.
    try:
        connection: LimitedConnection = await asyncpg.connect(
            target.dsn,
            password=target.password,
            connection_class=LimitedConnection,
            timeout=target.connect_timeout,
            statement_cache_size=0,
            server_settings=_UTC,
        )
    except asyncpg.InterfaceError:
        raise  # some are ValueErrors too, and say what is wrong
    except (ValueError, OverflowError) as error:
        raise CannotConnectError(
            f"cannot connect to {target.label}", "its URL has a value that cannot be, as a port"
        ) from error
    return connection
