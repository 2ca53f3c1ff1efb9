"""Resolution in bulk: who is one party, whatever the order; judgements and their undo; hubs."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from resolve_records import Partition, columns, ids, node_table, parties, record, table

from litso.engine.duckdb import Engine
from litso.resolve.columns import Columns
from litso.resolve.explain import CROWDED, MEETS, explain
from litso.resolve.keys import CAP, Parts, keys_of_level, rules_of
from litso.resolve.model import shipped
from litso.usecases.resolution import Judgement, Split, resolve_standard

HOME = {"street": "Мира", "house": "10", "flat": "5", "house_key": "самара|мира|10", "city": "Самара"}
FATHER = {**HOME, "birth_date": "1955-02-03", "gender": "М", "accounts": ["4001"]}

STORIES: dict[str, tuple[list[dict[str, Any]], set[frozenset[str]]]] = {
    "one person in two systems": (
        [record("1", "Звягинцев Пётр Ильич", **FATHER), record("2", "Звягинцев П И", **HOME, accounts=["4001"])],
        {frozenset("12")},
    ),
    "father and son with one name": (
        [
            record("1", "Звягинцев Пётр Петрович", **FATHER),
            record("2", "Звягинцев Пётр Петрович", **{**FATHER, "birth_date": "1984-11-25"}),
        ],
        {frozenset("1"), frozenset("2")},
    ),
    "twins": (
        [
            record("1", "Звягинцева Мария Ильинична", **{**FATHER, "gender": "Ж"}),
            record("2", "Звягинцева Марина Ильинична", **{**FATHER, "gender": "Ж"}),
        ],
        {frozenset("1"), frozenset("2")},
    ),
    "husband and wife": (
        [
            record("1", "Звягинцев Пётр Ильич", **FATHER, phones=["+79161234567"]),
            record("2", "Звягинцева Анна Львовна", **{**FATHER, "birth_date": None, "gender": "Ж"},
                   phones=["+79161234567"]),
        ],
        {frozenset("1"), frozenset("2")},
    ),
    "a maiden name": (
        [
            record("1", "Звягинцева Анна Львовна", birth_date="1980-02-03", gender="Ж", phones=["+79161234567"]),
            record("2", "Троекурова Анна Львовна", birth_date="1980-02-03", gender="Ж", phones=["+79161234567"]),
        ],
        {frozenset("12")},
    ),
    "a re-issued phone": (
        [
            record("1", "Звягинцев Пётр Ильич", phones=["+79161234567"]),
            record("2", "Троекурова Анна Львовна", phones=["+79161234567"]),
        ],
        {frozenset("1"), frozenset("2")},
    ),
    "a moved tenant": (
        [
            record("1", "Звягинцев Пётр Ильич", **FATHER),
            record("2", "Троекурова Анна Львовна", **{**HOME}, accounts=["4001"], gender="Ж"),
        ],
        {frozenset("1"), frozenset("2")},
    ),
    "nothing in common": (
        [record("1", "Звягинцев Пётр"), record("2", "Троекурова Анна")],
        {frozenset("1"), frozenset("2")},
    ),
    "empty records": ([record("1"), record("2")], {frozenset("1"), frozenset("2")}),
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_stories(story: str) -> None:
    records, wanted = STORIES[story]
    assert ids(parties(records)) == wanted


def test_organizations_are_resolved_beside_persons() -> None:
    shop = {"kind": "organization", "company": "РОМАШКА", "opf": "ООО"}
    rows = [
        record("1", **shop, inn="6312345678"),
        record("2", **shop, inn="6312345678", phones=["+78462311122"]),
        record("3", **{**shop, "company": "ЛЮТИК"}, inn="6387654321", phones=["+78462311122"]),
        record("4", "Ромашка Анна", phones=["+78462311122"]),
    ]
    assert ids(parties(rows)) == {frozenset("12"), frozenset("3"), frozenset("4")}


def test_nothing_at_all() -> None:
    assert parties([]) == frozenset()


def crowd(seed: int, size: int = 60) -> list[dict[str, Any]]:
    """Records of a few families, with errors, in which much is shared."""
    chance = random.Random(seed)
    people = []
    for number in range(size):
        family = number % 7
        people.append(
            record(
                str(number),
                " ".join(chance.choice(words) for words in (
                    ["Звягинцев", "Звягинцева", "Звягинцв", "Троекуров"], ["Пётр", "П", "Анна", "Петя", "-"],
                    ["Ильич", "И", "-"])),
                birth_date=chance.choice([None, "1980-02-03", "1980-03-02", "1955-02-03"]),
                phones=chance.choice([[], [f"+7916123456{family}"], ["+79990000000"]]),
                accounts=chance.choice([[], [f"400{family}"]]),
                gender=chance.choice(["М", "Ж", None]),
                **chance.choice([{}, HOME, {**HOME, "flat": str(family)}]),
            )
        )  # fmt: skip
    return people


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_records_and_threads_do_not_matter(seed: int, chance: random.Random) -> None:
    records = crowd(seed)
    wanted = parties(records, threads=2)
    chance.shuffle(records)
    assert parties(records, threads=1) == wanted


def _apart(partition: Partition, one: str, two: str) -> bool:
    return not any({("s", one), ("s", two)} <= group for group in partition)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10_000), st.data())
def test_vetoes_hold_must_links_bind_and_undo_is_exact(seed: int, data: st.DataObject) -> None:
    records = crowd(seed, 30)
    pairs = st.tuples(st.integers(0, 29), st.integers(0, 29)).filter(lambda pair: pair[0] != pair[1])
    vetoes = data.draw(st.lists(pairs, min_size=1, max_size=4))
    judgements = [Judgement("different", ("s", str(one)), ("s", str(two))) for one, two in vetoes]
    before = parties(records)
    judged = parties(records, judgements=judgements)
    assert all(_apart(judged, str(one), str(two)) for one, two in vetoes)
    one, two = data.draw(pairs)
    bound = parties(records, judgements=[Judgement("same", ("s", str(one)), ("s", str(two)))])
    assert not _apart(bound, str(one), str(two))
    assert parties(records) == before


def test_a_veto_holds_even_through_a_third_record() -> None:
    same = {"birth_date": "1980-02-03", "phones": ["+79161234567"], "gender": "М"}
    rows = [record(str(number), "Звягинцев Пётр Ильич", **same, passport=str(number)) for number in range(3)]
    rows = [{**row, "passport": None} for row in rows]
    veto = Judgement("different", ("s", "0"), ("s", "2"))
    assert len(parties(rows)) == 1
    judged = parties(rows, judgements=[veto])
    assert _apart(judged, "0", "2")


def test_the_latest_of_contradicting_must_links_wins() -> None:
    rows = [record(name, f"{name} Пётр Ильич") for name in ("Звягинцев", "Троекуров", "Дубровский")]
    veto = Judgement("different", ("s", "Звягинцев"), ("s", "Дубровский"))
    first = Judgement("same", ("s", "Звягинцев"), ("s", "Троекуров"))
    second = Judgement("same", ("s", "Троекуров"), ("s", "Дубровский"))
    found = parties(rows, judgements=[veto, first, second])
    assert ids(found) == {frozenset({"Звягинцев"}), frozenset({"Троекуров", "Дубровский"})}


def test_judgements_about_records_that_are_gone_are_no_harm() -> None:
    rows = [record("1", "Звягинцев Пётр Ильич"), record("2", "Троекурова Анна")]
    gone = [Judgement(verdict, ("s", "1"), ("s", "9")) for verdict in ("same", "different", "unsure")]
    assert len(parties(rows, judgements=gone)) == 2


def test_a_crowded_block_is_split_and_a_hub_reported() -> None:
    shared = ["+79990000000"]
    rows = [
        record(str(number), f"{chr(1072 + number % 32) * 5}{number} Пётр", phones=shared) for number in range(CAP + 5)
    ]
    twin = {**rows[7], "source_id": "twin", "emails": ["petr@example.com"]}
    alike = [record(f"a{number}", "Звягинцев Пётр", phones=shared, flat=str(number)) for number in range(CAP + 5)]
    with Engine() as engine:
        engine.append("standard", [table([*rows, twin])])
        found = resolve_standard(engine, "standard", shipped("ru"))
        assert {hub.rule for kind in found.kinds for hub in kind.hubs} == set()
        assert Split("phones", "name", 1, CAP + 6, CAP + 6) in found.kinds[1].splits
        assert len(found.kinds[1].pairs.left) == 1
    with Engine() as engine:
        engine.append("standard", [table(alike)])
        found = resolve_standard(engine, "standard", shipped("ru"))
        hubs = {hub.rule: hub for kind in found.kinds for hub in kind.hubs}
        assert hubs["phones"].largest == CAP + 5
        assert hubs["phones"].nodes == CAP + 5
        by_phone = [split for split in found.kinds[1].splits if split.rule == "phones"]
        assert by_phone == [Split("phones", by, 1, CAP + 5, CAP + 5) for by in ("name", "birth_date")]


def test_keys_bring_together_what_they_should() -> None:
    one = record(
        "1", "Иванова Анна Ильинична", birth_date="1980-02-03", **HOME, postal_code="443001", national_id="1234567"
    )
    cases = {
        "name_year": record("2", "Анна Иванова -", birth_date="1980-11-30"),
        "given_patronymic_date": record("2", "Петрова Анна Ильинична", birth_date="1980-02-03"),
        "surname_sound_date": record("2", "Иваннова А -", birth_date="1980-02-03"),
        "given_date": record("2", "Петрова Аня -", birth_date="1980-02-03"),
        "name": record("2", "Иванова Анна -"),
        "full_name": record("2", "Иванова Анна Ильинична"),
        "flat_surname": record("2", "Иванов П -", **HOME),
        "flat_given": record("2", "Петрова Анна -", **HOME),
        "house_name": record("2", "Иванова А -", **{**HOME, "flat": None}),
        "house_date": record("2", "- - -", birth_date="1980-02-03", **{**HOME, "flat": None}),
        "street_sound": record("2", "Иваннова Пётр -", street="Мира"),
        "date_postal": record("2", "- - -", birth_date="1980-02-03", postal_code="443001"),
        "national_id_start": record("2", "- - -", national_id="1234657"),
        "sound_postal": record("2", "Иваннова А -", postal_code="443001"),
    }
    for name, other in cases.items():
        (rule,) = [rule for rule in rules_of("person") if rule.name == name]
        rows = keys_of_level(rule, 0, Parts(columns(one, other)))
        assert (len(set(rows.keys.tolist())), rows.nodes.tolist()) == (1, [0, 1]), name


def test_an_exact_custom_attribute_is_a_key_and_evidence() -> None:
    rows = [
        record("1", "Smith John", **{"custom:badge": "A-17"}),
        record("2", "Smyth Jon", **{"custom:badge": "A-17"}),
        record("3", "Brown John", **{"custom:badge": "B-44"}),
    ]
    model = shipped("generic").with_customs({"custom:badge": "exact"})
    assert ids(parties(rows, model=model, customs=("badge",))) == {frozenset("12"), frozenset("3")}


def test_explanation_adds_up_and_names_the_keys() -> None:
    one = record("1", "Звягинцев Пётр Ильич", **FATHER)
    two = record("2", "Звягинцев П И", **HOME, accounts=["4001"])
    nodes = node_table([one, two])
    found = explain(
        shipped("ru"), "person", Columns.of_table(nodes), 0, 1, (nodes.to_pylist()[0], nodes.to_pylist()[1])
    )
    assert found.weight == pytest.approx(found.base + sum(ground.weight for ground in found.grounds))
    assert found.is_candidate
    assert {key.rule for key in found.keys if key.status == MEETS} >= {"accounts", "flat_surname"}
    account = next(ground for ground in found.grounds if ground.claim == "account")
    assert (account.left, account.right) == ("4001", "4001")


def test_explanation_names_what_keeps_records_from_meeting() -> None:
    rows = [record(str(number), "Звягинцев Пётр -", phones=["+79990000000"]) for number in range(CAP + 5)]
    nodes = node_table(rows)
    shown = (nodes.to_pylist()[0], nodes.to_pylist()[1])
    found = explain(shipped("ru"), "person", Columns.of_table(nodes), 0, 1, shown)
    assert not found.is_candidate
    assert {key.rule: key.status for key in found.keys}["phones"] == CROWDED
