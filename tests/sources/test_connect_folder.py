"""Files in a folder: the exam, and what is a folder's own."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

import pytest
from connector_exam import COLUMNS, MAPPING, Desk, Exam, Peer, Row, row

from litso.sources.connectors.config import parse_connection
from litso.sources.connectors.port import File, Position
from litso.sources.mapping import parse_mapping
from litso.store.database import Store
from litso.usecases import connecting
from litso.usecases.loading import register_source, reject_load


def age(path: Path, seconds: float = 60.0) -> Path:
    """Make a file look as if it had been written so long ago."""
    then = time.time() - seconds
    os.utime(path, (then, then))
    return path


class FolderPeer(Peer):
    """Another system writes a file whenever something changed."""

    late = False
    credentials = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.columns = list(COLUMNS)
        self.written = 0

    def put(self, *rows: Row) -> None:
        for start in range(0, len(rows), 100):
            self.write(rows[start : start + 100])

    def write(self, rows: tuple[Row, ...], name: str = "") -> Path:
        self.written += 1
        path = self.folder / (name or f"crm-{self.written:05}.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, self.columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
        return age(path)

    def delete(self, *ids: str) -> None:
        self.put(*(row(int(one), gone="1") for one in ids))

    def add_column(self) -> None:
        self.columns.append("more")

    def go_away(self) -> None:
        self.folder.rename(self.folder.with_suffix(".away"))

    def come_back(self) -> None:
        self.folder.with_suffix(".away").rename(self.folder)

    def settings(self, secret: str) -> str:
        return f"folder: {{path: {self.folder}, files: '*.csv'}}"


@pytest.fixture
def peer(tmp_path: Path) -> FolderPeer:
    folder = tmp_path / "exports"
    folder.mkdir()
    return FolderPeer(folder)


class TestExam(Exam):
    """The exam of connectors."""


@pytest.fixture
def desk(store: Store, tmp_path: Path, peer: FolderPeer) -> Desk:
    return Desk(store, tmp_path, peer)


def fetched(peer: FolderPeer, known: Collection[str] = (), **choice: str) -> list[tuple[str, bool]]:
    """What a fetch brings: (origin, whether there is something to load)."""
    extra = "".join(f", {name}: {value}" for name, value in choice.items())
    settings = parse_connection(f"source: crm\nfolder: {{path: {peer.folder}{extra}}}", "crm").settings
    landing = peer.folder.parent / "landing"
    landing.mkdir(exist_ok=True)
    with closing(settings.open(parse_mapping(MAPPING, "crm"))) as connector:
        pieces = connector.fetch(Position({}, lambda marks: set(marks) & set(known)), landing)
        return [(piece.origin, piece.path is not None) for piece in pieces if isinstance(piece, File)]


def test_moved_and_renamed_files_are_not_loaded_again(desk: Desk, peer: FolderPeer) -> None:
    first = peer.write((row(1),))
    desk.done()
    first.rename(age(first).with_name("renamed.csv"))
    (peer.folder / "copy.csv").write_bytes((peer.folder / "renamed.csv").read_bytes())
    age(peer.folder / "copy.csv")
    found = desk.run()
    assert (found.status, found.counts.rows_in, found.loads) == ("done", 0, ())


def test_a_file_that_is_being_written_is_left_alone(peer: FolderPeer) -> None:
    age(peer.write((row(1),), "old.csv"), 60)
    age(peer.write((row(2),), "new.csv"), 1)
    assert fetched(peer) == [("old.csv", True)]
    assert fetched(peer, settle="0 s") == [("new.csv", True), ("old.csv", True)]


def test_with_markers_a_file_waits_for_its_own(peer: FolderPeer) -> None:
    age(peer.write((row(1),), "a.csv"), 1)
    age(peer.write((row(2),), "b.csv"), 1)
    (peer.folder / "a.csv.done").touch()
    assert fetched(peer, done="'{name}.done'") == [("a.csv", True)]


PATTERNS = [
    ("'*.csv'", ["a.csv", "b.csv"]),
    ("[a.csv, '*.txt']", ["a.csv", "c.txt"]),
    ("'sub/*.csv'", ["sub/d.csv"]),
    ("'**/*.csv'", ["a.csv", "b.csv", "sub/d.csv", "sub/deep/e.csv"]),
    ("'?.txt'", ["c.txt"]),
    ("none", []),
]


@pytest.mark.parametrize(("files", "expected"), PATTERNS)
def test_patterns(peer: FolderPeer, files: str, expected: list[str]) -> None:
    (peer.folder / "sub" / "deep").mkdir(parents=True)
    (peer.folder / ".hidden").mkdir()
    for name in ("a.csv", "b.csv", "c.txt", "sub/d.csv", "sub/deep/e.csv", ".hidden/f.csv"):
        peer.write((row(1),), name)
    assert [origin for origin, _ in fetched(peer, files=files)] == expected


def test_files_come_by_name_or_by_time(peer: FolderPeer) -> None:
    age(peer.write((row(1),), "a.csv"), 60)
    age(peer.write((row(2),), "b.csv"), 90)
    assert [origin for origin, _ in fetched(peer)] == ["a.csv", "b.csv"]
    assert [origin for origin, _ in fetched(peer, order="time")] == ["b.csv", "a.csv"]


def test_a_link_that_leads_out_of_the_folder_is_not_followed(peer: FolderPeer, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("id\n1\n")
    age(tmp_path / "secret.csv")
    (peer.folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    assert fetched(peer) == []


def test_a_file_that_cannot_be_read_is_put_aside_and_the_others_are_loaded(desk: Desk, peer: FolderPeer) -> None:
    peer.write((row(1),))
    (peer.folder / "bad.csv").write_text("a;b\n1;2\n")
    age(peer.folder / "bad.csv")
    peer.write((row(2),))
    assert desk.done() == (2, 0, 0)
    (alarm,) = desk.connection().alarms
    assert alarm["code"] == "unreadable"
    assert alarm["message"].startswith("bad.csv: нет столбцов сопоставления")
    assert desk.run().counts.rows_in == 0
    age(peer.write((row(3),), "bad.csv"))
    assert desk.done() == (1, 0, 0)


def test_a_file_put_aside_is_tried_again_when_a_person_has_looked(desk: Desk, peer: FolderPeer) -> None:
    (peer.folder / "bad.csv").write_text("id;fio;tel;changed\n1;А;;\n")
    age(peer.folder / "bad.csv")
    desk.done()
    assert desk.records() == {}
    register_source(desk.store, MAPPING.replace("deleted: gone\n", ""), "crm.yaml")
    connecting.resume(desk.store, "crm", "exam")
    assert desk.done() == (1, 0, 0)
    assert desk.connection().alarms == []


def test_full_files_are_loaded_one_by_one_and_tell_what_is_gone(desk: Desk, peer: FolderPeer) -> None:
    text = desk.text().replace("folder: {", "folder: {mode: full, ")
    connecting.connect(desk.store, text, "crm")
    peer.write((row(1), row(2)))
    peer.write((row(2), row(3)))
    assert desk.done() == (3, 0, 1)
    assert set(desk.records()) == {"2", "3"}


def test_a_refused_file_does_not_come_again(desk: Desk, peer: FolderPeer) -> None:
    desk.peer.put(*map(row, range(25)))
    desk.done()
    peer.add_column()
    peer.write((row(30, more="1"),))
    held = desk.run()
    reject_load(desk.store, desk.settings, held.loads[0], "Иванова")
    assert desk.connection().status == "active"
    assert desk.run().counts.rows_in == 0
    assert "30" not in desk.records()
