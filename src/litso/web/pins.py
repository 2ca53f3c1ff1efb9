"""Pins on the screens: the form that fixes a value, taking it back, and the list of all pins."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from litso.errors import BadUsage, Conflict
from litso.golden.pins import PINNABLE
from litso.store import golden
from litso.store.database import Store
from litso.usecases import pinning, profiles
from litso.web.given import GivenStore
from litso.web.pages import page, see_other
from litso.web.parties import PartyId
from litso.web.sessions import ScreenRequest, actor_of, has_right
from litso.web.signing import Form

_OF_COMPANIES: Final = ("full_name", "company", "opf", "inn", "ogrn", "kpp", "address", "phones", "emails")
_OF_PERSONS: Final = tuple(name for name in PINNABLE if name not in ("full_name", "company", "opf", "ogrn", "kpp"))
_REFUSED: Final = "Значение не распознано или срок уже прошёл. Проверьте и попробуйте ещё раз."
_MOVED: Final = "Карточка успела измениться. Проверьте её и закрепите ещё раз."


@get("/parties/{party_id:str}/pin", guards=[has_right("judge")], sync_to_thread=True)
def show_form(request: ScreenRequest, store: GivenStore, party_id: PartyId) -> Response[str]:
    """The form that fixes a value of a party."""
    return _form(request, store, party_id, {})


def _form(
    request: ScreenRequest, store: Store, party_id: str, given: dict[str, str], problem: str = ""
) -> Response[str]:
    with store.transaction() as connection:
        found = golden.get(connection, profiles.current_id(connection, actor_of(request), party_id))
    return page(
        request,
        "pin.html",
        status=422 if problem else 200,
        party_id=found.party_id,
        name=found.name,
        version=found.version,
        attributes=_OF_PERSONS if found.kind == "person" else _OF_COMPANIES,
        given=given,
        problem=problem,
    )


@post("/parties/{party_id:str}/pin", guards=[has_right("judge")], sync_to_thread=True, status_code=200)
def add(request: ScreenRequest, store: GivenStore, party_id: PartyId, data: Form) -> Response[str] | Redirect:
    """Fix a value, if the party is still as the steward saw it."""
    given = {name: data.get(name, "") for name in ("attribute", "value", "reason", "until", "version")}
    try:
        until = datetime.fromisoformat(given["until"]).replace(tzinfo=UTC) if given["until"] else None
        version = int(given["version"])
        pinning.pin(
            store,
            actor_of(request),
            party_id,
            attribute=given["attribute"],
            value=given["value"],
            reason=given["reason"],
            until=until,
            version=version,
        )
    except Conflict:
        return _form(request, store, party_id, given, _MOVED)
    except (BadUsage, ValueError):
        return _form(request, store, party_id, given, _REFUSED)
    return see_other(f"/parties/{party_id}#identity")


@post(
    "/parties/{party_id:str}/pins/{pin_id:int}/undo", guards=[has_right("judge")], sync_to_thread=True, status_code=200
)
def undo(request: ScreenRequest, store: GivenStore, party_id: PartyId, pin_id: FromPath[int], data: Form) -> Redirect:
    """Take a pin back."""
    pinning.undo_pin(store, actor_of(request), pin_id)
    return see_other(f"/parties/{party_id}#identity")


@get("/pins", guards=[has_right("judge")], sync_to_thread=True)
def show_pins(request: ScreenRequest, store: GivenStore) -> Response[str]:
    """All active pins, those that newer records contradict first."""
    with store.transaction() as connection:
        found = pinning.read_pins(connection, actor_of(request))
        titles = profiles.source_titles(connection)
    return page(request, "pins.html", pins=found, titles=titles)


HANDLERS: Final = (show_form, add, undo, show_pins)
