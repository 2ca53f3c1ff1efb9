"""Rehearsals against what they foresee: another threshold and another policy, applied, compared, rolled back.

    python benchmarks/bench_rehearsal.py [--persons N | --town DIR] [--shift BITS]

A town is loaded into an embedded store. Another threshold is rehearsed and applied: every record whose party was to
change has to have changed, in the groups that were foreseen, and no other record; ids that end and ids that come have
to be as many as were foreseen. Another survivorship policy is rehearsed and applied: the golden records that differ
have to be those foreseen, byte for byte. Both are rolled back: the hashes have to be those before. The peer is what
one does without a rehearsal: resolving everything anew in one transaction. Ends with status 1 when anything differs.
Processor seconds are those of this program, without the server.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TypeVar

from litso.bootstrap import open_store
from litso.demo import build_demo, setting_of
from litso.demo.rates import USUAL
from litso.settings import Settings, load_settings
from litso.store import crosswalk, golden, tuning
from litso.store.database import Connection, Store
from litso.store.tuning import Change, Tuning
from litso.usecases import policy as policy_rehearsal
from litso.usecases import policy_apply, tuning_apply
from litso.usecases.access import ADMINISTRATOR, Actor
from litso.usecases.demo import load_folder
from litso.usecases.memory import PeakMemory
from litso.usecases.policy import digest
from litso.usecases.reconciliation import current_model, rejudge
from litso.usecases.tuning import Wanted, rehearse

ACTOR = Actor("bench", ADMINISTRATOR)
POLICY = "default: [newest, trusted]\nattributes:\n  phones: {order: [newest, trusted], trust: {crm: 95}}\n"
Found = TypeVar("Found")


def main() -> None:
    """Load where nothing is loaded, then both rehearsals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=30_000)
    parser.add_argument("--town", type=Path, help="Folder of a town built before by `litso demo build`.")
    parser.add_argument("--shift", type=float, default=3.0, help="Bits by which the threshold is raised.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, PeakMemory() as peak:
        town = options.town or _town(Path(folder) / "town", options.persons)
        settings = load_settings({"LITSO_HOME": str(Path(folder) / "home")})
        with open_store(settings) as store:
            _timed("load", lambda: load_folder(store, settings, town, lambda stage, done, of: None))
            troubles = [*_threshold(store, settings, options.shift), *_policy(store, settings)]
        print(f"peak memory {peak.so_far() >> 20} MiB, of the program and the server")
    for trouble in troubles:
        print("DIFFERS:", trouble)
    sys.exit(1 if troubles else 0)


def _town(folder: Path, persons: int) -> Path:
    build_demo(
        folder, persons=persons, seed=1, setting=setting_of("A"), rates=USUAL, today=date(2025, 11, 21),
        on_progress=lambda done, of: None,
    )  # fmt: skip
    return folder


def _timed(what: str, work: Callable[[], Found]) -> Found:
    begun, processor = time.perf_counter(), time.process_time()
    found = work()
    print(f"{what:<28} {time.perf_counter() - begun:8.1f} s {time.process_time() - processor:8.1f} cpu s", flush=True)
    return found


@contextmanager
def _reading(store: Store) -> Iterator[Connection]:
    with store.transaction() as connection:
        yield connection


# Another threshold ----------------------------------------------------------------------------------------------


def _threshold(store: Store, settings: Settings, shift: float) -> list[str]:
    with _reading(store) as connection:
        present = current_model(connection)[0].threshold
        before, hash_before = _belonging(connection), crosswalk.partition_hash(connection)
    trial = _timed("threshold: rehearse", lambda: rehearse(store, settings, ACTOR, Wanted(threshold=present + shift)))
    with _reading(store) as connection:
        foreseen = tuning.changes(connection, trial.tuning_id, what=None, after=0, limit=2**31 - 1)
    done = _timed("threshold: apply", lambda: tuning_apply.apply(store, settings, ACTOR, trial.tuning_id))
    with _reading(store) as connection:
        after = _belonging(connection)
    troubles = _compared(before, after, foreseen, done)
    back = _timed("threshold: roll back", lambda: tuning_apply.rollback(store, settings, ACTOR, trial.tuning_id))
    with _reading(store) as connection:
        restored, hash_after = _belonging(connection), crosswalk.partition_hash(connection)
    if not hash_before == hash_after == back.hash_before == back.hash_restored or restored != before:
        troubles.append("the partition after the rollback is another one")
    figures = done.outlook
    print(
        f"  {figures['records']} records, {figures['parties_now']} → {figures['parties_then']} parties, "
        f"{figures['records_moved']} records change their party in {len(foreseen)} groups"
    )
    _timed("peer: everything anew", lambda: _anew(store, settings))
    return troubles


def _belonging(connection: Connection) -> dict[int, tuple[int, str]]:
    """Record → its node and party."""
    query = "select record_id, node_id, party_id::text from source_record join node using (node_id)"
    return {record: (node, party) for record, node, party in connection.execute(query).fetchall()}


def _compared(
    before: dict[int, tuple[int, str]], after: dict[int, tuple[int, str]], foreseen: list[Change], done: Tuning
) -> list[str]:
    """What differs between the rehearsed and the applied difference."""
    troubles = []
    group_of = {node: (change.place, group) for change in foreseen for node, group in
                zip(change.nodes, change.groups, strict=True)}  # fmt: skip
    moved = {record for record in before if before[record][1] != after[record][1]}
    if stray := sum(before[record][0] not in group_of for record in moved):
        troubles.append(f"{stray} records changed their party that were not foreseen")
    party_of_group: dict[tuple[int, int], set[str]] = defaultdict(set)
    for node, party in after.values():
        if node in group_of:
            party_of_group[group_of[node]].add(party)
    if torn := sum(len(parties) != 1 for parties in party_of_group.values()):
        troubles.append(f"{torn} groups are not the parties that were foreseen")
    if len({party for parties in party_of_group.values() for party in parties}) != len(party_of_group):
        troubles.append("groups that were foreseen apart are together")
    former, later = ({party for _, party in side.values()} for side in (before, after))
    found = {"records_moved": len(moved), "ids_ended": len(former - later), "ids_new": len(later - former),
             "parties_now": len(former), "parties_then": len(later)}  # fmt: skip
    troubles += [f"{name}: foreseen {done.outlook[name]}, applied {value}" for name, value in found.items()
                 if done.outlook[name] != value]  # fmt: skip
    return troubles


def _anew(store: Store, settings: Settings) -> None:
    """Resolve all records in one transaction, and keep nothing of it."""
    with store.transaction() as connection, connection.transaction(force_rollback=True):
        rejudge(connection, settings, "model")


# Another policy -------------------------------------------------------------------------------------------------


def _policy(store: Store, settings: Settings) -> list[str]:
    with _reading(store) as connection:
        before, hash_before = _contents(connection), golden.content_hash(connection)
    trial = _timed("policy: rehearse", lambda: policy_rehearsal.rehearse(store, settings, ACTOR, POLICY, "the bench"))
    _timed("policy: apply", lambda: policy_apply.apply(store, ACTOR, trial.trial_id))
    with _reading(store) as connection:
        after = _contents(connection)
    changed = [party for party in before if before[party] != after[party]]
    troubles = []
    if before.keys() != after.keys():
        troubles.append("a policy made parties come or go")
    if digest(changed) != trial.outlook["difference"]:
        foreseen = trial.outlook["parties_changed"] + trial.outlook["parties_of_other_origin"]
        troubles.append(f"golden records that differ: foreseen {foreseen}, applied {len(changed)}")
    back = _timed("policy: roll back", lambda: policy_apply.rollback(store, ACTOR, trial.trial_id))
    with _reading(store) as connection:
        restored, hash_after = _contents(connection), golden.content_hash(connection)
    if not hash_before == hash_after == back.hash_before == back.hash_restored or restored != before:
        troubles.append("the golden records after the rollback are others")
    print(f"  {len(before)} golden records, {len(changed)} of them changed and came back")
    return troubles


def _contents(connection: Connection) -> dict[str, str]:
    """Party → hash of its golden values and of where they come from."""
    query = "select party_id::text, md5(golden_values::text || provenance::text) from golden"
    return dict(connection.execute(query).fetchall())


if __name__ == "__main__":
    main()
