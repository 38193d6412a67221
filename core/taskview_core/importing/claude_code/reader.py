"""Takes the files of Claude Code's sessions apart into lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any, BinaryIO

from taskview_core.importing.claude_code.derive import derive
from taskview_core.importing.claude_code.json_text import (
    UnreadableError,
    read_line,
    to_body,
)
from taskview_core.importing.claude_code.lines import line_fact
from taskview_core.importing.claude_code.places import META, FilePlace, place_of
from taskview_core.importing.claude_code.slim import KNOWN_TYPES, drop_views, slim
from taskview_core.importing.facts import Fact, Place, Skipped
from taskview_core.importing.json_text import storable_text
from taskview_core.importing.reader import STDIN, Derived, Head, Read, Source

LONGEST = 32 << 20
"""Bytes of the longest line that is read; one field of a megabyte has been met."""
_OFTEN = 1 << 20
_HEAD = 1 << 16
_LONGEST_SCOPE = 200

_ABOUT_A_SESSION = frozenset(("sessionId", "uuid", "parentUuid", "leafUuid", "messageId"))
_CUT_LINE = (re.compile(rb'"sessionId" ?: ?"'), re.compile(rb'"(?:uuid|parentUuid)" ?:'))
"""What the beginning of a line tells that is too long to be looked at whole: a long prompt."""
_TIME = re.compile(rb'"timestamp": ?"([0-9T:.Z+-]{10,40})"')
_SESSION = re.compile(rb'"sessionId" ?: ?"([^"\\]{1,200})"')
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_BOM = b"\xef\xbb\xbf"


class ClaudeCodeReader:
    """Reads sessions; one line is one fact, and a session's lines are a scope."""

    name = "claude-code"
    version = 4
    grows = True
    has_spans = False

    def recognises(self, head: Head) -> bool:
        """Tell by its first lines, of which one is enough, whether Claude Code wrote a file."""
        if head.name.endswith(META):
            return head.whole and _is_meta(_object(head.start))
        lines = head.start.removeprefix(_BOM).split(b"\n")
        cut = b"" if head.whole else lines.pop()
        for line in lines[:50]:
            entry = _object(line)
            if entry is None:
                continue
            kind = entry.get("type")
            if isinstance(kind, str) and kind in KNOWN_TYPES and _ABOUT_A_SESSION & entry.keys():
                return True
        return cut.startswith(b"{") and all(each.search(cut) for each in _CUT_LINE)

    def facts(self, source: Source) -> Iterator[Fact | Skipped | Read]:
        """Give the lines, each as far as something is made of it."""
        # By where it lies: the same lines have the same keys, whatever folder one stands in.
        place = place_of(source.path or source.name)
        if place.name.endswith(META):
            yield from _meta(source, place)
            return
        session = _session_of(source, place)
        if source.name == STDIN:
            # Pieces of a session may come one after the other, all under this name.
            place = place._replace(key=f"{place.key}@{_first_time(source)}")
        stream, offset, number = source.stream, source.offset, source.line
        told = offset
        half = _goes_on(stream, offset)
        while line := stream.readline(LONGEST + 1):
            ended = line.endswith(b"\n")
            size = len(line)
            if size > LONGEST:
                rest, ended = _to_the_end(stream)
                if not ended:
                    break
                size += rest
                yield _skipped(source, number, f"the line is longer than {LONGEST >> 20} MiB")
            elif line.isspace():
                # What ends a line that was read when its end was not there yet is no line.
                if not half:
                    yield _skipped(source, number, "the line is empty", is_fault=False)
            else:
                try:
                    yield _fact(line if offset else line.removeprefix(_BOM), number, place, session)
                except UnreadableError as error:
                    if not ended:
                        break  # it is still being written, and read when it is whole
                    yield _skipped(source, number, str(error))
            offset += size
            number += ended
            half = False
            if offset - told >= _OFTEN:
                told = offset
                yield Read(offset, number)
        yield Read(offset, number)

    def derive(self, scope: str, facts: Sequence[Fact]) -> Derived:
        """Make a conversation of a session, and tasks of its turns, calls and sub-agents."""
        return derive(scope, facts)


def _goes_on(stream: BinaryIO, offset: int) -> bool:
    """Whether what comes next belongs to a line of which the rest has been read."""
    if offset == 0:
        return False
    stream.seek(offset - 1)
    return stream.read(1) != b"\n"


def _fact(line: bytes, number: int, place: FilePlace, session: str) -> Fact:
    entry = read_line(line)
    own = entry.get("sessionId")
    scope = session if own == session or not isinstance(own, str) or not own else _scope(own)
    key = f"{place.key}:{number:09}"
    kept = slim(entry)
    if kept is not None:
        return line_fact(scope, key, place, kept, to_body(kept).encode("utf-8", "surrogatepass"))
    # As it is written: that takes less time than to write what of it is wanted.
    drop_views(entry)
    return line_fact(scope, key, place, entry, line.rstrip())


def _meta(source: Source, place: FilePlace) -> Iterator[Fact | Skipped | Read]:
    raw = source.stream.read(_HEAD + 1)
    entry = _object(raw) if len(raw) <= _HEAD else None
    if entry is None or not _is_meta(entry):
        yield _skipped(source, 1, "this does not tell of a sub-agent")
    elif not place.session:
        yield _skipped(source, 1, "its session is not named by the folders above it")
    else:
        body = place.body.decode("utf-8", "surrogatepass")
        body = f'{{{body}"meta":{to_body(entry)}}}'
        yield Fact(_scope(place.session), f"{place.key}:{1:09}", body)
    yield Read(len(raw), 2)


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        return read_line(raw)
    except ValueError:
        return None


def _is_meta(entry: dict[str, Any] | None) -> bool:
    return entry is not None and isinstance(entry.get("agentType"), str)


def _session_of(source: Source, place: FilePlace) -> str:
    """Give the session of the lines that name none: the file's own.

    That is the one that the file is named by, or else the first that its lines name.
    """
    if _UUID.fullmatch(place.session):
        return place.session
    at = source.stream.tell()
    source.stream.seek(0)
    found = _SESSION.search(source.stream.read(_HEAD))
    source.stream.seek(at)
    named = found[1].decode("utf-8", "replace") if found else PurePath(source.name).stem
    return _scope(named)


def _first_time(source: Source) -> str:
    """Give the first time that an input tells; empty where its beginning has none."""
    at = source.stream.tell()
    source.stream.seek(0)
    found = _TIME.search(source.stream.read(_HEAD))
    source.stream.seek(at)
    return found[1].decode() if found else ""


def _scope(session: str) -> str:
    session = storable_text(session)
    return session if len(session) <= _LONGEST_SCOPE else session[:_LONGEST_SCOPE]


def _to_the_end(stream: BinaryIO) -> tuple[int, bool]:
    """Read over the rest of a line; give its length, and whether it ended."""
    size = 0
    while rest := stream.readline(_OFTEN):
        size += len(rest)
        if rest.endswith(b"\n"):
            return size, True
    return size, False


def _skipped(source: Source, number: int, reason: str, *, is_fault: bool = True) -> Skipped:
    return Skipped(Place(source.name, number), reason, is_fault)
