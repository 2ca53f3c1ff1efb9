"""What of a company's statement its party lacks: enrichment fills gaps and never speaks against a source."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

from litso.enrich.company import Company, to_row

OWNERS: Final = 5
"""Owners that a row can name."""

_GIVES: Final = ("ogrn", "kpp", "full_name", "address", "phones", "emails")
"""Attributes that a statement can fill."""


class Statement(NamedTuple):
    """A row of the source of enrichment, attributes that it fills, and those in which it differs from the party."""

    row: dict[str, Any]
    filled: tuple[str, ...]
    differs: tuple[str, ...]


def statement(company: Company, known: Mapping[str, Collection[str]]) -> Statement:
    """The row that fills what the party lacks. known: attribute → standard values that other sources give it.

    The whole of what was told is in the row too, as `told`: it is kept as received and fills nothing.
    """
    given: dict[str, Any] = {
        "ogrn": company.ogrn,
        "kpp": company.kpp,
        "full_name": company.short_name or company.name,
        "address": company.address,
        "phones": list(company.phones),
        "emails": list(company.emails),
    }
    filled = tuple(name for name in _GIVES if given[name] and not known.get(name))
    row = {"inn": company.inn, "as_of": company.as_of.isoformat() if company.as_of else None}
    row |= {name: given[name] if name in filled else None for name in _GIVES}
    row["told"] = json.dumps(to_row(company), ensure_ascii=False, default=str, sort_keys=True)
    row |= dict(_officers(company))
    differs = (name for name in ("ogrn", "kpp") if known.get(name) and given[name] and given[name] not in known[name])
    return Statement(row, filled, tuple(differs))


def _officers(company: Company) -> Iterable[tuple[str, str | None]]:
    directors = [one for one in company.officers if one.role == "director"]
    owners = [one for one in company.officers if one.role == "owner"]
    places = [("director", directors[:1]), *((f"owner{n + 1}", owners[n : n + 1]) for n in range(OWNERS))]
    for place, found in places:
        officer = found[0] if found else None
        yield f"{place}_key", f"{company.inn}/{place}" if officer else None
        yield f"{place}_name", officer.name if officer else None
        yield f"{place}_inn", officer.inn if officer else None
        yield f"{place}_title", officer.title if officer else None


def mapping_of(source: str, title: str) -> str:
    """The mapping of a source of enrichment: its values yield to those of every other source."""
    places = ("director", *(f"owner{n + 1}" for n in range(OWNERS)))
    facts = "".join(
        f"  - kind: role\n    key: {place}_key\n    title: {place}_title\n"
        f"    data: {{role: {{value: {place.rstrip('12345')}}}, name: {place}_name, inn: {place}_inn}}\n"
        for place in places
    )
    return (
        f"source: {source}\ntitle: {title}\npriority: -1000\nparty: organization\nkey: inn\nupdated_at: as_of\n"
        "attributes:\n  inn: inn\n  ogrn: ogrn\n  kpp: kpp\n  full_name: full_name\n  address: address\n"
        f"  phone: phones\n  email: emails\nfacts:\n{facts}"
        "gates: {rows: 1, nulls: 1, quarantine: 1}\n"
    )
