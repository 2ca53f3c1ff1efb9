"""Quality of records: measured after loads and on demand, kept over time, and followed down to the records.

A load of a few records moves no share by much: it is counted, and quality is measured again when together they could
move one by a point, or when the last measurement is a day old.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final, NamedTuple

from litso.domain.quality import (
    AGES,
    ATTRIBUTES,
    COMPLETENESS,
    CONSISTENCY,
    DIMENSIONS,
    FRESH_RECORD_DAYS,
    FRESHNESS,
    HISTORY,
    RECORD,
    UNIQUENESS,
    VALIDITY,
    Alarm,
    Figure,
    Rhythm,
    attributes_of,
    find_alarm,
    is_asked,
    parts_of,
    rhythm,
)
from litso.domain.record import NO_PARTY
from litso.errors import BadUsage, NotFound
from litso.sources.mapping import Column, parse_mapping
from litso.sources.mapping import Mapping as SourceMapping
from litso.store import audit, quality, sources
from litso.store.database import Connection, Store
from litso.store.quality import Compared, Counted, Failing, Place
from litso.telemetry.traces import traced
from litso.usecases.access import Actor, demand, sight_of
from litso.usecases.masking import Sight, masked_original, masked_value, shown_attribute

PAGE: Final = 50
KEY_COLUMNS: Final = ("source", "source_id", "party_id")
"""Columns of an export."""

_AT_ONCE: Final = 2000
_MEASURED_WITHIN: Final = timedelta(days=1)
_MOVES: Final = 0.01
"""Share of the records of a source whose change could move a figure by a point."""
_ALL_KEPT: Final = timedelta(days=31)


# What each source is asked ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Subject:
    """A source as quality sees it. is_card: its records are cards of parties, so that a second of one is a repeat."""

    name: str
    attributes: tuple[str, ...]
    is_card: bool
    is_dated: bool


def subject_of(mapping: SourceMapping) -> Subject:
    """What is asked of a source, by its mapping.

    A record is no card where its own key is that of a fact: it is a payment, a call, a meter or an account, and of one
    party there may be many.
    """
    key = tuple(Column(name) for name in mapping.key)
    is_fact = any(fact.fields.get("key") == key for fact in mapping.facts)
    attributes = attributes_of(mapping.attributes) if mapping.party != NO_PARTY else ()
    return Subject(mapping.source, attributes, bool(attributes) and not is_fact, mapping.updated_at is not None)


def _subjects(connection: Connection) -> dict[str, Subject]:
    found = (parse_mapping(one.mapping, f"mapping of {one.name}") for one in sources.list_all(connection))
    return {mapping.source: subject_of(mapping) for mapping in found}


# Measuring -----------------------------------------------------------------------------------------------------


def measure(connection: Connection) -> int:
    """Measure the quality of all sources and keep it; answers how many figures there are."""
    now = datetime.now(UTC)
    subjects = _subjects(connection)
    crowded = quality.count_crowded(connection)
    figures = [
        *_of_records(subjects, quality.count_records(connection), crowded, now),
        *_of_pairs(subjects, quality.compare_sources(connection), now),
    ]
    quality.write(connection, figures, thin_before=now - _ALL_KEPT)
    return len(figures)


def measure_now(store: Store, actor: Actor) -> int:
    """Measure because somebody asks for it."""
    demand(actor, "decide_loads")
    with store.transaction() as connection:
        return measure(connection)


@traced
def measure_if_due(store: Store) -> bool:
    """After loads: measure, unless too little has changed since the last time to be seen."""
    with store.transaction() as connection:
        if not _is_due(connection):
            return False
        measure(connection)
        return True


def _is_due(connection: Connection) -> bool:
    moment = quality.last_moment(connection)
    if moment is None or datetime.now(UTC) - moment > _MEASURED_WITHIN:
        return True
    changed = quality.changed_since(connection, moment)
    live = quality.count_live(connection) if changed else {}
    return any(count > _MOVES * live.get(source, 0) for source, count in changed.items())


def _of_records(
    subjects: Mapping[str, Subject], counted: Iterable[Counted], crowded: Mapping[tuple[str, str], int], now: datetime
) -> Iterator[Figure]:
    """Figures of single records, of which a source has one kind or two."""
    by_source: dict[str, list[Counted]] = {}
    for one in counted:
        by_source.setdefault(one.source, []).append(one)
    for source, kinds in by_source.items():
        if (subject := subjects.get(source)) is None:
            continue
        if subject.is_dated:
            yield from _ages(source, kinds, now)
        for name in subject.attributes:
            yield from _of_attribute(subject, name, kinds, crowded.get((source, name), 0), now)


def _ages(source: str, kinds: Sequence[Counted], now: datetime) -> Iterator[Figure]:
    total = sum(one.records for one in kinds)
    within = {days: sum(one.ages[days] for one in kinds) for days in AGES}
    yield Figure(source, RECORD, FRESHNESS, "", within[FRESH_RECORD_DAYS], total, now)
    for days, good in within.items():
        yield Figure(source, RECORD, FRESHNESS, str(days), good, total, now)


def _of_attribute(
    subject: Subject, name: str, kinds: Sequence[Counted], crowded: int, now: datetime
) -> Iterator[Figure]:
    of_kinds = [one for one in kinds if one.kind in ATTRIBUTES[name].kinds]
    counts = [one.attributes[name] for one in of_kinds]
    filled = sum(one.filled for one in counts)
    measured = {
        COMPLETENESS: (filled, sum(one.records for one in of_kinds)),
        VALIDITY: (sum(one.good for one in counts), filled),
        UNIQUENESS: (max(filled - crowded, 0), filled),
        FRESHNESS: (sum(one.fresh for one in counts), filled),
        CONSISTENCY: (sum(one.agreed for one in counts), sum(one.compared for one in counts)),
    }
    for dimension, (good, total) in measured.items():
        if is_asked(name, dimension) and (dimension != FRESHNESS or subject.is_dated):
            yield Figure(subject.name, name, dimension, "", good, total, now)


def _of_pairs(subjects: Mapping[str, Subject], compared: Iterable[Compared], now: datetime) -> Iterator[Figure]:
    """Figures of two sources, the same for both, and of repeats within one."""
    for pair in compared:
        one, two = subjects.get(pair.source), subjects.get(pair.other)
        if one is None or two is None:
            continue
        if one is two:
            if one.is_card:
                yield Figure(one.name, RECORD, UNIQUENESS, "", pair.single, pair.records, now)
            continue
        for name, (total, good) in pair.attributes.items():
            if total and name in one.attributes and name in two.attributes:
                yield Figure(one.name, name, CONSISTENCY, two.name, good, total, now)
                yield Figure(two.name, name, CONSISTENCY, one.name, good, total, now)


# Reading -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures of the last measurement, alarms (the largest loss first), and the rhythm of each source."""

    measured_at: datetime | None
    figures: tuple[Figure, ...]
    alarms: tuple[Alarm, ...]
    rhythms: tuple[Rhythm, ...]
    titles: Mapping[str, str]

    @property
    def late(self) -> tuple[Rhythm, ...]:
        """Sources that are late."""
        return tuple(one for one in self.rhythms if one.is_late)


def read_overview(connection: Connection, actor: Actor, source: str | None = None) -> Overview:
    """Quality of all sources, or of one; NotFound for a source that is not registered."""
    demand(actor, "read_sources")
    listed = sources.list_all(connection) if source is None else [sources.get(connection, source)]
    times = quality.load_times(connection, HISTORY + 1)
    now = datetime.now(UTC)
    return Overview(
        quality.last_moment(connection),
        tuple(quality.latest(connection, source)),
        find_alarms(connection, source),
        tuple(rhythm(one.name, times.get(one.name, []), now) for one in listed),
        {one.name: one.title or one.name for one in listed},
    )


def find_alarms(connection: Connection, source: str | None = None) -> tuple[Alarm, ...]:
    """Figures of the last measurement that dropped, the largest loss of records first."""
    moment = quality.last_moment(connection)
    found = [
        alarm
        for series in _series(quality.series(connection, source=source, most=HISTORY + 1))
        if series[-1].measured_at == moment and (alarm := find_alarm(series))
    ]
    return tuple(sorted(found, key=lambda alarm: (-alarm.missing, alarm.figure)))


def read_series(
    connection: Connection, actor: Actor, source: str, attribute: str | None = None
) -> tuple[tuple[Figure, ...], ...]:
    """The figures of a source over time, a tuple for each attribute and dimension, the oldest first.

    NotFound for a source that is not registered or an attribute that does not exist.
    """
    demand(actor, "read_sources")
    sources.get(connection, source)
    if attribute is not None and attribute not in (RECORD, *ATTRIBUTES):
        raise NotFound(f"there is no attribute {attribute}")
    return tuple(map(tuple, _series(quality.series(connection, source=source, attribute=attribute))))


def _series(figures: Iterable[Figure]) -> list[list[Figure]]:
    return [list(found) for _, found in groupby(figures, key=lambda one: (one.source, one.attribute, one.dimension))]


# Records behind a figure -----------------------------------------------------------------------------------------


class Original(NamedTuple):
    """A column of the row as received, and its text."""

    column: str
    text: str


@dataclass(frozen=True, slots=True)
class FailingRecord:
    """A record that is not good in a figure, masked as the actor may see it.

    `originals` are as received, `given` standard values, `against` what they disagree with, `sharing` parties with the
    value or records of the party. `parsed` is the text to take apart, None where it is masked.
    """

    record_id: int
    source: str
    source_id: str
    party_id: str | None
    kind: str
    updated_at: datetime | None
    qc: int | None
    problems: tuple[str, ...]
    originals: tuple[Original, ...]
    given: tuple[str, ...]
    against: tuple[str, ...]
    sharing: int | None
    parsed: str | None


@dataclass(frozen=True, slots=True)
class FailingPage:
    """A page of records behind a figure; `after` continues it."""

    place: Place
    records: tuple[FailingRecord, ...]
    is_masked: bool
    after: int | None


def read_failing(
    connection: Connection,
    actor: Actor,
    place: Place,
    *,
    purpose: str | None = None,
    after: int = 0,
    limit: int = PAGE,
) -> FailingPage:
    """Records that are not good in a figure, by record. The read of each party is logged before it is shown.

    NotFound for a source or figure that does not exist.
    """
    demand(actor, "read_sources")
    demand(actor, "read_parties")
    sight, logged = sight_of(actor, purpose)
    columns = _columns(connection, place)
    found = quality.failing(connection, place, after=after, limit=limit + 1)
    shown = found[:limit]
    fields = () if place.attribute == RECORD else (shown_attribute(place.attribute),)
    for party in sorted({one.party_id for one in shown if one.party_id}):
        audit.write(connection, actor=actor.name, action="records", party_id=party, fields=fields, purpose=logged)
    records = tuple(_shown(one, place.attribute, columns, sight) for one in shown)
    return FailingPage(place, records, not sight.is_full, shown[-1].record_id if len(found) > limit else None)


def all_failing(connection: Connection, actor: Actor, place: Place) -> Iterator[tuple[str, str, str]]:
    """Keys of all records that are not good in a figure, for an export: source, its id, party id."""
    demand(actor, "read_sources")
    demand(actor, "read_parties")
    _columns(connection, place)
    after = 0
    while True:
        found = quality.failing(connection, place, after=after, limit=_AT_ONCE)
        yield from ((one.source, one.source_id, one.party_id or "") for one in found)
        if len(found) < _AT_ONCE:
            return
        after = found[-1].record_id


def _columns(connection: Connection, place: Place) -> tuple[str, ...]:
    """Columns of the source that give the attribute; all is checked that a figure names."""
    if place.dimension not in DIMENSIONS:
        raise BadUsage(f"dimension must be one of: {', '.join(DIMENSIONS)}")
    mapping = parse_mapping(sources.get(connection, place.source).mapping, f"mapping of {place.source}")
    if place.other:
        sources.get(connection, place.other)
    named = (
        operand
        for part in parts_of(place.attribute)
        for operand in mapping.attributes.get(part, ())
        if isinstance(operand, Column)
    )
    return tuple(dict.fromkeys(operand.name for operand in named))


def _shown(record: Failing, attribute: str, columns: Sequence[str], sight: Sight) -> FailingRecord:
    received = json.loads(record.payload)
    texts = [Original(column, str(received[column])) for column in columns if received.get(column)]
    named = shown_attribute(attribute)
    originals = tuple(one._replace(text=masked_original(named, one.text, sight, record.kind)) for one in texts)
    is_open = all(one == text for one, text in zip(originals, texts, strict=True))
    return FailingRecord(
        record.record_id,
        record.source,
        record.source_id,
        record.party_id,
        record.kind,
        record.updated_at,
        record.qc,
        tuple(problem.partition(":")[2] for problem in record.problems if problem.startswith(f"{attribute}:")),
        originals,
        tuple(masked_value(named, value, sight, record.kind) for value in record.given),
        tuple(masked_value(named, value, sight, record.kind) for value in record.against),
        record.sharing,
        " ".join(one.text for one in texts) if texts and is_open else None,
    )
