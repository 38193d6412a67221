"""The domain's own values: frozen, and made of the standard library alone.

Each is imported when it is first asked for. All together they take 15 ms, for a frozen class is
written and compiled as it is made, and the first screen is drawn before it needs most of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taskview_core.entities.conversation import (
        Conversation,
        ConversationDetail,
        ConversationRow,
    )
    from taskview_core.entities.count import Count
    from taskview_core.entities.facets import Facets, FacetValue
    from taskview_core.entities.ident import Ident, parse_ident
    from taskview_core.entities.payload import JsonValue, StoredJson
    from taskview_core.entities.replica import Replica
    from taskview_core.entities.status import TaskStatus
    from taskview_core.entities.task import Task, TaskContents, TaskDetail, TaskRow
    from taskview_core.entities.usage import Covers, Reported, Usage
    from taskview_core.entities.usage_paths import UsagePaths
else:
    _MODULES = {
        "conversation": ("Conversation", "ConversationDetail", "ConversationRow"),
        "count": ("Count",),
        "facets": ("FacetValue", "Facets"),
        "ident": ("Ident", "parse_ident"),
        "payload": ("JsonValue", "StoredJson"),
        "replica": ("Replica",),
        "status": ("TaskStatus",),
        "task": ("Task", "TaskContents", "TaskDetail", "TaskRow"),
        "usage": ("Covers", "Reported", "Usage"),
        "usage_paths": ("UsagePaths",),
    }
    _PLACES = {name: module for module, names in _MODULES.items() for name in names}

    def __getattr__(name):
        """Give a value of the domain, once; then it is an attribute like others."""
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
        globals()[name] = found
        return found


__all__ = [
    "Conversation",
    "ConversationDetail",
    "ConversationRow",
    "Count",
    "Covers",
    "FacetValue",
    "Facets",
    "Ident",
    "JsonValue",
    "Replica",
    "Reported",
    "StoredJson",
    "Task",
    "TaskContents",
    "TaskDetail",
    "TaskRow",
    "TaskStatus",
    "Usage",
    "UsagePaths",
    "parse_ident",
]
