"""What the help says: the keys that work on a screen, grouped, made from its active bindings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from textual.binding import ActiveBinding, Binding
from textual.content import Content

from taskview_core.query.keys import KeyHelp
from taskview_tui.keys import COMMANDS, Group
from taskview_tui.text.cells import pad, wrap


@dataclass(frozen=True)
class HelpLine:
    """One command: its keys as people write them, what it does, and its id in a keymap."""

    keys: tuple[str, ...]
    name: str
    words: str
    id: str


@dataclass(frozen=True)
class HelpGroup:
    """The commands about one thing."""

    title: str
    lines: tuple[HelpLine, ...]


def help_groups(
    active: Iterable[ActiveBinding], shown: Callable[[Binding], str]
) -> tuple[HelpGroup, ...]:
    """Give the commands of these bindings in the order of the groups, each command once.

    `shown` gives a binding's key as people write it.
    """
    lines: dict[str, dict[str, HelpLine]] = {group.value: {} for group in Group}
    for each in active:
        binding = each.binding
        name = binding.id or binding.action
        of_group = lines.setdefault(_group_of(each), {})
        old = of_group.get(name)
        keys = (*(old.keys if old else ()), shown(binding))
        of_group[name] = HelpLine(tuple(dict.fromkeys(keys)), *_words_of(binding), name)
    return tuple(
        HelpGroup(title, tuple(of_group.values())) for title, of_group in lines.items() if of_group
    )


def _group_of(active: ActiveBinding) -> str:
    group = active.binding.group
    if group is not None and group.description:
        return group.description
    return getattr(active.node, "BINDING_GROUP_TITLE", None) or type(active.node).__name__


def _words_of(binding: Binding) -> tuple[str, str]:
    """Give a few words and a sentence about a command."""
    command = COMMANDS.get(binding.id or "")
    if command is not None:
        return command.name, command.help
    name = binding.description or binding.action.replace("_", " ")
    return name, binding.tooltip or name


_EXAMPLE = 30
"""Cells for the example of a key of the query language."""

_WIDE = 110
"""From this width on there is room for a sentence about each command."""


def help_lines(groups: Iterable[HelpGroup], width: int) -> list[Content]:
    """Lay out groups of commands: keys, what they do, and the id for a keymap."""
    shown = tuple(groups)
    ids = max((len(line.id) for group in shown for line in group.lines), default=0)
    keys = 18 if width >= _WIDE else 14
    lines: list[Content] = []
    for group in shown:
        lines.append(Content.styled(group.title, "bold underline"))
        for line in group.lines:
            words = line.words if width >= _WIDE else line.name
            lines.append(
                Content.assemble(
                    (pad(" ".join(line.keys), keys), "bold"),
                    " ",
                    pad(words, max(width - keys - ids - 2, 8)),
                    (f" {line.id}", "dim"),
                )
            )
        lines.append(Content(""))
    return lines


def query_lines(keys: Iterable[KeyHelp], width: int) -> list[Content]:
    """Lay out the keys of the query language, each with an example and what it takes."""
    shown = tuple(keys)
    if not shown:
        return []
    lines = [
        Content.styled("What can be typed after /", "bold underline"),
        Content('words and "quoted phrases", which must all be found; - denies what follows it'),
    ]
    for key in shown:
        left = key.example
        for words in wrap(key.takes, max(width - _EXAMPLE - 1, 8)):
            lines.append(Content.styled(pad(left, _EXAMPLE), "bold") + Content(f" {words}"))
            left = ""
    return lines
