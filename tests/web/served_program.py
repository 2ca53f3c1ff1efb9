"""The program itself, serving a database."""

from __future__ import annotations

import os
import re
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from litso.store.sealing import new_key
from loopback import free_port

PATIENCE_SECONDS = 240


@contextmanager
def serving(database_url: str, home: Path, **settings: str) -> Iterator[tuple[str, str]]:
    """`litso serve` over a database where nobody can sign in yet: its URL, and the link that it printed."""
    port = free_port()
    key = home / "key"
    key.write_text(new_key())
    own = {"LITSO_DATABASE_URL": database_url, "LITSO_HOME": str(home), "LITSO_SECRET_KEY_FILE": str(key)}
    environment = {**os.environ, **own, **settings}
    command = [sys.executable, "-m", "litso", "serve", "--port", str(port)]
    # Unbuffered: what were read already would not show in `select`.
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, bufsize=0) as program:
        try:
            link = _link_of(program)
            wait_for(port)
            yield f"http://127.0.0.1:{port}", link
        finally:
            program.terminate()
        assert program.wait(PATIENCE_SECONDS) == 0


def _link_of(program: subprocess.Popen[bytes]) -> str:
    """The one-time link among the first lines of the program."""
    assert program.stdout is not None
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and select.select([program.stdout], [], [], PATIENCE_SECONDS)[0]:
        line = program.stdout.readline().decode()
        if found := re.search(r"http://\S+/welcome\?token=\S+", line):
            return found[0]
        assert line, "the program ended before it printed a link"
    raise AssertionError("the program printed no link")


def wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the program does not listen")
