"""Ports of the loopback for the servers that tests start."""

from __future__ import annotations

import socket


def free_port() -> int:
    """A port of the loopback that is free just now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
