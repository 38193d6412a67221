"""Where a password comes from: a program's output, the configuration, libpq's password file."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from support.cli_browser import Run
from taskview_core.errors import CannotConnectError, UsageError
from taskview_core.persistence.url import parse_database_url
from taskview_tui import wiring
from taskview_tui.config import parse_config
from taskview_tui.password_command import PasswordCommand

URL = "postgresql://ada@db.example:5433/tasks"


def _python(code: str) -> PasswordCommand:
    return PasswordCommand([sys.executable, "-c", code])


def test_the_first_line_is_the_password() -> None:
    assert _python("print(' s3 cret \\r\\nuser: ada')")() == " s3 cret "


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no-such-program-9"], "there is no program no-such-program-9"),
        (["/"], "cannot run /"),
        (["false"], "false, which the password is to come from, ended with 1"),
        (["true"], "true printed no password"),
        (["printf", "\\377"], "printf printed no password"),
    ],
)
def test_a_program_that_gives_none_is_told(words: list[str], said: str) -> None:
    with pytest.raises(CannotConnectError) as caught:
        PasswordCommand(words)()
    assert said in str(caught.value)


def test_what_the_program_says_is_not_shown(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CannotConnectError) as caught:
        _python("import sys; sys.stderr.write('token=abc'); print('half'); sys.exit(7)")()
    assert "ended with 7" in str(caught.value)
    assert "abc" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_no_shell_reads_the_command(run: Run, tmp_path: Path) -> None:
    made = tmp_path / "made"
    ran = run(
        "count", URL, "--password-command", f"no-such-program-9 ; touch {made} $(touch {made})"
    )
    assert ran.code == 3
    assert "there is no program no-such-program-9" in ran.err
    assert not made.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--password-command", ""], "names no program"),
        (["--password-command", "pass 'x"], "no closing quotation"),
        (["-W", "-w"], "use one of them"),
        (["-W", "--password-command", "x"], "use one of them"),
    ],
)
def test_options_that_make_no_sense(run: Run, words: list[str], said: str) -> None:
    ran = run("count", URL, *words)
    assert ran.code == 2
    assert said in ran.err


def test_a_file_has_no_password(run: Run) -> None:
    assert "a SQLite file has no password" in run("count", "x.db", "-W").err


def test_a_configured_program_is_for_its_host_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "c.toml"
    config.write_text('[password_command]\n"db.example" = ["echo", "s3"]\n')
    monkeypatch.setenv("TASKVIEW_CONFIG", str(config))
    passwords = wiring.configured_passwords(parse_database_url(URL))
    assert passwords is not None
    assert passwords("db.example") == "s3"
    elsewhere = parse_database_url("postgresql://ada@evil.example/tasks")
    assert wiring.configured_passwords(elsewhere) is None
    both = wiring.configured_passwords(
        parse_database_url("postgresql://a@evil.example,db.example/t")
    )
    assert both is not None
    assert (both("evil.example"), both("db.example")) == (None, "s3")


def test_a_configuration_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may come through a pipe, as from what decrypts it."""
    config = tmp_path / "c.toml"
    os.mkfifo(config)
    monkeypatch.setenv("TASKVIEW_CONFIG", str(config))
    text = '[password_command]\n"db.example" = ["echo", "s3"]\n'
    threading.Thread(target=config.write_text, args=(text,), daemon=True).start()
    passwords = wiring.configured_passwords(parse_database_url(URL))
    assert passwords is not None
    assert passwords("db.example") == "s3"


@pytest.mark.parametrize("text", ['password_command = "x"', "[password_command]\na = []"])
def test_a_configured_program_is_a_list(text: str) -> None:
    with pytest.raises(UsageError, match="password_command"):
        parse_config(text, "c.toml")


def _passwords(url: str) -> list[str | None]:
    return [each.password for each in parse_database_url(url).servers]


def _passfile(path: Path, *lines: str, mode: int = 0o600) -> Path:
    path.write_text("\n".join(lines))
    path.chmod(mode)
    return path


def test_the_password_file_is_read_as_libpq_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    _passfile(
        tmp_path / ".pgpass",
        "# others",
        "too:short",
        "db.example:5432:*:*:wrong port",
        r"db.example:5433:tasks:ada:with\:colon\\and:more",
        "*:*:*:*:any",
    )
    assert _passwords(URL) == [r"with:colon\and:more"]
    both = "postgresql://ada@other,db.example:5433/tasks"
    assert _passwords(both) == ["any", r"with:colon\and:more"]
    assert _passwords("postgresql://ada:own@db.example:5433/tasks") == ["own"]
    monkeypatch.setenv("PGPASSWORD", "variable")
    assert _passwords(URL) == ["variable"]


def test_a_socket_is_localhost_to_the_password_file(tmp_path: Path) -> None:
    path = _passfile(tmp_path / "p", "localhost:5432:t:ada:s3")
    for url in (f"postgresql:///t?host=/run/pg&user=ada&passfile={path}",):
        assert _passwords(url) == ["s3"]


def test_a_password_file_that_others_may_read_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _passfile(tmp_path / "p", "*:*:*:*:any", mode=0o640)
    monkeypatch.setenv("PGPASSFILE", str(path))
    url = parse_database_url(URL)
    assert [each.password for each in url.servers] == [None]
    assert url.notices == (
        f"the password file {path} was not read: others may read it (chmod 600 helps)",
    )
    monkeypatch.setenv("PGPASSFILE", os.fspath(tmp_path / "none"))
    assert "there is no password file" in parse_database_url(URL).notices[0]
