"""Blocks of the store: who shares a key now, which blocks are too large, and candidates found through both.

The same rules, levels and caps as in bulk (`resolution`), asked of the store for a handful of nodes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from litso.domain.record import CUSTOM_PREFIX, ORGANIZATION
from litso.resolve.claims import BORDERS
from litso.resolve.columns import Columns, Sharing
from litso.resolve.hashing import seed_of
from litso.resolve.keys import CAP, Keys, Parts, Rule, keys_of_level, rules_of
from litso.resolve.model import Model
from litso.resolve.nodes import node_schema, node_values
from litso.store import nodes, records
from litso.store.database import Connection

LARGEST: Final = max(CAP, *BORDERS)
"""Sizes above this one are all alike."""

_SALT: Final = np.int64(np.uint64(seed_of("organization")).view(np.int64))


def stored(kind: str, keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Keys as the store keeps them: those of persons and of organizations apart."""
    return keys ^ _SALT if kind == ORGANIZATION else keys


def first_keys(kind: str, columns: Columns, customs: Mapping[str, str]) -> Iterator[Keys]:
    """Keys of the first levels of all rules, as stored."""
    parts = Parts(columns)
    for rule in rules_of(kind, customs):
        rows = keys_of_level(rule, 0, parts)
        yield Keys(rows.nodes, stored(kind, rows.keys))


def finer_keys(kind: str, columns: Columns, customs: Mapping[str, str]) -> Iterator[Keys]:
    """Keys of the deeper levels of nodes in split blocks, when `columns` are all nodes of the kind, as stored."""
    parts = Parts(columns)
    for rule in rules_of(kind, customs):
        crowded: NDArray[np.int64] | None = None
        for level in range(len(rule.levels)):
            rows = keys_of_level(rule, level, parts)
            if crowded is not None:
                chosen = np.isin(rows.nodes, crowded)
                rows = Keys(rows.nodes[chosen], rows.keys[chosen])
                yield Keys(rows.nodes, stored(kind, rows.keys))
            _, places, counts = np.unique(rows.keys, return_inverse=True, return_counts=True)
            crowded = np.unique(rows.nodes[counts[places] > rule.cap(level)])
            if not len(crowded):
                break


class Group(NamedTuple):
    """Nodes of one kind at hand, in the order of their fingerprints; `ids` are their numbers in the store."""

    kind: str
    ids: NDArray[np.int64]
    prints: Sequence[str]
    columns: Columns

    def places(self) -> dict[int, int]:
        """Node id → its place."""
        return {node: place for place, node in enumerate(self.ids.tolist())}


def read_groups(
    connection: Connection, node_ids: Iterable[int], model: Model, strangers: Sequence[Mapping[str, Any]] = ()
) -> list[Group]:
    """Nodes of the store with their values, by kind, with the sizes of the blocks on which evidence depends.

    strangers: standard records that are not in the store; they stand first, as nodes -1, -2…
    """
    rows = records.representatives(connection, sorted(set(node_ids)))
    by_kind: dict[str, list[tuple[str, int, dict[str, Any]]]] = defaultdict(list)
    for number, stranger in enumerate(strangers, 1):
        by_kind[stranger["kind"]].append(("", -number, dict(stranger)))
    for node, standard in rows.items():
        record = standard_of(standard)
        by_kind[record["kind"]].append((standard["fingerprint"], node, record))
    return [_group(connection, kind, sorted(found, key=lambda one: one[:2]), model) for kind, found in by_kind.items()]


def standard_of(standard: Mapping[str, Any]) -> dict[str, Any]:
    """A standard record from the JSON object that the store gives for it."""
    record = dict(standard)
    born = record.get("birth_date")
    record["birth_date"] = date.fromisoformat(born) if born else None
    for name, value in (record.pop("custom", None) or {}).items():
        record[CUSTOM_PREFIX + name] = value
    return record


def _group(connection: Connection, kind: str, found: list[tuple[str, int, dict[str, Any]]], model: Model) -> Group:
    table = values_table([record for _, _, record in found], [print_ for print_, _, _ in found], model)
    plain = Columns.of_table(table)
    keys = np.concatenate([rows.keys for rows in first_keys(kind, plain, model.customs)])
    sizes = nodes.sizes(connection, np.unique(keys).tolist(), LARGEST + 1)
    plain_sizes = {int(stored(kind, np.array([key], np.int64))[0]): size for key, size in sizes.items()}
    ids = np.array([node for _, node, _ in found], dtype=np.int64)
    return Group(kind, ids, [print_ for print_, _, _ in found], Columns.of_table(table, Sharing(plain_sizes)))


def values_table(rows: Sequence[Mapping[str, Any]], fingerprints: Sequence[str], model: Model) -> pa.Table:
    """Nodes as resolution takes them."""
    customs = tuple(sorted(name.removeprefix(CUSTOM_PREFIX) for name in model.customs))
    schema = node_schema(customs)
    listed = [{"fingerprint": print_, **node_values(row)} for print_, row in zip(fingerprints, rows, strict=True)]
    return pa.Table.from_pylist(listed, schema=schema)


def candidates_of(
    connection: Connection, group: Group, customs: Mapping[str, str], chosen: NDArray[np.bool_]
) -> set[tuple[int, int]]:
    """Pairs of node ids (smaller first) of the chosen nodes with all that share a linking key with them."""
    parts = Parts(group.columns)
    found: set[tuple[int, int]] = set()
    waiting = [(rule, group.ids[chosen]) for rule in rules_of(group.kind, customs)]
    level = 0
    while waiting:
        asked = [(rule, _rows_of(group, parts, rule, level, of)) for rule, of in waiting]
        blocks = _blocks(connection, [keys for _, rows in asked for keys in rows.values()], level)
        waiting = []
        for rule, rows in asked:
            crowded = _link(found, rows, blocks, rule.cap(level))
            if crowded and level + 1 < len(rule.levels):
                waiting.append((rule, np.array(sorted(crowded), dtype=np.int64)))
        level += 1
    return found


def _rows_of(group: Group, parts: Parts, rule: Rule, level: int, of: NDArray[np.int64]) -> dict[int, list[int]]:
    """Node id → its keys at a level of a rule, as stored."""
    rows = keys_of_level(rule, level, parts)
    ids = group.ids[rows.nodes]
    chosen = np.isin(ids, of)
    keys: dict[int, list[int]] = defaultdict(list)
    for node, key in zip(ids[chosen].tolist(), stored(group.kind, rows.keys[chosen]).tolist(), strict=True):
        keys[node].append(key)
    return keys


def _blocks(connection: Connection, keys: list[list[int]], level: int) -> dict[int, list[int]]:
    """Key → nodes that have it, up to one more than the largest size that counts."""
    wanted = sorted({key for one in keys for key in one})
    ask = nodes.candidates if level == 0 else nodes.hub_candidates
    blocks: dict[int, list[int]] = defaultdict(list)
    for row in ask(connection, wanted, LARGEST) if wanted else ():
        blocks[row.key].append(row.node_id)
    return blocks


def _link(
    found: set[tuple[int, int]], rows: Mapping[int, list[int]], blocks: Mapping[int, list[int]], cap: int
) -> set[int]:
    """Add the pairs of blocks that link; answers the nodes in blocks that are too large."""
    crowded = set()
    for node, keys in rows.items():
        for key in keys:
            members = blocks.get(key, [])
            if len(members) > cap:
                crowded.add(node)
            else:
                found.update((min(node, other), max(node, other)) for other in members if other != node)
    return crowded


def split_blocks(connection: Connection, model: Model, added: Mapping[int, int], groups: Sequence[Group]) -> None:
    """Give finer keys to nodes in blocks that are too large: to added nodes, and to all of a block that just became so.

    added: key (as stored, first level) → how many of its nodes were added just now. groups: the added nodes.
    """
    for group in groups:
        for rule in rules_of(group.kind, model.customs):
            _split(connection, model, rule, group, added)


def _split(connection: Connection, model: Model, rule: Rule, group: Group, added: Mapping[int, int]) -> None:
    focus, arrived = group, dict(added)
    for level in range(len(rule.levels) - 1):
        rows = _rows_of(focus, Parts(focus.columns), rule, level, focus.ids)
        cap = rule.cap(level)
        ask = nodes.candidates if level == 0 else nodes.hub_candidates
        keys = sorted({key for one in rows.values() for key in one})
        sizes = {row.key: row.size for row in ask(connection, keys, cap + sum(arrived.values()))} if keys else {}
        crowded = {key for key, size in sizes.items() if size > cap}
        if not crowded:
            return
        fresh = [key for key in crowded if sizes[key] - arrived.get(key, 0) <= cap]
        members = {node for node, keys in rows.items() if crowded & set(keys)}
        if fresh:
            members |= {row.node_id for row in ask(connection, fresh, max(sizes.values()))}
        (focus,) = [one for one in read_groups(connection, members, model) if one.kind == group.kind]
        deeper = _rows_of(focus, Parts(focus.columns), rule, level + 1, focus.ids)
        pairs = [(key, node) for node, keys in deeper.items() for key in keys]
        known = {tuple(row) for row in nodes.hub_keys_of(connection, deeper)}
        arrived = defaultdict(int)
        for key, node in pairs:
            arrived[key] += (key, node) not in known
        nodes.add_hub_keys(connection, [key for key, _ in pairs], [node for _, node in pairs])
