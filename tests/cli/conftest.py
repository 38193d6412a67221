"""What tests of the command line may ask for."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from support.cli_browser import ListBrowser, Ran, Run, Serve
from taskview_core.entities import TaskDetail
from taskview_tui import wiring
from taskview_tui.cli.main import main


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in this process."""

    def run_words(*words: str) -> Ran:
        code = main(words)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run_words


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Makes the commands read tasks from memory, whatever database they name."""

    def serve_tasks(tasks: Sequence[TaskDetail] = (), **options: object) -> ListBrowser:
        browser = ListBrowser(tasks, **options)  # type: ignore[arg-type]  # fields by name
        monkeypatch.setattr(wiring, "open_browser", lambda url, **limits: browser)
        return browser

    return serve_tasks
