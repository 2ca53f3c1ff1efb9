"""Time to find a party by each kind of fragment, and to read a profile, beside ILIKE over a trigram index.

    python benchmarks/bench_search.py [--parties N] [--queries N]

Parties have names by real frequency, houses of 800 streets in four towns, a phone, an account and an e-mail. Fragments
are asked as they are typed: a beginning, half a name, the whole, another layout, a typing error, last digits. The peer
is what is usually built instead: one column of text with a trigram index, asked with ILIKE for each word.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import numpy as np
import pyarrow as pa

from litso.demo.names import load_names
from litso.golden.search import search_tokens, typo_words
from litso.standardize.letters import typed_in_latin
from litso.store import golden, search
from litso.store.database import Connection, Store, ensure_database
from litso.store.embedded import running_server
from litso.store.migrate import migrate
from litso.usecases.access import OPERATOR, Actor
from litso.usecases.profiles import read_profile
from litso.usecases.search import search as find

ACTOR = Actor("bench", OPERATOR)
TOWNS = ("Самара", "Тольятти", "Сызрань", "Чапаевск")
BATCH = 50_000

Party = dict[str, object]


def town(count: int, rng: np.random.Generator) -> Iterator[list[Party]]:
    """Golden values of parties, a batch at a time."""
    names = load_names()
    streets = [f"ул {word}" for word in rng.choice(names.surname_women.to_numpy(), 800)]
    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        culture, gender = np.zeros(size, np.int64), rng.integers(0, 2, size)
        year = rng.integers(1935, 2006, size)
        family = names.draw_surnames(rng, culture)
        given = names.draw_given(rng, culture, gender, year)
        father = names.draw_given(rng, culture, np.zeros(size, np.int64), year - 28)
        house, flat = rng.integers(1, 180, size), rng.integers(1, 240, size)
        phone = rng.integers(9_000_000_000, 9_999_999_999, size)
        street, place = rng.integers(0, 800, size), rng.integers(0, 4, size)
        batch = []
        for one in range(size):
            is_woman = bool(gender[one])
            surname = (names.surname_women if is_woman else names.surname_men)[int(family[one])]
            patronymic = (names.patronymic_women if is_woman else names.patronymic_men)[int(father[one])]
            parts = {"surname": surname, "given_name": names.given[int(given[one])], "patronymic": patronymic}
            at = {
                "city": TOWNS[place[one]],
                "street": streets[street[one]],
                "house": str(house[one]),
                "flat": str(flat[one]),
            }
            batch.append({
                **parts,
                **at,
                "full_name": " ".join(filter(None, parts.values())),
                "birth_date": f"{year[one]}-{1 + one % 12:02}-{1 + one % 28:02}",
                "address": f"{at['city']}, {at['street']}, д {at['house']}, кв {at['flat']}",
                "phones": [f"+7{phone[one]}"],
                "emails": [f"user{start + one}@mail.ru"],
                "accounts": [f"{start + one + 10_000_000:010}"],
            })  # fmt: skip
        yield batch


def fill(store: Store, count: int, rng: np.random.Generator) -> list[Party]:
    """Publish parties; answers a sample of them."""
    sample: list[Party] = []
    known: set[str] = set()

    def tables() -> Iterator[pa.Table]:
        first = 0
        for batch in town(count, rng):
            ids = [str(UUID(int=first + number + 1, version=4)) for number in range(len(batch))]
            first += len(batch)
            tokens = [search_tokens(values) for values in batch]
            known.update(word for one in tokens for word in typo_words(one))
            sample.extend(batch[:: max(1, count // 2000)])
            yield pa.table({
                "party_id": ids,
                "kind": ["person"] * len(batch),
                "name": [values["full_name"] for values in batch],
                "golden_values": [json.dumps(values, ensure_ascii=False) for values in batch],
                "provenance": ["{}"] * len(batch),
                "records": pa.array([1] * len(batch), pa.int32()),
                "tokens": pa.array(tokens, pa.list_(pa.string())),
            })  # fmt: skip

    with store.transaction() as connection:
        golden.publish_batches(connection, tables(), count)
        search.add_words(connection, known)
        minted = "insert into party (party_id, kind) select party_id, kind from golden"
        connection.execute(minted)
    return sample


FRAGMENTS: dict[str, Callable[[Party], str]] = {
    "2 letters": lambda one: str(one["surname"])[:2],
    "half a surname": lambda one: str(one["surname"])[:5],
    "surname": lambda one: str(one["surname"]),
    "surname + letter": lambda one: f"{one['surname']} {str(one['given_name'])[:1]}",
    "surname + half a name": lambda one: f"{one['surname']} {str(one['given_name'])[:2]}",
    "name and surname": lambda one: f"{one['given_name']} {one['surname']}",
    "three names": lambda one: str(one["full_name"]),
    "surname, other layout": lambda one: typed_in_latin(str(one["surname"]).lower()),
    "surname, typing error": lambda one: str(one["surname"])[:3] + "ъ" + str(one["surname"])[4:],
    "phone": lambda one: "8" + str(one["phones"])[4:14],
    "5 digits of a phone": lambda one: "8" + str(one["phones"])[4:8],
    "last 4 digits": lambda one: str(one["phones"])[10:14],
    "account": lambda one: str(one["accounts"])[2:-2].lstrip("0"),
    "half an account": lambda one: str(one["accounts"])[4:9],
    "address": lambda one: f"{str(one['street'])[3:]} {one['house']} {one['flat']}",
    "street and house": lambda one: f"{str(one['street'])[3:]} {one['house']}",
    "e-mail": lambda one: str(one["emails"])[2:-2],
    "birth date": lambda one: ".".join(reversed(str(one["birth_date"]).split("-"))),
}


def percentiles(seconds: list[float]) -> str:
    low, high, most = np.percentile(np.array(seconds) * 1000, [50, 95, 100])
    return f"p50 {low:7.1f}  p95 {high:7.1f}  max {most:7.1f} ms"


def timed(store: Store, work: Callable[[Connection], object]) -> float:
    started = time.perf_counter()
    with store.transaction() as connection:
        work(connection)
    return time.perf_counter() - started


def ilike(connection: Connection, text: str) -> object:
    """The peer's answer to a fragment."""
    terms = [f"%{word}%" for word in text.split()]
    clause = " and ".join(["line ilike %s"] * len(terms))
    return connection.execute(f"select party_id from peer where {clause} limit 20", terms).fetchall()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--parties", type=int, default=1_000_000)
    options.add_argument("--queries", type=int, default=50)
    given = options.parse_args()
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as server:
        url = ensure_database(server, "litso")
        migrate(url)
        store = Store(url, most=2)
        store.open()
        started = time.perf_counter()
        sample = fill(store, given.parties, rng)
        print(f"{given.parties} parties published in {time.perf_counter() - started:.0f} s")
        with store.transaction() as connection:
            connection.execute(
                "create table peer as select party_id, concat_ws(' ', name, golden_values->>'address', golden_values"
                "->'phones'->>0, golden_values->'accounts'->>0, golden_values->'emails'->>0) as line from golden"
            )
            connection.execute("create index on peer using gin (line public.gin_trgm_ops)")
        chosen = [sample[number] for number in rng.integers(0, len(sample), given.queries)]
        everything: list[float] = []
        for name, fragment in FRAGMENTS.items():
            texts = [fragment(one) for one in chosen]
            ours = [timed(store, lambda connection, text=text: find(connection, ACTOR, text)) for text in texts]
            peer = [timed(store, lambda connection, text=text: ilike(connection, text)) for text in texts]
            everything += ours
            print(f"{name:24} {percentiles(ours)}   peer {percentiles(peer)}")
        print(f"{'all':24} {percentiles(everything)}")
        with store.transaction() as connection:
            ids = [hit.party_id for one in chosen for hit in find(connection, ACTOR, str(one["full_name"])).hits[:1]]
        profiles = [
            timed(store, lambda connection, party=party: read_profile(connection, ACTOR, party)) for party in ids
        ]
        print(f"{'profile':24} {percentiles(profiles)}")
        store.close()
    print(f"peak memory of the program {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")


if __name__ == "__main__":
    main()
