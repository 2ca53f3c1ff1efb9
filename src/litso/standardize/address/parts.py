"""Addresses that a source gives in parts: the same reading, with each column's kind known beforehand."""

from __future__ import annotations

from litso.domain.territory import Territory
from litso.standardize.address.model import Address
from litso.standardize.address.reader import parse


def line(
    region: str | None = None,
    city: str | None = None,
    street: str | None = None,
    house: str | None = None,
    block: str | None = None,
    flat: str | None = None,
    postal_code: str | None = None,
) -> str | None:
    """The parts in one line that `parse` reads as meant: a bare number gets the word of its column."""
    parts = [postal_code, region, city, street, _marked("д", house), _marked("к", block), _marked("кв", flat)]
    kept = [part.strip() for part in parts if part and part.strip()]
    return ", ".join(kept) or None


def _marked(word: str, value: str | None) -> str | None:
    text = (value or "").strip()
    return f"{word} {text}" if text[:1].isdigit() or (len(text) == 1 and text.isalpha()) else text or None


def parse_parts(
    region: str | None = None,
    city: str | None = None,
    street: str | None = None,
    house: str | None = None,
    block: str | None = None,
    flat: str | None = None,
    postal_code: str | None = None,
    territory: Territory | None = None,
) -> Address:
    """Standardize an address given in columns. Each part may hold what its column holds in life («ул. Ленина, 5»)."""
    return parse(line(region, city, street, house, block, flat, postal_code), territory)
