"""Phones, e-mails and companies as people fill in fields: what was read, for every way that was met."""

from __future__ import annotations

import polars as pl
import pytest

from litso.standardize.company import company
from litso.standardize.email import email, email_column
from litso.standardize.numbering import official_plan, official_ranges
from litso.standardize.phone import phone
from litso.standardize.phone_bulk import phone_column

PHONES = {
    "+7 846 231-60-14": (
        "8-846-2-31-60-14", "8(846)2316014 факс", "факс (846) 231-60-14", "р.т. 8(846)231-60-14", "(8-846) 231-60-14",
        "Самара 8 846 231 60 14", "8 (8462) 31-60-14", "8-8462-31-60-14", "443000 Самара тел 8 846 231 60 14",
    ),
    "+7 84635 4-12-34": ("8(84635)4-12-34", "8 (846-35) 4-12-34", "84635 41234"),
    "+7 927 123-45-67": (
        "т.89271234567", "8-927-123-45-67 после 18:00", "8 927 123 45 67 (звонить с 9 до 18)", "89271234567 до 21.00",
        "89271234567 WhatsApp", "8927-123-45-67 кв.15", "8.927.123.45.67", "8/927/1234567", "8_927_123_45_67",
        "8—927—123—45—67", "8+79271234567", "8 +7 927 123 45 67", "007 927 123 45 67", "8 10 7 927 123 45 67",
        "8 (927) 12З-45-67", "8 927 I23 45 67", "восемь 927 123 45 67", "8-927-12-34-567",
        "8927123456 79271234567", "12.03.1985 89271234567", "89271234567 от 12.03.2021", "[8]9271234567",
        "+7[927]1234567", "8(927 1234567", "8((927))1234567", "8 927 1234567 - сын", "Мария Ивановна: 89271234567",
        "ЛС 123456789 тел 89271234567", "паспорт 3604 123456 тел 89271234567", "ivanov@mail.ru 89271234567",
        "8.9271234567E+10", "89271234567.0", "'+79271234567", "https://wa.me/79271234567", "9 2 7 1 2 3 4 5 6 7",
        "89271234567 ???", "8927i234567",
    ),
    "+7 495 123-45-67 доб. 123": (
        "8 (495) 123-45-67 доб.123", "8 495 123 45 67 #123", "8 495 123-45-67 вн.123", "8(495)123-45-67 , доп. 123",
        "8(495)123-45-67 добавочный 123", "8(495)123-45-67 x123", "+7 495 123-45-67,,123", "+74951234567p123",
        "+74951234567w123", "+7 495 1234567;ext=123", "8 495 123-45-67 (доб. 123, 13)",
    ),
    "+7 4012 30-00-50": ("(4012) 30-00-50", "4012-30-00-50", "8 401 2 30 00 50", "8 (0112) 30-00-50"),
    "+7 800 555-35-35": ("8 800 555-35-35", "88005553535"),
    "+375 29 123-45-67": ("+375 29 123-45-67", "375291234567", "810 375 29 123 45 67"),
    None: (
        "+7 927 123 45 6", "+7 927 123 45 678", "8927123456", "892712345678", "927123456", "231-60-14(15)", "112",
        "00000000000", "8-900-000-00-00", "+7 (___) ___-__-__", "+7 (927) ___-__-__", "123-45-67", "12345678901",
        "9.27123E+10", "д.т. 231-60-14", "нет телефона",
    ),
}  # fmt: skip

SEVERAL = {
    ("+79271234567", "+79277654321"): (
        "+7-927-1234567 (муж), +7 927 765 43 21 (жена)", "89271234567 Иван 89277654321 Мария",
        "89271234567\\89277654321", "8927123456789277654321", "9271234567,9277654321",
        "+7(927)123-45-67+7(927)765-43-21", "мама 89271234567 папа 89277654321",
    ),
    ("+78462316014", "+78462316015", "+79271234567"): (
        "тел./факс: 8 (846) 231-60-14, 231-60-15; моб.: 8-927-123-45-67",
    ),
    ("+78462316014", "+78462316015", "+78462316016"): ("8 (846) 231-60-14, 15, 16", "8 846 231-60-14/15/16"),
}  # fmt: skip

EMAILS = {
    "ivanov@mail.ru": (
        "ivanov@mail,ru", "ivanov@mail ru", "ivanov@mail.ry", "ivanov@mail.r", "ivanov@mail.", "ivanov@mail..ru",
        "ivanov@.mail.ru", "ivanov@@mail.ru", "ivanov#mail.ru", "ivanov№mail.ru", "ivanov*mail.ru", "ivanov@maill.ru",
        "ivanov@amil.ru", "ivanov@mial.ru", "ivanov@mail.ru1", "ivanov@mail.ru2", "ivanov@mail.tu", "ivanov@mail.rн",
        "ivanov@mail.рu", "ivanov@mail.ру", "ivanov@маил.ру", "ivanov@мэйл.ру", "ivanov собака мейл ру",
        "ivanov@mail.ruivanov@mail.ru", "ivanov@mail.ru ivanov@mail.ru", "www.ivanov@mail.ru", "http://ivanov@mail.ru",
        "i v a n o v @ m a i l . r u", "ivanov@mail. r u", "ivanov@mail.ru|", "«ivanov@mail.ru»", "(ivanov@mail.ru)",
        "ivanov[at]mail[dot]ru", "ivanov at mail dot ru", "шмфтщм@ьфшдюкг", "ivanov@ьфшд.кг", "ivаnov@mаil.ru",
        "E-mail:ivanov@mail.ru тел. 89271234567", "эл. почта ivanov@mail.ru", "ivanov@mail.ru (рабочий)",
    ),
    "ivanov@yandex.ru": (
        "ivanov@yandex,ru", "ivanov@yandex/ru", "ivanov@yandex;ru", "ivanov@yandex-ru", "ivanov@yandex_ru",
        "ivanov@yandexru", "ivanov@yandex", "ivanov@yndex.ru", "ivanov@uandex.ru", "ivanov@jandex.ru",
        "ivanov@yandex.ru.ru", "ivanov@яндекс.ру",
    ),
    "ivanov@gmail.com": (
        "ivanov@gmai.com", "ivanov@gamil.com", "ivanov@gmail.cоm", "ivanov@gmail.comm", "ivanov@gmailcom",
        "ivanov@gmail.com1", "ivanov@gmail.comcom", "ivanov@gmail.com.ru", "ivanov@джимейл.ком",
    ),
    None: (
        "ivanovmail.ru", "ivanov2mail.ru", "ivanov@domain", "ivanov@domain.123", "ivanov@127.0.0.1", "www.mail.ru",
        "ivanov@do_main.ru", "iva nov@mail.ru", "иванов@mail.ru", "iv@nov@mail.ru", "89271234567", "нет@нет.ру",
        "ivanov,petrov@mail.ru",
    ),
}  # fmt: skip

STAY = ("ivanov@mai.ru", "ivanov@gmail.ru", "ivanov@mal.ru", "ivanov@nail.ru", "ivanov@mail.py", "ivanov@mandex.com")


@pytest.mark.parametrize(("text", "shown"), [(text, shown) for shown, texts in PHONES.items() for text in texts])
def test_one_phone(text: str, shown: str | None) -> None:
    assert phone(text).phone == shown


@pytest.mark.parametrize(("text", "numbers"), [(text, told) for told, texts in SEVERAL.items() for text in texts])
def test_several_phones(text: str, numbers: tuple[str, ...]) -> None:
    found = phone(text)
    assert (found.e164, *(found.others or "").split(";")) == numbers


@pytest.mark.parametrize(("text", "address"), [(text, told) for told, texts in EMAILS.items() for text in texts])
def test_one_email(text: str, address: str | None) -> None:
    found = email(text)
    assert (found.email if found.qc != 1 else None) == address


@pytest.mark.parametrize("address", STAY)
def test_a_domain_that_may_be_meant_stays(address: str) -> None:
    assert (email(address).email, email(address).qc) == (address, 0)


def test_columns_are_each_by_itself() -> None:
    phones = [text for table in (PHONES, SEVERAL) for texts in table.values() for text in texts]
    mails = [text for texts in EMAILS.values() for text in texts] + [*STAY]
    assert phone_column(pl.Series(phones)).rows() == [tuple(phone(text)) for text in phones]
    assert email_column(pl.Series(mails)).rows() == [tuple(email(text)) for text in mails]


def test_land_lines_are_not_doubted_where_only_mobile_ranges_are_loaded() -> None:
    header = "АВС/ DEF;От;До;Емкость;Оператор;Регион;Территория ГАР;ИНН"
    ranges = official_ranges(f"{header}\n927;1000000;1999999;1000000;МЕГА;-;Самарская область;1")
    plan = official_plan([ranges], "2026-08")
    assert (phone("8 846 231-60-14", plan=plan).qc, phone("8 927 123-45-67", plan=plan).provider) == (0, "МЕГА")
    assert phone("8 999 123-45-67", plan=plan).problems == "not_in_plan"


COMPANIES = {
    'ООО "Ромашка"': (
        "Общество с ограниченной ответственностью «Ромашка»", "ООО Ромашка", '"Ромашка" ООО', 'OOO "Ромашка"',
        'ООО "Ромашка" (ИНН 6316000000, КПП 631601001)', 'ООО "Ромашка", ИНН 7707083893', 'ООО "Ромашка" ликвидировано',
        'ООО "Ромашка" (бывш. ЗАО "Василёк")', "ООО Ромашка, в стадии ликвидации",
    ),
    'ООО "Торговый дом Ромашка"': ("ООО «Торговый дом «Ромашка»", 'ООО "Торговый дом "Ромашка""'),
    'ТСН "Мир"': ('ТСН (ТСЖ) "Мир"', "Товарищество собственников недвижимости «Мир»"),
    'ООО "УК Уют"': ('ООО УК "Уют"', 'ООО "УК "Уют"'),
    "ИП Иванов Иван Иванович": (
        "Индивидуальный предприниматель Иванов Иван Иванович", "Иванов Иван Иванович ИП",
        "ИП Иванов Иван Иванович ИНН 500100732259",
    ),
    'МБДОУ "Детский сад № 5"': (
        "Муниципальное бюджетное дошкольное образовательное учреждение «Детский сад № 5»", "мбдоу Детский сад № 5",
    ),
    'ООО "Ликвидация"': ('ООО "Ликвидация"',),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line"), [(text, line) for line, texts in COMPANIES.items() for text in texts])
def test_one_company(text: str, line: str) -> None:
    assert company(text).result == line
    assert company(line).result == line
