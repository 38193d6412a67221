"""What a killed run of the tests left in memory is removed by a later one, and nothing else is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support import quick_folder


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(quick_folder, "_IN_MEMORY", tmp_path)
    monkeypatch.setattr(quick_folder, "_MUCH_ROOM", 0)
    return tmp_path


def make() -> Path:
    folder = quick_folder.make_quick_folder()
    assert folder is not None
    return folder


def test_only_what_nobody_holds_is_removed(memory: Path) -> None:
    held = make()
    left = memory / "taskview-tests-left"
    new = memory / "taskview-tests-new"
    for folder in (left, new):
        folder.mkdir()
    for folder in (held, left):
        os.utime(folder, (0, 0))
    make()
    assert held.is_dir()
    assert new.is_dir()
    assert not left.exists()


def test_without_the_place_or_room_there_is_none(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick_folder, "_MUCH_ROOM", 1 << 62)
    assert quick_folder.make_quick_folder() is None
    monkeypatch.setattr(quick_folder, "_IN_MEMORY", memory / "nowhere")
    assert quick_folder.make_quick_folder() is None
