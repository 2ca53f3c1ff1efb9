"""Rows of a service that answers JSON over HTTP: page by page, and by time where the service can tell what is new."""

from __future__ import annotations

import re
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Any, Final, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

import msgspec

from litso import __version__
from litso.errors import SourceUnusable, Transient
from litso.sources.connectors.objects import JSON, at_path, path_of, shape_of
from litso.sources.connectors.port import DELTA, FULL, Checkpoint, Found, Piece, Position, Rows
from litso.sources.connectors.secrets import Secret, secret_of
from litso.sources.mapping import Mapping as SourceMapping
from litso.sources.yaml_tree import Tree

_SECONDS: Final = 60.0
_LARGEST: Final = 64 << 20
_TRIES: Final = 3
_LONGEST_PAUSE: Final = 30.0
_MOST_PAGES: Final = 1_000_000
_OVERLAP: Final = timedelta(minutes=10)
_LINK: Final = re.compile(r"<([^>]*)>[^,]*;\s*rel=\"?next\"?")

NEXT, CURSOR, NUMBER, OFFSET, HEADER = "next", "cursor", "number", "offset", "link"


@dataclass(frozen=True, slots=True)
class Paging:
    """How a page leads to the next.

    kind: link (the header Link), next (`path` of its address), cursor (`path` of a value for `parameter`), number or
    offset (`parameter` counts pages or rows; `size` rows a page, said by `size_parameter`; `first` of the first page).
    """

    kind: str
    path: tuple[str, ...] = ()
    parameter: str = ""
    size: int = 0
    size_parameter: str = ""
    first: int = 1


@dataclass(frozen=True, slots=True)
class Since:
    """What asks for rows that are new: `parameter` gets the greatest value of `column` seen, minus the overlap."""

    parameter: str
    column: str
    overlap: timedelta | int


@dataclass(frozen=True, slots=True)
class Authorization:
    """How a request is let in: a header, its value a prefix and a secret, or a user and a password."""

    secret: Secret
    header: str = "Authorization"
    prefix: str = ""
    user: str | None = None


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """http: an address and what its answers look like. rows: path of the list in an answer."""

    url: str
    rows: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]
    authorization: Authorization | None
    paging: Paging | None
    since: Since | None
    mode: str
    ca: Path | None

    def open(self, mapping: SourceMapping) -> HttpSource:
        """The connector of a source."""
        return HttpSource(self)


def parse(tree: Tree) -> HttpSettings:
    """The settings under «http»."""
    items = tree.items(("url", "rows", "parameters", "authorization", "page", "since", "mode", "ca"))
    if "url" not in items:
        raise tree.problem("the key «url» is missing")
    url = items["url"].text("an address")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None or parts.fragment:
        raise items["url"].problem("an address such as https://crm.example.org/clients, without a user, is expected")
    since = _since(items["since"]) if "since" in items else None
    mode = items["mode"].choice((FULL, DELTA)) if "mode" in items else DELTA
    if since and mode == FULL:
        raise items["mode"].problem("with «since» only what is new is asked for: that is a delta")
    return HttpSettings(
        url=url,
        rows=_path(items["rows"]) if "rows" in items else (),
        parameters=tuple((name, value.text()) for name, value in items["parameters"].items().items())
        if "parameters" in items
        else (),
        authorization=_authorization(items["authorization"]) if "authorization" in items else None,
        paging=_paging(items["page"]) if "page" in items else None,
        since=since,
        mode=mode,
        ca=Path(items["ca"].text("a path")) if "ca" in items else None,
    )


def _path(tree: Tree) -> tuple[str, ...]:
    return path_of(tree.text("a path such as data.items"))


def _since(tree: Tree) -> Since:
    items = tree.items(("parameter", "column", "overlap"))
    for name in ("parameter", "column"):
        if name not in items:
            raise tree.problem(f"the key «{name}» is missing")
    overlap: timedelta | int = _OVERLAP
    if "overlap" in items:
        text = items["overlap"].text()
        overlap = int(text) if text.isdecimal() else items["overlap"].duration()
    return Since(items["parameter"].text(), items["column"].text(), overlap)


def _authorization(tree: Tree) -> Authorization:
    items = tree.items(("bearer", "basic", "header"))
    if len(items) != 1:
        raise tree.problem("one of «bearer», «basic» and «header» is expected")
    if "bearer" in items:
        return Authorization(secret_of(items["bearer"]), prefix="Bearer ")
    parts = ("user", "password") if "basic" in items else ("name", "value")
    (inner,) = items.values()
    given = inner.items(parts)
    for name in parts:
        if name not in given:
            raise inner.problem(f"the key «{name}» is missing")
    if "basic" in items:
        return Authorization(secret_of(given["password"]), user=given["user"].text())
    return Authorization(secret_of(given["value"]), header=given["name"].text("the name of a header"))


def _paging(tree: Tree) -> Paging:
    if tree.is_text:
        return Paging(tree.choice((HEADER,)))
    items = tree.items((NEXT, CURSOR, NUMBER, OFFSET, "parameter", "size", "size_parameter", "first"))
    kinds = [kind for kind in (NEXT, CURSOR, NUMBER, OFFSET) if kind in items]
    if len(kinds) != 1:
        raise tree.problem(f"`link`, or one of {NEXT}, {CURSOR}, {NUMBER}, {OFFSET} is expected")
    (kind,) = kinds
    if kind == NEXT:
        return Paging(kind, _path(items[kind]))
    if kind == CURSOR:
        if "parameter" not in items:
            raise tree.problem("the key «parameter» is missing")
        return Paging(kind, _path(items[kind]), items["parameter"].text())
    if "size" not in items:
        raise tree.problem("the key «size» is missing: a page with fewer rows is the last")
    return Paging(
        kind,
        parameter=items[kind].text("a parameter"),
        size=items["size"].whole(1, 100_000),
        size_parameter=items["size_parameter"].text() if "size_parameter" in items else "",
        first=items["first"].whole(0, 1) if "first" in items else (1 if kind == NUMBER else 0),
    )


class _Page(NamedTuple):
    rows: list[dict[str, Any]]
    following: str | None
    tags: dict[str, str]


class HttpSource:
    """The connector of a service."""

    def __init__(self, settings: HttpSettings, *, pause: Callable[[float], None] = time.sleep) -> None:
        self.mode = settings.mode
        self._settings, self._pause = settings, pause
        context = ssl.create_default_context(cafile=str(settings.ca) if settings.ca else None)
        self._opener = build_opener(_NoRedirect, ProxyHandler({}), HTTPSHandler(context=context))
        self.title = f"HTTP {urlsplit(settings.url).netloc}"

    def check(self) -> Found:
        """The first page."""
        page = self._page(self._first(None), {})
        rows = page.rows if page else []
        return Found(f"{self.title}: ответ получен, строк на первой странице {len(rows)}.", shape_of(rows))

    def fetch(self, position: Position, landing: Path) -> Iterator[Piece]:
        """Page after page; the checkpoint remembers the next one where the service names it itself."""
        checkpoint = dict(position.checkpoint)
        url, tags = self._first(checkpoint.get("since")), self._conditions(checkpoint)
        for number in range(_MOST_PAGES):
            page = self._resumed(checkpoint) if number == 0 else None
            page = page or self._page(url, tags)
            if page is None:
                return  # nothing has changed
            checkpoint = self._after(checkpoint, page, is_only=number == 0 and page.following is None)
            yield Rows(page.rows, self._settings.url, checkpoint, shape_of(page.rows))
            following = page.following or self._counted(url, number, len(page.rows))
            if following is None:
                return
            url, tags = following, {}
        raise SourceUnusable(f"{self.title}: страницы не кончаются.")

    def settle(self) -> None:
        """Rows stay where they are."""

    def close(self) -> None:
        """Nothing is held."""

    def _resumed(self, checkpoint: Checkpoint) -> _Page | None:
        """The page where a run was cut off, if the service still has it."""
        try:
            return self._page(str(checkpoint["next"]), {}) if "next" in checkpoint else None
        except SourceUnusable:
            return None

    # Where to go ------------------------------------------------------------------------------------------------

    def _first(self, since: str | None) -> str:
        settings, given = self._settings, dict(self._settings.parameters)
        if settings.since and since is not None:
            given[settings.since.parameter] = _minus(since, settings.since.overlap)
        if settings.paging and settings.paging.kind in (NUMBER, OFFSET):
            given[settings.paging.parameter] = str(settings.paging.first)
            if settings.paging.size_parameter:
                given[settings.paging.size_parameter] = str(settings.paging.size)
        return _with_parameters(settings.url, given)

    def _counted(self, url: str, number: int, rows: int) -> str | None:
        paging = self._settings.paging
        if paging is None or paging.kind not in (NUMBER, OFFSET) or rows < paging.size:
            return None
        step = paging.size if paging.kind == OFFSET else 1
        return _with_parameters(url, {paging.parameter: str(paging.first + (number + 1) * step)})

    def _following(self, url: str, body: Any, headers: HTTPMessage) -> str | None:
        paging = self._settings.paging
        if paging is None or paging.kind in (NUMBER, OFFSET):
            return None
        if paging.kind == HEADER:
            found = _LINK.search(headers.get("Link", ""))
            target = found[1] if found else None
        else:
            target = at_path(body, paging.path)
        if target in (None, "", False):
            return None
        if paging.kind == CURSOR:
            return _with_parameters(url, {paging.parameter: str(target)})
        following = urljoin(url, str(target))
        if urlsplit(following)[:2] != urlsplit(self._settings.url)[:2]:
            raise SourceUnusable(f"{self.title}: следующая страница на другом сервере, туда Litso не идёт.")
        return following

    def _after(self, checkpoint: Checkpoint, page: _Page, *, is_only: bool) -> dict[str, Any]:
        """Where the source is left after a page: `since` moves when the last page has come."""
        since, seen = self._settings.since, checkpoint.get("seen") or checkpoint.get("since")
        if since is not None:
            for row in page.rows:
                value = row.get(since.column)
                if value not in (None, "") and (seen is None or _order(str(value)) > _order(seen)):
                    seen = str(value)
        left = {"since": checkpoint.get("since"), "seen": seen, "next": page.following}
        if page.following is None and not self._is_counted_on(page):
            left = {"since": seen, "seen": None, "next": None}
        found = {name: value for name, value in left.items() if value is not None}
        return found | (page.tags if is_only and since is None else {})

    def _is_counted_on(self, page: _Page) -> bool:
        paging = self._settings.paging
        return paging is not None and paging.kind in (NUMBER, OFFSET) and len(page.rows) >= paging.size

    def _conditions(self, checkpoint: Checkpoint) -> dict[str, str]:
        names = {"etag": "If-None-Match", "modified": "If-Modified-Since"}
        return {names[tag]: str(checkpoint[tag]) for tag in names if tag in checkpoint}

    # Asking -----------------------------------------------------------------------------------------------------

    def _page(self, url: str, conditions: Mapping[str, str]) -> _Page | None:
        """A page; None when the service says that nothing has changed."""
        answered = self._answer(url, conditions)
        if answered is None:
            return None
        body, headers = answered
        try:
            decoded = JSON.decode(body)
        except msgspec.DecodeError:
            raise SourceUnusable(f"{self.title}: ответ — не JSON.") from None
        rows = at_path(decoded, self._settings.rows) if self._settings.rows else decoded
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            where = ".".join(self._settings.rows) or "в корне"
            raise SourceUnusable(f"{self.title}: в ответе нет списка объектов ({where}).")
        tags = {"etag": headers.get("ETag"), "modified": headers.get("Last-Modified")}
        given = {name: value for name, value in tags.items() if value}
        return _Page(rows, self._following(url, decoded, headers), given)

    def _answer(self, url: str, conditions: Mapping[str, str]) -> tuple[bytes, HTTPMessage] | None:
        for tried in range(1, _TRIES + 1):
            try:
                with self._opener.open(
                    Request(url, headers=self._headers() | dict(conditions)), timeout=_SECONDS
                ) as got:
                    body = got.read(_LARGEST + 1)
                    if len(body) > _LARGEST:
                        raise SourceUnusable(f"{self.title}: страница больше {_LARGEST >> 20} МиБ.")
                    return body, got.headers
            except HTTPError as error:
                with error:
                    if error.code == 304:
                        return None
                    pause = self._judged(error, tried)
            except (URLError, TimeoutError, ConnectionError, HTTPException) as error:
                if isinstance(getattr(error, "reason", None), ssl.SSLCertVerificationError):
                    raise SourceUnusable(f"{self.title}: сертификат сервера не принят: проверьте ca.") from None
                pause = 2.0**tried / 8
            if tried < _TRIES:
                self._pause(pause)
        raise Transient(f"{self.title}: служба не отвечает.")

    def _judged(self, error: HTTPError, tried: int) -> float:
        """Seconds until the next try; raises where none would help."""
        if error.code in (401, 403):
            raise SourceUnusable(f"{self.title}: служба не принимает учётные данные ({error.code}).")
        if error.code in (429, 503):
            asked = error.headers.get("Retry-After", "")
            seconds = float(asked) if asked.isdecimal() else 2.0**tried
            if seconds > _LONGEST_PAUSE:
                raise Transient(f"{self.title}: служба просит подождать {seconds:.0f} с.")
            return seconds
        if error.code < 500:
            raise SourceUnusable(f"{self.title}: служба не приняла запрос ({error.code}).")
        return 2.0**tried / 8

    def _headers(self) -> dict[str, str]:
        found = {"Accept": "application/json", "User-Agent": f"litso/{__version__}"}
        given = self._settings.authorization
        if given is not None:
            secret = given.secret.read()
            if given.user is not None:
                found[given.header] = "Basic " + b64encode(f"{given.user}:{secret}".encode()).decode()
            else:
                found[given.header] = _header_value(given.prefix + secret)
        return found


class _NoRedirect(HTTPRedirectHandler):
    """Credentials go to no other address."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        return None


def _header_value(text: str) -> str:
    """UTF-8 in a header, which http.client takes as Latin-1."""
    return text.encode().decode("latin-1")


def _with_parameters(url: str, given: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | dict(given)
    return parts._replace(query=urlencode(query)).geturl()


def _order(text: str) -> tuple[int, float, str]:
    """How values of a column follow one another: numbers, moments, other texts."""
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return 0, float(text), ""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 2, 0.0, text
    return 1, moment.timestamp(), ""


def _minus(text: str, overlap: timedelta | int) -> str:
    """A value minus the overlap, written as it was; a text from which nothing can be taken stays."""
    if isinstance(overlap, int):
        return str(int(text) - overlap) if re.fullmatch(r"-?\d+", text) else text
    try:
        moment = datetime.fromisoformat(text) - overlap
    except ValueError:
        return text
    return moment.isoformat("T" if "T" in text else " ")
