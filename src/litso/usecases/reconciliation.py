"""From loads to parties: what is new is resolved together with what the store has, and only differences are written.

The engine calculates over all live records; the store keeps its nodes, ids and histories. The result is the same as if
all records had come at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from litso.domain.record import CUSTOM_PREFIX
from litso.engine.duckdb import Engine
from litso.errors import BrokenInvariant
from litso.resolve import identity
from litso.resolve.identity import mint, succession
from litso.resolve.model import UNIT, Model, from_json, shipped, to_json
from litso.settings import Settings
from litso.sources.mapping import Mapping, parse_mapping
from litso.store import (
    cases,
    changes,
    crosswalk,
    facts,
    golden,
    graph,
    homes,
    judgements,
    locks,
    models,
    nodes,
    parties,
    records,
    sources,
    suggestions,
)
from litso.store.database import Connection
from litso.store.loads import Counts
from litso.store.sources import Source
from litso.usecases.address_lines import address_lines
from litso.usecases.blocks import finer_keys, first_keys
from litso.usecases.consenting import take_from_facts
from litso.usecases.deltas import is_delta, settle_delta
from litso.usecases.naming import Homed, under_judgements
from litso.usecases.publication import publish_many
from litso.usecases.resolution import Judgement, Resolution, Stopwatch, resolve_standard
from litso.usecases.staging import ARRIVED, HOUSES, STANDARD, Compared, Incoming, Staged, compare, lay_out, stage
from litso.usecases.survivorship import in_force
from litso.usecases.workers import Workers

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, of)."""

_PARTIES_AT_ONCE: Final = 20_000


class Touched(NamedTuple):
    """What happened to parties."""

    created: int = 0
    changed: int = 0
    merged: int = 0
    split: int = 0


class Reconciled(NamedTuple):
    """A load that is written; `touched` counts the parties of all loads that were written together."""

    load: Incoming
    counts: Counts
    quality: dict[str, dict[str, Any]]
    touched: Touched


def reconcile(
    connection: Connection,
    settings: Settings,
    incoming: Sequence[Incoming],
    progress: Progress,
    watch: Stopwatch | None = None,
) -> list[Reconciled]:
    """Write loads with everything that follows from them. Call it inside a transaction."""
    return reconcile_compared(
        connection, settings, lambda: [compare(connection, load) for load in incoming], progress, watch
    )


def reconcile_compared(
    connection: Connection,
    settings: Settings,
    comparing: Callable[[], list[Compared]],
    progress: Progress,
    watch: Stopwatch | None = None,
) -> list[Reconciled]:
    """As `reconcile` of loads that are compared in another way, once nobody else resolves."""
    watch = watch or Stopwatch()
    locks.lock_resolution(connection)
    model, customs = current_model(connection)
    with Engine(memory_limit=f"{settings.memory_limit >> 20}MiB", threads=settings.threads) as engine:
        with watch.stage("comparing"):
            compared = comparing()
        with watch.stage("standardizing"), Workers(sum(int(one.is_news.sum()) for one in compared)) as workers:
            staged = stage(connection, engine, workers, compared, customs, progress)
        progress("resolving", 0, 1)
        if is_delta(connection, compared):
            touched = _follow(connection, engine, model, customs, staged, progress, watch)
            _take_consents(connection, staged)
            return [Reconciled(one.load, one.compared.counts, one.quality, touched) for one in staged]
        with watch.stage("resolving"):
            gone = [array for one in staged for array in (one.replaced, one.deleted)]
            _gather(connection, engine, _joined(gone), customs)
            resolution = resolve_standard(engine, STANDARD, model, judgements=live_judgements(connection))
        touched = _write(connection, engine, resolution, staged, customs, progress=progress, watch=watch)
        _take_consents(connection, staged)
    return [Reconciled(one.load, one.compared.counts, one.quality, touched) for one in staged]


def _take_consents(connection: Connection, staged: Sequence[Staged]) -> None:
    """Enter what facts say of consents, now that their records have parties."""
    saying = [one.load.load_id for one in staged if any(fact.kind == "consent" for fact in one.load.mapping.facts)]
    if saying:
        take_from_facts(connection, saying)


def _follow(
    connection: Connection,
    engine: Engine,
    model: Model,
    customs: tuple[str, ...],
    staged: Sequence[Staged],
    progress: Progress,
    watch: Stopwatch,
) -> Touched:
    """Write a delta: only what it touches is resolved."""
    with watch.stage("writing facts"):
        _write_houses(connection, engine)
        _write_facts(connection, staged, progress)
    with watch.stage("settling"):
        settled = settle_delta(connection, model, customs, staged)
    return Touched(len(settled.created), len(settled.changed), len(settled.merged), len(settled.split))


def rejudge(connection: Connection, settings: Settings, reason: str, judgement_id: int | None = None) -> Touched:
    """Resolve all records anew after a judgement, its undo or a new model. Call it inside a transaction."""
    locks.lock_resolution(connection)
    model, customs = current_model(connection)
    with Engine(memory_limit=f"{settings.memory_limit >> 20}MiB", threads=settings.threads) as engine:
        _gather(connection, engine, _joined([]), customs)
        resolution = resolve_standard(engine, "standard", model, judgements=live_judgements(connection))
        return _write(connection, engine, resolution, reason=reason, judgement_id=judgement_id)


class Outlook(NamedTuple):
    """What resolution with some model gives, before anything is written.

    In the engine there are the tables of `Resolution`, `standard` with `record_id` and `old_node`, `old_node` with the
    present parties, and `numbered(node, node_id, is_new)`.
    """

    engine: Engine
    resolution: Resolution


@contextmanager
def outlook(connection: Connection, settings: Settings, model: Model, *, train: bool = False) -> Iterator[Outlook]:
    """Resolve all records with a model and write nothing; the transaction must see one state of the store.

    train: learn the weights from these records first, as `resolve_standard` does.

    BrokenInvariant when the nodes of the store are not those of its records.
    """
    customs = model.custom_names
    with Engine(memory_limit=f"{settings.memory_limit >> 20}MiB", threads=settings.threads) as engine:
        _gather(connection, engine, _joined([]), customs)
        resolution = resolve_standard(engine, "standard", model, judgements=live_judgements(connection), train=train)
        _number_nodes(connection, engine)
        if engine.rows("select count(*) from numbered where is_new")[0][0]:
            raise BrokenInvariant("some records stand in nodes that are not theirs (I1): see `litso doctor`")
        yield Outlook(engine, resolution)


def relink(connection: Connection, found: Outlook) -> int:
    """Give the store the links of another model; parties stay. Answers how many links changed."""
    node_id = found.engine.table("select node_id from numbered order by node")["node_id"].to_numpy()
    links, stale = _changed_links(connection, found.engine, found.resolution, node_id)
    nodes.remove_pairs(connection, stale)
    nodes.add_nodes(connection, nodes.NODE_SCHEMA.empty_table(), nodes.KEY_SCHEMA.empty_table(), links)
    cases.expect(connection, [cases.EVERYTHING])
    return int(links.num_rows + stale.num_rows)


def current_model(connection: Connection, registered: Sequence[Source] | None = None) -> tuple[Model, tuple[str, ...]]:
    """The active model with the custom attributes of all sources, and their names; at first the shipped one.

    registered: all sources, if they are at hand.
    """
    registered = sources.list_all(connection) if registered is None else registered
    mappings = [mapping_of(source) for source in registered]
    customs = {CUSTOM_PREFIX + custom.name: custom.compare for mapping in mappings for custom in mapping.custom}
    model = active_model(connection)
    if model is None:
        is_generic = bool(mappings) and all(mapping.locale == "generic" for mapping in mappings)
        model = shipped("generic" if is_generic else "ru")
        models.activate(connection, to_json(model))
    model = _with_customs(model, tuple(customs.items()))
    return model, model.custom_names


@lru_cache(maxsize=4)
def _with_customs(model: Model, customs: tuple[tuple[str, str], ...]) -> Model:
    return model.with_customs(dict(customs))


@cache
def _parsed(text: str, name: str) -> Mapping:
    return parse_mapping(text, f"mapping of {name}")


def mapping_of(source: Source) -> Mapping:
    """The mapping of a registered source; a text is parsed once."""
    return _parsed(source.mapping, source.name)


_READ_MODELS: Final[dict[str, Model]] = {}
"""The active model by its id, as it is large."""


def active_model(connection: Connection) -> Model | None:
    """The active model as it is kept, without the custom attributes of the sources; None before the first load."""
    model_id = models.find_active_id(connection)
    if model_id is not None and model_id not in _READ_MODELS:
        active = models.find_active(connection)
        _READ_MODELS.clear()
        if active is not None:
            _READ_MODELS[active.model_id] = from_json(active.content, "the active model")
    return _READ_MODELS.get(model_id or "")


def live_judgements(connection: Connection) -> list[Judgement]:
    """Judgements that count, in the order in which they were entered."""
    active = judgements.read_active(connection).to_pylist()
    return [
        Judgement(row["verdict"], (row["left_source"], row["left_id"]), (row["right_source"], row["right_id"]))
        for row in active
    ]


def _joined(arrays: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate([np.empty(0, np.int64), *arrays])


# What the engine needs to know -----------------------------------------------------------------------------------


def _gather(connection: Connection, engine: Engine, gone: NDArray[np.int64], customs: tuple[str, ...]) -> None:
    """Add all live records that stay as they are to the table `standard`; make `old_node` and `priority`."""
    lay_out(engine, customs)
    for table in records.read_standard_batches(connection, customs=customs):
        kept = table.filter(pa.array(~np.isin(table["record_id"].to_numpy(), gone)))
        names = ["old_node" if name == "node_id" else name for name in kept.column_names]
        engine.append(STANDARD, [kept.rename_columns(names)])
    engine.append("old_node", [nodes.read_nodes(connection)])
    listed = [(source.name, source.priority) for source in sources.list_all(connection)]
    engine.append("priority", [pl.DataFrame(listed, schema=["source", "priority"], orient="row").to_arrow()])


# What is written --------------------------------------------------------------------------------------------------


def _write(
    connection: Connection,
    engine: Engine,
    resolution: Resolution,
    staged: Sequence[Staged] = (),
    customs: tuple[str, ...] = (),
    *,
    reason: str = "load",
    judgement_id: int | None = None,
    progress: Progress = lambda stage, done, of: None,
    watch: Stopwatch | None = None,
) -> Touched:
    """Differences between what was resolved and what the store has."""
    watch = watch or Stopwatch()
    progress("writing parties", 0, 1)
    with watch.stage("writing parties"):
        _number_nodes(connection, engine)
        _former_parties(connection, engine, staged)
        succeeded = _assign_parties(connection, engine)
        _write_nodes(connection, engine, resolution)
    with watch.stage("writing records"):
        _move_records(connection, engine)
        _write_records(connection, engine, staged, customs, progress)
        moved = engine.table(
            "select record_id, party_id from belonging where party_id is distinct from former order by 1"
        )
        crosswalk.publish(connection, moved, reason)
        crosswalk.end(connection, _joined([one.deleted for one in staged]))
    with watch.stage("writing facts"):
        _write_facts(connection, staged, progress)
    with watch.stage("golden records"):
        return _publish_golden(connection, engine, succeeded, staged, judgement_id, progress)


def _number_nodes(connection: Connection, engine: Engine) -> None:
    """Make `numbered(node, node_id, is_new)`: nodes of old keep their ids, new ones get reserved ones."""
    engine.run("""
        create table numbered as
        select n.rowid::integer as node, o.node_id, o.node_id is null as is_new
        from node n left join old_node o on o.fingerprint::uuid = n.fingerprint
    """)
    new = engine.table("select node from numbered where is_new order by node")
    ids = nodes.new_ids(connection, new.num_rows)
    with engine.lent("reserved", pa.table({"node": new["node"], "node_id": ids})):
        engine.run("update numbered set node_id = r.node_id from reserved r where r.node = numbered.node")


def _former_parties(connection: Connection, engine: Engine, staged: Sequence[Staged]) -> None:
    """Make `former(record_id, party_id)`, the party of each record before, `lost`, the same of deleted records, and
    `party_age(party_id, age)`."""
    belonged = crosswalk.current_of(connection, _joined([one.replaced for one in staged]))
    engine.append("lost", [crosswalk.current_of(connection, _joined([one.deleted for one in staged]))])
    engine.run("""
        create table former as
        select s.record_id, o.party_id from standard s join old_node o on o.node_id = s.old_node
    """)
    engine.append("former", [belonged])
    engine.append("party_age", [parties.read_ages(connection)])


class Succeeded(NamedTuple):
    """Who followed whom: ids minted, merged (old → new), split (new → old), turned (merged before; old → new)."""

    minted: set[str]
    merged: dict[str, str]
    split: dict[str, str]
    turned: dict[str, str]


def _assign_parties(connection: Connection, engine: Engine) -> Succeeded:
    """Make `belonging(record_id, node, party_id, former)`; write ids, redirects and homes."""
    engine.append("away", [homes.read(connection)])
    engine.run("""
        create table placed as
        select s.record_id, r.node, c.cluster, e.cluster as evident, f.party_id as former,
               case when f.party_id is not null then coalesce(a.party_id, f.party_id) end as former_home
        from standard s join record_node r using (source, source_id) join cluster c using (node)
        join evident e using (node) left join former f using (record_id) left join away a using (record_id)
    """)
    minted, revived = _name_evident(connection, engine)
    founded, present = _name_judged(connection, engine, minted)
    engine.run("""
        create table belonging as
        select p.record_id, p.node, coalesce(j.party_id, e.party_id) as party_id, p.former, p.former_home,
               e.party_id as home
        from placed p join evident_party e using (evident) left join judged_party j using (record_id)
    """)
    engine.run("create table node_party as select node, any_value(party_id) as party_id from belonging group by node")
    _mint(connection, engine, minted)
    parties.found(connection, founded)
    parties.revive(connection, {*revived, *present} - {*minted, *(one.party_id for one in founded)})
    redirects = _redirects(engine)
    turned = parties.redirect(connection, redirects)
    if engine.rows("select count(*) from away")[0][0] or present:
        query = "select record_id, home from belonging where home <> party_id"
        homes.replace_all(connection, dict(engine.rows(query)))
    former = {row[0] for row in engine.rows("select distinct former from placed where former is not null")}
    merged = {old: new for old, new in redirects.items() if old in former}
    created = {*minted, *(one.party_id for one in founded)} - redirects.keys()
    return Succeeded(created, merged, _split(engine), {old: new for old, new in turned.items() if old not in former})


def _name_evident(connection: Connection, engine: Engine) -> tuple[list[str], list[str]]:
    """Make `evident_party(evident, party_id)`, the homes; answers ids minted and ids revived."""
    engine.run("create table ranked as select evident, (row_number() over (order by evident) - 1)::bigint as place"
               " from (select distinct evident from placed)")  # fmt: skip
    engine.run("create table aged as select party_id, (row_number() over (order by age) - 1)::bigint as place"
               " from party_age where party_id in (select former_home from placed)")  # fmt: skip
    shares = engine.table("""
        select r.place as cluster, a.place as party
        from placed p join ranked r using (evident) join aged a on a.party_id = p.former_home
    """)
    old = [row[0] for row in engine.rows("select party_id from aged order by place")]
    clusters = engine.rows("select count(*) from ranked")[0][0]
    kept = succession(shares["cluster"].to_numpy(), shares["party"].to_numpy(), clusters, len(old)).kept
    ids = np.array([old[place] if place >= 0 else "" for place in kept], dtype=object)
    homeless = np.flatnonzero(kept < 0)
    revived = _revivable(connection, engine, homeless, set(ids.tolist()))
    for place, party_id in revived.items():
        ids[place] = party_id
    without = [place for place in homeless.tolist() if place not in revived]
    minted = mint(len(without))
    ids[without] = minted
    named = pa.table({"place": np.arange(clusters), "party_id": pa.array(ids.tolist(), pa.string())})
    with engine.lent("named", named):
        engine.run("create table evident_party as select evident, party_id from ranked join named using (place)")
    return minted, list(revived.values())


def _name_judged(
    connection: Connection, engine: Engine, minted: Collection[str]
) -> tuple[list[parties.Founded], set[str]]:
    """Make `judged_party(record_id, party_id)` of groups that judgements changed.

    Answers the parties that are founded so, and all parties of these groups.
    """
    engine.run("create table judged_party (record_id bigint, party_id varchar)")
    rows = engine.rows("""
        with touched as (
            select unnest([cluster, evident]) from placed where cluster <> evident
        )
        select p.record_id, n.kind, p.cluster, e.party_id
        from placed p join evident_party e using (evident) join node n on n.rowid = p.node
        where p.cluster in (from touched) or p.evident in (from touched)
    """)
    if not rows:
        return [], set()
    homed = [Homed(record, (kind, f"{cluster:012}"), home) for record, kind, cluster, home in rows]
    now, founded = under_judgements(connection, homed, minted)
    table = pa.table({"record_id": list(now), "party_id": list(now.values())})
    engine.append("judged_party", [table])
    return founded, set(now.values())


def _revivable(connection: Connection, engine: Engine, homeless: NDArray[np.int64], used: set[str]) -> dict[int, str]:
    """Of evident clusters without an id: the redirected party, not `used`, that most of their records once were."""
    if not len(homeless) or not parties.any_redirected(connection):
        return {}
    with engine.lent("homeless", pa.table({"place": homeless})):
        rows = engine.table("""
            select r.place, p.record_id
            from placed p join ranked r using (evident) join homeless using (place) where p.former is not null
        """)
    history = crosswalk.redirected_of(connection, rows["record_id"].to_numpy())
    past = pl.DataFrame(rows).join(pl.DataFrame(history), on="record_id")
    votes = past.group_by("place", "party_id").len().sort("len", "place", "party_id", descending=[True, False, False])
    return identity.revived(votes.select("place", "party_id").iter_rows(), used)


def _mint(connection: Connection, engine: Engine, minted: list[str]) -> None:
    """Write the homes that are new, with their kinds."""
    with engine.lent("minted", pa.table({"party_id": pa.array(minted, pa.string())})):
        kinds = engine.table("""
            select party_id, any_value(n.kind) as kind
            from minted m join evident_party e using (party_id) join node n on n.rowid = e.evident group by party_id
        """)
    parties.mint_many(connection, kinds)


def _redirects(engine: Engine) -> dict[str, str]:
    """Party that no record has any more → the party where most of its records are; homes count like parties."""
    return dict(engine.rows("""
        with ended as (
            select distinct record_id, unnest([former, former_home, home]) as old, party_id from belonging
            where party_id is distinct from former or home <> party_id or former_home <> former
        )
        select old, party_id from ended
        where old is not null and old not in (select party_id from belonging)
        group by old, party_id
        qualify row_number() over (partition by old order by count(*) desc, party_id) = 1
    """))  # fmt: skip


def _split(engine: Engine) -> dict[str, str]:
    """Parties that stand on their own now → the party that most of their records belonged to."""
    return dict(engine.rows("""
        select party_id, former from belonging
        where former is not null and party_id <> former
          and party_id not in (select former from placed where former is not null)
        group by party_id, former
        qualify row_number() over (partition by party_id order by count(*) desc, former) = 1
    """))  # fmt: skip


def _write_nodes(connection: Connection, engine: Engine, resolution: Resolution) -> None:
    """New nodes with their keys, nodes that moved to another party, changed links; nodes without records go."""
    new = engine.table("""
        select u.node_id, n.fingerprint::varchar as fingerprint, p.party_id
        from numbered u join node n on n.rowid = u.node join node_party p using (node)
        where u.is_new order by u.node_id
    """)
    ids = pl.DataFrame(engine.table("select node, node_id, is_new from numbered order by node"))
    links, stale = _changed_links(connection, engine, resolution, ids["node_id"].to_numpy())
    nodes.remove_nodes(
        connection,
        engine.table("select node_id from old_node anti join numbered using (node_id)")["node_id"].to_numpy(),
    )
    nodes.remove_pairs(connection, stale)
    nodes.add_nodes(connection, new, _keys(resolution, ids), links)
    nodes.replace_hub_keys(connection, _finer_keys(resolution, ids["node_id"].to_numpy()))
    moved = engine.table("""
        select u.node_id, p.party_id
        from numbered u join node_party p using (node)
        join old_node o on o.node_id = u.node_id where o.party_id <> p.party_id
    """)
    nodes.assign_parties(connection, moved)


def _keys(resolution: Resolution, ids: pl.DataFrame) -> pa.Table:
    """First keys of new nodes, in KEY_SCHEMA."""
    node_id, is_new = ids["node_id"].to_numpy(), ids["is_new"].to_numpy()
    tables = [nodes.KEY_SCHEMA.empty_table()]
    for kind in resolution.kinds:
        for rows in first_keys(kind.kind, kind.columns, resolution.model.customs):
            chosen = is_new[rows.nodes + kind.first]
            tables.append(pa.table({"key": rows.keys[chosen], "node_id": node_id[rows.nodes[chosen] + kind.first]}))
    return pa.concat_tables(tables)


def _finer_keys(resolution: Resolution, node_id: NDArray[np.int64]) -> pa.Table:
    """Finer keys of all nodes in split blocks, each once, in KEY_SCHEMA."""
    tables = [nodes.KEY_SCHEMA.empty_table()]
    for kind in resolution.kinds:
        for rows in finer_keys(kind.kind, kind.columns, resolution.model.customs):
            tables.append(pa.table({"key": rows.keys, "node_id": node_id[rows.nodes + kind.first]}))
    return pl.DataFrame(pa.concat_tables(tables)).unique().to_arrow().cast(nodes.KEY_SCHEMA)


def _changed_links(
    connection: Connection, engine: Engine, resolution: Resolution, node_id: NDArray[np.int64]
) -> tuple[pa.Table, pa.Table]:
    """Links to add, and pairs (node_a, node_b) to remove first because they are gone or weigh something else now."""
    engine.append("new_link", [nodes.LINK_SCHEMA.empty_table(), *_links(resolution, node_id)])
    engine.append("old_link", [nodes.read_links(connection)])
    changed = engine.table("select * from new_link except select * from old_link")
    stale = engine.table("select node_a, node_b from (select * from old_link except select * from new_link)")
    return changed, stale


def _links(resolution: Resolution, node_id: NDArray[np.int64]) -> Iterator[pa.Table]:
    """Pairs above the review weight, in the store's form: levels of all kinds in as many bytes, the rest is zero."""
    width = max(kind.patterns.levels.shape[0] for kind in resolution.kinds)
    floor = round(min(resolution.model.review, resolution.threshold) * UNIT)
    for kind in resolution.kinds:
        shown = np.flatnonzero(kind.pairs.scores > floor)
        one = node_id[kind.first + kind.pairs.left[shown]]
        two = node_id[kind.first + kind.pairs.right[shown]]
        levels = np.zeros((kind.patterns.levels.shape[1], width), np.uint8)
        levels[:, : kind.patterns.levels.shape[0]] = kind.patterns.levels.T
        texts = pa.array([row.tobytes() for row in levels], pa.binary())
        yield pa.table({
            "node_a": np.minimum(one, two),
            "node_b": np.maximum(one, two),
            "weight": (kind.pairs.scores[shown] / UNIT).astype(np.float32),
            "levels": texts.take(pa.array(kind.patterns.of_pair[shown])),
        })  # fmt: skip


def _move_records(connection: Connection, engine: Engine) -> None:
    """Records that are as they were but stand in another node: a judgement tells equal records apart, an undo not."""
    moved = engine.rows("""
        select s.record_id, u.node_id
        from standard s join record_node r using (source, source_id) join numbered u using (node)
        where s.old_node is not null and s.old_node <> u.node_id
    """)
    records.move_to_nodes(connection, dict(moved))


def _write_records(
    connection: Connection,
    engine: Engine,
    staged: Sequence[Staged],
    customs: tuple[str, ...],
    progress: Progress,
) -> None:
    """New and changed records with their nodes, batch by batch; deleted ones are marked."""
    for one in staged:
        records.delete(connection, one.load.load_id, one.deleted)
    placed = engine.table(f"""
        select record_id, u.node_id
        from {ARRIVED} join {STANDARD} s using (record_id) join record_node r using (source, source_id)
        join numbered u using (node) order by record_id
    """)  # noqa: S608
    ids, nodes_of = placed["record_id"].to_numpy(), placed["node_id"].to_numpy()
    new, changed = sum(one.new for one in staged), sum(len(one.replaced) for one in staged)

    def batches(*, is_new: bool) -> Iterator[tuple[int, pa.Table]]:
        done = 0
        for one in staged:
            for table in one.written_records(customs, new=is_new):
                done += table.num_rows
                progress("writing records", done, new if is_new else changed)
                yield one.load.load_id, table.append_column("node_id", _found(table["record_id"], ids, nodes_of))

    if new:
        records.write_new_batches(connection, batches(is_new=True), new)
    if changed:
        records.write_changed_batches(connection, batches(is_new=False))
    _write_houses(connection, engine)


def _write_houses(connection: Connection, engine: Engine) -> None:
    houses = engine.rows(f"select house_key, address, sum(met)::bigint from {HOUSES} group by all")  # noqa: S608
    suggestions.add_lines(connection, address_lines(houses))


def _found(wanted: pa.ChunkedArray, keys: NDArray[np.int64], values: NDArray[np.int64]) -> pa.Array:
    """The value of each wanted key, null where there is none; `keys` ascend."""
    numbers = wanted.to_numpy()
    if not len(keys):
        return pa.nulls(len(numbers), pa.int64())
    places = np.minimum(np.searchsorted(keys, numbers), len(keys) - 1)
    return pa.array(values[places], mask=keys[places] != numbers)


def _write_facts(connection: Connection, staged: Sequence[Staged], progress: Progress) -> None:
    """Facts of all loads."""
    expected, done = sum(one.facts for one in staged), 0

    def told(batches: Iterator[pa.Table]) -> Iterator[pa.Table]:
        nonlocal done
        for table in batches:
            done += table.num_rows
            progress("writing facts", done, expected)
            yield table

    facts.publish_many(
        connection,
        [
            facts.Delivery(
                one.load.load_id, one.load.mapping.source, told(one.written_facts()), one.facts, one.load.is_full
            )
            for one in staged
        ],
    )


def _publish_golden(
    connection: Connection,
    engine: Engine,
    succeeded: Succeeded,
    staged: Sequence[Staged],
    judgement_id: int | None,
    progress: Progress,
) -> Touched:
    """Golden records of all parties whose records are others than before, and the events that say so."""
    engine.run("""
        create table touched as
        select party_id from belonging where party_id is distinct from former
        union select former from belonging where party_id is distinct from former and former is not null
        union select party_id from lost
    """)
    engine.run(f"""
        insert into touched select distinct b.party_id from belonging b join {ARRIVED} using (record_id)
        where b.party_id not in (select party_id from touched)
    """)  # noqa: S608
    ended = engine.table("select party_id from touched anti join belonging using (party_id)")["party_id"].to_pylist()
    expected = engine.rows("select count(*) from touched")[0][0] - len(ended)
    serials = facts.all_serials(connection)
    published = publish_many(connection, _members(engine, progress), serials, expected, in_force(connection))
    golden.withdraw(connection, ended)
    graph.expect(connection, [graph.EVERYTHING])
    cases.expect(connection, [cases.EVERYTHING])
    changed = [*published, *sorted(_regrouped(engine) - set(published))]
    return _tell(connection, succeeded, changed, ended, staged, judgement_id)


def _regrouped(engine: Engine) -> set[str]:
    """Living parties of before that got or lost records: they are told of even when no golden record changed."""
    return {row[0] for row in engine.rows("""
        with moved as (
            select party_id, former from belonging where party_id is distinct from former
        ), before as (select former as party_id from belonging union select party_id from lost)
        select party_id from moved where party_id in (from before)
        union select former from moved where former in (select party_id from belonging)
        union select party_id from lost where party_id in (select party_id from belonging)
    """)}  # fmt: skip


def _members(engine: Engine, progress: Progress) -> Iterator[pl.DataFrame]:
    """All records of the touched parties with their priorities, whole parties at a time."""
    engine.run(f"""
        create table member as
        select b.party_id, s.* exclude (old_node), p.priority, dense_rank() over (order by b.party_id) - 1 as place
        from touched t join belonging b using (party_id) join {STANDARD} s using (record_id)
        join priority p on p.source = s.source
    """)  # noqa: S608
    last = engine.rows("select coalesce(max(place), -1) from member")[0][0]
    for first in range(0, last + 1, _PARTIES_AT_ONCE):
        progress("golden records", first, last + 1)
        span = f"place >= {first:d} and place < {first + _PARTIES_AT_ONCE:d}"
        rows = engine.table(f"select * exclude (place, record_id) from member where {span}")  # noqa: S608
        yield pl.DataFrame(rows)


def _tell(
    connection: Connection,
    succeeded: Succeeded,
    touched: Sequence[str],
    ended: Sequence[str],
    staged: Sequence[Staged],
    judgement_id: int | None,
) -> Touched:
    """Append events: created, changed, merged, split, ended."""
    minted, merged, split, turned = succeeded
    events: list[tuple[str, str, dict[str, Any]]]
    events = [("party.created", party_id, {}) for party_id in sorted(minted) if party_id not in split]
    events += [("party.split", party_id, {"from": old}) for party_id, old in sorted(split.items())]
    events += [("party.merged", old, {"into": new}) for old, new in sorted({**merged, **turned}.items())]
    changed = [party_id for party_id in touched if party_id not in minted and party_id not in split]
    events += [("party.changed", party_id, {}) for party_id in changed]
    events += [("party.ended", party_id, {}) for party_id in ended if party_id not in merged]
    rows = [(kind, party_id, json.dumps(data | _cause(judgement_id))) for kind, party_id, data in events]
    table = pl.DataFrame(rows, schema={"type": pl.String, "party_id": pl.String, "data": pl.String}, orient="row")
    load_id = staged[0].load.load_id if len(staged) == 1 else None
    changes.append_many(connection, table.to_arrow(), load_id=load_id)
    return Touched(len(minted) - len(minted & split.keys()), len(changed), len(merged), len(split))


def _cause(judgement_id: int | None) -> dict[str, int]:
    return {} if judgement_id is None else {"judgement": judgement_id}
