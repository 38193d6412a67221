"""Opens a connection to a Postgres server, by the driver alone."""

from __future__ import annotations

import asyncio

import asyncpg

from taskview_core.errors import CannotConnectError, ConnectionLostError, PasswordNeededError
from taskview_core.persistence.dead_lines import keep_alive
from taskview_core.persistence.limited_connection import LimitedConnection
from taskview_core.persistence.tls import tls_for
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


async def _password(target: DatabaseUrl) -> str:
    """Give the password to connect with; empty where there is none, lest the driver look for one.

    Its own reading of password files knows neither `\\:` nor lines that are too short.
    """
    first, last = target.passwords.first, target.passwords.last
    if first is not None:
        return await asyncio.to_thread(first)
    if target.password is not None or last is None:
        return target.password or ""
    return await asyncio.to_thread(last)


async def open_connection(
    target: DatabaseUrl, answers_within: float | None = None
) -> LimitedConnection:
    """Open a connection. What is asked of it raises TimeoutError after `answers_within` seconds.

    Raises CannotConnectError or UsageError for a URL that cannot be right, PasswordNeededError
    where the server asks for a password and there is none, and else any of POSTGRES_ERRORS.
    """
    password = await _password(target)
    tls = await asyncio.to_thread(tls_for, target)
    # No cached statements: they break behind pgbouncer, and make generic plans.
    try:
        connection: LimitedConnection = await asyncpg.connect(
            target.dsn,
            password=password,
            ssl=tls.how,
            connection_class=LimitedConnection,
            timeout=target.connect_timeout,
            command_timeout=answers_within,
            statement_cache_size=0,
            server_settings=_UTC,
        )
    except asyncpg.InvalidPasswordError:
        if password:
            raise
        raise PasswordNeededError(target.label) from None
    except asyncpg.ConnectionDoesNotExistError as error:
        if not tls.shows_certificate:
            raise
        # By TLS 1.3 a client's certificate is looked at when the client is done already.
        raise ConnectionLostError(
            f"{target.label} hung up at once", "it may not accept the certificate of sslcert"
        ) from error
    except (asyncpg.InterfaceError, OSError):
        raise  # some are ValueErrors too, and say what is wrong
    except (ValueError, OverflowError) as error:
        raise CannotConnectError(
            f"cannot connect to {target.label}", "its URL has a value that cannot be, as a port"
        ) from error
    keep_alive(connection)
    return connection
