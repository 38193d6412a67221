"""Keys as data: each command with an id, from which bindings, help, footer and palette are made."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from enum import Enum
from typing import NamedTuple

from textual.binding import Binding, BindingType


class Group(Enum):
    """What a command is about; the help shows the groups in this order."""

    OPEN = "Open and go back"
    FILTER = "Filter"
    PAGES = "Pages and order"
    MOVE = "Move"
    VIEW = "View"
    COPY = "Copy"
    INPUT = "Typing"
    PROGRAM = "Program"


class Command(NamedTuple):
    """One thing that a key does.

    `id` names it in a keymap; `keys` is a list with commas, `action` what Textual runs. `name`
    is a few words for the palette, `short` one for the footer (empty: not shown there), and
    `help` a sentence.
    """

    id: str
    keys: str
    action: str
    name: str
    help: str
    group: Group
    short: str = ""
    priority: bool = False
    """Works whatever has the focus; not for printable keys."""
    rank: int = 5
    """The place in the footer: what is low comes first, and stays where not all has room."""

    def binding(self) -> Binding:
        """Give the binding that Textual wants."""
        return Binding(
            self.keys,
            self.action,
            self.short or self.name,
            show=bool(self.short),
            id=self.id,
            tooltip=self.help,
            priority=self.priority,
            group=Binding.Group(self.group.value),
        )


COMMANDS: dict[str, Command] = {}
"""Every command by its id; filled by `bindings`, as the classes that have them are made."""


def bindings(*commands: Command) -> list[BindingType]:
    """Give the bindings of these commands, and put them on the list of all commands."""
    COMMANDS.update({command.id: command for command in commands})
    return [command.binding() for command in commands]


def identified(
    prefix: str, group: Group, inherited: Iterable[BindingType], without: Collection[str] = ()
) -> list[BindingType]:
    """Give bindings that a class of Textual's has, each with an id and the name of a group.

    `without` names keys that are left out.
    """
    result: list[BindingType] = []
    for binding in Binding.make_bindings(inherited):
        if binding.key in without:
            continue
        action = binding.action.rpartition(".")[2].replace("(True)", "_selecting")
        result.append(
            replace(binding, id=f"{prefix}.{action}", group=Binding.Group(group.value), show=False)
        )
    return result
