"""Contacts of a golden record: which phone and e-mail reaches the party now, best first, with the reasons in words.

A simple model: how likely a contact reaches its party is a share of tries that worked. Where nobody has tried, the
share is that of alike contacts (kind, source and age of the value), as outcomes of all parties taught it; each try of
one's own counts against it, an old try less than a new one. A contact that seems to be somebody else's now is withheld:
it stays in sight, but gets no debt and no private content.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from litso.golden.policy import PIN

REACHED: Final = "reached"
MISSED: Final = "missed"
WRONG: Final = "wrong"
RESULTS: Final = (REACHED, MISSED, WRONG)
"""What a try came to: it reached the party, it reached nobody, somebody else answered."""

CALL: Final = "call"
SMS: Final = "sms"
EMAIL: Final = "email"
CHANNELS: Final = (SMS, CALL, EMAIL)
"""Channels; of equally good ones the first is preferred."""

_KINDS: Final = (("phone", "phones"), ("email", "emails"))
_QUALITY: Final = {
    0: "распознан уверенно",
    1: "распознан с допущениями, стоит проверить",
    3: "в ячейке было несколько значений",
    4: "опечатка исправлена",
    7: "иностранный номер",
}
_SHIPPED: Final = MappingProxyType(
    {
        ("several", "latest"): 0.80,
        ("several", "former"): 0.75,
        ("several", "outdated"): 0.60,
        ("one", "latest"): 0.60,
        ("one", "former"): 0.45,
        ("one", "outdated"): 0.30,
    }
)
"""Shares that reach, as long as no outcome has taught better: by how many sources say the contact, and where it stands
in time among the party's contacts of its kind."""

_LANDLINE: Final = 0.75
"""A land line is answered less often than a mobile phone, all else equal."""

_OUTDATED_DAYS: Final = 365
"""Days behind the party's latest contact from which on one is outdated."""

_WORTH: Final = 50.0
"""Outcomes that a coarser share is worth beside a finer one."""

_STRENGTH: Final = 3.0
"""Tries of one's own that the share of alike contacts is worth."""

_ENDING: Final = 2
"""Letters by which surnames of a man and a woman of one family differ in length at most."""

_HALF_LIFE_DAYS: Final = 365.0


class Outcome(NamedTuple):
    """A try to reach a party, or a call from it: standard value, channel, result, when (UTC)."""

    value: str
    channel: str
    result: str
    at: datetime


class Rival(NamedTuple):
    """Another party that has a contact: since when, how many of its sources say so, whether it is known to live at the
    same place (is_near) or elsewhere (is_stranger)."""

    value: str
    at: datetime | None
    said_by: int
    is_near: bool
    is_stranger: bool


class Home(NamedTuple):
    """House, flat and surname of a party, where known."""

    house_key: str | None
    flat: str | None
    surname: str | None


def rival(value: str, at: datetime | None, said_by: int, its: Home, own: Home) -> Rival:
    """Another party that has a contact. its, own: the homes of that party and of this one.

    Somebody of the same family who lives elsewhere is no stranger; nor is anybody whose home is not known.
    """
    is_known = its.house_key is not None and own.house_key is not None
    is_near = is_known and its[:2] == own[:2]
    is_stranger = is_known and its.house_key != own.house_key and not _is_kin(its.surname, own.surname)
    return Rival(value, at, said_by, is_near, is_stranger)


def _is_kin(one: str | None, other: str | None) -> bool:
    """Whether surnames are the same but for their endings: Иванов, Иванова."""
    if one is None or other is None:
        return False
    shorter = min(len(one), len(other))
    return abs(len(one) - len(other)) <= _ENDING and one[: shorter - 1].casefold() == other[: shorter - 1].casefold()


class Traits(NamedTuple):
    """What is known of a contact before anybody tries it: `mobile`, `landline` or `email`; said by `one` or `several`
    sources; `latest` of its party's contacts, `former`, or `outdated`; the source of the value."""

    sort: str
    said: str
    standing: str
    source: str

    @property
    def cells(self) -> tuple[str, str]:
        """Names of alike contacts, the coarser first."""
        return f"{self.sort}|{self.said}|{self.standing}", f"{self.sort}|{self.said}|{self.standing}|{self.source}"


@dataclass(frozen=True, slots=True)
class Habits:
    """What outcomes taught: cell of `Traits` → (tries that reached, tries)."""

    cells: Mapping[str, tuple[int, int]] = field(default_factory=lambda: MappingProxyType({}))

    def share(self, traits: Traits) -> float:
        """How likely an untried contact of these traits reaches its party."""
        shipped = _SHIPPED[traits.said, traits.standing] * (_LANDLINE if traits.sort == "landline" else 1.0)
        *coarse, fine = traits.cells
        for cell in coarse:
            shipped = self._shrunk(cell, shipped)
        return self._shrunk(fine, shipped)

    def _shrunk(self, cell: str, coarser: float) -> float:
        reached, tries = self.cells.get(cell, (0, 0))
        return (reached + _WORTH * coarser) / (tries + _WORTH)


UNTAUGHT: Final = Habits()


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach a party. `rank` is 1 for the first of its kind; `is_best` marks the one to try first.

    chance: how likely it reaches the party, from 0 to 1. withheld: why it gets no debt and no private content, or None.
    place: where the value stands in the provenance.
    """

    kind: str  # phone | email
    value: str
    rank: int
    is_best: bool
    chance: float
    withheld: str | None
    reasons: tuple[str, ...]
    place: int
    source: str
    source_id: str


class Channel(NamedTuple):
    """A channel with the contact to use on it and how likely it reaches the party."""

    name: str
    value: str
    chance: float


def contacts(
    provenance: Mapping[str, Sequence[Mapping[str, Any]]],
    now: datetime,
    *,
    outcomes: Sequence[Outcome] = (),
    rivals: Sequence[Rival] = (),
    habits: Habits = UNTAUGHT,
) -> list[Contact]:
    """Contacts from the provenance of a golden record, phones before e-mails, the likeliest first, withheld ones last.

    outcomes and rivals: of these contacts. now: the moment to which ages are counted. The answer depends on nothing
    else; neither does the order in which outcomes and rivals are given matter.
    """
    found: list[Contact] = []
    for kind, attribute in _KINDS:
        entries = provenance.get(attribute, ())
        latest = latest_of(entries)
        judged = [
            _judged(kind, place, entry, outcomes, rivals, habits.share(traits(entry, latest)), now)
            for place, entry in enumerate(entries)
        ]
        judged.sort(key=lambda one: (one.withheld is not None, not one.is_best, -round(one.chance, 6), one.place))
        found += [_ranked(one, rank, is_best=rank == 1 and one.withheld is None) for rank, one in enumerate(judged, 1)]
    return found


def _ranked(contact: Contact, rank: int, *, is_best: bool) -> Contact:
    return Contact(
        contact.kind, contact.value, rank, is_best, contact.chance, contact.withheld, contact.reasons, contact.place,
        contact.source, contact.source_id,
    )  # fmt: skip


def _judged(
    kind: str,
    place: int,
    entry: Mapping[str, Any],
    outcomes: Sequence[Outcome],
    rivals: Sequence[Rival],
    share: float,
    now: datetime,
) -> Contact:
    """A contact before it is ranked; `is_best` says that it is pinned."""
    value = entry["value"]
    tries = sorted((one for one in outcomes if one.value == value), key=lambda one: (one.at, one.result, one.channel))
    others = [one for one in rivals if one.value == value]
    is_pinned = entry["rule"] == PIN
    withheld = _withheld(entry, tries, others)
    return Contact(
        kind=kind,
        value=value,
        rank=0,
        is_best=is_pinned,
        chance=_chance(share, tries, now),
        withheld=withheld,
        reasons=tuple(_reasons(entry, tries, others, withheld)),
        place=place,
        source=entry["source"],
        source_id=entry["source_id"],
    )


def _chance(share: float, tries: Iterable[Outcome], now: datetime) -> float:
    reached, weight = share * _STRENGTH, _STRENGTH
    for one in tries:
        worth = 0.5 ** (max((now - one.at).total_seconds(), 0.0) / 86_400 / _HALF_LIFE_DAYS)
        weight += worth
        reached += worth * (one.result == REACHED)
    return reached / weight


def _withheld(entry: Mapping[str, Any], tries: Sequence[Outcome], others: Sequence[Rival]) -> str | None:
    """Why a contact seems to be somebody else's now, or None."""
    said_by = entry.get("said_by") or 0
    reached = max((one.at for one in tries if one.result == REACHED), default=None)
    wrong = max((one.at for one in tries if one.result == WRONG), default=None)
    own = max((at for at in (claimed_at(entry), reached) if at is not None), default=None)
    if wrong is not None and (own is None or wrong >= own):
        return f"ответил не тот человек {wrong:%d.%m.%Y}"
    takers = (one.at for one in others if one.is_stranger and one.said_by >= said_by and one.at is not None)
    taken = max(takers, default=None)
    if taken is not None and (own is None or taken > own):
        return f"{taken:%d.%m.%Y} этот контакт указал другой субъект"
    return None


def _reasons(
    entry: Mapping[str, Any], tries: Sequence[Outcome], others: Sequence[Rival], withheld: str | None
) -> list[str]:
    reasons = [withheld] if withheld else []
    if entry["rule"] == PIN:
        reasons.append("закреплено")
    reasons += _told_of(tries)
    if sort_of(entry["value"]) == "mobile":
        reasons.append("мобильный")
    if any(one.is_near for one in others):
        reasons.append("общий с живущими по этому адресу")
    said_by = entry.get("said_by") or 1
    reasons.append("указан в одном источнике" if said_by == 1 else f"указан в {said_by} источниках")
    if entry.get("at"):
        reasons.append(f"изменён {datetime.fromisoformat(entry['at']):%d.%m.%Y}")
    if entry.get("qc") in _QUALITY:
        reasons.append(_QUALITY[entry["qc"]])
    return reasons


def _told_of(tries: Sequence[Outcome]) -> list[str]:
    if not tries:
        return []
    worked = [one for one in tries if one.result == REACHED]
    if not worked:
        return [f"не дошло ни разу из {len(tries)}"]
    return [f"дошло {len(worked)} из {len(tries)}, последний раз {worked[-1].at:%d.%m.%Y}"]


def preferred(listed: Sequence[Contact], outcomes: Sequence[Outcome], now: datetime) -> tuple[Channel, ...]:
    """Channels by which a party can be reached, the likeliest first; each by its best contact that is not withheld."""
    found = []
    for name in CHANNELS:
        own = [one for one in listed if one.withheld is None and _carries(name, one)]
        if own:
            first = own[0]
            tries = [one for one in outcomes if one.value == first.value and one.channel == name]
            found.append(Channel(name, first.value, _chance(first.chance, tries, now)))
    return tuple(sorted(found, key=lambda one: -round(one.chance, 6)))


def _carries(channel: str, contact: Contact) -> bool:
    if channel == EMAIL:
        return contact.kind == "email"
    return contact.kind == "phone" and (channel == CALL or sort_of(contact.value) == "mobile")


# Alike contacts -------------------------------------------------------------------------------------------------


def sort_of(value: str) -> str:
    """`mobile`, `landline` or `email`."""
    if "@" in value:
        return "email"
    return "mobile" if value.startswith("+79") else "landline"


def claimed_at(entry: Mapping[str, Any]) -> datetime | None:
    """When the record behind a provenance entry changed, in UTC."""
    text = entry.get("at")
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def latest_of(entries: Sequence[Mapping[str, Any]]) -> datetime | None:
    """When the latest of a party's contacts of one kind was stated."""
    return max((at for at in map(claimed_at, entries) if at is not None), default=None)


def traits(entry: Mapping[str, Any], latest: datetime | None) -> Traits:
    """Traits of a contact. latest: of all contacts of its kind."""
    at = claimed_at(entry)
    standing = "former"
    if at is not None and latest is not None:
        lag = (latest - at).total_seconds() / 86_400
        standing = "latest" if lag <= 0 else "former" if lag <= _OUTDATED_DAYS else "outdated"
    said = "several" if (entry.get("said_by") or 1) > 1 else "one"
    return Traits(sort_of(entry["value"]), said, standing, entry["source"])


def learn(examples: Iterable[tuple[Mapping[str, Sequence[Mapping[str, Any]]], Outcome]]) -> Habits:
    """What tries teach. examples: the provenance of a party, and the outcome of a try of one of its contacts."""
    tries, reached = Counter[str](), Counter[str]()
    for provenance, outcome in examples:
        for entries in (provenance.get(attribute, ()) for _, attribute in _KINDS):
            for entry in entries:
                if entry["value"] == outcome.value:
                    cells = traits(entry, latest_of(entries)).cells
                    tries.update(cells)
                    reached.update(cells if outcome.result == REACHED else ())
    return Habits(MappingProxyType({cell: (reached[cell], tries[cell]) for cell in sorted(tries)}))
