"""A company as a register or a service tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

import pyarrow as pa


class Officer(NamedTuple):
    """A director or an owner; `role` is director or owner, `title` the office, `since` from when on."""

    name: str
    role: str
    title: str | None = None
    inn: str | None = None
    since: date | None = None


class Company(NamedTuple):
    """Values as given, empty ones None. `ceased` is the day on which the company ended, `state` another trouble.

    `unreliable` says of what the register itself says that it is not true; `as_of` is the day of the statement.
    """

    inn: str
    ogrn: str | None = None
    kpp: str | None = None
    name: str | None = None
    short_name: str | None = None
    address: str | None = None
    ceased: date | None = None
    state: str | None = None
    unreliable: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    okved: str | None = None
    officers: tuple[Officer, ...] = ()
    as_of: date | None = None


_OFFICER: Final = pa.struct(
    [pa.field(name, pa.date32() if name == "since" else pa.string()) for name in Officer._fields]
)
_TYPES: Final[dict[str, pa.DataType]] = {
    "ceased": pa.date32(),
    "as_of": pa.date32(),
    "unreliable": pa.list_(pa.string()),
    "phones": pa.list_(pa.string()),
    "emails": pa.list_(pa.string()),
    "officers": pa.list_(_OFFICER),
}
COMPANIES: Final = pa.schema([pa.field(name, _TYPES.get(name, pa.string())) for name in Company._fields])


def to_row(company: Company) -> dict[str, Any]:
    """A row of COMPANIES."""
    return company._asdict() | {"officers": [one._asdict() for one in company.officers]}


def from_row(row: Mapping[str, Any]) -> Company:
    """A company of a row of COMPANIES."""
    lists = {name: tuple(row[name] or ()) for name in ("unreliable", "phones", "emails")}
    officers = tuple(Officer(**one) for one in row["officers"] or ())
    return Company(**{**row, **lists, "officers": officers})
