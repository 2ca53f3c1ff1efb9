"""A certificate of 127.0.0.1 for servers of the tests."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple


class Certificates(NamedTuple):
    """A certificate that is its own authority, and its key."""

    certificate: Path
    key: Path


def make_certificates(folder: Path) -> Certificates:
    """A certificate of 127.0.0.1."""
    made = Certificates(folder / "server.pem", folder / "server.key")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
               "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
               "-keyout", str(made.key), "-out", str(made.certificate)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return made
