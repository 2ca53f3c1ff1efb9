"""Files over SFTP: the exam against OpenSSH's own server on the loopback, its host key pinned."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from connector_exam import Desk, Exam, row
from file_peers import FilesPeer, is_right

from litso.errors import Misconfigured
from litso.sources.connectors.config import parse_connection
from litso.store.database import Store
from tcp_door import Door, door_to

SSHD = shutil.which("sshd", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin")))
PATIENCE_SECONDS = 60.0

pytestmark = pytest.mark.skipif(SSHD is None, reason="no OpenSSH server; see scripts/peers.sh")


class SftpPeer(FilesPeer):
    def __init__(self, folder: Path, keys: Path, door: Door) -> None:
        super().__init__()
        self.folder, self.keys, self.door = folder, keys, door
        self.host_key = " ".join((keys / "host.pub").read_text().split()[:2])

    def write(self, name: str, data: bytes) -> None:
        path = self.folder / name
        path.write_bytes(data)
        then = time.time() - 60
        os.utime(path, (then, then))

    def go_away(self) -> None:
        self.door.close()

    def come_back(self) -> None:
        self.door.open()

    def settings(self, secret: str) -> str:
        key = self.keys / ("good" if is_right(secret) else "bad")
        return (
            f"sftp: {{host: 127.0.0.1, port: {self.door.port}, user: {getpass.getuser()}, path: {self.folder},"
            f" host_key: '{self.host_key}', private_key: {{file: {key}}}, files: '*.csv'}}"
        )


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys: of the host, of the user who is let in, and others of nobody."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("host", "good", "bad", "other"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
        subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def server(keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server that lets in the user of this program with the good key; its port."""
    assert SSHD is not None
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd wants it when it is root
    config = tmp_path_factory.mktemp("sshd") / "config"
    config.write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {keys}/host\nAuthorizedKeysFile {keys}/good.pub\nStrictModes no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\nUsePAM no\nPermitRootLogin yes\nPidFile none\n"
        "Subsystem sftp internal-sftp\n"
    )
    log = (config.parent / "log").open("wb")
    with subprocess.Popen([SSHD, "-D", "-e", "-f", str(config)], stdout=log, stderr=log) as process:
        end = time.monotonic() + PATIENCE_SECONDS
        while not answers(port):
            is_late = process.poll() is not None or time.monotonic() > end
            assert not is_late, (config.parent / "log").read_text()
            time.sleep(0.05)
        yield port
        process.terminate()
    log.close()


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as one:
            return bool(one.recv(3))
    except OSError:
        return False


@pytest.fixture
def peer(server: int, keys: Path, tmp_path: Path) -> Iterator[SftpPeer]:
    folder = tmp_path / "exports"
    folder.mkdir()
    with door_to(("127.0.0.1", server)) as door:
        yield SftpPeer(folder, keys, door)


@pytest.fixture
def desk(store: Store, tmp_path: Path, peer: SftpPeer) -> Desk:
    return Desk(store, tmp_path, peer)


class TestExam(Exam):
    """The exam of connectors."""


def test_a_server_with_another_key_is_not_spoken_to(desk: Desk, peer: SftpPeer, keys: Path) -> None:
    peer.put(row(1))
    peer.host_key = " ".join((keys / "other.pub").read_text().split()[:2])
    desk.connect()
    found = desk.run()
    assert found.status == "stopped"
    assert "ключ сервера не тот" in found.told


WRONG = [
    ("host_key: abc, private_key: {file: /k}", "sftp.host_key: a host key is its type and the key"),
    ("host_key: 'ssh-ed25519 AAAA', private_key: {file: /k}, password: {file: /p}", "either «password» or"),
    ("host_key: 'ssh-ed25519 AAAA'", "either «password» or «private_key» is expected"),
    ("private_key: {file: /k}", "the key «host_key» is missing"),
]


@pytest.mark.parametrize(("part", "sentence"), WRONG)
def test_what_is_wrong_in_the_settings(part: str, sentence: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        parse_connection(f"source: crm\nsftp: {{host: h, user: u, path: /p, {part}}}", "f")
    assert sentence in str(caught.value)
