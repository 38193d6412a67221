"""What tests of screens share."""

from __future__ import annotations

import pytest


@pytest.fixture
def slow_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slowly a busy machine types a key's name, it is no word to search for."""
    monkeypatch.setattr("taskview_tui.bars.filter_bar.KEY_DEBOUNCE", 3600)
