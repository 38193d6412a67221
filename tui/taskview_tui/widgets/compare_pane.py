"""The two tasks of a pair, and what differs between them."""

from __future__ import annotations

from taskview_tui.render.document import Document
from taskview_tui.widgets.document_view import DocumentView


class ComparePane(DocumentView):
    """Shows a document about a pair, or a message in place of it."""

    def show(self, document: Document, *, keep: bool = False) -> None:
        """Show a document; `keep` for the same pair once more."""
        self.set_document(document, keep=keep)

    def show_message(self, text: str) -> None:
        """Show a message, such as that something could not be read."""
        self.set_document(Document(()))
        self.show_empty(text)
