"""Contacts: order, chances, what is withheld, reasons in words, channels, and what outcomes teach."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from litso.golden.contacts import (
    CALL,
    EMAIL,
    MISSED,
    REACHED,
    SMS,
    WRONG,
    Home,
    Outcome,
    Rival,
    contacts,
    learn,
    preferred,
    rival,
    traits,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
MOBILE, OTHER, LAND = "+79170000001", "+79170000002", "+78462310000"


def entry(value: str, **more: object) -> dict:
    blank = {"source": "crm", "source_id": "1", "said_by": 1, "qc": 0, "at": None, "rule": "newest"}
    return {"value": value, **blank} | more


def tried(value: str, *results: str, days: int = 10, channel: str = CALL) -> list[Outcome]:
    return [Outcome(value, channel, result, NOW - timedelta(days=days + place)) for place, result in enumerate(results)]


def order(provenance: dict, **known: object) -> list[str]:
    return [one.value for one in contacts(provenance, NOW, **known)]  # type: ignore[arg-type]


def test_untried_a_mobile_comes_before_a_land_line_and_what_several_say_before_what_one_says() -> None:
    assert order({"phones": [entry(LAND), entry(MOBILE), entry(OTHER, said_by=2)]}) == [OTHER, MOBILE, LAND]
    found = contacts({"phones": [entry(LAND), entry(MOBILE)], "emails": [entry("a@b.ru"), entry("c@d.ru")]}, NOW)
    assert [(one.kind, one.rank, one.is_best, one.place) for one in found] == [
        ("phone", 1, True, 1), ("phone", 2, False, 0), ("email", 1, True, 0), ("email", 2, False, 1),
    ]  # fmt: skip


def test_outcomes_beat_what_sources_say_and_new_ones_beat_old_ones() -> None:
    provenance = {"phones": [entry(MOBILE, said_by=3), entry(OTHER)]}
    assert order(provenance, outcomes=tried(MOBILE, MISSED, MISSED, MISSED)) == [OTHER, MOBILE]
    old = tried(MOBILE, MISSED, MISSED, MISSED, days=4000)
    assert order(provenance, outcomes=old) == [MOBILE, OTHER]
    assert order(provenance, outcomes=[*old, *tried(OTHER, REACHED, REACHED, REACHED, REACHED)]) == [OTHER, MOBILE]


def test_a_pinned_contact_comes_first_whatever_its_chance() -> None:
    provenance = {"phones": [entry(LAND, rule="pin"), entry(MOBILE, said_by=3)]}
    assert order(provenance, outcomes=tried(LAND, MISSED, MISSED)) == [LAND, MOBILE]


def withheld(provenance: dict, **known: object) -> list[str]:
    return [one.value for one in contacts(provenance, NOW, **known) if one.withheld]  # type: ignore[arg-type]


def test_a_number_where_somebody_else_answered_is_withheld_until_it_reaches_again() -> None:
    provenance = {"phones": [entry(MOBILE, at="2026-01-01T00:00:00"), entry(OTHER)]}
    wrong = tried(MOBILE, WRONG, days=30)
    (first, last) = contacts(provenance, NOW, outcomes=wrong)
    assert (first.value, first.is_best, last.withheld) == (OTHER, True, "ответил не тот человек 23.10.2026")
    assert withheld(provenance, outcomes=[*wrong, *tried(MOBILE, REACHED, days=5)]) == []
    assert withheld({"phones": [entry(MOBILE, at="2026-11-01T00:00:00")]}, outcomes=wrong) == []


def test_a_number_that_a_stranger_gave_later_is_withheld_and_one_of_the_family_is_not() -> None:
    provenance = {"phones": [entry(MOBILE, at="2020-01-01T00:00:00")]}
    later, earlier = datetime(2026, 5, 1, tzinfo=UTC), datetime(2019, 5, 1, tzinfo=UTC)
    own = Home("самара|мира|5|", "7", "Иванов")
    stranger, cousin, mate = (
        Home("самара|победы|9|", "1", "Петров"),
        own._replace(house_key="x", surname="Иванова"),
        own,
    )

    def told(at: datetime, its: Home, said_by: int = 1) -> list[str]:
        return withheld(provenance, rivals=[rival(MOBILE, at, said_by, its, own)])

    assert told(later, stranger) == [MOBILE]
    assert told(earlier, stranger) == told(later, cousin) == told(later, mate) == []
    assert told(later, Home(None, None, "Петров")) == []
    assert withheld({"phones": [entry(MOBILE, said_by=3)]}, rivals=[rival(MOBILE, later, 1, stranger, own)]) == []
    reached = tried(MOBILE, REACHED, days=5)
    assert withheld(provenance, rivals=[rival(MOBILE, later, 1, stranger, own)], outcomes=reached) == []
    (shared,) = contacts(provenance, NOW, rivals=[rival(MOBILE, later, 1, mate, own)])
    assert "общий с живущими по этому адресу" in shared.reasons


def test_nothing_withheld_is_best_even_alone() -> None:
    (alone,) = contacts({"phones": [entry(MOBILE)]}, NOW, outcomes=tried(MOBILE, WRONG))
    assert (alone.rank, alone.is_best) == (1, False)
    assert preferred([alone], [], NOW) == ()


def test_reasons_are_words() -> None:
    provenance = {"phones": [entry(MOBILE, said_by=3, at="2026-11-12T10:00:00", qc=1)]}
    (found,) = contacts(provenance, NOW, outcomes=tried(MOBILE, REACHED, MISSED, REACHED))
    assert found.reasons == (
        "дошло 2 из 3, последний раз 12.11.2026",
        "мобильный",
        "указан в 3 источниках",
        "изменён 12.11.2026",
        "распознан с допущениями, стоит проверить",
    )
    assert contacts(provenance, NOW)[0].reasons[0] == "мобильный"
    assert "не дошло ни разу из 1" in contacts(provenance, NOW, outcomes=tried(MOBILE, MISSED))[0].reasons


def test_the_preferred_channel_is_the_one_that_works_for_the_best_contact() -> None:
    provenance = {"phones": [entry(MOBILE)], "emails": [entry("a@b.ru")]}

    def first(*outcomes: Outcome) -> str:
        return preferred(contacts(provenance, NOW, outcomes=outcomes), outcomes, NOW)[0].name

    assert first() == SMS
    assert first(*tried(MOBILE, REACHED, REACHED), *tried(MOBILE, MISSED, MISSED, channel=SMS)) == CALL
    assert first(*tried("a@b.ru", REACHED, REACHED, channel=EMAIL), *tried(MOBILE, MISSED)) == EMAIL
    land = contacts({"phones": [entry(LAND)]}, NOW)
    assert [one.name for one in preferred(land, [], NOW)] == [CALL]


def test_outcomes_of_alike_contacts_teach() -> None:
    good = {"phones": [entry(MOBILE, source="cabinet")]}
    bad = {"phones": [entry(OTHER, source="billing")]}
    taught = learn(
        [(good, one) for one in tried(MOBILE, *[REACHED] * 90)] + [(bad, one) for one in tried(OTHER, *[MISSED] * 90)]
    )
    provenance = {"phones": [entry("+79171111111", source="billing"), entry("+79172222222", source="cabinet")]}
    assert order(provenance) == ["+79171111111", "+79172222222"]
    assert order(provenance, habits=taught) == ["+79172222222", "+79171111111"]
    assert taught.cells["mobile|one|former|cabinet"] == (90, 90)
    assert traits(entry(LAND, at="2020-01-01T00:00:00", said_by=2), NOW).cells[0] == "landline|several|outdated"


results = st.tuples(
    st.sampled_from([MOBILE, OTHER, LAND]), st.sampled_from([REACHED, MISSED, WRONG]), st.integers(0, 900)
)
takers = st.tuples(st.sampled_from([MOBILE, OTHER]), st.integers(0, 900))


@settings(max_examples=60, deadline=None)
@given(st.lists(results, max_size=8), st.lists(takers, max_size=3), st.randoms())
def test_chances_are_shares_and_no_order_of_what_is_known_matters(tries: list, others: list, random: object) -> None:
    outcomes = [Outcome(value, CALL, result, NOW - timedelta(days=days)) for value, result, days in tries]
    rivals = [Rival(value, NOW - timedelta(days=days), 2, is_near=False, is_stranger=True) for value, days in others]
    provenance = {"phones": [entry(MOBILE, at="2025-06-01T00:00:00"), entry(OTHER), entry(LAND, said_by=2)]}
    found = contacts(provenance, NOW, outcomes=outcomes, rivals=rivals)
    assert all(0 < one.chance < 1 for one in found)
    assert sorted(one.rank for one in found) == [1, 2, 3]
    assert [one.withheld is not None for one in found] == sorted(one.withheld is not None for one in found)
    random.shuffle(outcomes)  # type: ignore[attr-defined]
    random.shuffle(rivals)  # type: ignore[attr-defined]
    assert contacts(provenance, NOW, outcomes=outcomes, rivals=rivals) == found


def test_no_values_no_contacts() -> None:
    assert contacts({}, NOW) == []
