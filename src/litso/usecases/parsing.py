"""Values taken apart for a human: components, quality code, problems, and what the registers say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from litso.domain.territory import Territory
from litso.standardize.address import parse
from litso.standardize.address.gar import Division
from litso.standardize.address.gar_tables import AREAS
from litso.standardize.kinds import clean
from litso.standardize.registers import Registers
from litso.usecases import registers

MOST_VALUES: Final = 200
"""How many values are taken apart at once."""

_APART: Final = frozenset({"source", "qc", "qc_complete", "qc_house", "problems", "valid"})
"""Columns that are no components."""


class Parsed(NamedTuple):
    """A value with its components (by column, without the empty ones), codes and reasons.

    `codes` are the other quality codes of an address; divisions are lines, None without the address register.
    """

    source: str
    components: dict[str, str]
    qc: int
    codes: dict[str, int]
    problems: tuple[str, ...]
    administrative: str | None
    municipal: str | None


def parse_lines(kind: str, text: str, territory: Territory | None = None) -> tuple[list[Parsed], int]:
    """Each line of a text that is not empty, taken apart; and how many lines were left out, above `MOST_VALUES`."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    known = registers.in_use()
    rows = clean(kind, lines[:MOST_VALUES], territory, known)
    return [_parsed(kind, row, territory, known) for row in rows], max(len(lines) - MOST_VALUES, 0)


def _parsed(kind: str, row: Mapping[str, Any], territory: Territory | None, known: Registers) -> Parsed:
    components = _components(row)
    divisions: tuple[str | None, str | None] = (None, None)
    if kind == "address" and known.gar is not None:
        match = known.gar.match(parse(row["source"], territory))
        divisions = _line(match.administrative), _line(match.municipal)
    return Parsed(
        row["source"],
        components | _from_registers(kind, row, known),
        row["qc"],
        {name: row[name] for name in ("qc_complete", "qc_house") if row.get(name) is not None},
        tuple(filter(None, (row["problems"] or "").split(";"))),
        *divisions,
    )


def _components(row: Mapping[str, Any]) -> dict[str, str]:
    """Columns that have a value; the type of a part of an address beside it: «Тульская обл», «ул Лесная»."""
    given = {name: str(value) for name, value in row.items() if name not in _APART and value is not None}
    typed = {
        name: f"{value} {kind}" if name in ("region", "area") else f"{kind} {value}"
        for name, value in given.items()
        if (kind := given.get(f"{name}_type"))
    }
    spent = {f"{name}_type" for name in typed}
    return {name: typed.get(name, value) for name, value in given.items() if name not in spent}


def _line(steps: Sequence[Division]) -> str | None:
    return " → ".join(_printed(step) for step in steps) or None


def _printed(step: Division) -> str:
    """«Тульская обл», «ул Лесная»."""
    is_region_or_area = step.level <= AREAS[-1]
    return f"{step.name} {step.type}" if is_region_or_area else f"{step.type} {step.name}"


def _from_registers(kind: str, row: Mapping[str, Any], known: Registers) -> dict[str, str]:
    """The bank behind a BIK, the offices behind the code of a passport's issuer."""
    if kind == "bik" and known.banks and (bank := known.banks.get(row["value"] or "")):
        return {"bank": bank.name, **({"bank_city": bank.city} if bank.city else {})}
    if kind == "passport" and known.issuers and (names := known.issuers.get(row["issued_by_code"] or "")):
        return {"issuer": "; ".join(names[:3])}
    return {}
