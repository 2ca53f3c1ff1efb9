"""What executors of Spark do: tables in, tables out, by the same functions that resolve on one machine.

Every function here takes the rows of one bucket (or any rows, where they are independent) and knows nothing of Spark.
Nodes are numbered so that their order is the order of their fingerprints, whatever the number of buckets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from litso.domain.record import CUSTOM_PREFIX, ORGANIZATION, PERSON
from litso.engine.duckdb import Engine
from litso.golden.records import golden_records
from litso.resolve import evidence, pairs, training
from litso.resolve.claims import BORDERS
from litso.resolve.cluster import Evidenced, components, partition
from litso.resolve.columns import Codes, Columns, Sharing
from litso.resolve.explain import EVIDENCE_TYPE, evidence_lists
from litso.resolve.hashing import Hashes
from litso.resolve.identity import mint
from litso.resolve.keys import Keys, Parts, Rule, keys_of_level, rules_of
from litso.resolve.model import UNIT, Model, score, take_apart
from litso.resolve.nodes import node_schema, values_sql

KINDS: Final = (ORGANIZATION, PERSON)
"""In the order of the nodes."""

_KIND_BIT: Final = 62
_BUCKET_BIT: Final = 40
PERSONS: Final = 1 << _KIND_BIT
"""The first number of a person's node; those below are organizations'."""

PREFIX_BITS: Final = 16
"""Leading bits of the fingerprint by which nodes are put into buckets."""

Rules = Sequence[tuple[str, Rule]]
"""(kind, rule): a rule is known to all stages by its place here."""


def all_rules(model: Model) -> Rules:
    """The rules of both kinds."""
    return [(kind, rule) for kind in KINDS for rule in rules_of(kind, model.customs)]


def node_columns(customs: tuple[str, ...]) -> pa.Schema:
    """The columns of a node that evidence reads, each of which may be null."""
    return pa.schema([field.with_nullable(True) for field in node_schema(customs) if field.name != "fingerprint"])


# Nodes ----------------------------------------------------------------------------------------------------------------

_PRINT: Final = [pa.field("fingerprint", pa.string()), pa.field("prefix", pa.int32())]


def fingerprinted_schema(standard: pa.Schema) -> pa.Schema:
    """Standard records with `fingerprint` (null where a record is no party's) and `prefix`, its leading bits."""
    return pa.schema([*standard, *_PRINT])


def fingerprinted(standard: pa.Table) -> pa.Table:
    """Add the fingerprints of standard records."""
    with Engine(threads=1) as engine:
        engine.append("standard", [standard])
        keyed = pairs.keyed_sql("standard", standard.column_names, with_judgements=False)
        found = engine.table(f"""
            select fingerprint, ('0x' || left(fingerprint, {PREFIX_BITS // 4}))::integer as prefix
            from standard s left join (
                select place, replace(fingerprint::varchar, '-', '') as fingerprint from ({keyed})
            ) k on k.place = s.rowid
            order by s.rowid
        """)  # noqa: S608
    return standard.append_column("fingerprint", found["fingerprint"]).append_column("prefix", found["prefix"])


def collapsed_schema(customs: tuple[str, ...]) -> pa.Schema:
    """Records with the numbers of their nodes; the first record of a node carries the node's values."""
    record = [pa.field("source", pa.string()), pa.field("source_id", pa.string()), pa.field("node", pa.int64()),
              pa.field("is_first", pa.bool_())]  # fmt: skip
    return pa.schema([*record, *node_columns(customs)])


def collapsed(records: pa.Table, buckets: int, customs: tuple[str, ...]) -> pa.Table:
    """Number the nodes of one bucket of fingerprinted records."""
    with Engine(threads=1) as engine:
        engine.append("standard", [records])
        values = engine.table(f"select {values_sql(records.column_names)} from standard order by rowid")  # noqa: S608
    prints = np.array(records["fingerprint"].to_pylist(), dtype="S32")
    _, first, rank = np.unique(prints, return_index=True, return_inverse=True)
    is_first = np.zeros(len(prints), dtype=np.bool_)
    is_first[first] = True
    bucket = records["prefix"].to_numpy().astype(np.int64) * buckets >> PREFIX_BITS
    is_person = pc.equal(values["kind"], PERSON).to_numpy(zero_copy_only=False).astype(np.int64)
    node = (is_person << _KIND_BIT) + (bucket << _BUCKET_BIT) + rank
    shown = values.take(pa.array(np.arange(len(prints)), mask=~is_first))
    columns = {"source": records["source"], "source_id": records["source_id"], "node": node, "is_first": is_first}
    columns |= {name: shown[name] for name in shown.column_names}
    schema = collapsed_schema(customs)
    return pa.table([columns[field.name] for field in schema], names=schema.names).cast(schema)


# Keys and blocks ------------------------------------------------------------------------------------------------------

KEYED: Final = pa.schema([("rule", pa.int16()), ("node", pa.int64()), ("key", pa.int64())])
"""A node's key of a rule, at the level in question."""


def keys_at(nodes: pa.Table, rules: Rules, level: int) -> pa.Table:
    """Keys of nodes at one level of all rules; beyond the first level of those rules that the column `rules` lists."""
    found = [KEYED.empty_table()]
    for kind in KINDS:
        mine = nodes.filter(pc.equal(nodes["kind"], kind))
        if not mine.num_rows:
            continue
        parts, ids = Parts(Columns.of_table(mine)), mine["node"].to_numpy()
        for number, (of, rule) in enumerate(rules):
            if of != kind or level >= len(rule.levels):
                continue
            rows = keys_of_level(rule, level, parts)
            if level:
                rows = Keys(*(part[_asked(mine, number)[rows.nodes]] for part in rows))
            rule_column = np.full(len(rows.nodes), number, dtype=np.int16)
            found.append(pa.table([rule_column, ids[rows.nodes], rows.keys], schema=KEYED))
    return pa.concat_tables(found)


def _asked(nodes: pa.Table, rule: int) -> npt.NDArray[np.bool_]:
    """Which nodes are asked for keys of a rule."""
    lists = nodes["rules"].combine_chunks()
    owners = pc.list_parent_indices(lists).to_numpy()
    asked = np.zeros(len(nodes), dtype=np.bool_)
    asked[owners[pc.list_flatten(lists).to_numpy() == rule]] = True
    return asked


BLOCKED: Final = pa.schema([*KEYED, ("other", pa.int64()), ("size", pa.int32())])
"""A candidate pair (`node` < `other`), or, with `other` null, a node in a block of `size` nodes."""


def blocks_at(keyed: pa.Table, rules: Rules, level: int) -> pa.Table:
    """Candidate pairs of the blocks that link, and the nodes of blocks that are too large, of one bucket of keys.

    At the first level also the nodes of blocks whose size evidence asks about.
    """
    found = [BLOCKED.empty_table()]
    of_rule = keyed["rule"].to_numpy()
    for number in np.unique(of_rule).tolist():
        mine = keyed.filter(pa.array(of_rule == number))
        ids, local = np.unique(mine["node"].to_numpy(), return_inverse=True)
        keys, cap = mine["key"].to_numpy(), rules[number][1].cap(level)
        codes = pairs.blocks(Keys(local, keys), len(ids), cap).pairs
        left, right = ids[codes // len(ids)], ids[codes % len(ids)]
        _, of_row, counts = np.unique(keys, return_inverse=True, return_counts=True)
        least = min(cap, *BORDERS) if level == 0 else cap
        large = np.flatnonzero(counts[of_row] > least)
        found.append(_blocked(number, left, np.zeros(len(left), np.int64), right, np.zeros(len(left), np.int32)))
        found.append(_blocked(number, ids[local[large]], keys[large], None, counts[of_row[large]]))
    return pa.concat_tables(found)


def _blocked(
    rule: int, node: npt.NDArray[np.int64], key: npt.NDArray[np.int64], other: npt.NDArray[np.int64] | None,
    size: npt.NDArray[np.int64] | npt.NDArray[np.int32],
) -> pa.Table:  # fmt: skip
    others = pa.nulls(len(node), pa.int64()) if other is None else pa.array(other)
    columns = [np.full(len(node), rule, np.int16), node, key, others, size.astype(np.int32)]
    return pa.table(columns, schema=BLOCKED)


# Names ----------------------------------------------------------------------------------------------------------------

WORDS: Final = pa.schema([("part", pa.string()), ("word", pa.string()), ("nodes", pa.int64())])


def name_words(nodes: pa.Table) -> pa.Table:
    """How many of these persons have each word as a part of their names."""
    columns = Columns.of_table(nodes)
    found = [WORDS.empty_table()]
    for part, counts in training.name_counts(columns).items():
        seen = np.flatnonzero(counts)
        words = columns.names.values.take(pa.array(seen))
        found.append(pa.table([pa.array([part] * len(seen), pa.string()), words, counts[seen]], schema=WORDS))
    return pa.concat_tables(found)


# Evidence -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Counted(Sharing):
    """Sizes of blocks that were counted elsewhere: `keys` in their order, `counts` beside them; others count as 1."""

    keys: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int32]

    def sizes(self, keys: Hashes, occurring: Codes | None = None) -> npt.NDArray[np.int32]:
        """Nodes of each block."""
        if not len(self.keys):
            return np.ones(len(keys), dtype=np.int32)
        wanted = keys.view(np.int64)
        places = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[places] == wanted, self.counts[places], np.int32(1))


def weighed_columns(nodes: pa.Table) -> Columns:
    """Columns of nodes of one kind with the lists `block_keys`, `block_sizes` of blocks whose size matters."""
    keys, sizes = (pc.list_flatten(nodes[name]).to_numpy() for name in ("block_keys", "block_sizes"))
    known, first = np.unique(keys, return_index=True)
    return Columns.of_table(nodes, Counted(keys=known, counts=sizes[first].astype(np.int32)))


COMPARED: Final = pa.schema(
    [("node", pa.int64()), ("other", pa.int64()), ("score", pa.int32()), ("levels", pa.binary())]
)
"""A candidate pair with its score and the levels of its evidence, a byte a claim."""


def compared(rows: pa.Table, model: Model) -> pa.Table:
    """Score pairs. rows: `node`, `other`, and the values of both nodes as structs `one` and `two`."""
    found = [COMPARED.empty_table()]
    for kind, mine in _kinds(rows):
        left, right = mine["node"].to_numpy(), mine["other"].to_numpy()
        values = pa.concat_tables([_flat(mine["one"]), _flat(mine["two"])])
        _, first, place = np.unique(np.concatenate([left, right]), return_index=True, return_inverse=True)
        columns = weighed_columns(values.take(pa.array(first)))
        sides = place[: len(left)], place[len(left) :]
        levels = evidence.compare(columns, *sides, model.claims(kind), model.frequencies)
        scores = _scores(model, kind, levels)
        found.append(pa.table([left, right, scores, _bytes(levels)], schema=COMPARED))
    return pa.concat_tables(found)


def rescored(rows: pa.Table, model: Model) -> pa.Table:
    """Score pairs whose levels are known by another model."""
    found = [COMPARED.empty_table()]
    for kind, mine in _kinds(rows):
        scores = _scores(model, kind, levels_of(mine["levels"]))
        found.append(mine.select(COMPARED.names).set_column(2, COMPARED.field("score"), pa.array(scores)))
    return pa.concat_tables(found)


def _kinds(rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """(kind, its rows) by the numbers of their nodes."""
    is_person = rows["node"].to_numpy() >= PERSONS
    for kind, mask in ((ORGANIZATION, ~is_person), (PERSON, is_person)):
        if mask.any():
            yield kind, rows.filter(pa.array(mask))


def _flat(structs: pa.ChunkedArray) -> pa.Table:
    array = structs.combine_chunks()
    array = pa.concat_arrays(array.chunks) if isinstance(array, pa.ChunkedArray) else array
    return pa.table(array.flatten(), names=[field.name for field in array.type])


def _scores(model: Model, kind: str, levels: npt.NDArray[np.uint8]) -> npt.NDArray[np.int32]:
    distinct = evidence.patterns(levels)
    return score(model, kind, distinct.levels)[distinct.of_pair]


def _bytes(levels: npt.NDArray[np.uint8]) -> pa.Array:
    """Levels (claims, pairs) as a text of bytes a pair."""
    width, size = levels.shape
    data = pa.py_buffer(np.ascontiguousarray(levels.T).tobytes())
    offsets = pa.py_buffer(np.arange(0, (size + 1) * width, width, dtype=np.int32)[: size + 1].tobytes())
    return pa.Array.from_buffers(pa.binary(), size, [None, offsets, data])


def levels_of(texts: pa.ChunkedArray) -> npt.NDArray[np.uint8]:
    """Levels (claims, pairs) of texts of bytes, all of one length."""
    raw = b"".join(texts.to_pylist())
    return np.ascontiguousarray(np.frombuffer(raw, np.uint8).reshape(len(texts), -1).T)


# Clusters -------------------------------------------------------------------------------------------------------------

EDGES: Final = pa.schema([("node", pa.int64()), ("root", pa.int64()), ("is_new", pa.bool_())])
"""`root` < `node` are in one component; is_new: nobody knew yet."""


def contracted(edges: pa.Table) -> pa.Table:
    """Components of the edges of one bucket, each as edges of its nodes to its first one."""
    both = np.stack([edges["node"].to_numpy(), edges["root"].to_numpy()])
    both = np.unique(both, axis=1)
    ids, places = np.unique(both, return_inverse=True)
    places = places.reshape(both.shape)
    home = components(len(ids), places[0], places[1])
    _, first, of_node = np.unique(home, return_index=True, return_inverse=True)
    root = first[of_node]
    node = np.flatnonzero(root != np.arange(len(ids)))
    known = places[0] * len(ids) + places[1]
    is_new = ~np.isin(node * len(ids) + root[node], known)
    return pa.table([ids[node], ids[root[node]], is_new], schema=EDGES)


SETTLED: Final = pa.schema([("node", pa.int64()), ("cluster", pa.int64())])


def settled(rows: pa.Table, model: Model, threshold: int) -> pa.Table:
    """Clusters of whole components.

    rows: nodes with their values and block sizes, `other` null, and between them the candidate pairs inside components
    with their scores.
    """
    found = [SETTLED.empty_table()]
    is_node = pc.is_null(rows["other"])
    inside = dict(_kinds(rows.filter(pc.invert(is_node)).select(["node", "other", "score"])))
    for kind, mine in _kinds(rows.filter(is_node)):
        mine = mine.sort_by("node")
        ids, linked = mine["node"].to_numpy(), inside[kind]
        columns = weighed_columns(mine)

        def score_more(
            one: npt.NDArray[np.int64], two: npt.NDArray[np.int64], kind: str = kind, columns: Columns = columns
        ) -> npt.NDArray[np.int32]:
            return _scores(model, kind, evidence.compare(columns, one, two, model.claims(kind), model.frequencies))

        left, right = (np.searchsorted(ids, linked[name].to_numpy()) for name in ("node", "other"))
        candidates = Evidenced(left, right, linked["score"].to_numpy())
        clusters = partition(len(ids), candidates, threshold, score_more)
        found.append(pa.table([ids, ids[clusters]], schema=SETTLED))
    return pa.concat_tables(found)


# Parties, links, golden records ---------------------------------------------------------------------------------------

PARTIES: Final = pa.schema([("cluster", pa.int64()), ("party_id", pa.string())])


def minted(clusters: pa.Table) -> pa.Table:
    """New ids for clusters."""
    return pa.table([clusters["cluster"], pa.array(mint(len(clusters)), pa.string())], schema=PARTIES)


LINKS: Final = pa.schema([
    ("node_a", pa.int64()), ("node_b", pa.int64()), ("weight", pa.float64()), ("base", pa.float64()),
    ("evidence", EVIDENCE_TYPE),
])  # fmt: skip


SHOWN_LINKS: Final = pa.schema([
    *((f"{side}_{name}", pa.string()) for side in ("left", "right") for name in ("source", "id")),
    *(LINKS.field(name) for name in ("weight", "base", "evidence")),
])  # fmt: skip
CROSSWALK: Final = pa.schema([(name, pa.string()) for name in ("source", "source_id", "party_id")])


def links(scored: pa.Table, model: Model) -> pa.Table:
    """Scored pairs with their evidence in words."""
    found = [LINKS.empty_table()]
    for kind, mine in _kinds(scored):
        distinct = evidence.patterns(levels_of(mine["levels"]))
        parts = take_apart(model, kind, distinct.levels)
        lists = evidence_lists(model, kind, distinct.levels, parts).take(pa.array(distinct.of_pair))
        weights = (side[distinct.of_pair] / UNIT for side in (parts.totals, parts.bases))
        found.append(pa.table([mine["node"], mine["other"], *weights, lists], schema=LINKS))
    return pa.concat_tables(found)


def member_schema(standard: pa.Schema) -> pa.Schema:
    """Standard records with their party and the priority of their source, as golden records want them."""
    return pa.schema([*standard, pa.field("party_id", pa.string()), pa.field("priority", pa.int32())])


def golden(members: pa.Table) -> pa.Table:
    """Golden records of whole parties."""
    return golden_records(pl.DataFrame(members)).to_arrow()


def golden_schema(standard: pa.Schema) -> pa.Schema:
    """Schema of golden records as they are written: for Spark with texts of 32-bit lengths."""
    return plain(golden(member_schema(standard).empty_table()).schema)


def plain(schema: pa.Schema) -> pa.Schema:
    """A schema without the large and view types, which Spark does not have."""
    return pa.schema([pa.field(field.name, _plain_type(field.type)) for field in schema])


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_large_list(kind) or pa.types.is_list(kind):
        return pa.list_(_plain_type(kind.value_type))
    return kind


def custom_names(model: Model) -> tuple[str, ...]:
    """Names of the custom attributes, without the prefix."""
    return tuple(name.removeprefix(CUSTOM_PREFIX) for name in model.customs)
