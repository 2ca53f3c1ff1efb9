"""How a component was contracted: the told steps make the groups that clustering makes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from litso.resolve.cluster import Pair, contract
from litso.resolve.formation import EVIDENCE, JUDGEMENT, VETO, formation, strongest_path

NODES = 6
pair = st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)).filter(lambda both: both[0] < both[1])
scores = st.dictionaries(pair, st.integers(-900, 900), max_size=15)


@given(scores, st.lists(pair, max_size=2), st.lists(pair, max_size=2), st.integers(-200, 200))
def test_the_joins_make_the_groups(scored: dict[Pair, int], must: list[Pair], vetoes: list[Pair], bar: int) -> None:
    found = formation(range(NODES), scored, bar, must, vetoes)
    over = {one: score - bar for one, score in scored.items()}
    assert [list(group) for group in found.groups] == contract(range(NODES), over, must, vetoes)
    groups = {(node,) for node in range(NODES)}
    for join in found.joins:
        assert {join.left, join.right} <= groups or {tuple(sorted(join.left)), tuple(sorted(join.right))} <= groups
        groups = {one for one in groups if not set(one) & {*join.left, *join.right}}
        groups.add(tuple(sorted((*join.left, *join.right))))
        assert join.by == JUDGEMENT or join.total > 0
    assert groups == set(found.groups)


@given(scores, st.lists(pair, max_size=2))
def test_every_strong_pair_that_is_apart_has_its_reason(scored: dict[Pair, int], vetoes: list[Pair]) -> None:
    found = formation(range(NODES), scored, 0, (), vetoes)
    told = {(one.left, one.right): one for one in found.refusals}
    for (one, two), score in scored.items():
        left, right = found.group_of(one), found.group_of(two)
        if score <= 0 or left == right:
            continue
        refusal = told.get((left, right)) or told[(right, left)]
        assert refusal.best[1] >= score
        assert refusal.by == VETO or (refusal.by == EVIDENCE and refusal.total <= 0 > refusal.worst[1])


def test_the_strongest_path_avoids_the_weak_link() -> None:
    links = {(0, 1): 500, (1, 2): 50, (0, 3): 400, (2, 3): 300}
    assert strongest_path(range(4), links, 1, 2) == [((1, 0), 500), ((0, 3), 400), ((3, 2), 300)]
    assert strongest_path(range(5), links, 1, 4) == []
