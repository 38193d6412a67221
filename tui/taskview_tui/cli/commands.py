"""The subcommands by name. The modules that do the work are imported only when they are run."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from taskview_tui.cli.parser import CommandParser

SUMMARIES: Mapping[str, str] = {
    "ls": "list tasks, filtered and sorted, as a table or for other programs",
    "tree": "show the tree of a conversation or of one task",
    "show": "show one task or conversation with all its fields",
    "diff": "compare two tasks with all below them, or two conversations",
    "count": "count the tasks that a filter lets through",
    "export": "write tasks to a file: NDJSON, CSV, or a Markdown report with secrets left out",
    "load": "read conversations and tasks from NDJSON files into a database",
    "import": "bring sessions and traces of other programs into a database",
    "claude": "browse the Claude Code sessions of this machine; --follow shows new tasks",
    "demo": "make a realistic database, once, and open it",
    "db": "make or upgrade a database's tables, or say how they are",
}


_MODULES = {"": "browse", "import": "import_"}
"""Modules that are not called as their command is."""


class Command(Protocol):
    """What the module of a subcommand gives."""

    def make_parser(self) -> CommandParser:
        """Give the parser of the words after the subcommand's name."""
        ...

    def run(self, options: Namespace) -> int:
        """Do it; give the exit code, or raise a TaskviewError."""
        ...


def command_module(name: str) -> Command:
    """Give the module of a subcommand, or of the browser where the name is empty."""
    module = _MODULES.get(name, name)
    return cast(Command, import_module(f"taskview_tui.cli.{module}"))
