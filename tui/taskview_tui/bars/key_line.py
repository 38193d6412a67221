"""The last line of a screen: the keys that matter most here. Made from the active bindings."""

from __future__ import annotations

from textual import events
from textual.binding import ActiveBinding
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from taskview_tui.host import host_of
from taskview_tui.keys import COMMANDS

_USUAL = 5
"""The rank of a binding that is none of our commands."""


def _rank(name: str | None) -> int:
    command = COMMANDS.get(name or "")
    return command.rank if command else _USUAL


class KeyLine(Widget):
    """Shows as many of the bindings with a footer text as fit; a click does what the key does."""

    def __init__(self) -> None:
        super().__init__()
        self._spans: list[tuple[int, int, ActiveBinding]] = []

    def on_mount(self) -> None:
        """Follow the bindings, which change with the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)

    def _follow(self, _screen: Screen[object]) -> None:
        self.refresh()

    def render(self) -> Content:
        """Draw keys and what they do, whole ones only."""
        line = Content("")
        self._spans = []
        used = 0
        for key, words, active in self._shown():
            piece = Content.assemble((f" {key}", "bold"), f" {words} ")
            if used + piece.cell_length > self.size.width:
                break
            self._spans.append((used, used + piece.cell_length, active))
            used += piece.cell_length
            line += piece
        return line

    def _shown(self) -> list[tuple[str, str, ActiveBinding]]:
        """Give key, words and binding of each command once, by the first key that works."""
        found: dict[str | None, tuple[str, str, ActiveBinding]] = {}
        first = host_of(self).is_first_screen
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and active.enabled and binding.id not in found:
                key = self.app.get_key_display(binding)
                if not self._is_typed(key):
                    ends = first and binding.id == "screen.close"
                    found[binding.id] = (key, "quit" if ends else binding.description, active)
        return [found[name] for name in sorted(found, key=_rank)]

    def _is_typed(self, key: str) -> bool:
        """Whether the key is only a letter here, as it is in an input."""
        return isinstance(self.screen.focused, Input) and len(key) == 1 and key.isascii()

    async def on_click(self, event: events.Click) -> None:
        """Run the command that was clicked on."""
        for start, end, active in self._spans:
            if start <= event.x < end:
                await self.app.run_action(active.binding.action, active.node)
                return
