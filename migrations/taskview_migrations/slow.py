"""What is slow without an index, or with others' that has its first columns alone."""

from __future__ import annotations

from collections.abc import Mapping

KEYLESS: Mapping[str, str] = {
    "tasks": "opening a task, or the parent of one, reads the whole table",
    "conversations": "each task's title and user is looked for in the whole table",
}
"""By the table: what is slow where no index leads to a row by its id."""

_MOMENT = "sorts those of the same moment"
_RARE = (
    "a rare status of a busy agent, and facets under an agent, walk past that agent's other tasks"
)

SLOW: Mapping[str, tuple[str, ...]] = {
    "ix_conversations_updated": (
        "listing conversations by their last activity reads and sorts all",
        f"listing conversations by their last activity {_MOMENT}",
    ),
    "ix_conversations_created": (
        "listing conversations by when they began reads and sorts all",
        f"listing conversations by when they began {_MOMENT}",
    ),
    "ix_conversations_user": (
        "filtering or sorting conversations by user reads all",
        "sorting conversations by user sorts all of each user",
    ),
    "ix_tasks_status": (
        "facets by status read the table",
        "facets by status count by a wider index",
    ),
    "ix_tasks_created": (
        "every page of the task list reads and sorts the whole table, and a search for words"
        " is over only when it has read all",
        f"every page of the task list {_MOMENT}",
    ),
    "ix_tasks_created_odd": (
        "a range of time, and its count, look at every task of a day before it",
    ),
    "ix_tasks_started": (
        "sorting by started reads and sorts the whole table",
        f"sorting by started {_MOMENT}, and all that have not started",
    ),
    "ix_tasks_completed": (
        "sorting by completed reads and sorts the whole table",
        f"sorting by completed {_MOMENT}, and all that have not ended",
    ),
    "ix_tasks_duration": ("sorting by duration reads and sorts the whole table",),
    "ix_tasks_updated": (
        "following changes and sorting by updated read the whole table",
        f"sorting by updated {_MOMENT}",
    ),
    "ix_tasks_status_created": (
        "pages under a status walk past all tasks of other statuses, and sorting by status reads"
        " and sorts the whole table",
        "pages under a status sort all its tasks, or walk past those of other statuses",
        f"a page under a status {_MOMENT}",
    ),
    "ix_tasks_agent_created": (
        "pages under an agent walk past all tasks of other agents, and sorting by agent reads and"
        " sorts the whole table",
        "pages under an agent sort all its tasks, or walk past those of other agents",
        f"a page under an agent {_MOMENT}",
    ),
    "ix_tasks_agent_status_created": (
        _RARE,
        _RARE,
        "pages under an agent and a status sort all tasks of both",
        f"a page under an agent and a status {_MOMENT}",
    ),
    "ix_tasks_conversation_created": (
        "opening a conversation's tree reads the whole table",
        "opening a conversation's tree, and each page of its tasks, sorts all its tasks",
        f"a page of a conversation's tasks {_MOMENT}",
    ),
    "ix_tasks_parent_created": (
        "finding the children of a task reads the whole table, and so do is:leaf and is:stuck",
        "each page of a task's children sorts all of them",
        f"a page of a task's children {_MOMENT}",
    ),
    "ix_tasks_conversation_roots": (
        "the first tasks of a conversation are found by reading all its tasks",
    ),
}
"""By the name of the index: without it, then with one that has its first column, its first two, …

Of the index on the status alone the last is with one that has further columns.
"""
