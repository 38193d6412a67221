"""Opens a connection to a Postgres server, by the driver alone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import asyncpg
from asyncpg.connect_utils import SessionAttribute

from taskview_core.errors import CannotConnectError, ConnectionLostError, PasswordNeededError
from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.dead_lines import keep_alive
from taskview_core.persistence.limited_connection import LimitedConnection
from taskview_core.persistence.pooled_settings import refuses_settings, statements_for
from taskview_core.persistence.postgres_servers import USUAL_PLACES, Server
from taskview_core.persistence.tls import Tls, tls_for

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

_UNFIT = asyncpg.exceptions.TargetServerAttributeNotMatched
_NEXT: tuple[type[BaseException], ...] = (
    OSError,
    asyncpg.CannotConnectNowError,
    asyncpg.ConnectionDoesNotExistError,
    ConnectionLostError,
    _UNFIT,
)
"""After these the next server is tried, as libpq does; not after a login that was refused."""


async def open_connection(
    target: DatabaseUrl, answers_within: float | None = None
) -> LimitedConnection:
    """Open a connection to the first of the servers that is there, and is of the kind asked for.

    What is asked of it raises TimeoutError after `answers_within` seconds.

    Raises CannotConnectError or UsageError for a URL that cannot be right, PasswordNeededError
    where a server asks for a password and there is none, and else any of POSTGRES_ERRORS.
    """
    tls = await asyncio.to_thread(tls_for, target)
    alone = len(target.servers) == 1
    if target.session == "prefer-standby":
        sessions = ("any",) if alone else ("standby", "any")
    else:
        sessions = (target.session,)
    failed: BaseException | None = None
    for session in sessions:
        for server in target.servers:
            try:
                return await _Opening(target, server, session, tls, answers_within).open()
            except _NEXT as error:
                if failed is None or not isinstance(error, _UNFIT):
                    failed = error
    assert failed is not None, "there is one server at least"
    if isinstance(failed, _UNFIT):
        raise CannotConnectError(
            f"cannot connect to {target.label}",
            f"none of its servers is what target_session_attrs={target.session} asks for",
        ) from failed
    raise failed


async def _password(target: DatabaseUrl, server: Server) -> str:
    """Give the password of a server; empty where there is none, lest the driver look for one.

    Its own reading of password files knows neither `\\:` nor lines that are too short.
    """
    first, last = target.passwords.first, target.passwords.last
    if first is not None:
        return await asyncio.to_thread(first)
    if server.password is not None or last is None:
        return server.password or ""
    return await asyncio.to_thread(last, server.name) or ""


class _Opening:
    """One attempt to reach one server."""

    def __init__(
        self,
        target: DatabaseUrl,
        server: Server,
        session: str,
        tls: Tls,
        answers_within: float | None,
    ) -> None:
        self._target = target
        self._server = server
        self._session = session
        self._tls = tls
        self._answers_within = answers_within

    async def open(self) -> LimitedConnection:
        """Connect, with the settings of the URL or, where a pooler refuses these, without."""
        target = self._target
        password = await _password(target, self._server)
        try:
            try:
                connection = await self._connect(password, {**dict(target.settings), **_UTC})
            except asyncpg.ProtocolViolationError as error:
                if not target.settings or not refuses_settings(error):
                    raise
                told_later = statements_for(target.settings, target.label)
                connection = await self._connect(password, _UTC)
                connection.told_later = told_later
        except asyncpg.InvalidPasswordError:
            if password:
                raise
            raise PasswordNeededError(target.label) from None
        except asyncpg.ConnectionDoesNotExistError as error:
            if not self._tls.shows_certificate:
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

    async def _connect(self, password: str, settings: Mapping[str, str]) -> LimitedConnection:
        server = self._server
        # No cached statements: they break behind pgbouncer, and make generic plans.
        connection: LimitedConnection = await asyncpg.connect(
            self._target.dsn,
            host=[server.host] if server.host else list(USUAL_PLACES),
            port=server.port,
            password=password,
            ssl=self._tls.how,
            connection_class=LimitedConnection,
            timeout=self._target.connect_timeout,
            command_timeout=self._answers_within,
            statement_cache_size=0,
            server_settings=dict(settings),
            target_session_attrs=SessionAttribute(self._session),
        )
        return connection
