"""A real MariaDB for tests: unprivileged, in a folder of its own, on a port of the loopback."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pymysql

NOBODY = 65534
PATIENCE_SECONDS = 120.0


def find_mariadb() -> tuple[str, str] | None:
    """The server and the program that makes its data folder, if they are installed."""
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/bin"))
    server = shutil.which("mariadbd", path=path)
    install = shutil.which("mariadb-install-db", path=path)
    return (server, install) if server and install else None


def connect(port: int, database: str | None = None) -> Any:
    """As the owner of the server."""
    return pymysql.connect(host="127.0.0.1", port=port, user="owner", password="owner", database=database)


@contextmanager
def running_mariadb() -> Iterator[int]:
    """A server with a user `owner` (password `owner`) and a database `crm`; gives its port."""
    found = find_mariadb()
    assert found is not None
    server, install = found
    folder = Path(tempfile.mkdtemp(prefix="litso-mariadb-"))
    as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    if as_nobody:
        os.chown(folder, NOBODY, NOBODY)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    data = folder / "data"
    options = ["--no-defaults", f"--datadir={data}"]
    command = [install, *options, "--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(command, check=True, capture_output=True, cwd="/", **as_nobody)  # type: ignore[call-overload]
    (folder / "init.sql").write_text(
        "create user owner@'127.0.0.1' identified by 'owner';\n"
        "grant all on *.* to owner@'127.0.0.1' with grant option;\ncreate database crm character set utf8mb4;\n"
    )
    (folder / "init.sql").chmod(0o644)
    command = [
        server, *options, f"--socket={folder}/socket", f"--pid-file={folder}/pid", f"--port={port}",
        "--bind-address=127.0.0.1", "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0",
        "--innodb-buffer-pool-size=32M", f"--init-file={folder}/init.sql", "--skip-log-bin",
    ]  # fmt: skip
    log = (folder / "log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **as_nobody)  # type: ignore[call-overload]
    try:
        _await(port, process, folder / "log")
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connect(port, "crm").close()
        except pymysql.MySQLError:
            is_late = process.poll() is not None or time.monotonic() > end
            assert not is_late, log.read_text()[-2000:]
            time.sleep(0.1)
        else:
            return
