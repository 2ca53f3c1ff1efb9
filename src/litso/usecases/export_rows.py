"""What exports hold: parties by filter or search, debtors, keys of records that are not good in a figure of quality.

Each kind counts its rows and tells them in frames of texts, as far as the actor may see them and no further than the
sight of the export shows; with a frame goes who is in it, for the audit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import polars as pl

from litso.domain.scope import CONTACT, DOCUMENT, FINANCE, SPECIAL, Scope
from litso.errors import BadUsage
from litso.store import exports, golden
from litso.store.database import Connection, beyond
from litso.store.exports import Party
from litso.store.golden import Golden
from litso.store.quality import Place
from litso.usecases import search
from litso.usecases.access import Actor, demand, demand_class, seen
from litso.usecases.debtors import Debtor, all_debtors
from litso.usecases.limiting import standard_scope
from litso.usecases.masking import Sight, masked_values, text_of
from litso.usecases.quality import KEY_COLUMNS, all_failing

PARTIES, DEBTORS, FAILING = "parties", "debtors", "failing"
KINDS: Final = (PARTIES, DEBTORS, FAILING)

MOST_HITS: Final = 10_000
"""Parties that a search gives an export at most."""

_BATCH: Final = 1_000
_NUL: Final = "\0"
_OF_PARTY: Final = ("kind", "territory", "brand", "source")

COLUMNS: Final[Mapping[str, Mapping[str, str | None]]] = MappingProxyType(
    {
        PARTIES: MappingProxyType(
            {
                "party_id": None, "kind": None, "name": None, "birth_date": SPECIAL, "gender": None, "address": None,
                "accounts": None, "phones": CONTACT, "emails": CONTACT, "snils": DOCUMENT, "inn": DOCUMENT,
                "passport": DOCUMENT, "records": None,
            }
        ),
        DEBTORS: MappingProxyType(
            {
                "account": None, "debt": FINANCE, "name": None, "address": None, "lacks": None, "has": None,
                "party_id": None,
            }
        ),
        FAILING: MappingProxyType(dict.fromkeys(KEY_COLUMNS)),
    }
)  # fmt: skip
"""Kind → column → the class of fields that it is of."""

REVEALED: Final = (CONTACT, DOCUMENT)
"""Classes that are masked unless they are asked for."""


class Batch(NamedTuple):
    """Rows of an export, and of whom: (party id, fields, version of the golden record)."""

    frame: pl.DataFrame
    read: list[tuple[str, Sequence[str], int]]


def wanted_of(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """A filter without what is empty; BadUsage for what this kind does not know."""
    known = {PARTIES: ("query", *_OF_PARTY), DEBTORS: ("lacks", "least"), FAILING: Place._fields}.get(kind)
    if known is None:
        raise BadUsage(f"an export is one of {', '.join(KINDS)}")
    found = {name: str(value).strip() for name, value in given.items() if value not in (None, "")}
    if strange := set(found) - set(known):
        raise BadUsage(f"an export of {kind} is narrowed by {', '.join(known)}, not by {min(strange)!r}")
    if any(_NUL in text or len(text) > 200 for text in found.values()):
        raise BadUsage("a condition has up to 200 characters")
    if "query" in found and len(found) > 1:
        raise BadUsage("give either a search or a filter")
    if "territory" in found:
        (found["territory"],) = standard_scope(Scope((found["territory"],))).territories
    return {name: text for name, text in found.items() if text}


def columns_of(kind: str, wanted: Sequence[str]) -> list[str]:
    """Columns in the order of the kind, all of them when none is named; BadUsage for one that there is not."""
    known = COLUMNS[kind]
    if strange := set(wanted) - set(known):
        raise BadUsage(f"columns of an export of {kind} are {', '.join(known)}, not {min(strange)!r}")
    return [name for name in known if not wanted or name in wanted]


def demand_kind(actor: Actor, kind: str, columns: Sequence[str]) -> None:
    """Forbidden unless the actor may see such lists, and the classes of their columns."""
    demand(actor, "read_parties")
    if kind == FAILING:
        demand(actor, "read_sources")
    for name in columns:
        if COLUMNS[kind][name] is not None:
            demand_class(actor, str(COLUMNS[kind][name]))


def count(connection: Connection, actor: Actor, kind: str, wanted: Mapping[str, Any], most: int) -> int:
    """How many rows an export has now; one more than `most` when there are more."""
    if kind == PARTIES:
        found: Iterable[Any] = (one for batch in _ids(connection, actor, wanted) for one in batch)
    else:
        found = _others(connection, actor, kind, wanted)
    return sum(1 for _ in islice(found, most + 1))


def batches(
    connection: Connection, actor: Actor, kind: str, wanted: Mapping[str, Any], columns: Sequence[str], sight: Sight
) -> Iterator[Batch]:
    """The rows, in frames of texts."""
    if kind == PARTIES:
        for ids in _ids(connection, actor, wanted):
            known = golden.find_many(connection, ids)
            yield _batch(columns, [(_party(known[one], sight), known[one]) for one in ids if one in known])
        return
    rows = iter(_others(connection, actor, kind, wanted))
    while taken := list(islice(rows, _BATCH)):
        texts = [_debtor(one) if isinstance(one, Debtor) else dict(zip(KEY_COLUMNS, one, strict=True)) for one in taken]
        versions = golden.find_many(connection, sorted({one["party_id"] for one in texts if one["party_id"]}))
        yield _batch(columns, [(one, versions.get(one["party_id"])) for one in texts])


def _batch(columns: Sequence[str], rows: Sequence[tuple[Mapping[str, str], Golden | None]]) -> Batch:
    schema = dict.fromkeys(columns, pl.String)
    frame = pl.DataFrame([[one.get(name, "") for name in columns] for one, _ in rows], schema=schema, orient="row")
    parties = {of.party_id: of.version for _, of in rows if of is not None}
    return Batch(frame, [(party, columns, version) for party, version in parties.items()])


# Parties --------------------------------------------------------------------------------------------------------


def _ids(connection: Connection, actor: Actor, wanted: Mapping[str, Any]) -> Iterator[list[str]]:
    """Ids of the parties that the actor may see, in batches."""
    if "query" in wanted:
        answer = search.search(connection, actor, wanted["query"], limit=MOST_HITS)
        found = [hit.party_id for hit in answer.hits]
        yield from (found[start : start + _BATCH] for start in range(0, len(found), _BATCH))
        return
    chosen = Party(**{name: wanted.get(name) for name in _OF_PARTY})
    every = exports.party_ids(connection, chosen, _BATCH)
    while True:
        with beyond(connection):
            ids = next(every, None)
        if ids is None:
            return
        visible = seen(connection, actor, ids)
        yield [one for one in ids if one in visible]


def _party(found: Golden, sight: Sight) -> dict[str, str]:
    values = masked_values({"full_name": found.name, **found.golden_values}, sight, found.kind)
    shown = {name: text_of(value) for name, value in values.items()}
    fixed = {"party_id": found.party_id, "kind": found.kind, "records": str(found.records)}
    return {**shown, **fixed, "name": shown.get("full_name") or found.name}


# Debtors, and records that are not good -------------------------------------------------------------------------


def _others(connection: Connection, actor: Actor, kind: str, wanted: Mapping[str, Any]) -> Iterator[Any]:
    if kind == FAILING:
        place = dict.fromkeys(Place._fields, "") | dict(wanted)
        return iter(all_failing(connection, actor, Place(**place)))
    try:
        least = Decimal(str(wanted.get("least", "0")).replace(",", ".").replace(" ", ""))
    except InvalidOperation:
        raise BadUsage("least: an amount of roubles is expected") from None
    if not least.is_finite() or least < 0:
        raise BadUsage("least: an amount of roubles is expected")
    return iter(all_debtors(connection, actor, lacks=wanted.get("lacks"), least=least))


def _debtor(one: Debtor) -> dict[str, str]:
    return {
        "account": one.account,
        "debt": str(one.debt),
        "name": one.name,
        "address": one.address or "",
        "lacks": " ".join(one.lacks),
        "has": " ".join(one.has),
        "party_id": one.party_id or "",
    }
