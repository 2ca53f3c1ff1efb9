"""The files of the demo: what a user finds in the folder, read with plain readers."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from demo_towns import PERSONS, build

from litso.demo.rates import USUAL, doubled
from litso.errors import BadUsage
from litso.sources.files import open_file
from litso.sources.mapped import map_batch
from litso.sources.mapping import load_mapping

PARTY_SOURCES = ("billing", "cabinet", "calls", "companies", "crm", "dispatch", "meters", "payments")
KEYS = {"billing": "abonent_id", "crm": "contact_id", "cabinet": "user_id", "meters": "meter_id", "dispatch": "Номер",
        "payments": "ID", "calls": "call_id", "companies": "org_id"}  # fmt: skip


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def delimited(path: Path, encoding: str, delimiter: str) -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter, strict=True))


def rows_of(town: Path, source: str) -> list[dict[str, object]]:
    """Rows as a stranger would read them, without our readers."""
    match source:
        case "billing":
            return delimited(town / "billing.csv", "cp1251", ";")
        case "meters":
            return delimited(town / "meters.csv", "utf-8", ",")
        case "companies":
            return delimited(town / "companies.csv", "utf-8-sig", ";")
        case "crm" | "calls":
            return [json.loads(line) for line in (town / f"{source}.jsonl").read_text(encoding="utf-8").splitlines()]
        case "cabinet":
            return pl.read_parquet(town / "cabinet.parquet").to_dicts()
        case "payments":
            kinds = {"sber": ("cp1251", "|"), "vtb": ("utf-8", ";"), "post": ("utf-8", "|"), "gazprom": ("cp1251", ";")}
            files = sorted((town / "payments").glob("*.txt"))
            return [row for path in files for row in delimited(path, *kinds[path.name.split("_")[0]])]
        case _:
            sheet = openpyxl.load_workbook(town / "dispatch.xlsx", read_only=True)["Заявки"]
            header, *rows = sheet.iter_rows(values_only=True)
            return [dict(zip(header, row, strict=True)) for row in rows]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    build(tmp_path / "one")
    build(tmp_path / "two")
    build(tmp_path / "three", seed=2)
    one, two, three = (digests(tmp_path / name) for name in ("one", "two", "three"))
    assert one == two
    same = {name for name in one if one[name] == three.get(name)}
    empty = {name for name in one if name.startswith("lists")}  # so small a town may have nobody on a list
    assert same - empty == {name for name in one if name.startswith("mappings")}


def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    """Sets of texts are walked in another order there."""
    found = []
    for hashing in ("1", "2"):
        folder = tmp_path / hashing
        command = "import sys; from pathlib import Path; from demo_towns import build; build(Path(sys.argv[1]))"
        paths = os.pathsep.join([str(Path(__file__).parent), *sys.path])
        environment = {**os.environ, "PYTHONHASHSEED": hashing, "PYTHONPATH": paths}
        subprocess.run([sys.executable, "-c", command, str(folder)], check=True, env=environment)
        found.append(digests(folder))
    assert found[0] == found[1]


def test_statements_are_of_rows_that_there_are_and_lists_tell_whom_they_mean(town: Path) -> None:
    statements = delimited(town / "consents.csv", "utf-8", ",")
    assert {row["state"] for row in statements} == {"given", "refused", "withdrawn"}
    for source in ("crm", "cabinet"):
        known = {row[KEYS[source]] for row in rows_of(town, source)}
        assert {row["source_id"] for row in statements if row["source"] == source} <= known
    listed = pl.read_parquet(town / "listed.parquet")
    entries = [
        row for name in ("bankrupts", "blacklist") for row in delimited(town / "lists" / f"{name}.csv", "utf-8", ",")
    ]
    assert sorted(row["name"] for row in entries) == sorted(listed["name"])
    strangers = listed.filter(pl.col("person_id").is_null())
    assert 0 < len(strangers) < len(listed)
    assert strangers["inn"].null_count() == len(strangers)


def test_a_demo_is_built_over_an_earlier_one_but_never_over_anything_else(tmp_path: Path) -> None:
    build(tmp_path / "town", seed=3)
    build(tmp_path / "town", seed=1)
    build(tmp_path / "fresh", seed=1)
    assert digests(tmp_path / "town") == digests(tmp_path / "fresh")
    other = tmp_path / "letters"
    (other / "payments").mkdir(parents=True)
    (other / "payments" / "mine.txt").write_text("mine")
    with pytest.raises(BadUsage, match="neither empty nor an earlier demo"):
        build(other)
    assert (other / "payments" / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("source", PARTY_SOURCES)
def test_every_party_row_is_in_the_truth_exactly_once(town: Path, source: str) -> None:
    truth = pl.read_parquet(town / "truth.parquet").filter(pl.col("source") == source)
    given = Counter(str(row[KEYS[source]]) for row in rows_of(town, source))
    assert given == Counter(truth["source_id"].to_list())
    assert max(given.values()) == 1


def test_the_truth_knows_no_other_sources_and_only_known_people(town: Path) -> None:
    truth = pl.read_parquet(town / "truth.parquet")
    assert sorted(truth["source"].unique().to_list()) == list(PARTY_SOURCES)
    people = set(pl.read_parquet(town / "households.parquet")["person_id"].to_list())
    assert len(people) == PERSONS
    parties = set(truth["person_id"].unique().to_list())
    assert {party for party in parties if party.startswith("p")} <= people
    firms = truth.filter(pl.col("person_id").str.starts_with("o"))
    assert set(firms["source"].unique().to_list()) >= {"billing", "calls", "companies", "crm", "payments"}
    assert truth.filter(pl.col("source") == "companies")["person_id"].str.starts_with("o").all()


def test_people_are_in_one_to_seven_sources_and_the_young_are_in_the_cabinet(town: Path) -> None:
    truth = pl.read_parquet(town / "truth.parquet").filter(pl.col("person_id").str.starts_with("p"))
    spread = truth.group_by("person_id").agg(pl.col("source").n_unique())["source"].value_counts().sort("source")
    assert spread["source"].to_list()[:6] == [1, 2, 3, 4, 5, 6]
    births = pl.read_parquet(town / "cabinet.parquet")["birth_date"].drop_nulls()
    cards = pl.Series([row["birthday"] for row in rows_of(town, "crm") if row["birthday"]]).str.to_date(strict=False)
    assert births.median() > cards.drop_nulls().median()


@pytest.mark.parametrize("source", [*PARTY_SOURCES, "outages", "premises", "rights"])
def test_each_mapping_reads_its_files_without_a_rejected_row(town: Path, source: str) -> None:
    mapping = load_mapping(town / "mappings" / f"{source}.yaml")
    assert mapping.source == source
    assert mapping.territory is not None
    assert mapping.territory.city == "Самара"
    files = sorted(path for pattern in mapping.files for path in town.glob(pattern))
    read, facts, rejected = 0, 0, 0
    for path in files:
        opened = open_file(path, mapping)
        assert set(mapping.columns()) <= set(opened.columns)
        for raw in opened.batches():
            batch = map_batch(raw, mapping)
            read += batch.records.num_rows
            facts += batch.facts.num_rows
            rejected += len(raw.rejected) + len(batch.rejected)
    report = json.loads((town / "demo.json").read_text(encoding="utf-8"))
    assert (read, rejected) == (report["rows"][source], 0)
    assert facts > 0 or source in ("cabinet", "companies")


def test_the_report_tells_the_rows_of_each_source(town: Path) -> None:
    report = json.loads((town / "demo.json").read_text(encoding="utf-8"))
    assert report["persons"] == PERSONS
    assert report["rows"]["crm"] == len(rows_of(town, "crm"))
    assert report["records"] == sum(report["rows"].values())
    assert report["records"] > 3.4 * PERSONS  # 100,000 for 30,000 persons, and then some


def test_dates_of_the_workbook_are_dates_and_some_outages_go_on_now(town: Path) -> None:
    book = openpyxl.load_workbook(town / "dispatch.xlsx", read_only=True)
    assert book.sheetnames == ["Заявки", "Отключения"]
    header, *rows = book["Отключения"].iter_rows(values_only=True)
    outages = [dict(zip(header, row, strict=True)) for row in rows]
    noon = datetime(2025, 11, 21, 12)
    now = [o for o in outages if o["Начало"] <= noon < o["Окончание"]]
    assert {o["Статус"] for o in now} == {"идёт"}
    assert len({o["Отключение"] for o in now}) >= 2
    assert {o["Вид"] for o in outages} == {"плановое", "аварийное"}
    assert {o["Статус"] for o in outages} == {"идёт", "завершено", "запланировано"}


def test_registers_are_in_capitals_and_of_the_last_months(town: Path) -> None:
    payments = rows_of(town, "payments")
    assert all(str(row["FIO"]) == str(row["FIO"]).upper() for row in payments)
    days = [datetime.strptime(str(row["DATA"]), "%d.%m.%Y") for row in payments]
    assert min(days) >= datetime(2025, 8, 1)
    assert max(days) <= datetime(2025, 11, 21)


def test_no_household_shares_a_premise_with_another_at_a_time(town: Path) -> None:
    now = pl.read_parquet(town / "households.parquet")
    assert now.group_by("household_id").agg(pl.col("premise_id").n_unique())["premise_id"].max() == 1
    assert now.group_by("premise_id").agg(pl.col("household_id").n_unique())["household_id"].max() == 1
    moves = pl.read_parquet(town / "moves.parquet")
    assert len(moves) > 0
    left = moves.group_by("from_premise").agg(pl.col("household_id").n_unique())
    assert left["household_id"].max() == 1
    arrived = moves.join(now, left_on=["person_id", "to_premise"], right_on=["person_id", "premise_id"])
    assert len(arrived) == len(moves)
    # Who lives now in a premise that others left has come no earlier than they went.
    later = moves.join(now, left_on="from_premise", right_on="premise_id", suffix="_now").drop_nulls("since")
    assert (later["since"] >= later["moved_on"]).all()


def test_roles_name_a_payer_and_owner_of_each_account(town: Path) -> None:
    roles = pl.read_parquet(town / "roles.parquet")
    accounts = {row["ls"] for row in rows_of(town, "billing") if row["ls"].isdigit()}
    for role in ("owner", "payer"):
        given = roles.filter((pl.col("role") == role) & pl.col("until").is_null())["account"]
        assert given.is_unique().all()
        assert len(accounts - set(given.to_list())) < 0.02 * len(accounts)  # wrong digits and sold houses apart
    assert set(roles["role"].unique().to_list()) == {"owner", "payer", "tenant", "resident"}
    assert roles.filter(pl.col("until").is_not_null())["role"].unique().to_list() == ["owner"]


def test_premises_have_addresses_of_their_own(town: Path) -> None:
    premises = delimited(town / "premises.csv", "utf-8", ";")
    assert len({row["address"] for row in premises}) == len(premises)
    flats = [row for row in premises if row["flat"]]
    assert all(row["entrance"] and row["floor"] for row in flats)
    assert any(not row["street"] for row in premises)  # villages without streets


def test_twice_the_rates_are_nearly_twice_the_errors(tmp_path: Path) -> None:
    usual = build(tmp_path / "usual", persons=2000)
    build(tmp_path / "hard", persons=2000, rates=doubled(USUAL))
    kinds = ("name_typo", "address_typo", "ocr", "phone_of_family", "company_in_name", "birth_date_placeholder")
    counts = [
        len(pl.read_parquet(tmp_path / name / "errors.parquet").filter(pl.col("error").is_in(kinds)))
        for name in ("usual", "hard")
    ]
    assert usual.records > 0
    assert 1.7 < counts[1] / counts[0] < 2.3


def test_setting_b_is_another_territory(tmp_path: Path) -> None:
    build(tmp_path, setting="B")
    premises = delimited(tmp_path / "premises.csv", "utf-8", ";")
    assert {row["region"] for row in premises} == {"Омская область"}
    assert 'city: "Омск"' in (tmp_path / "mappings" / "crm.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("persons", "seed"), [(999, 1), (10_000_001, 1), (1000, -1)])
def test_sizes_out_of_bounds_are_refused(tmp_path: Path, persons: int, seed: int) -> None:
    with pytest.raises(BadUsage, match=r"--persons|--seed"):
        build(tmp_path / "town", persons=persons, seed=seed)
    assert not (tmp_path / "town").exists()
