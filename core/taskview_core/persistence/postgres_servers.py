"""The servers that a Postgres URL names, each with its own password."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from taskview_core.errors import UsageError

USUAL_PORT = 5432
USUAL_PLACES = ("/run/postgresql", "/var/run/postgresql", "/tmp", "/private/tmp", "localhost")
"""Where a server of this machine is looked for when no host is named: sockets' folders first."""

SESSIONS = ("any", "read-write", "read-only", "primary", "standby", "prefer-standby")
"""What `target_session_attrs` may ask of a server, as libpq has it."""

_PLACE = re.compile(r"(\[[^\]]*\]|[^:\[\]/]*)(?::([0-9]+))?")
"""A host with or without a port behind it; an IPv6 address by itself is none of these."""


@dataclass(frozen=True, slots=True)
class Server:
    """One of the servers of a URL. Its `password` is for it alone, and sent to no other.

    `host` is a name, an address, or a socket's folder; empty stands for USUAL_PLACES.
    """

    host: str = ""
    port: int = USUAL_PORT
    password: str | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """Its host, as password files and the configuration have it."""
        return self.host or "localhost"

    @property
    def is_socket(self) -> bool:
        """Whether it is reached by a socket of this machine."""
        return self.host.startswith("/")

    def __str__(self) -> str:
        """Give it as it stands in a URL."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == USUAL_PORT else f"{shown}:{self.port}"


def servers_of(hosts: str, ports: str) -> list[Server]:
    """Take libpq's lists of hosts and ports apart: one port for all, or one for each.

    Raises UsageError where they do not go together.
    """
    places = [_PLACE.fullmatch(each) or each for each in hosts.split(",")]
    numbers = ports.split(",")
    if len(numbers) == 1:
        numbers *= len(places)
    if len(numbers) != len(places):
        raise UsageError(
            f"the Postgres URL has {len(places)} hosts and {len(numbers)} ports",
            "name one port for all, or one for each",
        )
    return [_server(place, port) for place, port in zip(places, numbers, strict=True)]


def _server(place: re.Match[str] | str, port: str) -> Server:
    host, own = (place, None) if isinstance(place, str) else place.groups()
    return Server(host.removeprefix("[").removesuffix("]"), int(own or port or USUAL_PORT))


def label_of(servers: Sequence[Server], user: str, database: str) -> str:
    """Give the name of a database for people."""
    return f"postgresql://{user}{'@' if user else ''}{','.join(map(str, servers))}/{database}"
