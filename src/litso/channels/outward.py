"""HTTP to addresses that others chose: only where it may go, with TLS checked, and never longer than agreed.

A URL of a consumer could name a service of our own network. So a host is looked up once, every address that it has is
judged, and the connection goes to the judged address itself: a name that means something else a moment later (DNS
rebinding) gains nothing. Redirects are not followed.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from threading import Event, Timer
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from litso import __version__
from litso.errors import BadUsage

Network = IPv4Network | IPv6Network

_LARGEST_ANSWER: Final = 64 << 10
_LONGEST_URL: Final = 2000
_NAT64: Final = IPv6Network("64:ff9b::/96")
_LATE: Final = "no answer in time"


class Answer(NamedTuple):
    """What came back. status: 0 when nothing did, then `problem` says why in words without personal data."""

    status: int
    problem: str = ""
    retry_after: float | None = None  # seconds


class Reply(NamedTuple):
    """An answer with what is in it; etag: the version of what was answered, as the header has it."""

    answer: Answer
    body: bytes = b""
    etag: str = ""


class Target(NamedTuple):
    """Where a URL leads: parts of a checked URL."""

    scheme: str
    host: str
    port: int
    path: str


def target_of(url: str) -> Target:
    """The parts of a URL; BadUsage when it cannot be one of a receiver."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadUsage("the address is not a URL") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > _LONGEST_URL or not url.isascii():
        raise BadUsage("the address must be an https:// URL")
    if parts.username is not None or parts.fragment or any(character <= " " for character in url):
        raise BadUsage("the address must hold no user name, fragment or blank")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80), path)


def address_of(target: Target, allowed: Sequence[Network]) -> str:
    """An address of the host to connect to; BadUsage unless we may connect to every one that it has.

    Plain http is for the allowed networks alone.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise BadUsage("the host of the address is unknown") from None
    addresses = [ip_address(str(entry[4][0]).split("%")[0]) for entry in found]
    if not all(is_allowed(address, allowed) for address in addresses):
        raise BadUsage("the address leads into a private network: see LITSO_WEBHOOK_NETWORKS")
    if target.scheme == "http" and not all(_is_within(_unwrapped(address), allowed) for address in addresses):
        raise BadUsage("the address must be https://: plain http is for LITSO_WEBHOOK_NETWORKS alone")
    return str(addresses[0])


def is_allowed(address: IPv4Address | IPv6Address, allowed: Sequence[Network]) -> bool:
    """Whether we may connect to an address: a public one, or one of the allowed networks."""
    plain = _unwrapped(address)
    return (plain.is_global and not plain.is_multicast) or _is_within(plain, allowed)


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_within(address: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


class Outward:
    """A connection to the host of a URL that is kept open between requests. For one thread at a time."""

    def __init__(self, url: str, *, allowed: Sequence[Network], seconds: float) -> None:
        self._url, self._allowed, self._seconds = url, allowed, seconds
        self._open: http.client.HTTPConnection | None = None

    def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post a body and wait for the answer, no longer than agreed in all."""
        return self.ask("POST", self._url, body, headers).answer

    def ask(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        """Ask for another URL of the same host, and take the first 64 KiB of the answer."""
        is_reused = self._open is not None
        reply = self._ask(method, url, body, headers)
        if is_reused and reply.answer.status == 0 and self._open is None:
            return self._ask(method, url, body, headers)  # the peer had closed the idle connection
        return reply

    def close(self) -> None:
        """Close the connection."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _ask(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        try:
            home, target = target_of(self._url), target_of(url)
            if home[:3] != target[:3]:
                raise BadUsage("the address leads to another host")
            connection = self._open = self._open or self._connected(home)
        except BadUsage as error:
            return Reply(Answer(0, str(error)))
        except (OSError, http.client.HTTPException) as error:
            return Reply(Answer(0, _in_words(error)))
        # A peer that sends a byte now and then would never be late for a socket: the clock ends it.
        is_late = Event()
        clock = Timer(self._seconds, _cut, [connection, is_late])
        clock.daemon = True
        clock.start()
        try:
            connection.request(method, target.path, body, {"User-Agent": f"litso/{__version__}", **headers})
            response = connection.getresponse()
            content = response.read(_LARGEST_ANSWER)
            if not response.isclosed() or response.will_close:
                self.close()
            answer = Answer(response.status, retry_after=_seconds_of(response.headers.get("Retry-After")))
            return Reply(answer, content, response.headers.get("ETag", ""))
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return Reply(Answer(0, _LATE if is_late.is_set() else _in_words(error)))
        finally:
            clock.cancel()

    def _connected(self, target: Target) -> http.client.HTTPConnection:
        address = address_of(target, self._allowed)
        connection = http.client.HTTPConnection(target.host, target.port, timeout=self._seconds)
        plain = socket.create_connection((address, target.port), timeout=self._seconds)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            is_safe = target.scheme == "https"
            context = ssl.create_default_context() if is_safe else None
            connection.sock = context.wrap_socket(plain, server_hostname=target.host) if context else plain
        except OSError:
            plain.close()
            raise
        return connection


def _cut(connection: http.client.HTTPConnection, is_late: Event) -> None:
    """End what is going on on a connection, from another thread."""
    is_late.set()  # before the cut: who waits looks at it next
    if connection.sock is not None:
        with suppress(OSError):
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def _in_words(error: OSError | http.client.HTTPException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not valid: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return _LATE
    if isinstance(error, OSError):
        return f"no connection: {error.strerror or type(error).__name__}"
    return f"the answer is no HTTP: {type(error).__name__}"


def _seconds_of(text: str | None) -> float | None:
    return float(text) if text is not None and text.isdecimal() and len(text) < 8 else None
