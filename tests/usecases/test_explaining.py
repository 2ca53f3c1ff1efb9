"""Explanations: the parts add up to the score that decides, alike in files and in the store; the reason is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_sources import MAPPING, person, register, write_csv
from test_online import of_row, upsert

from litso.errors import NotFound
from litso.store import nodes
from litso.store.database import Store
from litso.usecases.access import Actor
from litso.usecases.batch import BatchRequest, resolve_files
from litso.usecases.explaining import (
    Answer,
    Formed,
    explain_output,
    explain_store,
    form_output,
    form_party,
    party_of_record,
)
from litso.usecases.loading import register_source
from litso.usecases.online import Given
from litso.usecases.stewardship import judge

STEWARD = Actor("анна", "steward")

ROWS = (
    person(1),
    person(1, id="1b", mail="", ls=""),
    person(1, id="1c", tel=""),
    person(1, id="1d", tel=""),
    person(2),
    person(2, id="2b", fio="Сидоренко О Ю", mail="", adres=""),
    person(3),
    person(5),
)


def loaded(store: Store, *rows: dict[str, str]) -> None:
    register(store, "crm")
    upsert(store, *(of_row(row) for row in rows))


def why(store: Store, left: str, right: str) -> Answer:
    with store.transaction() as connection:
        return explain_store(connection, STEWARD, ("crm", left), ("crm", right), purpose="stewardship")


def how(store: Store, key: str) -> Formed:
    with store.transaction() as connection:
        return form_party(connection, STEWARD, party_of_record(connection, ("crm", key)))


def say(store: Store, verdict: str, left: str, right: str) -> int:
    done = judge(store, STEWARD, verdict=verdict, left=("crm", left), right=("crm", right))
    return done.judgement.judgement_id


def hundredths(value: float) -> int:
    return round(value * 100)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """The rows resolved without a store."""
    mapping = tmp_path / "crm.yaml"
    mapping.write_text(MAPPING.format(name="crm", priority=0), "utf-8")
    resolve_files(BatchRequest([mapping], [write_csv(tmp_path / "crm.csv", ROWS)], tmp_path / "out"))
    return tmp_path / "out"


def test_parts_add_up_to_the_score_alike_in_files_and_in_the_store(store: Store, output: Path) -> None:
    loaded(store, *ROWS)
    ids = [row["id"] for row in ROWS]
    compared = 0
    for place, left in enumerate(ids):
        for right in ids[place + 1 :]:
            here, there = why(store, left, right), explain_output(output, ("crm", left), ("crm", right))
            assert (here.reason, here.is_one_party, here.threshold) == (
                there.reason,
                there.is_one_party,
                there.threshold,
            )
            assert here.explanation == there.explanation
            if here.explanation is not None:
                compared += 1
                parts = sum(hundredths(ground.weight) for ground in here.explanation.grounds)
                assert hundredths(here.explanation.base) + parts == hundredths(here.explanation.weight)
    assert compared > 20


def test_the_explained_score_is_the_one_that_is_stored(store: Store) -> None:
    loaded(store, *ROWS)
    with store.transaction() as connection:
        owner = {
            row[0]: row[1]
            for row in connection.execute("select node_id, min(source_id) from source_record group by node_id")
        }
        links = nodes.links_within(connection, owner)
    assert links
    for link in links:
        found = why(store, owner[link.node_a], owner[link.node_b]).explanation
        assert found is not None
        assert hundredths(found.weight) == hundredths(link.weight)


def test_how_tells_of_all_records_in_files_and_in_the_store(store: Store, output: Path) -> None:
    loaded(store, *ROWS)
    for row in ROWS:
        here, there = how(store, row["id"]), form_output(output, ("crm", row["id"]))
        steps = [[step._replace(party=None) for step in formed.steps] for formed in (here, there)]
        assert (here.records, here.nodes, steps[0]) == (there.records, there.nodes, steps[1])
    formed = how(store, "1")
    assert formed.records == (("crm", "1"), ("crm", "1b"), ("crm", "1c"), ("crm", "1d"))
    assert [step.what for step in formed.steps[:3]] == ["collapsed", "joined", "joined"]
    assert formed.steps[0].left == (("crm", "1c"), ("crm", "1d"))
    assert all(step.total > 0 and step.link and step.link.weight for step in formed.steps[1:3])
    assert all(step.what == "outweighed" and step.total <= 0 for step in formed.steps[3:])


def test_equal_and_unlike_records_are_named(store: Store) -> None:
    loaded(store, *ROWS)
    assert why(store, "1c", "1d").reason == "equal"
    assert why(store, "1", "1b").reason == "evidence"
    stranger = why(store, "1", "3")
    assert (stranger.reason, stranger.is_one_party) == ("not_enough", False)
    assert stranger.explanation is not None
    assert not stranger.explanation.is_candidate
    assert {key.status for key in stranger.explanation.keys} <= {"differs", "missing"}
    with pytest.raises(NotFound, match="nobody"):
        why(store, "1", "nobody")


def test_a_judgement_is_the_reason(store: Store) -> None:
    loaded(store, *ROWS, person(9, fio="", bdate="", adres="", ls="", mail=""))
    entry = say(store, "same", "1", "9")
    found = why(store, "9", "1")
    assert (found.reason, found.is_one_party) == ("judged_same", True)
    assert [one.judgement_id for one in found.judgements] == [entry]
    through = why(store, "9", "1b")
    assert through.reason == "through_others"
    assert [hop.weight is not None and hop.weight > 0 for hop in through.chain].count(False) == 1
    assert through.chain[0].left == (("crm", "9"),)
    assert ("crm", "1b") in through.chain[-1].right
    (judged,) = [step for step in how(store, "1").steps if step.what == "judged"]
    assert judged.judgement is not None
    assert judged.judgement.judgement_id == entry


def test_a_veto_is_the_reason_also_for_its_neighbours(store: Store) -> None:
    loaded(store, *ROWS)
    entry = say(store, "different", "1", "1b")
    direct = why(store, "1", "1b")
    assert (direct.reason, direct.is_one_party) == ("judged_different", False)
    beside = why(store, "1c", "1b") if why(store, "1c", "1").is_one_party else why(store, "1c", "1")
    assert (beside.reason, beside.is_one_party) == ("veto_nearby", False)
    assert [one.judgement_id for one in beside.judgements] == [entry]
    refused = [step for step in how(store, "1").steps if step.what == "vetoed"]
    assert len(refused) == 1
    assert refused[0].party == how(store, "1b").party_id


def test_a_custom_attribute_is_evidence_in_the_store_too(store: Store) -> None:
    mapping = MAPPING.format(name="crm", priority=0).replace("territory:", "custom: {badge: pass_no}\nterritory:")
    register_source(store, mapping, "crm.yaml")
    upsert(store, Given("crm", "1", {"full_name": "Хворостинин Глеб"}, custom={"badge": "A-17"}),
           Given("crm", "2", {"full_name": "Хворостинин Г"}, custom={"badge": "A-17"}))  # fmt: skip
    found = why(store, "1", "2")
    assert found.explanation is not None
    assert "custom:badge" in {ground.claim for ground in found.explanation.grounds}
    assert "custom:badge" in {key.rule for key in found.explanation.keys if key.status == "meets"}
