"""Scopes of parties: the brands and places of their records, by which actors with limits see some and not others.

They are written with the golden record, in its transaction, from the records as they are then: so merges, splits and
undo need nothing of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from litso.domain.scope import Scope
from litso.store.bulk import filling
from litso.store.database import Connection, array_of, scalar
from litso.store.queries import statements

_AT_ONCE = 50_000


def write(connection: Connection, party_ids: Sequence[str]) -> None:
    """Scopes and accounts of parties, anew from their records."""
    for start in range(0, len(party_ids), _AT_ONCE):
        ids = {"ids": array_of(party_ids[start : start + _AT_ONCE])}
        if not scalar(connection, statements("scope")["write_of"], ids):
            connection.execute(statements("scope")["add_scopes_of"], ids)
            connection.execute(statements("scope")["write_of"], ids)


def write_many(connection: Connection, party_ids: Sequence[str]) -> None:
    """As `write`, where these may be all parties that there are."""
    if not scalar(connection, statements("scope")["is_empty"]):
        write(connection, party_ids)
        return
    with filling(connection, {"party_scope": len(party_ids), "party_account": len(party_ids)}):
        connection.execute(statements("scope")["add_all_scopes"])
        connection.execute(statements("scope")["write_all_scopes"])
        connection.execute(statements("scope")["write_all_accounts"])


def withdraw(connection: Connection, party_ids: Sequence[str]) -> None:
    """Parties without records have no account; who saw one of them may still see what it was."""
    connection.execute(statements("scope")["forget_accounts_of"], {"ids": list(party_ids)})


def write_source(connection: Connection, source: str) -> None:
    """Scopes of the parties of a source whose brand or place is another one now."""
    found = connection.execute(statements("scope")["parties_of_source"], {"source": source}).fetchall()
    write(connection, [row[0] for row in found])


def visible(connection: Connection, scope: Scope, party_ids: Iterable[str]) -> set[str]:
    """Those of the parties that have a record within the limits."""
    ids = list(party_ids)
    if not scope.is_limited or not ids:
        return set(ids)
    parameters = {"ids": ids, "brands": list(scope.brands), "territories": list(scope.territories)}
    return {row[0] for row in connection.execute(statements("scope")["visible"], parameters).fetchall()}


def records_within(connection: Connection, scope: Scope, keys: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the records, by (source, source key), whose own brand and place are within the limits."""
    sources, source_ids = ([key[side] for key in keys] for side in (0, 1))
    parameters = {
        "sources": sources, "source_ids": source_ids, "brands": list(scope.brands),
        "territories": list(scope.territories),
    }  # fmt: skip
    return set(connection.execute(statements("scope")["records_within"], parameters).fetchall())


def unknown(connection: Connection, scope: Scope) -> list[str]:
    """Brands and territories of a scope of which there is no record: perhaps written otherwise."""
    found = connection.execute(statements("scope")["known"]).fetchall()
    brands = {brand for brand, _, _ in found}
    places = {place for _, region, city in found for place in (region, f"{region}/{city}")}
    return [one for one in scope.brands if one not in brands] + [one for one in scope.territories if one not in places]


def choices(connection: Connection) -> tuple[list[str], list[str]]:
    """Territories and brands of which there are records, for people to choose from."""
    found = connection.execute(statements("scope")["known"]).fetchall()
    regions = {region for _, region, _ in found if region}
    cities = {f"{region}/{city}" for _, region, city in found if city}
    return sorted(regions | cities), sorted({brand for brand, _, _ in found if brand})
