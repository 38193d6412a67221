"""A real pgbouncer that lends each transaction any of its sessions."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from support.postgres_programs import Runner, make_shared_folder

_START_SECONDS = 30.0


class NoPoolerError(Exception):
    """There is no pgbouncer, or it does not start."""


@contextmanager
def transaction_pooler(url: str, sessions: int, databases: str = "*") -> Iterator[str]:
    """Give the URL by which a database is reached through a pgbouncer with so many sessions.

    `databases` is the name of the only one that it lets in, or stands for all.
    """
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        raise NoPoolerError("this test needs pgbouncer: install Debian's package of that name")
    parts = urlsplit(url)
    user = Runner.for_this_process()
    folder = make_shared_folder(user, "taskview-pooler-")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    login, password = unquote(parts.username or ""), unquote(parts.password or "")
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        "[databases]\n"
        f"{databases} = host={parts.hostname} port={parts.port} user={login} password={password}\n"
        "[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"pool_mode = transaction\ndefault_pool_size = {sessions}\nmax_client_conn = 100\n"
        "auth_type = any\n"
    )
    user.own(folder)
    log = folder / "log"
    process = user.start([program, str(settings)], folder=folder, log=log, dies_with_us=True)
    try:
        _wait_for(port, log)
        yield urlunsplit(parts._replace(netloc=f"{parts.username}:x@127.0.0.1:{port}"))
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


def _wait_for(port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise NoPoolerError(f"pgbouncer did not start:\n{log.read_text(errors='replace')[-2000:]}")
