"""XML as 1C writes it, by paths; hostile XML; tables of DBF."""

from __future__ import annotations

import gzip
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litso.errors import Misconfigured, SourceUnusable
from litso.sources.files import open_file
from litso.sources.mapped import map_batch
from litso.sources.mapping import Mapping, parse_mapping
from litso.sources.xml_elements import Element
from litso.sources.xml_path import flattened, parse_path

CLIENTS = """<?xml version="1.0" encoding="{encoding}"?>
<V8Exch:Выгрузка xmlns:V8Exch="http://v8.1c.ru/exchange" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <Данные>
    <Контрагент Код="00001" xsi:type="Справочник">
      <Наименование> Кузнецова Анна Павловна </Наименование>
      <Адрес><Город>Самара</Город><Улица дом="5">Мира</Улица></Адрес>
      <Реквизиты>
        <Реквизит><Имя>ИНН</Имя><Значение>631234567890</Значение></Реквизит>
        <Реквизит><Имя>СНИЛС</Имя><Значение>112-233-445 95</Значение></Реквизит>
      </Реквизиты>
      <Телефон>8 (846) 231-60-14</Телефон>
      <Телефон>89171234501</Телефон>
      <Счёт/>
    </Контрагент>
    <Контрагент Код="00002"><Наименование>Соколов Игорь Олегович</Наименование></Контрагент>
    <Договор><Контрагент Код="00003"><Наименование>Ссылка</Наименование></Контрагент></Договор>
  </Данные>
</V8Exch:Выгрузка>
"""

MAPPING = """
source: onec
party: person
rows: Данные/Контрагент
key: "@Код"
attributes:
  full_name: Наименование
  phone: Телефон
  inn: Реквизиты/Реквизит[Имя=ИНН]/Значение
  snils: Реквизиты/Реквизит[Имя='СНИЛС']/Значение
  city: Адрес/Город
  street: Адрес/Улица
  house: Адрес/Улица/@дом
"""


def mapping_of(text: str = MAPPING) -> Mapping:
    return parse_mapping(text, "onec.yaml")


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    data = text.replace("{encoding}", encoding).encode(encoding)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("v8/clients.xml", data)
            archive.writestr("v8/read.me", b"nothing")
    else:
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "utf-16"])
@pytest.mark.parametrize("name", ["a.xml", "a.xml.gz", "a.zip", "a.txt"])
def test_nested_values_are_columns_by_their_paths(tmp_path: Path, encoding: str, name: str) -> None:
    mapping = mapping_of()
    file = open_file(written(tmp_path / name, CLIENTS, encoding), mapping)
    (raw,) = file.batches()
    first, second = map_batch(raw, mapping).records.to_pylist()
    assert (file.format, raw.lines.to_pylist()) == ("xml", [4, 15])
    assert (first["source_id"], first["full_name"]) == ("00001", "Кузнецова Анна Павловна")
    assert first["phone"] == ["8 (846) 231-60-14", "89171234501"]
    assert (first["inn"], first["snils"]) == ("631234567890", "112-233-445 95")
    assert (first["city"], first["street"], first["house"]) == ("Самара", "Мира", "5")
    assert (second["source_id"], second["inn"], second["phone"]) == ("00002", None, None)
    assert '"@xsi:type":"Справочник"' in first["payload"]


def test_properties_of_objects_as_rules_of_exchange_write_them(tmp_path: Path) -> None:
    text = (
        "<ФайлОбмена><Объект Нпп='1' Тип='СправочникСсылка.Контрагенты'>"
        "<Ссылка><Свойство Имя='Код'><Значение>7</Значение></Свойство></Ссылка>"
        "<Свойство Имя='ПолноеНаименование'><Значение>ООО Вода</Значение></Свойство></Объект>"
        "<Объект Нпп='2' Тип='СправочникСсылка.Банки'/></ФайлОбмена>"
    )
    mapping = mapping_of(
        "source: s\nrows: Объект[@Тип=СправочникСсылка.Контрагенты]\nkey: 'Ссылка/Свойство[@Имя=Код]/Значение'\n"
        "attributes: {full_name: 'Свойство[@Имя=ПолноеНаименование]/Значение'}"
    )
    (raw,) = open_file(written(tmp_path / "a.xml", text), mapping).batches()
    (record,) = map_batch(raw, mapping).records.to_pylist()
    assert (record["source_id"], record["full_name"]) == ("7", "ООО Вода")


def test_rows_do_not_depend_on_the_size_of_batches(tmp_path: Path) -> None:
    text = "<a>" + "".join(f"<r k='{number}'><v>{'x' * (number % 50)}</v></r>\n" for number in range(5_000)) + "</a>"
    mapping = mapping_of("source: s\nparty: none\nrows: r\nkey: '@k'\nfacts: [{kind: request, title: v}]")
    file = open_file(written(tmp_path / "a.xml", text), mapping)
    found = {}
    for size in (1, 7, 1000, 65_536):
        parts = list(file.batches(size))
        assert max(part.rows.num_rows for part in parts) <= size
        found[size] = [(row["@k"], row.get("v")) for part in parts for row in part.rows.to_pylist()]
    assert len(found[1]) == 5_000
    assert found[1] == found[7] == found[1000] == found[65_536]
    assert [row for part in file.batches(10, ["@k"]) for row in part.rows.to_pylist()][:2] == [{"@k": "0"}, {"@k": "1"}]


def test_an_export_of_nothing_is_no_error(tmp_path: Path) -> None:
    file = open_file(written(tmp_path / "a.xml", "<Данные/>"), mapping_of())
    assert list(file.batches()) == []
    assert "нет элементов «Данные/Контрагент»" in file.notices[0]


HOSTILE = [
    ('<!DOCTYPE a [<!ENTITY x "ха">]><Данные><Контрагент Код="&x;"/></Данные>', "объявляет тип документа"),
    ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><Данные/>', "объявляет тип документа"),
    ("<Данные><Контрагент Код='1'>", "строка 1, столбец 29: XML нарушен"),
    ("<Данные><Контрагент Код='1'></Данные>", "XML нарушен"),
    ("<Данные>" + "<a>" * 100 + "</a>" * 100 + "</Данные>", "вложены слишком глубоко"),
    ("<Данные><Контрагент Код='1'>" + "<a>" * 100, "вложены слишком глубоко"),
    ("<Данные><Контрагент Код='1'>" + "x" * 5_000_000 + "</Контрагент></Данные>", "больше 4 МиБ"),
    ("<Данные><Контрагент Код='1'>" + "<a/>" * 50_000 + "</Контрагент></Данные>", "больше 4 МиБ"),
    ("<?xml version='1.0' encoding='x-of-nobody'?><Данные/>", "кодировка XML не известна"),
    ("<html><p>502 Bad Gateway</html>", "XML нарушен"),
]


@pytest.mark.parametrize(("text", "sentence"), HOSTILE)
@pytest.mark.parametrize("name", ["a.xml", "a.zip"])
def test_hostile_documents(tmp_path: Path, text: str, sentence: str, name: str) -> None:
    with pytest.raises(SourceUnusable) as caught:
        list(open_file(written(tmp_path / name, text), mapping_of()).batches())
    assert sentence in str(caught.value)
    assert name in str(caught.value)


def test_xml_without_rows_in_the_mapping(tmp_path: Path) -> None:
    with pytest.raises(SourceUnusable, match="назовите в сопоставлении элемент"):
        open_file(written(tmp_path / "a.xml", "<a/>"), Mapping(source="s", key=("id",)))


def test_a_broken_archive(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(SourceUnusable):
        list(open_file(tmp_path / "a.zip", mapping_of()).batches())
    (tmp_path / "a.xml.gz").write_bytes(gzip.compress(CLIENTS.encode() * 50)[:-100])
    with pytest.raises(SourceUnusable, match="повреждён или передан не полностью"):
        list(open_file(tmp_path / "a.xml.gz", mapping_of()).batches())


@pytest.mark.parametrize("path", ["", "/", "a/", "a//b", "a[b", "a[b]", "@", "a/@b/c", "a b", "[a=b]", "a[=b]"])
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(ValueError, match="a path such as"):
        parse_path(path)
    with pytest.raises(Misconfigured):
        mapping_of(f"source: s\nparty: none\nrows: r\nkey: '{path}'")


NAMES = st.text(st.characters(categories=("L",)), min_size=1, max_size=5)


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> Element:
    text = draw(st.text(st.characters(categories=("L", "N")), max_size=4))
    children = draw(st.lists(trees(depth - 1), max_size=3)) if depth else []  # type: ignore[call-arg]
    values = draw(st.dictionaries(NAMES, st.text(st.characters(categories=("L", "N")), max_size=4), max_size=2))
    return Element(draw(NAMES), values, 1, text=text, children=children)


@settings(max_examples=150, deadline=None)
@given(trees())
def test_a_flattened_path_finds_what_it_was_made_of(element: Element) -> None:
    for path, text in flattened(element).items():
        if path != ".":
            found = parse_path(path).values(element)
            assert text in (found[0], *([text] if len(found) > 1 and text.startswith("[") else []))


# DBF ------------------------------------------------------------------------------------------------------------


def dbf(
    path: Path, fields: dict[str, int], rows: list[list[str]], *, page: int = 0x65, encoding: str = "cp866"
) -> Path:
    """A table of text fields; a row that begins with `*` is deleted."""
    header, length = 32 + 32 * len(fields) + 1, 1 + sum(fields.values())
    data = struct.pack("<BBBBIHH20x", 3, 126, 10, 1, len(rows), header, length)
    data = data[:29] + bytes([page]) + data[30:]
    for name, size in fields.items():
        data += struct.pack("<11sc4xBB14x", name.encode(), b"C", size, 0)
    data += b"\r"
    for row in rows:
        is_deleted = row[0].startswith("*")
        data += b"*" if is_deleted else b" "
        for text, size in zip(row, fields.values(), strict=True):
            data += text.lstrip("*").encode(encoding).ljust(size)[:size]
    path.write_bytes(data + b"\x1a")
    return path


ROWS = [["1", "Кузнецова Анна", "100.50"], ["*2", "Удалённый", "1"], ["3", "", "7"]]
FIELDS = {"ID": 5, "FIO": 30, "SUM": 10}


@pytest.mark.parametrize(
    ("page", "encoding", "given"), [(0x65, "cp866", ""), (0xC9, "cp1251", ""), (0, "cp1251", "encoding: cp1251")]
)
def test_tables_of_dbf(tmp_path: Path, page: int, encoding: str, given: str) -> None:
    mapping = mapping_of(f"source: s\nkey: id\n{given}\nattributes: {{full_name: fio}}")
    file = open_file(dbf(tmp_path / "a.DBF", FIELDS, ROWS, page=page, encoding=encoding), mapping)
    (raw,) = file.batches()
    assert (file.format, file.columns, raw.lines.to_pylist()) == ("dbf", ("ID", "FIO", "SUM"), [1, 3])
    records = map_batch(raw, mapping).records.to_pylist()
    assert [(one["source_id"], one["full_name"]) for one in records] == [("1", "Кузнецова Анна"), ("3", None)]
    assert [row["ID"] for part in file.batches(1, ["ID"]) for row in part.rows.to_pylist()] == ["1", "3"]


@pytest.mark.parametrize("end", [1, 20, 31, 40, 100, 128, 150, 200])
def test_a_table_that_is_cut_off(tmp_path: Path, end: int) -> None:
    path = dbf(tmp_path / "a.dbf", FIELDS, ROWS)
    path.write_bytes(path.read_bytes()[:end])
    with pytest.raises(SourceUnusable, match=r"не таблица DBF"):
        open_file(path, mapping_of("source: s\nparty: none\nkey: id"))
