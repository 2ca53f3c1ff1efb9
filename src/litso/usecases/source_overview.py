"""What the page of sources shows: sources, their last loads, quarantine and data quality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from litso.store import loads, quarantine, sources
from litso.store.database import Connection
from litso.store.loads import Load
from litso.store.sources import Source
from litso.usecases.access import Actor, demand

_RECENT: Final = 20
_NAME: Final = "name"
_FULL_NAME: Final = "full_name"


class QualityRow(NamedTuple):
    """How an attribute was filled in a load. `codes` are (quality code, number), the surest first."""

    attribute: str
    rows: int
    filled: int
    distinct: int | None
    codes: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """A source at a glance. `sure` is the share of its values with quality code 0, None without any."""

    source: Source
    last: Load | None
    quarantined: int
    sure: float | None


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """All sources, loads that wait for a human, and the latest loads."""

    overviews: tuple[Overview, ...]
    held: tuple[Load, ...]
    loads: tuple[Load, ...]


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One source: quality of its last published load, open quarantine by code, its loads."""

    source: Source
    quality: tuple[QualityRow, ...]
    codes: tuple[tuple[str, int], ...]
    loads: tuple[Load, ...]


def read_sources(connection: Connection, actor: Actor) -> SourcesPage:
    """Every source with its last load."""
    demand(actor, "read_sources")
    recent = loads.recent(connection, limit=200)
    counts: dict[str, int] = {}
    for source, _, count in quarantine.counts(connection):
        counts[source] = counts.get(source, 0) + count
    overviews = [_overview(connection, source, counts.get(source.name, 0)) for source in sources.list_all(connection)]
    held = tuple(load for load in recent if load.status == "held")
    return SourcesPage(tuple(overviews), held, tuple(recent[:_RECENT]))


def _overview(connection: Connection, source: Source, quarantined: int) -> Overview:
    latest = loads.recent(connection, source=source.name, limit=_RECENT)
    judged = next((load for load in latest if load.quality), None)
    return Overview(source, latest[0] if latest else None, quarantined, _sure(judged))


def _sure(load: Load | None) -> float | None:
    codes = [code for row in quality_rows(load) for code in row.codes] if load else []
    total = sum(count for _, count in codes)
    return sum(count for qc, count in codes if qc == 0) / total if total else None


def read_source(connection: Connection, actor: Actor, name: str) -> SourcePage:
    """One source by name; NotFound when it is not registered."""
    demand(actor, "read_sources")
    source = sources.get(connection, name)
    latest = loads.recent(connection, source=name, limit=_RECENT)
    judged = next((load for load in latest if load.quality), None)
    codes = tuple((code, count) for _, code, count in quarantine.counts(connection, name))
    return SourcePage(source, quality_rows(judged) if judged else (), codes, tuple(latest))


def quality_rows(load: Load) -> tuple[QualityRow, ...]:
    """Rows of the quality table of a load. The codes of names stand with the full name where there is one."""
    rows = load.rows_in - load.rows_quarantined
    entries = {name: dict(entry) for name, entry in load.quality.items()}
    if _NAME in entries and _FULL_NAME in entries:
        entries[_FULL_NAME]["qc"] = entries.pop(_NAME).get("qc")
    return tuple(_quality_row(name, entries[name], rows) for name in sorted(entries))


def _quality_row(name: str, entry: dict[str, Any], rows: int) -> QualityRow:
    codes = sorted((int(qc), count) for qc, count in (entry.get("qc") or {}).items())
    filled = entry.get("filled", sum(count for _, count in codes))
    return QualityRow(name, rows, filled, entry.get("distinct"), tuple(codes))
