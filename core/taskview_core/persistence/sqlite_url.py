"""Paths and URLs of SQLite files: `sqlite:///…`, SQLite's own `file:…`, and one in the other."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote

from taskview_core.errors import UsageError
from taskview_core.persistence.database_url import FORMS, DatabaseUrl
from taskview_core.persistence.sqlite_file import unseen_changes

_OTHERS = ("uri", "mode", "immutable", "cache", "timeout", "check_same_thread", "charset")
"""Parameters that are honoured, or ask for nothing that would make a difference here."""

_IN_MEMORY = DatabaseUrl("sqlite", ":memory:", ":memory:")


def parse_sqlite_url(rest: str) -> DatabaseUrl:
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
        return _parse_file_uri(rest[1:], name[1:])
    written = _path(name[1:])
    decoded = _path(unquote(name[1:]))
    # SQLAlchemy takes the name as it is written, other programs and people do not.
    path = decoded if decoded.exists() and not written.exists() else written
    return _with_options(name[1:], path, query)


def parse_file_uri(text: str) -> DatabaseUrl:
    """Read `file:NAME?mode=ro`, as SQLite does."""
    return _parse_file_uri(text, _shown(text))


def _parse_file_uri(text: str, label: str) -> DatabaseUrl:
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
    return _with_options(label, _path(unquote(name)), query)


def _shown(text: str) -> str:
    """Give a file: URI with what we read of its options: others may be keys of a cipher."""
    name, _, query = text.partition("#")[0].partition("?")
    read = [each for each in query.split("&") if each.partition("=")[0] in {"mode", "immutable"}]
    return f"{name}?{'&'.join(read)}" if read else name


def parse_path(text: str) -> DatabaseUrl:
    """Read the path of a file, as it is typed."""
    return _IN_MEMORY if text == ":memory:" else _with_options(text, _path(text), "")


def _path(text: str) -> Path:
    if "\0" in text:
        raise UsageError("a file's name cannot hold a NUL character", FORMS)
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        home = text.partition("/")[0]
        raise UsageError(f"nobody is known here whose folder {home} would be", FORMS) from error


def _with_options(label: str, path: Path, query: str) -> DatabaseUrl:
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
    return DatabaseUrl(
        "sqlite",
        label,
        address,
        path,
        read_only=mode == "ro" or immutable,
        immutable=immutable,
        notices=tuple(notices),
    )
