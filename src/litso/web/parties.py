"""The 360° screen of a party, its reveal with a purpose, and why its records are together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, NamedTuple

from litestar import Response, get, post
from litestar.params import PathParameter, QueryParameter
from litestar.response import Redirect

from litso.store.database import Connection
from litso.usecases import profiles
from litso.usecases.checks import PartyChecks, read_checks
from litso.usecases.consenting import Held, read_consents
from litso.usecases.explaining import form_party
from litso.usecases.profiles import Profile
from litso.usecases.relations import Relations, read_relations
from litso.usecases.together import Bond, Step, read_together
from litso.web import words
from litso.web.given import GivenStore
from litso.web.pages import page, see_other
from litso.web.sessions import ScreenRequest, actor_of, has_right
from litso.web.signing import Form

PartyId = Annotated[str, PathParameter(max_length=64)]


@get("/parties/{party_id:str}", guards=[has_right("read_parties")], sync_to_thread=True)
def show_party(
    request: ScreenRequest,
    store: GivenStore,
    party_id: PartyId,
    kind: Annotated[str | None, QueryParameter(max_length=20)] = None,
    before: Annotated[int | None, QueryParameter(ge=0, le=2**63 - 1)] = None,
) -> Response[str] | Redirect:
    """Everything about a party on one screen; an id that was merged leads to the one that lives on."""
    with store.transaction() as connection:
        current = profiles.current_id(connection, actor_of(request), party_id)
        if current != party_id:
            return see_other(f"/parties/{current}")
        profile = profiles.read_profile(connection, actor_of(request), current, kind=kind, before=before)
        related = read_relations(connection, actor_of(request), current, is_logged=True)
        consents = read_consents(connection, actor_of(request), current, is_logged=True)
        checked = _checks(connection, request, current)
    return _party_page(request, profile, related, consents, checked)


def _checks(connection: Connection, request: ScreenRequest, party_id: str) -> PartyChecks | None:
    """Checks of the party, for those who may read them."""
    actor = actor_of(request)
    return read_checks(connection, actor, party_id) if actor.may("read_checks") else None


def _party_page(
    request: ScreenRequest,
    profile: Profile,
    related: Relations,
    consents: Sequence[Held],
    checked: PartyChecks | None,
) -> Response[str]:
    return page(
        request,
        "party.html",
        party=profile,
        relations=related,
        consents=consents,
        checks=checked,
        may_reveal=actor_of(request).may("reveal"),
        purposes=tuple(words.PURPOSES.items()),
    )


@post("/parties/{party_id:str}/reveal", guards=[has_right("reveal")], sync_to_thread=True, status_code=200)
def reveal(request: ScreenRequest, store: GivenStore, party_id: PartyId, data: Form) -> Response[str]:
    """The same screen with contacts and documents in full; the purpose is written to the audit first."""
    with store.transaction() as connection:
        current = profiles.current_id(connection, actor_of(request), party_id)
        profile = profiles.read_profile(connection, actor_of(request), current, purpose=data.get("purpose", ""))
        related = read_relations(connection, actor_of(request), current, is_logged=True)
        consents = read_consents(connection, actor_of(request), current, purpose=profile.purpose, is_logged=True)
        checked = _checks(connection, request, current)
    return _party_page(request, profile, related, consents, checked)


@get("/parties/{party_id:str}/reveal", sync_to_thread=False)
def after_reveal(party_id: PartyId) -> Redirect:
    """A reloaded address of the reveal shows the masked screen."""
    return see_other(f"/parties/{party_id}")


class Bar(NamedTuple):
    """A step of a waterfall as a bar, in hundredths of the width of the drawing."""

    step: Step
    start: float
    width: float


class Waterfall(NamedTuple):
    """A bond with its bars; `zero` is where even odds are."""

    bond: Bond
    bars: tuple[Bar, ...]
    zero: float


def waterfall(bond: Bond) -> Waterfall:
    """The evidence of a bond drawn from left to right between its lowest and its highest sum."""
    sums = [0.0, *(step.after for step in bond.steps)]
    low, span = min(sums), (max(sums) - min(sums)) or 1.0
    bars = (
        Bar(
            step,
            start=round((min(step.before, step.after) - low) / span * 100, 2),
            width=round(abs(step.weight) / span * 100, 2),
        )
        for step in bond.steps
    )
    return Waterfall(bond, tuple(bars), round(-low / span * 100, 2))


@get("/parties/{party_id:str}/together", guards=[has_right("read_parties")], sync_to_thread=True)
def show_together(request: ScreenRequest, store: GivenStore, party_id: PartyId) -> Response[str] | Redirect:
    """Which records a party has, and the evidence that holds them together."""
    with store.transaction() as connection:
        current = profiles.current_id(connection, actor_of(request), party_id)
        if current != party_id:
            return see_other(f"/parties/{current}/together")
        found = read_together(connection, actor_of(request), current)
        formed = form_party(connection, actor_of(request), current)
        titles = profiles.source_titles(connection)
    return page(
        request,
        "together.html",
        party=found,
        formed=formed,
        waterfalls=[waterfall(bond) for bond in found.bonds],
        titles=titles,
    )


HANDLERS: Final = (show_party, reveal, after_reveal, show_together)
