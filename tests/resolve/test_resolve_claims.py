"""Claims, as tables of cases: what two records say, and the level that the claim answers with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from resolve_records import columns, record

from litso.domain.record import ORGANIZATION, PERSON
from litso.resolve.claims import Claim, claims_of
from litso.resolve.claims_of_one import One, Sizes, compare_few
from litso.resolve.evidence import compare, merged, patterns
from litso.resolve.keys import counted_rules, rules_of
from litso.resolve.model import shipped
from litso.resolve.nodes import node_values

MODEL = shipped("ru")


def levels(one: dict[str, Any], two: dict[str, Any], kind: str = PERSON, **customs: str) -> dict[str, str]:
    """Claim → name of its level, for a pair of records."""
    how = {f"custom:{name}": compare for name, compare in customs.items()}
    claims = claims_of(kind, how)
    rows = [record(str(number), **{"kind": kind, **values}) for number, values in enumerate((one, two))]
    found = compare(columns(*rows), np.array([0]), np.array([1]), claims, MODEL.frequencies)[:, 0]
    assert found.tolist() == one_by_one(rows, [(0, 1)], claims, how)[:, 0].tolist()
    return {claim.name: claim.levels[level - 1].name for claim, level in zip(claims, found, strict=True) if level}


def one_by_one(
    rows: Sequence[dict[str, Any]],
    pairs: Iterable[tuple[int, int]],
    claims: Sequence[Claim],
    customs: Mapping[str, str],
) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Levels as they are found without columns; blocks are counted among the records."""
    ones = [One(node_values(row)) for row in rows]
    sizes = Sizes()

    def read() -> None:
        rules = counted_rules(rules_of(rows[0]["kind"], customs))
        counted = Counter(key for one in ones for rule in rules for key in one.of_level(rule, 0))
        assert sizes.missing <= counted.keys()
        sizes.update(counted)

    both = [(ones[one], ones[two]) for one, two in pairs]
    return compare_few(both, claims, customs, MODEL.frequencies, sizes, read)


def of_names(one: str, two: str) -> dict[str, str]:
    """Levels of the parts of two names, without what follows from their frequency."""
    man, woman = {"gender": "М"}, {"gender": "Ж"}
    genders = [woman if name.split()[0].endswith("а") else man for name in (one, two)]
    found = levels({"name": one, **genders[0]}, {"name": two, **genders[1]})
    return {
        claim: level.split("_rare")[0].split("_common")[0]
        for claim, level in found.items()
        if claim not in ("namesakes", "crowd")
    }


@pytest.mark.parametrize(
    ("one", "two", "wanted"),
    [
        ("Иванов Иван Иванович", "Иванов Иван Иванович", "same same same"),
        ("Иванов Иван Иванович", "Иванов И И", "same initial initial"),
        ("Иванов Иван Иванович", "Иванов П И", "same initial_differs initial"),
        ("Иванов Иван Иванович", "Иванов Иван -", "same same -"),
        ("Иванов Иван Иванович", "Иванова Ирина Ивановна", "same differs_gender same"),
        ("Иванова Анна Ивановна", "Петрова Анна Ивановна", "differs_woman same same"),
        ("Иванов Пётр Ильич", "Петров Пётр Ильич", "differs same same"),
        ("Заболоцкий Лев Ильич", "Заболодский Лев Ильич", "close same same"),
        ("Иванов Александр Ильич", "Иванов Саша Ильич", "same diminutive same"),
        ("Иванова Мария Ильинична", "Иванова Марина Ильинична", "same differs same"),
        ("Иванова Мария Ильинична", "Иванова Мармя Ильинична", "same close same"),
        ("Иванов Лев Ильич", "Лев Иванов Ильич", "swapped - same"),
        ("Иванова-Строева Анна -", "Строева Анна -", "part same -"),
        ("Иванов Лев Ильич", "Иванов Лев Петрович", "same same differs"),
    ],
)
def test_names(one: str, two: str, wanted: str) -> None:
    expected = dict(zip(("surname", "given_name", "patronymic"), wanted.split(), strict=True))
    assert of_names(one, two) == {claim: level for claim, level in expected.items() if level != "-"}


def test_rare_and_common_names_are_told_apart() -> None:
    assert levels({"name": "Иванов"}, {"name": "Иванов"})["surname"] == "same_common"
    assert levels({"name": "Пржевальский"}, {"name": "Пржевальский"})["surname"] == "same_rare"


@pytest.mark.parametrize(
    ("one", "two", "level"),
    [
        ("1980-03-04", "1980-03-04", "same"),
        ("1980-03-04", "1980-04-03", "day_month"),
        ("1980-03-04", "1981-03-04", "one_digit"),
        ("1980-03-04", "1980-03-14", "one_digit"),
        ("1980-03-04", "1980-03-25", "two_parts"),
        ("1980-03-04", "1980-01-01", "year_only"),
        ("1980-03-04", "1980-11-25", "same_year"),
        ("1980-03-04", "1973-11-25", "differs"),
        ("1980-03-04", "1955-11-25", "differs_generation"),
        ("1980-03-04", None, None),
    ],
)
def test_birth_dates(one: str, two: str | None, level: str | None) -> None:
    assert levels({"birth_date": one}, {"birth_date": two}).get("birth_date") == level


HOME = {"street": "Мира", "house": "10", "house_key": "самара|мира|10", "city": "Самара"}


@pytest.mark.parametrize(
    ("one", "two", "wanted"),
    [
        ({**HOME, "flat": "5"}, {**HOME, "flat": "5"}, {"address": "same_house", "flat": "same"}),
        ({**HOME, "flat": "5"}, {**HOME, "flat": "6"}, {"address": "same_house", "flat": "differs"}),
        ({**HOME, "flat": "5"}, HOME, {"address": "same_house"}),
        (HOME, {**HOME, "house": "25", "house_key": "самара|мира|25"}, {"address": "same_street"}),
        (HOME, {**HOME, "street": "Миира", "house_key": "самара|миира|10"}, {"address": "close", "place": "same"}),
        (HOME, {"street": "Лесная", "house": "1", "city": "Самара"}, {"address": "differs", "place": "same"}),
        (HOME, {"street": "Лесная", "house": "1", "city": "Пермь"}, {"address": "differs", "place": "differs"}),
        (HOME, {"city": "Самара"}, {"place": "same"}),
        (HOME, {}, {}),
    ],
)
def test_addresses(one: dict[str, str], two: dict[str, str], wanted: dict[str, str]) -> None:
    assert levels(one, two) == wanted


@pytest.mark.parametrize(
    ("one", "two", "wanted"),
    [
        ({"phones": ["+79161234567", "+79160000000"]}, {"phones": ["+79161234567"]}, {"phone": "same"}),
        ({"phones": ["+79161234567"]}, {"phones": ["+79161234568"]}, {"phone": "close"}),
        ({"phones": ["+79161234567"]}, {"phones": ["+78462311122"]}, {"phone": "differs"}),
        ({"phones": ["+79161234567"]}, {}, {}),
        ({"emails": ["a.b@mail.ru"]}, {"emails": ["a.b@mail.ru"]}, {"email": "same"}),
        ({"accounts": ["4001"]}, {"accounts": ["4002"]}, {"account": "differs"}),
        ({"snils": "11223344595"}, {"snils": "11223344595"}, {"snils": "same"}),
        ({"snils": "11223344595"}, {"snils": "11223344695"}, {"snils": "close"}),
        ({"passport": "3604123456"}, {"passport": "3611987654"}, {"passport": "differs"}),
    ],
)
def test_contacts_and_documents(one: dict[str, Any], two: dict[str, Any], wanted: dict[str, str]) -> None:
    assert levels(one, two) == wanted


def test_a_value_that_many_share_says_less() -> None:
    rows = [record(str(number), "Иванов Иван", phones=["+79161234567"]) for number in range(20)]
    claims = claims_of(PERSON)
    place = [claim.name for claim in claims].index("phone")
    found = [
        compare(columns(*rows[:size]), np.array([0]), np.array([1]), claims, MODEL.frequencies)[place, 0]
        for size in (2, 5, 13)
    ]
    assert [claims[place].levels[level - 1].name for level in found] == ["same", "same_few", "same_many"]


@pytest.mark.parametrize(
    ("one", "two", "level"),
    [
        ({"company": "РОМАШКА ПЛЮС"}, {"company": "РОМАШКА ПЛЮС"}, {"company": "same"}),
        ({"company": "РОМАШКА"}, {"company": "РОМАШКА"}, {"company": "same_short"}),
        ({"company": "РОМАШКА"}, {"company": "РАМАШКА"}, {"company": "close"}),
        ({"company": "РОМАШКА"}, {"company": "РОМАШКА СЕРВИС"}, {"company": "part"}),
        ({"company": "РОМАШКА", "opf": "ООО"}, {"company": "ЛЮТИК", "opf": "АО"},
         {"company": "differs", "legal_form": "differs"}),
    ],
)  # fmt: skip
def test_organizations(one: dict[str, str], two: dict[str, str], level: dict[str, str]) -> None:
    assert levels(one, two, ORGANIZATION) == level | {"alone": "alone"}


@pytest.mark.parametrize(
    ("one", "two", "is_alone"),
    [
        ({"accounts": ["4001"]}, {"accounts": ["4001"]}, False),
        ({"accounts": ["4001"]}, {"accounts": ["4002"]}, True),
        ({"inn": "7707083893"}, {"inn": "7707083893"}, False),
        ({"inn": "7707083893"}, {}, True),
        ({"kpp": "770701001"}, {"kpp": "773301001"}, True),
        ({"street": "Лесная", "house": "5"}, {"street": "Лесная", "house": "5"}, False),
        ({"street": "Лесная", "house": "5"}, {"street": "Лесная", "house": "7"}, True),
    ],
)
def test_a_name_of_an_organization_is_borne_out_or_alone(
    one: dict[str, Any], two: dict[str, Any], is_alone: bool
) -> None:
    company = {"company": "РОМАШКА ПЛЮС", "city": "Самара"}
    assert ("alone" in levels(company | one, company | two, ORGANIZATION)) == is_alone


def test_the_more_people_of_a_name_the_likelier_a_namesake() -> None:
    def chance(others: int) -> int:
        rows = [record("a", "Иванов Иван Иванович"), record("b", "Иванов Иван Иванович")]
        rows += [record(str(number), f"Иванов Иван Петрович{number}") for number in range(others)]
        claims = claims_of(PERSON)
        place = [claim.name for claim in claims].index("crowd")
        return int(compare(columns(*rows), np.array([0]), np.array([1]), claims, MODEL.frequencies)[place, 0])

    assert 0 < chance(0) < chance(5) < chance(12) < chance(40)


@pytest.mark.parametrize(
    ("how", "one", "two", "level"),
    [
        ("exact", "17", "17", "same"),
        ("exact", "177", "991", "differs"),
        ("fuzzy", "electrician", "electrican", "close"),
        ("fuzzy", "head teacher", "teacher", "part"),
        ("fuzzy", "teacher", "driver", "differs"),
        ("date", "01.02.2020", "2020-02-01", "same"),
        ("date", "nonsense", "2020-02-01", None),
        ("number", "100", "102,5", "close"),
        ("number", "100", "100.0", "same"),
        ("number", "100", "200", "differs"),
        ("number", "100", "-", None),
    ],
)
def test_custom_attributes(how: str, one: str, two: str, level: str | None) -> None:
    assert levels({"custom:x": one}, {"custom:x": two}, x=how).get("custom:x") == level


PERSONS = st.fixed_dictionaries(
    {
        "name": st.lists(st.sampled_from(["Иванов", "Иванова", "Анна", "А", "Саша", "Ивановна", "-"]), max_size=3).map(
            " ".join
        ),
        "gender": st.sampled_from(["М", "Ж", None]),
        "birth_date": st.sampled_from(["1980-03-04", "1980-04-03", "1955-01-01", None]),
        "phones": st.lists(st.sampled_from(["+79161234567", "+79161234568"]), unique=True).map(sorted),
        "street": st.sampled_from(["Мира", "Мирра", "Лесная", None]),
        "house": st.sampled_from(["1", "10", "11", None]),
        "flat": st.sampled_from(["1", None]),
        "snils": st.sampled_from(["11223344595", "11223344596", None]),
        "custom:x": st.sampled_from(["один два", "два", None]),
    }
)


@settings(deadline=None)
@given(st.lists(PERSONS, min_size=2, max_size=5))
def test_the_order_of_a_pair_never_matters(people: list[dict[str, Any]]) -> None:
    nodes = columns(*(record(str(number), **values) for number, values in enumerate(people)))
    left, right = np.triu_indices(len(people), 1)
    claims = claims_of(PERSON, {"custom:x": "fuzzy"})
    one = compare(nodes, left, right, claims, MODEL.frequencies)
    two = compare(nodes, right, left, claims, MODEL.frequencies)
    assert one.tolist() == two.tolist()
    alone = [compare(nodes, left[[p]], right[[p]], claims, MODEL.frequencies)[:, 0].tolist() for p in range(len(left))]
    assert one.T.tolist() == alone


@given(st.integers(1, 20), st.integers(1, 40), st.randoms())
def test_patterns_group_equal_levels(claims: int, pairs: int, chance: Any) -> None:
    table = np.array([[chance.randrange(9) for _ in range(pairs)] for _ in range(claims)], dtype=np.uint8)
    found = patterns(table)
    assert found.levels[:, found.of_pair].tolist() == table.tolist()
    assert len({tuple(column) for column in found.levels.T.tolist()}) == found.levels.shape[1]
    assert found.levels.T.tolist() == sorted(found.levels.T.tolist())
    cut = pairs // 2
    both = merged([patterns(table[:, :cut]), patterns(table[:, cut:])]) if cut else found
    assert both.levels.tolist() == found.levels.tolist()
    assert both.of_pair.tolist() == found.of_pair.tolist()


# One pair as among many -------------------------------------------------------------------------------------------


def some(*texts: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(texts)


WORDS = ("Иванов", "Иванова", "Ивонов", "Иванова-Строева", "Строева", "Саша", "Александр", "Алексей", "Александра", "А",
         "А.", "Ильич", "Ильинична", "Заболоцкий", "Заболодский", "Smith", "é", "Лев")  # fmt: skip
DATES = st.sampled_from([date(1980, 1, 1), date(1980, 5, 4), date(1980, 4, 5), date(1980, 5, 14), date(1955, 5, 4),
                         date(1981, 5, 4), date(1, 1, 1), date(1990, 5, 5)])  # fmt: skip
LISTS = st.lists(st.sampled_from(["+79270000001", "+79270000002", "+79270000099", "1", "2"]), max_size=3, unique=True)
NUMBERS = ("112233445", "112233446", "992233445", "1")
ALIKE = st.fixed_dictionaries(
    {
        **dict.fromkeys(("surname", "given_name", "patronymic"), some(*WORDS)),
        "gender": some("М", "Ж", "?"),
        "birth_date": st.none() | DATES,
        **dict.fromkeys(("phones", "emails", "accounts"), LISTS.map(sorted)),
        "house_key": some("а|1", "а|2", "б|1"),
        "street": some("Мира", "Мыра", "Большая Садовая", "Большая Содовая", "Мира 12", "Мира 13 корпус второй"),
        "house": some("1", "2", "12", "13", "12а"),
        "flat": some("1", "2"),
        "city": some("Самара", "Сомара", "Новосибирск", "Новосибирк"),
        "region": some("Самарская", "Томская"),
        "postal_code": some("443001", "443002", "630000"),
        **dict.fromkeys(("snils", "inn", "passport", "national_id", "ogrn"), some(*NUMBERS)),
        "kpp": some("1", "2"),
        "opf": some("ООО", "АО"),
        "company": st.sampled_from(["Ромашка", "Ромашко", "Ромашка Плюс", "Водоканал города Самары", "Водоканал"]),
        "custom:badge": some(*NUMBERS),
        "custom:work": some("Слесарь", "Слесарь участка", "Слисарь", "врач"),
        "custom:since": some("2001-05-04", "2001-04-05", "04.05.2001", "давно"),
        "custom:area": some("100", "104", "1 000,5", "много"),
    }
)
CUSTOMS = {"custom:badge": "exact", "custom:work": "fuzzy", "custom:since": "date", "custom:area": "number"}


@pytest.mark.parametrize("kind", [PERSON, ORGANIZATION])
@settings(deadline=None, max_examples=150)
@given(rows=st.lists(ALIKE, min_size=2, max_size=7))
def test_one_pair_has_the_levels_that_it_has_among_many(kind: str, rows: list[dict[str, Any]]) -> None:
    claims = claims_of(kind, CUSTOMS)
    full = [{"kind": kind, "source": "s", "source_id": str(place), **row} for place, row in enumerate(rows)]
    left, right = np.triu_indices(len(rows), 1)
    among_many = compare(columns(*full), left, right, claims, MODEL.frequencies)
    pairs = list(zip(left.tolist(), right.tolist(), strict=True))
    assert one_by_one(full, pairs, claims, CUSTOMS).tolist() == among_many.tolist()


def test_sizes_that_are_not_known_are_read_together() -> None:
    rows = [record(str(place), name="Иванов Иван Ильич", phones=["1"]) for place in range(3)]
    ones = [One(node_values(row)) for row in rows]
    asked: list[set[int]] = []
    sizes = Sizes()

    def read() -> None:
        asked.append(set(sizes.missing))
        sizes.update(dict.fromkeys(sizes.missing, 13))

    pairs = [(ones[0], ones[1]), (ones[1], ones[2])]
    levels = compare_few(pairs, claims_of(PERSON), {}, MODEL.frequencies, sizes, read)
    assert [len(one) for one in asked] == [3]
    found = dict(zip((claim.name for claim in claims_of(PERSON)), levels[:, 1].tolist(), strict=True))
    assert (found["namesakes"], found["crowd"], found["phone"]) == (3, 1, 3)
