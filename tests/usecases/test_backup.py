"""A copy that is taken while the program works, and an installation made of it, by the commands themselves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_sources import load_rows, person, register
from test_feed import assert_rebuilt
from test_online import assert_as_in_bulk, of_row, parties, upsert

from databases import QUICK
from litso.errors import BadUsage, BrokenInvariant, LitsoError, Misconfigured, SourceUnusable
from litso.settings import Settings, load_settings
from litso.store import changes, users
from litso.store.backup import set_aside
from litso.store.database import Store, connect, ensure_database, with_database
from litso.store.embedded import running_server
from litso.store.migrate import migrate
from litso.store.sealing import OWN_KEY, load_box
from litso.usecases.access import Actor
from litso.usecases.backup import back_up, restore
from litso.usecases.stewardship import judge

STEWARD = Actor("анна", "steward")
SETTINGS = load_settings({})


def litso(home: Path, *words: str, url: str | None = None) -> tuple[int, dict[str, Any], str]:
    """Exit status, JSON and error of a command."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LITSO_")}
    environment |= {"LITSO_HOME": str(home)} | ({"LITSO_DATABASE_URL": url} if url else {})
    done = subprocess.run(
        [sys.executable, "-m", "litso", *words, "--json"], env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr


def fill(store: Store, home: Path) -> None:
    register(store, "billing")
    register(store, "crm")
    load_rows(store, home, "billing", [person(number) for number in range(40)])
    upsert(store, of_row(person(3, id="X", mail="")))
    judge(store, STEWARD, verdict="same", left=("billing", "5"), right=("billing", "6"))
    with store.transaction() as connection:
        users.create(connection, login="admin", name="А", role="administrator", password="correct horse battery")


def state(store: Store) -> tuple[Any, ...]:
    with store.transaction() as connection:
        golden = connection.execute("select party_id::text, golden_values from golden order by 1").fetchall()
        return parties(connection), golden, connection.execute("select count(*) from judgement").fetchone()


def test_a_copy_of_an_embedded_store_is_restored_elsewhere_and_goes_on(tmp_path: Path) -> None:
    """Taken while the server runs, restored to an external server; events after it have ids that nobody has seen."""
    home, other, copy = tmp_path / "home", tmp_path / "other", tmp_path / "copy"
    with running_server(home, overrides=QUICK) as server:
        url = ensure_database(server, "litso")
        migrate(url)
        store = Store(url, most=2)
        store.open()
        fill(store, tmp_path)
        load_box(load_settings({"LITSO_HOME": str(home)}))
        (home / "reference" / "bik" / "all").mkdir(parents=True)
        (home / "reference" / "bik" / "all" / "current").write_text("1")
        status, told, error = litso(home, "backup", str(copy))
        assert (status, told.get("records"), error) == (0, 41, "")
        assert (copy.stat().st_mode & 0o777, not list(tmp_path.glob("*.partial"))) == (0o700, True)
        before = state(store)
        with store.transaction() as connection:
            last = changes.last_id(connection)
        upsert(store, of_row(person(70, id="Y")))  # after the copy: its events had ids too
        target = with_database(ensure_database(server, "elsewhere"), "elsewhere")
        status, _, error = litso(other, "restore", str(copy), url=target)
        assert (status, "LITSO_SECRET_KEY_FILE" in error) == (2, True)
        keyed = load_settings({"LITSO_HOME": str(other), "LITSO_SECRET_KEY_FILE": str(home / OWN_KEY)})
        restored = restored_store(target, keyed, copy)
        assert (other / "reference/bik/all/current").read_text() == "1"
        assert state(restored) == before
        upsert(restored, of_row(person(71, id="Z")))
        with restored.transaction() as connection:
            assert {one.change_id - last > 10**9 for one in changes.after(connection, last)} == {True}
        assert_rebuilt(restored)
        assert_as_in_bulk(restored, tmp_path)
        restored.close()
        status, _, error = litso(home, "restore", str(copy))
        assert (status, "stop server and workers" in error) == (3, True)
        store.close()
    status, _, error = litso(home, "restore", str(copy))
    assert (status, "--replace" in error) == (3, True)
    status, told, error = litso(home, "restore", str(copy), "--replace")
    assert (status, told.get("records"), error) == (0, 41, "")


def restored_store(url: str, settings: Settings, copy: Path) -> Store:
    restore(url, settings, copy, lambda *_: None)
    store = Store(url, most=2)
    store.open()
    return store


def changed(copy: Path, **values: Any) -> None:
    manifest = json.loads((copy / "backup.json").read_text())
    (copy / "backup.json").write_text(json.dumps(manifest | values))


@pytest.fixture
def copy(store: Store, tmp_path: Path) -> Path:
    """A copy of a store with a few records."""
    register(store, "billing")
    load_rows(store, tmp_path, "billing", [person(number) for number in range(3)])
    back_up(store, SETTINGS, tmp_path / "copy", quiet)
    return tmp_path / "copy"


def quiet(stage: str, done: int, of: int) -> None:
    """Nobody looks."""


def spoil(copy: Path) -> None:
    file = next(path for path in sorted((copy / "store").iterdir()) if path.stat().st_size > 100)
    file.write_bytes(file.read_bytes()[:-1] + b"x")


@pytest.mark.parametrize(
    ("change", "error", "word"),
    [
        (lambda copy: changed(copy, ledger={"1": "00", "99": "00"}), Misconfigured, "newer"),
        (lambda copy: changed(copy, ledger={"1": "00"}), Misconfigured, "differ"),
        (lambda copy: changed(copy, format=2), Misconfigured, "newer"),
        (lambda copy: changed(copy, keys=["00000000"]), Misconfigured, "LITSO_SECRET_KEY_FILE"),
        (lambda copy: (copy / "backup.json").unlink(), SourceUnusable, "no copy"),
        (spoil, SourceUnusable, "damaged"),
        (lambda copy: changed(copy, records=4), BrokenInvariant, "does not hold"),
    ],
)
def test_what_is_wrong_with_a_copy_is_said_and_the_store_stays(
    store: Store, copy: Path, change: Callable[[Path], Any], error: type[LitsoError], word: str
) -> None:
    before = state(store)
    store.close()
    change(copy)
    with pytest.raises(error, match=word):
        restore(store.url, SETTINGS, copy, quiet, replace=True)
    again = Store(store.url, most=2)
    again.open()
    assert state(again) == before
    again.close()


def test_a_restore_that_was_killed_has_left_the_former_store(store: Store, copy: Path) -> None:
    before = state(store)
    store.close()
    with connect(store.url) as connection:
        connection.execute("alter schema litso rename to litso_former")
    with set_aside(store.url):
        pass  # it put the store back, set it aside again, and dropped it: as a restore does that went well
    restore(store.url, SETTINGS, copy, quiet)
    again = Store(store.url, most=2)
    again.open()
    assert state(again) == before
    again.close()


def test_a_copy_goes_into_a_new_folder(store: Store, copy: Path) -> None:
    with pytest.raises(BadUsage, match="already"):
        back_up(store, SETTINGS, copy, quiet)
