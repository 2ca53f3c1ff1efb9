"""Samples of pairs: drawn by strata, judged blind, estimated; labels decide nothing unless the steward says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_sources import settings_in
from test_online import parties
from test_tuning import STEWARD, STRICT, town

from litso.errors import BadUsage, Conflict, Forbidden, NotFound
from litso.store import tuning
from litso.store.database import Store
from litso.usecases.access import Actor
from litso.usecases.stewardship import judge
from litso.usecases.tuning import Wanted, rehearse
from litso.usecases.tuning_sample import ask, draw_sample, estimate, label, take_back


def person_of(source_id: str) -> str:
    return source_id.rstrip("bcd")


def label_all(store: Store, sample_id: int) -> int:
    """Label every pair as the town knows it; answers how many."""
    with store.transaction() as connection:
        pairs = tuning.pairs_of(connection, sample_id)
    for pair in pairs:
        is_same = person_of(pair.left_id) == person_of(pair.right_id)
        label(store, STEWARD, sample_id, pair.place, "same" if is_same else "different")
    return len(pairs)


def now(store: Store) -> dict[str, str]:
    with store.transaction() as connection:
        return parties(connection)


def test_a_sample_of_all_pairs_tells_the_truth(store: Store, tmp_path: Path) -> None:
    town(store)
    judge(store, STEWARD, verdict="different", left=("crm", "1"), right=("crm", "1b"))
    before = now(store)
    sample = draw_sample(store, settings_in(tmp_path), STEWARD, size=2000, seed=1)
    assert [one["chosen"] for one in sample.strata] == [one["size"] for one in sample.strata]
    assert label_all(store, sample.sample_id) == sample.pairs
    assert now(store) == before
    with store.transaction() as connection:
        found = estimate(connection, STEWARD, sample.sample_id)
        pairs = tuning.pairs_of(connection, sample.sample_id)
    together = [pair for pair in pairs if before[pair.left_id] == before[pair.right_id]]
    right = [pair for pair in together if person_of(pair.left_id) == person_of(pair.right_id)]
    same = [pair for pair in pairs if person_of(pair.left_id) == person_of(pair.right_id)]
    assert 0 < len(right) < len(same)
    assert found.precision is not None
    assert found.recall is not None
    assert found.precision == (round(len(right) / len(together), 4),) * 3
    assert found.recall == (round(len(right) / len(same), 4),) * 3
    assert (found.merges_right, found.splits_right) == (None, None)
    assert found.curve


def test_a_rehearsal_is_sampled_where_it_changes_something(store: Store, tmp_path: Path) -> None:
    town(store)
    settings = settings_in(tmp_path)
    rehearsed = rehearse(store, settings, STEWARD, Wanted(threshold=STRICT))
    sample = draw_sample(store, settings, STEWARD, size=50, tuning_id=rehearsed.tuning_id)
    assert {one["what"] for one in sample.strata} == {"split"}
    label_all(store, sample.sample_id)
    with store.transaction() as connection:
        found = estimate(connection, STEWARD, sample.sample_id)
    assert found.splits_right is not None
    assert found.splits_right.value < 0.5
    assert (found.precision, found.recall, found.merges_right) == (None, None, None)


def test_a_pair_is_asked_blind_and_a_label_is_taken_back(store: Store, tmp_path: Path) -> None:
    town(store)
    sample = draw_sample(store, settings_in(tmp_path), STEWARD, size=20)
    with store.transaction() as connection:
        first = ask(connection, STEWARD, sample.sample_id)
    assert first is not None
    assert not {"score", "weight", "stratum", "together"} & set(first._fields)
    assert {cell.mark for cell in first.cells} <= {"=", "≠", ""}
    label(store, STEWARD, sample.sample_id, first.place, "unsure")
    with pytest.raises(Conflict):
        label(store, STEWARD, sample.sample_id, first.place, "same")
    with store.transaction() as connection:
        second = ask(connection, STEWARD, sample.sample_id, first.place)
        assert second is not None
        assert (second.place, second.labelled) == (first.place + 1, 1)
        take_back(connection, STEWARD, sample.sample_id, first.place)
        again = ask(connection, STEWARD, sample.sample_id)
        assert again is not None
        assert (again.place, again.labelled) == (first.place, 0)
        logged = connection.execute("select count(*) from audit where action = 'reveal'").fetchone()
        assert logged == (6,)


def test_a_label_becomes_a_judgement_only_when_asked(store: Store, tmp_path: Path) -> None:
    town(store)
    sample = draw_sample(store, settings_in(tmp_path), STEWARD, size=2000)
    with store.transaction() as connection:
        pairs = tuning.pairs_of(connection, sample.sample_id)
    before = now(store)
    apart = next(pair for pair in pairs if before[pair.left_id] != before[pair.right_id])
    label(store, STEWARD, sample.sample_id, apart.place, "same", as_judgement=True)
    after = now(store)
    assert after[apart.left_id] == after[apart.right_id]


def test_samples_refuse_what_makes_no_sense(store: Store, tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with pytest.raises(NotFound, match="no pairs"):
        draw_sample(store, settings, STEWARD)
    town(store)
    with pytest.raises(BadUsage, match="20"):
        draw_sample(store, settings, STEWARD, size=3)
    with pytest.raises(Forbidden):
        draw_sample(store, settings, Actor("пётр", "operator"))
    sample = draw_sample(store, settings, STEWARD, size=20)
    with pytest.raises(BadUsage, match="perhaps"):
        label(store, STEWARD, sample.sample_id, 1, "perhaps")
    with pytest.raises(NotFound):
        label(store, STEWARD, sample.sample_id, 9999, "same")
    with store.transaction() as connection:
        assert estimate(connection, STEWARD, sample.sample_id).precision is None
