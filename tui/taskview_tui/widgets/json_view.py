"""One JSON value, folding."""

from __future__ import annotations

from taskview_core.entities import StoredJson
from taskview_tui.render.document import Document
from taskview_tui.render.payload import ReadPayload, is_large, read_payload, unread_payload
from taskview_tui.widgets.finding_view import FindingView
from taskview_tui.widgets.payload_reader import PayloadsRead, read_beside


class JsonView(FindingView):
    """A payload by itself: numbers and repeated keys as stored, long strings clipped.

    What is not JSON, or nested too deeply to be decoded, shows as the stored text. A large one is
    read in a thread; meanwhile the view says so.
    """

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,  # Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._payload = StoredJson(None)
        self._title = ""

    def show(self, payload: StoredJson, *, title: str = "") -> None:
        """Show another payload, under a heading if there is a title."""
        self._payload = payload
        self._title = title
        if is_large(payload):
            self._paint(unread_payload(payload))
            read_beside(self, payload, {title: payload})
        else:
            self._paint(read_payload(payload))

    def _paint(self, payload: ReadPayload) -> None:
        self.set_document(Document([payload.section(self._title)]))
        self.show_empty(payload.note)

    def on_payloads_read(self, message: PayloadsRead) -> None:
        """Paint what the thread has read, unless another payload is to be seen by now."""
        message.stop()
        if message.request is self._payload:
            self._paint(message.payloads[self._title])
