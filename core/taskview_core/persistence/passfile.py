"""libpq's password file: `host:port:database:user:password`, the first line that fits."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Wanted(NamedTuple):
    """Whose password is looked for: a user's, at one server."""

    host: str
    port: str
    database: str
    user: str


def passwords_from_file(
    named: str | None, wanted: Sequence[Wanted]
) -> tuple[list[str | None], str | None]:
    """Give the password that the file has for each, and a notice where the file is not used.

    `named` is a file that the URL or PGPASSFILE names; ~/.pgpass otherwise.
    """
    text, notice = _read(Path(os.path.expanduser(named or "~/.pgpass")), named is not None)  # noqa: PTH111  # gives `~` back where nobody's home is known
    return [_password_of(each, text) for each in wanted], notice


def _read(path: Path, is_named: bool) -> tuple[str, str | None]:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            return "", f"the password file {path} is no plain file and was not read"
        if os.name == "posix" and found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            return "", (
                f"the password file {path} was not read: others may read it (chmod 600 helps)"
            )
        return path.read_text(encoding="utf-8"), None
    except (FileNotFoundError, NotADirectoryError):
        return "", f"there is no password file {path}" if is_named else None
    except (OSError, UnicodeDecodeError):
        return "", f"the password file {path} cannot be read"


def _password_of(wanted: Wanted, text: str) -> str | None:
    host = "localhost" if wanted.host.startswith("/") else wanted.host
    for line in text.splitlines():
        password = _password_in(line, (host, *wanted[1:]))
        if password is not None:
            return password
    return None


def _password_in(line: str, place: Sequence[str]) -> str | None:
    if not line or line.startswith("#"):
        return None
    fields = _fields(line)
    if len(fields) < 5 or not fields[4]:
        return None
    fits = (written in {"*", value} for written, value in zip(fields, place, strict=False))
    return fields[4] if all(fits) else None


def _fields(line: str) -> list[str]:
    """Split at each `:` that has no `\\` before it; a `\\` stands for what follows it."""
    fields: list[str] = []
    field, at = "", 0
    while at < len(line):
        if line[at] == "\\" and at + 1 < len(line):
            at += 1
            field += line[at]
        elif line[at] == ":" and len(fields) < 4:
            fields.append(field)
            field = ""
        else:
            field += line[at]
        at += 1
    return [*fields, field]
