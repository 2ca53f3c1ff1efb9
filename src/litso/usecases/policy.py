"""Rehearsal of another survivorship policy: which golden values would change, before anything does."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import polars as pl

from litso.engine.duckdb import Engine
from litso.errors import BadUsage, LitsoError, Misconfigured, Transient
from litso.golden.history import difference
from litso.golden.policy import DEFAULT_POLICY
from litso.golden.records import golden_record, golden_records
from litso.settings import Settings
from litso.store import audit, changes, nodes, policies, records, sources
from litso.store.database import Connection, Store
from litso.store.policies import PartyChange, Trial
from litso.usecases.access import Actor, demand, sight_of
from litso.usecases.increment import members_of
from litso.usecases.masking import masked_provenance
from litso.usecases.policy_files import parse_policy, policy_text
from litso.usecases.reconciliation import current_model
from litso.usecases.survivorship import in_force, policy_by_id
from litso.usecases.tuning import one_state

_PARTIES_AT_ONCE: Final = 20_000
_SHIPPED_BY: Final = "litso"


def shown(connection: Connection) -> policies.Policy:
    """The policy in force; the shipped one is kept as version 0 when it is first asked for."""
    active = policies.find_active(connection)
    if active is not None:
        return active
    shipped = policies.keep(connection, policy_text(DEFAULT_POLICY), _SHIPPED_BY, version=0)
    policies.activate(connection, shipped)
    return policies.get(connection, shipped)


def rehearse(store: Store, settings: Settings, actor: Actor, text: str, name: str = "the policy") -> Trial:
    """Find out what a policy would change, write nothing but the rehearsal itself, and answer it.

    text: YAML or JSON; `name` is called in errors. BadUsage when the policy is broken or is in force already.
    """
    return finish_rehearsal(store, settings, begin_rehearsal(store, actor, text, name).trial_id)


def begin_rehearsal(store: Store, actor: Actor, text: str, name: str = "the policy") -> Trial:
    """Check a policy and note it: the rehearsal has a number before it is done."""
    demand(actor, "tune")
    with store.transaction() as connection:
        known = [source.name for source in sources.list_all(connection)]
        try:
            content = policy_text(parse_policy(text, name, known))
        except Misconfigured as error:
            raise BadUsage(str(error)) from error
        former = shown(connection)
        later = policies.keep(connection, content, actor.name)
        if later == former.policy_id:
            raise BadUsage("this policy is in force already")
        number = policies.add_trial(connection, former_policy=former.policy_id, policy=later, author=actor.name)
        return policies.get_trial(connection, number)


def finish_rehearsal(store: Store, settings: Settings, trial_id: int) -> Trial:
    """Do a rehearsal that was begun; one that fails says why."""
    try:
        with store.session() as connection:
            with one_state(connection):
                seen = changes.last_id(connection)
                found = _forecast(connection, settings, policies.get_trial(connection, trial_id).policy)
            with connection.transaction():
                policies.clear_changes(connection, trial_id)
                policies.add_changes(connection, trial_id, found.changes)
                policies.end_rehearsal(connection, trial_id, found.figures, seen)
                return policies.get_trial(connection, trial_id)
    except Transient:
        raise  # it can be done again
    except LitsoError as error:
        with store.transaction() as connection:
            policies.fail(connection, trial_id, str(error))
        raise


# What would change ----------------------------------------------------------------------------------------------


class Forecast(NamedTuple):
    """Parties that would change (`party_id`, `attributes`, `origins`), and their figures."""

    changes: pl.DataFrame
    figures: dict[str, Any]


_NAMES: Final = pl.List(pl.String)
_CHANGES: Final = {"party_id": pl.String(), "attributes": _NAMES, "origins": _NAMES}


def _forecast(connection: Connection, settings: Settings, policy_id: str) -> Forecast:
    now = in_force(connection)
    then = now._replace(policy=policy_by_id(connection, policy_id))
    rows: list[tuple[str, list[str], list[str]]] = []
    moves, parties = Counter[tuple[str, str, str]](), 0
    for members in members_of_all(connection, settings):
        before, after = golden_records(members, *now), golden_records(members, *then)
        parties += before.height
        is_other = before["provenance"] != after["provenance"]
        pairs = zip(*(frame.filter(is_other)["provenance"] for frame in (before, after)), strict=True)
        for party, (old, new) in zip(before.filter(is_other)["party_id"], pairs, strict=True):
            found = difference(json.loads(old), json.loads(new))
            rows.append((party, found.attributes, found.origins))
            moves.update(found.moves)
    table = pl.DataFrame(rows, schema=_CHANGES, orient="row")
    return Forecast(table, _figures(table, moves, parties))


def members_of_all(connection: Connection, settings: Settings) -> Iterator[pl.DataFrame]:
    """All live records as `golden_records` takes them, whole parties at a time."""
    _, customs = current_model(connection)
    with Engine(memory_limit=f"{settings.memory_limit >> 20}MiB", threads=settings.threads) as engine:
        engine.append("standard", records.read_standard_batches(connection, customs=customs))
        if "standard" not in engine.tables():
            return
        engine.append("owner", [nodes.read_nodes(connection)])
        listed = [(source.name, source.priority) for source in sources.list_all(connection)]
        engine.append("priority", [pl.DataFrame(listed, schema=["source", "priority"], orient="row").to_arrow()])
        engine.run("""
            create table member as
            select o.party_id, s.* exclude (record_id, node_id), p.priority,
                   dense_rank() over (order by o.party_id) - 1 as place
            from standard s join owner o using (node_id) join priority p using (source)
        """)
        engine.run("drop table standard")
        last = engine.rows("select coalesce(max(place), -1) from member")[0][0]
        for first in range(0, last + 1, _PARTIES_AT_ONCE):
            span = f"place >= {first:d} and place < {first + _PARTIES_AT_ONCE:d}"
            yield pl.DataFrame(engine.table(f"select * exclude (place) from member where {span}"))  # noqa: S608


def _figures(found: pl.DataFrame, moves: Mapping[tuple[str, str, str], int], parties: int) -> dict[str, Any]:
    values = Counter(found["attributes"].explode().drop_nulls().to_list())
    origins = Counter(found["origins"].explode().drop_nulls().to_list())
    best: dict[str, list[dict[str, Any]]] = {}
    for (name, now, then), count in sorted(moves.items(), key=lambda one: (-one[1], one[0])):
        best.setdefault(name, []).append({"now": now, "then": then, "parties": count})
    listed = sorted(values.keys() | origins.keys(), key=lambda name: (-values[name], -origins[name], name))
    return {
        "parties": parties,
        "parties_changed": found.filter(pl.col("attributes").list.len() > 0).height,
        "parties_of_other_origin": found.filter(pl.col("attributes").list.len() == 0).height,
        "attributes": [
            {"name": name, "values": values[name], "origins": origins[name], "sources": best.get(name, [])}
            for name in listed
        ],
        "difference": digest(found["party_id"]),
    }


def digest(party_ids: Iterable[str]) -> str:
    """SHA-256 over the ids of the parties that change: what is applied can be compared with what was rehearsed."""
    return hashlib.sha256("\n".join(sorted(party_ids)).encode()).hexdigest()


# Before and after, of one party ---------------------------------------------------------------------------------


class Sample(NamedTuple):
    """The golden values and provenance of a party by the policy in force before the rehearsal, and by the rehearsed."""

    party_id: str
    attributes: list[str]
    before: dict[str, Any]
    after: dict[str, Any]


def samples(
    connection: Connection, actor: Actor, trial: Trial, changed: Sequence[PartyChange], *, purpose: str | None = None
) -> list[Sample]:
    """Parties of a rehearsal, before and after, as the actor may see them; the read is logged first.

    Those that have no records any more are left out.
    """
    sight, logged_purpose = sight_of(actor, purpose)
    former, later = (policy_by_id(connection, one) for one in (trial.former_policy, trial.policy))
    priorities = {source.name: source.priority for source in sources.list_all(connection)}
    _, customs = current_model(connection)
    parties = [one.party_id for one in changed]
    now, members = in_force(connection, parties), members_of(connection, parties, customs, priorities)
    found = []
    for one in changed:
        if one.party_id not in members:
            continue
        names = [*one.attributes, *one.origins]
        audit.write(
            connection, actor=actor.name, action="records", party_id=one.party_id, fields=names, purpose=logged_purpose
        )
        own = now.pins.get(one.party_id, ())
        goldens = [golden_record(members[one.party_id], policy, own, now.dates) for policy in (former, later)]
        old, new = (masked_provenance(json.loads(golden["provenance"]), sight, golden["kind"]) for golden in goldens)
        found.append(Sample(one.party_id, names, old, new))
    return found
