"""Samples for stewards: few well-chosen pairs, judged blind, that tell how right the parties or a rehearsal are.

Labels are no judgements: they change no party, unless the steward says so of one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from litso.errors import BadUsage, Conflict, NotFound
from litso.resolve import sampling
from litso.resolve.model import UNIT, from_json
from litso.resolve.sampling import APART, MERGES, SPLITS, TOGETHER, Labels, Share, Stratum, Weighed
from litso.settings import Settings
from litso.store import audit, models, records, tuning
from litso.store.database import Connection, Store
from litso.store.tuning import Pair, Sample
from litso.usecases.access import Actor, demand, sight_of
from litso.usecases.masking import masked_values, text_of
from litso.usecases.profiles import source_titles
from litso.usecases.reconciliation import Outlook, current_model, outlook
from litso.usecases.resolution import Key, KindResolution, scorer_of
from litso.usecases.stewardship import judge
from litso.usecases.tuning import CHART_STEPS, model_by_id, one_state

Numbers = NDArray[np.int64]

VERDICTS: Final = ("same", "different", "unsure")
SMALLEST, LARGEST_SAMPLE = 20, 2000
REACH: Final = 8.0
"""Bits below the threshold down to which pairs that are apart are sampled; further down hardly any are of one party."""

_PURPOSE: Final = "stewardship"
_FIELDS: Final = ("full_name", "company", "birth_date", "phones", "emails", "accounts", "address", "snils", "inn",
                  "ogrn", "kpp", "passport", "national_id")  # fmt: skip


class Cell(NamedTuple):
    """One attribute of both records as it is shown; mark: `=`, `≠`, or empty where one of them lacks it."""

    attribute: str
    left: str
    right: str
    mark: str


class Question(NamedTuple):
    """A pair put to a steward, without score and without what is decided about it now."""

    sample_id: int
    place: int
    pairs: int
    labelled: int
    left: Key
    right: Key
    left_title: str
    right_title: str
    cells: tuple[Cell, ...]


class Estimate(NamedTuple):
    """What the labels say.

    Of the present parties: precision and recall of pairs together. Of a rehearsal: the share of merges that are right
    and of splits that are right. None: some stratum has no label yet. strata: with their labels. curve: by threshold.
    """

    sample: Sample
    labels: tuple[Labels, ...]
    unsure: int
    precision: Share | None
    recall: Share | None
    merges_right: Share | None
    splits_right: Share | None
    curve: list[dict[str, float]]


# Drawing --------------------------------------------------------------------------------------------------------


def draw_sample(
    store: Store, settings: Settings, actor: Actor, *, size: int = 200, tuning_id: int | None = None,
    seed: int | None = None,
) -> Sample:  # fmt: skip
    """Draw pairs of the present parties, or of what a rehearsal would change. seed: repeats a draw."""
    return finish_sample(store, settings, begin_sample(store, actor, size=size, tuning_id=tuning_id), size, seed)


def begin_sample(store: Store, actor: Actor, *, size: int, tuning_id: int | None = None) -> int:
    """Check what is wanted and note it; answers the number of the sample, which has no pairs yet."""
    demand(actor, "tune")
    if not SMALLEST <= size <= LARGEST_SAMPLE:
        raise BadUsage(f"a sample has from {SMALLEST} to {LARGEST_SAMPLE} pairs, not {size}")
    with store.transaction() as connection:
        current_model(connection)
        active = models.find_active(connection)
        model = tuning.get(connection, tuning_id).model if tuning_id is not None else active.model_id if active else ""
        return tuning.add_sample(connection, tuning_id=tuning_id, model=model, author=actor.name)


def finish_sample(store: Store, settings: Settings, sample_id: int, size: int, seed: int | None = None) -> Sample:
    """Draw the pairs of a sample that was begun; one without any pairs is given up."""
    with store.session() as connection:
        with one_state(connection):
            sample = tuning.get_sample(connection, sample_id)
            with outlook(connection, settings, model_by_id(connection, sample.model)) as found:
                chance = np.random.default_rng(seed)
                strata, pairs = _drawn(found, size, chance, is_rehearsal=sample.tuning_id is not None)
        with connection.transaction():
            if pairs:
                tuning.fill_sample(connection, sample_id, [_without_infinity(one) for one in strata], pairs)
                return tuning.get_sample(connection, sample_id)
            tuning.drop_sample(connection, sample_id)
    raise NotFound("there are no pairs to draw from")


def _without_infinity(stratum: Stratum) -> dict[str, Any]:
    """A stratum for JSON; an open border is null."""
    return {name: None if isinstance(value, float) and math.isinf(value) else value
            for name, value in stratum._asdict().items()}  # fmt: skip


class _Population(NamedTuple):
    """Pairs of nodes to draw from: by their numbers, with scores in bits and their place among the kinds of pairs."""

    left: Numbers
    right: Numbers
    scores: NDArray[np.float64]
    kinds: Numbers


def _drawn(
    found: Outlook, size: int, chance: np.random.Generator, *, is_rehearsal: bool
) -> tuple[list[Stratum], list[Pair]]:
    parties = _parties_of_nodes(found)
    threshold = found.resolution.threshold
    parts = [
        (_changing if is_rehearsal else _standing)(found, kind, parties[kind.first : kind.first + len(kind.clusters)])
        for kind in found.resolution.kinds
    ]
    left, right, scores, kinds = (np.concatenate(column) for column in zip(*parts, strict=True))
    what = (MERGES, SPLITS) if is_rehearsal else (TOGETHER, APART)
    strata, place = sampling.stratify(what, kinds, scores, threshold)
    chosen = sampling.draw(strata, place, scores, size, chance)
    counts = Counter(place[chosen].tolist())
    strata = [one._replace(chosen=counts[number]) for number, one in enumerate(strata)]
    faces = _faces(found, {*left[chosen].tolist(), *right[chosen].tolist()})
    pairs = [
        Pair(0, number, int(place[one]), *faces[int(left[one])], *faces[int(right[one])], float(scores[one]))
        for number, one in enumerate(chosen.tolist(), 1)
    ]
    return strata, pairs


def _parties_of_nodes(found: Outlook) -> Numbers:
    """The party of each node now, as a number."""
    rows = found.engine.table("""
        select dense_rank() over (order by o.party_id) - 1 as party
        from numbered u join old_node o using (node_id) order by u.node
    """)
    parties: Numbers = rows["party"].to_numpy()
    return parties


def _inner(labels: Numbers) -> tuple[Numbers, Numbers]:
    """All pairs of nodes with the same label."""
    order = np.argsort(labels, kind="stable")
    _, starts, sizes = np.unique(labels[order], return_index=True, return_counts=True)
    lefts, rights = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for size in np.unique(sizes[sizes > 1]).tolist():
        members = order[starts[sizes == size][:, None] + np.arange(size)]
        one, two = np.triu_indices(size, 1)
        lefts.append(members[:, one].ravel())
        rights.append(members[:, two].ravel())
    return np.concatenate(lefts), np.concatenate(rights)


def _scored(found: Outlook, kind: KindResolution, more: Sequence[tuple[Numbers, Numbers]]) -> _Population:
    """Candidates and more pairs, each once, with their scores; kinds are not told yet."""
    size = len(kind.clusters)
    known = kind.pairs.left * size + kind.pairs.right
    codes = np.unique(np.concatenate([left * size + right for left, right in more]))
    codes = codes[~np.isin(codes, known)]
    left, right = codes // max(size, 1), codes % max(size, 1)
    scores = np.concatenate([kind.pairs.scores, scorer_of(kind, found.resolution.model)(left, right)])
    lefts, rights = np.concatenate([kind.pairs.left, left]), np.concatenate([kind.pairs.right, right])
    return _Population(lefts, rights, scores / UNIT, np.zeros(len(lefts), np.int64))


def _standing(found: Outlook, kind: KindResolution, parties: Numbers) -> _Population:
    """Pairs of one party, and pairs of two that are not far below the threshold."""
    every = _scored(found, kind, [_inner(parties)])
    together = parties[every.left] == parties[every.right]
    chosen = together | (every.scores > found.resolution.threshold - REACH)
    return _chosen(every._replace(kinds=np.where(together, 0, 1)), chosen, kind.first)


def _changing(found: Outlook, kind: KindResolution, parties: Numbers) -> _Population:
    """Pairs that come together, and pairs that come apart."""
    every = _scored(found, kind, [_inner(parties), _inner(kind.clusters)])
    now = parties[every.left] == parties[every.right]
    then = kind.clusters[every.left] == kind.clusters[every.right]
    return _chosen(every._replace(kinds=np.where(then, 0, 1)), now != then, kind.first)


def _chosen(every: _Population, chosen: NDArray[np.bool_], first: int) -> _Population:
    return _Population(
        every.left[chosen] + first, every.right[chosen] + first, every.scores[chosen], every.kinds[chosen]
    )


def _faces(found: Outlook, nodes: set[int]) -> dict[int, Key]:
    """The first record of each node."""
    listed = ", ".join(map(str, sorted(nodes))) or "null"
    rows = found.engine.rows(f"""
        select r.node, arg_min(r.source, s.record_id), arg_min(r.source_id, s.record_id)
        from record_node r join standard s using (source, source_id) where r.node in ({listed}) group by r.node
    """)  # noqa: S608
    return {node: (source, source_id) for node, source, source_id in rows}


# Labelling ------------------------------------------------------------------------------------------------------


def ask(connection: Connection, actor: Actor, sample_id: int, after: int = 0) -> Question | None:
    """The next pair without a label; the read is logged. Pairs of records that are gone since are passed over."""
    demand(actor, "judge_many")
    sight, purpose = sight_of(actor, _PURPOSE)
    sample = tuning.get_sample(connection, sample_id)
    pair = tuning.next_pair(connection, sample_id, after)
    if pair is None:
        return ask(connection, actor, sample_id) if after else None
    keys = ((pair.left_source, pair.left_id), (pair.right_source, pair.right_id))
    found = {(row.source, row.source_id): row for row in records.find_many(connection, keys)}
    if any(key not in found or found[key].deleted_at for key in keys):
        tuning.label(connection, sample_id, pair.place, "unsure", actor.name)
        return ask(connection, actor, sample_id, pair.place)
    for row in found.values():
        audit.write(
            connection, actor=actor.name, action="reveal", party_id=row.party_id, fields=_FIELDS, purpose=purpose
        )
    sides = [masked_values(found[key].standard, sight, found[key].kind) for key in keys]
    titles = source_titles(connection)
    left, right = keys
    return Question(
        sample_id, pair.place, sample.pairs, sample.labelled, left, right,
        titles.get(left[0], left[0]), titles.get(right[0], right[0]), _cells(sides[0], sides[1]),
    )  # fmt: skip


def _cells(left: Mapping[str, Any], right: Mapping[str, Any]) -> tuple[Cell, ...]:
    """Attributes that one of the records has."""
    both = ((name, text_of(left.get(name)), text_of(right.get(name))) for name in _FIELDS)
    return tuple(Cell(name, one, two, _mark(one, two)) for name, one, two in both if one or two)


def _mark(left: str, right: str) -> str:
    return ("=" if left == right else "≠") if left and right else ""


def label(store: Store, actor: Actor, sample_id: int, place: int, verdict: str, *, as_judgement: bool = False) -> Pair:
    """Label a pair of a sample. as_judgement: it shall also decide about the two records.

    Conflict when it has a label already: it is taken back first.
    """
    demand(actor, "judge_many")
    if verdict not in VERDICTS:
        raise BadUsage(f"a label is one of {', '.join(VERDICTS)}, not {verdict!r}")
    with store.transaction() as connection:
        pair = tuning.get_pair(connection, sample_id, place)
        if pair.label is not None:
            raise Conflict(f"pair {place} is labelled already")
        tuning.label(connection, sample_id, place, verdict, actor.name)
        found = tuning.get_pair(connection, sample_id, place)
    if as_judgement:
        left, right = (pair.left_source, pair.left_id), (pair.right_source, pair.right_id)
        judge(store, actor, verdict=verdict, left=left, right=right, reason=f"sample {sample_id}, pair {place}")
    return found


def take_back(connection: Connection, actor: Actor, sample_id: int, place: int) -> None:
    """Take a label back; a judgement that it became stays in the ledger."""
    demand(actor, "judge_many")
    tuning.get_pair(connection, sample_id, place)
    tuning.label(connection, sample_id, place, None, actor.name)


# Estimates ------------------------------------------------------------------------------------------------------


def estimate(connection: Connection, actor: Actor, sample_id: int) -> Estimate:
    """What the labels of a sample say so far; unsure ones are left out."""
    demand(actor, "tune")
    sample = tuning.get_sample(connection, sample_id)
    pairs = tuning.pairs_of(connection, sample_id)
    judged = [pair for pair in pairs if pair.label in ("same", "different")]
    counts = Counter(pair.stratum for pair in judged)
    same = Counter(pair.stratum for pair in judged if pair.label == "same")
    labels = tuple(
        Labels(one["what"], one["size"], counts[number], same[number]) for number, one in enumerate(sample.strata)
    )
    is_rehearsal = sample.tuning_id is not None
    apart = sampling.precision(labels, SPLITS)
    return Estimate(
        sample,
        labels,
        sum(pair.label == "unsure" for pair in pairs),
        None if is_rehearsal else sampling.precision(labels),
        None if is_rehearsal else sampling.recall(labels),
        sampling.precision(labels, MERGES),
        None if apart is None else _opposite(apart),
        [] if is_rehearsal else _curve(connection, sample, judged, counts),
    )


def _opposite(share: Share) -> Share:
    return Share(round(1 - share.value, 4), round(1 - share.high, 4), round(1 - share.low, 4))


def _curve(
    connection: Connection, sample: Sample, judged: Sequence[Pair], counts: Mapping[int, int]
) -> list[dict[str, float]]:
    """Precision and recall of links by threshold."""
    threshold = from_json(models.get(connection, sample.model).content, "the model of the sample").threshold
    weighed = [
        Weighed(pair.score, pair.label == "same", sample.strata[pair.stratum]["size"] / counts[pair.stratum])
        for pair in judged
    ]
    return sampling.curve(weighed, [threshold + step for step in CHART_STEPS]) if weighed else []
