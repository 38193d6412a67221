"""Questions to a database as frozen values: filters, orders, pages and cursors."""

from taskview_core.query.page import Cursor, Page, PageRequest, Partial, Place
from taskview_core.query.sort import NEWEST_FIRST, RECENT_FIRST, Sort
from taskview_core.query.task_filter import EVERYTHING, ConversationFilter, TaskFilter

__all__ = [
    "EVERYTHING",
    "NEWEST_FIRST",
    "RECENT_FIRST",
    "ConversationFilter",
    "Cursor",
    "Page",
    "PageRequest",
    "Partial",
    "Place",
    "Sort",
    "TaskFilter",
]
