"""The domain's own values: frozen, and made of the standard library alone."""

from taskview_core.entities.conversation import (
    Conversation,
    ConversationDetail,
    ConversationRow,
)
from taskview_core.entities.count import Count, Facets, FacetValue
from taskview_core.entities.ident import Ident, parse_ident
from taskview_core.entities.payload import JsonValue, StoredJson
from taskview_core.entities.status import TaskStatus
from taskview_core.entities.task import Task, TaskDetail, TaskRow
from taskview_core.entities.usage import Covers, Reported, Usage
from taskview_core.entities.usage_paths import UsagePaths

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
    "Reported",
    "StoredJson",
    "Task",
    "TaskDetail",
    "TaskRow",
    "TaskStatus",
    "Usage",
    "UsagePaths",
    "parse_ident",
]
