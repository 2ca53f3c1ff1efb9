"""Resolution beyond one machine: the plan of `resolution`, with Spark joining and the same functions on executors.

Every stage is a table of the cluster: `standard` → `node`, `record_node` → `keyed_L`, `blocked_L` by level of the rules
→ `scored` → `edge_R` by round → `cluster`. Stages that need rows together get them by buckets of about `bucket_rows`
rows: whatever the number of buckets, partitions and executors, the result is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from litso.domain.record import PERSON
from litso.engine.spark import Cluster, grouped, mapped, quoted
from litso.resolve import evidence, training
from litso.resolve.columns import NAME_PARTS
from litso.resolve.model import UNIT, Model
from litso.usecases import spark_work as work
from litso.usecases.resolution import Hub, Split, Stopwatch

BUCKET_ROWS: Final = 200_000
"""Rows that an executor works on at once where it needs them together."""


class Crowds(NamedTuple):
    """(kind, hub that links no longer) and (kind, blocks that were split)."""

    hubs: tuple[tuple[str, Hub], ...]
    splits: tuple[tuple[str, Split], ...]


@dataclass(frozen=True)
class SparkResolution:
    """What resolution found. In the cluster it leaves `record_node` (source, source_id, node), `scored` (pairs) and
    `cluster` (node, cluster) of nodes that are not alone; `cluster` is the number of the cluster's first node.
    """

    model: Model
    threshold: float
    nodes: int
    pairs: int
    crowds: Crowds


def resolve_on_spark(
    cluster: Cluster,
    model: Model,
    *,
    threshold: float | None = None,
    train: bool = False,
    bucket_rows: int = BUCKET_ROWS,
    stopwatch: Stopwatch | None = None,
) -> SparkResolution:
    """Resolve the table `standard` of the cluster (`spark_work.fingerprinted_schema`); as `resolve_standard`."""
    watch = stopwatch or Stopwatch()
    bar = model.threshold if threshold is None else threshold
    plan = _Plan(cluster, bucket_rows)
    with watch.stage("collapse"):
        nodes = plan.collapse(work.custom_names(model))
    with watch.stage("pairs"):
        crowds = plan.block(work.all_rules(model))
        plan.weigh(work.custom_names(model))
    with watch.stage("evidence"):
        if train:
            model = plan.with_frequencies(model)
        pairs = plan.compare(model)
    if train:
        with watch.stage("weights"):
            model = plan.train(model)
    with watch.stage("clusters"):
        plan.connect(round(bar * UNIT))
        plan.settle(model, round(bar * UNIT))
    return SparkResolution(model, bar, nodes, pairs, crowds)


class _Plan:
    """The stages over the tables of one cluster."""

    def __init__(self, cluster: Cluster, bucket_rows: int) -> None:
        self._cluster = cluster
        self._bucket_rows = bucket_rows

    def _buckets(self, rows: int) -> int:
        return rows // self._bucket_rows + 1

    def collapse(self, customs: tuple[str, ...]) -> int:
        """Make `collapsed`, `record_node` and `node`; gives the number of nodes."""
        cluster = self._cluster
        buckets = min(self._buckets(cluster.count("standard")), 1 << work.PREFIX_BITS)
        records = cluster.sql("select * from standard where fingerprint is not null")
        job = partial(work.collapsed, buckets=buckets, customs=customs)
        bucket = f"shiftright(prefix * {buckets}L, {work.PREFIX_BITS})"
        cluster.make("collapsed", grouped(records, bucket, job, work.collapsed_schema(customs)))
        cluster.view("record_node", cluster.sql("select source, source_id, node from collapsed"))
        cluster.view("node", cluster.sql("select * from collapsed where is_first"))
        return int(cluster.rows("select count(*) as nodes from node")[0]["nodes"])

    # Candidates -------------------------------------------------------------------------------------------------------

    def block(self, rules: work.Rules) -> Crowds:
        """Make `pair` of all pairs that share a linking key; gives what too many nodes share."""
        last = max(len(rule.levels) for _, rule in rules) - 1
        level, crowded = 0, self._block_level("select * from node", rules, 0)
        while crowded and level < last:
            level += 1
            asked = f"select node, collect_set(rule) as rules from crowded_{level - 1} group by node"
            crowded = self._block_level(f"select * from node join ({asked}) c using (node)", rules, level)
        pairs = (f"select node, other from blocked_{one} where other is not null" for one in range(level + 1))
        self._cluster.view("pair", self._cluster.sql(f"select distinct node, other from ({' union all '.join(pairs)})"))
        stuck = [
            f"select rule, c.key, node, c.size from crowded_{one} c left anti join keyed_{one + 1} using (rule, node)"
            for one in range(level)
        ]
        stuck += [f"select * from crowded_{level}"] if crowded else []
        return Crowds(self._hubs(rules, stuck), self._splits(rules, level))

    def _block_level(self, asked: str, rules: work.Rules, level: int) -> int:
        """Make `keyed_L`, `blocked_L` and `crowded_L` of the nodes asked for; gives the rows in too large blocks."""
        cluster = self._cluster
        keyed = mapped(cluster.sql(asked), partial(work.keys_at, rules=rules, level=level), work.KEYED)
        buckets = self._buckets(cluster.make(f"keyed_{level}", keyed))
        job = partial(work.blocks_at, rules=rules, level=level)
        blocked = grouped(cluster.sql(f"select * from keyed_{level}"), f"pmod(key, {buckets})", job, work.BLOCKED)
        cluster.make(f"blocked_{level}", blocked)
        cap = " ".join(f"when {number} then {rule.cap(level)}" for number, (_, rule) in enumerate(rules))
        return cluster.make(f"crowded_{level}", cluster.sql(f"""
            select rule, key, node, size from blocked_{level} where other is null and size > case rule {cap} end
        """))  # fmt: skip

    def _hubs(self, rules: work.Rules, stuck: Sequence[str]) -> tuple[tuple[str, Hub], ...]:
        if not stuck:
            return ()
        rows = self._cluster.rows(f"""
            select rule, {_COUNTS} from ({" union all ".join(stuck)}) group by rule order by rule
        """)
        named = ((*rules[row.pop("rule")], row) for row in rows)
        return tuple((kind, Hub(rule.name, **row)) for kind, rule, row in named)

    def _splits(self, rules: work.Rules, levels: int) -> tuple[tuple[str, Split], ...]:
        """What was too large at the levels before `levels` and could be split by the next one."""
        if not levels:
            return ()
        crowded = " union all ".join(f"select *, {one + 1} as level from crowded_{one}" for one in range(levels))
        rows = self._cluster.rows(f"""
            select rule, level, {_COUNTS} from ({crowded}) group by rule, level order by rule, level
        """)
        named = ((*rules[row.pop("rule")], row.pop("level"), row) for row in rows)
        return tuple(
            (kind, Split(rule.name, rule.added(level), **row))
            for kind, rule, level, row in named
            if level < len(rule.levels)
        )

    def weigh(self, customs: tuple[str, ...]) -> None:
        """Make `weighed`: nodes with the sizes of their blocks on which evidence depends."""
        values = ", ".join(f"n.{quoted(name)}" for name in work.node_columns(customs).names)
        self._cluster.make("weighed", self._cluster.sql(f"""
            select node, {values}, coalesce(b.block_keys, {_NO_KEYS}) as block_keys,
                   coalesce(b.block_sizes, {_NO_SIZES}) as block_sizes
            from node n left join (
                select node, collect_list(key) as block_keys, collect_list(size) as block_sizes
                from blocked_0 where other is null group by node
            ) b using (node)
        """))  # fmt: skip

    # Evidence ---------------------------------------------------------------------------------------------------------

    def compare(self, model: Model) -> int:
        """Make `scored` of all candidate pairs; gives their number."""
        names = (*work.node_columns(work.custom_names(model)).names, "block_keys", "block_sizes")
        one, two = (", ".join(f"{side}.{quoted(name)}" for name in names) for side in ("a", "b"))
        rows = self._cluster.sql(f"""
            select p.node, p.other, struct({one}) as one, struct({two}) as two
            from pair p join weighed a on a.node = p.node join weighed b on b.node = p.other
        """)
        return self._cluster.make("scored", mapped(rows, partial(work.compared, model=model), work.COMPARED))

    def with_frequencies(self, model: Model) -> Model:
        """The model with the frequencies of the names of all nodes, if any of them is a person."""
        people = self._cluster.sql(f"select * from node where node >= {work.PERSONS}")
        self._cluster.view("word", mapped(people, work.name_words, work.WORDS))
        counted = self._cluster.table("select part, word, sum(nodes) as nodes from word group by part, word")
        if not counted.num_rows:
            return model
        parts = {part: counted.filter(pc.equal(counted["part"], part)) for part in NAME_PARTS}
        words = {part: (mine["word"], mine["nodes"].to_numpy()) for part, mine in parts.items()}
        return replace(model, frequencies=training.frequencies_of(words))

    def train(self, model: Model) -> Model:
        """Learn the weights from the levels of all pairs, and score them again."""
        rows = self._cluster.table(f"""
            select node >= {work.PERSONS} as is_person, levels, count(*) as pairs
            from scored group by node >= {work.PERSONS}, levels
        """)
        for kind in work.KINDS:
            mine = rows.filter(pa.array(rows["is_person"].to_numpy(zero_copy_only=False) == (kind == PERSON)))
            if mine.num_rows:
                distinct = evidence.patterns(work.levels_of(mine["levels"]))
                counts = np.empty(mine.num_rows, dtype=np.int64)
                counts[distinct.of_pair] = mine["pairs"].to_numpy()
                model = training.train(model, kind, distinct.levels, counts)
        again = mapped(self._cluster.sql("select * from scored"), partial(work.rescored, model=model), work.COMPARED)
        self._cluster.make("rescored", again)
        self._cluster.view("scored", self._cluster.sql("select * from rescored"))
        return model

    # Clusters ---------------------------------------------------------------------------------------------------------

    def connect(self, threshold: int) -> None:
        """Make `home(node, root)`: the component above the threshold of each node that is not alone.

        Each round contracts the components that are to be seen in one bucket, and brings an edge to the buckets of both
        its nodes; when no bucket finds anything new, all nodes know their first one.
        """
        cluster, number = self._cluster, 0
        above = f"select other as node, node as root, true as is_new from scored where score > {threshold}"
        buckets = self._buckets(2 * cluster.make("edge_0", cluster.sql(above)))
        while True:
            here, there = (f"pmod(xxhash64({name}), {buckets})" for name in ("node", "root"))
            seen = cluster.sql(f"""
                select node, root, {here} as bucket from edge_{number}
                union all select node, root, {there} from edge_{number} where {here} <> {there}
            """)
            number += 1
            cluster.make(f"edge_{number}", grouped(seen, "bucket", work.contracted, work.EDGES))
            if buckets == 1 or not cluster.rows(f"select 1 as one from edge_{number} where is_new limit 1"):
                break
        cluster.view("rooted", cluster.sql(f"select node, min(root) as root from edge_{number} group by node"))
        everyone = "select * from rooted union all select distinct root as node, root from rooted"
        cluster.make("home", cluster.sql(everyone))

    def settle(self, model: Model, threshold: int) -> None:
        """Make `cluster`: the partition inside each component, for nodes that are not alone."""
        cluster = self._cluster
        absent = {field.name: _absent(field.type) for field in work.node_columns(work.custom_names(model))}
        absent |= {"block_keys": _NO_KEYS, "block_sizes": _NO_SIZES}
        values = ", ".join(f"w.{quoted(name)}" for name in absent)
        fillers = ", ".join(f"{value} as {quoted(name)}" for name, value in absent.items())
        rows = cluster.sql(f"""
            select w.node, cast(null as bigint) as other, cast(null as int) as score, h.root, {values}
            from weighed w join home h on h.node = w.node
            union all
            select s.node, s.other, s.score, a.root, {fillers}
            from scored s join home a on a.node = s.node join home b on b.node = s.other where a.root = b.root
        """)
        bucket = f"pmod(xxhash64(root), {self._buckets(cluster.count('home'))})"
        job = partial(work.settled, model=model, threshold=threshold)
        cluster.make("cluster", grouped(rows, bucket, job, work.SETTLED))


def _absent(kind: pa.DataType) -> str:
    """No value, in SQL. A list is empty rather than null: Spark's way to Python is quadratic in runs of null lists."""
    return "cast(array() as array<string>)" if pa.types.is_list(kind) else "null"


_COUNTS: Final = "count(distinct key) as blocks, count(distinct node) as nodes, max(size) as largest"
_NO_KEYS: Final = "cast(array() as array<bigint>)"
_NO_SIZES: Final = "cast(array() as array<int>)"
