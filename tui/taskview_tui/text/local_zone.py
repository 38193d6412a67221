"""What the machine's own time zone is called: `America/New_York`, not `EST` half the year."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FOLDER = "zoneinfo/"
_LINK = Path("/etc/localtime")


@cache
def local_zone_name() -> str | None:
    """Give the name of this machine's zone; None where it is not told by one."""
    return zone_name_of(os.environ, _LINK)


def zone_name_of(environment: Mapping[str, str], link: Path) -> str | None:
    """Give the name that `TZ` or, where it is not set, the link to the zone's file tells.

    None for rules in place of a name, as `EST5EDT,M3.2.0,M11.1.0`, and for a file that is no link.
    """
    given = environment.get("TZ")
    # An empty one means UTC.
    path = os.path.realpath(link) if given is None else given.removeprefix(":")
    name = path.rpartition(_FOLDER)[2].removeprefix("posix/").removeprefix("right/")
    return name if "/" in name and not name.startswith("/") and "," not in name else None
