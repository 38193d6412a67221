"""What the place of a file says about its lines."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import NamedTuple

META = ".meta.json"
_AGENT = re.compile(r"agent-(.{1,100}?)(?:\.jsonl|\.meta\.json)")


class FilePlace(NamedTuple):
    """A file of a session: its own name, the project's folder, the session that the path names.

    `agent` is the id of the sub-agent whose lines it holds, if it is such a file.
    """

    name: str
    slug: str
    session: str
    agent: str | None

    @property
    def key(self) -> str:
        """The beginning of the keys of its lines; the folders above are not part of it."""
        return f"{self.slug}/{self.name}"


def place_of(name: str) -> FilePlace:
    """Read a path, however it was given; that of standard input is `-`."""
    path = PurePath(name)
    found = _AGENT.fullmatch(path.name)
    agent = found[1] if found else None
    above = path.parts[:-1]
    if agent is not None and "subagents" in above:
        at = len(above) - 1 - above[::-1].index("subagents")
        session = above[at - 1] if at else ""
        return FilePlace(path.name, above[at - 2] if at > 1 else "", session, agent)
    slug = above[-1] if above and above[-1] not in {"/", ".", ".."} else ""
    return FilePlace(path.name, slug, path.name.removesuffix(".jsonl"), agent)
