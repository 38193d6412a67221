"""TLS to a Postgres server as libpq's settings ask for it, and words for what goes wrong."""

from __future__ import annotations

import os
import ssl
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from taskview_core.errors import CannotConnectError, UsageError
from taskview_core.persistence.database_url import DatabaseUrl

_Mode = Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
_MODES: tuple[_Mode, ...] = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_SURE = _MODES.index("require")
"""From here on a connection without TLS is none."""
_SYSTEM = "system"

_VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}

_VARIABLES = {
    "sslcert": "PGSSLCERT",
    "sslcrl": "PGSSLCRL",
    "sslkey": "PGSSLKEY",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "ssl_max_protocol_version": "PGSSLMAXPROTOCOLVERSION",
    "ssl_min_protocol_version": "PGSSLMINPROTOCOLVERSION",
}


class Tls(NamedTuple):
    """What the driver is to use: a context, or the name of a mode that may do without TLS."""

    how: ssl.SSLContext | Literal["disable", "allow", "prefer"]
    shows_certificate: bool = False


def tls_for(target: DatabaseUrl) -> Tls:
    """Say how TLS is to be used; there is none on sockets.

    Raises UsageError for settings that make no sense, and
    CannotConnectError for files that cannot be used.
    """
    settings = dict(parse_qsl(urlsplit(target.dsn or "").query))
    for key, variable in _VARIABLES.items():
        value = os.environ.get(variable)
        if value:
            settings.setdefault(key, value)
    if os.environ.get("PGREQUIRESSL", "").startswith("1"):  # older than the modes
        settings.setdefault("sslmode", "require")
    mode = _mode(settings)
    if mode == "disable" or all(each.is_socket for each in target.servers):
        return Tls("disable")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = mode == "verify-full"
    context.set_alpn_protocols(["postgresql"])
    context.minimum_version = _version(settings, "ssl_min_protocol_version", "TLSv1.2")
    if "ssl_max_protocol_version" in settings:
        context.maximum_version = _version(settings, "ssl_max_protocol_version", "")
    _trust(context, settings, mode)
    shown = _show_ourselves(context, settings)
    if mode == "allow" or mode == "prefer":
        return Tls(mode, shown)
    return Tls(context, shown)


def _mode(settings: Mapping[str, str]) -> _Mode:
    by_system = settings.get("sslrootcert") == _SYSTEM
    named = settings.get("sslmode", "verify-full" if by_system else "prefer").replace("_", "-")
    mode = next((each for each in _MODES if each == named), None)
    if mode is None:
        raise UsageError("this sslmode is none that there is", f"there are {', '.join(_MODES)}")
    if by_system and mode != "verify-full":
        raise UsageError(
            f"sslmode={mode} is too weak for sslrootcert=system",
            "anybody can have a certificate that the system trusts: use sslmode=verify-full",
        )
    return mode


def _version(settings: Mapping[str, str], key: str, usual: str) -> ssl.TLSVersion:
    name = settings.get(key, usual)
    if name not in _VERSIONS:
        raise UsageError(f"{key} is no version of TLS", f"there are {', '.join(_VERSIONS)}")
    return _VERSIONS[name]


def _trust(context: ssl.SSLContext, settings: Mapping[str, str], mode: str) -> None:
    """Say whose certificates are trusted; by `require` anybody's, unless a root file is there."""
    root = settings.get("sslrootcert")
    usual = _own_file("root.crt")
    if _MODES.index(mode) < _SURE:
        context.verify_mode = ssl.CERT_NONE
        return
    if root == _SYSTEM:
        context.load_default_certs()
    elif root or usual.exists():
        path = root or str(usual)
        _use(lambda: context.load_verify_locations(path), "sslrootcert", path)
    elif mode == "require":
        context.verify_mode = ssl.CERT_NONE
        return
    else:
        raise CannotConnectError(
            f"sslmode={mode} needs a certificate to trust, and there is no {usual}",
            "name the file of the server's authority by sslrootcert=FILE, or sslrootcert=system",
        )
    revoked = settings.get("sslcrl") or _own_file("root.crl")
    if isinstance(revoked, str) or revoked.exists():
        _use(lambda: context.load_verify_locations(revoked), "sslcrl", str(revoked))
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN


def _show_ourselves(context: ssl.SSLContext, settings: Mapping[str, str]) -> bool:
    """Use the client's certificate; say whether there is one."""
    usual = _own_file("postgresql.crt")
    certificate = settings.get("sslcert") or (str(usual) if usual.exists() else None)
    if certificate is None:
        return False
    key = settings.get("sslkey") or str(_own_file("postgresql.key"))
    _check_private(Path(key))
    password = settings.get("sslpassword", "")
    _use(
        lambda: context.load_cert_chain(certificate, key, lambda: password),
        "sslcert and sslkey",
        f"{certificate} and {key}",
        "they belong together, and sslpassword opens the key if it is locked",
    )
    return True


def _check_private(key: Path) -> None:
    """Refuse a key that others may read, as libpq does; root's own may be read by its group."""
    try:
        found = key.stat()
    except OSError as error:
        raise CannotConnectError(
            f"cannot read the private key {key}", error.strerror or ""
        ) from None
    others = stat.S_IRWXO | (stat.S_IWGRP | stat.S_IXGRP if found.st_uid == 0 else stat.S_IRWXG)
    if os.name == "posix" and found.st_mode & others:
        raise CannotConnectError(f"the private key {key} may be read by others", "chmod 600 helps")


def _use(load: Callable[[], None], what: str, path: str, hint: str = "") -> None:
    try:
        load()
    except ssl.SSLError:
        raise CannotConnectError(
            f"{what}: {path} cannot be used", hint or "it has to be a file in PEM form"
        ) from None
    except OSError as error:
        raise CannotConnectError(f"{what}: cannot read {path}", error.strerror or "") from None


def _own_file(name: str) -> Path:
    return Path(os.path.expanduser("~/.postgresql")) / name  # noqa: PTH111  # gives `~` back where nobody's home is known


_NAMES = frozenset({62, 64})
_TIMES = {9: "is not valid yet", 10: "has expired"}
_CHAIN = frozenset({2, 18, 19, 20, 21})


def tls_fault(cause: OSError, label: str) -> CannotConnectError | None:
    """Give the project's error for what is wrong with TLS; None where it is something else."""
    title = f"cannot connect safely to {label}"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return CannotConnectError(title, _of_certificate(cause))
    if isinstance(cause, ssl.SSLError):
        reason = (cause.reason or str(cause)).replace("_", " ").lower()
        if "alert" in reason and ("certificate" in reason or "unknown ca" in reason):
            return CannotConnectError(
                title, f"the server refused our certificate, by sslcert ({reason})"
            )
        return CannotConnectError(title, f"TLS failed: {reason}")
    if "rejected SSL upgrade" in str(cause):
        return CannotConnectError(
            title, "the server has no TLS; sslmode=disable or prefer does without, unprotected"
        )
    return None


def _of_certificate(cause: ssl.SSLCertVerificationError) -> str:
    code: int = cause.verify_code
    if code in _NAMES:
        return (
            "the server's certificate is for another host; use the name that it was made for "
            "(sslmode=verify-ca does not look at names)"
        )
    if code in _TIMES:
        return f"the server's certificate {_TIMES[code]}; check its dates, and this machine's clock"
    if code in _CHAIN:
        return (
            "the server's certificate is from nobody who is trusted here; "
            "name its authority's file by sslrootcert=FILE"
        )
    return f"the server's certificate cannot be trusted: {cause.verify_message}"
