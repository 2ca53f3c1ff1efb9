"""How a connector speaks to a server: with TLS unless its settings say otherwise."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Final, NamedTuple

from litso.sources.yaml_tree import Tree

VERIFY: Final = "verify"
OFF: Final = "off"


class Tls(NamedTuple):
    """Whether TLS is spoken, and certificates to trust instead of those of the system."""

    is_on: bool
    ca: Path | None

    def context(self) -> ssl.SSLContext:
        """What checks the certificate and the name of a server."""
        return ssl.create_default_context(cafile=str(self.ca) if self.ca else None)


def tls_of(items: dict[str, Tree]) -> Tls:
    """`tls: verify | off` and `ca: /path`."""
    return Tls(
        is_on=items["tls"].choice((VERIFY, OFF)) == VERIFY if "tls" in items else True,
        ca=Path(items["ca"].text("a path")) if "ca" in items else None,
    )
