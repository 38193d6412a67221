"""Certificates for tests, made by the `openssl` program: an authority, and whom it vouches for."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path


class NoOpensslError(Exception):
    """There is no `openssl` to make certificates with."""


class Authority:
    """Vouches for servers and users; `root` is the file of its own certificate."""

    def __init__(self, folder: Path, name: str = "the tests") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.root = folder / "root.crt"
        self._key = folder / "root.key"
        extensions = ["-addext", "basicConstraints=critical,CA:TRUE"]
        _openssl(
            *("req", "-x509", *_KEY, "-keyout", str(self._key), "-out", str(self.root)),
            *("-days", "2", "-subj", f"/CN={name}", *extensions),
        )

    def vouch(
        self, name: str, *, alternative: str | None = None, days: int = 2, password: str = ""
    ) -> tuple[Path, Path]:
        """Give the files of a certificate and its key, which a password may lock."""
        certificate, key = self._folder / f"{name}.crt", self._folder / f"{name}.key"
        request, extensions = self._folder / f"{name}.csr", self._folder / f"{name}.ext"
        lock = ["-passout", f"pass:{password}"] if password else ["-nodes"]
        _openssl(
            *("req", "-new", *_KEY[:2], *lock, "-keyout", str(key), "-out", str(request)),
            *("-subj", f"/CN={name}"),
        )
        extensions.write_text(f"subjectAltName={alternative or f'DNS:{name}'}\n")
        _openssl(
            *("x509", "-req", "-in", str(request), "-out", str(certificate), "-days", str(days)),
            *("-CA", str(self.root), "-CAkey", str(self._key), "-CAcreateserial"),
            *("-extfile", str(extensions)),
        )
        key.chmod(0o600)
        return certificate, key

    def revoked(self, *certificates: Path) -> Path:
        """Give a list that takes back these certificates of ours."""
        place = self._folder / "revoked"
        place.mkdir(exist_ok=True)
        (place / "index.txt").touch()
        (place / "number").write_text("01\n")
        settings = place / "ca.conf"
        settings.write_text(
            f"[ca]\ndefault_ca=ours\n[ours]\ndatabase={place}/index.txt\ndefault_md=sha256\n"
            f"crlnumber={place}/number\ndefault_crl_days=2\nprivate_key={self._key}\n"
            f"certificate={self.root}\n"
        )
        for each in certificates:
            _openssl("ca", "-config", str(settings), "-revoke", str(each))
        taken_back = place / f"{len(certificates)}.crl"
        _openssl("ca", "-config", str(settings), "-gencrl", "-out", str(taken_back))
        return taken_back


_KEY = ("-newkey", "rsa:2048", "-nodes")


def _openssl(*words: str) -> None:
    program = shutil.which("openssl")
    if program is None:
        raise NoOpensslError("this test needs openssl: install the package of that name")
    ran = subprocess.run([program, *words], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
