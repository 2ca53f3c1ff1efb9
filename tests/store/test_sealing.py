"""What is sealed opens by its key, in its place, unchanged, and by nothing else."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litso.errors import Misconfigured
from litso.settings import load_settings
from litso.store import sealing
from litso.store.sealing import Box, load_box

OLD, NEW = b"o" * 32, b"n" * 32


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_was_sealed_opens_again(plain: bytes, place: str) -> None:
    box = Box([NEW])
    sealed = box.seal(plain, place)
    assert box.open(sealed, place) == plain
    assert box.seal(plain, place) != sealed
    assert len(plain) < 4 or plain not in sealed


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_does_not_open(where: int, how: int) -> None:
    sealed = bytearray(Box([NEW]).seal(b"secret", "here"))
    sealed[where % len(sealed)] ^= how
    with pytest.raises(Misconfigured):
        Box([NEW]).open(bytes(sealed), "here")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"secret", b"\x01" + b"x" * 40])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(Misconfigured):
        Box([NEW]).open(sealed, "here")


def test_another_place_or_key_does_not_open() -> None:
    sealed = Box([OLD]).seal(b"secret", "user 1")
    with pytest.raises(Misconfigured, match="changed or moved"):
        Box([OLD]).open(sealed, "user 2")
    with pytest.raises(Misconfigured, match="LITSO_SECRET_KEY_FILE"):
        Box([NEW]).open(sealed, "user 1")


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    sealed = Box([OLD]).seal(b"secret", "here")
    both = Box([NEW, OLD])
    assert both.open(sealed, "here") == b"secret"
    assert Box([NEW]).open(both.seal(b"other", "here"), "here") == b"other"


def test_the_embedded_store_makes_its_key_once(tmp_path: Path) -> None:
    settings = load_settings({"LITSO_HOME": str(tmp_path / "home")})
    sealed = load_box(settings).seal(b"secret", "here")
    assert load_box(settings).open(sealed, "here") == b"secret"
    [path] = (tmp_path / "home").iterdir()
    assert (path.name, stat.S_IMODE(path.stat().st_mode)) == (sealing.OWN_KEY, 0o600)


def test_another_server_needs_a_key_of_its_own(tmp_path: Path) -> None:
    given = {"LITSO_DATABASE_URL": "postgresql://db/litso", "LITSO_HOME": str(tmp_path)}
    assert not sealing.is_available(load_settings(given))
    with pytest.raises(Misconfigured, match="LITSO_SECRET_KEY_FILE is not set"):
        load_box(load_settings(given))
    (tmp_path / "key").write_text(f"{sealing.new_key()}\n{sealing.new_key()}\n")
    named = load_settings({**given, "LITSO_SECRET_KEY_FILE": str(tmp_path / "key")})
    assert sealing.is_available(named)
    assert load_box(named).open(load_box(named).seal(b"x", ""), "") == b"x"


@pytest.mark.parametrize("text", ["", "short", "aGVsbG8=", "не base64", "\x00\xff"])
def test_a_key_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "key").write_text(text)
    with pytest.raises(Misconfigured, match="LITSO_SECRET_KEY_FILE"):
        load_box(load_settings({"LITSO_SECRET_KEY_FILE": str(tmp_path / "key")}))
