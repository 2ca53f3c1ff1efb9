"""Contacts of a golden record: every phone and e-mail, best first, with the reasons in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

_KINDS: Final = (("phone", "phones"), ("email", "emails"))
_QUALITY: Final = {
    0: "распознан уверенно",
    1: "распознан с допущениями, стоит проверить",
    3: "в ячейке было несколько значений",
    4: "опечатка исправлена",
    7: "иностранный номер",
}


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach a party. `rank` is 1 for the first of its kind; `is_best` marks the one to try first."""

    kind: str  # phone | email
    value: str
    rank: int
    is_best: bool
    reasons: tuple[str, ...]
    source: str
    source_id: str


def contacts(provenance: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Contact]:
    """Contacts from the provenance of a golden record, phones before e-mails, in the order of survivorship.

    The best phone is the first mobile one, for it takes calls and messages alike; without mobiles, the first.
    """
    found: list[Contact] = []
    for kind, attribute in _KINDS:
        entries = provenance.get(attribute, ())
        best = next((place for place, entry in enumerate(entries) if _is_mobile(entry["value"])), 0)
        found += [_contact(kind, place, entry, is_best=place == best) for place, entry in enumerate(entries)]
    return found


def _contact(kind: str, place: int, entry: Mapping[str, Any], *, is_best: bool) -> Contact:
    return Contact(
        kind=kind,
        value=entry["value"],
        rank=place + 1,
        is_best=is_best,
        reasons=tuple(_reasons(kind, entry)),
        source=entry["source"],
        source_id=entry["source_id"],
    )


def _reasons(kind: str, entry: Mapping[str, Any]) -> list[str]:
    reasons = []
    if kind == "phone" and _is_mobile(entry["value"]):
        reasons.append("мобильный")
    said_by = entry.get("said_by") or 1
    reasons.append("указан в одном источнике" if said_by == 1 else f"указан в {said_by} источниках")
    if entry.get("at"):
        reasons.append(f"изменён {datetime.fromisoformat(entry['at']):%d.%m.%Y}")
    if entry.get("qc") in _QUALITY:
        reasons.append(_QUALITY[entry["qc"]])
    return reasons


def _is_mobile(value: str) -> bool:
    return value.startswith("+79")
