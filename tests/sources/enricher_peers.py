"""Local services that tell of companies: real HTTP on the loopback, in the shapes of DaData and СПАРК."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final

ACTING, ENDED, UNKNOWN = "6311000001", "6311000002", "6311000003"
"""ИНН that the peers know; of the last they know nothing."""
BUSY, LIMITED, FAULTY, SLOW, WRONG, EMPTY, REFUSED, MOVED, LATER = (f"63110000{n}" for n in range(10, 19))
"""ИНН that make the peers misbehave."""

TOKEN: Final = "secret-token"
LOGIN: Final = "anna\nsecret password\n"

COMPANIES: Final[dict[str, dict[str, Any]]] = {
    ACTING: {
        "name": "ООО «ТЕПЛО»",
        "ogrn": "1026300000011",
        "kpp": "631101001",
        "address": "443001, г Самара, ул Победы, д 5",
        "director": "Иванов Пётр Ильич",
        "director_inn": "500100732259",
        "owner": "Серова Анна Юрьевна",
        "phone": "8462310000",
        "email": "info@teplo.ru",
    },
    ENDED: {"name": "ООО «СВЕТ»", "ogrn": "1026300000022", "ceased": True},
}


class Peer(BaseHTTPRequestHandler):
    """What both shapes have in common: faults by ИНН."""

    calls: list[str]
    signed_in: bool

    def do_POST(self) -> None:
        """Answer a question."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        inn = self.asked(body)
        self.calls.append(inn or "sign in")
        times = self.calls.count(inn or "")
        if not self.is_known():
            self.answer(401, b"")
        elif inn is None:
            self.sign_in(body)
        elif (inn == BUSY and times < 3) or inn == FAULTY:
            self.answer(503, b"")
        elif (inn == LIMITED and times < 2) or inn == LATER:
            self.answer(429, b"", {"Retry-After": "7" if inn == LIMITED else "3600"})
        elif inn == REFUSED:
            self.answer(403, b"")
        elif inn == MOVED:
            self.answer(302, b"", {"Location": "http://127.0.0.1:9/"})
        elif inn == SLOW:
            time.sleep(1)
            self.close_connection = True
        elif inn in (WRONG, EMPTY):
            self.answer(200, b"<html>service" if inn == WRONG else b"")
        else:
            known = COMPANIES[ACTING] if inn in (BUSY, LIMITED) else COMPANIES.get(inn)
            self.answer(200, self.told(inn, known))

    def asked(self, body: str) -> str | None:
        """The ИНН of a question; None when it begins a session."""
        raise NotImplementedError

    def is_known(self) -> bool:
        """Whether the caller is known."""
        return True

    def sign_in(self, body: str) -> None:
        """Begin a session."""

    def told(self, inn: str, company: dict[str, Any] | None) -> bytes:
        """The answer about a company."""
        raise NotImplementedError

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class DadataPeer(Peer):
    """`findById/party` in JSON."""

    def asked(self, body: str) -> str | None:
        assert self.path == "/suggestions/api/4_1/rs/findById/party"
        return str(json.loads(body)["query"])

    def is_known(self) -> bool:
        return self.headers.get("Authorization") == f"Token {TOKEN}"

    def told(self, inn: str, company: dict[str, Any] | None) -> bytes:
        if company is None:
            return b'{"suggestions": []}'
        director = {"name": company["director"], "post": "Директор"} if "director" in company else None
        ended = {"status": "LIQUIDATED", "liquidation_date": 1714953600000, "actuality_date": 1735689600000}
        data = {
            "inn": inn, "ogrn": company["ogrn"], "kpp": company.get("kpp"),
            "name": {"short_with_opf": company["name"], "full_with_opf": company["name"]},
            "address": {"value": company["address"]} if "address" in company else None,
            "state": ended if company.get("ceased") else {"status": "ACTIVE", "actuality_date": 1735689600000},
            "management": director, "managers": [{"inn": company.get("director_inn")}],
            "founders": [{"fio": dict(zip(("surname", "name", "patronymic"), company["owner"].split(), strict=True))}]
            if "owner" in company else None,
            "phones": [{"value": f"+7 {company['phone']}"}] if "phone" in company else None,
            "emails": [{"value": company["email"]}] if "email" in company else None,
        }  # fmt: skip
        return json.dumps({"suggestions": [{"value": company["name"], "data": data}]}).encode()


class SparkPeer(Peer):
    """SOAP with a session in a cookie."""

    def asked(self, body: str) -> str | None:
        found = re.search("<inn>([0-9]+)</inn>", body)
        return found[1] if found else None

    def is_known(self) -> bool:
        is_signing_in = "Authmethod" in self.headers["SOAPAction"]
        return is_signing_in or "session=1" in (self.headers.get("Cookie") or "")

    def sign_in(self, body: str) -> None:
        is_right = "<Login>anna</Login><Password>secret password</Password>" in body
        self.answer(200, envelope("Authmethod", str(is_right)), {"Set-Cookie": "session=1"} if is_right else None)

    def told(self, inn: str, company: dict[str, Any] | None) -> bytes:
        if company is None:
            return envelope("GetCompanyExtendedReport", "True", "<Response><Data></Data></Response>")
        parts = [f"<INN>{inn}</INN><OGRN>{company['ogrn']}</OGRN>", f"<ShortNameRus>{company['name']}</ShortNameRus>"]
        if company.get("ceased"):
            parts.append('<Status IsActing="0" Type="Ликвидировано" Date="2024-05-06"/><IsActing>0</IsActing>')
        else:
            parts.append(f'<Status IsActing="1"/><IsActing>1</IsActing><KPP>{company["kpp"]}</KPP>')
            parts.append(
                f'<LegalAddresses><Address Address="{company["address"]}" ActualDate="2025-01-01"/></LegalAddresses>'
            )
            leader = f'FIO="{company["director"]}" Position="Директор" INN="{company["director_inn"]}"'
            parts.append(f"<LeaderList><Leader {leader}/></LeaderList>")
            parts.append(f"<CoownersEGRUL><CoownerEGRUL><Name>{company['owner']}</Name></CoownerEGRUL></CoownersEGRUL>")
            parts.append(f'<PhoneList><Phone Code="846" Number="{company["phone"][3:]}"/></PhoneList>')
            parts.append(f"<Email>{company['email']}</Email>")
        report = f"<Response><Data><Report>{''.join(parts)}</Report></Data></Response>"
        return envelope("GetCompanyExtendedReport", "True", report)


def envelope(method: str, result: str, data: str | None = None) -> bytes:
    """A SOAP answer."""
    inside = f"<{method}Result>{result}</{method}Result>" + (f"<xmlData>{escape(data)}</xmlData>" if data else "")
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<{method}Response xmlns="http://interfax.ru/ifax">{inside}</{method}Response></s:Body></s:Envelope>'
    ).encode()


@contextmanager
def serving(peer: type[Peer]) -> Iterator[tuple[str, list[str]]]:
    """A peer that runs: its address, and the calls that it got."""
    calls: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Running", (peer,), {"calls": calls}))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", calls
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
