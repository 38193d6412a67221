"""No password is ever shown, however odd, in whatever form it came and wherever it fails."""

from __future__ import annotations

import io
import socket
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from urllib.parse import quote
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from support.postgres import start_own_server
from taskview_core import hiding
from taskview_core.errors import TaskviewError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.url import parse_database_url
from taskview_tui.cli import failures
from taskview_tui.cli.main import main
from taskview_tui.render.copies import command_line

# Told apart from whatever else is said: no word of ours has both of its ends.
PASSWORDS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=("Cs",)), max_size=12
).map(lambda odd: f"Zq7{odd}7qZ")


def _words(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


FORMS: dict[str, Callable[[str, str], str]] = {
    "authority": lambda where, secret: f"postgresql://ada:{quote(secret, '')}@{where}/t",
    "unquoted": lambda where, secret: f"postgres://ada:{secret}@{where}/t",
    "no slashes": lambda where, secret: f"postgresql:ada:{secret}@{where}/t",
    "one slash": lambda where, secret: f"postgres:/ada:{quote(secret, '')}@{where}/t",
    "no @": lambda where, secret: f"postgresql://ada:{quote(secret, '')}",
    "other scheme": lambda where, secret: f"mysql://ada:{secret}@{where}/t",
    "query": lambda where, secret: f"postgresql://ada@{where}/t?password={quote(secret, '')}",
    "misspelt": lambda where, secret: f"postgresql://ada@{where}/t?passwd={quote(secret, '')}",
    "bad mode": lambda where, secret: (
        f"postgresql://ada:{quote(secret, '')}@{where}/t?sslmode=maybe&sslpassword={quote(secret)}"
    ),
    "no colon": lambda where, secret: f"postgresql//ada:{quote(secret, '')}@{where}/t",
    "no scheme": lambda where, secret: f"ada:{quote(secret, '')}@{where}/t",
    "slashes alone": lambda where, secret: f"//ada:{quote(secret, '')}@{where}/t",
    "as a port": lambda where, secret: f"ada@127.0.0.1:{quote(secret, '')}",
    "a URL as name": lambda where, secret: (
        f"postgresql:///{quote(f'postgresql://ada:{secret}@h/x', '')}?host=127.0.0.1&port=1"
    ),
    "of others": lambda where, secret: f"host=127.0.0.1;port=1;user=ada;pwd={quote(secret, '')}",
    "a key": lambda where, secret: f"file:x.db?key={quote(secret, '')}&mode=ro",
    "words": lambda where, secret: f"host={where} dbname=t user=ada password={_words(secret)}",
    "odd words": lambda where, secret: f"zzz=1 host={where} password={_words(secret)}",
}


@pytest.fixture(scope="module")
def nowhere() -> Iterator[str]:
    """An address where nothing listens, kept from others."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hiding, "_known", set())


def _said(*words: str) -> str:
    """Give all that a command line says."""
    out, err = io.TextIOWrapper(io.BytesIO()), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        main(words)
    out.flush()
    buffer = out.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode() + err.getvalue()


def _shows(text: str, secret: str) -> bool:
    """Whether a text has the secret, or either of its ends, in it."""
    return any(each in text for each in (secret, quote(secret, ""), "Zq7", "7qZ"))


@pytest.mark.parametrize("form", FORMS)
@examples(15)
@given(secret=PASSWORDS)
def test_no_command_shows_it(form: str, nowhere: str, secret: str) -> None:
    url = FORMS[form](nowhere, secret)
    for words in (["ls", url], ["count", "x.db", url], ["db", url], ["tree", url, "1", "2"]):
        said = _said(*words)
        assert said
        assert not _shows(said, secret), (words, said)


def test_what_follows_an_option_that_asks_is_no_value() -> None:
    said = _said("ls", "x.db", "-W", "Zq77qZ")
    assert not _shows(said, "Zq77qZ")
    assert "-W takes no value" in said


@pytest.mark.parametrize("form", FORMS)
@examples(30)
@given(secret=PASSWORDS)
def test_nothing_that_is_known_of_a_url_shows_it(form: str, nowhere: str, secret: str) -> None:
    assert not _shows(_told(FORMS[form](nowhere, secret)), secret)


def _told(text: str) -> str:
    """Give all that is known of a URL, or what is wrong with it."""
    try:
        url = parse_database_url(text)
    except TaskviewError as error:
        return "".join(traceback.format_exception_only(error))
    copied = command_line(url.address, UUID(int=7))
    return f"{url.label} {url.address} {url.notices} {url!r} {copied}"


@pytest.mark.parametrize("secret", ["Zq7 it's\\7qZ", "Zq7%&+7qZ", "Zq7/?#@:7qZ", "Zq7ü\n7qZ"])
@pytest.mark.parametrize("form", ["authority", "query", "words"])
def test_a_traceback_shows_where_but_no_password(
    form: str, secret: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = FORMS[form]("db.example", secret)
    monkeypatch.setattr(sys, "argv", ["taskview", "ls", url, "--debug"])
    try:
        raise ValueError(f"{url} and {secret} and {secret!r}")
    except ValueError as error:
        failures.report_unexpected(ValueError, error, error.__traceback__)
    words = capsys.readouterr().err
    assert "raise ValueError" in words
    assert not _shows(words, secret)


async def test_what_the_server_says_of_it_is_hidden() -> None:
    server = start_own_server()
    try:
        for secret in ("Zq7 o'dd\"7qZ", "Zq7%@/7qZ"):
            place = f"127.0.0.1:{server.port}"
            # Who is called as the password begins has a name that is shown.
            for url, hid in (
                (f"postgresql://{quote(secret, '')}:{quote(secret, '')}x@{place}/postgres", "x"),
                (f"postgresql://ada:{quote(secret, '')}@{place}/x{quote(secret, '')}", ""),
                (
                    f"{server.url()}?options=-c%20{quote(secret, '')}&password={quote(secret, '')}",
                    "",
                ),
            ):
                browser = DatabaseBrowser(url)
                with pytest.raises(TaskviewError) as caught:
                    await browser.connect()
                await browser.close()
                assert f"{secret}{hid}" not in str(caught.value)
    finally:
        server.stop()


def test_a_password_that_is_said_anyway_garbles_nothing() -> None:
    url = parse_database_url("postgresql://postgres:postgres@db/postgres")
    assert url.label == "postgresql://postgres@db/postgres"
    assert hiding.hidden(url.label) == url.label
    parse_database_url("postgresql://ada:agents@db/agents")
    assert hiding.hidden("no database agents") == "no database agents"
