"""What of a Postgres URL's settings can be honoured, and what has to be said of the others.

asyncpg sends whatever it does not know to the server, which refuses such a connection; and what
is left out in silence may have been there for safety.
"""

from __future__ import annotations

from collections.abc import Mapping

_READ_BY_THE_DRIVER = frozenset(
    {
        "dbname",
        "gsslib",
        "host",
        "krbsrvname",
        "port",
        "ssl_max_protocol_version",
        "ssl_min_protocol_version",
        "sslcert",
        "sslcrl",
        "sslkey",
        "sslmode",
        "sslnegotiation",
        "sslpassword",
        "sslrootcert",
        "target_session_attrs",
        "user",
    }
)

_FOR_THE_SERVER = frozenset(
    {
        "datestyle",
        "idle_in_transaction_session_timeout",
        "lock_timeout",
        "options",
        "role",
        "search_path",
        "statement_timeout",
        "timezone",
        "work_mem",
    }
)

# Where nothing is lost without: how the line is kept up, what is for other drivers.
_OF_NO_USE = frozenset(
    {
        "client_encoding",
        "connect_timeout",
        "fallback_application_name",
        "gssdelegation",
        "keepalives",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
        "pgbouncer",
        "prepared_statement_cache_size",
        "sslcompression",
        "sslsni",
        "statement_cache_size",
        "tcp_user_timeout",
        "uselibpqcompat",
    }
)

# What asks for nothing by these values.
_HARMLESS = {
    "channel_binding": ("prefer", "disable", ""),
    "gssencmode": ("disable", "prefer", ""),
    "load_balance_hosts": ("disable", ""),
    "sslcertmode": ("allow", ""),
    "require_auth": ("",),
    "requirepeer": ("",),
}


def is_for_the_server(key: str) -> bool:
    """Whether a setting is one of the server's sessions, that not every pooler takes."""
    return key.lower() in _FOR_THE_SERVER or "." in key


def honoured(settings: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Give the settings to connect with, and a notice for each that cannot be honoured."""
    kept: dict[str, str] = {}
    notices: list[str] = []
    for key, value in settings.items():
        if key == "ssl":
            kept.setdefault("sslmode", _mode_of(value))
        elif key == "schema":
            kept["search_path"] = value
        elif key in _READ_BY_THE_DRIVER or key == "application_name" or is_for_the_server(key):
            kept[key] = value
        elif key == "hostaddr":
            if not settings.get("host"):
                kept["host"] = value
            elif value:
                notices.append("hostaddr cannot be honoured: the host is looked up by its name")
        elif key not in _OF_NO_USE and value not in _HARMLESS.get(key, ()):
            shown = f"{key}={value}" if key in _HARMLESS else key
            notices.append(f"{shown} cannot be honoured and was left out")
    return kept, tuple(notices)


def _mode_of(value: str) -> str:
    """Give the sslmode that `ssl=…` means, which other drivers have."""
    return {"true": "require", "1": "require", "false": "disable", "0": "disable"}.get(value, value)
