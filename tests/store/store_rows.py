"""Standard records for the tests of the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from litso.domain.record import STANDARD_LISTS, standard_schema
from litso.store import loads, sources
from litso.store.database import Connection


def register(connection: Connection, *names: str) -> None:
    for name in names or ("billing",):
        sources.register(connection, name=name, title=name, party="person", priority=1, mapping=f"source: {name}")


def started(connection: Connection, source: str = "billing", mode: str = "full") -> int:
    register(connection, source)
    return loads.start(connection, source=source, mode=mode)


def record(source_id: str, **values: Any) -> dict[str, Any]:
    empty = dict.fromkeys(standard_schema().names)
    lists: dict[str, list[str]] = {name: [] for name in (*STANDARD_LISTS, "problems")}
    return {**empty, **lists, "source": "billing", "source_id": source_id, "kind": "person", **values}


def table(rows: Sequence[dict[str, Any]], customs: tuple[str, ...] = ()) -> pa.Table:
    """Rows as `write_new` takes them; they may have record_id, node_id, content_hash and payload."""
    extra = [("record_id", pa.int64()), ("node_id", pa.int64()), ("content_hash", pa.int64()), ("payload", pa.string())]
    schema = pa.schema([*standard_schema(customs), *(pa.field(name, kind) for name, kind in extra)])
    defaults = {"content_hash": 0, "payload": "{}"}
    return pa.Table.from_pylist([{**defaults, **row} for row in rows], schema=schema)


def keys(hashes: dict[str, int]) -> pa.Table:
    return pa.table({"source_id": list(hashes), "content_hash": np.array(list(hashes.values()), dtype=np.int64)})
