"""The two tables spread over partitions of one server, or over three servers behind a fourth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

from support.databases import migrate, run
from support.postgres import OwnServer, start_own_server
from support.standby import execute

_TASKS = """
    id uuid NOT NULL, conversation_id uuid{r}, parent_task_id uuid, agent_id varchar(255){r},
    status varchar(50){r}, input json, output json, error text, metadata json,
    created_at timestamptz{r}, started_at timestamptz, completed_at timestamptz,
    updated_at timestamptz{r}
"""
_CONVERSATIONS = """
    id uuid NOT NULL, user_id varchar(255){r}, title text, metadata json,
    created_at timestamptz{r}, updated_at timestamptz{r}
"""

WAYS = ("range", "hash", "shards")
"""By the time of creation and by conversation on one server; by conversation over three."""


def _tables(*, loose: bool) -> tuple[str, str]:
    """Give the columns of both tables; `loose` ones take NULL where the guide's do not."""
    required = "" if loose else " NOT NULL"
    return _TASKS.format(r=required), _CONVERSATIONS.format(r=required)


def _partitioned(way: str, *, loose: bool) -> list[str]:
    tasks, conversations = _tables(loose=loose)
    made = [f"CREATE TABLE conversations ({conversations}, PRIMARY KEY (id))"]
    if way == "hash":
        made.append(f"CREATE TABLE tasks ({tasks}) PARTITION BY HASH (conversation_id)")
        made += [
            f"CREATE TABLE tasks_{n} PARTITION OF tasks FOR VALUES WITH (MODULUS 3, REMAINDER {n})"
            for n in range(3)
        ]
        return made
    made.append(f"CREATE TABLE tasks ({tasks}) PARTITION BY RANGE (created_at)")
    ends = ["MINVALUE", *(f"'2026-01-{day:02} 00:00Z'" for day in (2, 3, 30, 31)), "MAXVALUE"]
    made += [
        f"CREATE TABLE tasks_{n} PARTITION OF tasks FOR VALUES FROM ({low}) TO ({high})"
        for n, (low, high) in enumerate(pairwise(ends))
    ]
    undated = "CREATE TABLE tasks_undated PARTITION OF tasks DEFAULT"
    return [*made, *([undated] if loose else [])]


def make_partitioned(url: str, way: str, *, loose: bool = False) -> None:
    """Make the tables in an empty database, the tasks partitioned.

    Where not `loose`, they get taskview's indexes, as of a database that others made.
    """
    run(execute(url, *_partitioned(way, loose=loose)))
    if not loose:
        migrate(url)


@dataclass(frozen=True)
class Shards:
    """A coordinator whose two tables are foreign ones on three other servers."""

    coordinator: OwnServer
    servers: Sequence[OwnServer]

    @property
    def url(self) -> str:
        """Where a browser is to look."""
        return self.coordinator.url()

    def make_tables(self, *, loose: bool = False) -> None:
        """Make both tables anew everywhere; on the shards they have taskview's indexes."""
        tasks, conversations = _tables(loose=loose)
        gone = ("DROP TABLE IF EXISTS tasks, conversations, alembic_version CASCADE",)
        both = (("tasks", tasks, "conversation_id"), ("conversations", conversations, "id"))
        made = [f"CREATE TABLE {name} ({columns}) PARTITION BY HASH ({key})"
                for name, columns, key in both]  # fmt: skip
        for n, server in enumerate(self.servers):
            plain = [f"CREATE TABLE {name} ({columns})" for name, columns, _ in both]
            run(execute(server.url(), *gone, *plain))
            migrate(server.url())
            made += [
                f"CREATE FOREIGN TABLE {name}_{n} PARTITION OF {name}"
                f" FOR VALUES WITH (MODULUS {len(self.servers)}, REMAINDER {n})"
                f" SERVER shard{n} OPTIONS (schema_name 'public', table_name '{name}')"
                for name, _, _ in both
            ]
        run(execute(self.url, *gone, *made))

    def connect_servers(self) -> None:
        """Let the coordinator know the shards, by the names shard0, shard1, ..."""
        words = ["CREATE EXTENSION postgres_fdw"]
        for n, server in enumerate(self.servers):
            parts = urlsplit(server.url())
            words += [
                f"CREATE SERVER shard{n} FOREIGN DATA WRAPPER postgres_fdw OPTIONS"
                f" (host '127.0.0.1', port '{parts.port}', dbname 'postgres', batch_size '500')",
                f"CREATE USER MAPPING FOR CURRENT_USER SERVER shard{n}"
                f" OPTIONS (user '{parts.username}', password '{parts.password}')",
            ]
        run(execute(self.url, *words))


@contextmanager
def three_shards(*, loose: bool = False) -> Iterator[Shards]:
    """Start a coordinator and three shards, with empty tables."""
    with ExitStack() as undo:
        servers = [start_own_server()]
        undo.callback(servers[0].stop)
        for _ in range(3):
            servers.append(OwnServer(servers[0].programs))
            undo.callback(servers[-1].stop)
        shards = Shards(servers[0], servers[1:])
        shards.connect_servers()
        shards.make_tables(loose=loose)
        yield shards
