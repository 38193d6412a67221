"""Which database is meant: the one named, the environment's, or one in the data folder."""

from __future__ import annotations

import os
from pathlib import Path

from taskview_core.errors import UsageError

VARIABLE = "TASKVIEW_DB_URL"
_SQLITE = b"SQLite format 3\0"


def named_database(given: str | None) -> str | None:
    """Give the database named on the command line, or else in the environment."""
    if given is None:
        return os.environ.get(VARIABLE) or None
    return readable(given, "the database URL") if "://" in given else given


def required_database(given: str | None) -> str:
    """Give the named database; raise UsageError where there is none."""
    url = named_database(given)
    if url is None:
        raise UsageError("DB_URL is missing", f"name a database, or set {VARIABLE}")
    return url


def usual_database() -> str | None:
    """Give the database that opens when none is named: the default one, else the demo."""
    for path in (data_folder() / "default.db", demo_path()):
        if path.exists():
            return str(path)
    return None


def importable(url: str) -> Path | None:
    """Give the path that was named where it is no database but sessions or traces: to be imported.

    A file that begins as SQLite's do is a database, and so is one that is empty or not there.
    """
    if "://" in url:
        return None
    path = Path(url)
    try:
        if path.is_file():
            with path.open("rb") as file:
                start = file.read(len(_SQLITE))
            if not start or start == _SQLITE:
                return None
        elif not path.is_dir():
            return None
    except (OSError, ValueError):
        return None  # whoever opens it says why
    from taskview_tui import wiring

    return path if wiring.can_be_imported(path) else None


def demo_path() -> Path:
    """Give the place of the demo database."""
    return data_folder() / "demo.db"


def data_folder() -> Path:
    """Give the folder that the platform has for the data of programs."""
    from platformdirs import user_data_path

    return user_data_path("taskview", appauthor=False)


def readable(text: str, what: str) -> str:
    """Give the text if it is text; raise UsageError where it holds bytes that are no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{what} is not UTF-8", "check the terminal's encoding") from None
    return text
