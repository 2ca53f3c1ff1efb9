"""Rehearsal of another model or threshold on live data: what would change, before anything does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from litso.errors import BadUsage, LitsoError, Misconfigured, Transient
from litso.resolve.cluster import components
from litso.resolve.identity import succession
from litso.resolve.model import UNIT, Model, from_json, to_json
from litso.settings import Settings
from litso.store import homes, models, parties, tuning
from litso.store.database import Connection, Store
from litso.store.tuning import Change, Tuning
from litso.usecases.access import Actor, demand
from litso.usecases.learning import learn
from litso.usecases.reconciliation import Outlook, current_model, outlook
from litso.usecases.resolution import KindResolution, clusters_at

Numbers = NDArray[np.int64]

MERGE, SPLIT, REGROUP, JUDGED = "merge", "split", "regroup", "judged"
"""What happens to a group of parties; `judged`: nothing as long as the judgements about it stand."""

_WHAT: Final = {(True, False): MERGE, (False, True): SPLIT, (True, True): REGROUP, (False, False): JUDGED}
"""By whether there are several parties now, and several then."""

_AFFECTED_SQL: Final = """
    with many as (select cluster from standing group by cluster having count(distinct party_id) > 1),
         torn as (select party_id from standing group by party_id having count(distinct cluster) > 1),
         many_homes as (select evident from standing group by evident having count(distinct home_id) > 1),
         torn_homes as (select home_id from standing group by home_id having count(distinct evident) > 1),
         told as (
             select *, cluster in (from many) or party_id in (from torn) as is_moving,
                    evident in (from many_homes) or home_id in (from torn_homes) as is_stirred
             from standing
         )
    select * exclude (is_stirred) from told where is_moving or is_stirred order by record_id
"""
"""Records whose party, or whose party by evidence alone, hangs together with other groups now than then."""

CHART_STEPS: Final = (-6.0, -4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0, 6.0, 10.0)
"""Thresholds of the chart, in bits from the rehearsed one."""

_LARGEST: Final = 20


class Wanted(NamedTuple):
    """What to rehearse: a model file, its text named for messages, or the present model with another threshold; or
    what is learned from the records and from what stewards judged."""

    model: str | None = None
    name: str = "the model"
    threshold: float | None = None
    learn: bool = False


class Forecast(NamedTuple):
    """Changes, the largest first, and their figures."""

    changes: list[Change]
    figures: dict[str, Any]


def rehearse(store: Store, settings: Settings, actor: Actor, wanted: Wanted) -> Tuning:
    """Resolve all records as wanted, write nothing but the rehearsal itself, and answer it.

    Raises BadUsage when nothing is wanted, it is the active model already, the model file is broken, or a model is
    both given and to be learned.
    """
    return finish_rehearsal(store, settings, begin_rehearsal(store, actor, wanted).tuning_id)


def begin_rehearsal(store: Store, actor: Actor, wanted: Wanted) -> Tuning:
    """Check what is wanted and note it: the rehearsal has a number before it is done."""
    demand(actor, "tune")
    with store.transaction() as connection:
        present, _ = current_model(connection)
        model = model_of(present, wanted)
        if not wanted.learn and to_json(model) == to_json(present):
            raise BadUsage("the active model is this one already: give another model or threshold")
        active = models.find_active(connection)
        later = models.keep(connection, to_json(model))
        known = {
            "threshold_now": present.threshold,
            "threshold_then": model.threshold,
            "is_other_model": wanted.learn or to_json(replace(model, threshold=present.threshold)) != to_json(present),
            "learns": wanted.learn,
        }
        former = active.model_id if active else later
        number = tuning.add(connection, former_model=former, model=later, outlook=known, author=actor.name)
        return tuning.get(connection, number)


def finish_rehearsal(store: Store, settings: Settings, tuning_id: int) -> Tuning:
    """Do a rehearsal that was begun; one that fails says why."""
    try:
        with store.session() as connection:
            with one_state(connection):
                begun = tuning.get(connection, tuning_id)
                model, learned = model_by_id(connection, begun.model), {}
                if begun.outlook["learns"]:
                    taught = learn(connection, settings, model)
                    model, learned = taught.model, {"learned": taught.figures()}
                with outlook(connection, settings, model) as found:
                    forecast = forecast_of(connection, found)
                    present, _ = current_model(connection)
                    figures = forecast.figures | learned | {"chart": chart(found, present.threshold)}
            with connection.transaction():
                tuning.set_model(connection, tuning_id, models.keep(connection, to_json(model)))
                tuning.replace_changes(connection, tuning_id, forecast.changes)
                tuning.end_rehearsal(connection, tuning_id, figures)
                return tuning.get(connection, tuning_id)
    except Transient:
        raise  # it can be done again
    except LitsoError as error:
        with store.transaction() as connection:
            tuning.fail(connection, tuning_id, str(error))
        raise


def model_by_id(connection: Connection, model_id: str) -> Model:
    """A kept model, with the custom attributes of the sources."""
    present, _ = current_model(connection)
    return from_json(models.get(connection, model_id).content, "the kept model").with_customs(present.customs)


@contextmanager
def one_state(connection: Connection) -> Iterator[None]:
    """A transaction that sees the store as it is at its beginning, and holds nobody up."""
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        yield


def model_of(present: Model, wanted: Wanted) -> Model:
    """The wanted model, with the custom attributes of the sources."""
    if wanted.learn and wanted.model is not None:
        raise BadUsage("a model is either given or learned")
    if wanted.model is None and wanted.threshold is None and not wanted.learn:
        raise BadUsage("give a model or a threshold, or let a model be learned")
    model = present
    if wanted.model is not None:
        model = _given_model(wanted.model, wanted.name).with_customs(present.customs)
    return model if wanted.threshold is None else replace(model, threshold=wanted.threshold)


def _given_model(text: str, name: str) -> Model:
    """A model that a caller gives: a broken one is the caller's mistake."""
    try:
        return from_json(text, name)
    except Misconfigured as error:
        raise BadUsage(str(error)) from error


# What would change ----------------------------------------------------------------------------------------------


def forecast_of(connection: Connection, found: Outlook) -> Forecast:
    """Compare the parties now with the clusters then."""
    engine = found.engine
    with engine.lent("away", homes.read(connection)):
        engine.run("""
            create or replace table standing as
            select s.record_id, u.node_id, c.cluster::bigint as cluster, o.party_id, s.accounts,
                   e.cluster::bigint as evident, coalesce(h.party_id, o.party_id) as home_id
            from standard s join record_node r using (source, source_id) join numbered u using (node)
            join cluster c using (node) join evident e using (node) join old_node o on o.node_id = s.old_node
            left join away h on h.record_id = s.record_id
        """)
    affected = pl.DataFrame(engine.table(_AFFECTED_SQL))
    moving = affected.filter("is_moving")
    records, now, then = engine.rows(
        "select count(*), count(distinct party_id), count(distinct cluster) from standing"
    )[0]
    changes = _changes(affected)
    figures = {
        "records": records,
        "parties_now": now,
        "parties_then": then,
        **{f"{what}s": sum(change.what == what for change in changes) for what in (MERGE, SPLIT, REGROUP)},
        "parties_touched": moving["party_id"].n_unique(),
        "records_touched": moving.height,
        "accounts_touched": moving["accounts"].explode().drop_nulls().n_unique(),
        "largest": _largest(moving),
        **_ids(connection, moving),
    }
    return Forecast(changes, figures)


def _changes(affected: pl.DataFrame) -> list[Change]:
    """Groups of parties and clusters that hang together, the largest first."""
    if affected.is_empty():
        return []
    groups = (
        affected.with_columns(pl.Series("group", _hanging_together(affected)))
        .group_by("group")
        .agg(
            pl.col("party_id").unique().sort().alias("parties"),
            pl.struct("node_id", "cluster").unique().sort().alias("nodes"),
            pl.len().alias("records"),
            pl.col("accounts").explode().drop_nulls().n_unique().alias("accounts"),
        )
        .with_columns(pl.col("parties").list.first().alias("first"))
        .sort("records", "first", descending=[True, False])
    )
    return [_change(place, row) for place, row in enumerate(groups.iter_rows(named=True), 1)]


def _hanging_together(affected: pl.DataFrame) -> Numbers:
    """Number of the group of each row: rows of one party, home or cluster are in one."""
    start, ends = 0, []
    for name in ("party_id", "cluster", "home_id", "evident"):
        place = affected[name].rank("dense").to_numpy().astype(np.int64) - 1 + start
        start = int(place.max()) + 1
        ends.append(place)
    left = np.concatenate([ends[0]] * 3)
    group: Numbers = components(start, left, np.concatenate(ends[1:]))[ends[0]]
    return group


def _change(place: int, row: dict[str, Any]) -> Change:
    clusters = sorted({node["cluster"] for node in row["nodes"]})
    number = {cluster: group for group, cluster in enumerate(clusters)}
    what = _WHAT[len(row["parties"]) > 1, len(clusters) > 1]
    return Change(
        place,
        what,
        row["parties"],
        [node["node_id"] for node in row["nodes"]],
        [number[node["cluster"]] for node in row["nodes"]],
        row["records"],
        row["accounts"],
    )


def _largest(affected: pl.DataFrame) -> list[dict[str, int]]:
    """The clusters that would grow the most: records then, and of the largest party in them now."""
    shares = affected.group_by("cluster", "party_id").len()
    grown = shares.group_by("cluster").agg(pl.col("len").sum().alias("then"), pl.col("len").max().alias("now"))
    top = grown.filter(pl.col("then") > pl.col("now")).sort(pl.col("then") - pl.col("now"), "cluster", descending=True)
    return [{"now": now, "then": then} for _, then, now in top.head(_LARGEST).iter_rows()]


def _ids(connection: Connection, affected: pl.DataFrame) -> dict[str, int]:
    """Ids that would end, ids that would be minted, and records whose id would change."""
    if affected.is_empty():
        return {"ids_ended": 0, "ids_new": 0, "records_moved": 0}
    old = parties.oldest_first(connection, affected["party_id"].unique())
    age = {party: place for place, party in enumerate(old)}
    party = np.array([age[one] for one in affected["party_id"]], dtype=np.int64)
    cluster = affected["cluster"].rank("dense").to_numpy().astype(np.int64) - 1
    found = succession(cluster, party, int(cluster.max()) + 1, len(old))
    return {
        "ids_ended": int((found.redirects >= 0).sum()),
        "ids_new": int((found.kept < 0).sum()),
        "records_moved": int((found.kept[cluster] != party).sum()),
    }


# The chart ------------------------------------------------------------------------------------------------------


def chart(found: Outlook, present: float) -> list[dict[str, float]]:
    """By threshold, that of the `present` model among them: parties, pairs together, and what the model expects.

    Expected precision and recall are those of links between candidates, if scores are the odds that they claim to be.
    """
    model = found.resolution.model
    scores = np.concatenate([kind.pairs.scores for kind in found.resolution.kinds]).astype(np.float64) / UNIT
    chances = 1 / (1 + np.exp2(-np.clip(scores, -60, 60)))
    thresholds = sorted({present, *(model.threshold + step for step in CHART_STEPS)})
    return [_point(found.resolution.kinds, model, scores, chances, threshold) for threshold in thresholds]


def _point(
    kinds: tuple[KindResolution, ...],
    model: Model,
    scores: NDArray[np.float64],
    chances: NDArray[np.float64],
    threshold: float,
) -> dict[str, float]:
    sizes = [np.unique(clusters_at(kind, model, threshold), return_counts=True)[1] for kind in kinds]
    linked = scores > threshold
    expected = float(chances[linked].sum())
    return {
        "threshold": round(threshold, 2),
        "parties": sum(len(size) for size in sizes),
        "together": sum(int((size * (size - 1) // 2).sum()) for size in sizes),
        "precision": round(expected / max(int(linked.sum()), 1), 4) if linked.any() else 1.0,
        "recall": round(expected / max(float(chances.sum()), 1e-9), 4),
    }
