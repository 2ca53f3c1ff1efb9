"""Names of organizations."""

from __future__ import annotations

import pytest

from litso.standardize.company import company, core, is_branch, is_company, legal_forms


@pytest.mark.parametrize(
    ("text", "result", "opf", "name"),
    [
        ("ООО Ромашка", 'ООО "Ромашка"', "ООО", "Ромашка"),
        ("общество с ограниченной ответственностью «Ромашка»", 'ООО "Ромашка"', "ООО", "Ромашка"),
        ('"Ромашка" ООО', 'ООО "Ромашка"', "ООО", "Ромашка"),
        ("Газпром, ПАО", 'ПАО "Газпром"', "ПАО", "Газпром"),
        ('ЗАО"Восток"', 'ЗАО "Восток"', "ЗАО", "Восток"),
        ('ООО "УК "Уютный дом"', 'ООО "УК Уютный дом"', "ООО", "УК Уютный дом"),
        ("АО «ТД «Перекресток»", 'АО "ТД Перекресток"', "АО", "ТД Перекресток"),
        ("ИП Иванов Иван Иванович", "ИП Иванов Иван Иванович", "ИП", "Иванов Иван Иванович"),
        ("Индивидуальный предприниматель Иванов И.И.", "ИП Иванов И.И.", "ИП", "Иванов И.И."),
        ("МБОУ СОШ №5 г. Самары", 'МБОУ "СОШ №5 г. Самары"', "МБОУ", "СОШ №5 г. Самары"),
        ("ООО ООО Ромашка", 'ООО "Ромашка"', "ООО", "Ромашка"),
        ("Обществo с ограниченной ответственностью Ромашка", 'ООО "Ромашка"', "ООО", "Ромашка"),
        ("Общество с ограниченной отвественностью Ромашка", 'ООО "Ромашка"', "ООО", "Ромашка"),
        ("глава КФХ Иванов И.И.", "ИП Иванов И.И.", "ИП", "Иванов И.И."),
        ("ЖСК-12", 'ЖСК "12"', "ЖСК", "12"),
        ("TCЖ Мир", 'ТСЖ "Мир"', "ТСЖ", "Мир"),
        ("ZAO Romashka", 'ЗАО "Romashka"', "ЗАО", "Romashka"),
        ("o.o.o. Рога и копыта", 'ООО "Рога и копыта"', "ООО", "Рога и копыта"),
        ("Администрация г. Самары", "Администрация г. Самары", None, "Администрация г. Самары"),
        ("ООО", "ООО", "ООО", None),
    ],
)  # fmt: skip
def test_company(text: str, result: str, opf: str | None, name: str | None) -> None:
    found = company(text)
    assert (found.result, found.opf, found.name) == (result, opf, name)
    assert found.qc == (0 if opf and name else 1)


@pytest.mark.parametrize(
    "text",
    [
        "ООО Ромашка, ИНН 7707083893, КПП 770701001, ОГРН 1022200525819",
        "ООО Ромашка ИНН/КПП 7707083893/770701001 1022200525819",
        "ООО Ромашка (ИНН: 7707083893; КПП: 770701001; ОГРН: 1022200525819)",
    ],
)
def test_numbers_in_the_name(text: str) -> None:
    found = company(text)
    assert (found.name, found.inn, found.kpp, found.ogrn) == ("Ромашка", "7707083893", "770701001", "1022200525819")


@pytest.mark.parametrize(
    ("left", "right"),
    [("«Ёлка»", "ЕЛКА"), ("Ромашка-2", "ромашка 2"), ("Poмашка", "Ромашка")],
)
def test_core_compares(left: str, right: str) -> None:
    assert core(left) == core(right)


@pytest.mark.parametrize("text", ["Иванов Иван", "По Эдгар", "Ао Ли", "ИП Иванов", "Шевченко", "Ким Ен", "Гусев П.О."])
def test_persons_are_no_companies(text: str) -> None:
    assert not is_company(text)


def test_branches() -> None:
    assert company('Самарский филиал ООО "Ромашка"').problems == "branch"
    assert is_branch('Филиал ПАО "МРСК Волги"')
    assert not is_branch("Филиальная ул")


def test_legal_forms_are_many_and_differ() -> None:
    forms = set(legal_forms().values())
    assert len({form.short for form in forms}) == len(forms) >= 60
