"""Nodes: records that are equal in every value that evidence reads collapse into one.

A node's fingerprint is an MD5 of those values, so that it is the same in DuckDB, Spark, PostgreSQL and Python. Two
kinds of records never collapse, their own source key enters the fingerprint: those that a steward has told apart from
another, and thin ones, which say too little for equality to mean one party («Иванова Анна» and nothing else).
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, Final

import pyarrow as pa

from litso.domain.record import CUSTOM_PREFIX, ORGANIZATION, STANDARD_LISTS

NODE_TEXT: Final = (
    "surname",
    "given_name",
    "patronymic",
    "gender",
    "postal_code",
    "region",
    "city",
    "street",
    "house",
    "block",
    "flat",
    "house_key",
    "snils",
    "inn",
    "ogrn",
    "kpp",
    "passport",
    "national_id",
    "opf",
    "company",
)
"""Text columns of a node, in the order of the fingerprint."""

FIELD: Final = "\x1f"
ITEM: Final = "\x1e"


@cache
def node_schema(customs: tuple[str, ...] = ()) -> pa.Schema:
    """Schema of a node table: `kind`, what evidence reads, and `fingerprint` (32 hexadecimal digits)."""
    text = pa.string()
    return pa.schema(
        [
            pa.field("fingerprint", text, nullable=False),
            pa.field("kind", text, nullable=False),
            *(pa.field(name, text) for name in NODE_TEXT),
            pa.field("birth_date", pa.date32()),
            *(pa.field(name, pa.list_(text)) for name in STANDARD_LISTS),
            *(pa.field(CUSTOM_PREFIX + name, text) for name in customs),
        ]
    )


def node_values(record: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the node of one standard record.

    A name that could not be split stands as the surname; a house without a key of its own gets one from its parts.
    """
    values = {name: record.get(name) for name in ("kind", *NODE_TEXT, "birth_date")}
    values |= {name: list(record.get(name) or ()) for name in STANDARD_LISTS}
    values |= {name: value for name, value in record.items() if name.startswith(CUSTOM_PREFIX)}
    if not values["surname"] and not values["given_name"]:
        values["surname"] = record.get("full_name")
    if not values["company"] and values["kind"] == ORGANIZATION:
        values["company"] = record.get("full_name")
    if not values["house_key"] and values["street"] and values["house"]:
        parts = (values[name] for name in ("city", "street", "house", "block"))
        values["house_key"] = "|".join(part or "" for part in parts).lower()
    return values


_DOCUMENTS: Final = ("snils", "inn", "ogrn", "passport", "national_id")
_TRACES: Final = ("birth_date", "patronymic", "house_key", *STANDARD_LISTS)


def is_thin(values: Mapping[str, Any]) -> bool:
    """Whether equality of these values with another record's would mean little: no document, and not both a name and
    anything beside it."""
    is_named = bool(values["company"] or (values["surname"] and values["given_name"]))
    has_traces = any(values[name] for name in _TRACES)
    return not (any(values[name] for name in _DOCUMENTS) or (is_named and has_traces))


def fingerprint(values: Mapping[str, Any], key: tuple[str, str], told_apart: bool = False) -> str:
    """Fingerprint of the node values of the record `key` (source, source_id)."""
    fields = [values["kind"], *(values[name] or "" for name in NODE_TEXT), _iso(values["birth_date"])]
    fields += [ITEM.join(values[name] or ()) for name in STANDARD_LISTS]
    customs = sorted(name for name, value in values.items() if name.startswith(CUSTOM_PREFIX) and value)
    fields += [f"{name}={values[name]}" for name in customs]
    fields += [f"apart={key[0]}{ITEM}{key[1]}"] if told_apart or is_thin(values) else []
    return hashlib.md5(FIELD.join(fields).encode(), usedforsecurity=False).hexdigest()


def _iso(value: date | None) -> str:
    return value.isoformat() if value else ""


def as_uuid(fingerprint_text: str) -> uuid.UUID:
    """The form in which PostgreSQL keeps a fingerprint."""
    return uuid.UUID(hex=fingerprint_text)


def values_sql(columns: Iterable[str]) -> str:
    """`node_values` as the select list of a DuckDB query over standard records; `columns` are those that they have."""
    return ", ".join(f"{expression} as {quoted(name)}" for name, expression in value_expressions(columns).items())


def fingerprint_sql(columns: Iterable[str]) -> str:
    """`fingerprint`, as a UUID, in SQL over the result of `values_sql` with source, source_id and `told_apart`."""
    customs = sorted(name for name in columns if name.startswith(CUSTOM_PREFIX))
    fields = ["kind", *(f"coalesce({name}, '')" for name in NODE_TEXT), "coalesce(birth_date::varchar, '')"]
    fields += [f"array_to_string({name}, chr(30))" for name in STANDARD_LISTS]
    fields += [f"case when {quoted(name)} <> '' then '{_escaped(name)}=' || {quoted(name)} end" for name in customs]
    fields.append(f"case when told_apart or {_thin_sql()} then 'apart=' || source || chr(30) || source_id end")
    return f"md5(concat_ws(chr(31), {', '.join(fields)}))::uuid"


def _thin_sql() -> str:
    """`is_thin` in SQL."""

    def present(name: str) -> str:
        return f"len({name}) > 0" if name in STANDARD_LISTS else f"{name} is not null"

    documents = " or ".join(map(present, _DOCUMENTS))
    traces = " or ".join(map(present, _TRACES))
    named = f"{present('company')} or ({present('surname')} and {present('given_name')})"
    return f"not ({documents} or (({named}) and ({traces})))"


def value_expressions(columns: Iterable[str]) -> dict[str, str]:
    """Node column → SQL expression over a standard record; `columns` are those that the table of records has."""
    have = set(columns)

    def plain(name: str) -> str:
        return f"nullif({name}, '')" if name in have else "null::varchar"

    values = {"kind": "kind"} | {name: plain(name) for name in NODE_TEXT}
    if "full_name" in have:
        unsplit = f"case when {plain('given_name')} is null then {plain('full_name')} end"
        values["surname"] = f"coalesce({plain('surname')}, {unsplit})"
        unnamed = f"case when kind = 'organization' then {plain('full_name')} end"
        values["company"] = f"coalesce({plain('company')}, {unnamed})"
    house = " || '|' || ".join(f"coalesce({plain(name)}, '')" for name in ("city", "street", "house", "block"))
    is_house = f"{plain('street')} is not null and {plain('house')} is not null"
    values["house_key"] = f"coalesce({plain('house_key')}, case when {is_house} then lower({house}) end)"
    values["birth_date"] = "birth_date" if "birth_date" in have else "null::date"
    for name in STANDARD_LISTS:
        values[name] = f"coalesce({name}, [])" if name in have else "[]::varchar[]"
    return values | {name: quoted(name) for name in sorted(have) if name.startswith(CUSTOM_PREFIX)}


def quoted(name: str) -> str:
    """A name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def _escaped(text: str) -> str:
    return text.replace("'", "''")
