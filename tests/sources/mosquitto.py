"""A real Mosquitto for tests: unprivileged, in a folder of its own, on a port of the loopback."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as paho
from dovecot import NOBODY
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from loopback import free_port

PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))
MOSQUITTO = shutil.which("mosquitto", path=PATH)
PATIENCE_SECONDS = 60.0
USER = "litso"


@contextmanager
def running_mosquitto(password: str) -> Iterator[int]:
    """A broker that lets USER in with a password; gives its port."""
    assert MOSQUITTO is not None
    folder = Path(tempfile.mkdtemp(prefix="litso-mosquitto-"))
    as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    port = free_port()
    (folder / "conf").write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {folder}/users\n"
        f"persistence false\nmax_queued_messages 0\nmax_inflight_messages 0\nuser {'nobody' if as_nobody else ''}\n"
    )
    passwd = shutil.which("mosquitto_passwd", path=PATH)
    assert passwd is not None
    subprocess.run([passwd, "-b", "-c", str(folder / "users"), USER, password], check=True, capture_output=True)
    if as_nobody:
        for path in (folder, *folder.iterdir()):
            os.chown(path, NOBODY, NOBODY)
    log = (folder / "log").open("wb")
    command = [MOSQUITTO, "-c", str(folder / "conf")]
    process = subprocess.Popen(command, cwd="/", stdout=log, stderr=log, **as_nobody)  # type: ignore[call-overload]
    try:
        end = time.monotonic() + PATIENCE_SECONDS
        while not is_ready(port, password):
            is_late = process.poll() is not None or time.monotonic() > end
            assert not is_late, (folder / "log").read_text()[-2000:]
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def is_ready(port: int, password: str) -> bool:
    """Whether a message can be published."""
    try:
        publish(port, password, [("ready", b"1")])
    except OSError:
        return False
    return True


def publish(port: int, password: str, messages: Sequence[tuple[str, bytes]], *, retain: bool = False) -> None:
    """Publish messages with QoS 1, each acknowledged by the broker."""
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.username_pw_set(USER, password)
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        sent = [client.publish(topic, value, qos=1, retain=retain) for topic, value in messages]
        for one in sent:
            one.wait_for_publish(PATIENCE_SECONDS)
            assert one.is_published()
    finally:
        client.disconnect()
        client.loop_stop()
