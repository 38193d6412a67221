"""A password is sent to the server that it is for, and to no other of the same URL."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support.login_taker import login_taker
from taskview_core.errors import PasswordNeededError
from taskview_core.persistence.database_url import DatabaseUrl, Passwords
from taskview_core.persistence.first_page_postgres import connect
from taskview_core.persistence.postgres_connection import POSTGRES_ERRORS, open_connection
from taskview_core.persistence.url import parse_database_url
from taskview_tui import wiring


async def _refused(url: DatabaseUrl) -> None:
    with pytest.raises((*POSTGRES_ERRORS, PasswordNeededError)):
        await open_connection(url)


def _passfile(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines))
    path.chmod(0o600)
    return path


async def test_a_line_of_the_password_file_is_for_its_host_alone(tmp_path: Path) -> None:
    file = _passfile(tmp_path / "pass", "localhost:1:t:ada:of-localhost")
    async with login_taker(refuses=True) as other:
        url = f"postgresql://ada@127.0.0.1:{other.port},localhost:1/t?passfile={file}"
        with pytest.raises(PasswordNeededError):
            await open_connection(parse_database_url(url))
        assert set(other.passwords) == {""}


async def test_each_host_is_sent_its_own(tmp_path: Path) -> None:
    async with login_taker() as one, login_taker() as other:
        file = _passfile(
            tmp_path / "pass",
            f"127.0.0.1:{one.port}:t:ada:of-one",
            f"127.0.0.1:{other.port}:t:ada:of-other",
        )
        places = f"127.0.0.1:{one.port},127.0.0.1:{other.port}"
        await _refused(parse_database_url(f"postgresql://ada@{places}/t?passfile={file}"))
        # The first one hangs up, so the second one is asked.
        assert set(one.passwords) == {"of-one"}
        assert set(other.passwords) == {"of-other"}


async def test_a_configured_program_is_for_its_host_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "c.toml"
    config.write_text('[password_command]\n"localhost" = ["echo", "of-localhost"]\n')
    monkeypatch.setenv("TASKVIEW_CONFIG", str(config))
    async with login_taker(refuses=True) as other:
        url = parse_database_url(f"postgresql://ada@127.0.0.1:{other.port},localhost:1/t")
        last = wiring.configured_passwords(url)
        assert last is not None
        with pytest.raises(PasswordNeededError):
            await open_connection(replace(url, passwords=Passwords(last=last)))
        assert set(other.passwords) == {""}


async def test_one_that_is_not_reached_keeps_its_password(tmp_path: Path) -> None:
    async with login_taker() as there:
        file = _passfile(
            tmp_path / "pass", f"127.0.0.1:{there.port}:t:ada:of-there", "*:1:t:ada:of-gone"
        )
        url = f"postgresql://ada@127.0.0.1:1,127.0.0.1:{there.port}/t?passfile={file}"
        assert await connect(parse_database_url(url)) is None, "it hangs up: worth another try"
        assert set(there.passwords) == {"of-there"}


async def test_the_login_of_a_real_server_among_others(
    migrated_postgres_url: str, tmp_path: Path
) -> None:
    """The one that is away has another password; the one that is there is sent its own."""
    parts = urlsplit(migrated_postgres_url)
    file = _passfile(
        tmp_path / "pass",
        "127.0.0.1:1:*:*:of-gone",
        f"{parts.hostname}:{parts.port}:*:{parts.username}:{parts.password}",
    )
    url = (
        f"postgresql://{parts.username}@127.0.0.1:1,{parts.hostname}:{parts.port}{parts.path}"
        f"?passfile={file}"
    )
    connection = await open_connection(parse_database_url(url))
    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()
