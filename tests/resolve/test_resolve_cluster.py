"""Correlation clustering inside components."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from litso.resolve.cluster import Evidenced, components, contract, contract_alike, partition


@pytest.mark.parametrize(
    ("scores", "must", "vetoes", "wanted"),
    [
        ({(0, 1): 5, (1, 2): 5, (0, 2): 1}, [], [], [[0, 1, 2]]),
        ({(0, 1): 5, (1, 2): 4, (0, 2): -9}, [], [], [[0, 1], [2]]),
        ({(0, 1): 5, (1, 2): 4, (0, 2): -3}, [], [], [[0, 1, 2]]),
        ({(0, 1): 5, (1, 2): 4}, [], [], [[0, 1, 2]]),
        ({(0, 1): 5, (1, 2): 4}, [], [(0, 2)], [[0, 1], [2]]),
        ({(0, 1): 5, (1, 2): 4}, [(1, 2)], [(0, 2)], [[0], [1, 2]]),
        ({(0, 1): -9}, [(0, 1)], [], [[0, 1], [2]]),
        ({(0, 1): 9}, [(0, 1)], [(0, 1)], [[0], [1], [2]]),
        ({(0, 1): 4, (1, 2): 4, (0, 2): -5}, [], [], [[0, 1], [2]]),
    ],
)
def test_contraction(scores: Any, must: Any, vetoes: Any, wanted: list[list[int]]) -> None:
    assert contract([0, 1, 2], scores, must, vetoes) == wanted


def test_a_weak_bridge_joins_no_two_firm_groups() -> None:
    """Two people with three records each, and one record that leans to both."""
    scores = {pair: 20 for group in ((0, 1, 2), (4, 5, 6)) for pair in combinations(group, 2)}
    scores |= {(one, two): -15 for one in (0, 1, 2) for two in (4, 5, 6)}
    scores |= {(0, 3): 2, (3, 4): 1}
    assert contract(range(7), scores) == [[0, 1, 2, 3], [4, 5, 6]]


def test_many_weak_pairs_outweigh_no_contradiction() -> None:
    """Two namesakes with their own birth dates (0, 4), and records of the name alone around each of them."""
    firm = {pair: 12 for group in ((0, 1, 2, 3), (4, 5, 6, 7)) for pair in combinations(group, 2)}
    weak = {(one, two): 2 for one in (0, 1, 2, 3) for two in (4, 5, 6, 7)}
    assert contract(range(8), firm | weak | {(0, 4): -7}) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert contract(range(8), firm | weak) == [[*range(8)]]


NODES = st.integers(2, 8)


@st.composite
def components_of(draw: Any) -> tuple[int, dict[tuple[int, int], int], list[Any], list[Any]]:
    size = draw(NODES)
    pairs = list(combinations(range(size), 2))
    scores = draw(st.dictionaries(st.sampled_from(pairs), st.integers(-5, 5)))
    some = st.lists(st.sampled_from(pairs), max_size=3, unique=True)
    return size, scores, draw(some), draw(some)


@given(components_of(), st.randoms())
def test_vetoes_hold_and_order_does_not_matter(component: Any, chance: Any) -> None:
    size, scores, must, vetoes = component
    found = contract(range(size), scores, must, vetoes)
    home = {node: number for number, group in enumerate(found) for node in group}
    assert sorted(home) == list(range(size))
    assert all(home[one] != home[two] for one, two in vetoes)
    free = [pair for pair in must if pair not in vetoes]
    assert not free or home[free[0][0]] == home[free[0][1]]
    shuffled = list(scores.items())
    chance.shuffle(shuffled)
    assert contract(range(size), dict(shuffled), must, chance.sample(vetoes, len(vetoes))) == found


@given(components_of())
def test_no_two_groups_of_the_result_speak_for_each_other(component: Any) -> None:
    size, scores, _, _ = component
    found = contract(range(size), scores)
    for one, two in combinations(found, 2):
        between = [scores.get((min(a, b), max(a, b)), 0) for a in one for b in two]
        assert max(0, *between, 0) + min(0, *between, 0) <= 0


def scores_of_alike(size: int) -> Any:
    """(nodes of a component, scores of all pairs of each of some components)."""
    pairs = size * (size - 1) // 2
    return st.tuples(
        st.just(size),
        st.lists(st.lists(st.integers(-4, 5), min_size=pairs, max_size=pairs), min_size=1, max_size=4),
    )


@given(st.integers(2, 9).flatmap(scores_of_alike))
def test_components_in_step_end_as_one_by_one(alike: tuple[int, list[list[int]]]) -> None:
    size, components_ = alike
    found = contract_alike(np.array(components_, dtype=np.int64), size)
    for scores, firsts in zip(components_, found.tolist(), strict=True):
        groups = contract(range(size), dict(zip(combinations(range(size), 2), scores, strict=True)))
        assert firsts == [next(group[0] for group in groups if node in group) for node in range(size)]


@given(components_of(), st.randoms())
def test_partition_of_many_components(component: Any, chance: Any) -> None:
    """All nodes together give what each component gives alone, in any order of pairs."""
    size, scores, must, vetoes = component
    listed = list(scores.items())
    chance.shuffle(listed)
    pairs = np.array([pair for pair, _ in listed], dtype=np.int64).reshape(-1, 2)
    values = np.array([value for _, value in listed], dtype=np.int32)

    def score_more(left: Any, right: Any) -> Any:
        assert not {*zip(left.tolist(), right.tolist(), strict=True)} & set(scores)
        return np.full(len(left), -1, dtype=np.int32)

    copies = 10  # so many that components of one size are contracted together
    sides = (np.concatenate([side + size * copy for copy in range(copies)]) for side in (pairs[:, 0], pairs[:, 1]))
    many = partition(copies * size, Evidenced(*sides, np.tile(values, copies)), 0, score_more, must, vetoes)
    alone = partition(size, Evidenced(pairs[:, 0], pairs[:, 1], values), 0, score_more, must, vetoes)
    assert many[:size].tolist() == alone.tolist()
    assert all(alone[one] != alone[two] for one, two in vetoes)
    assert (alone <= np.arange(size)).all()
    untouched = partition(size, Evidenced(pairs[:, 0], pairs[:, 1], values), 0, score_more)
    assert many[size:].tolist() == [node + size * copy for copy in range(1, copies) for node in untouched.tolist()]


def test_pairs_without_a_common_key_are_weighed_inside_a_component() -> None:
    pairs = Evidenced(np.array([0, 1]), np.array([1, 2]), np.array([5, 4], dtype=np.int32))

    def against(left: Any, right: Any) -> Any:
        assert (left.tolist(), right.tolist()) == ([0], [2])
        return np.array([-20], dtype=np.int32)

    assert partition(3, pairs, 0, against).tolist() == [0, 0, 2]


def test_the_threshold_is_what_evidence_must_exceed() -> None:
    pairs = Evidenced(np.array([0]), np.array([1]), np.array([300], dtype=np.int32))

    def nothing(left: Any, right: Any) -> Any:
        return np.zeros(len(left), dtype=np.int32)

    assert partition(2, pairs, 299, nothing).tolist() == [0, 0]
    assert partition(2, pairs, 300, nothing).tolist() == [0, 1]


@given(st.integers(1, 12), st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=14))
def test_components_of_few_nodes_are_those_of_many(size: int, edges: list[tuple[int, int]]) -> None:
    inside = [edge for edge in edges if max(edge) < size]
    left, right = (np.array([edge[side] for edge in inside], dtype=np.int64) for side in (0, 1))
    assert components(size, left, right).tolist() == components(size + 300, left, right).tolist()[:size]
