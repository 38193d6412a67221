"""Paths and URLs of SQLite files: `sqlite:///…`, SQLite's own `file:…`, and one in the other."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote

from taskview_core.errors import UsageError
from taskview_core.persistence.postgres_url import FORMS
from taskview_core.persistence.sqlite_file import unseen_changes

_OTHERS = ("uri", "mode", "immutable", "cache", "timeout", "check_same_thread", "charset")
"""Parameters that are honoured, or ask for nothing that would make a difference here."""


@dataclass(frozen=True, slots=True)
class SqliteUrl:
    """A SQLite file (None: in memory), whether it is only to be read, and whether nobody writes.

    `address` opens it again from any folder.
    """

    path: Path | None
    address: str
    read_only: bool = False
    immutable: bool = False
    notices: tuple[str, ...] = ()


_IN_MEMORY = SqliteUrl(None, ":memory:")


def parse_sqlite_url(rest: str) -> SqliteUrl:
    """Read what stands behind `sqlite://`; UsageError for what cannot be read."""
    name, _, query = rest.partition("?")
    if name in {"", "/", "/:memory:"}:
        return _IN_MEMORY
    if not name.startswith("/"):
        raise UsageError(
            "a SQLite URL has three slashes before a relative path and four before an absolute one",
            f"did you mean sqlite:///{name}?",
        )
    if name.startswith("/file:"):
        return parse_file_uri(rest[1:])
    written = _path(name[1:])
    decoded = _path(unquote(name[1:]))
    # SQLAlchemy takes the name as it is written, other programs and people do not.
    path = decoded if decoded.exists() and not written.exists() else written
    return _with_options(path, query)


def parse_file_uri(text: str) -> SqliteUrl:
    """Read `file:NAME?mode=ro`, as SQLite does."""
    name, _, query = text.removeprefix("file:").partition("#")[0].partition("?")
    if name.startswith("//"):
        host, slash, below = name[2:].partition("/")
        if host not in {"", "localhost"}:
            raise UsageError(
                "a file: URI names a file of this machine", "as in file:///data/runs.db"
            )
        name = slash + below
    if name in {"", ":memory:"} or ("mode", "memory") in parse_qsl(query):
        return _IN_MEMORY
    return _with_options(_path(unquote(name)), query)


def parse_path(text: str) -> SqliteUrl:
    """Read the path of a file, as it is typed."""
    return _IN_MEMORY if text == ":memory:" else _with_options(_path(text), "")


def _path(text: str) -> Path:
    if "\0" in text:
        raise UsageError("a file's name cannot hold a NUL character", FORMS)
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        home = text.partition("/")[0]
        raise UsageError(f"nobody is known here whose folder {home} would be", FORMS) from error


def _with_options(path: Path, query: str) -> SqliteUrl:
    options = dict(parse_qsl(query, keep_blank_values=True))
    mode = options.get("mode", "rw")
    if mode not in {"ro", "rw", "rwc"}:
        raise UsageError("this mode of a SQLite file is none that there is", "use mode=ro")
    immutable = options.get("immutable", "").lower() in {"1", "true", "yes", "on"}
    notices = [
        f"{key} cannot be honoured and was left out" for key in options if key not in _OTHERS
    ]
    unseen = None if immutable else unseen_changes(path)
    if unseen is not None:
        notices.append(unseen)
    address = str(path.absolute())
    if mode == "ro" or immutable:
        kept = "&".join([*["mode=ro"][: mode == "ro"], *["immutable=1"][:immutable]])
        address = f"file:{quote(os.fsencode(address))}?{kept}"
    return SqliteUrl(path, address, mode == "ro" or immutable, immutable, tuple(notices))
