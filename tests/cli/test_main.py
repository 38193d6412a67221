"""What `taskview` does before and around its commands."""

from __future__ import annotations

import io
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

import pytest

from support.cli_browser import Run, Serve, make_task
from taskview_core.errors import (
    AmbiguousIdError,
    CannotConnectError,
    EntityNotFoundError,
    LoadError,
    QueryError,
    SchemaError,
    TaskviewError,
    UsageError,
)
from taskview_tui.cli import failures
from taskview_tui.cli.commands import SUMMARIES
from taskview_tui.cli.exit_codes import ExitCode

HEAVY = {"textual", "rich", "sqlalchemy", "aiosqlite", "asyncpg", "alembic", "platformdirs"}


def modules_after(statement: str) -> set[str]:
    """Give the top-level modules that are loaded when a statement has run."""
    code = f"import sys\n{statement}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ran.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "statement",
    [
        "import taskview_tui.cli.main",
        "from taskview_tui.cli.main import main; main(['--help'])",
        "from taskview_tui.cli.main import main; main(['--version'])",
        "import taskview_tui.wiring",
    ],
)
def test_the_start_loads_nothing_heavy(statement: str) -> None:
    loaded = modules_after(statement)
    assert "taskview_tui" in loaded
    assert not loaded & HEAVY


def test_the_main_module_loads_no_asyncio_either() -> None:
    assert "asyncio" not in modules_after("import taskview_tui.cli.main")


@pytest.mark.parametrize(
    "words", ["'nosuch.db'", "'ls', 'mysql://x'", "'ls', 'x', '-f', 'statsu:x'"]
)
def test_a_mistake_is_told_without_loading_storage(words: str) -> None:
    loaded = modules_after(f"from taskview_tui.cli.main import main; main([{words}])")
    assert not loaded & (HEAVY - {"rich"})


@pytest.mark.parametrize("name", SUMMARIES)
def test_help_of_a_command_loads_no_storage(name: str) -> None:
    loaded = modules_after(f"from taskview_tui.cli.main import main; main(['{name}', '--help'])")
    assert not loaded & (HEAVY - {"rich", "platformdirs"})


def test_help_tells_of_every_command(run: Run) -> None:
    ran = run("--help")
    assert (ran.code, ran.err) == (0, "")
    for name, summary in SUMMARIES.items():
        assert f"  {name:<8}{summary}" in ran.out


@pytest.mark.parametrize("name", SUMMARIES)
def test_every_command_has_help(run: Run, name: str) -> None:
    ran = run(name, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"usage: taskview {name} ")
    assert all(len(line) <= 100 for line in ran.out.splitlines())


def test_the_version_is_that_of_the_package(run: Run) -> None:
    assert run("--version").out == f"taskview {version('taskview')}\n"


def test_without_a_terminal_the_browser_says_so(run: Run) -> None:
    for words in ([], ["x.db"], ["--", "ls"], ["--tz", "utc"]):
        ran = run(*words)
        assert (ran.code, ran.out) == (2, "")
        assert "needs a terminal" in ran.err


def test_a_misspelt_command_is_no_database(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = run("lss", "x.db", "--filter", "x")
    assert ran.code == 2
    assert ran.err == "taskview: there is no command and no file lss: did you mean ls?\n"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lss").touch()
    assert "needs a terminal" in run("lss").err


def test_options_may_stand_before_a_command(run: Run, serve: Serve) -> None:
    serve([make_task(1)])
    assert "01-31 10:00 UTC" in run("--tz", "utc", "ls", "x.db").out or "2026-01-31 UTC" in (
        run("--tz", "utc", "ls", "x.db").out
    )


def test_a_wrong_option_shows_usage(run: Run) -> None:
    ran = run("count", "x.db", "--exakt")
    assert ran.code == 2
    assert ran.err.splitlines() == [
        "usage: taskview count [DB_URL] [options]",
        "taskview count: there is no option --exakt; did you mean --exact?",
    ]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TaskviewError("x"), ExitCode.FAILED),
        (QueryError("x"), ExitCode.FAILED),
        (SchemaError("x"), ExitCode.FAILED),
        (LoadError("x"), ExitCode.FAILED),
        (UsageError("x"), ExitCode.USAGE),
        (AmbiguousIdError("x"), ExitCode.USAGE),
        (CannotConnectError("x"), ExitCode.CANNOT_CONNECT),
        (EntityNotFoundError("task", "x"), ExitCode.NOT_FOUND),
    ],
)
def test_every_error_has_its_exit_code(
    run: Run, serve: Serve, error: TaskviewError, code: ExitCode
) -> None:
    serve(fails_after=0, failure=error)
    ran = run("ls", "x.db")
    assert (ran.code, ran.out) == (code, "")
    assert ran.err == f"taskview: {error}\n"


def test_an_error_is_cleaned(run: Run, serve: Serve) -> None:
    serve(fails_after=0, failure=QueryError("the query failed", "\x1b]0;owned\x07\nsecond"))
    assert run("ls", "x.db").err == "taskview: the query failed: ␛]0;owned␇\nsecond\n"


def fail_with(words: str) -> None:
    raise ValueError(words)


def test_a_fault_of_our_own_is_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["taskview", "ls"])
    try:
        fail_with("postgresql://ada:hush@host/db")
    except ValueError as error:
        failures.report_unexpected(type(error), error, error.__traceback__)
    words = capsys.readouterr().err
    begin, _, path = words.partition("; a report without any of your data is in ")
    assert begin == "taskview: an error in taskview itself (ValueError) ended this command"
    assert "in fail_with" in Path(path.rstrip("\n")).read_text()


@pytest.mark.parametrize("asked_by", ["option", "environment"])
def test_debugging_shows_the_way_but_no_password(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, asked_by: str
) -> None:
    secrets = ["p@ss:w/rd", "quoted&", "of the variable", "of the server"]
    url = f"postgresql://ada:{quote(secrets[0], '')}@host/db?password={quote(secrets[1])}"
    monkeypatch.setattr(sys, "argv", ["taskview", "ls", url])
    monkeypatch.setenv("TASKVIEW_DB_URL", f"postgresql://ada:{secrets[2]}@host/db")
    monkeypatch.setenv("PGPASSWORD", secrets[3])
    if asked_by == "option":
        sys.argv.append("--debug")
    else:
        monkeypatch.setenv("TASKVIEW_DEBUG", "1")
    try:
        fail_with(f"{url} {secrets}")
    except ValueError as error:
        failures.report_unexpected(type(error), error, error.__traceback__)
    words = capsys.readouterr().err
    assert "in fail_with" in words
    assert "ValueError: postgresql://ada:***@host/db?password=***" in words
    for secret in (*secrets, quote(secrets[0], "")):
        assert secret not in words


def test_without_standard_output_it_says_so(
    run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve([make_task(1)])
    monkeypatch.setattr(sys, "stdout", None)
    ran = run("ls", "x.db")
    assert ran.code == 1
    assert "standard output is closed" in ran.err


def test_words_go_nowhere_where_nobody_reads_them(
    run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    serve([make_task(1), make_task(2)])
    monkeypatch.setattr(sys, "stderr", Gone())
    assert run("ls", "x.db", "-n", "1", "-o", "ids").code == 0
