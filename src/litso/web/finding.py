"""The first page: search while typing. Fragments travel in POST bodies: they are personal data, addresses are not."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post
from litestar.response import Redirect

from litso.usecases import search
from litso.web.given import GivenStore
from litso.web.pages import page, see_other
from litso.web.sessions import ScreenRequest, actor_of, has_right, signed_in
from litso.web.signing import Form

HINTS: Final = (
    ("Имя в любом порядке", "пётр иванов · иванов п и"),
    ("Телефон, как продиктовали", "8 912 345 67 89 · 67-89"),
    ("Лицевой счёт", "00081234 · 8123"),
    ("Адрес", "ленина 5 12 · Ленина, д. 5, кв. 12"),
    ("Прибор, почта, дата рождения", "СВ-0017 · petrov@ · 12.04.1961"),
    ("Не та раскладка и опечатки", "bdfyjd · Ивонов"),
)


@get("/", guards=[signed_in], sync_to_thread=True)
def home(request: ScreenRequest, store: GivenStore) -> Response[str] | Redirect:
    """The search field; who may not see parties begins with the sources."""
    if not actor_of(request).may("read_parties"):
        return see_other("/sources")
    with store.transaction() as connection:
        has_parties = search.has_parties(connection)
    return _home(request, "", None, has_parties=has_parties)


def _home(
    request: ScreenRequest, query: str, found: search.Answer | None, *, has_parties: bool = True
) -> Response[str]:
    return page(
        request,
        "home.html",
        query=query,
        found=found,
        has_parties=has_parties,
        hints=HINTS,
        may_export=actor_of(request).may("export"),
    )


@post("/search", guards=[has_right("read_parties")], sync_to_thread=True, status_code=200)
def search_fragment(request: ScreenRequest, store: GivenStore, data: Form) -> Response[str]:
    """The list of hits alone, for the script that searches while the user types."""
    return page(request, "_hits.html", found=_search(request, store, data))


@post("/search/all", guards=[has_right("read_parties")], sync_to_thread=True, status_code=200)
def search_page(request: ScreenRequest, store: GivenStore, data: Form) -> Response[str]:
    """The page with the hits, for browsers without scripts."""
    return _home(request, data.get("q", ""), _search(request, store, data))


@get("/search/all", sync_to_thread=False)
def search_again() -> Redirect:
    """A reloaded address of the results begins anew."""
    return see_other("/")


def _search(request: ScreenRequest, store: GivenStore, data: Form) -> search.Answer:
    with store.transaction() as connection:
        return search.search(connection, actor_of(request), data.get("q", ""))


HANDLERS: Final = (home, search_fragment, search_page, search_again)
