"""Parties: ids minted once at random, redirected after a merge, never reused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

import polars as pl
import pyarrow as pa

from litso.errors import NotFound
from litso.store.bulk import copy_frame, filling, read_table
from litso.store.database import Connection, array_of, row_of, scalar
from litso.store.queries import statements


class Party(NamedTuple):
    """A party; `redirect_to` is the one it was merged into."""

    party_id: str
    kind: str
    is_handmade: bool
    minted_at: datetime
    redirect_to: str | None
    redirected_at: datetime | None


def new_ids(count: int) -> list[str]:
    """Random party ids (UUID version 4)."""
    return [str(uuid4()) for _ in range(count)]


def is_party_id(text: str) -> bool:
    """Whether a text could be a party id: what comes by a URL may be anything."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def mint(connection: Connection, parties: Mapping[str, str], *, is_handmade: bool = False) -> None:
    """Add a handful of parties: id → kind (person, organization)."""
    if parties:
        parameters = {"ids": array_of(parties), "kinds": list(parties.values()), "is_handmade": is_handmade}
        connection.execute(statements("parties")["mint"], parameters)


class Founded(NamedTuple):
    """A party that judgements made; it is that of `founder`, its first record, whenever they make one of it again."""

    party_id: str
    kind: str
    founder: int


def found(connection: Connection, founded: Iterable[Founded]) -> None:
    """Add a handful of parties that judgements make."""
    columns = list(zip(*founded, strict=True))
    if columns:
        parameters = dict(zip(("ids", "kinds", "founders"), map(list, columns), strict=True))
        connection.execute(statements("parties")["found"], parameters)


def founded_by(connection: Connection, record_ids: Iterable[int]) -> dict[int, str]:
    """Record → the party that judgements once made of its group, of those records that have one."""
    parameters = {"records": list(record_ids)}
    return dict(connection.execute(statements("parties")["founded_by"], parameters).fetchall())


def mint_many(connection: Connection, parties: pa.Table) -> int:
    """Add parties in bulk: `party_id`, `kind`."""
    frame = pl.DataFrame(parties.select(["party_id", "kind"]))
    with filling(connection, {"party": frame.height}) as emptied:
        return copy_frame(connection, "party", frame, freeze="party" in emptied)


def redirect(connection: Connection, redirects: Mapping[str, str]) -> dict[str, str]:
    """Redirect merged parties: old id → id that lives on; answers those that were redirected to others before.

    Ids redirected earlier keep their step, so that undoing a merge restores every id exactly; readers walk the steps.
    """
    if not redirects:
        return {}
    parameters = {"old": list(redirects), "new": list(redirects.values())}
    changed = connection.execute(statements("parties")["redirect"], parameters).fetchall()
    return {party_id: redirects[party_id] for party_id, was_redirected in changed if was_redirected}


def revive(connection: Connection, party_ids: Iterable[str]) -> int:
    """End the redirect of parties that stand on their own again (after a split or an undo); answers how many."""
    ids = list(party_ids)
    return connection.execute(statements("parties")["revive"], {"ids": ids}).rowcount if ids else 0


def set_kinds(connection: Connection, kinds: Mapping[str, str]) -> int:
    """Correct the kind of parties whose records say otherwise now."""
    parameters = {"ids": list(kinds), "kinds": list(kinds.values())}
    return connection.execute(statements("parties")["set_kinds"], parameters).rowcount


def find(connection: Connection, party_id: str) -> Party | None:
    """The party of this very id, redirected or not; None also when the text is no UUID."""
    if not is_party_id(party_id):
        return None
    return row_of(connection, Party, statements("parties")["find"], {"party_id": party_id})


def get_current(connection: Connection, party_id: str) -> Party:
    """The party that this id means today, redirects followed; NotFound when the id was never minted."""
    found = None
    if is_party_id(party_id):
        found = row_of(connection, Party, statements("parties")["get_current"], {"party_id": party_id})
    if found is None:
        raise NotFound("the party does not exist")
    return found


def merged_into(connection: Connection, party_id: str) -> list[str]:
    """Ids that redirect to this party, directly or by steps."""
    found = connection.execute(statements("parties")["merged_into"], {"party_id": party_id}).fetchall()
    return [row[0] for row in found]


def read_ages(connection: Connection) -> pa.Table:
    """Every party with its place in the order of minting: `party_id`, `age`."""
    schema = pa.schema([("party_id", pa.string()), ("age", pa.int64())])
    return read_table(connection, statements("parties")["read_ages"], schema)


def any_redirected(connection: Connection) -> bool:
    """Whether any party was ever merged into another."""
    return bool(scalar(connection, statements("parties")["any_redirected"]))


def oldest_first(connection: Connection, party_ids: Iterable[str]) -> list[str]:
    """The parties in the order of minting."""
    return [row[0] for row in connection.execute(statements("parties")["oldest_first"], {"ids": list(party_ids)})]
