"""The rules by which secrets are known: data in `redaction.toml`, to which a file may add."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from importlib.resources import files
from pathlib import Path

from taskview_core.errors import UsageError

_LISTS = ("keys", "not_keys", "patterns")


@dataclass(frozen=True)
class Rules:
    """What is a secret: the values of some keys, and what some regular expressions find.

    Keys are names with `*` for anything, in lower case with `_` between words.
    """

    keys: tuple[str, ...] = ()
    not_keys: tuple[str, ...] = ()
    patterns: tuple[re.Pattern[str], ...] = ()

    def with_rules(self, other: Rules) -> Rules:
        """Give these rules and others."""
        return Rules(
            (*self.keys, *other.keys),
            (*self.not_keys, *other.not_keys),
            (*self.patterns, *other.patterns),
        )


def parse_rules(text: str, name: str) -> Rules:
    """Read rules from TOML; a mistake is a UsageError that names the file and the place."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{name} is not TOML", str(error)) from None
    lists: dict[str, tuple[str, ...]] = {}
    for key, value in found.items():
        if key not in _LISTS:
            raise UsageError(f"{name}: there is no rule {key}", f"there are {', '.join(_LISTS)}")
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise UsageError(f"{name}: {key} is a list of texts", f'as in {key} = ["..."]')
        lists[key] = tuple(value)
    patterns = []
    for number, source in enumerate(lists.get("patterns", ()), start=1):
        try:
            patterns.append(re.compile(source))
        except re.error as error:
            raise UsageError(
                f"{name}: pattern {number} is no regular expression", str(error)
            ) from None
    return Rules(lists.get("keys", ()), lists.get("not_keys", ()), tuple(patterns))


def read_rules(path: Path) -> Rules:
    """Read a file of rules; UsageError where that cannot be done."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        words = error.strerror or "it cannot be opened"
        raise UsageError(f"cannot read the rules in {path}", words) from None
    except UnicodeDecodeError:
        raise UsageError(f"cannot read the rules in {path}", "it is not UTF-8") from None
    return parse_rules(text, str(path))


@cache
def usual_rules() -> Rules:
    """Give the rules that are built in."""
    text = files("taskview_tui.export").joinpath("redaction.toml").read_text(encoding="utf-8")
    return parse_rules(text, "redaction.toml")


def any_name(names: tuple[str, ...]) -> re.Pattern[str]:
    """Give what matches each of some names with `*` in them, and nothing where there are none."""
    return re.compile("|".join(translate(name) for name in names) or r"(?!)")
