"""What risks of a party are judged by: who shares its contacts and places, its debts, its passport, the register."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from litso.check.entries import fold, full_name
from litso.check.risks import Facts, Registered, Shared
from litso.domain.record import AUTO, ORGANIZATION
from litso.enrich.company import Company
from litso.sources.mapping import Column, parse_mapping
from litso.standardize.email import DISPOSABLE, email
from litso.standardize.one import standardize_one
from litso.standardize.passport import issue_date
from litso.store import checks, graph, records, sources
from litso.store.database import Connection
from litso.store.golden import Golden
from litso.usecases import registers
from litso.usecases.lists import find_company
from litso.usecases.reachability import reach

_DIRECTOR = "director"


def read_facts(connection: Connection, record: Golden) -> Facts:
    """The facts of a party by its golden record."""
    values, party = record.golden_values, record.party_id
    phones, emails = list(values.get("phones") or ()), list(values.get("emails") or ())
    shared = checks.sharing_contact(connection, party, phones)
    reached = reach(connection, party, record.provenance, values, datetime.now(UTC))
    is_organization = record.kind == ORGANIZATION
    directors = _directors(connection, party) if is_organization else []
    headed = checks.headed(connection, party, directors) if directors else {}
    company = find_company(values["inn"]) if is_organization and values.get("inn") else None
    return Facts(
        kind=record.kind,
        birth_date=date.fromisoformat(values["birth_date"]) if values.get("birth_date") else None,
        passport=values.get("passport"),
        passport_issued=_issued(connection, record),
        is_subscriber=bool(values.get("accounts")),
        disposable_emails=[one for one in emails if email(one).type == DISPOSABLE],
        phones=[Shared(phone, shared[phone]) for phone in phones if phone in shared],
        reissued_phones=[one.value for one in reached.contacts if one.kind == "phone" and one.withheld],
        persons_at_flat=0 if is_organization else checks.persons_at(connection, party),
        companies_at_place=checks.companies_at(connection, party) if is_organization else 0,
        directors=[Shared(name, headed[name]) for name in directors if name in headed],
        debts=checks.count_debts(connection, values.get("accounts") or ()),
        registered=_registered(company) if company else None,
        has_register=bool(values.get("inn")) and registers.edition_of(registers.COMPANIES) is not None,
        company=fold(values["company"]) if values.get("company") else None,
        director_names=[name for one in directors if (name := full_name(one))],
    )


def _directors(connection: Connection, party_id: str) -> list[str]:
    stated = graph.stated_of_party(connection, party_id)
    return list(dict.fromkeys(one.name for one in stated if one.role == _DIRECTOR and one.until is None))


def _registered(company: Company) -> Registered:
    name = company.short_name or company.name or ""
    row = {"source": "", "source_id": "", "party": AUTO, "full_name": name, "inn": company.inn}
    core = standardize_one(row)["company"]
    director = next((one.name for one in company.officers if one.role == _DIRECTOR), None)
    return Registered(
        name=name,
        company=fold(core) if core else None,
        director=full_name(director),
        ceased=f"{company.ceased:%d.%m.%Y}" if company.ceased else None,
        state=company.state,
        unreliable=company.unreliable,
    )


def _issued(connection: Connection, record: Golden) -> date | None:
    """The day of issue that the record of the golden passport tells in its payload."""
    entry: dict[str, Any] = next(iter(record.provenance.get("passport", ())), {})
    if not entry.get("source"):
        return None
    found = records.find(connection, entry["source"], entry["source_id"])
    if found is None:
        return None
    payload = json.loads(found.payload)
    texts = [str(payload[column]) for column in _columns(connection, entry["source"]) if payload.get(column)]
    return issue_date(" ".join(texts)) if texts else None


def _columns(connection: Connection, source: str) -> Iterator[str]:
    """Columns of a source that hold passports, and the attribute itself, as programs give it."""
    mapping = parse_mapping(sources.get(connection, source).mapping, f"mapping of {source}")
    yield "passport"
    yield from (one.name for one in mapping.attributes.get("passport", ()) if isinstance(one, Column))
