"""Nodes (records equal in every standard value), their keys, and links between nodes.

In bulk whole tables arrive by COPY; online a handful of rows in one transaction. Both write the same tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from litso.store.bulk import copy_fixed, copy_frame, filling, read_table, reserve_ids, uuid_bytes
from litso.store.database import Connection, array_of, rows_of
from litso.store.queries import statements

NODE_SCHEMA: Final = pa.schema([("node_id", pa.int64()), ("fingerprint", pa.string()), ("party_id", pa.string())])
KEY_SCHEMA: Final = pa.schema([("key", pa.int64()), ("node_id", pa.int64())])
LINK_SCHEMA: Final = pa.schema(
    [("node_a", pa.int64()), ("node_b", pa.int64()), ("weight", pa.float32()), ("levels", pa.binary())]
)
"""Each pair once, `node_a` < `node_b`; `levels` has one byte an evidence, in the order of the model."""


class Block(NamedTuple):
    """The nodes of a key: how many (up to one more than was asked for), and who, where they are not too many."""

    size: int
    members: Sequence[int]


class Link(NamedTuple):
    """A pair above the review weight."""

    node_a: int
    node_b: int
    weight: float
    levels: bytes


# In bulk -------------------------------------------------------------------------------------------------------


def new_ids(connection: Connection, count: int) -> NDArray[np.int64]:
    """Reserve node ids, ascending."""
    return reserve_ids(connection, "node", "node_id", count)


def read_nodes(connection: Connection) -> pa.Table:
    """Every node, in NODE_SCHEMA; fingerprints as 32 hexadecimal digits, party ids as canonical UUIDs."""
    return read_table(connection, statements("nodes")["read_nodes"], NODE_SCHEMA)


def read_keys(connection: Connection) -> pa.Table:
    """Every key of every node, in KEY_SCHEMA."""
    return read_table(connection, statements("nodes")["read_keys"], KEY_SCHEMA)


def read_links(connection: Connection) -> pa.Table:
    """Every link, in LINK_SCHEMA."""
    texts = pa.schema([*list(LINK_SCHEMA)[:3], pa.field("levels", pa.string())])
    found = pl.DataFrame(read_table(connection, statements("nodes")["read_links"], texts))
    return found.with_columns(pl.col("levels").str.decode("hex")).to_arrow().cast(LINK_SCHEMA)


def add_nodes(connection: Connection, nodes: pa.Table, keys: pa.Table, links: pa.Table) -> None:
    """Add nodes with their keys and links (NODE_SCHEMA, KEY_SCHEMA, LINK_SCHEMA); ids come from `new_ids`.

    Links may also join older nodes. UUIDs are texts, with or without hyphens.
    """
    incoming = {"node": nodes.num_rows, "node_key": keys.num_rows, "link": links.num_rows}
    with filling(connection, incoming) as emptied:
        if nodes.num_rows:
            copy_fixed(connection, "node", _node_columns(nodes), freeze="node" in emptied)
        if keys.num_rows:
            columns = {name: keys[name].to_numpy() for name in KEY_SCHEMA.names}
            copy_fixed(connection, "node_key", columns, freeze="node_key" in emptied)
        if links.num_rows:
            copy_fixed(connection, "link", _link_columns(links), freeze="link" in emptied)


def _node_columns(nodes: pa.Table) -> dict[str, NDArray[Any]]:
    return {
        "node_id": nodes["node_id"].to_numpy(),
        "fingerprint": uuid_bytes(nodes["fingerprint"]),
        "party_id": uuid_bytes(nodes["party_id"]),
    }


def _link_columns(links: pa.Table) -> dict[str, NDArray[Any]]:
    levels: list[bytes] = links["levels"].to_pylist()
    return {
        "node_a": links["node_a"].to_numpy(),
        "node_b": links["node_b"].to_numpy(),
        "weight": links["weight"].to_numpy().astype(np.float32),
        "levels": np.frombuffer(b"".join(levels), dtype=f"V{len(levels[0])}"),
    }


def remove_nodes(connection: Connection, node_ids: Sequence[int] | NDArray[np.int64]) -> int:
    """Remove nodes with their keys and links; records must have left them."""
    if not len(node_ids):
        return 0
    ids = {"ids": list(map(int, node_ids))}
    connection.execute(statements("nodes")["remove_keys"], ids)
    connection.execute(statements("nodes")["remove_links"], ids)
    return connection.execute(statements("nodes")["remove_nodes"], ids).rowcount


def remove_links_within(connection: Connection, node_ids: Iterable[int]) -> int:
    """Remove the links among nodes, before they are weighed anew."""
    return connection.execute(statements("nodes")["remove_links_within"], {"ids": array_of(node_ids)}).rowcount


def remove_pairs(connection: Connection, pairs: pa.Table) -> int:
    """Remove the links of pairs (`node_a`, `node_b`)."""
    if pairs.num_rows == 0:
        return 0
    connection.execute(statements("nodes")["drop_stale_link"])
    connection.execute(statements("nodes")["create_stale_link"])
    copy_frame(connection, "stale_link", pl.DataFrame(pairs.select(["node_a", "node_b"])))
    return connection.execute(statements("nodes")["remove_pairs"]).rowcount


def assign_parties(connection: Connection, assignment: pa.Table) -> int:
    """Set the party of nodes (`node_id`, `party_id`); answers how many had another one."""
    if assignment.num_rows == 0:
        return 0
    connection.execute(statements("nodes")["drop_incoming_node"])
    connection.execute(statements("nodes")["create_incoming_node"])
    copy_frame(connection, "incoming_node", pl.DataFrame(assignment.select(["node_id", "party_id"])))
    return connection.execute(statements("nodes")["assign_parties"]).rowcount


# Online --------------------------------------------------------------------------------------------------------


def add_handful(connection: Connection, added: Mapping[str, tuple[str, Sequence[int]]]) -> dict[str, int]:
    """Add nodes: fingerprint → (party id, keys); answers fingerprint → node id."""
    if not added:
        return {}
    keyed = [(print_, key) for print_, (_, keys) in added.items() for key in keys]
    parameters = {
        "fingerprints": array_of(added),
        "parties": array_of(party for party, _ in added.values()),
        "owners": array_of(print_ for print_, _ in keyed),
        "keys": array_of(key for _, key in keyed),
    }
    return dict(connection.execute(statements("nodes")["add_handful"], parameters).fetchall())


def add_links(connection: Connection, links: Iterable[Link]) -> None:
    """Add links, or give them their new weight and levels."""
    columns = list(zip(*links, strict=True))
    if columns:
        parameters = dict(zip(("nodes_a", "nodes_b", "weights", "levels"), map(list, columns), strict=True))
        connection.execute(statements("nodes")["add_links"], parameters)


def blocks(connection: Connection, keys: Sequence[int], most: int, shown: int) -> dict[int, Block]:
    """Key → its block, of keys that any node has. Nodes are counted up to `most` + 1, and named up to `shown`."""
    return _blocks(connection, "blocks", keys, most, shown)


def hub_blocks(connection: Connection, keys: Sequence[int], most: int, shown: int) -> dict[int, Block]:
    """As `blocks`, for the finer keys of split blocks."""
    return _blocks(connection, "hub_blocks", keys, most, shown)


def _blocks(connection: Connection, statement: str, keys: Sequence[int], most: int, shown: int) -> dict[int, Block]:
    parameters = {"keys": array_of(keys), "most": most + 1, "shown": shown}
    rows = connection.execute(statements("nodes")[statement], parameters).fetchall() if keys else []
    return {key: Block(size, members) for key, size, members in rows}


def sizes(connection: Connection, keys: Sequence[int], most: int) -> dict[int, int]:
    """How many nodes have each key, counted up to `most`."""
    return dict(connection.execute(statements("nodes")["sizes"], {"keys": array_of(keys), "most": most}).fetchall())


def add_hub_keys(connection: Connection, keys: Sequence[int], node_ids: Sequence[int]) -> None:
    """Add finer keys of nodes in split blocks: `keys[n]` of `node_ids[n]`; those that are there already stay."""
    if keys:
        connection.execute(statements("nodes")["add_hub_keys"], {"keys": array_of(keys), "nodes": array_of(node_ids)})


def replace_hub_keys(connection: Connection, keys: pa.Table) -> None:
    """Replace all finer keys (KEY_SCHEMA, each once)."""
    connection.execute(statements("nodes")["clear_hub_keys"])
    if keys.num_rows:
        copy_fixed(connection, "hub_key", {name: keys[name].to_numpy() for name in KEY_SCHEMA.names})


def hub_keys_of(connection: Connection, node_ids: Iterable[int]) -> list[tuple[int, int]]:
    """(finer key, node id) of some nodes."""
    return connection.execute(statements("nodes")["hub_keys_of"], {"ids": array_of(node_ids)}).fetchall()


def partners(connection: Connection, node_ids: Sequence[int], weight: float) -> list[int]:
    """Nodes at the other end of links of more than `weight`."""
    parameters = {"ids": array_of(node_ids), "weight": weight}
    return [row[0] for row in connection.execute(statements("nodes")["partners"], parameters).fetchall()]


def find_by_fingerprints(connection: Connection, fingerprints: Sequence[str]) -> dict[str, int]:
    """Fingerprint (32 hexadecimal digits) → node id, of those that there are."""
    parameters = {"fingerprints": array_of(fingerprints)}
    return dict(connection.execute(statements("nodes")["find_by_fingerprints"], parameters).fetchall())


def keys_of(connection: Connection, node_ids: Iterable[int]) -> list[tuple[int, int]]:
    """(key, node id) of some nodes."""
    return connection.execute(statements("nodes")["keys_of"], {"ids": array_of(node_ids)}).fetchall()


def component(connection: Connection, node_ids: Iterable[int], weight: float = 0.0) -> list[int]:
    """Nodes reachable from these ones through links of more than `weight`, these ones included, ascending."""
    parameters = {"ids": array_of(node_ids), "weight": weight}
    return [row[0] for row in connection.execute(statements("nodes")["component"], parameters).fetchall()]


def links_within(connection: Connection, node_ids: Iterable[int]) -> list[Link]:
    """Links with both ends among the nodes, by ends."""
    return rows_of(connection, Link, statements("nodes")["links_within"], {"ids": array_of(node_ids)})


class Standing(NamedTuple):
    """The party of a record, and a record of it at the other end of a link; without any link only the party."""

    record_id: int
    kind: str
    party_id: str
    source: str | None
    source_id: str | None
    weight: float
    levels: bytes


def standings(connection: Connection, record_ids: Sequence[int], most: int) -> list[Standing]:
    """The party of each record, with up to `most` of its strongest links inside the party, the strongest first."""
    if not record_ids:
        return []
    return rows_of(connection, Standing, statements("nodes")["standings"], {"ids": array_of(record_ids), "most": most})


def parties_of(connection: Connection, node_ids: Iterable[int]) -> dict[int, str]:
    """Party id of each node."""
    return dict(connection.execute(statements("nodes")["parties_of"], {"ids": array_of(node_ids)}).fetchall())


def nodes_of_parties(connection: Connection, party_ids: Iterable[str]) -> dict[int, str]:
    """Nodes of parties: node id → party id."""
    return dict(connection.execute(statements("nodes")["nodes_of_parties"], {"ids": array_of(party_ids)}).fetchall())


def set_parties(connection: Connection, parties: Mapping[int, str]) -> int:
    """Set the party of a handful of nodes; answers how many had another one."""
    parameters = {"nodes": array_of(parties), "parties": array_of(parties.values())}
    return connection.execute(statements("nodes")["set_parties"], parameters).rowcount
