"""Risks with their words, and passports by their dates."""

from __future__ import annotations

from datetime import date

import pytest

from litso.check.passports import Replacement, birthday, blank_year, is_issued_too_early, overdue
from litso.check.risks import BAD, RISKS, Facts, Registered, Risk, Shared, risks

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("birth", "passport", "issued", "missed"),
    [
        (date(1980, 5, 1), "3625000001", date(2025, 6, 1), None),
        (date(1980, 5, 1), "3601000001", date(2001, 6, 1), Replacement(45, date(2025, 7, 30), False)),
        (date(1980, 5, 1), "3601000001", None, Replacement(45, date(2025, 7, 30), True)),
        (date(1980, 5, 1), "3622000001", None, None),
        (date(1981, 9, 30), "3601000001", date(2001, 10, 1), None),
        (date(2006, 8, 30), "3620000001", date(2020, 9, 1), None),
        (date(2006, 8, 1), "3620000001", date(2020, 9, 1), Replacement(20, date(2026, 10, 30), False)),
        (date(2006, 8, 1), "3620000001", None, Replacement(20, date(2026, 10, 30), True)),
        (date(1950, 1, 1), "3699000001", date(2003, 1, 1), None),
    ],
)
def test_passports_that_were_to_be_replaced(
    birth: date, passport: str, issued: date | None, missed: Replacement | None
) -> None:
    assert overdue(birth, passport, issued, TODAY) == missed


def test_years_of_blanks() -> None:
    assert [blank_year(f"36{year}000001", TODAY) for year in ("97", "00", "26", "27", "28")] == [
        1997, 2000, 2026, 2027, 1928,
    ]  # fmt: skip
    assert birthday(date(2004, 2, 29), 14) == date(2018, 3, 1)
    assert is_issued_too_early(date(2010, 1, 1), "3615000001", TODAY)
    assert not is_issued_too_early(date(2010, 1, 1), "3620000001", TODAY)


PERSON = Facts("person", birth_date=date(1980, 5, 1))
FIRM = Facts("organization", company="ромашка", director_names=("иванов иван",))
ACTING = Registered("ООО Ромашка", "ромашка", "иванов иван", None, None, ())


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        (PERSON, []),
        (Facts("person"), []),
        (PERSON._replace(birth_date=date(2012, 1, 1), is_subscriber=True), ["age_minor"]),
        (PERSON._replace(birth_date=date(2012, 1, 1)), []),
        (PERSON._replace(birth_date=date(1920, 1, 1)), ["age_old"]),
        (PERSON._replace(birth_date=date(1910, 1, 1)), ["age_impossible"]),
        (PERSON._replace(passport="3601000001"), ["passport_replaced_by_blank"]),
        (PERSON._replace(passport="3601000001", passport_issued=date(2001, 1, 1)), ["passport_replaced"]),
        (PERSON._replace(birth_date=date(2010, 1, 1), passport="3615000001"), ["passport_too_early"]),
        (PERSON._replace(disposable_emails=("a@mailinator.com",)), ["email_disposable"]),
        (PERSON._replace(phones=(Shared("+79270000000", 8), Shared("+79270000001", 7))), ["phone_shared"]),
        (PERSON._replace(reissued_phones=("+79270000000",)), ["phone_reissued"]),
        (PERSON._replace(persons_at_flat=15), ["flat_crowded"]),
        (PERSON._replace(debts=3), ["debts_many"]),
        (PERSON._replace(debts=2, persons_at_flat=14), []),
        (FIRM, []),
        (FIRM._replace(has_register=True), ["register_absent"]),
        (FIRM._replace(registered=ACTING, has_register=True), []),
        (FIRM._replace(registered=ACTING._replace(ceased="01.02.2025", state="x")), ["register_ceased"]),
        (FIRM._replace(registered=ACTING._replace(state="Ликвидация")), ["register_state"]),
        (FIRM._replace(registered=ACTING._replace(unreliable=("адрес", "руководитель"))), ["register_unreliable"] * 2),
        (FIRM._replace(registered=ACTING._replace(company="лютик", director="п п")),
         ["register_name", "register_director"]),
        (FIRM._replace(companies_at_place=5, directors=(Shared("Иванов", 5),)),
         ["place_of_companies", "director_of_many"]),
    ],
)  # fmt: skip
def test_what_is_a_risk(facts: Facts, codes: list[str]) -> None:
    found = risks(facts, TODAY)
    assert [one.code for one in found] == codes
    assert all("{" not in one.reason for one in found)


def test_a_risk_says_its_reason() -> None:
    risk = Risk("phone_shared", ("+79270000000", "9"))
    assert risk.reason == "Телефон +79270000000 есть ещё у 9 субъектов"
    assert Risk("age_impossible", ("116",)).tone == BAD
    assert all(tone in ("bad", "warn") for tone, _ in RISKS.values())
