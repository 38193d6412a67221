"""libpq's service files: settings by name, in a file of one's own and one of the system's."""

from __future__ import annotations

import os
from pathlib import Path

from taskview_core.errors import UsageError

_SYSTEM = (Path("/etc/postgresql-common"), Path("/etc/sysconfig/pgsql"), Path("/etc"))


def service_settings(service: str) -> dict[str, str]:
    """Give what a service's section says; UsageError where there is none of that name.

    PGSERVICEFILE names the user's file, ~/.pg_service.conf otherwise; PGSYSCONFDIR the folder of
    the system's pg_service.conf.
    """
    looked: list[str] = []
    for path in _files():
        try:
            text = path.read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"cannot read the service file {path}", _reason(error)) from None
        looked.append(str(path))
        found = _section(text, service, path)
        if found is not None:
            return found
    where = f"it is not in {', '.join(looked)}" if looked else "there is no pg_service.conf"
    raise UsageError(f"there is no Postgres service {service}", where)


def _files() -> list[Path]:
    named = os.environ.get("PGSERVICEFILE")
    own = Path(named) if named else Path(os.path.expanduser("~")) / ".pg_service.conf"  # noqa: PTH111  # gives `~` back where nobody's home is known
    folder = os.environ.get("PGSYSCONFDIR")
    system = (Path(folder),) if folder else _SYSTEM
    return [own, *(each / "pg_service.conf" for each in system)]


def _section(text: str, service: str, path: Path) -> dict[str, str] | None:
    """Read one section, as libpq does: a line is a key, `=`, and the value as it stands."""
    found: dict[str, str] | None = None
    for number, written in enumerate(text.splitlines(), 1):
        line = written.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            if found is not None:
                break
            found = {} if line == f"[{service}]" else None
        elif found is not None:
            key, equals, value = line.partition("=")
            if not equals or key.strip() == "service":
                raise UsageError(f"line {number} of {path} is no setting", "as in host=db.example")
            found.setdefault(key.strip(), value.strip())
    return found


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or "" if isinstance(error, OSError) else "it is not UTF-8"
