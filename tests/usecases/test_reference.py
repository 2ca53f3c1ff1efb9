"""Official reference data: loaded by editions, listed with age, used; broken files change nothing."""

from __future__ import annotations

import bz2
import gzip
import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

import small_gar
from litso.domain.record import mapped_schema
from litso.errors import BadUsage, LitsoError, Misconfigured, SourceUnusable
from litso.settings import Settings, load_settings
from litso.sources.mapping import parse_mapping
from litso.standardize.kinds import clean
from litso.store.database import Store
from litso.usecases import loading, registers
from litso.usecases.reference import KINDS, list_reference, load_reference
from litso.usecases.standardizing import standardized
from litso.usecases.workers import WORTH_A_PROCESS, Workers
from small_gar import guid

PLAN = """АВС/ DEF;От;До;Емкость;Оператор;Регион;Территория ГАР;ИНН
{code};0000000;9999999;10000000;ООО "Ромашка";-;г. Тула|Тульская обл.;7700000000
"""
BANKS = """<?xml version="1.0" encoding="windows-1251"?>
<ED807 xmlns="urn:cbr-ru:ed:v2.0" EDNo="1" EDDate="{day}" BusinessDay="{day}">
<BICDirectoryEntry BIC="047003001"><ParticipantInfo NameP="БАНК ЛЕСНОЙ" Tnp="г" Nnp="Тула" PtType="20"
  ParticipantStatus="PSAC"/><SWBICS SWBIC="LESNRU2T" DefaultSWBIC="1"/>
  <Accounts Account="30101810000000000001" RegulationAccountType="CRSA"/></BICDirectoryEntry>
<BICDirectoryEntry BIC="047003002"><ParticipantInfo NameP="БАНК ПОЛЕВОЙ" Tnp="г" Nnp="Тула" PtType="20"
  ParticipantStatus="PSDL"/></BICDirectoryEntry></ED807>
"""
ISSUERS = "code,name\n710-001,УВД ГОРОДА ТУЛЫ\n710-001,УМВД ГОРОДА ТУЛЫ\n710-002,ОВД ЗАРЕЧЬЯ\n"


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    yield load_settings({"LITSO_HOME": str(tmp_path / "home"), "LITSO_THREADS": "1"})
    registers.use(None)


@pytest.fixture
def load(store: Store, settings: Settings, tmp_path: Path) -> Callable[..., list[tuple[str, str, bool]]]:
    """Load a text or an archive as a kind; answers (kind, part, whether it is new)."""

    def run(kind: str, name: str, content: str | dict[str, str]) -> list[tuple[str, str, bool]]:
        path = tmp_path / name
        if isinstance(content, dict):
            small_gar.write(content, path)
        else:
            path.write_bytes(content.encode("cp1251" if "windows-1251" in content else "utf-8-sig"))
        return [(one.kind, one.part, one.is_new) for one in load_reference(store, settings, kind, path)]

    return run


Load = Callable[..., list[tuple[str, str, bool]]]


def one(kind: str, text: str) -> dict[str, object]:
    (row,) = clean(kind, [text], registers=registers.in_use())
    return row


def test_the_address_register_is_used_once_loaded(load: Load) -> None:
    assert load("gar", "gar.zip", small_gar.files()) == [("gar", "71", True), ("gar", "77", True)]
    assert load("gar", "gar.zip", small_gar.files()) == [("gar", "71", False), ("gar", "77", False)]
    row = one("address", "Тула, ул Кирова, 7к2с3, кв. 5")
    assert (row["fias_id"], row["fias_level"], row["qc_house"]) == (guid(103), 8, 2)
    assert (row["street"], row["problems"]) == ("Металлургов", "street_renamed")


def test_the_numbering_plan_is_loaded_in_parts(load: Load) -> None:
    assert load("numbering-plan", "DEF-9xx.csv", PLAN.format(code="910")) == [("numbering-plan", "9xx", True)]
    assert load("numbering-plan", "ABC-4xx.csv", PLAN.format(code="487")) == [("numbering-plan", "4xx", True)]
    mobile, fixed = one("phone", "8 910 012-34-56"), one("phone", "8 4872 12-34-56")
    assert (mobile["provider"], mobile["region"], mobile["city"]) == ('ООО "Ромашка"', "Тульская область", "Тула")
    assert fixed["provider"] == 'ООО "Ромашка"'
    assert one("phone", "8 916 012-34-56")["problems"] == "not_in_plan"


def test_banks_and_issuers(load: Load) -> None:
    assert one("bik", "047003009")["qc"] == 0
    load("bik", "ED807.xml", BANKS.format(day="2026-03-02"))
    load("issuers", "fms.csv", ISSUERS)
    assert [one("bik", code)["problems"] for code in ("047003001", "047003002", "047003009")] == [
        None, "closed_bank", "not_in_directory",
    ]  # fmt: skip
    assert registers.in_use().banks["047003001"].correspondent_account == "30101810000000000001"  # type: ignore[index]
    assert registers.in_use().issuers["710-001"] == ("УВД ГОРОДА ТУЛЫ", "УМВД ГОРОДА ТУЛЫ")  # type: ignore[index]
    assert one("passport", "70 09 123456, код 710-002")["problems"] is None
    assert one("passport", "70 09 123456, код 710-009")["problems"] == "unknown_issuer"


PASSPORTS = "PASSP_SERIES,PASSP_NUMBER\n4509,123456\n0001,000007\n4509,123456\nAA,12\n7009,654321\n9999,999999\n"


@pytest.mark.parametrize(
    ("name", "pack"), [("list.csv", bytes), ("list.csv.bz2", bz2.compress), ("l.gz", gzip.compress)]
)
def test_invalid_passports(
    store: Store, settings: Settings, tmp_path: Path, name: str, pack: Callable[[bytes], bytes]
) -> None:
    (tmp_path / name).write_bytes(pack(PASSPORTS.encode()))
    (loaded,) = load_reference(store, settings, "passports", tmp_path / name)
    assert loaded.rows == 4
    found = [
        (one("passport", text)["qc"], one("passport", text)["problems"]) for text in ("45 09 123456", "45 09 123457")
    ]
    assert found == [(10, "invalid_passport"), (0, None)]
    known = registers.in_use().passports
    assert known is not None
    listed = [
        ("4509", "123456"),
        ("00 01", "000007"),
        ("7009", "654321"),
        ("9999", "999999"),
        ("4508", "123456"),
        ("0000", "000000"),
    ]
    assert [known.has(*passport) for passport in listed] == [True] * 4 + [False] * 2


BROKEN = [
    ("passports", "series;number\n4509;123456\n", SourceUnusable, "list, line 1: no column «PASSP_SERIES»"),
    ("passports", "PASSP_SERIES,PASSP_NUMBER\nAA,1\n", SourceUnusable, "list: holds no passports"),
    ("passports", PASSPORTS + "1,2,3\n", SourceUnusable, "list: not a list of passports"),
    ("passports", "", SourceUnusable, "list: not a list of passports"),
    ("bik", BANKS.replace("</ED807>", ""), SourceUnusable, "list, line 8, column 1"),
    ("bik", "<KVIT/>", SourceUnusable, "list.*line 1: the root element is KVIT"),
    ("bik", BANKS.replace("047003002", "12"), SourceUnusable, "list.*line 6: the BIC"),
    ("bik", BANKS.replace("{day}", "вчера"), SourceUnusable, "no day of business"),
    ("numbering-plan", PLAN.format(code="910") + "912;1;2;3;;;;", SourceUnusable, "list.*line 3"),
    ("numbering-plan", PLAN.format(code="910") + "912;0000009;0000001;3;a;b;c;d", SourceUnusable, "line 3.*ends"),
    ("numbering-plan", "АВС/ DEF;От;До;Емкость;Оператор;Регион\n", SourceUnusable, "holds no ranges"),
    ("issuers", ISSUERS + "710-3,ОВД\n", SourceUnusable, "list.*line 5"),
    ("issuers", ISSUERS + "710-003\n", SourceUnusable, "list.*line 5: too few columns"),
    ("issuers", "код;имя\n", SourceUnusable, "line 1: no column «code»"),
    ("gar", "not a zip", SourceUnusable, "list: not a zip archive"),
    ("gazetteer", "", BadUsage, "known are gar, numbering-plan, bik, passports, issuers"),
]


@pytest.mark.parametrize(("kind", "text", "error", "message"), BROKEN)
def test_a_broken_file_names_its_place_and_changes_nothing(
    load: Load, store: Store, settings: Settings, kind: str, text: str, error: type[LitsoError], message: str
) -> None:
    load("bik", "ED807.xml", BANKS.format(day="2026-03-02"))
    load("issuers", "fms.csv", ISSUERS)
    with store.transaction() as connection:
        before = list_reference(connection, settings.home)
    with pytest.raises(error, match=message):
        load(kind, "list", text.replace("{day}", "2026-03-03"))
    with store.transaction() as connection:
        assert list_reference(connection, settings.home) == before
    assert one("bik", "047003002")["problems"] == "closed_bank"


def test_a_new_edition_takes_the_place_of_the_former(load: Load, store: Store, settings: Settings) -> None:
    for day in ("2026-03-02", "2026-03-03", "2026-03-04"):
        load("bik", "ED807.xml", BANKS.format(day=day))
    with store.transaction() as connection:
        listed = {one.kind: one for one in list_reference(connection, settings.home, today=date(2026, 3, 10))}
    banks = listed["bik"]
    assert (banks.version, banks.age_days, banks.is_stale, banks.is_here) == ("2026-03-04", 6, False, True)
    assert (banks.rows, banks.file_name, banks.loaded_by) == (2, "ED807.xml", "cli")
    assert listed["issuers"].version is None
    assert set(listed) == set(KINDS)
    kept = [folder for folder in (settings.home / "reference" / "bik" / "all").iterdir() if folder.is_dir()]
    assert len(kept) == 2


def test_an_old_edition_is_stale_and_a_missing_one_is_told(
    load: Load, store: Store, settings: Settings, tmp_path: Path
) -> None:
    load("bik", "ED807.xml", BANKS.format(day="2026-03-02"))
    late = date(2026, 3, 2) + timedelta(days=KINDS["bik"].stale_days + 1)
    with store.transaction() as connection:
        here = next(one for one in list_reference(connection, settings.home, today=late) if one.kind == "bik")
        elsewhere = next(one for one in list_reference(connection, tmp_path / "other") if one.kind == "bik")
    assert (here.is_stale, here.is_here) == (True, True)
    assert not elsewhere.is_here


def test_the_ledger_is_written_although_the_load_was_killed_before(
    load: Load, store: Store, settings: Settings
) -> None:
    """The files are in use, the ledger does not know: the same load again writes it."""
    load("bik", "ED807.xml", BANKS.format(day="2026-03-02"))
    with store.transaction() as connection:
        connection.execute("delete from reference_edition")
    assert load("bik", "ED807.xml", BANKS.format(day="2026-03-02")) == [("bik", "all", True)]
    assert load("bik", "ED807.xml", BANKS.format(day="2026-03-02")) == [("bik", "all", False)]


def test_records_of_other_processes_are_the_same(load: Load) -> None:
    """Workers open the same editions; the hash of a record changes with the edition."""
    mapping = parse_mapping("source: a\nparty: person\nkey: id\nattributes: {address: a}\n", "a.yaml")
    before = registers.recipe()
    load("gar", "gar.zip", small_gar.files())
    assert registers.recipe() != before == ""
    row = dict.fromkeys(mapped_schema().names) | {"source": "a", "source_id": "1", "party": "person"}
    table = pa.Table.from_pylist([row | {"address": "Тула, Кирова, 7 к 2 стр 3"}], mapped_schema())
    one = (None, table, mapping)
    with Workers(1) as nobody, Workers(WORTH_A_PROCESS) as workers:
        alone = [standard for _, standard in standardized(nobody, [one])]
        pooled = [standard for _, standard in standardized(workers, [one, one])]
    assert pooled == alone * 2
    assert alone[0]["street"].to_pylist() == ["Металлургов"]


def test_a_new_register_makes_a_full_load_new(load: Load, store: Store, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("id;fio;a\n1;Иванов Пётр Ильич;Тула, Кирова, 7 к 2 стр 3\n", encoding="utf-8")
    mapping = "source: a\nparty: person\nkey: id\nattributes: {full_name: fio, address: a}\n"
    loading.register_source(store, mapping, "a.yaml")

    def street() -> tuple[str, int, object]:
        (outcome,) = loading.load_files(store, settings, [loading.Request("a", (file,), "full")])
        with store.transaction() as connection:
            row = connection.execute("select street from source_record").fetchone()
        assert row is not None
        return outcome.status, outcome.counts.changed, row[0]

    assert street() == ("done", 0, "Кирова")
    assert street()[0] == "repeated"
    load("gar", "gar.zip", small_gar.files())
    assert street() == ("done", 1, "Металлургов")
    assert street()[0] == "repeated"


def test_half_an_edition_is_told(load: Load, settings: Settings) -> None:
    load("bik", "ED807.xml", BANKS.format(day="2026-03-02"))
    (folder,) = (settings.home / "reference" / "bik" / "all").glob("*/edition.json")
    folder.write_text(json.dumps({"kind": "bik"}))
    with pytest.raises(Misconfigured, match="load it again"):
        registers.editions(settings.home)
