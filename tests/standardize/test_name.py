"""Names: what is understood, what is repaired, what is doubted."""

from __future__ import annotations

import pytest

from litso.standardize.diminutives import diminutives, full_given_name
from litso.standardize.lexicon import from_latin, slip_of
from litso.standardize.name import name, name_parts

# text | surname | given name | patronymic | gender
UNDERSTOOD = """
Иванов Иван Иванович|Иванов|Иван|Иванович|М
ИВАНОВ ИВАН|Иванов|Иван||М
Иван Иванович Иванов|Иванов|Иван|Иванович|М
Наталья Кравец|Кравец|Наталья||Ж
Мельник Ольга|Мельник|Ольга||Ж
Анатольевна Алена Кузнецова|Кузнецова|Алена|Анатольевна|Ж
Иванов И.И.|Иванов|И|И|М
И.И. Иванов|Иванов|И|И|М
Иванов ИИ|Иванов|И|И|М
Иванова Л. Петровна|Иванова|Л|Петровна|Ж
КУЗНЕЦОВА О В|Кузнецова|О|В|Ж
Толстой Л. Н.|Толстой|Л|Н|М
Кузнецова-Белова Анна-Мария Сергеевна|Кузнецова-Белова|Анна-Мария|Сергеевна|Ж
Кузнецова - Белова Анна Сергеевна|Кузнецова-Белова|Анна|Сергеевна|Ж
Абрамович Роман Аркадьевич|Абрамович|Роман|Аркадьевич|М
Роман Аркадьевич Абрамович|Абрамович|Роман|Аркадьевич|М
Пётр Ильич Чайковский|Чайковский|Пётр|Ильич|М
Ильинична Мария Иванова|Иванова|Мария|Ильинична|Ж
Максим Максимов Максимович|Максимов|Максим|Максимович|М
Герман Анна|Герман|Анна||Ж
Анна Герман|Герман|Анна||Ж
Роман Сергей|Роман|Сергей||М
Любовь Орлова|Орлова|Любовь||Ж
Черных Мария Ивановна|Черных|Мария|Ивановна|Ж
Живаго Юрий Андреевич|Живаго|Юрий|Андреевич|М
Мамедов Гасан Али оглы|Мамедов|Гасан|Али оглы|М
Гасан Али оглы Мамедов|Мамедов|Гасан|Али оглы|М
АЛИЕВ РАМИЗ ТОФИК-ОГЛЫ|Алиев|Рамиз|Тофик-оглы|М
Гульнара Рашит кызы Алиева|Алиева|Гульнара|Рашит кызы|Ж
Каримов Рустам Анвар|Каримов|Рустам|Анвар|М
Асанов Бакыт Усен уулу|Асанов|Бакыт|Усен уулу|М
Хачатрян Гагик Вазгенович|Хачатрян|Гагик|Вазгенович|М
Гагик Вазгенович Хачатрян|Хачатрян|Гагик|Вазгенович|М
Умаров Абдулло Сайдуллоевич|Умаров|Абдулло|Сайдуллоевич|М
Бадмаева Цырендулма Батоевна|Бадмаева|Цырендулма|Батоевна|Ж
Кара-оол Шолбан Валерьевич|Кара-оол|Шолбан|Валерьевич|М
Тер-Петросян Левон Акопович|Тер-Петросян|Левон|Акопович|М
Цой Виктор Робертович|Цой|Виктор|Робертович|М
Ли Юлия|Ли|Юлия||Ж
Нгуен Ван Хай|Нгуен|Ван|Хай|М
Ким Сон Хо|Ким|Сон|Хо|М
Шмидт Анна Мария|Шмидт|Анна Мария||Ж
фон Бок Карл Иванович|фон Бок|Карл|Иванович|М
Людвиг ван Бетховен|ван Бетховен|Людвиг||М
О'Коннор Джон|О'Коннор|Джон||М
Смит Джон|Смит|Джон||М
Джон Смит|Смит|Джон||М
Асан кызы Гулзат|Асан кызы|Гулзат||Ж
Абишова Азада Нурулла|Абишова|Азада|Нурулла|Ж
Серик Болат Маратулы|Серик|Болат|Маратулы|М
Алексанян Артур Ашоти|Алексанян|Артур|Ашоти|М
Саглар Бадмаевна Очирова|Очирова|Саглар|Бадмаевна|Ж
Ковальский Анджей|Ковальский|Анджей||М
Меркель Ангела|Меркель|Ангела||Ж
Росси Паоло|Росси|Паоло||М
Саша Петрович||Саша|Петрович|М
Коваль Саша|Коваль|Саша||НД
Иванов, Иван Иванович|Иванов|Иван|Иванович|М
Иванов, Иван, Иванович|Иванов|Иван|Иванович|М
ИвановИванИванович|Иванов|Иван|Иванович|М
ивановиваниванович|Иванов|Иван|Иванович|М
"Кузнецова Ольга"|Кузнецова|Ольга||Ж
Ёлкина Алёна Артёмовна|Ёлкина|Алёна|Артёмовна|Ж
"""

# text | surname | given name | patronymic | problem
REPAIRED = """
Срегей владимерович иванов|Иванов|Сергей|Владимирович|typo_fixed
Алексндр Сергеевич Пушкин|Пушкин|Александр|Сергеевич|typo_fixed
Кузнецова Ольга Владмировна|Кузнецова|Ольга|Владимировна|typo_fixed
иван0в и ван иван0ви4|Иванов|Иван|Иванович|digits_in_letters
Ivanov Ivan Petrovich|Иванов|Иван|Петрович|transliterated
Shcherbakova Yuliya Sergeevna|Щербакова|Юлия|Сергеевна|transliterated
IVANOVA NATALYA|Иванова|Наталья||transliterated
Bdfyjd Bdfy|Иванов|Иван||wrong_layout
Gtnhjdf Fyyf Cthuttdyf|Петрова|Анна|Сергеевна|wrong_layout
Ивaнов Ивaн|Иванов|Иван||look_alikes
Иванов Иван и Иванова Мария|Иванов|Иван||several_persons
Иван и Мария Ивановы|Иванов|Иван||several_persons
Петровские Анна и Олег|Петровская|Анна||several_persons
Петров Петр Петрович, Петрова Анна Ивановна|Петров|Петр|Петрович|several_persons
Петров Петр Петрович Петрова Анна Ивановна|Петров|Петр|Петрович|several_persons
Иванов И.И. Петров П.П.|Иванов|И|И|several_persons
Петров Иван Сергеевна|Петров|Иван|Сергеевна|gender_conflict
Иванов||||
"""

NOISY = """
абонент Петрова А.С. (умерла)|Петрова|А|С
ИП Иванов Иван Иванович|Иванов|Иван|Иванович
Иванов Иван Иванович т. 8-916-123-45-67|Иванов|Иван|Иванович
Иванова (Петрова) Анна|Иванова|Анна|
гр-ка Сидорова М.П.|Сидорова|М|П
собственник: Сидоров Семён Семёнович|Сидоров|Семён|Семёнович
Сидоров Сидор Сидорович мл.|Сидоров|Сидор|Сидорович
Иванов Петр и др.|Иванов|Петр|
Иванова Анна нет отчества|Иванова|Анна|
Иванова Анна б/о|Иванова|Анна|
Перес Мария Отсутствует|Перес|Мария|
Иванов Иван Иванович Иванов|Иванов|Иван|Иванович
кв 5 Иванова|Иванова||
"""


def rows(table: str) -> list[list[str | None]]:
    return [[cell or None for cell in line.split("|")] for line in table.strip().splitlines()]


@pytest.mark.parametrize(("text", "surname", "given", "patronymic", "gender"), rows(UNDERSTOOD))
def test_understood(text: str, surname: str, given: str, patronymic: str, gender: str) -> None:
    assert name_parts(text)[:4] == (surname, given, patronymic, gender)


@pytest.mark.parametrize(("text", "surname", "given", "patronymic", "problem"), rows(REPAIRED)[:-1])
def test_repaired_and_said_so(text: str, surname: str, given: str, patronymic: str, problem: str) -> None:
    found = name_parts(text)
    assert found[:3] == (surname, given, patronymic)
    assert found.qc == 1
    assert problem in (found.problems or "")


@pytest.mark.parametrize(("text", "surname", "given", "patronymic"), rows(NOISY))
def test_noise_is_set_aside(text: str, surname: str, given: str, patronymic: str) -> None:
    assert name_parts(text)[:3] == (surname, given, patronymic)


@pytest.mark.parametrize("text", ["нет", "не указано", "test", "абонент", "физлицо", "умерла", "12345", "---"])
def test_garbage_is_no_name(text: str) -> None:
    assert name_parts(text)[:3] == (None, None, None)
    assert name_parts(text).qc == 2


@pytest.mark.parametrize(
    "text", ["ООО Ромашка", 'ТСЖ "Мир"', "Администрация г. Самары", "Школа №5", "МБДОУ детский сад 7", "Шевченко ООО"]
)
def test_a_company_in_the_field_of_a_name(text: str) -> None:
    assert name_parts(text)[:3] == (None, None, None)
    assert name_parts(text)[5:] == (1, "company")


@pytest.mark.parametrize("text", ["Завод Петр Иванович", "По Эдгар", "Банк Иван Ильич"])
def test_a_person_with_the_name_of_a_company(text: str) -> None:
    assert name_parts(text).surname == text.split()[0]


@pytest.mark.parametrize("word", ["ганна", "олена", "амина", "ильфар", "артуш", "даниил", "наталия", "софья"])
def test_rare_names_are_no_slips(word: str) -> None:
    assert slip_of(word, "F") is None


def test_surnames_are_never_repaired() -> None:
    assert name_parts("Ивапов Иван Иванович").surname == "Ивапов"


@pytest.mark.parametrize(
    ("text", "cases"),
    [
        ("Иванов Иван Иванович", ("Иванова Ивана Ивановича", "Иванову Ивану Ивановичу", "Ивановым Иваном Ивановичем")),
        ("Петрова Анна", ("Петровой Анны", "Петровой Анне", "Петровой Анной")),
        ("Мельник Ольга", ("Мельник Ольги", "Мельник Ольге", "Мельник Ольгой")),
        ("Иванова И.И.", ("Ивановой И. И.", "Ивановой И. И.", "Ивановой И. И.")),
        (
            "Мамедов Гасан Али оглы",
            ("Мамедова Гасана Али оглы", "Мамедову Гасану Али оглы", "Мамедовым Гасаном Али оглы"),
        ),
    ],
)
def test_cases(text: str, cases: tuple[str, str, str]) -> None:
    found = name(text)
    assert (found.genitive, found.dative, found.instrumental) == cases


@pytest.mark.parametrize(
    ("short", "gender", "full"),
    [
        ("Ваня", "НД", "Иван"),
        ("саша", "НД", None),
        ("Саша", "Ж", "Александра"),
        ("Лёша", "М", "Алексей"),
        ("Иван", "М", None),
    ],
)
def test_full_given_name(short: str, gender: str, full: str | None) -> None:
    assert full_given_name(short, gender) == full


def test_the_table_of_diminutives_is_rich_and_folded() -> None:
    assert len(diminutives()) >= 300
    assert not any("ё" in form for form in diminutives())


@pytest.mark.parametrize("latin", ["natalya", "natalia", "nataliya", "natal'ya"])
def test_romanizations_of_one_name_agree(latin: str) -> None:
    assert from_latin(latin) == "наталья"
