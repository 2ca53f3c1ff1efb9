"""Screens of the graph: an account and a premise with their people over time, and debtors who cannot be sued yet."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Final
from urllib.parse import urlencode

from litestar import Response, get
from litestar.params import PathParameter, QueryParameter

from litso.errors import BadUsage
from litso.usecases import debtors, relations
from litso.web.given import GivenStore
from litso.web.pages import page
from litso.web.sessions import ScreenRequest, actor_of, has_right

On = Annotated[str, QueryParameter(max_length=10)]


@get("/accounts/{number:str}", guards=[has_right("read_parties")], sync_to_thread=True)
def show_account(
    request: ScreenRequest,
    store: GivenStore,
    number: Annotated[str, PathParameter(max_length=100)],
    on: On = "",
) -> Response[str]:
    """An account: who owed on a day, and everybody over time."""
    with store.transaction() as connection:
        card = relations.read_account(connection, actor_of(request), number, _day(on))
    return page(request, "account.html", card=card)


@get("/places", guards=[has_right("read_parties")], sync_to_thread=True)
def show_place(
    request: ScreenRequest, store: GivenStore, key: Annotated[str, QueryParameter(max_length=500)], on: On = ""
) -> Response[str]:
    """A premise: its accounts, households, and everybody over time."""
    with store.transaction() as connection:
        card = relations.read_place(connection, actor_of(request), key, _day(on))
    return page(request, "place.html", card=card)


@get("/debtors", guards=[has_right("read_parties")], sync_to_thread=True)
def show_debtors(
    request: ScreenRequest,
    store: GivenStore,
    lacks: Annotated[str, QueryParameter(max_length=40)] = "identifier",
    least: Annotated[str, QueryParameter(max_length=20)] = "",
    after: Annotated[str | None, QueryParameter(max_length=100)] = None,
) -> Response[str]:
    """Accounts in debt by what their debtors lack."""
    with store.transaction() as connection:
        found = debtors.list_debtors(
            connection, actor_of(request), lacks=lacks or None, least=_roubles(least), after=after
        )
    following = found.after and "/debtors?" + urlencode({"lacks": lacks, "least": least, "after": found.after})
    return page(
        request, "debtors.html", debtors=found.items, following=following, lacks=lacks, least=least,
        needs=debtors.needs(), is_first=after is None, may_export=actor_of(request).may("export"),
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadUsage("on: a day like 2025-11-21 is expected") from None


def _roubles(text: str) -> Decimal:
    try:
        amount = Decimal(text.replace(",", ".").replace(" ", "") or "0")
    except InvalidOperation:
        raise BadUsage("least: an amount of roubles is expected") from None
    if not amount.is_finite() or amount < 0:
        raise BadUsage("least: an amount of roubles is expected")
    return amount


HANDLERS: Final = (show_account, show_place, show_debtors)
