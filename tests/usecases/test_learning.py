"""A model learned from the records of the store and from verdicts: rehearsed, applied, rolled back as any other."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from small_sources import settings_in
from test_online import assert_as_in_bulk
from test_tuning import STEWARD, STRICT, begin, state, town
from test_tuning_sample import label_all

from litso.errors import BadUsage
from litso.resolve.model import from_json, score, to_json
from litso.store import models, tuning
from litso.store.database import Store
from litso.usecases.learning import WORTH, opinions_of
from litso.usecases.reconciliation import current_model, outlook
from litso.usecases.resolution import compared
from litso.usecases.stewardship import judge, undo
from litso.usecases.tuning import Wanted, rehearse
from litso.usecases.tuning_apply import apply, rollback
from litso.usecases.tuning_sample import draw_sample


def test_learned_rehearsed_applied_and_rolled_back(store: Store, tmp_path: Path) -> None:
    town(store)
    begin(store)
    settings = settings_in(tmp_path)
    labels = label_all(store, draw_sample(store, settings, STEWARD, size=2000, seed=1).sample_id)
    before = state(store)
    found = rehearse(store, settings, STEWARD, Wanted(learn=True))
    learned = found.outlook["learned"]
    assert state(store) == before
    assert (found.status, found.outlook["is_other_model"]) == ("rehearsed", True)
    assert learned["same"] + learned["different"] == labels
    assert learned["same"] > 0 < learned["different"]
    assert learned["pairs"] > 0
    with store.transaction() as connection:
        content = models.get(connection, found.model).content
        present, _ = current_model(connection)
    assert content != to_json(present)

    apply(store, settings, STEWARD, found.tuning_id)
    with store.transaction() as connection:
        assert to_json(current_model(connection)[0]) == content
    assert_as_in_bulk(store, tmp_path)
    assert rollback(store, settings, STEWARD, found.tuning_id).hash_restored == before[3]
    assert state(store) == before


@pytest.mark.parametrize(("verdict", "other"), [("same", "different"), ("different", "same")])
def test_a_verdict_teaches_its_own_pair(store: Store, tmp_path: Path, verdict: str, other: str) -> None:
    """Judged the one way or the other, the pair has a higher or a lower score by the model that is learned."""
    town(store)
    settings = settings_in(tmp_path)
    scores = {}
    for answer in (verdict, other):
        judged = judge(store, STEWARD, verdict=answer, left=("crm", "2"), right=("crm", "2b"))
        with store.transaction() as connection:
            assert [(one.is_same, one.worth) for one in opinions_of(connection)] == [(answer == "same", None)]
        model = rehearse(store, settings, STEWARD, Wanted(learn=True)).model
        with store.transaction() as connection:
            learned = from_json(models.get(connection, model).content, "learned")
            with outlook(connection, settings, learned) as found:
                nodes = dict(found.engine.rows("select source_id, node from record_node"))
                (kind,) = (one for one in found.resolution.kinds if one.kind == "person")
                pair = sorted(nodes[key] - kind.first for key in ("2", "2b"))
                patterns = compared(kind, learned, *(np.array([place]) for place in pair))
                scores[answer] = int(score(learned, "person", patterns.levels)[0])
        undo(store, STEWARD, judged.judgement.judgement_id)
    assert scores["same"] > scores["different"]


def test_labels_of_a_sample_stand_for_their_strata_and_judgements_for_few(store: Store, tmp_path: Path) -> None:
    town(store)
    settings = settings_in(tmp_path)
    sample = draw_sample(store, settings, STEWARD, size=2000, seed=1)
    label_all(store, sample.sample_id)
    again = draw_sample(store, settings, STEWARD, size=20, seed=2)
    label_all(store, again.sample_id)
    with store.transaction() as connection:
        opinions = opinions_of(connection)
        pairs = {frozenset(((p.left_source, p.left_id), (p.right_source, p.right_id))): p
                 for p in tuning.pairs_of(connection, sample.sample_id)}  # fmt: skip
    assert len(opinions) == len(pairs)
    worth = [one.worth for one in opinions if one.worth is not None]
    assert len(worth) == len(opinions)
    assert sum(worth) <= sum(stratum["size"] for stratum in sample.strata) + 1e-6
    first = opinions[0]
    judge(store, STEWARD, verdict="different" if first.is_same else "same", left=first.left, right=first.right)
    with store.transaction() as connection:
        changed = {frozenset(one[:2]): one for one in opinions_of(connection)}
    assert changed[frozenset(first[:2])][2:] == (not first.is_same, None)
    assert len(changed) == len(opinions)
    assert WORTH > 0


def test_a_model_is_given_or_learned(store: Store, tmp_path: Path) -> None:
    town(store)
    settings = settings_in(tmp_path)
    with pytest.raises(BadUsage, match="either given or learned"):
        rehearse(store, settings, STEWARD, Wanted(model=json.dumps({}), learn=True))
    found = rehearse(store, settings, STEWARD, Wanted(threshold=STRICT, learn=True))
    with store.transaction() as connection:
        assert from_json(models.get(connection, found.model).content, "learned").threshold == STRICT
    assert (found.outlook["learned"]["same"], found.outlook["threshold_then"]) == (0, STRICT)
