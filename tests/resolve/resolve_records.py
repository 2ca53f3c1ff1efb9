"""Small standard records for the tests of resolution."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from litso.domain.record import CUSTOM_PREFIX, standard_schema
from litso.engine.duckdb import Engine
from litso.resolve.columns import Columns
from litso.resolve.model import Model, shipped
from litso.resolve.nodes import fingerprint, node_schema, node_values
from litso.usecases.resolution import Judgement, resolve_standard

Partition = frozenset[frozenset[tuple[str, str]]]


def record(source_id: str, name: str = "", **values: Any) -> dict[str, Any]:
    """A standard record of a person; `name` is «Фамилия Имя Отчество», «-» where a part is missing."""
    parts = dict(zip(("surname", "given_name", "patronymic"), name.split(), strict=False))
    named = {part: None if word == "-" else word for part, word in parts.items()}
    base: dict[str, Any] = {"source": "s", "source_id": source_id, "kind": "person", **named, **values}
    if isinstance(base.get("birth_date"), str):
        base["birth_date"] = date.fromisoformat(base["birth_date"])
    for name_ in ("phones", "emails", "accounts"):
        base.setdefault(name_, [])
    return base


def table(records: Iterable[Mapping[str, Any]], customs: tuple[str, ...] = ()) -> pa.Table:
    """Records as a table of standard records."""
    return pa.Table.from_pylist(list(records), schema=standard_schema(customs))


def node_table(records: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Nodes of a few standard records, one row a record, repeats kept."""
    valued = [(node_values(one), (one["source"], one["source_id"])) for one in records]
    rows = [{"fingerprint": fingerprint(values, key), **values} for values, key in valued]
    customs = sorted({name for row in rows for name in row if name.startswith(CUSTOM_PREFIX)})
    return pa.Table.from_pylist(rows, schema=node_schema(tuple(name.removeprefix(CUSTOM_PREFIX) for name in customs)))


def columns(*records: Mapping[str, Any]) -> Columns:
    """Records as columns of nodes, a node each."""
    return Columns.of_table(node_table(records))


def parties(
    records: Sequence[Mapping[str, Any]],
    *,
    judgements: Sequence[Judgement] = (),
    model: Model | None = None,
    threads: int = 2,
    customs: tuple[str, ...] = (),
) -> Partition:
    """The partition of source keys that resolution in bulk finds."""
    with Engine(threads=threads) as engine:
        engine.append("standard", [table(records, customs)])
        resolve_standard(engine, "standard", model or shipped("ru"), judgements=judgements)
        rows = engine.rows("select source, source_id, cluster from record_node join cluster using (node)")
    groups: dict[int, set[tuple[str, str]]] = {}
    for source, source_id, cluster in rows:
        groups.setdefault(cluster, set()).add((source, source_id))
    return frozenset(frozenset(group) for group in groups.values())


def ids(partition: Partition) -> set[frozenset[str]]:
    """A partition by source ids alone."""
    return {frozenset(source_id for _, source_id in group) for group in partition}
