"""A real Dovecot for tests: unprivileged, in a folder of its own, on ports of the loopback, plain and with TLS."""

from __future__ import annotations

import getpass
import imaplib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from local_certificates import Certificates, make_certificates

from loopback import free_port

NOBODY = 65534
PATIENCE_SECONDS = 60.0
USER = "reader"

DOVECOT = shutil.which("dovecot", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin")))


class Dovecot(NamedTuple):
    """A server with a mailbox of USER. port: plain; tls_port: with TLS, by the authority of `certificates`."""

    port: int
    tls_port: int
    certificates: Certificates
    password: str

    def owner(self) -> imaplib.IMAP4:
        """A connection that may write letters."""
        server = imaplib.IMAP4("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        server.authenticate("PLAIN", lambda _: f"\0{USER}\0{self.password}".encode())
        return server


@contextmanager
def running_dovecot(password: str) -> Iterator[Dovecot]:
    """A server that lets USER in with a password."""
    assert DOVECOT is not None
    folder = Path(tempfile.mkdtemp(prefix="litso-dovecot-"))
    as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    made = Dovecot(free_port(), free_port(), make_certificates(folder), password)
    (folder / "users").write_text(f"{USER}:{{PLAIN}}{password}\n")
    (folder / "conf").write_text(_configuration(folder, made))
    if as_nobody:
        for path in (folder, *folder.iterdir()):
            os.chown(path, NOBODY, NOBODY)
    command = [DOVECOT, "-F", "-c", str(folder / "conf")]
    process = subprocess.Popen(command, cwd="/", **as_nobody)  # type: ignore[call-overload]
    try:
        _await(made, process, folder / "log")
        yield made
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def _configuration(folder: Path, made: Dovecot) -> str:
    user = "nobody" if os.geteuid() == 0 else getpass.getuser()
    ids = (NOBODY, NOBODY) if os.geteuid() == 0 else (os.getuid(), os.getgid())
    return f"""
        base_dir = {folder}/run
        state_dir = {folder}/state
        default_internal_user = {user}
        default_internal_group = {"nogroup" if os.geteuid() == 0 else os.getgid()}
        default_login_user = {user}
        log_path = {folder}/log
        protocols = imap
        ssl = yes
        ssl_cert = <{made.certificates.certificate}
        ssl_key = <{made.certificates.key}
        listen = 127.0.0.1
        mail_location = maildir:{folder}/mail/%u
        mail_fsync = never
        auth_failure_delay = 0
        disable_plaintext_auth = no
        first_valid_uid = 1
        first_valid_gid = 0
        passdb {{
          driver = passwd-file
          args = username_format=%u {folder}/users
        }}
        userdb {{
          driver = static
          args = uid={ids[0]} gid={ids[1]} home={folder}/home/%u
        }}
        service imap-login {{
          chroot =
          inet_listener imap {{
            port = {made.port}
          }}
          inet_listener imaps {{
            port = {made.tls_port}
            ssl = yes
          }}
        }}
        service anvil {{
          chroot =
        }}
    """


def _await(made: Dovecot, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            made.owner().logout()
        except (OSError, imaplib.IMAP4.error):
            is_late = process.poll() is not None or time.monotonic() > end
            assert not is_late, log.read_text()[-2000:] if log.exists() else "no log"
            time.sleep(0.1)
        else:
            return
