"""ОКВЭД, the production calendar and blacklists: every form of file, what they answer, what is refused."""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from litso.cli import app
from litso.domain.working_days import DAY_OFF, PLAIN_WEEK, SHORT, WORKING, Day, WorkingCalendar
from litso.errors import NotFound, SourceUnusable
from litso.settings import Settings, load_settings
from litso.store.database import Store
from litso.usecases import registers
from litso.usecases.lists import find_listed
from litso.usecases.reference import list_reference, load_reference
from litso.usecases.reference_lookup import look_up

ROSSTAT = '"D";" ";"ОБЕСПЕЧЕНИЕ ЭНЕРГИЕЙ"\n"D";"35";"Энергия, газ и пар"\n"D";"35.30";"Пар и горячая вода"\n'
ROSSTAT += '"D";"35.30.14";"Производство тепла котельными"\n'
PLAIN_OKVED = "name,kod,idx\nПар и горячая вода,35.30,1\nПроизводство тепла котельными,35.30.14,2\n"
MONTHS = "Год/Месяц,Январь,Февраль,Март,Апрель,Май,Июнь,Июль,Август,Сентябрь,Октябрь,Ноябрь,Декабрь,Всего рабочих дней"
OFF_2025 = (
    "1,2,3,4,5,6,7,8,11,12,18,19,25,26", "1,2,8,9,15,16,22,23", "1,2,7*,8,9,15,16,22,23,29,30",
    "5,6,12,13,19,20,26,27,30*",
    "1,2+,3,4,8+,9,10,11,17,18,24,25,31", "1,7,8,11*,12,13+,14,15,21,22,28,29", "5,6,12,13,19,20,26,27",
    "2,3,9,10,16,17,23,24,30,31", "6,7,13,14,20,21,27,28", "4,5,11,12,18,19,25,26", "1*,2,3+,4,8,9,15,16,22,23,29,30",
    "6,7,13,14,20,21,27,28,31+",
)  # fmt: skip
TABLE = "\n".join([MONTHS, ",".join(["2025", *(f'"{days}"' for days in OFF_2025), "247"]), ""])
XML = """<?xml version="1.0" encoding="UTF-8"?>
<calendar year="2025" lang="ru"><holidays><holiday id="1" title="Новый год"/></holidays><days>
<day d="01.01" t="1" h="1"/><day d="05.02" t="1" f="01.04"/><day d="11.01" t="3"/><day d="03.07" t="2"/></days>
</calendar>
"""
PLAIN_DAYS = (
    "date;type;title;moved_from\n2025-01-01;day_off;Новый год;\n02.05.2025;day_off;;04.01.2025\n2025-11-01;working;;\n"
)
BLACKLIST = (
    "name,birth_date,inn,passport,reason,since,until,list\n"
    "ИВАНОВ ИВАН ИВАНОВИЧ,01.02.1980,,45 09 123456,долг,01.03.2024,,свой\n"
    '"ООО ""Ромашка""",,7707083893,,мошенники,,31.12.2024,\n'
    "Петрова Анна,,123,,,,,\n"
)


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    yield load_settings({"LITSO_HOME": str(tmp_path / "home"), "LITSO_THREADS": "1"})
    registers.use(None)


Load = Callable[[str, str, str], list[tuple[str, int]]]


@pytest.fixture
def load(store: Store, settings: Settings, tmp_path: Path) -> Load:
    """Load a text as a kind; answers (part, rows)."""

    def run(kind: str, name: str, text: str) -> list[tuple[str, int]]:
        path = tmp_path / name
        path.write_bytes(text.encode("cp1251" if text is ROSSTAT else "utf-8-sig"))
        return [(one.part, one.rows) for one in load_reference(store, settings, kind, path)]

    return run


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (ROSSTAT, 4),
        (PLAIN_OKVED, 2),
        ("code;title\n35.30;Пар и горячая вода\n35.30.14;Производство тепла котельными", 2),
    ],
)
def test_activities_in_every_form(load: Load, text: str, rows: int) -> None:
    assert load("okved", "okved.csv", text) == [("all", rows)]
    assert (registers.in_use().activities or {})["35.30.14"] == "Производство тепла котельными"
    assert [entry["code"] for entry in look_up("okved", "35.30.14")][:2] == ["35.30.14", "35.30"]
    with pytest.raises(NotFound):
        look_up("okved", "35.3")


def test_the_calendar_in_every_form(load: Load) -> None:
    assert load("calendar", "days.csv", TABLE) == [("2025", 19)]
    calendar = registers.in_use().calendar
    assert calendar is not None
    assert [calendar.kind_of(date(2025, *day)) for day in ((1, 3), (3, 7), (11, 1), (11, 3), (5, 5), (5, 24))] == [
        DAY_OFF, SHORT, SHORT, DAY_OFF, WORKING, DAY_OFF,
    ]  # fmt: skip
    assert calendar.working_days_between(date(2025, 1, 1), date(2025, 12, 31)) == 247
    assert [calendar.knows(date(year, 1, 1)) for year in (2025, 2026)] == [True, False]
    load("calendar", "next.csv", "date,type\n2026-01-02,day_off\n")
    for name, text in (("calendar.xml", XML), ("days.csv", PLAIN_DAYS)):
        load("calendar", name, text)
        calendar = registers.in_use().calendar
        assert calendar is not None
        assert calendar.years == {2025, 2026}, "a new file of one year keeps the others"
        assert calendar.days[date(2025, 1, 1)] == Day(DAY_OFF, "Новый год")
        assert calendar.days[date(2025, 5, 2)] == Day(DAY_OFF, None, date(2025, 1, 4))
        assert calendar.is_working_day(date(2025, 11, 1))
    (found,) = look_up("calendar", "2025-05-01")
    assert found["next_working_day"] == date(2025, 5, 5)


def test_the_calendar_of_this_year_is_missed(load: Load, store: Store, settings: Settings) -> None:
    load("calendar", "days.csv", PLAIN_DAYS)
    with store.transaction() as connection:
        listed = list_reference(connection, settings.home, today=date(2026, 3, 1))
    states = [(one.part, one.version is not None, one.is_stale) for one in listed if one.kind == "calendar"]
    assert states == [("2025", True, False), ("2026", False, False)]


def test_a_blacklist_is_found_by_number_and_name(load: Load) -> None:
    assert load("blacklist", "список.csv", BLACKLIST) == [("all", 3)]
    (person,) = look_up("blacklist", "4509123456")
    assert (person["name"], person["list"], person["reason"]) == ("ИВАНОВ ИВАН ИВАНОВИЧ", "свой", "долг")
    assert look_up("blacklist", "иванов  иван иванович") == [person]
    (company,) = look_up("blacklist", "7707083893")
    assert (company["kind"], company["list"], company["until"]) == ("organization", "список", date(2024, 12, 31))
    assert look_up("blacklist", "«Ромашка», ООО") == [company]
    (other,) = look_up("blacklist", "Петрова Анна")
    assert "inn:wrong_length" in other["problems"]
    record = {"kind": "organization", "inn": "7707083893"}
    (entry,) = find_listed("blacklist", record)
    assert [entry.is_in_force(day) for day in (date(2024, 12, 31), date(2025, 1, 1))] == [True, False]
    record = {"kind": "person", "full_name": "Иванов Иван Иванович", "birth_date": date(1980, 2, 1)}
    assert [one.name for one in find_listed("blacklist", record)] == ["ИВАНОВ ИВАН ИВАНОВИЧ"]
    assert not find_listed("blacklist", record | {"birth_date": date(1981, 2, 1)}), "a namesake of another day"


def test_the_name_of_a_list_is_the_same_in_its_next_edition(load: Load) -> None:
    names = ("список.csv", "список-2026-11-01.csv", "список_08.11.2026.csv", "список 3.csv")
    for number, name in enumerate(names):
        load("blacklist", name, f"name,reason\nСидоров Пётр Ильич,{number}\n")
        (entry,) = look_up("blacklist", "Сидоров Пётр Ильич")
        assert (entry["list"], entry["reason"]) == ("список", str(number))


def test_several_lists_in_one_archive(store: Store, settings: Settings, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "lists.zip", "w") as archive:
        archive.writestr("свой.csv", "name\nСидоров Пётр Ильич\n")
        archive.writestr("чужой.csv", "name;kind\nСидоров Петр Ильич;person\n")
    load_reference(store, settings, "blacklist", tmp_path / "lists.zip")
    assert [entry["list"] for entry in look_up("blacklist", "Сидоров Петр Ильич")] == ["свой", "чужой"]


BANKRUPTS = """<D xmlns="urn:service">
<DebtorPerson BankruptId="17" FirstName="Пётр" LastName="Сидоров" MiddleName="Ильич" Birthdate="1975-03-04T00:00:00"
  INN="500100732259" SNILS="112-233-445 95" Category="Физическое лицо">
  <LegalCaseList><LegalCaseInfo Number="А55-1/2026"/></LegalCaseList></DebtorPerson>
<DebtorCompany><BankruptId>18</BankruptId><FullName>Общество с ограниченной ответственностью "Лютик"</FullName>
  <ShortName>ООО "Лютик"</ShortName><INN>7707083893</INN></DebtorCompany>
</D>
"""
EXTREMISTS = """<?xml version="1.0" encoding="UTF-8"?>
<Перечень><ВерсияФормата>2.0</ВерсияФормата><ДатаПеречня>2026-11-20</ДатаПеречня>
<АктуальныйПеречень>
<Субъект><ИдСубъекта>5</ИдСубъекта><ФЛ><ФИО>ИВАНОВ ИВАН ИВАНОВИЧ* (ПЕТРОВ ИВАН)</ФИО>
<ДатаРождения>1980-02-01</ДатаРождения><ГодРождения>1980</ГодРождения>
<СписокДокументов><Документ><Серия>45 09</Серия><Номер>123456</Номер></Документ></СписокДокументов>
<СписокДрНаименований><ДрНаименование><ФИО>СИДОРОВ ИВАН ИВАНОВИЧ</ФИО></ДрНаименование></СписокДрНаименований></ФЛ>
<Террорист>1</Террорист><История><ДатаВключения>2020-05-06</ДатаВключения></История></Субъект>
<Субъект><ИдСубъекта>6</ИдСубъекта><ФЛ><ФИО>ПЕТРОВ ПЁТР</ФИО><ГодРождения>1990</ГодРождения></ФЛ></Субъект>
<Субъект><ИдСубъекта>7</ИдСубъекта><ЮЛ><Наименование>ООО "ТЕНЬ"</Наименование><ИНН>7707083893</ИНН></ЮЛ></Субъект>
</АктуальныйПеречень>
<ПоследниеИсключенные><Субъект><ФЛ><ФИО>БЫВШИЙ ИВАН ИВАНОВИЧ</ФИО></ФЛ></Субъект></ПоследниеИсключенные>
</Перечень>
"""
EGRUL = """<EGRUL>
<СвЮЛ ДатаВып="2026-01-15" ОГРН="1027700132195" ИНН="6311000001" КПП="631101001"><СвНаимЮЛ НаимЮЛПолн="ООО ТЕПЛО">
<СвНаимЮЛСокр НаимСокр="ООО ТЕПЛО"/></СвНаимЮЛ><СвАдресЮЛ><АдресРФ Индекс="443001" Дом="Д 5" Кварт="ОФ 3">
<Регион ТипРегион="ОБЛАСТЬ" НаимРегион="САМАРСКАЯ"/><Город ТипГород="ГОРОД" НаимГород="САМАРА"/>
<Улица ТипУлица="УЛИЦА" НаимУлица="ПОБЕДЫ"/></АдресРФ><СвНедАдресЮЛ ПризнНедАдресЮЛ="1"/></СвАдресЮЛ>
<СвСтатус><СвСтатус КодСтатусЮЛ="105" НаимСтатусЮЛ="Исключается"/></СвСтатус>
<СведДолжнФЛ><СвФЛ Фамилия="ИВАНОВ" Имя="ПЕТР" Отчество="ИЛЬИЧ" ИННФЛ="500100732259"/>
<СвДолжн НаимДолжн="ДИРЕКТОР"/></СведДолжнФЛ><СвУчредит><УчрФЛ><СвФЛ Фамилия="СЕРОВА" Имя="АННА"/></УчрФЛ></СвУчредит>
</СвЮЛ>
<СвЮЛ ДатаВып="2025-01-15" ИНН="6311000001"/>
<СвЮЛ ИНН="6311000002"><СвПрекрЮЛ ДатаПрекрЮЛ="2024-05-06"/></СвЮЛ>
</EGRUL>
"""


def test_debtors_of_the_register_of_bankruptcies(load: Load) -> None:
    assert load("bankrupts", "debtors.xml", BANKRUPTS) == [("all", 2)]
    (person,) = look_up("bankrupts", "11223344595")
    assert (person["name"], person["ident"], person["birth_date"]) == ("Сидоров Пётр Ильич", "17", date(1975, 3, 4))
    assert person["reason"] == "Физическое лицо; дело А55-1/2026"
    assert look_up("bankrupts", "сидоров петр ильич") == [person]
    (company,) = look_up("bankrupts", "7707083893")
    assert (company["kind"], company["companies"]) == ("organization", ["лютик"])
    load("bankrupts", "debtors.csv", "name;inn\nСидоров Пётр Ильич;500100732259\n")
    assert len(look_up("bankrupts", "500100732259")) == 1


def test_the_list_of_extremists_in_xml(load: Load) -> None:
    assert load("extremists", "list.xml", EXTREMISTS) == [("all", 3)]
    (person,) = look_up("extremists", "4509123456")
    assert person["names"] == ["иванов иван иванович", "петров иван", "сидоров иван иванович"]
    assert (person["ident"], person["reason"], person["since"]) == ("5", "терроризм", date(2020, 5, 6))
    assert look_up("extremists", "Сидоров Иван Иванович") == [person]
    assert [one["birth_year"] for one in look_up("extremists", "Петров Пётр")] == [1990]
    assert [one["ident"] for one in look_up("extremists", "7707083893")] == ["7"]
    with pytest.raises(NotFound):
        look_up("extremists", "Бывший Иван Иванович")


def dbf(path: Path, records: Sequence[tuple[str, ...]]) -> Path:
    """A DBF table of the list, CP866."""
    fields = (("NUMBER", 8), ("TU", 1), ("NAMEU", 60), ("SD", 20), ("RG", 20), ("GR", 8), ("YR", 4), ("TERROR", 1))
    length = 1 + sum(size for _, size in fields)
    header = 32 + 32 * len(fields) + 1
    head = struct.pack("<BBBBIHH", 3, 126, 11, 20, len(records), header, length) + bytes(17) + b"\x65" + bytes(2)
    described = b"".join(
        name.encode().ljust(11, b"\0") + b"C" + bytes(4) + bytes([size, 0]) + bytes(14) for name, size in fields
    )
    rows = b"".join(
        b" " + b"".join(text.encode("cp866").ljust(size) for text, (_, size) in zip(record, fields, strict=True))
        for record in records
    )
    path.write_bytes(head + described + b"\x0d" + rows + b"\x1a")
    return path


DBF = (
    ("1", "4", "ИВАНОВ ИВАН ИВАНОВИЧ* (ПЕТРОВ ИВАН ИВАНОВИЧ)", "45 09", "123456", "19800201", "1980", "1"),
    ("1", "4", "СИДОРОВ ИВАН ИВАНОВИЧ", "", "", "19800201", "1980", "1"),
    ("2", "3", 'ООО "ТЕНЬ"', "7707083893", "1027700132195", "", "0", "0"),
)


def test_the_list_of_extremists_in_dbf(store: Store, settings: Settings, tmp_path: Path) -> None:
    load_reference(store, settings, "extremists", dbf(tmp_path / "list_20261120.dbf", DBF))
    (person,) = look_up("extremists", "4509123456")
    assert person["names"] == ["иванов иван иванович", "петров иван иванович", "сидоров иван иванович"]
    assert (person["birth_date"], person["reason"]) == (date(1980, 2, 1), "терроризм")
    assert [one["ogrn"] for one in look_up("extremists", "7707083893")] == ["1027700132195"]
    with store.transaction() as connection:
        listed = {one.kind: one for one in list_reference(connection, settings.home, today=date(2026, 11, 28))}
    assert (listed["extremists"].published, listed["extremists"].is_stale) == (date(2026, 11, 20), True)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda data: data[:-90], "record 3: the file is cut off here"),
        (lambda data: b"PK" + data[2:20], "not a DBF table"),
        (lambda data: data.replace(b"NAMEU", b"NAMEX"), "no field «NAMEU»"),
        (lambda data: data.replace(b"19800201", b"19801301"), "record 1, field «GR»: there is no day"),
    ],
)
def test_a_broken_dbf_names_its_place(
    store: Store, settings: Settings, tmp_path: Path, spoil: Callable[[bytes], bytes], message: str
) -> None:
    path = dbf(tmp_path / "list.dbf", DBF)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(SourceUnusable, match=message):
        load_reference(store, settings, "extremists", path)


def test_the_register_of_companies(load: Load) -> None:
    assert load("egrul", "egrul.xml", EGRUL) == [("all", 2)]
    (found,) = look_up("egrul", "6311000001")
    assert (found["kpp"], found["state"], found["unreliable"]) == ("631101001", "Исключается", ("адрес",))
    assert found["address"] == "443001, ОБЛАСТЬ САМАРСКАЯ, ГОРОД САМАРА, УЛИЦА ПОБЕДЫ, Д 5, ОФ 3"
    assert [(one["name"], one["role"], one["inn"]) for one in found["officers"]] == [
        ("ИВАНОВ ПЕТР ИЛЬИЧ", "director", "500100732259"),
        ("СЕРОВА АННА", "owner", None),
    ]
    assert look_up("egrul", "6311000002")[0]["ceased"] == date(2024, 5, 6)
    load("egrul", "egrul.csv", "inn;name;state;director\n6311000003;ООО Свет;Действующая;Серова Анна\n")
    (plain,) = look_up("egrul", "6311000003")
    assert (plain["state"], plain["officers"][0]["name"]) == (None, "Серова Анна")
    with pytest.raises(NotFound):
        look_up("egrul", "6311000001")


BROKEN = [
    ("okved", ROSSTAT + '"D";"3530";"Тепло"\n', "line 5: a code such as 35.30.14"),
    ("okved", "code;title\n35.30;Пар\n35.30;Тепло\n", "line 3: the code 35.30 is there with two titles"),
    ("okved", "code;titel\n", "line 1: no column «title»"),
    ("okved", "", "line 1: no column «code»"),
    ("calendar", TABLE.replace("7*,8", "7?,8"), "line 2, column «март»: «7\\?» is not a day"),
    ("calendar", TABLE.replace("7*,8", "32,8"), "line 2, column «март»: there is no day 2025-03-32"),
    ("calendar", TABLE + TABLE.split("\n")[1], "the year 2025 is there twice"),
    ("calendar", TABLE.replace(OFF_2025[5], ""), "column «июнь»: the days that are not worked are expected"),
    ("calendar", TABLE.replace("2025,", "25,", 1), "line 2, column «год/месяц»: a year"),
    ("calendar", PLAIN_DAYS.replace("working", "worked"), "line 4, column «type»: working, short, day_off"),
    ("calendar", PLAIN_DAYS.replace("02.05.2025", "02/05/2025"), "line 3, column «date»: a day such as"),
    ("calendar", PLAIN_DAYS + "2025-01-01;short;;\n", "line 5: the day 2025-01-01 is there twice"),
    ("calendar", XML.replace('t="2"', 't="7"'), "line 3: the kind of a day"),
    ("calendar", XML.replace("</days>", ""), "line 4, column .*not a well-formed"),
    ("calendar", XML.replace("<calendar", "<!DOCTYPE x><calendar"), "declares a document type"),
    ("calendar", "date;type\n", "holds no calendar"),
    ("blacklist", BLACKLIST + ",,,,,,,\n", "line 5, column «name»"),
    ("blacklist", BLACKLIST.replace("31.12.2024", "31.11.2024"), "line 3, column «until»: there is no day"),
    ("blacklist", "name,kind\nИванов,робот\n", "line 2, column «kind»: person, organization, auto"),
    ("blacklist", "name\n", "holds no entries"),
    ("bankrupts", BANKRUPTS.replace('FirstName="Пётр" LastName="Сидоров" ', ""), "line 2, attribute «LastName»"),
    ("bankrupts", BANKRUPTS.replace("1975-03-04T", "04.03.1975 "), "line 2, attribute «Birthdate»: a day such as"),
    ("bankrupts", BANKRUPTS.replace("</D>", ""), "line 8, column .*not a well-formed"),
    ("bankrupts", "<D/>", "holds no entries"),
    ("extremists", EXTREMISTS.replace("<ФИО>ИВАНОВ ИВАН ИВАНОВИЧ* (ПЕТРОВ ИВАН)</ФИО>", ""), "line 4, element «ФИО»"),
    ("extremists", EXTREMISTS.replace("1980-02-01", "1980-02-31"), "«ДатаРождения»: there is no day 1980-02-31"),
    ("extremists", EXTREMISTS.replace("<ФЛ>", "<ИП>").replace("</ФЛ>", "</ИП>"), "line 4: a subject has neither"),
    ("extremists", EXTREMISTS.replace("<Перечень>", "<!DOCTYPE a><Перечень>"), "declares a document type"),
    ("egrul", EGRUL.replace('ИНН="6311000001"', ""), "line 2, attribute «ИНН»: an ИНН of ten"),
    ("egrul", EGRUL.replace("2026-01-15", "15.01.2026"), "line 2, attribute «ДатаВып»"),
    ("egrul", "inn;name;ceased\n6311000001;ООО;вчера\n", "line 2, column «ceased»: a day such as"),
    ("egrul", "inn;name\n63110;ООО\n", "line 2, column «inn»"),
]


@pytest.mark.parametrize(("kind", "text", "message"), BROKEN)
def test_a_broken_list_names_its_place(load: Load, kind: str, text: str, message: str) -> None:
    with pytest.raises(SourceUnusable, match=message):
        load(kind, "list.xml" if text.startswith("<") else "list.csv", text)


def test_the_command_finds_entries(load: Load, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    load("calendar", "days.csv", PLAIN_DAYS)
    monkeypatch.setenv("LITSO_HOME", str(settings.home))
    answer = CliRunner().invoke(app, ["reference", "find", "calendar", "2025-05-02", "--json"])
    assert json.loads(answer.stdout)[0]["is_working_day"] is False
    assert isinstance(CliRunner().invoke(app, ["reference", "find", "okved", "35"]).exception, NotFound)


DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(DAYS, st.dictionaries(DAYS, st.sampled_from([WORKING, SHORT, DAY_OFF])), st.integers(0, 30))
def test_terms_in_working_days(day: date, kinds: dict[date, str], count: int) -> None:
    calendar = WorkingCalendar({one: Day(kind) for one, kind in kinds.items()})
    end = calendar.add_working_days(day, count)
    assert calendar.working_days_between(day + timedelta(days=1), end) == count
    assert not count or calendar.is_working_day(end)
    assert calendar.is_working_day(calendar.first_working_day(day))
    assert calendar.next_working_day(day) > day


def test_without_a_calendar_the_week_has_five_days() -> None:
    friday = date(2026, 3, 6)
    assert PLAIN_WEEK.next_working_day(friday) == date(2026, 3, 9)
    assert PLAIN_WEEK.add_working_days(friday, -5) == date(2026, 2, 27)
    assert not PLAIN_WEEK.knows(friday)
