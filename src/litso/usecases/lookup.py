"""Golden records of many parties at once: by ids, accounts, phones and e-mails, or by keys of source records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from litso.errors import NotFound
from litso.store import audit, golden, parties, records
from litso.store import search as store_search
from litso.store.database import Connection, beyond
from litso.store.golden import Golden
from litso.usecases.access import Actor, action_of, demand, seen, sight_of
from litso.usecases.masking import Sight, masked_value, masked_values
from litso.usecases.search import of_account, of_email, of_phone
from litso.usecases.search_plan import Group

MOST: Final = 1000
"""Keys of one question at most."""

_OF_ONE: Final = 20
"""Parties of one account, phone or e-mail at most."""

SourceKey = tuple[str, str]


class Wanted(NamedTuple):
    """Who is looked for."""

    ids: Sequence[str] = ()
    accounts: Sequence[str] = ()
    phones: Sequence[str] = ()
    emails: Sequence[str] = ()
    records: Sequence[SourceKey] = ()

    def size(self) -> int:
        """How many keys are asked for."""
        return sum(map(len, self))


class Match(NamedTuple):
    """A key that was asked for and the present ids of its parties."""

    by: str
    value: str
    source: str | None
    parties: tuple[str, ...]


class Brief(NamedTuple):
    """A golden record without its origins, as the actor may see it."""

    party_id: str
    kind: str
    version: int
    name: str
    is_masked: bool
    values: Mapping[str, Any]
    records: int


def look_up(
    connection: Connection, actor: Actor, wanted: Wanted, *, purpose: str | None = None
) -> tuple[list[Match], list[Brief]]:
    """What belongs to each key, in the order of asking, and each party once; every read is logged first."""
    demand(actor, "read_parties")
    sight, logged_purpose = sight_of(actor, purpose)
    with beyond(connection):  # as in search: the golden records of the hits are read under the limits
        matches = _seen(connection, actor, _matches(connection, wanted))
    found = golden.find_many(connection, sorted({party for one in matches for party in one.parties}))
    read = [(one.party_id, sorted(one.golden_values), one.version) for one in found.values()]
    action = action_of(sight, purpose)
    audit.write_many(connection, actor=actor.name, action=action, purpose=logged_purpose, read=read)
    audit.write(connection, actor=actor.name, action="search", purpose=logged_purpose, found=len(found))
    return matches, [_brief(found[party], sight) for party in sorted(found)]


def _seen(connection: Connection, actor: Actor, matches: Sequence[Match]) -> list[Match]:
    """Matches with the parties that the actor may see alone."""
    known = seen(connection, actor, {party for one in matches for party in one.parties})
    return [one._replace(parties=tuple(party for party in one.parties if party in known)) for one in matches]


def _matches(connection: Connection, wanted: Wanted) -> list[Match]:
    matches = [Match("id", one, None, _current(connection, one)) for one in wanted.ids]
    matches += [
        Match(by, value, None, _having(connection, group_of(value)))
        for by, values, group_of in (
            ("account", wanted.accounts, of_account),
            ("phone", wanted.phones, of_phone),
            ("email", wanted.emails, of_email),
        )
        for value in values
    ]
    keys = list(wanted.records)
    owners = {(one.source, one.source_id): one.party_id for one in records.find_many(connection, keys)} if keys else {}
    return matches + [Match("record", key[1], key[0], tuple(filter(None, [owners.get(key)]))) for key in keys]


def _current(connection: Connection, party_id: str) -> tuple[str, ...]:
    try:
        return (parties.get_current(connection, party_id).party_id,)
    except NotFound:
        return ()


def _having(connection: Connection, group: Group) -> tuple[str, ...]:
    hits = store_search.find(connection, (group,), limit=_OF_ONE) if group else []
    return tuple(sorted(hit.party_id for hit in hits))


def _brief(record: Golden, sight: Sight) -> Brief:
    name = masked_value("full_name", record.name, sight, record.kind)
    values = masked_values(record.golden_values, sight, record.kind)
    return Brief(record.party_id, record.kind, record.version, name, not sight.is_full, values, record.records)
