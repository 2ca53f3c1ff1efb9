"""The whole demo: a town is built, its systems are registered and loaded together."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from litso.demo import Built, build_demo, setting_of
from litso.demo.build import CONSENTS, LISTS
from litso.demo.rates import USUAL
from litso.errors import Misconfigured
from litso.settings import Settings
from litso.sources.mapping import Mapping, load_mapping
from litso.store import sources
from litso.store.database import Store
from litso.usecases.access import ADMINISTRATOR, Actor
from litso.usecases.consenting import Taken, load_file
from litso.usecases.loading import FULL, Outcome, Progress, Request, load_files, register_source
from litso.usecases.reference import load_reference
from litso.usecases.screening import screen

_ACTOR: Final = Actor("demo", ADMINISTRATOR)


def is_loaded(store: Store) -> bool:
    """Whether the store has sources already: then a demo must not be mixed into it."""
    with store.transaction() as connection:
        return bool(sources.list_all(connection))


def build_town(directory: Path, *, persons: int, seed: int, progress: Progress) -> Built:
    """Write the files of the demo utility into `directory`."""
    return build_demo(
        directory,
        persons=persons,
        seed=seed,
        setting=setting_of("A"),
        rates=USUAL,
        today=date.today(),
        on_progress=lambda done, of: progress("building the town", done, of),
    )


def load_folder(store: Store, settings: Settings, directory: Path, progress: Progress) -> list[Outcome]:
    """Register every mapping in `directory/mappings` and load the files it names, all together."""
    requests = []
    for path in sorted((directory / "mappings").glob("*.yaml")):
        mapping = load_mapping(path)
        register_source(store, mapping.text, str(path))
        requests.append(Request(mapping.source, files_of(mapping, directory), FULL))
    if not requests:
        raise Misconfigured(f"{directory / 'mappings'}: there are no mappings")
    return load_files(store, settings, requests, started_by="demo", progress=progress)


def files_of(mapping: Mapping, directory: Path) -> tuple[Path, ...]:
    """The files of a folder that the mapping's patterns name, in order."""
    found = sorted({path for pattern in mapping.files for path in directory.glob(pattern)})
    if not found:
        raise Misconfigured(f"{directory}: no file matches {', '.join(mapping.files) or 'files: (not given)'}")
    return tuple(found)


def load_statements(store: Store, settings: Settings, directory: Path, progress: Progress) -> Taken:
    """What stands beside the sources of a demo folder: permissions, and the lists that parties are held against."""
    taken = load_file(store, _ACTOR, directory / CONSENTS)
    for path in sorted((directory / LISTS).glob("*.csv")):
        if len(path.read_bytes().splitlines()) > 1:
            load_reference(store, settings, path.stem, path, loaded_by="demo", progress=progress)
    screen(store, started_by="demo", progress=progress)
    return taken
