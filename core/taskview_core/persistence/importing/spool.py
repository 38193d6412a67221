"""What has been read of all inputs of one database, in a SQLite file of ours beside other state.

Facts and how far their input has been read are committed together: wherever an import is
interrupted, the next goes on from there. That whatever facts give is in the database as well is
noted afterwards, so that it is written again where that is not certain.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from taskview_core.importing.facts import Fact

_LEVEL = 1
_SEPARATOR = b"\x1e"
_PAIR = b"\x1f"
_NO_CONTROLS = bytes.maketrans(_SEPARATOR + _PAIR, b"??")


@dataclass(frozen=True, slots=True)
class InputState:
    """How far an input has been read, and what it was like then."""

    id: int
    format: str
    version: int
    size: int
    mtime_ns: int
    inode: int
    offset: int
    line: int
    fingerprint: bytes
    skipped: dict[str, int]

    def at(self, offset: int, line: int) -> InputState:
        """Give the state when it has been read further."""
        return replace(self, offset=offset, line=line)


@dataclass(frozen=True, slots=True)
class Scope:
    """A session or trace: which rows were made of it, as ids and hashes in one piece each."""

    id: int
    format: str
    name: str
    conversations: bytes
    tasks: bytes


class Spool:
    """The facts of all inputs. Used by one thread at a time."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._scopes: dict[tuple[str, str], int] = {}

    def begin(self) -> None:
        """Begin a transaction, if none is under way."""
        if not self._database.in_transaction:
            self._database.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Make what was written lasting."""
        if self._database.in_transaction:
            self._database.execute("COMMIT")

    def rollback(self) -> None:
        """Undo what was written since `begin`."""
        self._scopes.clear()
        if self._database.in_transaction:
            self._database.execute("ROLLBACK")

    # Inputs

    def state_of(self, identity: str) -> InputState | None:
        """Give how far an input has been read; None for a new one."""
        row = self._database.execute(
            "SELECT id, format, version, size, mtime_ns, inode, offset, line, fingerprint, skipped"
            " FROM inputs WHERE identity = ?",
            (_text(identity),),
        ).fetchone()
        if row is None:
            return None
        return replace(InputState(*row), skipped=json.loads(row[-1]))

    def new_input(self, identity: str, format_name: str, version: int) -> InputState:
        """Take an input in, of which nothing has been read."""
        cursor = self._database.execute(
            "INSERT INTO inputs VALUES (NULL, ?, ?, ?, 0, 0, 0, 0, 1, x'', '{}')",
            (_text(identity), format_name, version),
        )
        assert cursor.lastrowid is not None, "a row was inserted"
        return InputState(cursor.lastrowid, format_name, version, 0, 0, 0, 0, 1, b"", {})

    def forget(self, state: InputState) -> set[int]:
        """Drop all facts of an input; give the scopes that they were of, which are dirty now."""
        run = self._database.execute
        scopes = run("SELECT DISTINCT scope FROM facts WHERE input = ?", (state.id,)).fetchall()
        run("DELETE FROM facts WHERE input = ?", (state.id,))
        run("DELETE FROM inputs WHERE id = ?", (state.id,))
        self.mark_dirty(scope for (scope,) in scopes)
        return {scope for (scope,) in scopes}

    def save(self, state: InputState) -> None:
        """Note how far an input has been read."""
        self._database.execute(
            "UPDATE inputs SET size = ?, mtime_ns = ?, inode = ?, offset = ?, line = ?,"
            " fingerprint = ?, skipped = ? WHERE id = ?",
            (
                state.size,
                state.mtime_ns,
                state.inode,
                state.offset,
                state.line,
                state.fingerprint,
                json.dumps(state.skipped),
                state.id,
            ),
        )

    def scopes_of(self, inputs: Iterable[int]) -> set[int]:
        """Give the scopes that have facts of these inputs."""
        found: set[int] = set()
        for ident in inputs:
            rows = self._database.execute(
                "SELECT DISTINCT scope FROM facts WHERE input = ?", (ident,)
            )
            found.update(scope for (scope,) in rows)
        return found

    # Facts

    def add(self, state: InputState, scope: str, facts: Sequence[Fact]) -> tuple[int, bool]:
        """Keep facts of one scope; give its number, and whether it is new."""
        ident, is_new = self._scope(state.format, scope)
        body = zlib.compress(_packed(facts), _LEVEL)
        self._database.execute(
            "INSERT INTO facts (scope, input, body) VALUES (?, ?, ?)", (ident, state.id, body)
        )
        return ident, is_new

    def facts_of(self, scope: Scope) -> list[Fact]:
        """Give all facts of a scope, as they were kept."""
        facts: list[Fact] = []
        rows = self._database.execute("SELECT body FROM facts WHERE scope = ?", (scope.id,))
        for (body,) in rows:
            facts.extend(_unpacked(scope.name, zlib.decompress(body)))
        return facts

    def _scope(self, format_name: str, name: str) -> tuple[int, bool]:
        key = (format_name, name)
        if key in self._scopes:
            return self._scopes[key], False
        run = self._database.execute
        row = run("SELECT id FROM scopes WHERE format = ? AND name = ?", key).fetchone()
        if row is not None:
            ident: int = row[0]
            run("UPDATE scopes SET dirty = 1 WHERE id = ?", (ident,))
        else:
            cursor = run("INSERT INTO scopes VALUES (NULL, ?, ?, 1, x'', x'', '{}')", key)
            assert cursor.lastrowid is not None, "a row was inserted"
            ident = cursor.lastrowid
        if len(self._scopes) > 50_000:
            self._scopes.clear()
        self._scopes[key] = ident
        return ident, row is None

    # Scopes

    def mark_dirty(self, scopes: Iterable[int]) -> None:
        """Note that rows have to be made of these anew."""
        self._database.executemany(
            "UPDATE scopes SET dirty = 1 WHERE id = ?", ((scope,) for scope in scopes)
        )

    def dirty(self) -> list[int]:
        """Give the scopes of which rows have to be made; they are then taken for clean by `add`."""
        self._scopes.clear()
        rows = self._database.execute("SELECT id FROM scopes WHERE dirty ORDER BY id")
        return [ident for (ident,) in rows]

    def scope(self, ident: int) -> Scope:
        """Give a scope."""
        row = self._database.execute(
            "SELECT id, format, name, conversations, tasks FROM scopes WHERE id = ?", (ident,)
        ).fetchone()
        return Scope(*row)

    def clean_scopes(self) -> Iterator[Scope]:
        """Give the scopes that are in the database, as far as is known."""
        after = 0
        while rows := self._database.execute(
            "SELECT id, format, name, conversations, tasks FROM scopes"
            " WHERE id > ? AND NOT dirty AND length(conversations) > 0 ORDER BY id LIMIT 500",
            (after,),
        ).fetchall():
            for row in rows:
                yield Scope(*row)
            after = rows[-1][0]

    def lose(self, scopes: Iterable[int]) -> None:
        """Note that the rows of these are in the database no more."""
        self._database.executemany(
            "UPDATE scopes SET dirty = 1, conversations = x'', tasks = x'' WHERE id = ?",
            ((scope,) for scope in scopes),
        )

    def forget_all(self) -> None:
        """Drop everything: nothing has been read, and nothing asked for."""
        for table in ("inputs", "facts", "scopes", "claims", "told", "options"):
            self._database.execute(f"DELETE FROM {table}")
        self._scopes.clear()

    def lose_all(self) -> None:
        """Note that the database is a new one."""
        self._database.execute("UPDATE scopes SET dirty = 1, conversations = x'', tasks = x''")

    def intend(self, scope: int, conversations: bytes, tasks: bytes) -> None:
        """Note which rows a scope may have in the database from now on."""
        self._database.execute(
            "UPDATE scopes SET conversations = ?, tasks = ? WHERE id = ?",
            (conversations, tasks, scope),
        )

    def done(self, scope: int, conversations: bytes, tasks: bytes, stats: str) -> None:
        """Note that the rows of a scope are in the database."""
        self._database.execute(
            "UPDATE scopes SET dirty = 0, conversations = ?, tasks = ?, stats = ? WHERE id = ?",
            (conversations, tasks, stats, scope),
        )

    def stats(self, scope: int) -> tuple[str, str]:
        """Give the format of a scope, and what was noted of its rows."""
        row: tuple[str, str] = self._database.execute(
            "SELECT format, stats FROM scopes WHERE id = ?", (scope,)
        ).fetchone()
        return row

    def conversations_of(self, scope: int) -> bytes:
        """Give the conversations that a scope has in the database, as ids and hashes."""
        rows = self._database.execute("SELECT conversations FROM scopes WHERE id = ?", (scope,))
        found: bytes = rows.fetchone()[0]
        return found

    def option(self, name: str) -> int:
        """Give what was noted by `keep_option`; 0 where nothing was."""
        row = self._database.execute("SELECT value FROM options WHERE name = ?", (name,)).fetchone()
        return row[0] if row else 0

    def keep_option(self, name: str, value: int, formats: Iterable[str]) -> None:
        """Note how rows are made of scopes; all of these formats are dirty where it was not so."""
        if self.option(name) == value:
            return
        self._database.execute("INSERT OR REPLACE INTO options VALUES (?, ?)", (name, value))
        self._database.executemany(
            "UPDATE scopes SET dirty = 1 WHERE format = ?", ((each,) for each in formats)
        )

    # Conversations of which several scopes tell

    def tell(self, scope: int, rows: Iterable[tuple[bytes, str]]) -> None:
        """Keep what a scope tells of conversations, in place of what it told before."""
        self._database.execute("DELETE FROM told WHERE scope = ?", (scope,))
        self._database.executemany(
            "INSERT INTO told VALUES (?, ?, ?)", ((ident, scope, row) for ident, row in rows)
        )

    def told(self, conversation: bytes) -> list[str]:
        """Give what all scopes tell of a conversation."""
        rows = self._database.execute(
            "SELECT row FROM told WHERE conversation = ?", (conversation,)
        )
        return [row for (row,) in rows]

    def waits(self) -> bool:
        """Whether a task of any scope has a parent that no input of its scope tells of."""
        rows = self._database.execute(
            "SELECT 1 FROM scopes WHERE stats GLOB '*\"waiting\": [1-9]*' LIMIT 1"
        )
        return rows.fetchone() is not None

    # Rows that two scopes claim

    def claims_of(self, scope: int) -> set[bytes]:
        """Give the ids that a scope claims."""
        rows = self._database.execute("SELECT row FROM claims WHERE scope = ?", (scope,))
        return {row for (row,) in rows}

    def rivals(self, row: bytes, scope: int) -> list[tuple[str, str, int]]:
        """Give the other scopes that claim an id: format, name and number."""
        return self._database.execute(
            "SELECT format, name, id FROM claims JOIN scopes ON id = scope"
            " WHERE row = ? AND scope <> ?",
            (row, scope),
        ).fetchall()

    def set_claims(self, scope: int, gone: Iterable[bytes], new: Iterable[bytes]) -> None:
        """Note what a scope claims no more, and what it claims now."""
        many = self._database.executemany
        many("DELETE FROM claims WHERE row = ? AND scope = ?", ((row, scope) for row in gone))
        many("INSERT OR IGNORE INTO claims VALUES (?, ?)", ((row, scope) for row in new))


def _text(identity: str) -> str:
    """Give a path as text that SQLite takes; bytes that are no UTF-8 stay apart from each other."""
    return identity.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _packed(facts: Sequence[Fact]) -> bytes:
    """Put facts in one piece; JSON never holds the control characters that are between them."""
    return _SEPARATOR.join(
        fact.key.encode("utf-8", "replace").translate(_NO_CONTROLS) + _PAIR + fact.encoded()
        for fact in facts
    )


def _unpacked(scope: str, packed: bytes) -> Iterator[Fact]:
    for piece in packed.split(_SEPARATOR):
        key, _, body = piece.partition(_PAIR)
        yield Fact(scope, key.decode(), body.decode("utf-8", "surrogatepass"))
