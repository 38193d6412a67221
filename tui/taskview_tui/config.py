"""What the configuration file says, which is read when a database is opened.

What the command line or the environment says goes before it, and it before what is built in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from taskview_core.entities import UsagePaths
from taskview_core.entities.usage_paths import KNOWN, OWN_ONLY
from taskview_core.errors import UsageError
from taskview_core.interfaces.limits import ReadingLimits
from taskview_tui.asked_limits import AskedLimits, is_connections, is_timeout
from taskview_tui.config_file import config_path, config_text

_OWN_ONLY = "own_only"
_EXAMPLE = 'as in {} = ["..."]'


@dataclass(frozen=True)
class Config:
    """What the configuration file says."""

    usage: UsagePaths = field(default_factory=UsagePaths)
    password_commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By the host of the server, `*` for any: the words of a program that prints a password."""
    limits: ReadingLimits = field(default_factory=ReadingLimits)


def read_config() -> Config:
    """Read the file, if there is one; UsageError, with file and key, for what is wrong in it."""
    text = config_text()
    return Config() if text is None else parse_config(text, str(config_path()))


def parse_config(text: str, name: str) -> Config:
    """Read the text of a configuration file that has a name."""
    import tomllib

    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{name} is not TOML", str(error)) from None
    for key in found.keys() - {"usage", "limits", "password_command"}:
        raise UsageError(
            f"{name}: there is no key {key}",
            "there are the tables [usage], [limits] and [password_command]",
        )
    usage = found.get("usage", {})
    if not isinstance(usage, dict):
        raise UsageError(f"{name}: usage is a table", "it begins with a line [usage]")
    return Config(
        usage=_usage(usage, name),
        password_commands=_commands(found.get("password_command", {}), name),
        limits=_limits(found.get("limits", {}), name),
    )


def _commands(table: Any, name: str) -> dict[str, tuple[str, ...]]:
    """Read the table of password commands: by host, for no host is to get another's password."""
    example = '[password_command] and below it "db.example" = ["pass", "show", "agents"]'
    if not isinstance(table, dict):
        raise UsageError(f"{name}: password_command is a table by hosts", example)
    for host, words in table.items():
        if not (isinstance(words, list) and words and all(isinstance(w, str) for w in words)):
            raise UsageError(f"{name}: password_command.{host} is a list of words", example)
    return {host: tuple(words) for host, words in table.items()}


def _limits(table: object, name: str) -> ReadingLimits:
    if not isinstance(table, dict):
        raise UsageError(f"{name}: limits is a table", "it begins with a line [limits]")
    for key in table.keys() - {"timeout", "connections"}:
        raise UsageError(
            f"{name}: there is no key limits.{key}", "there are timeout and connections"
        )
    asked = AskedLimits(table.get("timeout"), table.get("connections"))
    if asked.timeout is not None and not is_timeout(asked.timeout):
        raise UsageError(
            f"{name}: limits.timeout is a number of seconds", "as in timeout = 15; 0 for no limit"
        )
    if asked.connections is not None and not is_connections(asked.connections):
        raise UsageError(
            f"{name}: limits.connections is a number from 1 to 100", "as in connections = 4"
        )
    return asked.over(ReadingLimits())


def _usage(table: Mapping[str, Any], name: str) -> UsagePaths:
    lists: dict[str, tuple[str, ...]] = {}
    for key, value in table.items():
        place = f"usage.{key}"
        if key not in KNOWN and key != _OWN_ONLY:
            there = ", ".join((*KNOWN, _OWN_ONLY))
            raise UsageError(f"{name}: there is no key {place}", f"there are {there}")
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise UsageError(f"{name}: {place} is a list of texts", _EXAMPLE.format(key))
        if key != _OWN_ONLY and not all(all(each.split(".")) for each in value):
            raise UsageError(
                f"{name}: {place} holds a text with an empty part", "parts stand between dots"
            )
        lists[key] = tuple(value)
    own_only = lists.pop(_OWN_ONLY, ())
    return UsagePaths(lists, (*OWN_ONLY, *own_only))
