"""The history of a party: its golden record as of any moment, what each version changed, and what somebody saw."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Final, NamedTuple

from litestar import Response, get
from litestar.params import QueryParameter

from litso.errors import NotFound
from litso.golden.policy import LIST_ATTRIBUTES, SINGLE_ATTRIBUTES
from litso.store.audit import Entry
from litso.store.golden import GoldenVersion
from litso.usecases import history, profiles
from litso.usecases.history import History, Seen, Version
from litso.web.given import GivenStore
from litso.web.pages import page
from litso.web.parties import PartyId
from litso.web.sessions import ScreenRequest, actor_of, has_right

_ACCESSES: Final = 50


def _attributes(found: History) -> list[str]:
    """Attributes in the order of the policy, then the custom ones; not the full name of a person, which has parts."""
    known = [*SINGLE_ATTRIBUTES, *LIST_ATTRIBUTES]
    customs = sorted({name for one in found.versions for name in one.state.provenance} - set(known))
    return [name for name in (*known, *customs) if name != "full_name" or found.kind != "person"]


class Chosen(NamedTuple):
    """The version on the screen and its place among them, counted from the oldest."""

    version: Version
    place: int


@get("/parties/{party_id:str}/history", guards=[has_right("read_parties")], sync_to_thread=True)
def show_history(
    request: ScreenRequest,
    store: GivenStore,
    party_id: PartyId,
    place: Annotated[int | None, QueryParameter(ge=1, le=2**31 - 1)] = None,
    at: Annotated[str | None, QueryParameter(max_length=40)] = None,
    seen: Annotated[int | None, QueryParameter(ge=0, le=2**62)] = None,
) -> Response[str]:
    """One version in full, chosen by place, by moment or by a logged read; all versions and reads beside it."""
    actor = actor_of(request)
    with store.transaction() as connection:
        found = history.read_history(connection, actor, party_id)
        reads: Sequence[Entry] = ()
        if actor.may("read_accesses"):
            reads = history.read_accesses(connection, actor, party_id, limit=_ACCESSES)
        shown = history.read_seen(connection, actor, seen) if seen is not None else None
        titles = profiles.source_titles(connection)
    chosen, problem = _chosen(found, place, at, shown)
    return page(
        request,
        "history.html",
        party=found,
        chosen=chosen.version,
        place=chosen.place,
        count=len(found.versions),
        at=at or "",
        seen=shown,
        reads=[read for read in reads if read.version is not None],
        attributes=_attributes(found),
        titles=titles,
        problem=problem,
    )


def _chosen(found: History, place: int | None, at: str | None, seen: Seen | None) -> tuple[Chosen, str]:
    """The version to show, and what is wrong with what was asked for."""
    oldest_first = found.versions[::-1]
    last = Chosen(oldest_first[-1], len(oldest_first))
    if seen is not None:
        return _of_state(oldest_first, seen.state.version) or last, ""
    if at:
        try:
            moment = datetime.fromisoformat(at)
            aware = moment if moment.tzinfo else moment.replace(tzinfo=datetime.now().astimezone().tzinfo or UTC)
            state: GoldenVersion = history.at_moment([one.state for one in found.versions], aware)
        except ValueError:
            return last, "Момент не распознан."
        except NotFound:
            return last, "В этот момент такого субъекта ещё не было."
        return _of_state(oldest_first, state.version) or last, ""
    if place is not None and place <= len(oldest_first):
        return Chosen(oldest_first[place - 1], place), ""
    return last, ""


def _of_state(oldest_first: Sequence[Version], version: int) -> Chosen | None:
    places = (place for place, one in enumerate(oldest_first, 1) if one.state.version == version)
    return next((Chosen(oldest_first[place - 1], place) for place in places), None)


HANDLERS: Final = (show_history,)
