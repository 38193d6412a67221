"""What the rest of the program asks of storage, as Protocols."""

from taskview_core.interfaces.browser import ITaskBrowser
from taskview_core.interfaces.repositories import IConversationRepository, ITaskRepository

__all__ = ["IConversationRepository", "ITaskBrowser", "ITaskRepository"]
