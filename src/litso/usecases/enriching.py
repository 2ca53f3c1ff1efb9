"""Enrichment: what a register or a service tells of companies becomes a source of its own, which fills gaps.

Rows are loaded like those of any source: with provenance, survivorship, quarantine, history and erasure. A row holds
only what the records of other sources lack, and all that was told beside it, as received.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from litso.enrich.company import Company
from litso.enrich.gaps import Statement, mapping_of, statement
from litso.enrich.port import Enricher
from litso.errors import Misconfigured, SourceUnusable, Transient
from litso.settings import Settings
from litso.store import enrichment, records
from litso.store.database import Store
from litso.usecases import registers
from litso.usecases.lists import find_company
from litso.usecases.loading import DELTA, Request, load_files, register_source

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, of)."""

_KNOWN: Final = ("ogrn", "kpp", "full_name", "address", "phones", "emails")
_AT_ONCE: Final = 500
_WAIT_DAYS: Final = 30


class LoadedRegister:
    """The register of companies that is loaded here."""

    name = registers.COMPANIES
    title = "ЕГРЮЛ"

    def __init__(self) -> None:
        if registers.edition_of(registers.COMPANIES) is None:
            raise Misconfigured("no register of companies is loaded: litso reference load egrul FILE")

    def find(self, inn: str) -> Company | None:
        """See `enrich.port.Enricher`."""
        return find_company(inn)


class Enriched(NamedTuple):
    """What became of companies: asked about, unknown to the enricher, told of, with a gap filled (by attribute), with
    another value than a source has (by attribute); the status of the last load; why it stopped early, if it did."""

    source: str
    asked: int
    unknown: int
    told: int
    filled: dict[str, int]
    differs: dict[str, int]
    status: str
    stopped: str | None


def enrich_companies(
    store: Store,
    settings: Settings,
    enricher: Enricher,
    *,
    limit: int | None = None,
    older_than_days: int = _WAIT_DAYS,
    started_by: str = "cli",
    progress: Progress = lambda stage, done, of: None,
) -> Enriched:
    """Ask about organizations with an ИНН of which the enricher told nothing for so many days, at most `limit`.

    What was told before a fault is loaded; the fault is in `stopped`.
    """
    register_source(store, mapping_of(enricher.name, enricher.title), enricher.name)
    with store.transaction() as connection:
        since = datetime.now(UTC) - timedelta(days=older_than_days)
        waiting = enrichment.waiting(connection, enricher.name, since=since, limit=limit)
    total = Enriched(enricher.name, 0, 0, 0, {}, {}, "nothing", None)
    for first in range(0, len(waiting), _AT_ONCE):
        batch, stopped = _ask(enricher, [inn for inn, _ in waiting[first : first + _AT_ONCE]])
        parties = dict(waiting[first : first + _AT_ONCE])
        told = {inn: company for inn, company in batch.items() if company is not None}
        made = {inn: _statement(store, enricher.name, parties[inn], company) for inn, company in told.items()}
        status = _load(store, settings, enricher.name, list(made.values()), started_by) if made else total.status
        total = total._replace(
            asked=total.asked + len(batch),
            unknown=total.unknown + len(batch) - len(told),
            told=total.told + len(told),
            filled=_counted(total.filled, (name for one in made.values() for name in one.filled)),
            differs=_counted(total.differs, (name for one in made.values() for name in one.differs)),
            status=status,
            stopped=stopped,
        )
        progress("companies", total.asked, len(waiting))
        if stopped:
            break
    return total


def _ask(enricher: Enricher, numbers: list[str]) -> tuple[dict[str, Company | None], str | None]:
    """What the enricher tells, and why it stopped telling."""
    told: dict[str, Company | None] = {}
    for inn in numbers:
        try:
            told[inn] = enricher.find(inn)
        except (Transient, SourceUnusable) as error:
            return told, str(error)
    return told, None


def _statement(store: Store, source: str, party_id: str, company: Company) -> Statement:
    """What the company's party lacks. Values of the same source count for nothing."""
    with store.transaction() as connection:
        members = [one for one in records.of_party(connection, party_id) if one.source != source]
    known: dict[str, set[str]] = {name: set() for name in _KNOWN}
    for member in members:
        for name in _KNOWN:
            value = member.standard.get(name)
            known[name].update(value if isinstance(value, list) else filter(None, [value]))
    return statement(company, known)


def _counted(before: dict[str, int], names: Iterator[str]) -> dict[str, int]:
    found = dict(before)
    for name in names:
        found[name] = found.get(name, 0) + 1
    return found


def _load(store: Store, settings: Settings, source: str, told: list[Statement], started_by: str) -> str:
    """Load the rows as a delta of the source."""
    folder = settings.home / "enrich"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{source}.jsonl"
    lines = (json.dumps(one.row, ensure_ascii=False) for one in told)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    try:
        (outcome,) = load_files(store, settings, [Request(source, (path,), DELTA)], started_by=started_by)
    finally:
        path.unlink(missing_ok=True)
    return outcome.status
