"""The wheel carries everything the program needs: migrations, templates, models, dictionaries."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "litso"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built without network by the backend that is installed."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("litso-*-py3-none-any.whl")
    return zipfile.ZipFile(path)


def package_files() -> set[str]:
    """Files of the package in the work tree, as the wheel names them."""
    files = (path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(ROOT / "src").as_posix() for path in files}


def test_wheel_holds_the_package_whole(wheel: zipfile.ZipFile) -> None:
    in_wheel = {name for name in wheel.namelist() if name.startswith("litso/")}
    assert in_wheel == package_files()
    assert any(name.endswith(".sql") for name in in_wheel)


def test_wheel_installs_the_program(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/entry_points.txt"))
    assert "litso = litso.cli:main" in wheel.read(name).decode()


def test_wheel_names_its_licence(wheel: zipfile.ZipFile) -> None:
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in wheel.namelist())
