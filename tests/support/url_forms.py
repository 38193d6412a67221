"""The forms that a Postgres URL comes in, with what belongs to each, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit


@dataclass(frozen=True)
class Form:
    """A URL with the variables and files that belong to it; parts of a real one are filled in.

    `asks` is a question to the server, and its answer.
    """

    url: str
    variables: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    notices: Sequence[str] = ()
    asks: tuple[str, str] = ("SELECT current_database()", "{name}")


_LOGIN = "{user}:{quoted}@{host}:{port}/{name}"
_SERVICE = "# ours\n[other]\nhost=nowhere.invalid\n[mine]\nhost={host}\nport={port}\nuser={user}\n"
_WHOLE_SERVICE = _SERVICE + "password={password}\ndbname={name}\n"
_PARTS = {
    "PGHOST": "{host}",
    "PGPORT": "{port}",
    "PGUSER": "{user}",
    "PGDATABASE": "{name}",
    "PGPASSWORD": "{password}",
}


def _left_out(*what: str) -> tuple[str, ...]:
    return tuple(f"{each} cannot be honoured and was left out" for each in what)


FORMS: Mapping[str, Form] = {
    "postgres": Form(f"postgres://{_LOGIN}"),
    "postgresql": Form(f"postgresql://{_LOGIN}"),
    "sqlalchemy": Form(f"postgresql+asyncpg://{_LOGIN}"),
    "percent-encoded": Form("postgresql://{user}:{spelled}@{host}:{port}/{name}"),
    "in-the-query": Form(
        "postgresql://?host={host}&port={port}&user={user}&password={quoted}&dbname={name}"
    ),
    "database": Form("postgresql://{user}:{quoted}@{host}:{port}?database={name}"),
    "port-with-host": Form("postgresql:///{name}?host={host}:{port}&user={user}&password={quoted}"),
    "keywords": Form("host={host} port={port} user={user} password={password} dbname={name}"),
    "keywords-in-quotes": Form(
        "host = '{host}' port='{port}' user={user} password='{password}' dbname='{name}'"
    ),
    "sslmode": Form(f"postgresql://{_LOGIN}?sslmode=disable&application_name=taskview"),
    "ssl": Form(f"postgresql://{_LOGIN}?ssl=false"),
    "of-no-use": Form(
        f"postgresql://{_LOGIN}?channel_binding=prefer&gssencmode=disable&connect_timeout=3"
        "&keepalives=1&keepalives_idle=5&tcp_user_timeout=9&sslsni=0&load_balance_hosts=disable"
        "&fallback_application_name=x&target_session_attrs=any&pgbouncer=true"
    ),
    "application": Form(
        f"postgresql://{_LOGIN}?application_name=my%20agents",
        asks=("SHOW application_name", "my agents"),
    ),
    "options": Form(
        f"postgresql://{_LOGIN}?options=-c%20statement_timeout%3D9000",
        asks=("SHOW statement_timeout", "9s"),
    ),
    "schema": Form(
        f"postgresql://{_LOGIN}?schema=elsewhere", asks=("SHOW search_path", "elsewhere")
    ),
    "prisma": Form(
        f"postgresql://{_LOGIN}?pgbouncer=true&schema=public", asks=("SHOW search_path", "public")
    ),
    "setting": Form(f"postgresql://{_LOGIN}?work_mem=5MB", asks=("SHOW work_mem", "5MB")),
    "hostaddr": Form("hostaddr={host} port={port} user={user} password={password} dbname={name}"),
    "hostaddr-and-host": Form(
        f"postgresql://{_LOGIN}?hostaddr=203.0.113.1",
        notices=("hostaddr cannot be honoured: the host is looked up by its name",),
    ),
    "hosts": Form("postgresql://{user}:{quoted}@{host}:1,{host}:{port}/{name}"),
    "hosts-in-the-query": Form(
        "postgresql:///{name}?host={host},{host}&port=1,{port}&user={user}&password={quoted}"
    ),
    "hosts-of-one-port": Form(
        "postgresql:///{name}?host=no-such.invalid,{host}&port={port}&user={user}&password={quoted}"
    ),
    "hosts-primary": Form(
        "postgresql://{user}:{quoted}@{host}:1,{host}:{port}/{name}?target_session_attrs=primary"
    ),
    "hosts-standby": Form(
        "postgresql://{user}:{quoted}@{host}:{port},{host}:1/{name}"
        "?target_session_attrs=prefer-standby"
    ),
    "passfile": Form(
        "postgresql://{user}@{host}:{port}/{name}?passfile={folder}/pass",
        files={"pass": "{host}:{port}:*:{user}:{password}\n"},
    ),
    "pgpass": Form(
        "postgresql://{user}@{host}:{port}/{name}",
        files={".pgpass": "*:*:*:*:{password}\n"},
    ),
    "PGPASSFILE": Form(
        "postgresql://{user}@{host}:{port}/{name}",
        {"PGPASSFILE": "{folder}/pass"},
        {"pass": "*:*:{name}:{user}:{password}\n"},
    ),
    "PGPASSWORD": Form("postgresql://{user}@{host}:{port}/{name}", {"PGPASSWORD": "{password}"}),
    "variables": Form("postgresql://", _PARTS),
    "variables-for-a-name": Form("postgres:///{name}", {**_PARTS, "PGDATABASE": "no_such"}),
    "variables-less-than-the-url": Form(
        f"postgresql://{_LOGIN}",
        {**_PARTS, "PGHOST": "no-such.invalid", "PGPORT": "1", "PGUSER": "x", "PGPASSWORD": "x"},
    ),
    "PGHOSTADDR": Form("postgresql://", {**_PARTS, "PGHOST": "", "PGHOSTADDR": "{host}"}),
    "hostaddr-before-PGHOST": Form(
        "postgresql://?hostaddr={host}", {**_PARTS, "PGHOST": "no-such.invalid"}
    ),
    "PGOPTIONS": Form(
        "postgresql://", {**_PARTS, "PGOPTIONS": "--work-mem=6MB"}, asks=("SHOW work_mem", "6MB")
    ),
    "PGAPPNAME": Form(
        "postgresql://", {**_PARTS, "PGAPPNAME": "mine"}, asks=("SHOW application_name", "mine")
    ),
    "PGTARGETSESSIONATTRS": Form(
        "postgresql://{user}:{quoted}@{host}:1,{host}:{port}/{name}",
        {"PGTARGETSESSIONATTRS": "read-write"},
    ),
    "service": Form(
        "postgresql://?service=mine", {"PGSERVICEFILE": "{folder}/s"}, {"s": _WHOLE_SERVICE}
    ),
    "service-in-a-path": Form(
        "postgresql:///?service=mine", {"PGSERVICEFILE": "{folder}/s"}, {"s": _WHOLE_SERVICE}
    ),
    "service-of-keywords": Form("service=mine", files={".pg_service.conf": _WHOLE_SERVICE}),
    "service-of-the-system": Form(
        "service=mine", {"PGSYSCONFDIR": "{folder}/etc"}, {"etc/pg_service.conf": _WHOLE_SERVICE}
    ),
    "PGSERVICE": Form("postgresql://", {"PGSERVICE": "mine"}, {".pg_service.conf": _WHOLE_SERVICE}),
    "service-less-than-the-url": Form(
        "postgresql:///{name}?service=mine",
        {"PGPASSWORD": "{password}", "PGHOST": "no-such.invalid"},
        {".pg_service.conf": _SERVICE + "dbname=no_such\n"},
    ),
    "service-with-passfile": Form(
        "postgresql:///{name}?service=mine",
        files={".pg_service.conf": _SERVICE, ".pgpass": "{host}:{port}:*:*:{password}\n"},
    ),
    "channel_binding": Form(
        f"postgresql://{_LOGIN}?channel_binding=require",
        notices=_left_out("channel_binding=require"),
    ),
    "asked-in-vain": Form(
        f"postgresql://{_LOGIN}?load_balance_hosts=random&gssencmode=require&sslcertmode=require"
        "&require_auth=scram-sha-256&requirepeer=postgres&sslcrldir=%2Fx&sslkeylogfile=%2Fx"
        "&min_protocol_version=3.2&unknown=1",
        notices=_left_out(
            "load_balance_hosts=random",
            "gssencmode=require",
            "sslcertmode=require",
            "require_auth=scram-sha-256",
            "requirepeer=postgres",
            "sslcrldir",
            "sslkeylogfile",
            "min_protocol_version",
            "unknown",
        ),
    ),
    "asked-by-variables-in-vain": Form(
        f"postgresql://{_LOGIN}",
        {
            "PGCHANNELBINDING": "require",
            "PGGSSENCMODE": "require",
            "PGLOADBALANCEHOSTS": "random",
            "PGREQUIREAUTH": "md5",
            "PGREQUIREPEER": "postgres",
            "PGSSLCERTMODE": "disable",
            "PGSSLCRLDIR": "/x",
        },
        notices=_left_out(
            "channel_binding=require",
            "gssencmode=require",
            "load_balance_hosts=random",
            "require_auth=md5",
            "requirepeer=postgres",
            "sslcertmode=disable",
            "sslcrldir",
        ),
    ),
    "passfile-of-no-use": Form(f"postgresql://{_LOGIN}?passfile=%2Fno%2Fsuch"),
    "passfile-that-is-missing": Form(
        "postgresql://{user}@{host}:{port}/{name}?passfile=%2Fno%2Fsuch",
        notices=("there is no password file /no/such",),
        asks=("", ""),
    ),
}


def parts_of(url: str, folder: Path) -> dict[str, str]:
    """Take the URL of a real database apart, for the forms to be filled in."""
    parts = urlsplit(url)
    password = unquote(parts.password or "")
    return {
        "user": unquote(parts.username or ""),
        "password": password,
        "quoted": quote(password, ""),
        "spelled": "".join(f"%{byte:02X}" for byte in password.encode()),
        "host": parts.hostname or "",
        "port": str(parts.port or 5432),
        "name": parts.path.removeprefix("/"),
        "folder": str(folder),
    }
