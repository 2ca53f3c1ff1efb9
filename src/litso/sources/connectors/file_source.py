"""What connectors of files share, wherever the files are: which are ready, which were dealt with, fetching them.

A file is dealt with when its content is: one that was moved or renamed is not loaded again. It is ready when its
done-marker is there or, without markers, when it has not changed for a while; one that changes while it is fetched is
left for the next run.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path, PurePosixPath
from typing import IO, Final, NamedTuple, Protocol

from litso.errors import SourceUnusable, Transient
from litso.sources.connectors.port import DELTA, FULL, File, Found, Piece, Position
from litso.sources.mapping import Mapping
from litso.sources.yaml_tree import Tree

KEYS: Final = ("files", "mode", "done", "settle", "order")
_CHUNK: Final = 1 << 20
_SETTLE: Final = timedelta(seconds=10)
_ORDERS: Final = ("name", "time")
_NAME: Final = "{name}"
_UNSAFE: Final = re.compile(r"[^\w.-]+")


class Entry(NamedTuple):
    """A file in its place. path: below the place, with `/`; changed: seconds since the epoch on the clock there."""

    path: str
    size: int
    changed: float

    @property
    def mark(self) -> str:
        """Says that this very file was dealt with, without reading it."""
        return f"file {self.path} {self.size} {self.changed:.6f}"


class Place(Protocol):
    """Where files are."""

    title: str

    def entries(self, depth: int | None) -> Iterator[Entry]:
        """Every file there, in any order, in folders down to a depth; 0: none, None: all."""
        ...

    def open(self, path: str) -> IO[bytes]:
        """Read a file; an OSError says why it cannot be read."""
        ...

    def look(self, path: str) -> Entry | None:
        """The file as it is now; None when it is gone."""
        ...

    def close(self) -> None:
        """Let go of the place."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """Which files are taken and how.

    done: pattern of the marker beside a file, `{name}.done`; settle: how long a file without one must be unchanged.
    """

    files: tuple[str, ...] = ()
    mode: str = DELTA
    done: str | None = None
    settle: timedelta = _SETTLE
    order: str = "name"

    def of(self, mapping: Mapping) -> Choice:
        """The choice for a source: where it names no files, those of the mapping."""
        return self if self.files else replace(self, files=mapping.files or ("*",))

    @property
    def depth(self) -> int | None:
        """How many folders deep the patterns look; None: any."""
        return None if any("**" in pattern for pattern in self.files) else max(p.count("/") for p in self.files)

    def takes(self, path: str) -> bool:
        """Whether a file is one of them: `*` and `?` stay within a folder, `**/` is any folders."""
        return any(_glob(pattern).fullmatch(path) for pattern in self.files)


@cache
def _glob(pattern: str) -> re.Pattern[str]:
    signs = {"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*|\?)", pattern)
    return re.compile("".join(signs.get(part) or re.escape(part) for part in parts))


def choice_of(items: dict[str, Tree], settle: timedelta = _SETTLE) -> Choice:
    """The choice of files as the settings of any connector of files have it; settle: unless they say."""
    done = items["done"].text("the name of a marker") if "done" in items else None
    if done is not None and (_NAME not in done or "/" in done or done == _NAME):
        raise items["done"].problem(f"a marker is named after its file: {_NAME}.done")
    if done is not None and "settle" in items:
        raise items["settle"].problem("with markers no file has to settle")
    return Choice(
        files=tuple(_pattern(one) for one in items["files"].elements()) if "files" in items else (),
        mode=items["mode"].choice((FULL, DELTA)) if "mode" in items else DELTA,
        done=done,
        settle=items["settle"].duration() if "settle" in items else settle,
        order=items["order"].choice(_ORDERS) if "order" in items else "name",
    )


def _pattern(tree: Tree) -> str:
    pattern = tree.text("a pattern")
    if pattern.startswith("/") or ".." in PurePosixPath(pattern).parts:
        raise tree.problem("a pattern names files inside the place that is given")
    return pattern


class Files:
    """The connector of files in a place. now: seconds since the epoch on our clock."""

    def __init__(self, place: Callable[[], Place], choice: Choice, now: Callable[[], float] = time.time) -> None:
        self.mode = choice.mode
        self._choice, self._now, self._place = choice, now, place
        self._opened: Place | None = None

    def check(self) -> Found:
        """How many files there are, and how many of them are ready."""
        place = self._there()
        entries = list(place.entries(self._choice.depth))
        chosen, ready = self._chosen(entries), self._ready(entries)
        return Found(f"{place.title}: подходящих файлов {len(chosen)}, из них готовы {len(ready)}.", {})

    def fetch(self, position: Position, landing: Path) -> Iterator[Piece]:
        """Files that were not dealt with, each copied into the landing folder."""
        place = self._there()
        ready = self._ready(list(place.entries(self._choice.depth)))
        known = set(position.known([entry.mark for entry in ready]))
        for number, entry in enumerate(entry for entry in ready if entry.mark not in known):
            path = landing / f"{number}-{_UNSAFE.sub('_', PurePosixPath(entry.path).name)}"
            content = self._copied(place, entry, path)
            if content is None:
                path.unlink(missing_ok=True)
            elif position.known([content]):
                path.unlink()
                yield File(None, entry.path, position.checkpoint, (entry.mark,))
            else:
                yield File(path, entry.path, position.checkpoint, (entry.mark, content))

    def settle(self) -> None:
        """Files stay where they are."""

    def close(self) -> None:
        """Let go of the place."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _there(self) -> Place:
        self._opened = self._opened or self._place()
        return self._opened

    def _chosen(self, entries: Sequence[Entry]) -> list[Entry]:
        """Files of the patterns, markers left out, in the order in which they are loaded."""
        markers = {self._marker(entry.path) for entry in entries} if self._choice.done else set()
        chosen = [entry for entry in entries if self._choice.takes(entry.path) and entry.path not in markers]
        by_time = self._choice.order == "time"
        return sorted(chosen, key=lambda entry: (entry.changed if by_time else 0.0, entry.path))

    def _ready(self, entries: Sequence[Entry]) -> list[Entry]:
        if self._choice.done:
            paths = {entry.path for entry in entries}
            return [entry for entry in self._chosen(entries) if self._marker(entry.path) in paths]
        latest = self._now() - self._choice.settle.total_seconds()
        return [entry for entry in self._chosen(entries) if entry.changed <= latest]

    def _marker(self, path: str) -> str:
        folder, slash, name = path.rpartition("/")
        return folder + slash + (self._choice.done or "").replace(_NAME, name)

    def _copied(self, place: Place, entry: Entry, path: Path) -> str | None:
        """Copy a file; answers the mark of its content, None when it changed or went meanwhile."""
        digest = hashlib.sha256()
        try:
            with place.open(entry.path) as source, path.open("wb") as target:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    target.write(chunk)
        except FileNotFoundError:
            return None
        except PermissionError:
            raise SourceUnusable(f"{place.title}: нет права читать файл {entry.path}.") from None
        except OSError as error:
            raise Transient(f"{place.title}: файл {entry.path} не читается: {reason(error)}.") from None
        if path.stat().st_size != entry.size or place.look(entry.path) != entry:
            return None
        return f"sha256 {digest.hexdigest()}"


def reason(error: OSError) -> str:
    """Why something cannot be read, in the words of the system."""
    return error.strerror or type(error).__name__
