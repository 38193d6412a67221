"""Brings in the CSS of a kind of screens when the first of them is composed.

Textual parses what stands in CSS_PATH three times before the first frame, needed yet or not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.app import App

_FOLDER = Path(__file__).parent


def bring_in(app: App[Any], name: str) -> None:
    """Have the app's stylesheet hold the rules of `name`.tcss from here on."""
    path = _FOLDER / f"{name}.tcss"
    if not app.stylesheet.has_source(str(path)):
        app.stylesheet.read(path)
