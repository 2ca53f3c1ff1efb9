"""What a golden record was at any moment, how it changed, and what somebody saw of it when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final, NamedTuple

from litso.errors import NotFound
from litso.golden.history import Entries, Provenance, difference
from litso.store import audit, changes, crosswalk, golden, parties
from litso.store.audit import Entry
from litso.store.changes import Change
from litso.store.database import Connection
from litso.store.golden import GoldenVersion
from litso.store.parties import Party
from litso.telemetry.traces import traced
from litso.usecases.access import ASSISTED, Actor, action_of, demand, demand_seen, seen, sight_for, sight_of
from litso.usecases.masking import Sight, masked_provenance, masked_values

_SHOWING: Final = ("profile", "reveal")
"""Actions of the audit that show a golden record."""


class Step(NamedTuple):
    """An attribute that a version changed: entries of its provenance before and after. `is_value` is False when only
    the record or the rule behind the value is another one."""

    attribute: str
    before: Entries
    after: Entries
    is_value: bool


class Version(NamedTuple):
    """A golden record as it was, and how it differs from the one before."""

    state: GoldenVersion
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class History:
    """Versions of the golden record of a party, the newest first, and what happened to it. `former_ids` were merged
    into it: each has a history of its own."""

    party_id: str
    name: str
    kind: str
    is_living: bool
    former_ids: tuple[str, ...]
    versions: tuple[Version, ...]
    changes: tuple[Change, ...]


@traced
def read_history(connection: Connection, actor: Actor, party_id: str, *, purpose: str | None = None) -> History:
    """Versions with provenance, the newest first, masked as the actor may see them; the read is logged first.

    A party that was merged or has ended is shown with the versions that it had. NotFound when it never had one.
    """
    demand(actor, "read_parties")
    sight, logged_purpose = sight_of(actor, purpose)
    kind = _known(connection, actor, party_id).kind
    states = golden.versions(connection, party_id)
    if not states:
        raise NotFound("the party has no golden record")
    audit.write(
        connection, actor=actor.name, action="profile", party_id=party_id, fields=("history",), purpose=logged_purpose
    )
    masked = [_masked(state, sight, kind) for state in states]
    named = golden.find(connection, party_id)
    merged = parties.merged_into(connection, party_id)
    known = seen(connection, actor, merged)
    return History(
        party_id=party_id,
        name=named.name if named else str(_name(masked[0].golden_values)),
        kind=kind,
        is_living=named is not None,
        former_ids=tuple(one for one in merged if one in known),
        versions=tuple(_versions(states, masked, sight, kind)),
        changes=tuple(changes.of_party(connection, party_id)),
    )


def _known(connection: Connection, actor: Actor, party_id: str) -> Party:
    """The party of this very id, merged or not; NotFound when it was never minted, or the actor may not see it."""
    found = parties.find(connection, party_id)
    if found is None:
        raise NotFound("the party does not exist")
    demand_seen(connection, actor, party_id)
    return found


def _name(values: Mapping[str, object]) -> str:
    return str(values.get("full_name") or values.get("company") or "")


def _masked(state: GoldenVersion, sight: Sight, kind: str) -> GoldenVersion:
    return state._replace(
        golden_values=masked_values(state.golden_values, sight, kind),
        provenance=masked_provenance(state.provenance, sight, kind),
    )


def _versions(
    states: Sequence[GoldenVersion], masked: Sequence[GoldenVersion], sight: Sight, kind: str
) -> list[Version]:
    """Versions with their steps; what differs is told before it is masked."""
    found = [
        Version(shown, tuple(steps(old.provenance, new.provenance, sight, kind)))
        for (new, old), shown in zip(pairwise(states), masked, strict=False)
    ]
    return [*found, Version(masked[-1], tuple(steps({}, states[-1].provenance, sight, kind)))]


def steps(before: Provenance, after: Provenance, sight: Sight, kind: str) -> list[Step]:
    """Attributes that differ between two golden records: those of other values first."""
    found = difference(before, after)
    old, new = masked_provenance(before, sight, kind), masked_provenance(after, sight, kind)
    return [
        Step(name, old.get(name, ()), new.get(name, ()), name in found.attributes)
        for name in (*found.attributes, *found.origins)
    ]


# As of a moment -------------------------------------------------------------------------------------------------


class AsOf(NamedTuple):
    """A party at a moment: its golden record, and the records that it had."""

    party_id: str
    kind: str
    at: datetime
    state: GoldenVersion
    records: list[tuple[str, str]]


def read_as_of(
    connection: Connection, actor: Actor, party_id: str, at: datetime, *, purpose: str | None = None
) -> AsOf:
    """A party as it was at a moment (UTC where it has no zone), under the id that it had; the read is logged first.

    NotFound when it had no golden record then.
    """
    demand(actor, "read_parties")
    sight, logged_purpose = sight_of(actor, purpose)
    moment = at if at.tzinfo else at.replace(tzinfo=UTC)
    kind = _known(connection, actor, party_id).kind
    state = at_moment(golden.versions(connection, party_id), moment)
    audit.write(
        connection, actor=actor.name, action=action_of(sight, purpose), party_id=party_id,
        fields=sorted(state.golden_values), purpose=logged_purpose, version=state.version,
    )  # fmt: skip
    held = crosswalk.of_party_at(connection, party_id, moment)
    return AsOf(party_id, kind, moment, _masked(state, sight, kind), held)


def at_moment(states: Sequence[GoldenVersion], moment: datetime) -> GoldenVersion:
    """The version that was valid at a moment; NotFound when there was none."""
    for state in states:
        if state.valid_from <= moment and (state.valid_to is None or moment < state.valid_to):
            return state
    raise NotFound("the party had no golden record at that moment")


# What was seen --------------------------------------------------------------------------------------------------


class Seen(NamedTuple):
    """What somebody saw in one logged read: the golden record of then, only the fields that were shown. `was_masked`
    tells whether contacts and documents were masked to them."""

    read: Entry
    kind: str
    state: GoldenVersion
    was_masked: bool


def read_accesses(connection: Connection, actor: Actor, party_id: str, *, limit: int = 100) -> list[Entry]:
    """Who read a party, when, what for, the latest first."""
    demand(actor, "read_accesses")
    known = _known(connection, actor, party_id).party_id
    return audit.of_party(connection, known, limit=limit, with_checks=actor.may("read_checks"))


def read_seen(connection: Connection, actor: Actor, audit_id: int, *, purpose: str | None = None) -> Seen:
    """What a logged read showed. It is masked as it was then, and as the present actor may see it.

    NotFound for a read that showed no golden record.
    """
    demand(actor, "read_accesses")
    sight, logged_purpose = sight_of(actor, purpose)
    read = audit.get(connection, audit_id)
    if read.party_id is None or read.action not in _SHOWING or read.version is None:
        raise NotFound("this read showed no golden record")
    demand_seen(connection, actor, read.party_id)
    states = golden.versions(connection, read.party_id)
    found = [state for state in states if state.version == read.version]
    if not found:
        raise NotFound("the golden record that was shown is gone")
    audit.write(
        connection, actor=actor.name, action="records", party_id=read.party_id, fields=read.fields,
        purpose=logged_purpose, version=read.version,
    )  # fmt: skip
    was_masked = not read.purpose or read.purpose.startswith(ASSISTED)
    kind = _known(connection, actor, read.party_id).kind
    then = Sight.MASKED if was_masked else sight_for(read.purpose)
    shown = _masked(found[0], Sight(sight.shown & then.shown), kind)
    values = {name: value for name, value in shown.golden_values.items() if name in read.fields}
    told = {name: entries for name, entries in shown.provenance.items() if name in read.fields}
    return Seen(read, kind, shown._replace(golden_values=values, provenance=told), was_masked)
