"""Files sent by e-mail: the exam against a Dovecot on the loopback; which letters are taken and what is told."""

from __future__ import annotations

import imaplib
import io
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest
import xlsxwriter
from connector_exam import SECRET, Desk, Exam, row
from dovecot import DOVECOT, USER, Dovecot, running_dovecot
from file_peers import FilesPeer
from hypothesis import given, settings
from hypothesis import strategies as st

from litso.errors import Misconfigured
from litso.sources.connectors.config import parse_connection
from litso.sources.connectors.imap import _quoted
from litso.sources.connectors.letters import attachments, read_header
from litso.sources.connectors.port import File, Notice, Piece, Position
from litso.sources.mapping import parse_mapping
from litso.store.database import Store
from litso.usecases import connecting
from tcp_door import Door, door_to

needs_dovecot = pytest.mark.skipif(DOVECOT is None, reason="no Dovecot; see scripts/peers.sh")

BANK = "register@bank.example"


def letter(
    *files: tuple[str, bytes], sender: str = BANK, subject: str = "Реестр платежей", results: str = ""
) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "litso@utility.example", subject
    if results:
        message["Authentication-Results"] = results
    message.set_content("Реестр во вложении.\n")
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message


class ImapPeer(FilesPeer):
    """A mailbox into which somebody sends files."""

    def __init__(self, server: Dovecot, door: Door, folder: str) -> None:
        super().__init__()
        self.server, self.door, self.folder = server, door, folder
        self.extra = ""
        with closing_session(server) as owner:
            owner.create(folder)

    def write(self, name: str, data: bytes) -> None:
        self.send(letter((name, data)))

    def send(self, *letters: EmailMessage | bytes) -> None:
        with closing_session(self.server) as owner:
            for one in letters:
                data = one if isinstance(one, bytes) else bytes(one)
                status, _ = owner.append(self.folder, None, None, data)
                assert status == "OK"

    def go_away(self) -> None:
        self.door.close()

    def come_back(self) -> None:
        self.door.open()

    def settings(self, secret: str) -> str:
        return (
            f"imap: {{host: 127.0.0.1, port: {self.door.port}, tls: 'off', user: {USER}, folder: {self.folder},"
            f" password: {{file: {secret}}}, senders: ['{BANK}', '@office.example'], files: '*.csv'{self.extra}}}"
        )

    def fetched(self, checkpoint: dict[str, int], landing: Path, secret: Path) -> list[Piece]:
        described = parse_connection(f"source: crm\n{self.settings(str(secret))}", "crm")
        landing.mkdir(exist_ok=True)
        with closing(described.settings.open(parse_mapping("source: crm\nparty: none\nkey: id", "crm"))) as connector:
            return list(connector.fetch(Position(checkpoint, lambda marks: set()), landing))


class closing_session:  # noqa: N801
    """A connection of the owner of the mailbox, signed out at the end."""

    def __init__(self, server: Dovecot) -> None:
        self.owner = server.owner()

    def __enter__(self) -> imaplib.IMAP4:
        return self.owner

    def __exit__(self, *_: object) -> None:
        self.owner.logout()


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with running_dovecot(SECRET) as made:
        yield made


@pytest.fixture
def peer(server: Dovecot, tmp_path: Path) -> Iterator[ImapPeer]:
    with door_to(("127.0.0.1", server.port)) as door:
        yield ImapPeer(server, door, tmp_path.name)


@pytest.fixture
def desk(store: Store, tmp_path: Path, peer: ImapPeer) -> Desk:
    return Desk(store, tmp_path, peer)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(SECRET)
    return path


@needs_dovecot
class TestExam(Exam):
    """The exam of connectors."""


def sheet() -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        page = book.add_worksheet()
        for number, values in enumerate([("id", "fio", "tel", "changed", "gone"), ("7", "Ким О. Л.", "", "", "0")]):
            page.write_row(number, 0, values)
    return data.getvalue()


@needs_dovecot
def test_which_letters_are_taken_and_what_is_told_of_others(peer: ImapPeer, tmp_path: Path, secret: Path) -> None:
    data = b"id,fio\n1,a\n"
    peer.extra = ", subject: '*реестр*', megabytes: 1"
    peer.send(
        letter(("РЕЕСТР 1.CSV", data), ("logo.png", b"1")),
        letter(("a.csv", data), sender="stranger@elsewhere.example"),
        letter(("a.csv", data), sender=f'"{BANK}" <stranger@elsewhere.example>'),
        letter(("a.csv", data), subject="Приглашение"),
        letter(("logo.png", b"1")),
        letter(("a.csv", data + b"2,b\n" * 400_000)),
        letter(("b.csv", data), ("c.csv", data + b"2,b\n"), sender="Иванова <IVANOVA@office.example>"),
        b"nothing that is a letter",
    )
    pieces = peer.fetched({}, tmp_path / "landing", secret)
    taken = [piece for piece in pieces if isinstance(piece, File) and piece.path]
    assert [one.origin for one in taken] == ["РЕЕСТР 1.CSV (письмо 1)", "b.csv (письмо 7)", "c.csv (письмо 7)"]
    assert [one.path.read_bytes() for one in taken if one.path] == [data, data, data + b"2,b\n"]
    assert [one.checkpoint.get("uid") for one in taken] == [1, 6, 7]
    (notice,) = [piece for piece in pieces if isinstance(piece, Notice)]
    assert notice.told == (
        "Не взято: письмо 2: отправителя нет в senders; письмо 3: отправителя нет в senders; "
        "письмо 5: нет вложений *.csv; письмо 6: больше 1 МБ."
    )
    assert peer.fetched(dict(pieces[-1].checkpoint), tmp_path / "landing", secret) == []


@needs_dovecot
def test_of_a_forged_sender_only_the_trusted_server_knows(peer: ImapPeer, tmp_path: Path, secret: Path) -> None:
    peer.extra = ", trusted: mx.utility.example"
    good = "mx.utility.example; spf=pass; dkim=pass header.d=bank.example; dmarc=pass"
    forged = letter(("a.csv", b"4"), results="mx.utility.example; dmarc=fail")
    forged.add_header("X-Authentication-Results", good)
    peer.send(
        letter(("a.csv", b"1"), results=good),
        letter(("a.csv", b"2")),
        letter(("a.csv", b"3"), results=good.replace("mx.utility", "mx.elsewhere")),
        forged,
    )
    pieces = peer.fetched({}, tmp_path / "landing", secret)
    assert [piece.origin for piece in pieces if isinstance(piece, File) and piece.path] == ["a.csv (письмо 1)"]
    (notice,) = [piece for piece in pieces if isinstance(piece, Notice)]
    assert notice.told.count("не подтвердил отправителя") == 3


@needs_dovecot
def test_what_is_refused_is_an_alarm_and_the_rest_is_loaded(desk: Desk, peer: ImapPeer) -> None:
    peer.put(row(1))
    peer.send(letter(("a.csv", b"id\n1\n"), sender="stranger@elsewhere.example"))
    peer.put(row(2))
    assert desk.done() == (2, 0, 0)
    (alarm,) = desk.connection().alarms
    assert (alarm["code"], alarm["message"]) == ("refused", "Не взято: письмо 2: отправителя нет в senders.")
    assert "stranger" not in repr(desk.connection())
    assert desk.run().loads == ()


@needs_dovecot
def test_sheets_and_a_mailbox_made_anew(desk: Desk, peer: ImapPeer) -> None:
    peer.extra = ""
    text = desk.text().replace("'*.csv'", "['*.csv', '*.xlsx']")
    connecting.connect(desk.store, text, "crm")
    peer.put(row(1))
    peer.send(letter(("заявки.xlsx", sheet())))
    assert desk.done() == (2, 0, 0)
    with closing_session(peer.server) as owner:
        assert owner.delete(peer.folder)[0] == "OK"
        assert owner.create(peer.folder)[0] == "OK"
    peer.send(letter(("заявки.xlsx", sheet())))  # as before, with another validity of UIDs
    assert desk.run().loads == ()
    peer.put(row(2))
    assert desk.done() == (1, 0, 0)


@needs_dovecot
@pytest.mark.parametrize(("ca", "status"), [(True, "done"), (False, "stopped")])
def test_tls(desk: Desk, peer: ImapPeer, server: Dovecot, tmp_path: Path, ca: bool, status: str) -> None:
    peer.put(row(1))
    with door_to(("127.0.0.1", server.tls_port)) as door:
        known = tmp_path / "authority.pem"
        known.write_bytes(server.certificates.certificate.read_bytes())
        text = desk.text().replace(str(peer.door.port), str(door.port))
        text = text.replace("tls: 'off'", f"ca: {known}" if ca else "mode: delta")
        connecting.connect(desk.store, text, "crm")
        found = desk.run()
    assert found.status == status, found.told
    assert ca or "сертификат сервера не принят" in found.told


@needs_dovecot
def test_a_folder_that_is_not_there(desk: Desk, peer: ImapPeer) -> None:
    connecting.connect(desk.store, desk.text().replace(f"folder: {peer.folder}", "folder: Архив"), "crm")
    found = desk.run()
    assert (found.status, "такой папки в ящике нет" in found.told) == ("stopped", True)


@needs_dovecot
def test_folders_of_any_name(server: Dovecot) -> None:
    for name in ("Реестры банков", "a & b", 'quotes " and \\', "日本語"):
        with closing_session(server) as owner:
            assert owner.create(_quoted(name))[0] == "OK", name
            assert owner.select(_quoted(name), readonly=True)[0] == "OK", name


WRONG = [
    ("host: mail.example.org, tls: 'off', senders: [a@b]", "without TLS only a server of this machine"),
    ("host: h", "the key «senders» is missing"),
    ("host: h, senders: bank", "an address, or @example.org"),
    ("host: h, senders: [a@b], megabytes: 1000", "from 1 to 200"),
    ("host: h, senders: []", "the list is empty"),
]


@pytest.mark.parametrize(("part", "sentence"), WRONG)
def test_what_is_wrong_in_the_settings(part: str, sentence: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        parse_connection(f"source: crm\nimap: {{user: u, password: {{file: /p}}, {part}}}", "f")
    assert sentence in str(caught.value)


HEADERS = [
    (b"From: a@b.ru\nSubject: =?utf-8?B?0KDQtdC10YHRgtGA?=\n\n", "a@b.ru", "Реестр"),
    (b"From: A@B.ru\nSubject: =?windows-1251?B?0OXl8fLw?= x\n\n", "a@b.ru", "Реестр x"),
    (b"From: a@b.ru, c@d.ru\nSubject: x\n\n", "", "x"),
    (b"From: a@b.ru\nFrom: c@d.ru\n\n", "", ""),
    (b"From: a@b.ru <c@d.ru>\n\n", "", ""),
    (b"Subject: =?x-of-nobody?B?0KDQtdC10YHRgtGA?=\n\n", "", "=?x-of-nobody?B?0KDQtdC10YHRgtGA?="),
    (b"Subject: =?utf-8?B?broken\n\n", "", "=?utf-8?B?broken"),
    (b"", "", ""),
]


@pytest.mark.parametrize(("data", "sender", "subject"), HEADERS)
def test_headers(data: bytes, sender: str, subject: str) -> None:
    found = read_header(data)
    assert (found.sender, found.subject) == (sender, subject)


RESULTS = [
    ("mx.us; dmarc=pass", True),
    ("mx.us 1; spf=pass smtp.mailfrom=a@b; DMARC = pass header.from=b", True),
    ("mx.us; dmarc=pass (p=reject dis=none) header.from=b", True),
    ("mx.us; dmarc=fail", False),
    ("mx.us; dmarc=passed", False),
    ("mx.us; spf=pass smtp.mailfrom=dmarc=pass@evil", False),
    ('mx.us; spf=pass smtp.mailfrom="x; dmarc=pass"@evil', False),
    (r'mx.us; spf=pass smtp.mailfrom="x\"; dmarc=pass; \""@evil', False),
    ('mx.us; spf=pass smtp.mailfrom="x; dmarc=pass', False),
    ("mx.us; spf=pass (x; dmarc=pass; y)", False),
    ("mx.us; spf=pass (x; dmarc=pass ", False),
    ("mx.us.evil; dmarc=pass", False),
    ("evil mx.us; dmarc=pass", False),
    ("", False),
]


@pytest.mark.parametrize(("results", "expected"), RESULTS)
def test_who_vouches_for_a_sender(results: str, expected: bool) -> None:
    header = b"Authentication-Results: " + results.encode() + b"\nAuthentication-Results: mx.us; dmarc=pass\n\n"
    assert read_header(header).vouched_by("mx.us") is expected


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.text(max_size=40))
def test_no_letter_is_too_strange(data: bytes, name: str) -> None:
    read_header(data)
    list(attachments(data))
    head = f'Content-Type: application/x; name="{name}"\nContent-Transfer-Encoding: base64\n'.encode("utf-8", "replace")
    for one in attachments(head + b"Content-Disposition: attachment\n\n" + data):
        assert "/" not in one.name
        assert one.data
