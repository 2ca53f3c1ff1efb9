"""Webhooks over a real socket: what is answered, what takes too long, where we may not go, and who signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import ssl
import subprocess
import threading
import time
from contextlib import suppress
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from http_peer import LOOPBACK, Reply, peer
from litso.channels import signatures
from litso.channels.outward import Answer, Outward, address_of, is_allowed, target_of
from litso.errors import BadUsage


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(204), Answer(204)),
        (Reply(200), Answer(200)),
        (Reply(500), Answer(500)),
        (Reply(410), Answer(410)),
        (Reply(429, (("Retry-After", "7"),)), Answer(429, retry_after=7)),
        (Reply(503, (("Retry-After", "soon"),)), Answer(503)),
        (Reply(302, (("Location", "http://127.0.0.1:1/"),)), Answer(302)),
        (Reply(cut=True), Answer(0, "no connection: RemoteDisconnected")),
        (Reply(seconds=3), Answer(0, "no answer in time")),
        (Reply(drip=True), Answer(0, "no answer in time")),
    ],
)
def test_what_the_peer_answers(reply: Reply, expected: Answer) -> None:
    with peer() as receiver:
        receiver.answer = lambda _: reply
        outward = Outward(receiver.url, allowed=LOOPBACK, seconds=0.5)
        begun = time.monotonic()
        answer = outward.post(b"{}", {"X-Test": "1"})
        outward.close()
    assert time.monotonic() - begun < 5
    assert answer == expected
    assert receiver.received[0].headers["x-test"] == "1"
    assert all(one.headers["host"].startswith("127.0.0.1") for one in receiver.received)


def test_a_connection_is_kept_and_opened_again_when_the_peer_closed_it() -> None:
    with peer() as receiver:
        outward = Outward(receiver.url, allowed=LOOPBACK, seconds=5)
        receiver.answer = lambda _: Reply(200)
        assert [outward.post(b"{}", {}).status for _ in range(3)] == [200] * 3
        receiver.answer = lambda one: Reply(cut=len(receiver.received) == 3)
        assert outward.post(b"{}", {}).status == 204
        assert len(receiver.received) == 5
        outward.close()


def test_nobody_listens() -> None:
    assert Outward("http://127.0.0.1:9/", allowed=LOOPBACK, seconds=1).post(b"", {}).problem == (
        "no connection: Connection refused"
    )


@pytest.mark.parametrize(
    ("address", "is_open"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("192.168.0.1", False),
        ("172.16.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("fd00::1", False),
        ("fe80::1", False),
        ("ff02::1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
    ],
)
def test_addresses_of_private_networks_are_closed_unless_they_are_allowed(address: str, is_open: bool) -> None:
    assert is_allowed(ip_address(address), ()) is is_open
    assert is_allowed(ip_address(address), [ip_network("0.0.0.0/0"), ip_network("::/0")])


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://[::1]/",
        "https://[::ffff:7f00:1]/",
        "http://8.8.8.8/",
        "https://no-such-host.invalid/",
    ],
)
def test_urls_that_lead_where_they_may_not(url: str) -> None:
    with pytest.raises(BadUsage):
        address_of(target_of(url), ())


@pytest.mark.parametrize(
    "url",
    ["", "ftp://a.ru/", "https://", "https://user@a.ru/", "https://a.ru:99999/", "https://a.ru/#x", "https://a.ru/ x",
     "https://пример.рф/", "https://a.ru/\r\nHost: b", "https://a.ru/" + "x" * 2000],
)  # fmt: skip
def test_what_is_no_url_of_a_receiver(url: str) -> None:
    with pytest.raises(BadUsage):
        target_of(url)


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    certificate = tmp_path / "own.pem"
    making = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    making += ["-keyout", str(certificate), "-out", str(tmp_path / "public.pem"), "-subj", "/CN=nobody"]
    subprocess.run(making, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "public.pem", certificate)

    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                context.wrap_socket(server.accept()[0], server_side=True)

        thread = threading.Thread(target=serve)
        thread.start()
        answer = Outward(f"https://127.0.0.1:{server.getsockname()[1]}/", allowed=LOOPBACK, seconds=5).post(b"", {})
        thread.join()
    assert answer.status == 0
    assert answer.problem.startswith("the certificate is not valid")


def test_the_example_of_the_specification_is_signed_as_it_says() -> None:
    """Standard Webhooks 1.0: the message id, the time and the body, joined by full stops."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    found = signatures.headers("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', [key])
    assert found["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_two_live_secrets_give_two_signatures() -> None:
    keys = [signatures.new_secret(), signatures.new_secret()]
    found = signatures.headers("17", 1, b"{}", keys)
    assert (found["webhook-id"], found["webhook-timestamp"]) == ("17", "1")
    expected = [base64.b64encode(hmac.new(key, b"17.1.{}", hashlib.sha256).digest()).decode() for key in keys]
    assert found["webhook-signature"] == " ".join(f"v1,{one}" for one in expected)
    assert base64.b64decode(signatures.shown(keys[0]).removeprefix("whsec_")) == keys[0]
