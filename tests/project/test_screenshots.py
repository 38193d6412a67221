"""The pictures in `screenshots/` show what the program looks like now."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "screenshots"


@pytest.mark.long
def test_the_pictures_are_those_of_this_program(tmp_path: Path) -> None:
    subprocess.run([sys.executable, FOLDER / "make.py", tmp_path], check=True, cwd=tmp_path)
    made = {path.name: path.read_text() for path in tmp_path.glob("*.svg")}
    kept = {path.name: path.read_text() for path in FOLDER.glob("*.svg")}
    assert sorted(kept) == sorted(made)
    stale = [name for name in made if kept[name] != made[name]]
    assert not stale, f"{stale} are stale: look at what `python screenshots/make.py` makes of them"


def test_the_pictures_fetch_nothing() -> None:
    for path in FOLDER.glob("*.svg"):
        text = path.read_text()
        assert "@font-face" not in text
        assert not re.search(r"(?:href|src)\s*=\s*\"\s*http|url\(\s*[\"']?http|@import", text)


def test_the_readme_shows_pictures_that_are_there() -> None:
    shown = re.findall(r"\((screenshots/[^)]+)\)", (ROOT / "README.md").read_text())
    assert shown
    assert [name for name in shown if not (ROOT / name).is_file()] == []
