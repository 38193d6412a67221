"""The dialogs of an export: what, in which form, to which file; and how far it has come."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from taskview_core.errors import TaskviewError
from taskview_core.interfaces import ITaskBrowser
from taskview_tui.bars.line_input import LineInput
from taskview_tui.export.formats import ExportFormat
from taskview_tui.export.run import Done, Export, run_export
from taskview_tui.export.scope import Below, Listed, Scope, Whole
from taskview_tui.export.target import new_file
from taskview_tui.export.words import done_words
from taskview_tui.screens.base import BrowserScreen
from taskview_tui.screens.dialog import Dialog
from taskview_tui.screens.picker import Picker
from taskview_tui.text.clean import clean

_FORMS: tuple[tuple[str, ExportFormat, bool, str], ...] = (
    ("ndjson", ExportFormat.NDJSON, False, "NDJSON, which `taskview load` takes back"),
    ("ndjson-redacted", ExportFormat.NDJSON, True, "NDJSON without secrets"),
    ("csv", ExportFormat.CSV, False, "CSV"),
    ("csv-redacted", ExportFormat.CSV, True, "CSV without secrets"),
    ("report", ExportFormat.MARKDOWN, True, "a report in Markdown without secrets"),
    ("report-whole", ExportFormat.MARKDOWN, False, "a report in Markdown with all that is there"),
)


def ask_export(screen: BrowserScreen, choices: Sequence[tuple[str, Scope]]) -> None:
    """Ask what to export in which form to which file, and do it; Esc leaves at any step."""
    app = screen.app
    browser = screen.browser
    words = [(str(number), name) for number, (name, _) in enumerate(choices)]

    def take_scope(number: str | None) -> None:
        if number is not None:
            scope = choices[int(number)][1]
            forms = [(name, described) for name, _, _, described in _FORMS]
            app.push_screen(Picker("export as", forms, "ndjson"), lambda name: take(scope, name))

    def take(scope: Scope, name: str | None) -> None:
        found = next((each for each in _FORMS if each[0] == name), None)
        if found is not None:
            _, form, redact, _ = found
            export = Export(scope, form, redact)
            app.push_screen(
                FileDialog(usual_name(scope, form)), lambda target: write(export, target)
            )

    def write(export: Export, target: Target | None) -> None:
        if target is not None:
            app.push_screen(ExportDialog(browser, export, target))

    app.push_screen(Picker("export", words, "0"), take_scope)


def usual_name(scope: Scope, form: ExportFormat) -> str:
    """Give the name that a file gets unless another is typed."""
    if isinstance(scope, Listed):
        what = "tasks"
    elif isinstance(scope, Whole):
        what = f"conversation-{_short(str(scope.conversation))}"
    else:
        assert isinstance(scope, Below), "there are three kinds of scopes"
        what = f"task-{_short(str(scope.task))}"
    return f"taskview-{what}{form.ending}"


def _short(ident: str) -> str:
    return "".join(letter for letter in ident[:8] if letter.isalnum())


class FileInput(LineInput):
    """A line to type the name of a file in."""


@dataclass(frozen=True, slots=True)
class Target:
    """The file to write; `replace` says that one of that name may go for it."""

    path: Path
    replace: bool = False


class FileDialog(Dialog[Target]):
    """Takes the name of a file; where there is one already, Enter has to be pressed again."""

    DEFAULT_CSS = "FileDialog .box { width: 60; }"

    def __init__(self, name: str) -> None:
        super().__init__()
        self._input = FileInput(value=name, select_on_focus=False)
        self._input.cursor_blink = False
        self._words = Static("", markup=False, classes="words")
        self._to_replace: Path | None = None
        """The file of which it has been said that it is there already."""

    def compose(self) -> ComposeResult:
        """Make the box."""
        with Vertical(classes="box"):
            yield Static("export to the file", markup=False, classes="heading")
            yield self._input
            yield self._words

    def on_mount(self) -> None:
        """Let the name be typed."""
        self._input.focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        path = _path(event.value)
        self._to_replace = None
        if path is None:
            self._words.update("")
            return
        words = _wrong_with(path)
        if not words:
            words = f"{path} is there already" if _is_there(path) else str(path.absolute())
        self._words.update(clean(words))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        path = _path(event.value)
        if path is None or _wrong_with(path):
            return
        if not _is_there(path) or path == self._to_replace:
            self.dismiss(Target(path, replace=path == self._to_replace))
            return
        self._to_replace = path
        words = f"{path} is there already: Enter again replaces it, or choose another name"
        self._words.update(clean(words))


def _path(text: str) -> Path | None:
    text = text.strip()
    if not text or "\0" in text:
        return None
    path = Path(text)
    try:
        return path.expanduser()
    except RuntimeError:
        return path  # a `~name` that nobody has is a name like any other


def _wrong_with(path: Path) -> str:
    """Say why a file cannot be made under a name; nothing where it can."""
    try:
        if path.is_dir():
            return f"{path} is a folder"
        if _is_there(path) and not path.is_file():
            return f"{path} is there already, and is no file: choose another name"
        if not path.parent.is_dir():
            return f"there is no folder {path.parent}"
    except OSError as error:
        return f"{path}: {error.strerror}"
    return ""


def _is_there(path: Path) -> bool:
    return os.path.lexists(path)


class ExportDialog(Dialog[None]):
    """Writes an export and shows how far it has come; Esc stops it, and leaves no file."""

    DEFAULT_CSS = "ExportDialog .box { width: 60; }"

    class Moved(Message):
        """Some more has been written."""

        def __init__(self, tasks: int) -> None:
            super().__init__()
            self.tasks = tasks

    class Ended(Message):
        """It is over: done, or failed."""

        def __init__(self, done: Done | None, error: TaskviewError | None) -> None:
            super().__init__()
            self.done = done
            self.error = error

    def __init__(self, browser: ITaskBrowser, export: Export, target: Target) -> None:
        super().__init__()
        self._browser = browser
        self._export = export
        self._path = target.path
        self._replace = target.replace
        self._words = Static("0 tasks", markup=False, classes="words")

    def compose(self) -> ComposeResult:
        """Make the box."""
        with Vertical(classes="box"):
            yield Static(clean(f"exporting to {self._path}"), markup=False, classes="heading")
            yield self._words
            yield Static("Esc: stop", markup=False)

    def on_mount(self) -> None:
        """Begin."""
        self._write()

    @work(exit_on_error=True, group="export")
    async def _write(self) -> None:
        done: Done | None = None
        failure: TaskviewError | None = None
        try:
            with new_file(self._path, replace=self._replace) as sink:
                done = await run_export(
                    self._browser,
                    self._export,
                    sink,
                    lambda so_far: self._told(so_far.tasks),
                )
        except TaskviewError as error:
            failure = error
        self.post_message(self.Ended(done if failure is None else None, failure))

    def _told(self, tasks: int) -> None:
        self.post_message(self.Moved(tasks))

    @on(Moved)
    def _show(self, message: Moved) -> None:
        self._words.update(f"{message.tasks:,} tasks")

    @on(Ended)
    def _say_ended(self, message: Ended) -> None:
        if message.error is not None:
            words = f"not exported: {message.error}"
            self.app.notify(clean(words), severity="error", markup=False)
        elif message.done is not None:
            words = "\n".join(done_words(message.done, self._path, self._export.format))
            self.app.notify(clean_lines(words), markup=False)
        self.dismiss(None)


def clean_lines(text: str) -> str:
    """Give lines cleaned, each by itself."""
    return "\n".join(clean(line) for line in text.split("\n"))
