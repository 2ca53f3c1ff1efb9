"""A real NATS server with JetStream for tests, on a port of the loopback."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import nats
from nats.js import JetStreamContext

from apart import run_apart
from loopback import free_port

NATS_SERVER = shutil.which("nats-server", path=str(Path(sys.executable).parent))
USER = "litso"
PATIENCE_SECONDS = 60.0

Answer = TypeVar("Answer")


@contextmanager
def running_nats(folder: Path, password: str) -> Iterator[int]:
    """A server that lets USER in with a password; gives its port."""
    assert NATS_SERVER is not None
    port = free_port()
    (folder / "nats.conf").write_text(
        f'listen: "127.0.0.1:{port}"\njetstream {{store_dir: "{folder}/js"}}\n'
        f'authorization {{user: "{USER}", password: "{password}"}}\n'
    )
    log = (folder / "nats.log").open("wb")
    with subprocess.Popen([NATS_SERVER, "-c", str(folder / "nats.conf")], stdout=log, stderr=log) as process:
        end = time.monotonic() + PATIENCE_SECONDS
        while b"Server is ready" not in (folder / "nats.log").read_bytes():
            is_late = process.poll() is not None or time.monotonic() > end
            assert not is_late, (folder / "nats.log").read_text()[-2000:]
            time.sleep(0.05)
        yield port
        process.kill()
    log.close()


def with_jetstream(port: int, password: str, work: Callable[[JetStreamContext], Coroutine[Any, Any, Answer]]) -> Answer:
    """Do something as the owner of the server."""

    async def done() -> Answer:
        client = await nats.connect(f"nats://127.0.0.1:{port}", user=USER, password=password)
        try:
            return await work(client.jetstream())
        finally:
            await client.drain()

    return run_apart(done())
