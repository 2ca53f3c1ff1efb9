"""Resolution in bulk: standard records in a DuckDB table become nodes, candidate pairs, scores, clusters.

DuckDB collapses, joins keys and keeps tables; evidence, weights and clusters are the pure functions that the online
plane uses too. The partition depends on nothing but the records, the model and the judgements.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from litso.domain.record import ORGANIZATION, PERSON
from litso.engine.duckdb import Engine
from litso.resolve import evidence, pairs, training
from litso.resolve.cluster import Evidenced, Nodes, Pair, partition
from litso.resolve.columns import Columns
from litso.resolve.keys import Keys, Parts, Rule, keys_of_level, parts_of, rules_of
from litso.resolve.model import UNIT, Model, score
from litso.resolve.nodes import value_expressions

KINDS: Final = (ORGANIZATION, PERSON)
"""In the order of the nodes."""

_CHUNK: Final = 1 << 18
"""Pairs that are compared at a time: bounds the memory of a comparison."""

_NOBODY: Final = np.zeros(0, dtype=np.int64)

Key = tuple[str, str]


class Judgement(NamedTuple):
    """A steward's verdict on two source keys: `same`, `different` or `unsure`."""

    verdict: str
    left: Key
    right: Key


class Hub(NamedTuple):
    """What too many nodes share for comparing them by it: `blocks` of up to `largest` nodes, `nodes` altogether."""

    rule: str
    blocks: int
    nodes: int
    largest: int


class Split(NamedTuple):
    """What too many nodes share, split by the next fields of the rule, `by`; the rest as in a hub."""

    rule: str
    by: str
    blocks: int
    nodes: int
    largest: int


class Candidates(NamedTuple):
    """All pairs that share a linking key, each once; hubs that link no longer; blocks that were split."""

    left: Nodes
    right: Nodes
    hubs: tuple[Hub, ...]
    splits: tuple[Split, ...]


@dataclass
class Stopwatch:
    """Seconds per stage, in the order in which stages began."""

    seconds: dict[str, float] = field(default_factory=dict)
    on_stage: Callable[[str], None] = lambda stage: None

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage; stages of one name add up."""
        self.on_stage(name)
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begun


class JudgedNodes(NamedTuple):
    """Pairs of nodes: must-links (the latest first), vetoes, and those equal but for having been told apart."""

    must: Sequence[Pair] = ()
    vetoes: Sequence[Pair] = ()
    twins: Sequence[Pair] = ()

    def within(self, first: int, size: int) -> JudgedNodes:
        """Those among `size` nodes from `first` on, counted from there."""
        return JudgedNodes(*(
            [(one - first, two - first) for one, two in pairs if first <= one and two < first + size] for pairs in self
        ))  # fmt: skip


@dataclass(frozen=True)
class KindResolution:
    """Nodes `first … first + len(clusters)` of one kind, and what was found about them.

    clusters: of each node, the number of the cluster's first node, counted within the kind; evident: the same if nobody
    had judged. pairs: all candidates with their scores; patterns: the pattern of levels of each of them.
    judged: pairs of nodes that stewards judged.
    """

    kind: str
    first: int
    columns: Columns
    clusters: Nodes
    evident: Nodes
    pairs: Evidenced
    patterns: evidence.Patterns
    hubs: tuple[Hub, ...]
    splits: tuple[Split, ...]
    judged: JudgedNodes


@dataclass(frozen=True)
class Resolution:
    """What resolution found.

    In the engine it leaves the tables `node` (kind, fingerprint, place of one of its records in the table of standard
    records; a node's number is its rowid), `record_node` (source, source_id, node) and `cluster` (node, cluster), where
    `cluster` is the number of the cluster's first node; and `evident`, the same if nobody had judged.
    """

    model: Model
    threshold: float
    kinds: tuple[KindResolution, ...]

    def count(self) -> tuple[int, int, int]:
        """(nodes, clusters, candidate pairs)."""
        nodes = sum(len(kind.clusters) for kind in self.kinds)
        clusters = sum(len(np.unique(kind.clusters)) for kind in self.kinds)
        return nodes, clusters, sum(len(kind.pairs.left) for kind in self.kinds)


def resolve_standard(
    engine: Engine,
    standard: str,
    model: Model,
    *,
    judgements: Sequence[Judgement] = (),
    threshold: float | None = None,
    train: bool = False,
    stopwatch: Stopwatch | None = None,
) -> Resolution:
    """Resolve the standard records of the table `standard` (`domain.record.standard_schema`).

    threshold: score in bits above which evidence speaks for one party; None takes the model's. train: learn the weights
    from these records first, without labels.
    """
    watch = stopwatch or Stopwatch()
    with watch.stage("collapse"):
        collapse(engine, standard, judgements)
    bar = model.threshold if threshold is None else threshold
    judged = _judged_nodes(engine, judgements)._replace(twins=_twins(engine, standard, judgements))
    kinds = []
    for kind in KINDS:
        found, model = _resolve_kind(engine, standard, kind, model, round(bar * UNIT), judged, train, watch)
        kinds.append(found)
    with watch.stage("clusters"):
        _keep_clusters(engine, kinds)
    return Resolution(model, bar, tuple(kinds))


def collapse(engine: Engine, standard: str, judgements: Sequence[Judgement]) -> None:
    """Make the tables `node` and `record_node` (see Resolution) of the standard records of a table."""
    told_apart = {key for judgement in judgements if judgement.verdict == "different" for key in judgement[1:]}
    keyed = pairs.keyed_sql(standard, engine.columns(standard), with_judgements=bool(told_apart))
    with engine.lent("told_apart", _key_table(told_apart)):
        engine.run(f"create or replace temp table keyed as {keyed}")
    engine.run(f"create or replace table node as {pairs.NODES_SQL}")
    engine.run(f"create or replace table record_node as {pairs.RECORDS_SQL}")
    engine.run("drop table keyed")


def _key_table(keys: Iterable[Key]) -> pa.Table:
    listed = sorted(keys)
    sides = (pa.array([key[place] for key in listed], pa.string()) for place in (0, 1))
    return pa.table(dict(zip(("source", "source_id"), sides, strict=True)))


def _twins(engine: Engine, standard: str, judgements: Sequence[Judgement]) -> list[Pair]:
    """Pairs of nodes with the same values, of which one at least is a record that was told apart."""
    apart = {key for judgement in judgements if judgement.verdict == "different" for key in judgement[1:]}
    if not apart:
        return []
    with engine.lent("told_apart", _key_table(apart)):
        engine.run(
            f"create or replace temp table apart as from {standard} semi join told_apart using (source, source_id)"
        )
    plain = pairs.keyed_sql("apart", engine.columns(standard), with_judgements=False)
    rows = engine.rows(f"""
        with plain as ({plain}), alike as (
            select fingerprint, node from plain join record_node using (source, source_id)
            union select fingerprint, rowid::integer from plain join node using (fingerprint)
        )
        select min(node) over (partition by fingerprint), node from alike
    """)  # noqa: S608
    engine.run("drop table apart")
    return sorted((one, two) for one, two in rows if one != two)


def nodes_of(engine: Engine, keys: Iterable[Key]) -> dict[Key, int]:
    """The node of each record; records that are gone since have none."""
    with engine.lent("judged", _key_table(keys)):
        rows = engine.rows("select source, source_id, node from record_node join judged using (source, source_id)")
    return {(source, source_id): number for source, source_id, number in rows}


def _judged_nodes(engine: Engine, judgements: Sequence[Judgement]) -> JudgedNodes:
    """Must-links and vetoes as pairs of nodes; judgements about records that are gone fall out."""
    if not judgements:
        return JudgedNodes()
    node = nodes_of(engine, {key for judgement in judgements for key in judgement[1:]})
    must, vetoes = [], []
    for verdict, left, right in reversed(judgements):
        if left in node and right in node and node[left] != node[right]:
            pair = (min(node[left], node[right]), max(node[left], node[right]))
            if verdict == "same":
                must.append(pair)
            elif verdict == "different":
                vetoes.append(pair)
    return JudgedNodes(must, vetoes)


def _resolve_kind(
    engine: Engine, standard: str, kind: str, model: Model, threshold: int, judged: JudgedNodes, train: bool,
    watch: Stopwatch,
) -> tuple[KindResolution, Model]:  # fmt: skip
    """Resolve the nodes of one kind; also gives the model that was used."""
    first, columns = columns_of(engine, standard, kind)
    size = len(columns)
    with watch.stage("pairs"):
        left, right, hubs, splits = candidates(rules_of(kind, model.customs), columns)
    with watch.stage("evidence"):
        if train:
            model = _with_frequencies(model, columns, kind)
        found = _compare(columns, left, right, model, kind)
    with watch.stage("weights"):
        if train:
            counts = training.sample(found.of_pair, found.levels.shape[1])
            model = training.train(model, kind, found.levels, counts)
        scored = Evidenced(left, right, score(model, kind, found.levels)[found.of_pair])
    with watch.stage("clusters"):

        def score_more(one: Nodes, two: Nodes) -> npt.NDArray[np.int32]:
            more = _compare(columns, one, two, model, kind)
            return score(model, kind, more.levels)[more.of_pair]

        local = judged.within(first, size)
        clusters = evident = partition(size, scored, threshold, score_more, local.must, local.vetoes)
        if local.must or local.vetoes:
            evident = partition(size, scored, threshold, score_more, local.twins)
    return KindResolution(kind, first, columns, clusters, evident, scored, found, hubs, splits, local), model


def clusters_at(found: KindResolution, model: Model, threshold: float) -> Nodes:
    """The clusters that another threshold (bits) gives, as `KindResolution.clusters`."""
    scorer = scorer_of(found, model)
    return partition(
        len(found.clusters), found.pairs, round(threshold * UNIT), scorer, found.judged.must, found.judged.vetoes
    )


def compared(found: KindResolution, model: Model, left: Nodes, right: Nodes) -> evidence.Patterns:
    """Patterns of evidence of any pairs of nodes of a kind."""
    return _compare(found.columns, left, right, model, found.kind)


def scorer_of(found: KindResolution, model: Model) -> Callable[[Nodes, Nodes], npt.NDArray[np.int32]]:
    """Scores of any pairs of nodes of a kind."""

    def score_more(one: Nodes, two: Nodes) -> npt.NDArray[np.int32]:
        more = compared(found, model, one, two)
        return score(model, found.kind, more.levels)[more.of_pair]

    return score_more


def _with_frequencies(model: Model, columns: Columns, kind: str) -> Model:
    if kind != PERSON or len(columns) == 0:
        return model
    return replace(model, frequencies=training.name_frequencies(columns))


def columns_of(engine: Engine, standard: str, kind: str) -> tuple[int, Columns]:
    """(number of the first node, columns) of the nodes of one kind; a column is read when it is first needed."""
    first, size = engine.rows("select coalesce(min(rowid), 0), count(*) from node where kind = ?", kind)[0]
    values = value_expressions(engine.columns(standard))
    places = engine.table(f"select place from node limit {size} offset {first}")["place"]  # noqa: S608

    reading = Lock()

    def fetch(name: str) -> pa.Array | None:
        if name not in values:
            return None
        with reading:
            return engine.table(f"select {values[name]} as value from {standard}")["value"]  # noqa: S608

    return first, Columns(places.to_numpy(), fetch)


def candidates(rules: Sequence[Rule], columns: Columns) -> Candidates:
    """All pairs that share a linking key, and what too many nodes share."""
    found = _candidates_by_rule(rules, columns)
    hubs = tuple(hub for _, hub, _ in found if hub is not None)
    splits = tuple(split for _, _, splits in found for split in splits)
    left, right = pairs.distinct_pairs([codes for codes, _, _ in found], len(columns))
    return Candidates(left, right, hubs, splits)


def _candidates_by_rule(rules: Sequence[Rule], columns: Columns) -> list[tuple[Nodes, Hub | None, list[Split]]]:
    parts = Parts(columns)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(parts.rows, parts_of(rules)))  # each is made once, and then read by several rules
        return list(pool.map(lambda rule: candidates_of_rule(rule, parts, len(columns)), rules))


def candidates_of_rule(rule: Rule, parts: Parts, size: int) -> tuple[Nodes, Hub | None, list[Split]]:
    """Candidates of one rule; each level is asked only about the nodes of blocks that were too large one level before.

    The hub, if any: nodes of too large blocks that no level can split further, because it was the last one or because
    they lack the next field.
    """
    found, splits, stuck = [], [], [(_NOBODY, _NOBODY, _NOBODY)]
    nodes = keys = sizes = _NOBODY
    for level in range(len(rule.levels)):
        rows = keys_of_level(rule, level, parts)
        if level:
            splits.append(Split(rule.name, rule.added(level), *_counted(nodes, keys, sizes)))
            rows = Keys(*(part[np.isin(rows.nodes, nodes)] for part in rows))
            is_stuck = ~np.isin(nodes, rows.nodes)
            stuck.append((nodes[is_stuck], keys[is_stuck], sizes[is_stuck]))
        joined = pairs.blocks(rows, size, rule.cap(level))
        found.append(joined.pairs)
        nodes, keys, sizes = rows.nodes[joined.crowded], rows.keys[joined.crowded], joined.sizes
        if not len(nodes):
            break
    stuck.append((nodes, keys, sizes))
    nodes, keys, sizes = (np.concatenate(part) for part in zip(*stuck, strict=True))
    hub = Hub(rule.name, *_counted(nodes, keys, sizes)) if len(nodes) else None
    return np.concatenate(found), hub, splits


def _counted(nodes: Nodes, keys: Nodes, sizes: Nodes) -> tuple[int, int, int]:
    """(blocks, nodes, nodes of the largest) of rows of crowded blocks."""
    return len(np.unique(keys)), len(np.unique(nodes)), int(sizes.max())


def _compare(columns: Columns, left: Nodes, right: Nodes, model: Model, kind: str) -> evidence.Patterns:
    """Patterns of evidence of many pairs, chunk by chunk on two threads."""
    claims = model.claims(kind)

    def one_chunk(start: int) -> evidence.Patterns:
        span = slice(start, start + _CHUNK)
        return evidence.patterns(evidence.compare(columns, left[span], right[span], claims, model.frequencies))

    starts = range(0, max(len(left), 1), _CHUNK)
    first = one_chunk(0)
    with ThreadPoolExecutor(2) as pool:
        return evidence.merged([first, *pool.map(one_chunk, starts[1:])])


def _keep_clusters(engine: Engine, kinds: Sequence[KindResolution]) -> None:
    """Make the tables `cluster(node, cluster)` and `evident(node, cluster)`."""
    for name, parts in (("cluster", [kind.clusters for kind in kinds]), ("evident", [kind.evident for kind in kinds])):
        clusters = np.concatenate([kind.first + part for kind, part in zip(kinds, parts, strict=True)]).astype(np.int32)
        table = pa.table({"node": np.arange(len(clusters), dtype=np.int32), "cluster": clusters})
        with engine.lent("found", table):
            engine.run(f"create or replace table {name} as from found")
