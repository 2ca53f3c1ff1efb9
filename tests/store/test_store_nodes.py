"""Nodes, keys and links: what is added in bulk is found online, and the other way round."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from litso.store import nodes, parties
from litso.store.database import Connection, Store
from litso.store.nodes import Block, Link

ONE, TWO, THREE = (f"{digit * 8}-{digit * 4}-4{digit * 3}-8{digit * 3}-{digit * 12}" for digit in "123")


def node_table(rows: list[tuple[int, str]]) -> pa.Table:
    listed = [{"node_id": node, "fingerprint": f"{node:032x}", "party_id": party} for node, party in rows]
    return pa.Table.from_pylist(listed, schema=nodes.NODE_SCHEMA)


def key_table(rows: Sequence[tuple[int, int]]) -> pa.Table:
    return pa.Table.from_pylist([{"key": key, "node_id": node} for key, node in rows], schema=nodes.KEY_SCHEMA)


def link_table(rows: Sequence[tuple[int, int, float]]) -> pa.Table:
    listed = [{"node_a": a, "node_b": b, "weight": weight, "levels": b"\0\1\2"} for a, b, weight in rows]
    return pa.Table.from_pylist(listed, schema=nodes.LINK_SCHEMA)


def add(
    connection: Connection, keys: Sequence[tuple[int, int]] = (), links: Sequence[tuple[int, int, float]] = ()
) -> None:
    """Add nodes 1 to 5, all of party ONE."""
    nodes.add_nodes(connection, node_table([(node, ONE) for node in range(1, 6)]), key_table(keys), link_table(links))


def test_what_is_added_is_read(connection: Connection) -> None:
    add(connection, [(7, 1), (-(2**63), 2)], [(1, 2, 1.5), (2, 5, -0.25)])
    assert nodes.read_nodes(connection).to_pylist() == node_table([(node, ONE) for node in range(1, 6)]).to_pylist()
    assert sorted(map(tuple, map(dict.values, nodes.read_keys(connection).to_pylist()))) == [(-(2**63), 2), (7, 1)]
    assert nodes.read_links(connection).to_pylist() == link_table([(1, 2, 1.5), (2, 5, -0.25)]).to_pylist()


def test_nothing_is_read_from_an_empty_store(connection: Connection) -> None:
    assert nodes.read_nodes(connection).schema == nodes.NODE_SCHEMA
    assert nodes.read_links(connection).schema == nodes.LINK_SCHEMA
    nodes.add_nodes(connection, node_table([]), key_table([]), link_table([]))
    assert nodes.read_keys(connection).num_rows == 0


def test_a_node_added_online_is_found_by_its_fingerprint(connection: Connection) -> None:
    fingerprint = uuid.uuid4().hex
    node_id = nodes.add_handful(connection, {fingerprint: (TWO, [3, 4])})[fingerprint]
    assert nodes.find_by_fingerprints(connection, [fingerprint, uuid.uuid4().hex]) == {fingerprint: node_id}
    assert nodes.parties_of(connection, [node_id]) == {node_id: TWO}
    assert nodes.keys_of(connection, [node_id]) == [(3, node_id), (4, node_id)]
    assert nodes.read_nodes(connection)["fingerprint"].to_pylist() == [fingerprint]


def test_blocks_are_counted_and_small_ones_named(connection: Connection) -> None:
    add(connection, [(10, 1), (10, 2), (20, 2), (30, 3), (30, 4), (30, 5)])
    found = nodes.blocks(connection, [10, 20, 20, 30, 40], most=9, shown=2)
    assert found == {10: Block(2, [1, 2]), 20: Block(1, [2]), 30: Block(3, [])}
    assert nodes.blocks(connection, [30], most=1, shown=5) == {30: Block(2, [3, 4])}
    assert nodes.blocks(connection, [], most=2, shown=2) == {}


edges = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from([-1.0, 1.0])), max_size=12)


def reached(start: set[int], links: list[tuple[int, int, float]]) -> set[int]:
    grown = start | {end for a, b, weight in links if weight >= 0 and {a, b} & start for end in (a, b)}
    return start if grown == start else reached(grown, links)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edges, st.sets(st.integers(1, 9), max_size=3))
def test_a_component_is_what_links_reach(store: Store, pairs: list[tuple[int, int, float]], start: set[int]) -> None:
    links = list({(min(a, b), max(a, b)): (min(a, b), max(a, b), weight) for a, b, weight in pairs if a != b}.values())
    with store.transaction() as connection:
        connection.execute("delete from link")
        nodes.add_links(connection, [Link(*link, b"\1") for link in links])
        found = nodes.component(connection, start, weight=0.0)
        inside = nodes.links_within(connection, found)
    assert found == sorted(reached(start, links))
    assert [link[:3] for link in inside] == sorted(link for link in links if {*link[:2]} <= set(found))


def test_a_link_gets_its_new_weight(connection: Connection) -> None:
    nodes.add_links(connection, [Link(1, 2, 1.0, b"\1")])
    nodes.add_links(connection, [Link(1, 2, 2.0, b"\2"), Link(1, 3, 0.5, b"\3")])
    assert nodes.links_within(connection, [1, 2, 3]) == [Link(1, 2, 2.0, b"\2"), Link(1, 3, 0.5, b"\3")]
    assert nodes.remove_links_within(connection, [1, 3]) == 1
    assert nodes.links_within(connection, [1, 2, 3]) == [Link(1, 2, 2.0, b"\2")]


def test_a_removed_node_takes_its_keys_and_links_along(connection: Connection) -> None:
    add(connection, [(10, 1), (10, 2)], [(1, 2, 1.0), (2, 3, 1.0)])
    assert nodes.remove_nodes(connection, np.array([2])) == 1
    assert nodes.blocks(connection, [10], most=9, shown=9) == {10: Block(1, [1])}
    assert nodes.read_links(connection).num_rows == 0
    assert nodes.read_nodes(connection)["node_id"].to_pylist() == [1, 3, 4, 5]


@pytest.mark.parametrize("in_bulk", [True, False])
def test_nodes_get_other_parties(connection: Connection, in_bulk: bool) -> None:
    add(connection)
    wanted = {1: ONE, 2: TWO, 3: THREE}
    if in_bulk:
        changed = nodes.assign_parties(
            connection, pa.table({"node_id": list(wanted), "party_id": list(wanted.values())})
        )
    else:
        changed = nodes.set_parties(connection, wanted)
    assert changed == 2
    assert nodes.parties_of(connection, [1, 2, 3, 4, 99]) == {**wanted, 4: ONE}
    assert nodes.nodes_of_parties(connection, [TWO, THREE]) == {2: TWO, 3: THREE}


def test_ids_are_reserved(connection: Connection) -> None:
    added = nodes.add_handful(connection, {uuid.uuid4().hex: (ONE, [])})
    assert len({*nodes.new_ids(connection, 3).tolist(), *added.values()}) == 4


# Parties ----------------------------------------------------------------------------------------------------------


def current(connection: Connection, *ids: str) -> list[str]:
    return [parties.get_current(connection, party_id).party_id for party_id in ids]


def test_ids_follow_every_merge_and_undo_restores_each(connection: Connection) -> None:
    parties.mint(connection, dict.fromkeys((ONE, TWO, THREE), "person"))
    parties.redirect(connection, {ONE: TWO})
    parties.redirect(connection, {TWO: THREE})
    assert current(connection, ONE, TWO, THREE) == [THREE, THREE, THREE]
    assert parties.merged_into(connection, THREE) == [ONE, TWO]
    assert parties.revive(connection, [TWO, THREE]) == 1
    assert current(connection, ONE, TWO, THREE) == [TWO, TWO, THREE]
    assert parties.merged_into(connection, TWO) == [ONE]
    found = parties.find(connection, ONE)
    assert found is not None
    assert (found.redirect_to, found.redirected_at is None) == (TWO, False)


def test_parties_are_minted_in_bulk_as_online(connection: Connection) -> None:
    ids = parties.new_ids(3)
    assert parties.mint_many(connection, pa.table({"party_id": ids[:2], "kind": ["person", "organization"]})) == 2
    parties.mint(connection, {ids[2]: "person"}, is_handmade=True)
    kinds = [parties.get_current(connection, party_id)[:3] for party_id in ids]
    assert kinds == [(ids[0], "person", False), (ids[1], "organization", False), (ids[2], "person", True)]
    assert parties.set_kinds(connection, {ids[0]: "organization", ids[1]: "organization"}) == 1


@pytest.mark.parametrize("party_id", ["", "нет", "1", ONE[:-1], "'; drop table party; --"])
def test_what_is_no_id_is_not_found(connection: Connection, party_id: str) -> None:
    assert parties.find(connection, party_id) is None
    with pytest.raises(parties.NotFound):
        parties.get_current(connection, party_id)


def test_new_ids_are_random(connection: Connection) -> None:
    made: list[Any] = [uuid.UUID(text) for text in parties.new_ids(50)]
    assert len(set(made)) == 50
    assert {one.version for one in made} == {4}
