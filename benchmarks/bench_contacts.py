"""Which phone reaches a person: the first of the ranking beside the naive ones, against the truth of a demo.

    python benchmarks/bench_contacts.py DEMO [--out JSON]

DEMO is a folder of `litso demo build`. The files are resolved as a batch; half of the accounts teach the habits, and
the phones of persons are ranked with all outcomes up to the day of the demo. A figure is the mean chance, by the truth,
that a try of the first phone reaches the person of most of the party's records; `best` is that of the best phone that
the party has. Peers in the same run: the newest phone, and the first by survivorship.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from litso.golden.contacts import Home, Outcome, claimed_at, contacts, learn, rival
from litso.store.contacts import Try
from litso.usecases.reachability import outcomes_of

ResultsOf = dict[str, list[Outcome]]
Chances = dict[tuple[str, str], float]
SPREAD = 0.3
"""Chances that differ by more make a choice; a lower one is rightly withheld."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("demo", type=Path)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    figures = measure(arguments.demo)
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    if arguments.out:
        arguments.out.write_text(json.dumps(figures, ensure_ascii=False))


def measure(demo: Path) -> dict[str, Any]:
    """Hit rates of the ranking and its peers, records a second of ranking, and the peak of memory."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "litso",
            "resolve",
            "--mapping",
            str(demo / "mappings"),
            "--out",
            folder,
            str(demo),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        golden = pl.read_parquet(Path(folder) / "golden.parquet").filter(kind="person")
        crosswalk = pl.read_parquet(Path(folder) / "crosswalk.parquet")
    person_of = persons(crosswalk, pl.read_parquet(demo / "truth.parquet"))
    reaches = reachability(demo)
    tries = outcomes(demo)
    today = json.loads((demo / "demo.json").read_text())["today"]
    now = datetime.fromisoformat(today).replace(tzinfo=UTC) + timedelta(days=1)
    parties = [(row, json.loads(row["provenance"])) for row in golden.iter_rows(named=True) if row["phones"]]
    holders = defaultdict(list)
    for row, told in parties:
        for entry in told["phones"]:
            where = Home(row["house_key"], row["flat"], row["surname"])
            holders[entry["value"]].append((row["party_id"], claimed_at(entry), entry["said_by"], where))
    taught = learn(
        (told, one)
        for row, told in parties
        for account in (row["accounts"] or [])
        if int(account) % 2
        for one in tries[account]
    )
    began = time.process_time()
    ranked = {}
    for row, told in parties:
        own = [one for account in (row["accounts"] or []) for one in tries[account]]
        place = Home(row["house_key"], row["flat"], row["surname"])
        rivals = [
            rival(entry["value"], at, said_by, where, place)
            for entry in told["phones"]
            for party, at, said_by, where in holders[entry["value"]]
            if party != row["party_id"]
        ]
        ranked[row["party_id"]] = contacts(told, now, outcomes=own, rivals=rivals, habits=taught)
    seconds = time.process_time() - began
    return {
        "parties": len(parties),
        "ranked_per_cpu_second": round(len(parties) / max(seconds, 1e-9)),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
        **hits(parties, ranked, tries, person_of, reaches),
    }


def persons(crosswalk: pl.DataFrame, truth: pl.DataFrame) -> dict[str, str]:
    """Party → the person of most of its records."""
    joined = crosswalk.join(truth, on=["source", "source_id"])
    votes = joined.group_by("party_id", "person_id").len().sort("len", "person_id", descending=[True, False])
    return dict(votes.unique("party_id", keep="first", maintain_order=True).select("party_id", "person_id").iter_rows())


def reachability(demo: Path) -> Chances:
    """(person, phone) → how likely a try reaches the person now."""
    rows = pl.read_parquet(demo / "reachability.parquet").sort("chance").iter_rows()
    return {(person, phone): chance for person, phone, chance in rows}


def outcomes(demo: Path) -> ResultsOf:
    """Outcomes by account."""
    frame = pl.read_csv(demo / "deliveries.csv", separator=";", infer_schema=False)
    found: ResultsOf = defaultdict(list)
    for row in frame.iter_rows(named=True):
        at = datetime.fromisoformat(row["sent_at"]).replace(tzinfo=UTC)
        found[row["account"]] += outcomes_of([Try("delivery", row["phone"], row["channel"], row["result"], at)])
    return found


def hits(
    parties: list[tuple[dict[str, Any], dict[str, Any]]],
    ranked: dict[str, Any],
    tries: ResultsOf,
    person_of: dict[str, str],
    reaches: Chances,
) -> dict[str, Any]:
    """Mean chances over all parties, those with a choice of phones that differ, and those of them that were tried."""
    totals: dict[str, list[tuple[float, float, float, float]]] = {"all": [], "a choice": [], "tried": []}
    withheld: list[float] = []
    for row, told in parties:
        person, phones = person_of.get(row["party_id"], ""), told["phones"]
        chance = {entry["value"]: reaches.get((person, entry["value"]), 0.0) for entry in phones}
        listed = [one for one in ranked[row["party_id"]] if one.kind == "phone"]
        newest = max(range(len(phones)), key=lambda place: (phones[place]["at"] or "", -place))
        figures = (
            chance[listed[0].value], chance[phones[newest]["value"]], chance[phones[0]["value"]], max(chance.values()),
        )  # fmt: skip
        totals["all"].append(figures)
        if max(chance.values()) - min(chance.values()) > SPREAD:
            totals["a choice"].append(figures)
            if any(one.value in chance for account in (row["accounts"] or []) for one in tries[account]):
                totals["tried"].append(figures)
        withheld += [chance[one.value] for one in listed if one.withheld]
    shares = {
        group: {"parties": len(found)}
        | {
            name: round(sum(one[place] for one in found) / max(len(found), 1), 4)
            for place, name in enumerate(("ranking", "newest", "survivorship", "best"))
        }
        for group, found in totals.items()
    }
    rightly = sum(chance < SPREAD for chance in withheld) / max(len(withheld), 1)
    return {"mean_chance": shares, "withheld": len(withheld), "withheld_rightly": round(rightly, 4)}


if __name__ == "__main__":
    main()
