"""Why two records of a resolve output are, or are not, one party."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa

from litso.engine.duckdb import Engine
from litso.errors import NotFound, SourceUnusable
from litso.resolve.explain import Explanation, explain
from litso.resolve.model import from_json
from litso.resolve.nodes import values_sql
from litso.usecases.resolution import Key, collapse, columns_of

_FILES: Final = ("crosswalk.parquet", "standard.parquet", "model.json")


class Answer(NamedTuple):
    """Two records, their parties, and why.

    reason: `compared`, and there is an explanation; `equal`, the records say the same and collapsed into one node;
    `kinds`, one is a person and the other an organization.
    """

    left: Key
    right: Key
    left_party: str
    right_party: str
    reason: str
    explanation: Explanation | None

    @property
    def is_one_party(self) -> bool:
        """Whether the two records belong to one party."""
        return self.left_party == self.right_party


def explain_output(output: Path, left: Key, right: Key) -> Answer:
    """Explain two records, named by (source, source_id), of the output folder of `litso resolve`."""
    for name in _FILES:
        if not (output / name).is_file():
            raise SourceUnusable(f"{output}: there is no {name}, this is no output of `litso resolve`")
    model = from_json((output / "model.json").read_text(encoding="utf-8"), "model.json")
    with Engine() as engine:
        standard = str(output / "standard.parquet").replace("'", "''")
        engine.run(f"create table standard as from read_parquet('{standard}')")
        collapse(engine, "standard", ())
        nodes = [_node(engine, key) for key in (left, right)]
        parties = [_party(engine, output, key) for key in (left, right)]
        shown = [_values(engine, node) for node in nodes]
        if nodes[0] == nodes[1]:
            return Answer(left, right, parties[0], parties[1], "equal", None)
        if shown[0]["kind"] != shown[1]["kind"]:
            return Answer(left, right, parties[0], parties[1], "kinds", None)
        kind = shown[0]["kind"]
        first, columns = columns_of(engine, "standard", kind)
        found = explain(model, kind, columns, nodes[0] - first, nodes[1] - first, (shown[0], shown[1]))
    return Answer(left, right, parties[0], parties[1], "compared", found)


def _node(engine: Engine, key: Key) -> int:
    rows = engine.rows("select node from record_node where source = ? and source_id = ?", *key)
    if not rows:
        raise NotFound(f"there is no record {key[0]}:{key[1]} in this output")
    return int(rows[0][0])


def _party(engine: Engine, output: Path, key: Key) -> str:
    file = str(output / "crosswalk.parquet")
    rows = engine.rows("select party_id from read_parquet(?) where source = ? and source_id = ?", file, *key)
    return str(rows[0][0])


def _values(engine: Engine, node: int) -> dict[str, Any]:
    values = values_sql(engine.columns("standard"))
    place = engine.rows("select place from node where rowid = ?", node)[0][0]
    table: pa.Table = engine.table(f"select {values} from standard where rowid = {place:d}")  # noqa: S608
    return dict(table.to_pylist()[0])
