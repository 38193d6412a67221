"""The palette's commands: everything that a key does on the screen it was opened from."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rich.text import Text
from textual.await_complete import AwaitComplete
from textual.binding import ActiveBinding
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.markup import escape
from textual.types import IgnoreReturnCallbackType

from taskview_tui.keys import COMMANDS, Command, Group

PALETTE_ID = "--command-palette"
"""By which Textual knows that the palette is open."""


class Palette(CommandPalette):
    """Textual's palette, which a key that came twice closes once."""

    # Textual reverses it, which where there are no colours is lost on the way.
    DEFAULT_CSS = """
    Palette CommandList:nocolor > .option-list--option-highlighted {
        text-style: bold underline;
    }
    """

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close it, unless that has been done: see Dialog."""
        return super().dismiss(result) if self.is_active else AwaitComplete()


class KeyProvider(Provider):
    """Gives each command that is active, once, with its keys."""

    async def discover(self) -> Hits:
        """Give all commands, in the order of the help."""
        order = list(Group)
        commands = sorted(self._commands(), key=lambda each: order.index(each[0].group))
        for command, keys, run in commands:
            shown = _name(command, keys)
            yield DiscoveryHit(shown, run, text=command.name, help=escape(command.help))

    async def search(self, query: str) -> Hits:
        """Give the commands whose name or explanation fits what was typed."""
        matcher = self.matcher(query)
        for command, keys, run in self._commands():
            by_name = matcher.match(command.name)
            score = max(by_name, matcher.match(command.help) / 2)
            if score > 0:
                shown = _name(command, keys)
                yield Hit(score, shown, run, text=command.name, help=escape(command.help))

    def _commands(self) -> Iterator[tuple[Command, str, IgnoreReturnCallbackType]]:
        found: dict[str, tuple[Command, list[str], ActiveBinding]] = {}
        for active in self.screen.active_bindings.values():
            command = COMMANDS.get(active.binding.id or "")
            if command is None or not active.enabled or command.action == "app.command_palette":
                continue
            key = self.app.get_key_display(active.binding)
            found.setdefault(command.id, (command, [], active))[1].append(key)
        for command, keys, active in found.values():
            run = partial(self.app.run_action, active.binding.action, active.node)
            yield command, " ".join(keys), run


def _name(command: Command, keys: str) -> Text:
    """Give the name with its keys; a Text, for a key such as `[` would be markup in a str."""
    return Text.assemble(command.name, ("  " + keys, "dim"))
