"""Rehearsal of a mapping: what files would give if they were loaded. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa

from litso.sources.mapped import MappedBatch
from litso.sources.mapping import Mapping
from litso.sources.profile import Profile
from litso.sources.quarantine import Rejected
from litso.sources.reading import open_files, read_files
from litso.usecases.standardizing import standardized
from litso.usecases.workers import BYTES_OF_A_RECORD, Workers

_SHOWN: Final = 5


class Rehearsal(NamedTuple):
    """What a load would bring.

    `rejected`: rows in quarantine by code, with the first few of them; `quality`: by attribute what is filled, how many
    values differ, and quality codes; `duplicates`: records equal to an earlier one in every standard value; `examples`:
    the first records before and after standardization; `unmapped`: columns that the mapping does not use.
    """

    source: str
    rows: int
    records: int
    repeated: int
    rejected: dict[str, int]
    first_rejected: list[Rejected]
    quality: dict[str, dict[str, Any]]
    problems: dict[str, int]
    duplicates: int
    facts: dict[str, int]
    unread: dict[str, int]
    examples: list[dict[str, dict[str, Any]]]
    unmapped: list[str]
    notices: list[str]


def rehearse(mapping: Mapping, paths: Sequence[Path], progress: Callable[[int, int], None] | None = None) -> Rehearsal:
    """Read, map and standardize files as a load would. Raises SourceUnusable for a file that cannot be read."""
    files = open_files(paths, mapping)
    size = sum(file.size for file in files)
    profile = Profile(mapping)
    first: list[Rejected] = []
    examples: list[dict[str, dict[str, Any]]] = []

    def records() -> Iterator[tuple[MappedBatch, pa.Table, Mapping]]:
        for batch in read_files(files, mapping, lambda done: progress(done, size) if progress else None):
            first.extend(batch.rejected[: _SHOWN - len(first)])
            yield batch, batch.records, mapping

    with Workers(size // BYTES_OF_A_RECORD) as workers:
        for batch, standard in standardized(workers, records()):
            profile.add(batch, standard)
            if not examples:
                examples = _examples(batch.records, standard)
    used = set(mapping.columns())
    return Rehearsal(
        source=mapping.source,
        rows=profile.rows,
        records=profile.records,
        repeated=profile.repeated,
        rejected=dict(profile.rejected),
        first_rejected=first,
        quality=profile.quality(),
        problems=dict(profile.problems.most_common(20)),
        duplicates=profile.duplicates,
        facts=dict(profile.facts),
        unread=dict(profile.unread),
        examples=examples,
        unmapped=[column for file in files[:1] for column in file.columns if column not in used],
        notices=[notice for file in files for notice in file.notices],
    )


def _examples(mapped: pa.Table, standard: pa.Table) -> list[dict[str, dict[str, Any]]]:
    """The first records before and after, without what is empty."""
    both = zip(mapped.slice(0, _SHOWN).to_pylist(), standard.slice(0, _SHOWN).to_pylist(), strict=True)
    return [{"given": _filled(before), "standard": _filled(after)} for before, after in both]


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    hidden = ("payload", "source", "line", "party")
    return {name: value for name, value in row.items() if value not in (None, []) and name not in hidden}
