"""Records of a source standardized anew from what is kept of them, and compared with what the store has.

Each record keeps the row it was made of. Files give rows of columns, which today's mapping reads again; callers of the
API give attributes. Pages of records go by; what differs goes into a spool, and of the rest nothing stays but hashes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from litso.domain.record import CUSTOM_PREFIX, fact_schema, mapped_schema
from litso.errors import BadUsage
from litso.sources.mapped import map_batch
from litso.sources.mapping import Mapping
from litso.sources.raw import LEFTOVER, RawBatch
from litso.store import records
from litso.store.database import Connection
from litso.usecases import online, registers
from litso.usecases.masking import DOT, Sight, is_masked, masked_value
from litso.usecases.spool import recipe_of, written_stream
from litso.usecases.staging import standard_facts, with_customs
from litso.usecases.standardizing import standardized
from litso.usecases.workers import Workers

PAGE: Final = 20_000
"""Records read at a time."""

_EXAMPLES: Final = 3
_NAMES: Final = frozenset({"full_name", "surname", "given_name", "patronymic"})
_IDENTITY: Final = ("source", "source_id", "updated_at")

RECORDS, FACTS = "records.arrow", "houses.arrow"
"""Files of a look: mapped records whose standard values differ, with `content_hash`; facts with their houses."""


@dataclass(slots=True)
class Look:
    """What standardizing a source anew gives. `attributes`: how many records have another value of which attribute.

    The arrays have a place a record: all that were read again have `ids`, the hash they had and the one they should
    have; `differ` tells which are in the spool. `unread`: records that today's mapping cannot read; `current`: those
    that were standardized with the editions, rules and mapping of today.
    """

    mapping: Mapping
    folder: Path
    attributes: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    unread: int = 0
    current: int = 0
    ids: list[NDArray[np.int64]] = field(default_factory=list)
    former: list[NDArray[np.int64]] = field(default_factory=list)
    hashes: list[NDArray[np.int64]] = field(default_factory=list)
    differ: list[NDArray[np.bool_]] = field(default_factory=list)

    @property
    def examined(self) -> int:
        return sum(map(len, self.ids)) + self.unread + self.current

    @property
    def changed(self) -> int:
        return sum(int(part.sum()) for part in self.differ)


class _Page(NamedTuple):
    """Records as the store has them, those rows of them that could be mapped again, and the hashes they should have."""

    stored: pa.Table
    rows: NDArray[np.int64]
    mapped: pa.Table
    facts: pa.Table
    hashes: NDArray[np.int64]


def look(
    connection: Connection, workers: Workers, mapping: Mapping, folder: Path, on_page: Callable[[int], None]
) -> Look:
    """Standardize the records of a source anew; `on_page` gets how many were read so far."""
    found = Look(mapping, folder)
    folder.mkdir(parents=True, exist_ok=True)
    with written_stream(folder / RECORDS) as write_records, written_stream(folder / FACTS) as write_facts:

        def pages() -> Iterator[tuple[_Page, pa.Table, Mapping]]:
            for page in _pages(connection, mapping, found):
                yield page, page.mapped, mapping

        for page, standard in standardized(workers, pages()):
            mask = _compared(found, page, with_customs(standard, mapping.customs))
            found.ids.append(page.stored["record_id"].to_numpy()[page.rows])
            found.former.append(page.stored["content_hash"].to_numpy()[page.rows])
            found.hashes.append(page.hashes)
            found.differ.append(mask)
            if mask.any():
                different = page.mapped.append_column("content_hash", pa.array(page.hashes)).filter(pa.array(mask))
                write_records(different)
            if page.facts.num_rows:
                write_facts(_houses(page, mapping))
            on_page(found.examined)
    return found


def _pages(connection: Connection, mapping: Mapping, found: Look) -> Iterator[_Page]:
    after = 0
    while True:
        with connection.transaction():
            stored = records.read_received(connection, mapping.source, customs=mapping.customs, after=after, most=PAGE)
        if not stored.num_rows:
            return
        after = stored["record_id"][-1].as_py()
        stale = _stale(stored, mapping)
        found.current += stored.num_rows - stale.num_rows
        page = _page(stale, mapping)
        found.unread += stale.num_rows - len(page.rows)
        if len(page.rows):
            yield page


def _stale(stored: pa.Table, mapping: Mapping) -> pa.Table:
    """Records whose hash is not that of today's recipe, and all that callers of the API gave, whose hash has none."""
    expected = records.content_hashes(stored["payload"].to_pylist(), recipe_of(mapping))
    return stored.filter(pa.array(stored["content_hash"].to_numpy() != expected))


# Rows as received, mapped again ----------------------------------------------------------------------------------


def _page(stored: pa.Table, mapping: Mapping) -> _Page:
    """Map the rows of a page by today's mapping; `line` of a mapped record is its place in the page meanwhile."""
    payloads = stored["payload"].to_pylist()
    hashes = stored["content_hash"].to_numpy()
    is_given = records.content_hashes(payloads, online.RECIPE) == hashes
    given = _given(stored, np.flatnonzero(is_given).tolist(), payloads, mapping)
    read, facts = _received(stored, np.flatnonzero(~is_given).tolist(), payloads, mapping)
    schema = mapped_schema(mapping.customs)
    mapped = pa.concat_tables([table.select(schema.names).cast(schema) for table in (given, *read)])
    rows = mapped["line"].to_numpy()
    recipe = recipe_of(mapping)
    expected = records.content_hashes([payloads[row] for row in rows.tolist()], recipe)
    return _Page(stored, rows, mapped, facts, np.where(is_given[rows], hashes[rows], expected))


def _given(stored: pa.Table, rows: Sequence[int], payloads: Sequence[str], mapping: Mapping) -> pa.Table:
    """Records that callers of the API gave."""
    found: list[dict[str, Any]] = []
    for row in rows:
        source_id = stored["source_id"][row].as_py()
        try:
            given = online.given_again(mapping.source, source_id, payloads[row])
            found.append(online.mapped_row(given, mapping) | {"line": row, "payload": payloads[row]})
        except BadUsage:  # an attribute that the source has no longer
            continue
    return pa.Table.from_pylist(found, mapped_schema(mapping.customs))


def _received(
    stored: pa.Table, rows: Sequence[int], payloads: Sequence[str], mapping: Mapping
) -> tuple[list[pa.Table], pa.Table]:
    """Records and facts of rows of files; rows with other columns are mapped apart, as in their files."""
    decode = msgspec.json.Decoder(dict[str, str]).decode
    by_columns: dict[tuple[str, ...], list[tuple[int, dict[str, str]]]] = {}
    for row in rows:
        values = {name: text for name, text in decode(payloads[row]).items() if not name.startswith(LEFTOVER)}
        by_columns.setdefault(tuple(values), []).append((row, values))
    tables, facts = [], [fact_schema().empty_table()]
    for columns, some in by_columns.items():
        texts = {name: pa.array([values[name] for _, values in some], pa.string()) for name in columns}
        lines = pa.array([row for row, _ in some], pa.int64())
        batch = map_batch(RawBatch(pa.table(texts or {"": pa.nulls(len(some), pa.string())}), lines, []), mapping)
        kept = _of_the_same_key(batch.records, stored, payloads)
        tables.append(kept)
        facts.append(batch.facts.filter(pa.compute.is_in(batch.facts["source_id"], kept["source_id"].combine_chunks())))
    return tables, pa.concat_tables(facts)


def _of_the_same_key(mapped: pa.Table, stored: pa.Table, payloads: Sequence[str]) -> pa.Table:
    """Mapped records that have the key under which the store has them, with their payload as it was received."""
    rows = mapped["line"].to_numpy()
    same = (
        mapped["source_id"].to_numpy(zero_copy_only=False) == stored["source_id"].to_numpy(zero_copy_only=False)[rows]
    )
    kept = mapped.filter(pa.array(same))
    texts = pa.array([payloads[row] for row in kept["line"].to_pylist()], pa.string())
    return kept.set_column(kept.schema.get_field_index("payload"), "payload", texts)


# What differs ------------------------------------------------------------------------------------------------------


def _compared(found: Look, page: _Page, standard: pa.Table) -> NDArray[np.bool_]:
    """Which of the records of a page have other standard values now; the differences are counted."""
    before = pl.DataFrame(page.stored.select(standard.column_names))[page.rows]
    after = pl.DataFrame(standard)
    mask = np.zeros(after.height, dtype=np.bool_)
    for name in after.columns:
        if name in _IDENTITY:
            continue
        former, now = _text(before[name]), _text(after[name])
        other = former.ne_missing(now).to_numpy()
        if other.any():
            mask |= other
            _note(found, name.removeprefix(CUSTOM_PREFIX), former, now, after["kind"], np.flatnonzero(other))
    return mask


def _text(values: pl.Series) -> pl.Series:
    """Values as texts; an empty list is none."""
    if isinstance(values.dtype, pl.List):
        joined = values.list.join("; ")
        return joined.set(joined == "", None)
    return values.cast(pl.String)


def _note(found: Look, name: str, before: pl.Series, after: pl.Series, kinds: pl.Series, rows: NDArray[Any]) -> None:
    found.attributes[name] += len(rows)
    shown = found.examples.setdefault(name, [])
    for row in rows[: _EXAMPLES - len(shown)].tolist():
        shown.append((_hidden(name, before[row], kinds[row]), _hidden(name, after[row], kinds[row])))


def _hidden(name: str, value: str | None, kind: str) -> str:
    """A value in an example: enough to see what changed, not whose it is."""
    if value is None or name == "problems" or name.startswith("qc_"):
        return value or ""
    if is_masked(name, Sight.MASKED, kind):
        return "; ".join(masked_value(name, one, Sight.MASKED, kind) for one in value.split("; "))
    if name in _NAMES:
        return " ".join(word[:1] + DOT * 3 for word in value.split())
    return "".join(DOT if sign.isdigit() else sign for sign in value)


# Houses of facts -----------------------------------------------------------------------------------------------------


def _houses(page: _Page, mapping: Mapping) -> pa.Table:
    """Facts of a page that have an address: `kind`, `fact_key`, `record_id`, and `house_key` and `flat` of now."""
    addressed = page.facts.filter(pa.compute.is_valid(page.facts["address"]))
    known = pl.DataFrame(page.stored.select(["source_id", "record_id"]))
    parsed = pl.DataFrame(standard_facts(addressed, mapping.territory, registers.folders_in_use()))
    owned = parsed.join(known, on="source_id", how="left", maintain_order="left")
    last = owned.unique(["kind", "fact_key"], keep="last", maintain_order=True)
    return last.select("kind", "fact_key", "record_id", "house_key", "flat").to_arrow()
