"""Services that tell of companies over HTTP: the shapes of DaData and СПАРК behind one port.

Nothing is called unless it is configured. Faults that may pass are tried again a few times, as the service asks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from email.message import Message
from http.client import HTTPException
from http.cookiejar import CookieJar
from typing import IO, Final, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, OpenerDirector, Request, build_opener

from litso.enrich import dadata, spark
from litso.enrich.company import Company
from litso.errors import Misconfigured, SourceUnusable, Transient

DADATA: Final = "dadata"
SPARK: Final = "spark"
_TIMEOUT_SECONDS: Final = 10.0
_TRIES: Final = 3
_LONGEST_PAUSE: Final = 30.0
_LARGEST: Final = 8 << 20
_REFUSED: Final = (401, 403)
_LIMITED: Final = 429

Pause = Callable[[float], None]
Told = TypeVar("Told")


class _NoRedirect(HTTPRedirectHandler):
    """Credentials go to no other address."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> Request | None:
        return None


class _Http:
    """Posts with a timeout and a few tries. No error says what was asked or answered."""

    def __init__(self, name: str, url: str, timeout: float, pause: Pause) -> None:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise Misconfigured("LITSO_ENRICHER_URL must begin with https:// or http:// and name a host")
        self._name = name
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._pause = pause
        self._opener: OpenerDirector = build_opener(_NoRedirect, HTTPCookieProcessor(CookieJar()))

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """The body of a good answer."""
        for left in reversed(range(_TRIES)):
            try:
                with self._opener.open(
                    Request(self._url + path, body, dict(headers), method="POST"), timeout=self._timeout
                ) as answer:
                    return self._read(answer)
            except HTTPError as error:
                pause = self._judged(error, _TRIES - left)
            except (URLError, TimeoutError, ConnectionError, HTTPException):
                pause = float(2 ** (_TRIES - left)) / 4
            if left:
                self._pause(pause)
        raise Transient(f"{self._name} does not answer: try again later")

    def _read(self, answer: IO[bytes]) -> bytes:
        body = answer.read(_LARGEST + 1)
        if len(body) > _LARGEST:
            raise SourceUnusable(f"{self._name} answered more than {_LARGEST >> 20} MiB")
        return body

    def _judged(self, error: HTTPError, tried: int) -> float:
        """Seconds until the next try; raises where none would help."""
        with error:
            if error.code in _REFUSED:
                raise Misconfigured(f"{self._name} refuses the credentials of LITSO_ENRICHER_KEY_FILE ({error.code})")
            if error.code == _LIMITED:
                asked = error.headers.get("Retry-After", "")
                seconds = float(asked) if asked.isdecimal() else float(2**tried)
                if seconds > _LONGEST_PAUSE:
                    raise Transient(f"{self._name}: the limit of requests is used up, it asks to wait {seconds:.0f} s")
                return seconds
            if error.code < 500:
                raise SourceUnusable(f"{self._name} does not take the request ({error.code})")
            return float(2**tried) / 4


class DadataEnricher:
    """A service of the shape of DaData; `key` is its token."""

    name = DADATA
    title = "DaData"

    def __init__(self, url: str, key: str, *, timeout: float = _TIMEOUT_SECONDS, pause: Pause = time.sleep) -> None:
        self._http = _Http(self.title, url, timeout, pause)
        token = key.strip()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise Misconfigured("LITSO_ENRICHER_KEY_FILE: one line with the token is expected")
        self._headers = {
            "Authorization": f"Token {token}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }

    def find(self, inn: str) -> Company | None:
        """See `enrich.port.Enricher`."""
        body = self._http.post(dadata.PATH, dadata.request_of(inn), self._headers)
        return _understood(self.title, dadata.company_of, body, inn)


class SparkEnricher:
    """A service of the shape of СПАРК; `key` is its login and its password, a line each."""

    name = SPARK
    title = "СПАРК"

    def __init__(self, url: str, key: str, *, timeout: float = _TIMEOUT_SECONDS, pause: Pause = time.sleep) -> None:
        self._http = _Http(self.title, url, timeout, pause)
        lines = key.strip().splitlines()
        if len(lines) != 2 or not all(line.strip() for line in lines):
            raise Misconfigured("LITSO_ENRICHER_KEY_FILE: two lines, the login and the password, are expected")
        self._login, self._password = (line.strip() for line in lines)
        self._is_signed_in = False

    def find(self, inn: str) -> Company | None:
        """See `enrich.port.Enricher`. A session begins with the first question."""
        if not self._is_signed_in:
            self._sign_in()
        return _understood(self.title, spark.company_of, self._call(spark.REPORT, spark.request_of(inn)), inn)

    def _sign_in(self) -> None:
        body = self._call(spark.SIGN_IN, spark.sign_in(self._login, self._password))
        if not _understood(self.title, lambda answer, _: spark.is_signed_in(answer), body, ""):
            raise Misconfigured(f"{self.title} refuses the credentials of LITSO_ENRICHER_KEY_FILE")
        self._is_signed_in = True

    def _call(self, method: str, envelope: bytes) -> bytes:
        action = f'"{spark.NAMESPACE}/{method}"'
        return self._http.post("", envelope, {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": action})


def _understood(title: str, read: Callable[[bytes, str], Told], body: bytes, inn: str) -> Told:
    try:
        return read(body, inn)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise SourceUnusable(f"{title} answers in another shape: {type(error).__name__}") from None
