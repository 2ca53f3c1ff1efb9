"""Blocks of the store: who shares a key now, which blocks are too large, and candidates found through both.

The same rules, levels and caps as in bulk (`resolution`), asked of the store for a handful of nodes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from litso.domain.record import CUSTOM_PREFIX, ORGANIZATION
from litso.resolve.claims import BORDERS, borders_of
from litso.resolve.claims_of_one import FEW, One, Sizes, compare_few
from litso.resolve.columns import Columns, Sharing
from litso.resolve.evidence import compare
from litso.resolve.hashing import seed_of
from litso.resolve.keys import CAP, Keys, Parts, Rule, counted_rules, keys_of_level, rules_of
from litso.resolve.model import Model
from litso.resolve.nodes import node_schema, node_values
from litso.store import nodes, records
from litso.store.database import Connection
from litso.store.nodes import Block
from litso.store.sources import Source

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
    """Nodes of one kind at hand, in the order of their fingerprints.

    ids: their numbers in the store; rows: their places in `columns` and `records`, which may hold more nodes.
    """

    kind: str
    ids: NDArray[np.int64]
    prints: Sequence[str]
    columns: Columns
    records: Sequence[One]
    rows: NDArray[np.int64]

    def keys(self, rule: Rule, level: int) -> dict[int, list[int]]:
        """Node id → its keys at a level of a rule, as stored; nodes without any are left out."""
        found = zip(self.ids.tolist(), self._keys(rule, level), strict=True)
        return {node: keys for node, keys in found if keys}

    def first_keys(self, customs: Mapping[str, str]) -> list[list[int]]:
        """Keys of the first levels of all rules, as stored, of each node in order."""
        by_rule = [self._keys(rule, 0) for rule in rules_of(self.kind, customs)]
        return [sorted({key for keys in of_node for key in keys}) for of_node in zip(*by_rule, strict=True)]

    def borders(self, customs: Mapping[str, str]) -> dict[int, tuple[int, ...]]:
        """First key, as stored → sizes of its block above which evidence or candidates change."""
        found: dict[int, tuple[int, ...]] = {}
        rules = rules_of(self.kind, customs)
        counted = {rule.name for rule in counted_rules(rules)}
        for rule in rules:
            borders = (rule.cap(0), *(borders_of(rule.name) if rule.name in counted else ()))
            found |= dict.fromkeys(chain.from_iterable(self._keys(rule, 0)), borders)
        return found

    def _keys(self, rule: Rule, level: int) -> list[list[int]]:
        salt = int(_SALT) if self.kind == ORGANIZATION else 0
        return [[key ^ salt for key in self.records[row].of_level(rule, level)] for row in self.rows.tolist()]

    def places(self) -> dict[int, int]:
        """Node id → its place."""
        return {node: place for place, node in enumerate(self.ids.tolist())}

    def narrowed(self, chosen: Collection[int]) -> Group:
        """Only the chosen nodes."""
        places = np.flatnonzero(np.isin(self.ids, list(chosen)))
        prints = [self.prints[place] for place in places.tolist()]
        return self._replace(ids=self.ids[places], prints=prints, rows=self.rows[places])


class Hand:
    """Nodes at hand in one transaction. What was read or given of them is kept; nobody else may write meanwhile.

    registered: all sources, if they were read already.
    """

    def __init__(self, connection: Connection, model: Model, registered: Sequence[Source] | None = None) -> None:
        self.connection = connection
        self.model = model
        self.registered = registered
        self._known: dict[int, tuple[str, One]] = {}
        self._groups: dict[tuple[int, ...], list[Group]] = {}
        self._sizes: dict[str, Sizes] = defaultdict(Sizes)
        self.scores: dict[tuple[int, int], int] = {}
        """Scores of the pairs that were weighed, smaller node first."""

    def put(self, known: Mapping[int, tuple[str, One]]) -> None:
        """Node → (fingerprint, its values), which need not be read."""
        self._known |= known

    def keep(self, groups: Sequence[Group]) -> None:
        """Groups of nodes that will be asked for together."""
        self._groups[tuple(sorted(node for group in groups for node in group.ids.tolist()))] = list(groups)

    def groups(self, node_ids: Iterable[int]) -> list[Group]:
        """Nodes with their values, by kind."""
        wanted = tuple(sorted(set(node_ids)))
        if wanted not in self._groups:
            missing = [node for node in wanted if node not in self._known]
            found = records.representatives(self.connection, missing)
            self.put({node: (print_, One(node_values(record))) for node, (print_, record) in found.items()})
            known = [(*self._known[node], node) for node in wanted if node in self._known]
            self._groups[wanted] = self.grouped((print_, node, one) for print_, one, node in known)
        return self._groups[wanted]

    def grouped(self, found: Iterable[tuple[str, int, One]]) -> list[Group]:
        """Groups of (fingerprint, node id, values), by kind."""
        by_kind: dict[str, list[tuple[str, int, One]]] = defaultdict(list)
        for one in found:
            by_kind[one[2].values["kind"]].append(one)
        return [self._group(kind, sorted(of_kind, key=lambda one: one[:2])) for kind, of_kind in by_kind.items()]

    def _group(self, kind: str, ordered: Sequence[tuple[str, int, One]]) -> Group:
        """Columns are made, and the sizes of blocks on which evidence depends are read, when first needed."""
        prints, ids, ones = zip(*ordered, strict=True)
        sharing = Sharing(lambda keys: self._sizes_of(kind, keys))
        columns = _columns_of([one.values for one in ones], self.model, sharing)
        return Group(kind, np.array(ids, dtype=np.int64), prints, columns, ones, np.arange(len(ids)))

    def count(self, kind: str, blocks: Mapping[int, Block]) -> None:
        """Keep the sizes of blocks of first keys (as stored) that were read already."""
        keys = stored(kind, np.array(list(blocks), dtype=np.int64)).tolist()
        self._sizes[kind].update(zip(keys, (block.size for block in blocks.values()), strict=True))

    def levels(self, group: Group, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Levels of pairs of nodes of a group, by their places in it; shape (claims, pairs)."""
        model, claims = self.model, self.model.claims(group.kind)
        left, right = group.rows[left], group.rows[right]
        if len(left) > FEW:
            return compare(group.columns, left, right, claims, model.frequencies)
        first, second = ([group.records[row] for row in side.tolist()] for side in (left, right))
        sizes = self._sizes[group.kind]
        return compare_few(
            zip(first, second, strict=True),
            claims,
            model.customs,
            model.frequencies,
            sizes,
            lambda: self._read(group.kind),
        )

    def _sizes_of(self, kind: str, keys: Sequence[int]) -> list[int]:
        sizes = self._sizes[kind]
        sizes.missing |= set(keys) - sizes.keys()
        self._read(kind)
        return [sizes[key] for key in keys]

    def _read(self, kind: str) -> None:
        """Read the sizes that are missing."""
        sizes = self._sizes[kind]
        if sizes.missing:
            keys = sorted(sizes.missing)
            kept = stored(kind, np.array(keys, dtype=np.int64)).tolist()
            found = nodes.sizes(self.connection, kept, LARGEST + 1)
            sizes.update((key, found.get(store, 0)) for key, store in zip(keys, kept, strict=True))
            sizes.missing.clear()


STRANGER: Final = -1
"""The node of a record that is not in the store."""


def hand_with(connection: Connection, model: Model, stranger: Mapping[str, Any]) -> Hand:
    """A hand that holds a standard record which is not in the store; in its group it stands first."""
    hand = Hand(connection, model)
    hand.put({STRANGER: ("", One(node_values(stranger)))})
    return hand


def standard_of(standard: Mapping[str, Any]) -> dict[str, Any]:
    """A standard record from the JSON object that the store gives for it."""
    record = dict(standard)
    born = record.get("birth_date")
    record["birth_date"] = date.fromisoformat(born) if born else None
    for name, value in (record.pop("custom", None) or {}).items():
        record[CUSTOM_PREFIX + name] = value
    return record


def _columns_of(values: Sequence[Mapping[str, Any]], model: Model, sharing: Sharing) -> Columns:
    """Node values as columns."""
    schema = node_schema(model.custom_names)

    def fetch(name: str) -> pa.Array | None:
        given = [row.get(name) for row in values]
        return pa.array(given, schema.field(name).type) if any(given) else None

    return Columns(np.arange(len(values)), fetch, sharing)


_NOBODY: Final = Block(0, ())


class Blocks:
    """Who is in which block of the store. Nodes are counted up to `most` and one more, and named up to `shown`.

    First levels are asked for once: nobody else may write meanwhile.
    """

    def __init__(self, connection: Connection, most: int = LARGEST, shown: int = CAP) -> None:
        self._connection = connection
        self._most = most
        self._shown = shown
        self._first: dict[int, Block] = {}

    @property
    def first(self) -> Mapping[int, Block]:
        """Blocks of first keys that were asked for."""
        return self._first

    def of(self, keys: Iterable[int], level: int) -> dict[int, Block]:
        """Key → its block."""
        wanted = set(keys)
        if level:
            found = nodes.hub_blocks(self._connection, sorted(wanted), self._most, self._shown)
            return {key: found.get(key, _NOBODY) for key in wanted}
        missing = wanted - self._first.keys()
        found = nodes.blocks(self._connection, sorted(missing), self._most, self._shown)
        self._first |= {key: found.get(key, _NOBODY) for key in missing}
        return {key: self._first[key] for key in wanted}

    def members(self, keys: Iterable[int], level: int) -> list[set[int]]:
        """All nodes of each block, of the large ones too, up to `most` and one more."""
        ask = nodes.hub_blocks if level else nodes.blocks
        found = ask(self._connection, sorted(set(keys)), self._most, self._most + 1)
        return [set(block.members) for block in found.values()]


def candidates_of(blocks: Blocks, group: Group, customs: Mapping[str, str]) -> set[tuple[int, int]]:
    """Pairs of node ids (smaller first) of the nodes of a group with all that share a linking key with them."""
    found: set[tuple[int, int]] = set()
    waiting = [(rule, group) for rule in rules_of(group.kind, customs)]
    level = 0
    while waiting:
        asked = [(rule, of.keys(rule, level)) for rule, of in waiting]
        known = blocks.of({key for _, rows in asked for keys in rows.values() for key in keys}, level)
        waiting = []
        for rule, rows in asked:
            crowded = _link(found, rows, known, rule.cap(level))
            if crowded and level + 1 < len(rule.levels):
                waiting.append((rule, group.narrowed(crowded)))
        level += 1
    return found


def _link(
    found: set[tuple[int, int]], rows: Mapping[int, list[int]], blocks: Mapping[int, Block], cap: int
) -> set[int]:
    """Add the pairs of blocks that link; answers the nodes in blocks that are too large."""
    crowded = set()
    for node, keys in rows.items():
        for key in keys:
            size, members = blocks[key]
            if size > cap:
                crowded.add(node)
            else:
                found.update((min(node, other), max(node, other)) for other in members if other != node)
    return crowded


def split_blocks(hand: Hand, blocks: Blocks, arrived: Mapping[int, int], groups: Sequence[Group]) -> None:
    """Give finer keys to nodes in blocks that are too large: to added nodes, and to all of a block that just became so.

    arrived: key (as stored, first level) → how many of its nodes were added just now. groups: the added nodes.
    """
    for group in groups:
        for rule in rules_of(group.kind, hand.model.customs):
            _split(hand, blocks, rule, group, arrived)


def _split(hand: Hand, blocks: Blocks, rule: Rule, group: Group, added: Mapping[int, int]) -> None:
    focus, arrived = group, added
    for level in range(len(rule.levels) - 1):
        rows = focus.keys(rule, level)
        keys = {key for one in rows.values() for key in one}
        cap = rule.cap(level)
        asked = blocks if level == 0 else Blocks(hand.connection, cap + max(arrived.values(), default=0))
        crowded = {key: block.size for key, block in asked.of(keys, level).items() if block.size > cap}
        if not crowded:
            return
        chosen = {node for node, keys in rows.items() if crowded.keys() & set(keys)}
        fresh = [key for key, size in crowded.items() if size - arrived.get(key, 0) <= cap]
        if fresh:
            chosen = chosen.union(*asked.members(fresh, level))
        (focus,) = hand.groups(chosen)
        arrived = _add_finer(hand.connection, rule, level + 1, focus)


def _add_finer(connection: Connection, rule: Rule, level: int, focus: Group) -> dict[int, int]:
    """Add the finer keys of nodes; answers how many nodes each of them came to."""
    pairs = [(key, node) for node, keys in focus.keys(rule, level).items() for key in keys]
    known = {tuple(row) for row in nodes.hub_keys_of(connection, {node for _, node in pairs})}
    nodes.add_hub_keys(connection, [key for key, _ in pairs], [node for _, node in pairs])
    return Counter(key for key, node in pairs if (key, node) not in known)
