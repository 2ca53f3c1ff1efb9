"""One entry of reference data by its key: a code of ОКВЭД, a day, a BIK, the code of an office, somebody on a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from litso.domain.record import AUTO
from litso.enrich.company import to_row
from litso.errors import BadUsage, NotFound
from litso.standardize.one import standardize_one
from litso.standardize.registers import Registers
from litso.usecases import lists, registers

Found = list[dict[str, Any]]
"""Entries as JSON has them."""


def _activity(known: Registers, key: str) -> Found:
    """A code with the codes that it belongs to, the narrowest first."""
    titles = known.activities or {}
    above = [key[:length] for length in range(len(key), 0, -1)]
    return [{"code": code, "title": titles[code]} for code in above if code in titles] if key in titles else []


def _day(known: Registers, key: str) -> Found:
    """A day: whether it is worked, and when the next working day is."""
    try:
        day = date.fromisoformat(key)
    except ValueError:
        raise BadUsage(f"«{key}» is not a day such as 2026-01-09") from None
    calendar = known.calendar
    if calendar is None or not calendar.knows(day):
        return []
    about = calendar.days.get(day)
    return [
        {
            "date": day,
            "type": calendar.kind_of(day),
            "is_working_day": calendar.is_working_day(day),
            "title": about.title if about else None,
            "moved_from": about.moved_from if about else None,
            "next_working_day": calendar.next_working_day(day),
        }
    ]


def _bank(known: Registers, key: str) -> Found:
    bank = (known.banks or {}).get(key)
    return [bank._asdict()] if bank else []


def _issuer(known: Registers, key: str) -> Found:
    return [{"code": key, "name": name} for name in (known.issuers or {}).get(key, ())]


def _listed(kind: str, known: Registers, key: str) -> Found:
    """Entries of the lists with that number, or that name: told by what the key is."""
    asked = dict.fromkeys(("full_name", "inn", "ogrn", "snils", "passport"), key)
    standard = standardize_one({"source": "", "source_id": "", "party": AUTO, **asked})
    found = (entry._asdict() for entry in lists.find_listed(kind, standard))
    return [{name: value for name, value in one.items() if name not in ("entry_id", "row_hash")} for one in found]


def _company(known: Registers, key: str) -> Found:
    company = lists.find_company(key)
    return [to_row(company)] if company else []


_LOOK_UP: Final[Mapping[str, Callable[[Registers, str], Found]]] = MappingProxyType(
    {
        registers.OKVED: _activity,
        registers.CALENDAR: _day,
        registers.BANKS: _bank,
        registers.ISSUERS: _issuer,
        registers.COMPANIES: _company,
        **{kind: partial(_listed, kind) for kind in lists.LISTS},
    }
)
KINDS: Final = tuple(_LOOK_UP)
IMPERSONAL: Final = tuple(kind for kind in KINDS if kind not in (*lists.LISTS, registers.COMPANIES))
"""Kinds that tell of no person."""


def look_up(kind: str, key: str) -> Found:
    """Entries of a kind with that key, in the editions in use.

    Raises BadUsage for a kind that has no keys, NotFound where nothing has the key or no edition is loaded.
    """
    if kind not in _LOOK_UP:
        raise BadUsage(f"nothing is looked up in «{kind}»; there are {', '.join(KINDS)}")
    found = _LOOK_UP[kind](registers.in_use(), key.strip())
    if not found:
        raise NotFound(f"the {kind} loaded here has no such key")
    return found
