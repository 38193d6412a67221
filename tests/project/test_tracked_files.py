"""What is tracked names no machine's folders, no registry, no outside host."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Written so that this file does not match itself.
FORBIDDEN = {
    "a folder of a machine": r"/(?:work|farm|root|home/\w+|tmp/bash_jobs)/",
    "a package registry": r"pypi\.\w+|python" r"hosted\.org|registry\.npm" r"js|crates\.io",
    "a host that serves fonts or scripts": r"fonts\.g(?:oogle"
    r"apis|static)|cdn"
    r"js\.|unp"
    r"kg",
    "a lock file's source": r"(?m)^\s*(?:--index-url|--find-links|-i https?:)",
}


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]


@pytest.mark.parametrize("what", sorted(FORBIDDEN))
def test_no_file_names(what: str) -> None:
    found = []
    for path in _tracked():
        if not path.is_file():
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        found += [
            f"{path.relative_to(ROOT)}: {match[0]!r}"
            for match in re.finditer(FORBIDDEN[what], text)
        ]
    assert found == []


def test_the_top_level_holds_what_belongs_there() -> None:
    """A file that a test or an export has left behind is seen before it is committed."""
    inside = {path.relative_to(ROOT).parts[0] for path in _tracked()}
    assert inside == {
        *(".ci", ".gitignore", ".importlinter", "core", "migrations", "tui", "tests"),
        *("screenshots", "pyproject.toml", "constraints.txt", "LICENSE"),
        *("README.md", "CONTRIBUTING.md", "CHANGELOG.md"),
    }


def test_no_lock_file_that_names_hosts_is_there() -> None:
    assert not [path for path in _tracked() if path.name in {"uv.lock", "pylock.toml"}]


def test_constraints_pin_everything_that_is_installed_for_the_tests() -> None:
    """Nothing of a fresh environment may be left to the day on which it is made."""
    pinned = {
        re.split(r"[=<>!~ ;\[]", line)[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if line and not line.startswith(("#", " "))
    }
    declared = re.findall(
        r'^\s*"([A-Za-z0-9._-]+)[\[><=]', (ROOT / "pyproject.toml").read_text(), re.MULTILINE
    )
    wanted = {name.lower().replace("_", "-") for name in declared}
    assert {"textual", "pytest", "ruff"} <= wanted
    assert wanted - pinned == set()
