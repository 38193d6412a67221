"""The rows of a tree, before it is put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taskview_core.entities import Ident, TaskRow


@dataclass(frozen=True)
class TreeRows:
    """The tasks of a conversation or a subtree.

    `elsewhere` maps the ids of parents that exist but are not among the rows to the conversation
    that they are in; a parent in neither place does not exist. `statuses` are theirs, as stored;
    None where they were not asked for, and then of the top of a subtree it is not known whether its
    parent exists.
    """

    rows: tuple[TaskRow, ...]
    elsewhere: Mapping[Ident, Ident] = field(default_factory=dict)
    statuses: Mapping[Ident, str | None] | None = None
