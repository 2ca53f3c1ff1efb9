"""The words of explanations in English, by the Russian ones that claims and rules are written in."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

_WORDS: Final = MappingProxyType(
    {
        # claims
        "До сравнения": "Before comparing",
        "исходные шансы такой пары": "the odds that such a pair has before",
        "Фамилия": "Surname",
        "фамилия совпадает, редкая": "the surname agrees and is rare",
        "фамилия совпадает": "the surname agrees",
        "фамилия совпадает, но распространённая": "the surname agrees but is common",
        "мужская и женская форма одной фамилии": "male and female form of one surname",
        "фамилия и имя переставлены": "surname and given name are swapped",
        "фамилии различаются опиской": "the surnames differ by a typing error",
        "общая часть двойной фамилии": "a part of a double surname in common",
        "фамилии разные, но женщина могла сменить фамилию": "the surnames differ, but a woman may have changed hers",
        "фамилии разные": "the surnames differ",
        "фамилия и имя переставлены, и в них описка": "surname and given name are swapped, with a typing error",
        "Имя": "Given name",
        "имя совпадает, редкое": "the given name agrees and is rare",
        "имя совпадает": "the given name agrees",
        "имя совпадает, но распространённое": "the given name agrees but is common",
        "полное и уменьшительное имя": "full name and diminutive",
        "имена различаются опиской": "the given names differ by a typing error",
        "одно из нескольких имён совпадает": "one of several given names agrees",
        "имена разные": "the given names differ",
        "имена разные, мужское и женское": "the given names differ, one male and one female",
        "имя начинается с указанной буквы": "the given name begins with the initial",
        "имя начинается с другой буквы": "the given name begins with another letter",
        "Отчество": "Patronymic",
        "отчество совпадает, редкое": "the patronymic agrees and is rare",
        "отчество совпадает": "the patronymic agrees",
        "отчество совпадает, но распространённое": "the patronymic agrees but is common",
        "мужская и женская форма одного отчества": "male and female form of one patronymic",
        "отчества различаются опиской": "the patronymics differ by a typing error",
        "отчества разные": "the patronymics differ",
        "отчество начинается с указанной буквы": "the patronymic begins with the initial",
        "отчество начинается с другой буквы": "the patronymic begins with another letter",
        "Тёзки": "Namesakes",
        "так, с отчеством, зовут не больше одного человека": "no more than one person has this full name",
        "так, с отчеством, зовут, возможно, нескольких человек": "several people may have this full name",
        "полных тёзок с отчеством много": "many people have this full name",
        "полных тёзок с отчеством очень много": "very many people have this full name",
        "с такими именем и фамилией не больше одного человека": "no more than one person has these names",
        "с такими именем и фамилией, возможно, несколько человек": "several people may have these names",
        "с такими именем и фамилией много людей": "many people have these names",
        "с такими именем и фамилией очень много людей": "very many people have these names",
        "имя и фамилия из самых частых": "the names are among the most common",
        "Однофамильцы": "People of one name",
        "Дата рождения": "Date of birth",
        "дата рождения совпадает": "the date of birth agrees",
        "день и месяц рождения переставлены": "day and month of birth are swapped",
        "дата рождения отличается одной цифрой": "the date of birth differs by one digit",
        "совпадают две части даты рождения из трёх": "two of three parts of the date of birth agree",
        "год рождения совпадает, день и месяц указаны условно": (
            "the year of birth agrees, day and month are placeholders"
        ),
        "совпадает только год рождения": "only the year of birth agrees",
        "даты рождения разные": "the dates of birth differ",
        "между датами рождения поколение": "a generation lies between the dates of birth",
        "дата совпадает, но это 1 января, часто условное": "the date agrees, but is 1 January, often a placeholder",
        "дата рождения совпадает, но это 1 января, часто условное": (
            "the date of birth agrees, but is 1 January, often a placeholder"
        ),
        "Телефон": "Phone",
        "общий телефон, больше почти ни у кого": "a phone in common that hardly anybody else has",
        "общий телефон, он у нескольких записей": "a phone in common that several records have",
        "общий телефон, но он у многих": "a phone in common, but many have it",
        "телефоны различаются одной цифрой": "the phones differ by one digit",
        "телефоны разные": "the phones differ",
        "Почта": "E-mail",
        "общий адрес почты": "an e-mail in common",
        "общий адрес почты, он у нескольких записей": "an e-mail in common that several records have",
        "общий адрес почты, но он у многих": "an e-mail in common, but many have it",
        "адреса почты различаются одной буквой": "the e-mails differ by one letter",
        "адреса почты разные": "the e-mails differ",
        "Лицевой счёт": "Account",
        "общий лицевой счёт": "an account in common",
        "общий лицевой счёт, он у нескольких записей": "an account in common that several records have",
        "общий лицевой счёт, но он у многих": "an account in common, but many have it",
        "лицевые счета разные": "the accounts differ",
        "Адрес": "Address",
        "тот же дом": "the same house",
        "адреса различаются опиской": "the addresses differ by a typing error",
        "та же улица, но другой дом": "the same street but another house",
        "адреса разные": "the addresses differ",
        "Квартира": "Flat",
        "та же квартира": "the same flat",
        "другая квартира": "another flat",
        "та же квартира, и счета известны": "the same flat, and the accounts are known",
        "другая квартира, но лицевой счёт общий": "another flat, but an account in common",
        "другая квартира и другой лицевой счёт": "another flat and another account",
        "Город": "City",
        "тот же город": "the same city",
        "названия городов различаются опиской": "the cities differ by a typing error",
        "тот же регион": "the same region",
        "города разные": "the cities differ",
        "регионы разные": "the regions differ",
        "Индекс": "Postal code",
        "тот же индекс": "the same postal code",
        "индексы различаются одной цифрой": "the postal codes differ by one digit",
        "индексы разные": "the postal codes differ",
        "ИНН": "INN",
        "СНИЛС": "SNILS",
        "ОГРН": "OGRN",
        "КПП": "KPP",
        "Паспорт": "Passport",
        "Номер документа": "Document number",
        "КПП совпадает": "the KPP agrees",
        "КПП разные: возможно, филиалы": "the KPPs differ: branches, perhaps",
        "Одно название": "Name alone",
        "кроме названия, ничего не совпало": "nothing agrees but the name",
        "дата совпадает": "the date agrees",
        "день и месяц переставлены": "day and month are swapped",
        "дата отличается одной цифрой": "the date differs by one digit",
        "совпадают две части даты из трёх": "two of three parts of the date agree",
        "год совпадает, день и месяц указаны условно": "the year agrees, day and month are placeholders",
        "совпадает только год": "only the year agrees",
        "даты разные": "the dates differ",
        "между датами поколение": "a generation lies between the dates",
        "значение совпадает": "the value agrees",
        "значение совпадает, больше почти ни у кого": "the value agrees and hardly anybody else has it",
        "значение совпадает, оно у нескольких записей": "the value agrees, several records have it",
        "значение совпадает, оно у многих": "the value agrees, but many have it",
        "значения различаются одним знаком": "the values differ by one character",
        "значения различаются опиской": "the values differ by a typing error",
        "у значений общее слово": "the values have a word in common",
        "значения разные": "the values differ",
        "числа равны": "the numbers are equal",
        "числа отличаются не больше чем на двадцатую часть": "the numbers differ by a twentieth at most",
        "числа разные": "the numbers differ",
        "Название": "Company",
        "название совпадает, в нём несколько слов": "the name of several words agrees",
        "название из одного слова совпадает": "the name of one word agrees",
        "названия различаются опиской": "the names differ by a typing error",
        "у названий общая часть": "the names have a part in common",
        "названия разные": "the names differ",
        "Правовая форма": "Legal form",
        "правовая форма совпадает": "the legal form agrees",
        "правовая форма разная": "the legal forms differ",
        # keys
        "общий телефон": "a phone in common",
        "тот же СНИЛС": "the same SNILS",
        "тот же ИНН": "the same INN",
        "тот же ОГРН": "the same OGRN",
        "тот же паспорт": "the same passport",
        "тот же номер документа": "the same document number",
        "имя с фамилией в любом порядке и год рождения": "both names in any order and the year of birth",
        "имя, отчество и дата рождения (фамилия могла смениться)": (
            "given name, patronymic and date of birth (the surname may have changed)"
        ),
        "созвучная фамилия и дата рождения": "a surname that sounds alike and the date of birth",
        "имя и дата рождения": "given name and date of birth",
        "редкие фамилия и имя": "rare surname and given name",
        "фамилия, имя и отчество": "surname, given name and patronymic",
        "тот же адрес и фамилия": "the same address and surname",
        "тот же адрес и имя": "the same address and given name",
        "тот же дом, фамилия и первая буква имени": "the same house, surname and first letter of the given name",
        "тот же дом и дата рождения": "the same house and date of birth",
        "тот же индекс и дата рождения": "the same postal code and date of birth",
        "тот же индекс и редкие созвучные имя с фамилией": "the same postal code and rare names that sound alike",
        "та же улица и созвучная фамилия": "the same street and a surname that sounds alike",
        "начало номера документа": "the beginning of the document number",
        "то же название": "the same company",
        "созвучное название в том же городе": "a company that sounds alike in the same city",
        "тот же дом и начало названия": "the same house and beginning of the company",
        # why, why not
        "Записи совпадают во всех значениях: это одна запись, сравнивать нечего.": (
            "The records agree in every value: they are one, there is nothing to compare."
        ),
        "Вместе: основания этой пары перевешивают порог.": (
            "Together: the evidence of this pair is above the threshold."
        ),
        "Вместе через другие записи: сама пара порога не достигает, но её связывает цепочка.": (
            "Together through other records: the pair itself is below the threshold, a chain binds it."
        ),
        "Вместе: так решил дата-стюард.": "Together: a steward decided so.",
        "Порознь: одна запись о физлице, другая об юрлице, такие не объединяются.": (
            "Apart: one record is of a person, the other of an organization; such are never joined."
        ),
        "Порознь: слияние запретил дата-стюард.": "Apart: a steward forbade the merge.",
        "Порознь: пара похожа, но запрет слияния разделяет записи, с которыми они вместе.": (
            "Apart: the pair is alike, but a veto separates records that they are together with."
        ),
        "Порознь: пара похожа, но другая пара между двумя субъектами говорит против сильнее.": (
            "Apart: the pair is alike, but another pair between the two parties speaks against it more."
        ),
        "Порознь: оснований не хватает до порога.": "Apart: the evidence is below the threshold.",
        "Порознь: нет общего ключа отбора, поэтому пара не сравнивалась, хотя и похожа.": (
            "Apart: there is no key in common, so the pair was never compared, though it is alike."
        ),
    }
)

_SHAPES: Final = tuple(
    (re.compile(shape), words)
    for shape, words in (
        (r"(ИНН|СНИЛС|ОГРН|паспорт|номер документа) совпадает", r"the \1 agrees"),
        (r"(ИНН|СНИЛС|ОГРН|паспорт|номер документа) совпадает, он у нескольких записей",
         r"the \1 agrees, several records have it"),
        (r"(ИНН|СНИЛС|ОГРН|паспорт|номер документа) совпадает, но он у многих", r"the \1 agrees, but many have it"),
        (r"(ИНН|СНИЛС|ОГРН|паспорт|номер документа) отличается одной цифрой", r"the \1 differs by one digit"),
        (r"(ИНН|СНИЛС|ОГРН|паспорт|номер документа) не совпадает", r"the \1 differs"),
        (r"общее значение (.+)", r"a value of \1 in common"),
        (r"случайных полных тёзок среди записей ожидается (.+)", r"namesakes in full by chance to be expected: \1"),
    )
)  # fmt: skip
_NAMES: Final = {"ИНН": "INN", "СНИЛС": "SNILS", "ОГРН": "OGRN", "паспорт": "passport",
                 "номер документа": "document number",
                 "меньше 1 на 64": "less than 1 in 64", "около 1 на 64": "about 1 in 64",
                 "около 1 на 32": "about 1 in 32",
                 "около 1 на 16": "about 1 in 16", "около 1 на 8": "about 1 in 8", "около 1 на 4": "about 1 in 4",
                 "около 1 на 2": "about 1 in 2", "примерно один": "about one", "примерно два": "about two",
                 "примерно четыре": "about four", "больше четырёх": "more than four"}  # fmt: skip


def find_english(text: str) -> str | None:
    """An explanation's text in English; None for one that is not known."""
    if text in _WORDS:
        return _WORDS[text]
    for shape, words in _SHAPES:
        if found := shape.fullmatch(text):
            english = found.expand(words)
            return english.replace(found[1], _NAMES.get(found[1], found[1]))
    return None
