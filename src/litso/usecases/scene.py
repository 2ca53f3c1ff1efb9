"""Scenes: the neighbourhood of some records, read from the store or from an output of `litso resolve`.

What explanations look at: all nodes of one kind that links above the threshold or must-links connect with the records
asked about, the pairs among them with their scores, and the judgements. The same for both planes, so that they explain
alike.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from litso.engine.duckdb import Engine
from litso.errors import NotFound, SourceUnusable
from litso.resolve.cluster import WHOLE, Evidenced, Pair, completed, components, inside_components
from litso.resolve.columns import Columns
from litso.resolve.evidence import compare
from litso.resolve.explain import Crowd, Explanation, explain
from litso.resolve.keys import rules_of
from litso.resolve.model import UNIT, Model, from_json, score
from litso.resolve.nodes import node_values, values_sql
from litso.store import judgements, nodes, records
from litso.store.database import Connection
from litso.store.judgements import Judgement
from litso.usecases.blocks import LARGEST, Blocks, Group, Hand, stored
from litso.usecases.increment import pairs_within, reached_nodes
from litso.usecases.masking import Sight, masked_values
from litso.usecases.reconciliation import current_model
from litso.usecases.resolution import Key, candidates, collapse, columns_of

Places = NDArray[np.int64]

_FILES: Final = ("crosswalk.parquet", "standard.parquet", "links.parquet", "model.json", "report.json")


@dataclass(frozen=True)
class Member:
    """A node of a scene: its records, the party they belong to, and what evidence reads of them."""

    keys: tuple[Key, ...]
    party_id: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Scene:
    """Nodes `0…` of one kind, in the order that breaks ties.

    home: number of the component of each node. scores: pairs inside components (all of them in components of up to
    WHOLE nodes, candidates in larger ones), in hundredths of a bit as `threshold`. must, vetoes: judged pairs with
    their entries, the latest first. rows: the row of each node in `columns`; crowd: sizes of blocks, where `columns`
    are not all nodes there are.
    """

    model: Model
    kind: str
    threshold: int
    members: tuple[Member, ...]
    home: Places
    scores: Mapping[Pair, int]
    must: Mapping[Pair, Judgement]
    vetoes: Mapping[Pair, Judgement]
    columns: Columns
    rows: Places
    crowd: Crowd | None

    def node_of(self, key: Key) -> int | None:
        """The node of a record, if it is of this kind."""
        return next((node for node, member in enumerate(self.members) if key in member.keys), None)

    def component(self, node: int) -> list[int]:
        """The nodes of the component of a node, ascending."""
        found: list[int] = np.flatnonzero(self.home == self.home[node]).tolist()
        return found

    def inside(self, chosen: Sequence[int]) -> dict[Pair, int]:
        """Scored pairs among some nodes."""
        among = set(chosen)
        return {pair: score for pair, score in self.scores.items() if pair[0] in among and pair[1] in among}

    def masked(self, sight: Sight) -> Scene:
        """The scene with values as this sight shows them."""
        shown = (replace(one, values=masked_values(one.values, sight, self.kind)) for one in self.members)
        return replace(self, members=tuple(shown))

    def explained(self, left: int, right: int) -> Explanation:
        """The evidence of a pair of nodes and the keys that do or do not bring it together."""
        shown = (self.members[left].values, self.members[right].values)
        places = (int(self.rows[left]), int(self.rows[right]))
        return explain(self.model, self.kind, self.columns, *places, shown, self.crowd)


def _scene(
    model: Model,
    kind: str,
    threshold: int,
    members: Sequence[Member],
    known: Evidenced,
    judged: Mapping[str, Mapping[Pair, Judgement]],
    columns: Columns,
    rows: Places,
    crowd: Crowd | None,
) -> Scene:
    """Put a scene together; `known` are candidates among its nodes, all that score above the threshold at least."""
    strong = known.scores > threshold
    ends = np.array(list(judged["same"]), dtype=np.int64).reshape(-1, 2)
    left, right = (np.concatenate([side[strong], ends[:, place]]) for place, side in enumerate(known[:2]))
    home = components(len(members), left, right)
    whole = completed(home, inside_components(known, home), _scorer(model, kind, columns, rows))
    pairs = zip(whole.left.tolist(), whole.right.tolist(), strict=True)
    scores = dict(zip(pairs, whole.scores.tolist(), strict=True))
    return Scene(
        model, kind, threshold, tuple(members), home, scores, judged["same"], judged["different"], columns, rows, crowd
    )


def _scorer(model: Model, kind: str, columns: Columns, rows: Places) -> Any:
    def score_more(left: Places, right: Places) -> NDArray[np.int32]:
        levels = compare(columns, rows[left], rows[right], model.claims(kind), model.frequencies)
        return score(model, kind, levels)

    return score_more


# The store ------------------------------------------------------------------------------------------------------


def scenes_of_store(connection: Connection, keys: Sequence[Key]) -> list[Scene]:
    """The scenes of live records of the store, one a kind; NotFound when one of them is not there."""
    found = {(row.source, row.source_id): row.node_id for row in records.find_many(connection, keys)}
    for key in keys:
        if found.get(key) is None:
            raise NotFound(f"there is no record {key[1]!r} in the source {key[0]!r}")
    return scenes_of_nodes(connection, {node for node in found.values() if node is not None})


def scenes_of_nodes(connection: Connection, node_ids: set[int]) -> list[Scene]:
    """The scenes of nodes of the store, one a kind."""
    model, _ = current_model(connection)
    reached = reached_nodes(connection, model, node_ids).nodes
    hand = Hand(connection, model)
    return [_scene_of_group(hand, group) for group in hand.groups(reached)]


def _scene_of_group(hand: Hand, group: Group) -> Scene:
    connection, model = hand.connection, hand.model
    places = group.places()
    everyone = np.arange(len(group.ids), dtype=np.int64)
    scorer = _scorer(model, group.kind, group.columns, everyone)
    members = _members_of_group(connection, group)
    judged = _judged(connection, {key: node for node, member in enumerate(members) for key in member.keys})
    known = _smaller_first(pairs_within(hand, group, places, scorer, list(judged["same"])))
    crowd = _crowd(connection, group.kind)
    bar = round(model.threshold * UNIT)
    return _scene(model, group.kind, bar, members, known, judged, group.columns, everyone, crowd)


def _smaller_first(known: Evidenced) -> Evidenced:
    return Evidenced(np.minimum(known.left, known.right), np.maximum(known.left, known.right), known.scores)


def _members_of_group(connection: Connection, group: Group) -> list[Member]:
    ids = group.ids.tolist()
    keys: dict[int, list[Key]] = defaultdict(list)
    for row in records.belongings(connection, ids):
        keys[row.node_id].append((row.source, row.source_id))
    parties = nodes.parties_of(connection, ids)
    values = records.representatives(connection, ids)
    return [Member(tuple(sorted(keys[one])), parties[one], node_values(values[one][1])) for one in ids]


def _judged(connection: Connection, node_of: Mapping[Key, int]) -> dict[str, dict[Pair, Judgement]]:
    """Active judgements among the nodes, the latest first, by verdict."""
    judged: dict[str, dict[Pair, Judgement]] = {"same": {}, "different": {}, "unsure": {}}
    for entry in reversed(judgements.active_of(connection, sorted(node_of))):
        left = node_of.get((entry.left_source, entry.left_id))
        right = node_of.get((entry.right_source, entry.right_id))
        if left is not None and right is not None and left != right:
            judged[entry.verdict].setdefault((min(left, right), max(left, right)), entry)
    return judged


def _crowd(connection: Connection, kind: str) -> Crowd:
    """Sizes of blocks of the store, up to one more than counts."""

    def size(level: int, key: int) -> int:
        kept = int(stored(kind, np.array([key], np.int64))[0])
        if level == 0:
            return nodes.sizes(connection, [kept], LARGEST + 1).get(kept, 0)
        return Blocks(connection).of([kept], level)[kept].size

    return size


# An output folder -----------------------------------------------------------------------------------------------


@contextmanager
def opened_output(output: Path) -> Iterator[Engine]:
    """An engine with the records of an output folder collapsed into nodes, and the tables `belongs` and `edge`."""
    for name in _FILES:
        if not (output / name).is_file():
            raise SourceUnusable(f"{output}: there is no {name}, this is no output of `litso resolve`")
    with Engine() as engine:
        engine.run(f"create table standard as from {_parquet(output, 'standard')}")
        collapse(engine, "standard", ())
        engine.run(f"""
            create table belongs as
            select r.source, r.source_id, r.node, p.party_id
            from record_node r join {_parquet(output, "crosswalk")} p using (source, source_id)
        """)  # noqa: S608
        engine.run(f"""
            create table edge as
            select least(a.node, b.node) as node_a, greatest(a.node, b.node) as node_b, l.weight
            from {_parquet(output, "links")} l
            join record_node a on a.source = l.left_source and a.source_id = l.left_id
            join record_node b on b.source = l.right_source and b.source_id = l.right_id
        """)  # noqa: S608
        yield engine


def _parquet(output: Path, name: str) -> str:
    path = str(output / f"{name}.parquet").replace("'", "''")
    return f"read_parquet('{path}')"


def scenes_of_output(engine: Engine, output: Path, keys: Sequence[Key]) -> list[Scene]:
    """The scenes of records of an output folder, one a kind; NotFound when one of them is not there."""
    model = from_json((output / "model.json").read_text(encoding="utf-8"), "model.json")
    report = json.loads((output / "report.json").read_text(encoding="utf-8"))
    bar = round(report["threshold"] * UNIT)
    seeds = {_node(engine, key) for key in keys}
    reached = _reached(engine, seeds, (bar + 0.5) / UNIT)
    kinds = [row[0] for row in engine.rows(f"select distinct kind from node where rowid in ({_listed(reached)})")]  # noqa: S608
    return [_scene_of_output(engine, model, kind, bar, reached) for kind in sorted(kinds)]


def _node(engine: Engine, key: Key) -> int:
    rows = engine.rows("select node from belongs where source = ? and source_id = ?", *key)
    if not rows:
        raise NotFound(f"there is no record {key[0]}:{key[1]} in this output")
    return int(rows[0][0])


def _listed(numbers: set[int]) -> str:
    return ", ".join(str(int(number)) for number in sorted(numbers))


def _reached(engine: Engine, seeds: set[int], weight: float) -> set[int]:
    """The nodes of the components of some nodes."""
    reached, fresh = set(seeds), set(seeds)
    while fresh:
        rows = engine.rows(
            f"select node_a, node_b from edge where weight > ?"  # noqa: S608
            f" and (node_a in ({_listed(fresh)}) or node_b in ({_listed(fresh)}))",
            weight,
        )
        fresh = {int(node) for row in rows for node in row} - reached
        reached |= fresh
    return reached


def _scene_of_output(engine: Engine, model: Model, kind: str, bar: int, reached: set[int]) -> Scene:
    first, columns = columns_of(engine, "standard", kind)
    wanted = _listed(reached)
    rows = engine.rows(
        f"select node, list((source, source_id) order by source, source_id), any_value(party_id) from belongs"  # noqa: S608
        f" where node in (select rowid from node where kind = ? and rowid in ({wanted})) group by node order by node",
        kind,
    )
    places = np.array([row[0] for row in rows], dtype=np.int64)
    values = _values(engine, places)
    members = [
        Member(tuple((key[0], key[1]) for key in keys), party, shown)
        for (_, keys, party), shown in zip(rows, values, strict=True)
    ]
    judged: dict[str, dict[Pair, Judgement]] = {"same": {}, "different": {}}
    known = _known(engine, model, kind, columns, first, places, bar)
    return _scene(model, kind, bar, members, known, judged, columns, places - first, None)


def _known(
    engine: Engine, model: Model, kind: str, columns: Columns, first: int, places: Places, bar: int
) -> Evidenced:
    """Candidates among the nodes; links alone where every component is small, as all its pairs are scored anyway."""
    listed = ", ".join(map(str, places.tolist()))
    edges = engine.table(
        f"select node_a, node_b, weight from edge where node_a in ({listed}) and node_b in ({listed})"  # noqa: S608
    )
    left, right = (np.searchsorted(places, edges[name].to_numpy()) for name in ("node_a", "node_b"))
    scores = np.rint(edges["weight"].to_numpy() * UNIT).astype(np.int32)
    strong = scores > bar
    sizes = np.bincount(components(len(places), left[strong], right[strong]), minlength=1)
    if sizes.max() <= WHOLE:
        return Evidenced(left, right, scores)
    one, two, *_ = candidates(rules_of(kind, model.customs), columns)
    inside = np.isin(one + first, places) & np.isin(two + first, places)
    left, right = (np.searchsorted(places, side[inside] + first) for side in (one, two))
    return Evidenced(left, right, _scorer(model, kind, columns, places - first)(left, right))


def _values(engine: Engine, places: Places) -> list[dict[str, Any]]:
    """Values of nodes, in their order."""
    shown = values_sql(engine.columns("standard"))
    listed = ", ".join(map(str, places.tolist()))
    table: pa.Table = engine.table(f"""
        select {shown}
        from (select s.*, n.rowid as number from standard s join node n on n.place = s.rowid)
        where number in ({listed}) order by number
    """)  # noqa: S608
    found: list[dict[str, Any]] = table.to_pylist()
    return found
