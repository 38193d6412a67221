"""Starting is quick because little is imported: each program in an interpreter of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("alembic", "aiosqlite", "asyncpg", "fastapi", "sqlalchemy", "textual")
STORAGE = ("alembic", "aiosqlite", "asyncpg", "fastapi", "sqlalchemy")


def _modules_after(code: str) -> set[str]:
    """Give the top-level modules that are there after some code ran."""
    return {name.partition(".")[0] for name in _all_modules_after(code)}


def _all_modules_after(code: str) -> set[str]:
    """Give all modules that are there after some code ran."""
    ask = f"import sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def _run(*arguments: str) -> str:
    """Give the code that runs the command line without leaving the interpreter."""
    return (
        "import contextlib, io\nfrom taskview_tui.cli.main import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stderr(io.StringIO()):\n"
        f"    sys.argv = ['taskview', *{arguments!r}]; main()"
    )


def test_the_probe_sees_what_is_imported() -> None:
    assert {"sqlalchemy", "sqlite3"} <= _modules_after(
        "import sqlalchemy.dialects.sqlite.pysqlite, sqlite3"
    )


def test_screens_leave_storage_out() -> None:
    assert not _modules_after("import taskview_tui.app") & set(STORAGE)


def test_the_first_screen_leaves_out_what_is_not_on_it() -> None:
    """Each of these was a part of the time to the first frame."""
    late = (
        "taskview_core.entities.conversation",
        "taskview_core.entities.facets",
        "taskview_core.entities.task",
        "taskview_core.entities.usage_paths",
        "taskview_core.query.conversation_filter",
        "taskview_core.query.page",
        "taskview_core.query.parse",
        "taskview_core.query.terms",
        "taskview_core.tree.assemble",
        "taskview_tui.bars.banner",
        "taskview_tui.bars.choices",
        "taskview_tui.bars.completion",
        "taskview_tui.bars.fault_line",
        "taskview_tui.bars.fault_text",
        "taskview_tui.bars.filter_model",
        "taskview_tui.bars.find_bar",
        "taskview_tui.clipboard",
        "taskview_tui.config",
        "taskview_tui.export",
        "taskview_tui.outside",
        "taskview_tui.render.chat",
        "taskview_tui.render.copies",
        "taskview_tui.render.document",
        "taskview_tui.render.waterfall",
        "taskview_tui.screens.detail",
        "taskview_tui.screens.dialog",
        "taskview_tui.screens.tree",
        "taskview_tui.widgets.detail_pane",
        "taskview_tui.widgets.task_tree",
    )
    found = _all_modules_after("import taskview_tui.cli.browse, taskview_tui.app")
    assert not found & set(late)


def test_a_file_is_read_without_what_reads_urls_of_servers() -> None:
    found = _all_modules_after("from taskview_tui import wiring\nwiring.database('runs.db')")
    assert not [name for name in found if "postgres" in name]


def test_the_first_rows_of_a_file_need_no_sqlalchemy() -> None:
    found = _modules_after(
        "from taskview_tui import wiring\nbrowser = wiring.open_browser_at_once('runs.db')"
    )
    assert not found & {*STORAGE, "textual"}
    found = _modules_after("import taskview_core.persistence.first_page_sqlite")
    assert not found & {*STORAGE, "textual"}


def test_the_first_rows_of_a_server_need_its_driver_alone() -> None:
    found = _modules_after("import taskview_core.persistence.first_page_postgres")
    assert found & set(STORAGE) == {"asyncpg"}


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("--version",), ("ls", "--help"), ("nonsense", "--no-such-option"), ("ls",)],
    ids=" ".join,
)
def test_what_needs_no_database_imports_nothing_heavy(arguments: tuple[str, ...]) -> None:
    found = _modules_after(_run(*arguments))
    assert not found & set(HEAVY)
    assert "rich" not in found or arguments[0] == "ls"  # its table measures text


def test_the_domain_is_made_of_the_standard_library() -> None:
    found = _modules_after(
        "import taskview_core.entities, taskview_core.errors, taskview_core.query.page, "
        "taskview_core.query.evaluate, taskview_core.tree.assemble, taskview_core.interfaces"
    )
    assert found - {"taskview_core"} <= set(sys.stdlib_module_names) | {
        name for name in found if name.startswith("_") or "site" in name
    }


def test_listing_leaves_the_screens_out(tmp_path: object) -> None:
    found = _modules_after(_run("ls", f"{tmp_path}/nosuch.db"))
    assert "textual" not in found
    assert "sqlalchemy" in found, "it tried"
