"""Registers of payments and statements of banks: all rows where the totals agree, else all of them in quarantine."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litso.errors import Misconfigured, SourceUnusable
from litso.sources.files import open_file
from litso.sources.mapped import map_batch
from litso.sources.mapping import Mapping, parse_mapping
from litso.sources.quarantine import Rejected

REGISTER = """
source: bank
party: none
key: OPERATION
header: [DATE, TIME, OPERATION, ACCOUNT, NAME, AMOUNT, FEE]
register: {count: 1, sums: {AMOUNT: 2, FEE: 3}, comments: "#"}
facts: [{kind: payment, account: ACCOUNT, amount: AMOUNT, at: DATE}]
"""
ROWS = (
    "01-10-2026;09-15-30;7001;1000101;Кузнецова А. П.;1500,50;15,00\n"
    "01-10-2026;10-20-31;7002;1000102;Соколов И. О.;2 000,00;20,00\n"
    "02-10-2026;11-00-00;7003;1000103;Щукина Э. В.;0,10;0\n"
)
TOTALS = "=3;3500,60;35,00;3465,60;118;03-10-2026\n"


def mapping_of(text: str = REGISTER) -> Mapping:
    return parse_mapping(text, "bank.yaml")


def read(path: Path, mapping: Mapping) -> tuple[list[str], list[Rejected]]:
    """Keys of good rows, and rejected ones."""
    keys, rejected = [], []
    for raw in open_file(path, mapping).batches():
        batch = map_batch(raw, mapping)
        keys += batch.records["source_id"].to_pylist()
        rejected += batch.rejected
    return keys, rejected


def written(folder: Path, text: str, encoding: str = "cp1251", name: str = "register.txt") -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode(encoding)) if name.endswith(".gz") else text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8", "utf-8-sig", "cp866"])
@pytest.mark.parametrize("name", ["register.txt", "register.txt.gz"])
@pytest.mark.parametrize("text", [ROWS + TOTALS, TOTALS + ROWS, "#ВЕРСИЯ 2\n\n" + ROWS + TOTALS.replace("\n", "\r\n")])
def test_a_register_that_agrees_is_taken_whole(tmp_path: Path, encoding: str, name: str, text: str) -> None:
    keys, rejected = read(written(tmp_path, text, encoding, name), mapping_of())
    assert (keys, rejected) == (["7001", "7002", "7003"], [])


def test_rows_keep_their_lines_and_values(tmp_path: Path) -> None:
    mapping = mapping_of()
    (raw,) = open_file(written(tmp_path, "#ВЕРСИЯ 2\n" + ROWS + TOTALS), mapping).batches()
    assert raw.lines.to_pylist() == [2, 3, 4]
    facts = map_batch(raw, mapping).facts.to_pylist()
    assert [str(fact["amount"]) for fact in facts] == ["1500.50", "2000.00", "0.10"]
    assert [fact["account"] for fact in facts] == ["1000101", "1000102", "1000103"]


DISAGREE = [
    (ROWS + TOTALS.replace("=3;", "=4;"), "totals_disagree", "строк: 3, в итогах 4"),
    (ROWS + TOTALS.replace("3500,60", "3500,61"), "totals_disagree", "сумма «AMOUNT»: 3500.60, в итогах 3500.61"),
    (ROWS + TOTALS.replace(";35,00;", ";36,00;"), "totals_disagree", "сумма «FEE»: 35.00, в итогах 36.00"),
    (ROWS.partition("\n")[2] + TOTALS, "totals_disagree", "строк: 2, в итогах 3"),
    (ROWS.replace("2 000,00", "много") + TOTALS, "totals_disagree", "сумма «AMOUNT»: 1500.60"),
    (ROWS, "no_totals", "нет строки итогов «=»"),
    (ROWS + "=3\n", "no_totals", "нет строки итогов «=»"),
    (ROWS + "=три;3500,60;35,00\n", "no_totals", "нет строки итогов «=»"),
    (ROWS + TOTALS + TOTALS, "no_totals", "нет строки итогов «=»"),
]


@pytest.mark.parametrize(("text", "code", "sentence"), DISAGREE)
def test_a_register_that_disagrees_is_put_aside_whole(tmp_path: Path, text: str, code: str, sentence: str) -> None:
    keys, rejected = read(written(tmp_path, text), mapping_of())
    assert keys == []
    assert {one.code for one in rejected} == {code}
    assert len(rejected) == text.count("-2026;")
    assert all(sentence in one.message for one in rejected)
    assert [one.line for one in rejected] == list(range(1, len(rejected) + 1))
    assert '"OPERATION":"7003"' in rejected[-1].payload


def test_a_damaged_row_puts_the_register_aside(tmp_path: Path) -> None:
    keys, rejected = read(written(tmp_path, ROWS.replace(";7002", "") + TOTALS), mapping_of())
    assert keys == []
    assert sorted(one.code for one in rejected) == ["totals_disagree", "totals_disagree", "wrong_field_count"]


def test_a_header_in_the_file_and_totals_in_words(tmp_path: Path) -> None:
    mapping = mapping_of(
        "source: bank\nparty: none\nkey: N\nregister: {totals: ИТОГО, sums: {СУММА: 3}}\n"
        "facts: [{kind: payment, amount: СУММА}]"
    )
    text = "N|ЛС|СУММА\n1|100|10.5\n2|101|-0.5\n  ИТОГО||{}|2\n"
    assert read(written(tmp_path, text.format("10")), mapping)[0] == ["1", "2"]
    (one, _) = read(written(tmp_path, text.format("11")), mapping)[1]
    assert "сумма «СУММА»: 10.00, в итогах 11.00" in one.message


WRONG_LAYOUTS = [
    ("{}", "what is in the line of totals?"),
    ("{count: 0}", "from 1 to 1000"),
    ("{count: 1, sum: {A: 1}}", "did you mean «sums»?"),
]


@pytest.mark.parametrize(("layout", "sentence"), WRONG_LAYOUTS)
def test_what_is_wrong_in_a_layout(layout: str, sentence: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        mapping_of(f"source: b\nparty: none\nkey: k\nregister: {layout}")
    assert sentence in str(caught.value)


def test_a_column_of_a_sum_must_be_there(tmp_path: Path) -> None:
    mapping = mapping_of(REGISTER.replace("FEE: 3", "FEES: 3"))
    with pytest.raises(SourceUnusable, match="«FEES»"):
        read(written(tmp_path, ROWS + TOTALS), mapping)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=20), st.integers(0, 20), st.integers(1, 10**6))
def test_one_kopeck_is_noticed(tmp_path_factory: pytest.TempPathFactory, sums: list[int], at: int, by: int) -> None:
    mapping = mapping_of("source: b\nparty: none\nkey: k\nheader: [k, sum]\nregister: {count: 1, sums: {sum: 2}}")
    folder = tmp_path_factory.mktemp("register")
    total = f"={len(sums)};{sum(sums) / 100:.2f}\n"
    text = "".join(f"{number};{one / 100:.2f}\n" for number, one in enumerate(sums))
    assert len(read(written(folder, text + total), mapping)[0]) == len(sums)
    sums[at % len(sums)] += by
    text = "".join(f"{number};{one / 100:.2f}\n" for number, one in enumerate(sums))
    assert len(read(written(folder, text + total), mapping)[1]) == len(sums)


# Statements of 1C -----------------------------------------------------------------------------------------------

STATEMENT = """1CClientBankExchange
ВерсияФормата=1.03
Кодировка=Windows
Отправитель=Банк
ДатаНачала=01.10.2026
ДатаКонца=02.10.2026
РасчСчет=40702810000000000001
СекцияРасчСчет
ДатаНачала=01.10.2026
РасчСчет=40702810000000000001
НачальныйОстаток=100.00
ВсегоПоступило=1500.50
ВсегоСписано=600.00
КонечныйОстаток=1000.50
КонецРасчСчет
СекцияДокумент=Платежное поручение
Номер=11
Дата=01.10.2026
Сумма=1500.50
ПлательщикСчет=40817810000000000002
Плательщик=Кузнецова Анна Павловна
ПлательщикКПП=
ПолучательСчет=40702810000000000001
НазначениеПлатежа=ЛС 1000101
за воду = и тепло
КонецДокумента
СекцияДокумент=Банковский ордер
Номер=12
Дата=02.10.2026
Сумма=600.00
ПлательщикСчет=40702810000000000001
ПолучательСчет=30101810000000000003
НазначениеПлатежа=Комиссия
КонецДокумента
КонецФайла
"""

EXCHANGE = """
source: statement
party: auto
key: [Дата, Номер]
attributes: {full_name: Плательщик}
facts: [{kind: payment, at: Дата, amount: Сумма, title: НазначениеПлатежа, data: {way: Направление}}]
"""


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8-sig", "cp866"])
@pytest.mark.parametrize("name", ["kl_to_1c.txt", "statement.gz"])
def test_a_statement(tmp_path: Path, encoding: str, name: str) -> None:
    mapping = mapping_of(EXCHANGE)
    file = open_file(written(tmp_path, STATEMENT, encoding, name), mapping)
    (raw,) = file.batches()
    first, second = raw.rows.to_pylist()
    assert (file.format, raw.lines.to_pylist(), raw.rejected) == ("1c-bank", [16, 27], [])
    assert (first["Документ"], first["Направление"], first["РасчСчет"]) == (
        "Платежное поручение",
        "приход",
        "40702810000000000001",
    )
    assert first["НазначениеПлатежа"].startswith("ЛС 1000101")
    assert "ПлательщикКПП" not in first
    assert (second["Направление"], second["Плательщик"]) == ("расход", None)
    records = map_batch(raw, mapping)
    assert records.records["source_id"].to_pylist() == ["01.10.2026|11", "02.10.2026|12"]
    assert [str(fact["amount"]) for fact in records.facts.to_pylist()] == ["1500.50", "600.00"]


STATEMENTS_THAT_DISAGREE = [
    (("ВсегоПоступило=1500.50", "ВсегоПоступило=1500.51"), "totals_disagree", "остаток"),
    (("КонечныйОстаток=1000.50", "КонечныйОстаток=1000.49"), "totals_disagree", "остаток: 1000.50, в итогах 1000.49"),
    (("Сумма=1500.50", "Сумма=1500.49"), "totals_disagree", "приход: 1500.49, в итогах 1500.50"),
    (("Сумма=600.00", "Сумма=60000"), "totals_disagree", "расход: 60000, в итогах 600.00"),
    (("КонецФайла\n", ""), "no_totals", "КонецФайла"),
]


@pytest.mark.parametrize(("change", "code", "sentence"), STATEMENTS_THAT_DISAGREE)
def test_a_statement_that_disagrees(tmp_path: Path, change: tuple[str, str], code: str, sentence: str) -> None:
    assert change[0] in STATEMENT
    keys, rejected = read(written(tmp_path, STATEMENT.replace(*change)), mapping_of(EXCHANGE))
    assert keys == []
    assert [(one.code, one.line) for one in rejected] == [(code, 16), (code, 27)]
    assert all(sentence in one.message for one in rejected)


def test_a_statement_that_is_cut_off(tmp_path: Path) -> None:
    whole = STATEMENT.encode("cp1251")
    for end in range(STATEMENT.index("Сумма=1500"), len(whole) - 12, 7):
        (tmp_path / "a.txt").write_bytes(whole[:end])
        keys, rejected = read(tmp_path / "a.txt", mapping_of(EXCHANGE))
        assert keys == []
        assert 1 <= len(rejected) <= 2


def test_a_statement_of_a_day_without_payments(tmp_path: Path) -> None:
    text = STATEMENT[: STATEMENT.index("СекцияДокумент")].replace("=1500.50", "=0").replace("=600.00", "=0")
    assert read(written(tmp_path, text.replace("=1000.50", "=100.00") + "КонецФайла\n"), mapping_of(EXCHANGE)) == (
        [],
        [],
    )


def test_internal_transfers_count_on_both_sides(tmp_path: Path) -> None:
    text = (
        "1CClientBankExchange\nРасчСчет=1\nРасчСчет=2\n"
        "СекцияРасчСчет\nРасчСчет=1\nВсегоСписано=5\nКонецРасчСчет\n"
        "СекцияРасчСчет\nРасчСчет=2\nВсегоПоступило=5\nКонецРасчСчет\n"
        "СекцияДокумент=Платежное поручение\nНомер=1\nДата=01.10.2026\nСумма=5\nПлательщикСчет=1\nПолучательСчет=2\n"
        "Плательщик=ООО Вода\nКонецДокумента\nКонецФайла\n"
    )
    (raw,) = open_file(written(tmp_path, text), mapping_of(EXCHANGE)).batches()
    assert raw.rows["Направление"].to_pylist() == ["внутренний"]


def test_bytes_of_no_letter_put_a_statement_aside(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(STATEMENT.encode("cp1251").replace(b"=11\n", b"=1\x981\n"))
    keys, rejected = read(tmp_path / "a.txt", mapping_of(EXCHANGE))
    assert keys == []
    assert sorted(one.code for one in rejected) == ["totals_disagree", "undecodable"]
