"""Why two records are, or are not, one party, and how a party was formed.

Told of scenes, so that the store and an output of `litso resolve` explain alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from litso.errors import NotFound
from litso.resolve.cluster import Pair
from litso.resolve.explain import Explanation
from litso.resolve.formation import EVIDENCE, JUDGEMENT, VETO, Refusal, formation, strongest_path
from litso.resolve.model import UNIT
from litso.store import audit, crosswalk, records
from litso.store.database import Connection, beyond
from litso.store.judgements import Judgement
from litso.usecases.access import Actor, demand, demand_records, demand_seen, seen, sight_of, why
from litso.usecases.resolution import Key
from litso.usecases.scene import (
    Member,
    Scene,
    opened_output,
    scenes_of_nodes,
    scenes_of_output,
    scenes_of_store,
)

REASONS: Final = MappingProxyType(
    {
        "equal": "Записи совпадают во всех значениях: это одна запись, сравнивать нечего.",
        "evidence": "Вместе: основания этой пары перевешивают порог.",
        "through_others": "Вместе через другие записи: сама пара порога не достигает, но её связывает цепочка.",
        "judged_same": "Вместе: так решил дата-стюард.",
        "kinds": "Порознь: одна запись о физлице, другая об юрлице, такие не объединяются.",
        "judged_different": "Порознь: слияние запретил дата-стюард.",
        "veto_nearby": "Порознь: пара похожа, но запрет слияния разделяет записи, с которыми они вместе.",
        "outweighed": "Порознь: пара похожа, но другая пара между двумя субъектами говорит против сильнее.",
        "not_enough": "Порознь: оснований не хватает до порога.",
        "not_compared": "Порознь: нет общего ключа отбора, поэтому пара не сравнивалась, хотя и похожа.",
    }
)
"""Why two records are together or apart, by code."""


class Hop(NamedTuple):
    """A step of the way from one record to another: both nodes by their records, and the score of the pair in bits.

    weight: None where only a must-link binds them.
    """

    left: tuple[Key, ...]
    right: tuple[Key, ...]
    weight: float | None


class Balance(NamedTuple):
    """All pairs between two groups of records, in bits over the threshold, and the one that speaks against the most."""

    total: float
    against: Hop


class Answer(NamedTuple):
    """Two records, their parties, and why they are together or apart.

    reason: a code of REASONS. explanation: the evidence of the pair, None where there is nothing to compare. chain: the
    strongest way between two records that are together without their own evidence. balance: what outweighed a pair that
    speaks for one party. judgements: those that decided. threshold: in bits.
    """

    left: Key
    right: Key
    left_party: str
    right_party: str
    reason: str
    threshold: float
    explanation: Explanation | None = None
    chain: tuple[Hop, ...] = ()
    balance: Balance | None = None
    judgements: tuple[Judgement, ...] = ()

    @property
    def is_one_party(self) -> bool:
        """Whether the two records belong to one party."""
        return self.left_party == self.right_party


class Step(NamedTuple):
    """One step of how a party was formed.

    what: `collapsed`, the records of `left` are equal in every value; `joined`, two groups became one by their evidence
    together; `judged`, by a must-link; `vetoed` or `outweighed`, a neighbour was kept apart by a judgement or by all
    evidence together, though `link` speaks for it. total: bits over the threshold of all pairs between the groups.
    link: the strongest pair between them. party: of the neighbour.
    """

    what: str
    left: tuple[Key, ...]
    right: tuple[Key, ...] = ()
    total: float = 0.0
    link: Hop | None = None
    party: str | None = None
    judgement: Judgement | None = None


class Formed(NamedTuple):
    """How a party was formed. nodes: how many different records it has."""

    party_id: str
    kind: str
    threshold: float
    records: tuple[Key, ...]
    nodes: int
    steps: tuple[Step, ...]
    judgements: tuple[Judgement, ...]


# Where it is read from ------------------------------------------------------------------------------------------


def explain_output(output: Path, left: Key, right: Key) -> Answer:
    """Explain two records, named by (source, source_id), of the output folder of `litso resolve`."""
    with opened_output(output) as engine:
        return _answer(scenes_of_output(engine, output, (left, right)), left, right)


def form_output(output: Path, key: Key) -> Formed:
    """How the party of a record of an output folder was formed."""
    with opened_output(output) as engine:
        return _formed(*_home(scenes_of_output(engine, output, (key,)), key))


def explain_store(connection: Connection, actor: Actor, left: Key, right: Key, *, purpose: str | None = None) -> Answer:
    """Explain two records of the store; the read is logged first, values are masked as the actor may see them."""
    demand(actor, "read_parties")
    sight, logged = sight_of(actor, purpose)
    if actor.scope.is_limited:
        demand_records(connection, actor, (left, right))
    known = {(row.source, row.source_id): row.party_id for row in records.find_many(connection, (left, right))}
    for party in sorted({party for party in known.values() if party}):
        audit.write(connection, actor=actor.name, action="records", party_id=party, fields=("links",), purpose=logged)
    with beyond(connection):  # the answer speaks of these two parties alone, their neighbours count in it
        scenes = scenes_of_store(connection, (left, right))
    return _answer([scene.masked(sight) for scene in scenes], left, right)


def form_party(connection: Connection, actor: Actor, party_id: str) -> Formed:
    """How a party of the store was formed; the read is logged first."""
    demand(actor, "read_parties")
    demand_seen(connection, actor, party_id)
    audit.write(
        connection, actor=actor.name, action="records", party_id=party_id, fields=("links",), purpose=why(actor)
    )
    members = records.of_party(connection, party_id)
    found = {member.node_id for member in members if member.node_id is not None}
    if not found:
        raise NotFound("the party has no records")
    key = (members[0].source, members[0].source_id)
    with beyond(connection):
        formed = _formed(*_home(scenes_of_nodes(connection, found), key))
    neighbours = seen(connection, actor, {step.party for step in formed.steps if step.party})
    return formed._replace(steps=tuple(step for step in formed.steps if step.party is None or step.party in neighbours))


def party_of_record(connection: Connection, key: Key) -> str:
    """The party of a record now; NotFound when there is none."""
    history = crosswalk.history_of_record(connection, *key)
    if not history or history[0].until is not None:
        raise NotFound(f"there is no record {key[1]!r} in the source {key[0]!r}")
    return history[0].party_id


# Why and why not ------------------------------------------------------------------------------------------------


def _home(scenes: Sequence[Scene], key: Key) -> tuple[Scene, int]:
    """The scene of a record and its node there."""
    found = ((scene, scene.node_of(key)) for scene in scenes)
    return next((scene, node) for scene, node in found if node is not None)


def _answer(scenes: Sequence[Scene], left: Key, right: Key) -> Answer:
    """Put the reasons in order: what collapsed, what was judged, then evidence of the pair and around it."""
    (scene, one), (other, two) = _home(scenes, left), _home(scenes, right)
    parties = scene.members[one].party_id, other.members[two].party_id
    bar = scene.threshold / UNIT
    if scene is not other:
        return Answer(left, right, *parties, "kinds", bar)
    if one == two:
        return Answer(left, right, *parties, "equal", bar)
    found = scene.explained(one, two)
    answer = Answer(left, right, *parties, "evidence", bar, found)
    pair = (min(one, two), max(one, two))
    if answer.is_one_party:
        return _together(scene, pair, answer)
    return _apart(scene, pair, answer)


def _together(scene: Scene, pair: Pair, answer: Answer) -> Answer:
    if pair in scene.must:
        return answer._replace(reason="judged_same", judgements=(scene.must[pair],))
    if _is_above(scene, answer):
        return answer
    inside = [node for node, member in enumerate(scene.members) if member.party_id == answer.left_party]
    strong = {one: score for one, score in scene.inside(inside).items() if score > scene.threshold}
    bound = {one: max(strong.values(), default=0) + 1 for one in scene.must}
    start, end = scene.node_of(answer.left), scene.node_of(answer.right)
    way = strongest_path(inside, {**strong, **bound}, start or 0, end or 0)
    chain = tuple(_hop(scene, one) for one, _ in way)
    used = tuple(entry for one, entry in scene.must.items() if one in {(min(step), max(step)) for step, _ in way})
    return answer._replace(reason="through_others", chain=chain, judgements=used)


def _apart(scene: Scene, pair: Pair, answer: Answer) -> Answer:
    if pair in scene.vetoes:
        return answer._replace(reason="judged_different", judgements=(scene.vetoes[pair],))
    if not _is_above(scene, answer):
        return answer._replace(reason="not_enough")
    sides = {answer.left_party, answer.right_party}
    entries = tuple(
        entry
        for (one, two), entry in scene.vetoes.items()
        if {scene.members[one].party_id, scene.members[two].party_id} == sides
    )
    if entries:
        return answer._replace(reason="veto_nearby", judgements=entries)
    if scene.home[pair[0]] != scene.home[pair[1]]:
        return answer._replace(reason="not_compared")
    return answer._replace(reason="outweighed", balance=_balance(scene, answer))


def _is_above(scene: Scene, answer: Answer) -> bool:
    return answer.explanation is not None and round(answer.explanation.weight * UNIT) > scene.threshold


def _balance(scene: Scene, answer: Answer) -> Balance | None:
    """The sum between the two parties, and the pair that speaks against one party the most."""
    between = {
        pair: score
        for pair, score in scene.scores.items()
        if {scene.members[node].party_id for node in pair} == {answer.left_party, answer.right_party}
    }
    worst = min(between, key=lambda pair: (between[pair], pair))
    total = sum(between.values()) - scene.threshold * len(between)
    return Balance(total / UNIT, _hop(scene, worst))


def _hop(scene: Scene, pair: Pair) -> Hop:
    one, two = pair
    score = scene.scores.get((min(pair), max(pair)))
    return Hop(scene.members[one].keys, scene.members[two].keys, None if score is None else score / UNIT)


# How ------------------------------------------------------------------------------------------------------------


def _formed(scene: Scene, node: int) -> Formed:
    """Replay the contraction of the component of a node, and keep the steps of its group."""
    nodes = scene.component(node)
    must = [pair for pair in scene.must if set(pair) <= set(nodes)]
    vetoes = [pair for pair in scene.vetoes if set(pair) <= set(nodes)]
    found = formation(nodes, scene.inside(nodes), scene.threshold, must, vetoes)
    group = found.group_of(node)
    steps = [Step("collapsed", member.keys) for member in _members(scene, group) if len(member.keys) > 1]
    for join in found.joins:
        if set(join.left) <= set(group):
            steps.append(
                Step(
                    "judged" if join.by == JUDGEMENT else "joined",
                    _keys(scene, join.left),
                    _keys(scene, join.right),
                    join.total / UNIT,
                    None if join.best is None else _hop(scene, join.best[0]),
                    judgement=_entry(scene, join.left, join.right) if join.by == JUDGEMENT else None,
                )
            )
    steps += [_refused(scene, refusal, group) for refusal in found.refusals if group in (refusal.left, refusal.right)]
    entries = [
        entry for judged in (scene.must, scene.vetoes) for pair, entry in judged.items() if set(pair) & set(group)
    ]
    return Formed(
        scene.members[node].party_id,
        scene.kind,
        scene.threshold / UNIT,
        _keys(scene, group),
        len(group),
        tuple(steps),
        tuple(sorted(entries, key=lambda entry: entry.judgement_id)),
    )


def _members(scene: Scene, group: Sequence[int]) -> list[Member]:
    return [scene.members[node] for node in group]


def _keys(scene: Scene, group: Sequence[int]) -> tuple[Key, ...]:
    """The records of a group of nodes."""
    return tuple(sorted(key for member in _members(scene, group) for key in member.keys))


def _entry(scene: Scene, left: Sequence[int], right: Sequence[int]) -> Judgement | None:
    """The must-link between two groups."""
    sides = (set(left), set(right))
    return next(
        (
            entry
            for (one, two), entry in scene.must.items()
            if (one in sides[0] and two in sides[1]) or (one in sides[1] and two in sides[0])
        ),
        None,
    )


def _refused(scene: Scene, refusal: Refusal, group: tuple[int, ...]) -> Step:
    other = refusal.right if refusal.left == group else refusal.left
    return Step(
        {VETO: "vetoed", EVIDENCE: "outweighed"}[refusal.by],
        _keys(scene, group),
        _keys(scene, other),
        refusal.total / UNIT,
        _hop(scene, refusal.best[0]),
        party=scene.members[other[0]].party_id,
    )
