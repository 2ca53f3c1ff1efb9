"""One record at a time, or a few: upserted, resolved and published in one transaction; or matched without writing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import numpy as np

from litso.domain.record import (
    ATTRIBUTE_ALIASES,
    AUTO,
    CUSTOM_PREFIX,
    LIST_ATTRIBUTES,
    NO_PARTY,
    QC_KINDS,
    TEXT_ATTRIBUTES,
)
from litso.domain.territory import Territory
from litso.errors import BadUsage, Forbidden
from litso.resolve.model import UNIT, Model, score
from litso.sources.mapping import Mapping as SourceMapping
from litso.standardize.one import standardize_one
from litso.store import audit, golden, loads, locks, nodes, parties, records, scope, sources, suggestions
from litso.store.database import Connection, beyond
from litso.store.loads import Counts
from litso.telemetry.traces import traced
from litso.usecases import registers
from litso.usecases.access import Actor, demand, seen, seen_records, why
from litso.usecases.address_lines import address_lines
from litso.usecases.blocks import STRANGER, Blocks, Hand, candidates_of, hand_with
from litso.usecases.increment import Cause, place, settle
from litso.usecases.reconciliation import current_model, mapping_of
from litso.usecases.together import Step, evidence_steps

Attributes = Mapping[str, str | Sequence[str]]

RECIPE: Final = "api"
"""What makes standard values of records that callers give, beside their payload, for their content hash."""

_SHOWN: Final = 3
_STRANGER: Final = "match"


@dataclass(frozen=True, slots=True)
class Given:
    """A source record as a caller gives it: attributes as texts, under the names that mappings use."""

    source: str
    source_id: str
    attributes: Attributes
    party: str = AUTO
    updated_at: datetime | None = None
    custom: Mapping[str, str] = field(default_factory=dict)


class Evidence(NamedTuple):
    """A record that speaks for the same party, and how the weight in bits adds up."""

    source: str
    source_id: str
    weight: float
    steps: tuple[Step, ...]


class Upserted(NamedTuple):
    """What became of a record. `status`: inserted, changed or unchanged; `quality`: quality code by kind."""

    source: str
    source_id: str
    party_id: str | None
    status: str
    quality: dict[str, int]
    problems: list[str]
    evidence: list[Evidence]


class Candidate(NamedTuple):
    """A party that the values may belong to; `is_match` when its best evidence is above the threshold."""

    party_id: str
    name: str
    weight: float
    is_match: bool
    evidence: list[Evidence]


# Upsert ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Job:
    """A given record on its way: what the store has of it, and what becomes of it."""

    given: Given
    payload: str
    content: int
    before: records.Record | None
    status: str
    standard: Mapping[str, Any]
    record_id: int | None

    @property
    def key(self) -> tuple[str, str]:
        """Source and source key."""
        return self.given.source, self.given.source_id


@traced
def upsert_records(connection: Connection, actor: Actor, given: Sequence[Given]) -> list[Upserted]:
    """Insert or change source records and everything that follows from them; the order of the answer is that given.

    Raises BadUsage for an unknown attribute or a repeated key, NotFound for a source that is not registered, Forbidden
    when a record is, or would be, beyond the limits of the actor.
    """
    demand(actor, "write_records")
    if not actor.scope.is_limited:
        return put_records(connection, actor.name, given)
    locks.lock_resolution_of_few(connection)
    keys = [(one.source, one.source_id) for one in given]
    with beyond(connection):
        _demand_within(connection, actor, [(row.source, row.source_id) for row in records.find_many(connection, keys)])
        done = put_records(connection, actor.name, given)
        _demand_within(connection, actor, keys)
        named = [(found.source, found.source_id) for one in done for found in one.evidence]
        known = seen_records(connection, actor, named)
    return [
        one._replace(evidence=[found for found in one.evidence if (found.source, found.source_id) in known])
        for one in done
    ]


def _demand_within(connection: Connection, actor: Actor, keys: Sequence[tuple[str, str]]) -> None:
    if scope.records_within(connection, actor.scope, keys) != set(keys):
        raise Forbidden("a record is of a brand or a place beyond your limits")


def rehearse_records(connection: Connection, actor: Actor, given: Sequence[Given]) -> list[Upserted]:
    """What `upsert_records` would do, found by doing it and rolling it back; a party that it would make has no id."""
    with connection.transaction(force_rollback=True):
        done = upsert_records(connection, actor, given)
    return [one._replace(party_id=_known(connection, one.party_id)) for one in done]


def _known(connection: Connection, party_id: str | None) -> str | None:
    return party_id if party_id is not None and parties.find(connection, party_id) else None


def put_records(connection: Connection, by: str, given: Sequence[Given]) -> list[Upserted]:
    """As `upsert_records`, for a caller that has seen to the right; `by` is named in the ledger of loads."""
    if len({(one.source, one.source_id) for one in given}) < len(given):
        raise BadUsage("each record may occur once in a request")
    # Of most statements nothing is asked but that they are done: the server does them while the program goes on.
    with connection.pipeline():
        locks.lock_resolution_of_few(connection)
        written = _write(connection, by, given)
    if written.cause:
        settle(written.hand, added=written.added, left=written.left, written=written.nodes, cause=written.cause)
    return _answers(connection, written.hand.model, written.jobs)


class _Written(NamedTuple):
    """Records that are in the store; `added`, `left`, `nodes` and `cause` (None when nothing is new) for `settle`."""

    hand: Hand
    jobs: list[_Job]
    added: Mapping[int, list[int]]
    left: list[int]
    nodes: Mapping[int, int]
    cause: Cause | None


def _write(connection: Connection, by: str, given: Sequence[Given]) -> _Written:
    """Standardize records and write them with their nodes."""
    before = records.ask_many(connection, [(one.source, one.source_id) for one in given])
    registered = sources.list_all(connection)
    model, _ = current_model(connection, registered)
    jobs = _jobs(before(), given)
    news = [job for job in jobs if job.status != records.UNCHANGED]
    by_name = {source.name: source for source in registered}
    for job in news:
        name = job.given.source
        job.standard = _standard(job.given, mapping_of(by_name.get(name) or sources.get(connection, name)))
    loads_of = _count(connection, by, jobs)
    hand = Hand(connection, model, registered)
    resolved = [job for job in news if job.standard["kind"] != NO_PARTY]
    placement = place(hand, [job.standard for job in resolved])
    node_of = dict(zip((job.key for job in resolved), placement.nodes, strict=True))
    written = records.put_many(
        connection, [_row(job, loads_of[job.given.source], node_of.get(job.key)) for job in news]
    )
    for job in news:
        job.record_id = written[job.key]
    houses = [(job.standard["house_key"], job.standard["address"]) for job in news]
    suggestions.add_new_lines(connection, address_lines((key, line, 1) for key, line in houses if key and line))
    nodes_of = {written[job.key]: node_of[job.key] for job in resolved}
    former = [(job.before.node_id, node_of.get(job.key)) for job in news if job.before]
    left = [node for node, now in former if node is not None and node != now]
    cause = Cause("load", loads_of[news[0].given.source]) if news else None
    return _Written(hand, jobs, placement.added, left, nodes_of, cause)


def _row(job: _Job, load_id: int, node: int | None) -> dict[str, Any]:
    """A row for `records.put_many`."""
    change = {"load_id": load_id, "node_id": node, "content_hash": job.content, "payload": job.payload}
    return {**job.standard, **change}


def remove_records(connection: Connection, by: str, keys: Sequence[tuple[str, str]]) -> int:
    """Take records away, of one source; their parties are resolved without them. Answers how many there were."""
    locks.lock_resolution(connection)
    found = [one for one in records.find_many(connection, keys) if one.deleted_at is None]
    if not found:
        return 0
    load_id = loads.count_streamed(connection, found[0].source, Counts(deleted=len(found)), by)
    hand = Hand(connection, current_model(connection)[0])
    ids = [one.record_id for one in found]
    records.delete(connection, load_id, np.array(ids, dtype=np.int64))
    left = [one.node_id for one in found if one.node_id is not None]
    settle(hand, added={}, left=left, written={}, deleted=ids, cause=Cause("load", load_id))
    return len(found)


def _jobs(found: Sequence[records.Record], given: Sequence[Given]) -> list[_Job]:
    payloads = [_payload(one) for one in given]
    contents = records.content_hashes(payloads, RECIPE).tolist()
    before = {(row.source, row.source_id): row for row in found}
    jobs = []
    for one, payload, content in zip(given, payloads, contents, strict=True):
        row = before.get((one.source, one.source_id))
        standard, record_id = (row.standard, row.record_id) if row else ({}, None)
        jobs.append(_Job(one, payload, content, row, _status(row, content), standard, record_id))
    return jobs


def _payload(given: Given) -> str:
    values: dict[str, Any] = dict(given.attributes)
    values |= {CUSTOM_PREFIX + name: value for name, value in given.custom.items()}
    if given.updated_at:
        values["updated_at"] = given.updated_at.isoformat()
    return json.dumps(values | {"party": given.party}, ensure_ascii=False, sort_keys=True).replace("\\u0000", "␀")


def given_again(source: str, source_id: str, payload: str) -> Given:
    """The record that a caller gave, from what is kept of it."""
    values = json.loads(payload)
    party, at = values.pop("party"), values.pop("updated_at", None)
    custom = {name: values.pop(name) for name in list(values) if name.startswith(CUSTOM_PREFIX)}
    return Given(
        source,
        source_id,
        values,
        party,
        datetime.fromisoformat(at) if at else None,
        {name.removeprefix(CUSTOM_PREFIX): value for name, value in custom.items()},
    )


def _status(before: records.Record | None, content: int) -> str:
    if before is None or before.deleted_at is not None:
        return records.INSERTED
    return records.UNCHANGED if before.standard["content_hash"] == content else records.CHANGED


def _count(connection: Connection, by: str, jobs: Sequence[_Job]) -> dict[str, int]:
    """Count the records in the day's stream of each source; answers the load of each."""
    found: dict[str, list[str]] = defaultdict(list)
    for job in jobs:
        found[job.given.source].append(job.status)
    for source, of_source in sorted(found.items()):
        audit.write(connection, actor=by, action="record.put", object=f"source {source}", found=len(of_source))
    return {
        source: loads.count_streamed(
            connection,
            source,
            Counts(
                rows_in=len(of_source),
                inserted=of_source.count(records.INSERTED),
                changed=of_source.count(records.CHANGED),
                unchanged=of_source.count(records.UNCHANGED),
            ),
            by,
        )
        for source, of_source in sorted(found.items())
    }


def _standard(given: Given, mapping: SourceMapping) -> dict[str, Any]:
    """The standard record of a given one."""
    row = mapped_row(given, mapping)
    return standardize_one(row, locale=mapping.locale, territory=mapping.territory, registers=registers.in_use())


def mapped_row(given: Given, mapping: SourceMapping) -> dict[str, Any]:
    """A given record as a row of the mapped schema. Raises BadUsage for attributes that the source has not."""
    unknown = sorted(set(given.custom) - set(mapping.customs))
    if unknown:
        raise BadUsage(f"the source {mapping.source} has no custom attribute {', '.join(unknown)}")
    party = mapping.party if given.party == AUTO else given.party
    row = _mapped(given.attributes, party, given.source, given.source_id)
    row |= {CUSTOM_PREFIX + name: value for name, value in given.custom.items()}
    row["updated_at"] = _without_zone(given.updated_at)
    return row | {CUSTOM_PREFIX + name: row.get(CUSTOM_PREFIX + name) for name in mapping.customs}


def _without_zone(at: datetime | None) -> datetime | None:
    return at.astimezone(UTC).replace(tzinfo=None) if at is not None and at.tzinfo else at


def _mapped(attributes: Attributes, party: str, source: str, source_id: str) -> dict[str, Any]:
    """A row of the mapped schema; several values of a single attribute are joined by a space."""
    row: dict[str, Any] = {"source": source, "source_id": source_id, "party": party}
    for given_name, value in attributes.items():
        name = ATTRIBUTE_ALIASES.get(given_name, given_name)
        texts = [text for text in ([value] if isinstance(value, str) else value) if text.strip()]
        if name in LIST_ATTRIBUTES:
            row[name] = texts or None
        elif name in TEXT_ATTRIBUTES:
            row[name] = " ".join(texts) or None
        else:
            raise BadUsage(
                f"there is no attribute {given_name!r}; known are {', '.join((*TEXT_ATTRIBUTES, *LIST_ATTRIBUTES))}"
            )
    return row


def _answers(connection: Connection, model: Model, jobs: Sequence[_Job]) -> list[Upserted]:
    """What became of the records: their parties, quality codes and evidence."""
    party_of: dict[int, str] = {}
    evidence: dict[int | None, list[Evidence]] = defaultdict(list)
    for found in nodes.standings(connection, [job.record_id for job in jobs if job.record_id is not None], _SHOWN):
        party_of[found.record_id] = found.party_id
        if found.source is not None and found.source_id is not None:
            steps = evidence_steps(model, found.kind, found.levels)
            evidence[found.record_id].append(Evidence(found.source, found.source_id, found.weight, steps))
    answers = []
    for job in jobs:
        codes = {kind: job.standard[f"qc_{kind}"] for kind in QC_KINDS}
        quality = {kind: code for kind, code in codes.items() if code is not None}
        party = party_of.get(job.record_id or 0)
        problems = list(job.standard["problems"])
        answers.append(Upserted(*job.key, party, job.status, quality, problems, evidence[job.record_id]))
    return answers


# Match ----------------------------------------------------------------------------------------------------------


@traced
def match(
    connection: Connection,
    actor: Actor,
    attributes: Attributes,
    *,
    party: str = AUTO,
    custom: Mapping[str, str] | None = None,
    territory: Territory | None = None,
    limit: int = 5,
) -> list[Candidate]:
    """Who these values would be: candidate parties, the likeliest first. Nothing is written but the audit."""
    demand(actor, "read_parties")
    model, customs = current_model(connection)
    row = _mapped(attributes, party, _STRANGER, _STRANGER)
    row |= {CUSTOM_PREFIX + name: value for name, value in (custom or {}).items()}
    row |= {CUSTOM_PREFIX + name: row.get(CUSTOM_PREFIX + name) for name in customs}
    locale = "ru" if model.locale == "ru" else "generic"
    stranger = standardize_one(row, locale=locale, territory=territory, registers=registers.in_use())
    with beyond(connection):
        found = _candidates(connection, model, stranger) if stranger["kind"] != NO_PARTY else []
    known = seen(connection, actor, {one.party_id for one in found})
    found = [one for one in found if one.party_id in known]
    names = golden.find_many(connection, [one.party_id for one in found[:limit]])
    shown = [one._replace(name=names[one.party_id].name) for one in found[:limit] if one.party_id in names]
    audit.write(
        connection,
        actor=actor.name,
        action="match",
        fields=tuple(sorted(attributes)),
        purpose=why(actor),
        found=len(shown),
    )
    return shown


def _candidates(connection: Connection, model: Model, stranger: Mapping[str, Any]) -> list[Candidate]:
    """Parties of the nodes that share a linking key with the stranger, by their best score."""
    hand = hand_with(connection, model, stranger)
    (alone,) = hand.groups([STRANGER])
    pairs = candidates_of(Blocks(connection), alone, model.customs)
    if not pairs:
        return []
    together = hand.groups([STRANGER, *(other for _, other in pairs)])
    (group,) = [one for one in together if one.kind == stranger["kind"]]
    others = np.arange(1, len(group.ids), dtype=np.int64)
    levels = hand.levels(group, np.zeros_like(others), others)
    scores = score(model, group.kind, levels)
    owner = {row.node_id: row for row in reversed(records.belongings(connection, group.ids[1:].tolist()))}
    best: dict[str, Candidate] = {}
    for number in np.argsort(-scores, kind="stable").tolist():
        one = owner[int(group.ids[1 + number])]
        weight = float(scores[number]) / UNIT
        if weight <= model.review or one.party_id is None or one.party_id in best:
            continue
        steps = evidence_steps(model, group.kind, levels[:, number].tobytes())
        evidence = Evidence(one.source, one.source_id, weight, steps)
        best[one.party_id] = Candidate(one.party_id, "", weight, weight > model.threshold, [evidence])
    return list(best.values())
