"""One record at a time, for requests that wait: the same values as `records.standardize` gives for a table.

The functions of the kinds are called directly; a table of one row would cost ten times as much.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import pyarrow as pa

from litso.domain.record import (
    AUTO,
    CUSTOM_PREFIX,
    NO_PARTY,
    ORGANIZATION,
    PERSON,
    QC_KINDS,
    STANDARD_LISTS,
    STANDARD_TEXT,
    mapped_schema,
)
from litso.domain.territory import Territory
from litso.standardize.birth_date import birth_date
from litso.standardize.cells import BLANKS, NO_CODE, WORSE, Cell, account_cell, email_cell, phone_cell
from litso.standardize.company import company, core
from litso.standardize.lexicon import FEMALE, MALE, UNKNOWN
from litso.standardize.name import Parts, name_parts
from litso.standardize.passport import ISSUED_TOO_EARLY, issue_date, issued_when, passport, with_issuer
from litso.standardize.phone_place import misplaced
from litso.standardize.records import (
    ADDRESS_PARTS,
    GENDER_FEMALE,
    GENDER_MALE,
    NAME_PARTS,
    NUMBER_KINDS,
    RUSSIAN,
    composed_address,
    national_number,
    placed_phone,
    standardize,
)
from litso.standardize.registers import NO_REGISTERS, Registers
from litso.standardize.registers import address as read_address

Record = Mapping[str, Any]


class Noted(NamedTuple):
    """Columns of a standard record that one kind fills, its quality code and its problems."""

    values: dict[str, Any]
    qc: dict[str, int | None]
    problems: dict[str, tuple[str, ...]]


def standardize_one(
    record: Record,
    *,
    locale: str = RUSSIAN,
    territory: Territory | None = None,
    registers: Registers = NO_REGISTERS,
) -> dict[str, Any]:
    """The standard record of one mapped record: what `records.standardize` gives for a table of this row.

    `record` has values under the names of `mapped_schema`; absent ones are null.
    """
    if locale == RUSSIAN:
        return russian_record(record, territory, registers)
    customs = tuple(name.removeprefix(CUSTOM_PREFIX) for name in record if name.startswith(CUSTOM_PREFIX))
    schema = mapped_schema(customs)
    row = {name: record.get(name) for name in schema.names}
    found: dict[str, Any] = standardize(pa.Table.from_pylist([row], schema), locale=locale).to_pylist()[0]
    return found


def russian_record(
    record: Record, territory: Territory | None = None, registers: Registers = NO_REGISTERS
) -> dict[str, Any]:
    """The standard record of one mapped record by Russian rules, with the columns of `standard_schema`."""
    numbers = _numbers(record)
    birth = _birth_date(record)
    address = _address(record, territory, registers)
    region, city = address.values["region"], address.values["city"]
    stages = (
        _party(record, numbers.values),
        numbers,
        _passport(record, birth.values["birth_date"], registers),
        address,
        _phones(record, region, city, territory),
        _list("email", "emails", record, email_cell),
        _list("account", "accounts", record, account_cell),
        birth,
    )
    result: dict[str, Any] = {name: record.get(name) for name in ("source", "source_id", "updated_at", "kind")}
    result |= dict.fromkeys(STANDARD_TEXT) | {"birth_date": None} | {name: [] for name in STANDARD_LISTS}
    result |= {name: _stripped(value) for name, value in record.items() if name.startswith(CUSTOM_PREFIX)}
    result |= {f"qc_{kind}": None for kind in QC_KINDS}
    problems: dict[str, tuple[str, ...]] = {}
    for stage in stages:
        result |= stage.values
        result |= {f"qc_{kind}": code for kind, code in stage.qc.items()}
        problems |= stage.problems
    result["problems"] = [f"{kind}:{reason}" for kind in QC_KINDS for reason in problems.get(kind, ())]
    return result


def _stripped(text: str | None) -> str | None:
    return (text or "").strip(BLANKS) or None


def _given(text: str | None) -> bool:
    return _stripped(text) is not None


def _split(problems: str | None) -> tuple[str, ...]:
    return tuple(problems.split(";")) if problems else ()


# Names ---------------------------------------------------------------------------------------------------------


def _party(record: Record, numbers: Mapping[str, Any]) -> Noted:
    text = _name_text(record)
    party = record["party"]
    person = name_parts(text) if party in (PERSON, AUTO) else name_parts(None)
    if party == ORGANIZATION or (party == AUTO and _is_organization(person, numbers)):
        return _organization(text)
    if party == NO_PARTY:
        return Noted({"kind": NO_PARTY}, {}, {})
    values = {
        "kind": PERSON,
        "full_name": person.result,
        **dict(zip(NAME_PARTS, person[:3], strict=True)),
        "gender": _gender(person, record.get("gender")),
    }
    return _with_name(values, text, person.qc, person.problems)


def _with_name(values: dict[str, Any], text: str | None, qc: int, problems: str | None) -> Noted:
    if text is None:
        return Noted(values, {}, {})
    return Noted(values, {"name": qc}, {"name": _split(problems)})


def _organization(text: str | None) -> Noted:
    found = company(text)
    values = {
        "kind": ORGANIZATION,
        "full_name": found.result,
        "opf": found.opf,
        "company": core(found.name) if found.name else None,
    }
    return _with_name(values, text, found.qc, found.problems)


def _name_text(record: Record) -> str | None:
    whole: str | None = record.get("full_name")
    if _given(whole):
        return whole
    parts = (_stripped(record.get(part)) for part in NAME_PARTS)
    return " ".join(part for part in parts if part) or None


def _is_organization(person: Parts, numbers: Mapping[str, Any]) -> bool:
    return (
        "company" in _split(person.problems)
        or len(numbers["inn"] or "") == 10
        or numbers["kpp"] is not None
        or len(numbers["ogrn"] or "") == 13
    )


def _gender(person: Parts, stated_text: str | None) -> str | None:
    """A patronymic tells the gender for certain; without one the source is believed before the name."""
    told = person.gender if person.gender != UNKNOWN else None
    text = (stated_text or "").strip(BLANKS).lower()
    stated = MALE if re.search(GENDER_MALE, text) else FEMALE if re.search(GENDER_FEMALE, text) else None
    return (told or stated) if len(person.patronymic or "") > 1 else (stated or told)


# Numbers, dates, addresses -----------------------------------------------------------------------------------------


def _numbers(record: Record) -> Noted:
    noted = Noted({}, {}, {})
    for kind, parse_number in NUMBER_KINDS.items():
        found = parse_number(record.get(kind))
        noted.values[kind] = found.value if found.valid else None
        _note(noted, kind, record.get(kind), found.qc, found.problems)
    noted.values["national_id"] = national_number(record.get("national_id"))
    return noted


def _passport(record: Record, birth: date | None, registers: Registers) -> Noted:
    """The passport, if it can be that of whoever was born then."""
    text = record.get("passport")
    found = with_issuer(passport(text), registers.issuers)
    issued = issue_date(text)
    if found.qc == 0 and birth and issued and not issued_when(birth, issued):
        found = found._replace(qc=1, problems=";".join(filter(None, (found.problems, ISSUED_TOO_EARLY))))
    whole = (found.series or "").replace(" ", "") + (found.number or "")
    noted = Noted({"passport": whole if found.qc == 0 else None}, {}, {})
    _note(noted, "passport", text, found.qc, found.problems)
    return noted


def _note(noted: Noted, kind: str, text: str | None, qc: int, problems: str | None) -> None:
    noted.qc[kind] = qc if _given(text) else None
    noted.problems[kind] = _split(problems)


def _birth_date(record: Record) -> Noted:
    found = birth_date(record.get("birth_date"))
    noted = Noted({"birth_date": date.fromisoformat(found.birth_date) if found.birth_date else None}, {}, {})
    _note(noted, "birth_date", record.get("birth_date"), found.qc, found.problems)
    return noted


def _address(record: Record, territory: Territory | None, registers: Registers) -> Noted:
    text = _address_text(record)
    found = read_address(text, territory, registers)
    values = {
        "address": found.result,
        "postal_code": found.postal_code,
        "region": found.region,
        "city": found.city if found.city is not None else found.settlement,
        "street": found.street if found.street is not None else found.planning_structure,
        "house": found.house if found.house is not None else found.stead,
        "block": found.block,
        "flat": found.flat if found.flat is not None else found.room,
        "house_key": found.house_key,
    }
    return Noted(values, {"address": found.qc if _given(text) else None}, {"address": found.problems})


def _address_text(record: Record) -> str | None:
    parts = [record.get(part) for part in ("postal_code", *ADDRESS_PARTS)]
    address: str | None = record.get("address")
    if any(map(_given, parts)):
        return composed_address(address, *parts)
    return address if _given(address) else None


# Lists ---------------------------------------------------------------------------------------------------------


def _phone(text: str | None, region: str | None, city: str | None, territory: Territory | None) -> Cell:
    found = phone_cell(text)
    return placed_phone(text, region, city, territory) if NO_CODE in found[2] else found


def _phones(record: Record, region: str | None, city: str | None, territory: Territory | None) -> Noted:
    noted = _list("phone", "phones", record, lambda text: _phone(text, region, city, territory))
    elsewhere = misplaced(noted.values["phones"], region, city)
    if elsewhere:
        noted.problems["phone"] += elsewhere
    return noted


def _list(kind: str, column: str, record: Record, parse_cell: Callable[[str | None], Cell]) -> Noted:
    cells = [parse_cell(text) for text in record.get(kind) or () if _given(text)]
    if not cells:
        return Noted({column: []}, {}, {})
    values, codes, reasons = zip(*cells, strict=True)
    qc = min(codes, key=WORSE.__getitem__)
    return Noted({column: sorted(_distinct(values))}, {kind: qc}, {kind: tuple(_distinct(reasons))})


def _distinct(groups: Sequence[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(one for group in groups for one in group))
