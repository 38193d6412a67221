"""TLS as libpq has it, to a real server: each mode, each certificate, each thing that is wrong."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest

from support.certificates import Authority
from support.postgres import USER, OwnServer
from support.relay import relayed
from support.tls_server import show, start_tls_server
from taskview_core.errors import TaskviewError, UsageError
from taskview_core.persistence.engine import create_engine
from taskview_core.persistence.faults import translated
from taskview_core.persistence.url import parse_database_url

pytestmark = pytest.mark.servers

_HOW = "SELECT coalesce(version, 'plain') FROM pg_stat_ssl WHERE pid = pg_backend_pid()"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("stranger"), "a stranger")


@pytest.fixture(scope="module")
def server(authority: Authority) -> Iterator[OwnServer]:
    server = start_tls_server(authority)
    for name in ("cert", "plain"):
        server.databases.execute(f"CREATE DATABASE {name}")
    yield server
    server.stop()


def _url(
    server: OwnServer, database: str = "postgres", host: str = "localhost", **q: object
) -> str:
    url = server.url(database).replace("127.0.0.1", host)
    return f"{url}?{urlencode({k: str(v) for k, v in q.items()}, quote_via=quote)}"


async def _how(text: str) -> str:
    """Give how a connection came about: the version of TLS, or `plain`."""
    url = parse_database_url(text)
    engine = create_engine(url, read_only=True, statement_timeout=5)
    try:
        with translated(url.label):
            async with engine.connect() as connection:
                return str((await connection.exec_driver_sql(_HOW)).scalar_one())
    finally:
        await engine.dispose()


async def _refused(text: str) -> str:
    with pytest.raises(TaskviewError) as caught:
        await _how(text)
    words = str(caught.value)
    assert "\n" not in words
    assert urlsplit(text).password not in words
    return words


async def test_every_mode(server: OwnServer, authority: Authority) -> None:
    for mode in ("prefer", "require", "verify-ca", "verify-full"):
        url = _url(server, sslmode=mode, sslrootcert=authority.root)
        assert (await _how(url)).startswith("TLSv1."), mode
    assert (await _how(_url(server))).startswith("TLSv1.")
    assert await _how(_url(server, "plain", sslmode="disable")) == "plain"
    assert await _how(_url(server, "plain", sslmode="allow")) == "plain"
    assert (await _how(_url(server, sslmode="allow"))).startswith("TLSv1.")
    assert "no encryption" in await _refused(_url(server, sslmode="disable"))


async def test_the_variables_do_the_same(
    server: OwnServer, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert "sslrootcert=FILE" in await _refused(_url(server))
    monkeypatch.setenv("PGSSLROOTCERT", str(authority.root))
    assert (await _how(_url(server))).startswith("TLSv1.")
    monkeypatch.setenv("PGSSLMAXPROTOCOLVERSION", "TLSv1.2")
    assert await _how(_url(server)) == "TLSv1.2"


async def test_the_usual_files_are_found(
    server: OwnServer,
    authority: Authority,
    stranger: Authority,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / ".postgresql"
    folder.mkdir()
    (folder / "root.crt").write_bytes(authority.root.read_bytes())
    assert (await _how(_url(server, sslmode="verify-full"))).startswith("TLSv1.")
    (folder / "root.crt").write_bytes(stranger.root.read_bytes())
    # As libpq: with such a file there, `require` looks at who vouches.
    assert "nobody who is trusted" in await _refused(_url(server, sslmode="require"))


async def test_what_is_wrong_with_the_server(
    server: OwnServer, authority: Authority, stranger: Authority
) -> None:
    wrong = await _refused(_url(server, sslmode="verify-ca", sslrootcert=stranger.root))
    assert "from nobody who is trusted here; name its authority's file" in wrong
    other = _url(server, host="127.0.0.1", sslmode="verify-full", sslrootcert=authority.root)
    assert "certificate is for another host" in await _refused(other)
    by_name = _url(server, host="127.0.0.1", sslmode="verify-ca", sslrootcert=authority.root)
    assert (await _how(by_name)).startswith("TLSv1.")
    missing = await _refused(_url(server, sslmode="verify-full", sslrootcert="/no/such.crt"))
    assert "cannot read /no/such.crt" in missing


async def test_a_server_without_tls(postgres_server: OwnServer) -> None:
    if "15" in postgres_server.label:
        return  # Debian's has it, switched off; the wheel's has none: both say no
    for mode in ("require", "verify-full"):
        words = await _refused(f"{postgres_server.url()}?sslmode={mode}&sslrootcert=")
        assert "the server has no TLS" in words or "sslrootcert" in words
    assert await _how(f"{postgres_server.url()}?sslmode=prefer") == "plain"


async def test_the_systems_authorities(
    server: OwnServer, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = _url(server, sslrootcert="system")
    assert "nobody who is trusted here" in await _refused(url)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.root))
    assert (await _how(url)).startswith("TLSv1.")
    with pytest.raises(UsageError, match="too weak for sslrootcert=system"):
        await _how(_url(server, sslrootcert="system", sslmode="require"))


async def test_a_client_certificate(
    server: OwnServer, authority: Authority, stranger: Authority
) -> None:
    certificate, key = authority.vouch(USER, password="k3y word")
    given = {"sslmode": "verify-full", "sslrootcert": authority.root, "sslcert": certificate}
    given["sslkey"] = key
    locked = _url(server, "cert", **given)
    assert "sslpassword opens the key" in await _refused(locked)
    assert (await _how(_url(server, "cert", **given, sslpassword="k3y word"))).startswith("TLSv1.")
    assert "k3y" not in await _refused(_url(server, "cert", **given, sslpassword="k3y w"))
    none = await _refused(_url(server, "cert", sslmode="require"))
    assert "client certificate" in none
    theirs, their_key = stranger.vouch(USER)
    given |= {"sslcert": theirs, "sslkey": their_key}
    assert "may not accept the certificate of sslcert" in await _refused(
        _url(server, "cert", **given)
    )
    their_key.chmod(0o644)
    assert "may be read by others" in await _refused(_url(server, "cert", **given))


async def test_ssl_as_other_drivers_write_it(server: OwnServer) -> None:
    for value in ("true", "1", "require"):
        assert (await _how(_url(server, ssl=value))).startswith("TLSv1."), value
    assert await _how(_url(server, "plain", ssl="false")) == "plain"
    assert "sslrootcert=FILE" in await _refused(_url(server, ssl="verify-full"))


async def test_what_was_taken_back_is_trusted_no_more(
    server: OwnServer, authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given = {"sslmode": "verify-full", "sslrootcert": authority.root}
    none_taken = authority.revoked()
    assert (await _how(_url(server, **given, sslcrl=none_taken))).startswith("TLSv1.")
    taken = authority.revoked(server.folder / "server.crt")
    words = await _refused(_url(server, **given, sslcrl=taken))
    assert "the server's certificate cannot be trusted: certificate revoked" in words
    assert "cannot read /no/such" in await _refused(_url(server, **given, sslcrl="/no/such"))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".postgresql").mkdir()
    (tmp_path / ".postgresql" / "root.crl").write_bytes(taken.read_bytes())
    assert "certificate revoked" in await _refused(_url(server, **given))


async def test_a_certificate_that_has_expired(
    server: OwnServer, authority: Authority, tmp_path: Path
) -> None:
    good = tmp_path / "good"
    good.mkdir()
    for name in ("server.crt", "server.key"):
        (good / name).write_bytes((server.folder / name).read_bytes())
    show(server, *authority.vouch("localhost", days=-1))
    server.halt()
    server.resume()
    try:
        for mode in ("verify-ca", "verify-full"):
            words = await _refused(_url(server, sslmode=mode, sslrootcert=authority.root))
            assert "certificate has expired; check its dates, and this machine's clock" in words
        assert (await _how(_url(server, sslmode="require"))).startswith("TLSv1.")
    finally:
        show(server, good / "server.crt", good / "server.key")
        server.halt()
        server.resume()


async def test_tls_from_the_first_byte(
    server: OwnServer, postgres_server: OwnServer, authority: Authority
) -> None:
    """Servers do so from Postgres 17 on; of those of the tests, none that has TLS is so new."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*authority.vouch("127.0.0.1", alternative="IP:127.0.0.1"))
    tls.set_alpn_protocols(["postgresql"])
    async with relayed(postgres_server.url(), tls=tls) as (there, _):
        given = f"sslmode=verify-full&sslrootcert={quote(str(authority.root))}"
        assert await _how(f"{there}?{given}&sslnegotiation=direct") == "plain"  # behind the relay
        weak = await _refused(f"{there}?sslmode=prefer&sslnegotiation=direct")
        assert "direct TLS requires sslmode=require" in weak
    usual = _url(server, sslmode="require", sslnegotiation="postgres")
    assert (await _how(usual)).startswith("TLSv1.")
    too_old = await _refused(_url(server, sslmode="require", sslnegotiation="direct"))
    assert "whoever listens there hung up at once" in too_old
