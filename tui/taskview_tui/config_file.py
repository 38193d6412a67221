"""The configuration file: TOML in the platform's folder. Mostly there is none to be read."""

from __future__ import annotations

import os
from pathlib import Path

from taskview_core.errors import UsageError

VARIABLE = "TASKVIEW_CONFIG"


def config_path() -> Path:
    """Give the place of the file: where TASKVIEW_CONFIG says, else in the platform's folder."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("taskview", appauthor=False) / "config.toml"


def config_text() -> str | None:
    """Give what is in the file, None where there is none; UsageError for one that is missed."""
    path = config_path()
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        if not os.environ.get(VARIABLE):
            return None
        raise UsageError(f"there is no file {path}", f"{VARIABLE} names it") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the configuration in {path}", str(error)) from error
