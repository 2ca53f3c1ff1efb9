"""Values as people write them, and ways to spoil them, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

SURNAMES = ["Иванов", "Петрова", "Кузнецов-Белов", "Мельник", "Шевченко", "Абрамович", "Толстой", "Ли", "Цой", "Герман"]
GIVEN = ["Иван", "Анна", "Мария", "Саша", "Роман", "Гульнара", "Алексндр", "Фёдор", "Анна-Мария", "Любовь", "Рустам"]
PATRONYMICS = ["Иванович", "Сергеевна", "Ильич", "Владимровна", "Али оглы", "Петрович", "Рашит кызы", "Ильинична"]
NOISE = [
    "абонент",
    "(умерла)",
    "ИП",
    "гр.",
    "89161234567",
    "и",
    ",",
    "-",
    "ООО",
    "/",
    "№ 5",
    "кв",
    "фон",
    "ван",
    "и др.",
]

words = st.sampled_from(SURNAMES + GIVEN + PATRONYMICS)
initials = st.sampled_from(["И.", "А.", "И.И.", "ИИ", "Я", "и", "П. П."])
recased = st.sampled_from([str, str.upper, str.lower, str.title, str.swapcase])


@st.composite
def names(draw: st.DrawFn) -> str:
    """A name in any order, with noise, in any case."""
    parts = draw(st.lists(st.one_of(words, words, initials, st.sampled_from(NOISE)), min_size=1, max_size=6))
    return draw(recased)(draw(st.sampled_from([" ", " ", "  ", ", ", "."])).join(parts))


@st.composite
def phones(draw: st.DrawFn) -> str:
    """A number or several, in any punctuation."""
    code = draw(st.sampled_from(["916", "495", "846", "8453", "84635", "800", "095", "371", "000", ""]))
    local = draw(st.text("0123456789", min_size=4, max_size=8))
    head = draw(
        st.sampled_from(
            ["8", "+7", "7", "", "8-", "+7 (", "тел. 8", "МОБ:+7", "дом ", "раб8", "+", "00", "810", "+375", "996"]
        )
    )
    tail = draw(
        st.sampled_from(["", " доб. 12", "*139", ", 89161234567", "/45", " моб", ";2316014", " x5", " (Оля)", " о"])
    )
    between = draw(st.sampled_from(["", " ", "-", ") ", " - "]))
    return head + code + between + between.join([local[:3], local[3:]]) + tail


@st.composite
def emails(draw: st.DrawFn) -> str:
    """An address with the errors of keyboards."""
    local = draw(
        st.sampled_from(
            ["ivanov", "info", "no", "a.b", "петя", "1", "ivanov..p", '"a b"', "test", ".x", "x+y", "шмфтщм"]
        )
    )
    sign = draw(st.sampled_from(["@", "@", "@", '"', " @ ", "(at)", "@@", "", " собака "]))
    domain = draw(
        st.sampled_from(
            [
                *("mail.ru", "gmail.con", "mail,ru", "yandex/ru", "mailru", "почта.рф", "mailinator.com", "a", "ya.ru"),
                *("-x.ru", "yandx.ru", "mail.ru.", "corp.example", "xn--80a1acny.xn--p1ai", "gmail.com, b@ya.ru"),
                "ьфшд.кг",
            ]
        )
    )
    return draw(recased)(local + sign + domain)


digits = st.text("0123456789", min_size=5, max_size=21)
numbers = st.builds(
    lambda label, text, tail: label + text + tail,
    st.sampled_from(["", "ИНН ", "№", "ЛС ", "л/с ", "45 09 ", "серия "]),
    st.one_of(
        digits, st.sampled_from(["7707083893", "112-233-445 95", "1022300001811", "044525225", "770701001", "А123ВС77"])
    ),
    st.sampled_from(["", ".0", " ", " выдан 770-053", "-01", "/2"]),
)
dates = st.one_of(
    st.dates().map(str),
    st.dates().map(lambda day: day.strftime("%d.%m.%Y")),
    st.dates().map(lambda day: f"{day.day} марта {day.year} г.р."),
    st.sampled_from(["1/6/16", "24031980", "29304", "31.02.1980", "01.01.1900", "1980", "03.24.1980", "12 may 1975"]),
)
companies = st.builds(
    lambda form, name, tail: f"{form} {name}{tail}",
    st.sampled_from(
        ["ООО", "Общество с ограниченной ответственностью", "ИП", "МБОУ", "", "филиал АО", "пао", "o.o.o."]
    ),
    st.sampled_from(['"Ромашка"', "«Рога и копыта»", "Иванов Иван Иванович", "СОШ № 5", 'УК "Уют"', "", "ТД Мир"]),
    st.sampled_from(["", " ООО", ", ИНН 7707083893", " (г. Самара)", " ИНН/КПП 7707083893/770701001"]),
)
addresses = st.sampled_from(
    [
        "г Самара, ул Ленина, д 5, кв 7",
        "Самара Ленина 5-7",
        "",
        "д. Ивановка",
        "ул. Мира 5 к 2",
        "443001, Самара",
        "нет",
    ]
)
anything = st.text(max_size=60)
BY_KIND = {
    "name": names(),
    "phone": phones(),
    "email": emails(),
    "birth_date": dates,
    "company": companies,
    "address": addresses,
}
