"""What no file of the repository may hold, and what the lock files must."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = re.compile(r"[\w.-]*(?:pypi|pythonhosted|npmjs|debian|ubuntu|registry)[\w.-]*\.(?:org|com|net|io)\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}\])*])/(?:work|root|opt|home/\w+|Users/\w+)/[\w.]")
LOCKS = ("requirements.lock", "requirements-dev.lock")


def kept() -> Iterator[Path]:
    """Files of the repository: all but what .gitignore names, and git's own."""
    ignored = {*(ROOT / ".gitignore").read_text(encoding="utf-8").replace("/", "").split(), ".git"}
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if not any(fnmatch(name, pattern) for pattern in ignored)]
        yield from (Path(folder, name) for name in files)


def texts() -> dict[str, str]:
    """Text files of the repository by their paths; not this one, which shows what is forbidden."""
    found = {}
    for path in set(kept()) - {Path(__file__).resolve()}:
        data = path.read_bytes()
        if b"\0" not in data:
            found[path.relative_to(ROOT).as_posix()] = data.decode("utf-8", errors="replace")
    return found


@pytest.mark.parametrize("forbidden", [REGISTRY, MACHINE_PATH], ids=["registry", "machine path"])
def test_no_file_names(forbidden: re.Pattern[str]) -> None:
    found = [f"{name}: {match[0]}" for name, text in texts().items() for match in forbidden.finditer(text)]
    assert found == []


@pytest.mark.parametrize(
    ("text", "pattern", "is_found"),
    [
        ("see https://registry.example.com/simple", REGISTRY, True),
        ("the registry of premises", REGISTRY, False),
        ("in /root/secret", MACHINE_PATH, True),
        ("GET /v1/root/x", MACHINE_PATH, False),
        ("tests/work/x", MACHINE_PATH, False),
    ],
)
def test_patterns_find(text: str, pattern: re.Pattern[str], is_found: bool) -> None:
    assert (pattern.search(text) is not None) is is_found


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_has_a_hash_for_every_package(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\w)", re.sub(r"(?m)^#.*\n", "", text))
    assert len(entries) > 20
    assert [entry.split(" ")[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.search(r"://|--(extra-)?index-url|--find-links", text) is None


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_holds_every_dependency(lock: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = [*project["project"]["dependencies"], *project["dependency-groups"]["build"]]
    if lock == "requirements-dev.lock":
        groups = project["dependency-groups"].values()
        named += [name for group in groups for name in group if isinstance(name, str)]
    wanted = {re.match(r"[\w.-]+", name)[0].lower() for name in named}  # type: ignore[index]
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
    assert wanted - locked == set()


def test_locks_agree() -> None:
    small, large = (set(re.findall(r"^([\w.-]+==\S+)", (ROOT / lock).read_text(), re.MULTILINE)) for lock in LOCKS)
    assert small - large == set()
