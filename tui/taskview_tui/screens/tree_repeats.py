"""Reads what a tree's rows do not hold, to tell which of its tasks were done again and again."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from taskview_core.entities import Ident
from taskview_core.interfaces import ITaskBrowser

MOST = 1_000
"""Tasks of a tree whose inputs are read whole for this; those of others count as different."""
_A_READ = 20


async def input_digests(browser: ITaskBrowser, unknown: Sequence[Ident]) -> dict[Ident, bytes]:
    """Give a digest of the input of each of the first of these tasks."""
    digests: dict[Ident, bytes] = {}
    for begin in range(0, min(len(unknown), MOST), _A_READ):
        for task in await browser.get_tasks(unknown[begin : min(begin + _A_READ, MOST)]):
            text = task.input.text or ""
            digests[task.row.id] = sha256(text.encode("utf-8", "surrogatepass")).digest()
    return digests
