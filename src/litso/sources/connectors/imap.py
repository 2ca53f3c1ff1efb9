"""Files that are sent by e-mail: attachments of letters in a mailbox that one reads by IMAP.

Letters are looked at in the order of their UIDs and left as they are: none is marked, moved or deleted. Only senders
that are named are heard; the address of a sender is easily forged, unless `trusted` names the server that checked it.
What is refused is told to a person, without addresses or subjects.
"""

from __future__ import annotations

import hashlib
import imaplib
import re
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final, NamedTuple

from litso.errors import LitsoError, SourceUnusable, Transient
from litso.sources.connectors.file_source import reason
from litso.sources.connectors.letters import Attachment, Letter, attachments, read_header
from litso.sources.connectors.port import DELTA, FULL, Checkpoint, File, Found, Notice, Piece, Position
from litso.sources.connectors.secrets import Secret, secret_of
from litso.sources.connectors.tls import Tls, tls_of
from litso.sources.mapping import Mapping
from litso.sources.yaml_tree import Tree

_PORT_TLS: Final = 993
_PORT: Final = 143
_SECONDS: Final = 60.0
_WINDOW: Final = 500
"""UIDs that are asked for at a time."""
_MEGABYTES: Final = 25
_MOST_MEGABYTES: Final = 200
_TOLD: Final = 5
"""Letters that are told one by one; of others only how many."""
_HEADER: Final = "(UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS (FROM SUBJECT AUTHENTICATION-RESULTS)])"
_UID: Final = re.compile(rb"\bUID (\d+)")
_SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d+)")
_BUSY: Final = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]")
_ADDRESS: Final = re.compile(r"[^\s@]*@[^\s@]+")
_UNSAFE: Final = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """imap: a mailbox and the letters that count. files: patterns of attachments, () for those of the mapping."""

    host: str
    port: int
    tls: Tls
    user: str
    password: Secret
    folder: str
    senders: tuple[str, ...]
    subject: str
    trusted: str | None
    files: tuple[str, ...]
    megabytes: int
    mode: str

    def open(self, mapping: Mapping) -> Mail:
        """The connector; attachments are those of the mapping's files where the connection names none."""
        return Mail(self, self.files or tuple(one.rpartition("/")[2] for one in mapping.files) or ("*",))


def parse(tree: Tree) -> ImapSettings:
    """The settings under «imap»."""
    items = tree.items(
        ("host", "port", "tls", "ca", "user", "password", "folder", "senders", "subject", "trusted", "files",
         "megabytes", "mode")
    )  # fmt: skip
    for name in ("host", "user", "password", "senders"):
        if name not in items:
            raise tree.problem(f"the key «{name}» is missing")
    host = items["host"].text("a host")
    tls = tls_of(items)
    if not tls.is_on and not _is_loopback(host):
        raise items["tls"].problem("without TLS only a server of this machine is spoken to, as 127.0.0.1")
    return ImapSettings(
        host=host,
        port=items["port"].whole(1, 65_535) if "port" in items else _PORT_TLS if tls.is_on else _PORT,
        tls=tls,
        user=items["user"].text("a user"),
        password=secret_of(items["password"]),
        folder=items["folder"].text("a folder") if "folder" in items else "INBOX",
        senders=tuple(_sender(one) for one in items["senders"].elements()),
        subject=items["subject"].text("a pattern") if "subject" in items else "*",
        trusted=items["trusted"].text("a server") if "trusted" in items else None,
        files=tuple(one.text("a pattern") for one in items["files"].elements()) if "files" in items else (),
        megabytes=items["megabytes"].whole(1, _MOST_MEGABYTES) if "megabytes" in items else _MEGABYTES,
        mode=items["mode"].choice((FULL, DELTA)) if "mode" in items else DELTA,
    )


def _sender(tree: Tree) -> str:
    address = tree.text("an address").lower()
    if not _ADDRESS.fullmatch(address):
        raise tree.problem("an address, or @example.org for everybody there, is expected here")
    return address


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _Seen(NamedTuple):
    """A letter in the mailbox: its size in bytes and its header."""

    uid: int
    size: int
    letter: Letter


class Mail:
    """The connector of a mailbox."""

    def __init__(self, settings: ImapSettings, files: tuple[str, ...]) -> None:
        self.mode = settings.mode
        self._settings, self._files = settings, files
        self._opened: Mailbox | None = None

    def check(self) -> Found:
        """How many letters there are, and how many of the latest are from senders that are heard."""
        box = self._box()
        latest = [seen for seen in box.letters(box.next_uid - _WINDOW) if self._is_ours(seen)]
        fitting = sum(self._objection(seen) is None for seen in latest)
        return Found(f"{box.title}: писем {box.count}, из последних подходят {fitting}.", {})

    def fetch(self, position: Position, landing: Path) -> Iterator[Piece]:
        """Attachments of letters since the checkpoint; of another mailbox of that name all, by content."""
        box, checkpoint = self._box(), dict(position.checkpoint)
        last = int(checkpoint["uid"]) if checkpoint.get("validity") == box.validity else 0
        refused: list[str] = []
        for seen in box.letters(last + 1):
            before, checkpoint = checkpoint, {"validity": box.validity, "uid": seen.uid}
            found = self._taken(box, seen, refused) if self._is_ours(seen) else []
            for number, attachment in enumerate(found, start=1):
                # While some attachments are still to come, the letter is not dealt with.
                left = checkpoint if number == len(found) else before
                yield self._piece(attachment, f"{seen.uid}-{number}", left, position, landing)
            if not found:
                yield File(None, f"письмо {seen.uid}", checkpoint)
        if refused:
            yield Notice(_told(refused), checkpoint)

    def settle(self) -> None:
        """Letters are left as they are."""

    def close(self) -> None:
        """End the connection."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _box(self) -> Mailbox:
        self._opened = self._opened or Mailbox(self._settings)
        return self._opened

    def _is_ours(self, seen: _Seen) -> bool:
        """Letters about other things are none of ours."""
        return fnmatchcase(seen.letter.subject.casefold(), self._settings.subject.casefold())

    def _objection(self, seen: _Seen) -> str | None:
        """Why a letter is not taken."""
        settings, sender = self._settings, seen.letter.sender
        if sender not in settings.senders and "@" + sender.partition("@")[2] not in settings.senders:
            return "отправителя нет в senders"
        if settings.trusted is not None and not seen.letter.vouched_by(settings.trusted):
            return f"сервер {settings.trusted} не подтвердил отправителя"
        if seen.size > settings.megabytes << 20:
            return f"больше {settings.megabytes} МБ"
        return None

    def _taken(self, box: Mailbox, seen: _Seen, refused: list[str]) -> list[Attachment]:
        """Attachments of a letter that are taken; what is refused is added to the list."""
        objection, found = self._objection(seen), []
        if objection is None:
            every = attachments(box.whole(seen.uid))
            found = [one for one in every if any(fnmatchcase(one.name.casefold(), p.casefold()) for p in self._files)]
            objection = None if found else f"нет вложений {', '.join(self._files)}"
        if objection is not None:
            refused.append(f"письмо {seen.uid}: {objection}")
        return found

    def _piece(self, one: Attachment, name: str, left: Checkpoint, position: Position, landing: Path) -> File:
        mark = f"sha256 {hashlib.sha256(one.data).hexdigest()}"
        origin = f"{one.name} (письмо {name.partition('-')[0]})"
        if position.known([mark]):
            return File(None, origin, left)
        path = landing / f"{name}-{_UNSAFE.sub('_', one.name)}"
        path.write_bytes(one.data)
        return File(path, origin, left, (mark,))


def _told(refused: list[str]) -> str:
    more = len(refused) - _TOLD
    return "Не взято: " + "; ".join(refused[:_TOLD]) + (f"; и ещё писем {more}." if more > 0 else ".")


# The mailbox ----------------------------------------------------------------------------------------------------


class Mailbox:
    """A folder of letters that is open for reading. count: its letters; next_uid: what the next one will have.

    validity: while it is the same, so are the UIDs.
    """

    def __init__(self, settings: ImapSettings) -> None:
        self.title = f"Почта {settings.user}, {settings.folder}"
        with self._translated():
            self._server = _connected(settings)
            _sign_in(self._server, settings.user, settings.password.read())
            status, answer = self._server.select(_quoted(settings.folder), readonly=True)
            if status != "OK":
                raise SourceUnusable(f"{self.title}: такой папки в ящике нет.")
            self.count = int(answer[0] or 0)
            self.validity, self.next_uid = self._number("UIDVALIDITY"), self._number("UIDNEXT")

    def _number(self, name: str) -> int:
        _, answer = self._server.response(name)
        if not answer or answer[0] is None:
            raise SourceUnusable(f"{self.title}: сервер не сообщает {name}.")
        return int(answer[0])

    def letters(self, first: int) -> Iterator[_Seen]:
        """Letters from a UID on, in their order."""
        for begin in range(max(first, 1), self.next_uid, _WINDOW):
            end = min(begin + _WINDOW, self.next_uid) - 1
            with self._translated():
                status, answer = self._server.uid("FETCH", f"{begin}:{end}", _HEADER)
            if status != "OK":
                raise Transient(f"{self.title}: письма не читаются.")
            found = [_Seen(uid, size, read_header(data)) for uid, size, data in _fetched(answer)]
            yield from sorted(seen for seen in found if begin <= seen.uid <= end)

    def whole(self, uid: int) -> bytes:
        """A letter; b"" when it was deleted meanwhile."""
        with self._translated():
            _, answer = self._server.uid("FETCH", str(uid), "(UID BODY.PEEK[])")
        return next((data for found, _, data in _fetched(answer) if found == uid), b"")

    def close(self) -> None:
        """Sign out."""
        with suppress(imaplib.IMAP4.error, OSError):
            self._server.logout()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except LitsoError:
            raise
        except ssl.SSLCertVerificationError:
            raise SourceUnusable(f"{self.title}: сертификат сервера не принят: проверьте ca.") from None
        except imaplib.IMAP4.abort:
            raise Transient(f"{self.title}: соединение потеряно.") from None
        except imaplib.IMAP4.error as error:
            if any(sign in str(error) for sign in _BUSY):
                raise Transient(f"{self.title}: сервер занят.") from None
            raise SourceUnusable(f"{self.title}: сервер не принимает имя пользователя или пароль.") from None
        except OSError as error:
            raise Transient(f"{self.title}: сервер не отвечает: {reason(error)}.") from None


def _connected(settings: ImapSettings) -> imaplib.IMAP4:
    if not settings.tls.is_on:
        return imaplib.IMAP4(settings.host, settings.port, timeout=_SECONDS)
    return imaplib.IMAP4_SSL(settings.host, settings.port, ssl_context=settings.tls.context(), timeout=_SECONDS)


def _sign_in(server: imaplib.IMAP4, user: str, password: str) -> None:
    """SASL PLAIN takes passwords of any letters; servers without it get LOGIN."""
    if "AUTH=PLAIN" in server.capabilities:
        server.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
    else:
        server.login(user, password)


def _fetched(answer: list[Any]) -> Iterator[tuple[int, int, bytes]]:
    """UID, size and literal of each letter in an answer; attributes may stand before the literal or behind it."""
    for number, part in enumerate(answer):
        if isinstance(part, tuple):
            behind = answer[number + 1] if number + 1 < len(answer) else b""
            told = part[0] + b" " + (behind if isinstance(behind, bytes) else b"")
            uid, size = _UID.search(told), _SIZE.search(told)
            if uid is not None:
                yield int(uid[1]), int(size[1]) if size else 0, part[1]


def _quoted(folder: str) -> str:
    """A name of a folder as IMAP writes it: letters beyond ASCII in its own UTF-7, in quotes."""
    parts = re.split(r"([^\x20-\x7e]+)", folder.replace("&", "&-"))
    written = "".join(part if number % 2 == 0 else _utf7(part) for number, part in enumerate(parts))
    return '"' + written.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _utf7(text: str) -> str:
    return "&" + b64encode(text.encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"
