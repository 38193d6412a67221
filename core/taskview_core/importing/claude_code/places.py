"""What the place of a file says about its lines."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import NamedTuple

from taskview_core.importing.claude_code.json_text import to_body

META = ".meta.json"
_AGENT = re.compile(r"agent-(.{1,100}?)(?:\.jsonl|\.meta\.json)")


class FilePlace(NamedTuple):
    """A file of a session: its own name, the project's folder, the session that the path names.

    `agent` is the id of the sub-agent whose lines it holds, if it is such a file. `key` is the
    beginning of the keys of its lines, of which the folders further above are no part; `body` the
    beginning of their JSON, with the folder and the sub-agent.
    """

    name: str
    slug: str
    session: str
    agent: str | None
    key: str
    body: bytes


def place_of(name: str) -> FilePlace:
    """Read a path, however it was given; that of standard input is `-`."""
    path = PurePath(name)
    found = _AGENT.fullmatch(path.name)
    agent = found[1] if found else None
    above = path.parts[:-1]
    if agent is not None and "subagents" in above:
        at = len(above) - 1 - above[::-1].index("subagents")
        session = above[at - 1] if at else ""
        return _place(path.name, above[at - 2] if at > 1 else "", session, agent)
    slug = above[-1] if above and above[-1] not in {"/", ".", ".."} else ""
    return _place(path.name, slug, path.name.removesuffix(".jsonl"), agent)


def _place(name: str, slug: str, session: str, agent: str | None) -> FilePlace:
    told = {"s": slug} if agent is None else {"s": slug, "a": agent}
    body = f"{to_body(told)[1:-1]},".encode("utf-8", "surrogatepass")
    return FilePlace(name, slug, session, agent, f"{slug}/{name}", body)
