"""The change feed: no gaps under concurrent writers, and replayed from zero it rebuilds the store (I13)."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from small_sources import load_rows, person, register, settings_in
from test_online import of_row, upsert

from litso.domain.scope import Scope
from litso.store import changes, crosswalk
from litso.store.database import Store
from litso.usecases.access import Actor
from litso.usecases.feed import EVERYTHING, Selection, read_page
from litso.usecases.reconciliation import rejudge
from litso.usecases.stewardship import judge, undo
from litso.usecases.tuning import Wanted, rehearse
from litso.usecases.tuning_apply import apply, rollback

STEWARD = Actor("анна", "steward")
ONE = "0b1f6a52-3f0e-4b59-9d3f-0a8a5a4f7c11"


class Consumer:
    """A consuming system that knows nothing but the events: parties, the crosswalk, and what became of ids."""

    def __init__(self) -> None:
        self.parties: set[str] = set()
        self.survivors: dict[str, str] = {}
        self.crosswalk: dict[tuple[str, str], str] = {}
        self.values: dict[str, dict[str, Any]] = {}

    def receive(self, event: Mapping[str, Any]) -> None:
        party, data = event["subject"], event["data"]
        for record in data["records"]["left"]:
            if self.crosswalk.get((record["source"], record["source_id"])) == party:
                del self.crosswalk[record["source"], record["source_id"]]
        for record in data["records"]["joined"]:
            self.crosswalk[record["source"], record["source_id"]] = party
        if event["type"] in ("party.merged", "party.ended", "party.erased"):
            self.parties.discard(party)
            self.values.pop(party, None)
            self.survivors |= {party: data["into"]} if "into" in data else {}
        else:
            self.parties.add(party)
            self.survivors.pop(party, None)
            known = self.values.setdefault(party, {})
            known |= {name: pair["after"] for name, pair in data.get("values", {}).items()}

    def meant(self, party: str) -> str:
        while party in self.survivors:
            party = self.survivors[party]
        return party


def events(store: Store, selection: Selection = EVERYTHING, *, after: int = 0, limit: int = 7) -> list[dict[str, Any]]:
    found, is_full = [], True
    while is_full:
        with store.transaction() as connection:
            page = read_page(connection, after, selection, limit=limit)
        found += page.events
        after, is_full = page.last, page.is_full
    return found


def replayed(received: Iterable[Mapping[str, Any]]) -> Consumer:
    consumer = Consumer()
    for event in received:
        consumer.receive(event)
    return consumer


def assert_rebuilt(store: Store) -> None:
    """A consumer that replays the feed from zero has the state of the store, ids of former parties included."""
    fields = ("full_name", "emails", "birth_date")
    consumer = replayed(events(store, Selection(fields=fields)))
    twice = replayed([event for event in events(store) for _ in range(2)])
    with store.transaction() as connection:
        present = {
            (row["source"], row["source_id"]): row["party_id"]
            for table in crosswalk.read_current(connection)
            for row in table.to_pylist()
        }
        golden = dict(connection.execute("select party_id::text, golden_values from golden").fetchall())
        gone = connection.execute("select party_id::text, redirect_to::text from party where redirect_to is not null")
        redirects = dict(gone.fetchall())
    assert consumer.crosswalk == twice.crosswalk == present
    assert consumer.parties == set(golden)
    known = {party: {name: value for name, value in one.items() if value} for party, one in consumer.values.items()}
    assert known == {party: {name: one[name] for name in fields if name in one} for party, one in golden.items()}
    for party in consumer.survivors:
        target = redirects[party]
        while target in redirects:
            target = redirects[target]
        assert consumer.meant(party) == target


def test_a_consumer_that_replays_loads_and_upserts_has_the_state_of_the_store(store: Store, tmp_path: Path) -> None:
    for name in ("billing", "crm"):
        register(store, name)
    load_rows(store, tmp_path, "billing", [person(number) for number in range(30)])
    load_rows(store, tmp_path, "crm", [person(number, id=f"C{number}", ls="") for number in range(10, 40)])
    upsert(store, of_row(person(3, id="X", mail="")), of_row(person(50, id="Y")))
    upsert(store, of_row(person(51, id="X")))  # the record becomes another person
    load_rows(store, tmp_path, "billing", [person(number) for number in range(5, 30)], "full")
    assert_rebuilt(store)


def test_a_record_that_takes_the_place_of_another_is_told(store: Store, tmp_path: Path) -> None:
    """The golden record stays as it was: as many records, the same values from the same record."""
    register(store, "billing", 10)
    register(store, "crm")
    load_rows(store, tmp_path, "billing", [person(number) for number in range(20)])
    for full in ([person(1, id="old")], [person(1, id="new")]):
        load_rows(
            store, tmp_path, "crm", [*full, *(person(number, id=f"C{number}") for number in range(30, 40))], "full"
        )
    assert_rebuilt(store)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_judgements_and_tuning_undone_at_random_are_replayed(store: Store, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    register(store, "crm")
    for number in range(8):
        rows = [
            person(number),
            person(number, id=f"{number}b", mail="", ls=""),
            person(number, id=f"{number}c", tel=""),
        ]
        upsert(store, *map(of_row, rows[: 1 + number % 3]))
    keys = [str(number) for number in range(8)] + ["1b", "2b", "2c", "4b", "5c"]
    standing: list[int] = []
    for _ in range(12):
        if standing and chance.random() < 0.4:
            undo(store, STEWARD, standing.pop(chance.randrange(len(standing))))
            continue
        left, right = sorted(chance.sample(keys, 2))
        verdict = chance.choice(("same", "same", "different"))
        found = judge(store, STEWARD, verdict=verdict, left=("crm", left), right=("crm", right))
        if found.judgement.judgement_id not in standing:
            standing.append(found.judgement.judgement_id)
    assert_rebuilt(store)
    with store.transaction() as connection:
        rejudge(connection, settings_in(tmp_path), "model")
    assert_rebuilt(store)


def test_a_threshold_applied_and_rolled_back_is_replayed(store: Store, tmp_path: Path) -> None:
    register(store, "crm")
    for number in range(6):
        rows = [person(number), person(number, id=f"{number}c", tel="", mail="", ls="", adres="")]
        upsert(store, *map(of_row, rows))
    settings = settings_in(tmp_path)
    begun = rehearse(store, settings, STEWARD, Wanted(threshold=22.0))
    apply(store, settings, STEWARD, begun.tuning_id)
    assert_rebuilt(store)
    rollback(store, settings, STEWARD, begun.tuning_id)
    assert_rebuilt(store)


def test_concurrent_writers_leave_no_gap_behind_a_reader(store: Store) -> None:
    """A reader that follows its cursor while transactions commit out of order sees every event, once, in order."""
    writers, each = 6, 40

    def write(writer: int) -> None:
        chance = random.Random(writer)
        for number in range(each):
            with store.transaction() as connection:
                connection.execute("select pg_sleep(%s)", [chance.random() / 300])
                changes.append(
                    connection, [("party.changed", ONE, {"from": f"{writer}.{number}.{part}"}) for part in (1, 2)]
                )
                connection.execute("select pg_sleep(%s)", [chance.random() / 300])
                if chance.random() < 0.2:
                    connection.rollback()

    seen: list[tuple[int, str]] = []
    with ThreadPoolExecutor(writers) as pool:
        running = [pool.submit(write, writer) for writer in range(writers)]
        is_over = False
        while not is_over:
            is_over = all(one.done() for one in running)
            with store.transaction() as connection:
                found = changes.read_feed(connection, seen[-1][0] if seen else 0, limit=5)
            seen += [(event.change_id, event.data["from"]) for event in found]
            is_over = is_over and not found
            time.sleep(0.001)
        for one in running:
            one.result()
    with store.transaction() as connection:
        kept = changes.after(connection, 0, limit=1000)
    assert len(kept) > writers * each
    assert seen == [(change.change_id, change.data["from"]) for change in kept]


def test_what_is_not_of_the_feed_does_not_leave(store: Store) -> None:
    with store.transaction() as connection:
        changes.append(
            connection, [("check.hit", ONE, {"list": "x"}), ("party.changed", ONE, {"note": "x", "from": ONE})]
        )
    (told,) = events(store)
    assert (told["type"], told["subject"]) == ("party.changed", ONE)
    assert told["data"] == {"from": ONE, "records": {"joined": [], "left": []}}


def test_a_consumer_sees_its_fields_and_sources_alone(store: Store, tmp_path: Path) -> None:
    for name in ("billing", "crm"):
        register(store, name)
    load_rows(store, tmp_path, "billing", [person(number) for number in range(3)])
    upsert(store, of_row(person(1, id="C1")), of_row(person(8, id="C8")))
    with store.transaction() as connection:
        latest = changes.last_id(connection)
    upsert(store, of_row(person(1, id="C1", mail="other@mail.ru")))

    thin = events(store, Selection())
    assert not any("values" in event["data"] for event in thin)
    (changed,) = events(store, Selection(fields=("emails",)), after=latest)
    assert set(changed["data"]["values"]) == {"emails"}
    assert "other@mail.ru" in changed["data"]["values"]["emails"]["after"]
    assert "other@mail.ru" not in changed["data"]["values"]["emails"]["before"]
    assert events(store, Selection(fields=("full_name",)), after=latest) == []
    assert events(store, Selection(attributes=("full_name",)), after=latest) == []
    (noticed,) = events(store, Selection(attributes=("emails",)), after=latest)
    assert "values" not in noticed["data"]

    of_billing = events(store, Selection(sources=("billing",)))
    assert {record["source"] for event in of_billing for record in event["data"]["records"]["joined"]} == {"billing"}
    assert len({event["subject"] for event in of_billing}) == 3
    assert events(store, Selection(kinds=("organization",))) == []
    assert len(events(store, Selection(kinds=("person",)))) == len(thin)


def test_an_id_that_is_gone_and_leads_elsewhere_is_told(store: Store) -> None:
    """Three people are merged one by one; then the first is parted from the two others, which stay one."""
    register(store, "crm")
    upsert(store, *(of_row(person(number)) for number in range(3)))
    for left, right, verdict in (("0", "1", "same"), ("1", "2", "same"), ("0", "1", "different")):
        judge(store, STEWARD, verdict=verdict, left=("crm", left), right=("crm", right))
        assert_rebuilt(store)


def test_a_consumer_with_limits_is_told_of_parties_within_them(store: Store, tmp_path: Path) -> None:
    for name in ("billing", "crm"):
        register(store, name)
    with store.transaction() as connection:
        connection.execute("update source set brand = 'АО «Тепло»' where name = 'crm'")
    load_rows(store, tmp_path, "billing", [person(number) for number in range(3)])
    upsert(store, of_row(person(8, id="C8")), of_row(person(9, id="C9", adres="г Пермь, ул Мира, д 1")))
    everything = events(store)
    with store.transaction() as connection:
        owner = {key[1]: party for key, party in crosswalk.of_keys(connection, [("crm", "C8"), ("crm", "C9")]).items()}

    def told(*territories: str, brands: tuple[str, ...] = ()) -> set[str]:
        return {event["subject"] for event in events(store, Selection(scope=Scope(territories, brands)))}

    assert told(brands=("АО «Тепло»",)) == set(owner.values())
    assert told("Пермский") == {owner["C9"]}
    assert told("Пермский/Пермь") == {owner["C9"]}
    assert told("Пермский/Самара") == set()
    assert told("Пермский", brands=("другое",)) == set()
    judge(store, STEWARD, verdict="same", left=("crm", "C8"), right=("crm", "C9"))
    merged = [one for one in events(store, after=int(everything[-1]["id"])) if one["type"] == "party.merged"]
    within = events(store, Selection(scope=Scope(("Пермский",))), after=int(everything[-1]["id"]))
    assert {one["id"] for one in merged if one["subject"] == owner["C9"]} <= {one["id"] for one in within}
    assert {one["subject"] for one in within} <= set(owner.values())
    assert within
