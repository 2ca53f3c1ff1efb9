"""Loop protection: a value that we wrote into a source and that a load brings is nothing that the source has said.

Before rows of a load are mapped, a column that has our value gets back what the record said before us. So the row is
as it was: not changed, no evidence, no newer value, no event. When only the time of its change differs then, the source
changed it because of us alone, and that goes back too. What the source writes over our value is its own again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import pyarrow as pa

from litso.domain.returning import is_same
from litso.sources.mapped import source_ids
from litso.sources.mapping import Mapping as SourceMapping
from litso.sources.raw import RawBatch, match_columns
from litso.store import writebacks
from litso.store.database import Connection
from litso.store.writebacks import CHANGED, HANDED, REPLACED, RESTORED, STANDING, UNDONE, Live

_Cells = dict[str, str | None]
_STANDING: Final = (STANDING, HANDED)

_OURS, _FORMER, _OWN = "ours", "former", "own"
"""Whose a cell is: it has our value, the one from before us, or another one of the source's own."""


class Returned:
    """What of a load is ours: rows go through `as_said`, and `tell` writes down what was seen."""

    def __init__(self, mapping: SourceMapping, live: Sequence[Live]) -> None:
        self._mapping = mapping
        self._live: dict[str, dict[str, list[Live]]] = {}
        for one in live:
            self._live.setdefault(one.source_id, {}).setdefault(one.column_name, []).append(one)
        self._came: set[int] = set()
        self._ended: dict[str, set[int]] = {}

    def as_said(self, raw: RawBatch) -> RawBatch:
        """The batch as the source itself would have said it."""
        if not self._live:
            return raw
        keys = source_ids(raw.rows, self._mapping).to_list()
        places = [(place, key) for place, key in enumerate(keys) if key in self._live]
        if not places:
            return raw
        columns = {name: raw.rows[name].to_pylist() for name in raw.rows.column_names}
        for place, key in places:
            row = {name: cells[place] for name, cells in columns.items()}
            for name, cell in self.said(key, row).items():
                columns[name][place] = cell
        arrays = {name: pa.array(cells, pa.string()) for name, cells in columns.items()}
        return RawBatch(pa.table(arrays), raw.lines, raw.rejected, raw.position)

    def said(self, source_id: str, row: Mapping[str, str | None]) -> _Cells:
        """Cells of a row that are ours, as the record had them before."""
        of_record = self._live[source_id]
        present = match_columns(list(of_record), list(row))
        seen = {column: self._judged(of_record[column], row[name]) for column, name in present.items()}
        said: _Cells = {present[column]: of_record[column][0].former for column in seen if seen[column] == _OURS}
        payload = next(iter(of_record.values()))[0].payload
        if payload is None or _OWN in seen.values():
            return said
        return said | self._time({**row, **said}, payload)

    def tell(self, connection: Connection) -> None:
        """Write down which values came back, and which are ours no more."""
        if self._came:
            writebacks.mark_returned(connection, self._came)
        for why, ended in self._ended.items():
            writebacks.end(connection, ended, why)

    def _judged(self, found: Sequence[Live], cell: str | None) -> str:
        """Whose a cell is; notes what it tells of all values that we wrote there, oldest first."""
        met = next((one for one in reversed(found) if is_same(cell, one.value)), None)
        standing = [one for one in found if one.state in _STANDING]
        if met is not None and not (met.state == UNDONE and met.is_returned):
            self._came.update({met.written_id} if met.state in _STANDING else ())
            self._end(REPLACED, [one for one in standing if met.state in _STANDING and one.written_id < met.written_id])
            return _OURS
        if met is not None or not is_same(cell, found[0].former):
            self._end(CHANGED, found)
            return _OWN
        if standing and standing[-1].is_returned:
            self._end(RESTORED, found)
            return _OWN
        self._came.update(one.written_id for one in found if one.state == UNDONE and not standing)
        return _FORMER  # it was read before we wrote, or after we took it back

    def _end(self, why: str, found: Sequence[Live]) -> None:
        self._ended.setdefault(why, set()).update(one.written_id for one in found)

    def _time(self, row: Mapping[str, str | None], payload: str) -> _Cells:
        """The time of the row's change as it was before us, when nothing else in the row is new."""
        if self._mapping.updated_at is None:
            return {}
        name = match_columns([self._mapping.updated_at], list(row)).get(self._mapping.updated_at)
        before = msgspec.json.decode(payload, type=dict[str, str])
        now = {column: cell for column, cell in row.items() if cell is not None}
        if name is None or {**now, name: ""} != {**before, name: ""}:
            return {}
        return {name: before.get(name)}


def returned_to(connection: Connection, mapping: SourceMapping) -> Returned:
    """What is ours in a source, before a load of it is read."""
    return Returned(mapping, writebacks.live(connection, mapping.source))
