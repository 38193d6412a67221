"""What README says is so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from taskview_core.query.task_filter import TaskFilter

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def _section(title: str) -> str:
    return README.partition(f"## {title}\n")[2].partition("\n## ")[0]


def _terms() -> list[str]:
    rows = [line for line in _section("The query language").splitlines() if line.startswith("| `")]
    shown = [term for row in rows for term in re.findall(r"`([^`]+)`", row.split("|")[1])]
    return [term.replace("UUID", "0b7c8f1e-5a52-4c0e-9d3a-2f6f1f0c9a11") for term in shown]


def _complete(term: str) -> bool:
    return not term.endswith(":") and "…" not in term and "a..b" not in term


@pytest.mark.parametrize("term", [term for term in _terms() if _complete(term)])
def test_terms_mean_something(term: str) -> None:
    assert TaskFilter.parse(str(TaskFilter.parse(term))) == TaskFilter.parse(term)


def test_there_are_terms_for_every_key() -> None:
    from taskview_core.query import keys

    shown = {term.partition(":")[0].removeprefix("-") for term in _terms() if ":" in term}
    known = {each.name for each in keys._ALL}
    assert {name.partition(".")[0] for name in shown} == {name.partition(".")[0] for name in known}


def test_commands_are_there() -> None:
    command = Path(sys.executable).parent / "taskview"
    for name in re.findall(r"(?m)^    taskview ([a-z]+) ", _section("Command line")):
        done = subprocess.run([command, name, "--help"], capture_output=True, check=False)
        assert done.returncode == 0, name


def test_the_test_command_is_what_is_checked() -> None:
    run = (ROOT / ".ci" / "run").read_text()
    assert "-c constraints.txt -e '.[test]' && .venv/bin/pytest\n" in README
    assert re.search(r"(?m)^\.venv/bin/pytest$", run)
