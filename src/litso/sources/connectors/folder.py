"""Files in a folder of this machine, or of a share that is mounted on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from litso.errors import SourceUnusable, Transient
from litso.sources.connectors.file_source import KEYS, Choice, Entry, Files, choice_of, reason
from litso.sources.mapping import Mapping
from litso.sources.yaml_tree import Tree


@dataclass(frozen=True, slots=True)
class FolderSettings:
    """folder: path of the folder."""

    path: Path
    choice: Choice

    def open(self, mapping: Mapping) -> Files:
        """The connector; files are those of the mapping where the connection names none."""
        return Files(lambda: Folder(self.path), self.choice.of(mapping))


def parse(tree: Tree) -> FolderSettings:
    """The settings under «folder»."""
    items = tree.items(("path", *KEYS))
    if "path" not in items:
        raise tree.problem("the key «path» is missing")
    path = Path(items["path"].text("a path")).expanduser()
    if not path.is_absolute():
        raise items["path"].problem("an absolute path is expected here")
    return FolderSettings(path, choice_of(items))


class Folder:
    """A folder as a place of files. Links that lead out of it are not followed."""

    def __init__(self, path: Path) -> None:
        self.title = f"Папка {path}"
        self._path = path

    def entries(self, depth: int | None) -> Iterator[Entry]:
        """Regular files, those of hidden folders left out."""
        try:
            yield from self._below(self._path, "", depth)
        except (PermissionError, NotADirectoryError) as error:
            raise SourceUnusable(f"{self.title} не читается: {reason(error)}.") from None
        except OSError as error:  # a share that is not mounted just now
            raise Transient(f"{self.title} не читается: {reason(error)}.") from None

    def _below(self, folder: Path, prefix: str, depth: int | None) -> Iterator[Entry]:
        with os.scandir(folder) as found:
            for one in found:
                if one.is_file(follow_symlinks=False):
                    stat = one.stat(follow_symlinks=False)
                    yield Entry(prefix + one.name, stat.st_size, stat.st_mtime)
                elif one.is_dir(follow_symlinks=False) and depth != 0 and not one.name.startswith("."):
                    yield from self._below(Path(one.path), f"{prefix}{one.name}/", None if depth is None else depth - 1)

    def open(self, path: str) -> IO[bytes]:
        """Read a file."""
        return (self._path / path).open("rb")

    def look(self, path: str) -> Entry | None:
        """The file as it is now."""
        try:
            stat = (self._path / path).stat()
        except OSError:
            return None
        return Entry(path, stat.st_size, stat.st_mtime)

    def close(self) -> None:
        """Nothing is held."""
