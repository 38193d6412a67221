"""A Postgres server that speaks TLS, and lets some databases in with a client certificate only."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path

from support.certificates import Authority
from support.postgres import OwnServer
from support.postgres_programs import NoPostgresError, Programs, find_programs

_ACCESS = """\
local   all  all  trust
hostssl cert all  127.0.0.1/32 cert
hostssl all  all  127.0.0.1/32 password
hostnossl plain all 127.0.0.1/32 password
"""


def start_tls_server(authority: Authority) -> OwnServer:
    """Start one; its certificate is for localhost. Raises NoPostgresError where none can do it."""
    server = OwnServer(_with_tls())
    with ExitStack() as undo:
        undo.callback(server.stop)
        show(server, *authority.vouch("localhost"))
        _hand_over(authority.root, server.folder / "root.crt")
        settings = "".join(
            f"{key} = '{server.folder / name}'\n"
            for key, name in (
                ("ssl_cert_file", "server.crt"),
                ("ssl_key_file", "server.key"),
                ("ssl_ca_file", "root.crt"),
            )
        )
        server.configure(f"ssl = on\n{settings}", _ACCESS)
        undo.pop_all()
    return server


def show(server: OwnServer, certificate: Path, key: Path) -> None:
    """Have a server show this certificate, from its next start on."""
    for source, name in ((certificate, "server.crt"), (key, "server.key")):
        _hand_over(source, server.folder / name)


def _hand_over(source: Path, target: Path) -> None:
    shutil.copy(source, target)
    target.chmod(0o600)
    owner = target.parent.stat()
    if os.geteuid() == 0:
        os.chown(target, owner.st_uid, owner.st_gid)


def _with_tls() -> Programs:
    for programs in find_programs():
        tool = programs.bin / "pg_config"
        if tool.exists():
            told = subprocess.run(
                [tool, "--configure"], capture_output=True, text=True, check=False
            )
            if "--with-ssl" in told.stdout or "--with-openssl" in told.stdout:
                return programs
    raise NoPostgresError("this test needs a PostgreSQL with TLS: install Debian's `postgresql`")
