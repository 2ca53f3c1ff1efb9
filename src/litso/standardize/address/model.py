"""What is known of an address once it has been read."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Address:
    """One standard address. Names are as written, types are short as the official registry prints them.

    `house_key` is equal for two spellings of one house; null without a house in a known street or settlement.
    Codes `qc`, `qc_complete` and `qc_house` are those of the documentation; what a registry alone can tell
    (`fias_id`, `fias_level`, `qc_house`) is null until an address is matched with one.
    """

    result: str | None = None
    postal_code: str | None = None
    country: str | None = None
    region: str | None = None
    region_type: str | None = None
    area: str | None = None
    area_type: str | None = None
    city: str | None = None
    city_type: str | None = None
    settlement: str | None = None
    settlement_type: str | None = None
    planning_structure: str | None = None
    street: str | None = None
    street_type: str | None = None
    stead: str | None = None
    house: str | None = None
    house_type: str | None = None
    block: str | None = None
    block_type: str | None = None
    entrance: str | None = None
    floor: str | None = None
    flat: str | None = None
    flat_type: str | None = None
    room: str | None = None
    fias_id: str | None = None
    fias_level: int | None = None
    qc_complete: int | None = None
    qc_house: int | None = None
    unparsed: str | None = None
    qc: int = 2
    problems: tuple[str, ...] = ()
    house_key: str | None = None
    postal_box: str | None = None


COLUMNS = tuple(field.name for field in fields(Address))
"""Names of all columns, in the order of the fields."""
