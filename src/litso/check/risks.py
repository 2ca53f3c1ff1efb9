"""Risks that the data of a party show, each with its reason in words. A risk is a hint to look, never an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from types import MappingProxyType
from typing import Final, NamedTuple

from litso.check import passports

ADULT: Final = 18
OLDEST: Final = 110
OLD: Final = 100
MANY_AT_PHONE: Final = 8
MANY_AT_FLAT: Final = 15
MANY_COMPANIES_AT_PLACE: Final = 5
MANY_COMPANIES_OF_DIRECTOR: Final = 5
MANY_DEBTS: Final = 3

BAD: Final = "bad"
WARN: Final = "warn"

RISKS: Final = MappingProxyType(
    {
        "age_minor": (WARN, "Несовершеннолетний абонент: {0} лет"),
        "age_impossible": (BAD, "Возраст {0} лет неправдоподобен"),
        "age_old": (WARN, "Возраст {0} лет: проверьте, жив ли абонент"),
        "passport_replaced": (BAD, "Паспорт подлежал замене в {0} лет, до {1}"),
        "passport_replaced_by_blank": (WARN, "Паспорт подлежал замене в {0} лет, до {1}: бланк серии старше"),
        "passport_too_early": (BAD, "Бланк паспорта старше, чем четырнадцатилетие владельца"),
        "email_disposable": (WARN, "Одноразовый адрес почты: {0}"),
        "phone_shared": (WARN, "Телефон {0} есть ещё у {1} субъектов"),
        "phone_reissued": (WARN, "Телефон {0}, видимо, уже у другого человека"),
        "flat_crowded": (WARN, "По адресу числится ещё {0} человек"),
        "place_of_companies": (WARN, "По адресу организации числится ещё {0} организаций"),
        "director_of_many": (WARN, "{0} руководит ещё {1} организациями"),
        "debts_many": (WARN, "Долги по {0} лицевым счетам"),
        "register_absent": (WARN, "Организации нет в загруженном реестре"),
        "register_ceased": (BAD, "По реестру деятельность прекращена: {0}"),
        "register_state": (BAD, "Состояние по реестру: {0}"),
        "register_unreliable": (BAD, "В реестре отмечена недостоверность: {0}"),
        "register_name": (WARN, "В реестре другое название: {0}"),
        "register_director": (WARN, "В реестре другой руководитель: {0}"),
    }
)
"""Risk → how grave it is, and its reason in words with places for what it names."""


class Risk(NamedTuple):
    """A risk and what its words name."""

    code: str
    names: tuple[str, ...] = ()

    @property
    def tone(self) -> str:
        """How grave it is: bad or warn."""
        return RISKS[self.code][0]

    @property
    def reason(self) -> str:
        """In words."""
        return RISKS[self.code][1].format(*self.names)


class Shared(NamedTuple):
    """A value and how many other parties have it."""

    value: str
    others: int


class Registered(NamedTuple):
    """What the register of companies says; `ceased` and `state` are empty where it acts."""

    name: str
    company: str | None
    director: str | None
    ceased: str | None
    state: str | None
    unreliable: Sequence[str]


class Facts(NamedTuple):
    """What is known of a party. `has_register`: a register of companies is loaded, so that absence from it tells."""

    kind: str
    birth_date: date | None = None
    passport: str | None = None
    passport_issued: date | None = None
    is_subscriber: bool = False
    disposable_emails: Sequence[str] = ()
    phones: Sequence[Shared] = ()
    reissued_phones: Sequence[str] = ()
    persons_at_flat: int = 0
    companies_at_place: int = 0
    directors: Sequence[Shared] = ()
    debts: int = 0
    registered: Registered | None = None
    has_register: bool = False
    company: str | None = None
    director_names: Sequence[str] = ()


def risks(facts: Facts, today: date) -> list[Risk]:
    """All risks of a party, those of its own documents first."""
    found = [*_of_age(facts, today), *_of_passport(facts, today), *_of_contacts(facts), *_of_places(facts)]
    return found + (list(_of_register(facts)) if facts.kind == "organization" else [])


def age(birth: date, today: date) -> int:
    """Whole years."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def _of_age(facts: Facts, today: date) -> Iterator[Risk]:
    if facts.birth_date is None or facts.kind != "person":
        return
    years = age(facts.birth_date, today)
    if years >= OLDEST:
        yield Risk("age_impossible", (str(years),))
    elif years >= OLD:
        yield Risk("age_old", (str(years),))
    elif years < ADULT and facts.is_subscriber:
        yield Risk("age_minor", (str(years),))


def _of_passport(facts: Facts, today: date) -> Iterator[Risk]:
    if facts.passport is None or facts.birth_date is None:
        return
    if passports.is_issued_too_early(facts.birth_date, facts.passport, today):
        yield Risk("passport_too_early")
    missed = passports.overdue(facts.birth_date, facts.passport, facts.passport_issued, today)
    if missed:
        code = "passport_replaced_by_blank" if missed.is_by_blank else "passport_replaced"
        yield Risk(code, (str(missed.age), f"{missed.until:%d.%m.%Y}"))


def _of_contacts(facts: Facts) -> Iterator[Risk]:
    yield from (Risk("email_disposable", (one,)) for one in facts.disposable_emails)
    for phone in facts.phones:
        if phone.others >= MANY_AT_PHONE:
            yield Risk("phone_shared", (phone.value, str(phone.others)))
    yield from (Risk("phone_reissued", (one,)) for one in facts.reissued_phones)


def _of_places(facts: Facts) -> Iterator[Risk]:
    if facts.persons_at_flat >= MANY_AT_FLAT:
        yield Risk("flat_crowded", (str(facts.persons_at_flat),))
    if facts.companies_at_place >= MANY_COMPANIES_AT_PLACE:
        yield Risk("place_of_companies", (str(facts.companies_at_place),))
    for director in facts.directors:
        if director.others >= MANY_COMPANIES_OF_DIRECTOR:
            yield Risk("director_of_many", (director.value, str(director.others)))
    if facts.debts >= MANY_DEBTS:
        yield Risk("debts_many", (str(facts.debts),))


def _of_register(facts: Facts) -> Iterator[Risk]:
    found = facts.registered
    if found is None:
        if facts.has_register:
            yield Risk("register_absent")
        return
    if found.ceased:
        yield Risk("register_ceased", (found.ceased,))
    elif found.state:
        yield Risk("register_state", (found.state,))
    yield from (Risk("register_unreliable", (one,)) for one in found.unreliable)
    if facts.company and found.company and facts.company != found.company:
        yield Risk("register_name", (found.name,))
    if found.director and facts.director_names and found.director not in facts.director_names:
        yield Risk("register_director", (found.director,))
