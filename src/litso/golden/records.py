"""Golden records: the best current picture of each party, with the source record behind every value.

One function serves one party (online) and a million (bulk): it works on a frame of the parties' source records. The
frame is turned into one long table (party, attribute, value, score); one sort ranks all values of all attributes. The
score packs the criteria of the attribute's policy into one integer, the most important in the highest bits, so the
criterion that decided is the highest field in which a value and the next one differ.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import zip_longest
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import polars as pl

from litso.domain.record import CUSTOM_PREFIX
from litso.golden.documents import json_text
from litso.golden.pins import Pin, origin, pinned
from litso.golden.policy import (
    ADDRESS_PARTS,
    BITS,
    DEFAULT_POLICY,
    LEAST_TRUST,
    LIST_ATTRIBUTES,
    ONLY,
    PIN,
    QUALITY_OF,
    SINGLE_ATTRIBUTES,
    TIE,
    Policy,
)

_SURE: Final = (0, 7)
"""Quality codes of a value that needs no check: sure, and a sure foreign phone."""

PinsOf = Mapping[str, Sequence[Pin]]
"""Pins by party id."""

_NO_PINS: Final[PinsOf] = MappingProxyType({})

DatesOf = Mapping[tuple[str, str], Mapping[str, datetime]]
"""(source, source key) → attribute → how old its value is (with a zone), where that is not when its record changed."""

_NO_DATES: Final[DatesOf] = MappingProxyType({})


def golden_records(
    members: pl.DataFrame, policy: Policy = DEFAULT_POLICY, pins: PinsOf = _NO_PINS, dates: DatesOf = _NO_DATES
) -> pl.DataFrame:
    """Golden records of the parties in `members`, those with `pins` as `golden_record` makes them.

    members: standard records (`domain.record.standard_schema`) with `party_id` (text) and `priority` (integer from
    -2048 to 2047, higher is more trusted), all records of each party that occurs. Returns one row a party, ordered by
    `party_id`: `party_id`, `kind`, `records`, each single attribute with `<attribute>_source` and
    `<attribute>_source_id`, the parts of the address, the lists best first, `name` (what a list shows), and
    `provenance`: a JSON object attribute → [{value, source, source_id, at, rule, qc, said_by}], best first.
    The result does not depend on the order of rows.
    """
    plain = _plain_records(members, policy, dates)
    held = members.filter(pl.col("party_id").is_in(pins.keys())) if pins else members.clear()
    if held.is_empty():
        return plain
    rows = [
        golden_record(part.to_dicts(), policy, pins[party], dates)
        for (party,), part in held.partition_by("party_id", as_dict=True).items()
    ]
    fixed = pl.DataFrame(rows, schema=plain.schema)
    return pl.concat([plain.join(fixed, on="party_id", how="anti"), fixed]).sort("party_id")


def _plain_records(members: pl.DataFrame, policy: Policy, dates: DatesOf) -> pl.DataFrame:
    """As `golden_records`, of records alone."""
    customs = tuple(name for name in members.columns if name.startswith(CUSTOM_PREFIX))
    singles = (*SINGLE_ATTRIBUTES, *customs)
    attributes = (*singles, *LIST_ATTRIBUTES)
    rows = _dated(_coded(members), dates)
    ranked = _with_rule(_ranked(rows, attributes, policy), attributes, policy)
    winners = ranked.filter(pl.col("_first") | (pl.col("_attribute") >= len(singles)))
    parties = _parties(rows)
    found = [
        *(_single(winners, rows, place, name) for place, name in enumerate(singles)),
        *(_list(winners, place, name) for place, name in enumerate(LIST_ATTRIBUTES, len(singles))),
        _address_parts(winners, rows),
        _provenance(winners, rows, attributes),
    ]
    return _named(parties.hstack([column for one in found for column in _spread(one, parties.height)])).drop("_party")


def _coded(members: pl.DataFrame) -> pl.DataFrame:
    """Rows in the order of their source keys, with `_row` (that order), `_source` (rank of the source), `_party` (rank
    of the party id, from 0) and `_latest` (the latest change of the party)."""
    ordered = members.sort("source", "source_id").with_row_index("_row")
    return ordered.with_columns(
        pl.col("source").rle_id().alias("_source"),
        (pl.col("party_id").rank("dense") - 1).alias("_party"),
        pl.col("updated_at").max().over("party_id").alias("_latest"),
    )


def _dated(rows: pl.DataFrame, dates: DatesOf) -> pl.DataFrame:
    """Rows with `_at <attribute>` beside them for each attribute whose value is of another age somewhere."""
    told = [(*key, name, at.astimezone(UTC)) for key, of_record in dates.items() for name, at in of_record.items()]
    kind = rows.schema["updated_at"]
    for attribute in sorted({name for _, _, name, _ in told}):
        of_attribute = [(source, source_id, at.replace(tzinfo=None)) for source, source_id, name, at in told
                        if name == attribute]  # fmt: skip
        schema: dict[str, pl.DataType] = {"source": pl.String(), "source_id": pl.String(), _at(attribute): kind}
        found = pl.DataFrame(of_attribute, schema=schema, orient="row")
        rows = rows.join(found, on=["source", "source_id"], how="left", maintain_order="left")
        rows = rows.with_columns(pl.coalesce(_at(attribute), "updated_at").alias(_at(attribute)))
    return rows


def _at(attribute: str) -> str:
    return f"_at {attribute}"


def _parties(rows: pl.DataFrame) -> pl.DataFrame:
    """One row a party, in the order of `_party`: its kind (that of most records; a tie is an organization) and the
    number of its records."""
    is_organization = (pl.col("kind") == "organization").mean() >= 0.5
    parties = rows.group_by("_party").agg(
        pl.col("party_id").first(),
        pl.when(is_organization).then(pl.lit("organization")).otherwise(pl.lit("person")).alias("kind"),
        pl.len().cast(pl.Int32).alias("records"),
    )
    return parties.sort("_party")


def _spread(found: pl.DataFrame, parties: int) -> list[pl.Series]:
    """The columns of `found` (`_party` and what a party has, each party at most once) with a row for each of `parties`;
    null where there is nothing. A join for each attribute would cost five times as much."""
    place = np.full(parties, found.height, dtype=np.uint32)
    place[found["_party"].to_numpy()] = np.arange(found.height, dtype=np.uint32)
    index = pl.Series(place)
    return found.drop("_party").select(pl.all().gather(index.set(index == found.height, None))).get_columns()


def _ranked(rows: pl.DataFrame, attributes: Sequence[str], policy: Policy) -> pl.DataFrame:
    """All distinct values of all attributes: best first within (`_party`, `_attribute`)."""
    frame = rows.lazy()
    parts = [_values(frame, place, name, policy) for place, name in enumerate(attributes)]
    group = pl.col("_party").cast(pl.Int64) * len(attributes) + pl.col("_attribute")
    often = pl.col("said_by").cast(pl.Int64).clip(0, (1 << BITS["frequent"]) - 1) * pl.col("_often")
    return (
        _distinct(pl.concat(parts).with_row_index("_place").with_columns(group.alias("_group")).collect())
        .with_columns((pl.col("score") + often).alias("score"))
        .sort("_group", "score", "_place", descending=[False, True, False])
        .drop("_source", "_often", "_place")
    )


def _distinct(values: pl.DataFrame) -> pl.DataFrame:
    """Each value of a group once, as its best record has it (a tie is the first one's), with `said_by`: how many
    sources say it.

    Values are compared by their hashes: those of a group are a handful, so that two of 2**64 do not meet, and numbers
    are sorted and told apart four times as fast as texts. Equal values come in the order of their sources.
    """
    ordered = values.with_columns(pl.col("value").hash().alias("_hash")).sort("_group", "_hash", maintain_order=True)
    group, hashes, source, score = (ordered[name].to_numpy() for name in ("_group", "_hash", "_source", "score"))
    is_new = _differs(group) | _differs(hashes)
    starts = np.flatnonzero(is_new)
    if not len(starts):
        return ordered.drop("_hash").with_columns(pl.lit(0, pl.Int32).alias("said_by"))
    said_by = np.add.reduceat((is_new | _differs(source)).astype(np.int32), starts)
    run = np.cumsum(is_new) - 1
    best = np.flatnonzero(score == np.maximum.reduceat(score, starts)[run])
    first = best[_differs(run[best])]
    chosen = pl.exclude("_hash").gather(pl.Series(first))
    return ordered.select(chosen).with_columns(pl.Series("said_by", said_by))


def _differs(numbers: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether each number is another one than the one before; the first is."""
    return np.concatenate([np.ones(min(len(numbers), 1), dtype=bool), numbers[1:] != numbers[:-1]])


def _values(rows: pl.LazyFrame, place: int, attribute: str, policy: Policy) -> pl.LazyFrame:
    """The values of one attribute: `_party`, `_attribute` (its place), `_row`, `_source`, `value`, `qc`, `score` and
    `_often`: what the score, which does not yet say how many sources say the value, gains by each of them."""
    if attribute in LIST_ATTRIBUTES:
        rows = rows.explode(attribute, empty_as_null=True, keep_nulls=True)
    qc = pl.col(QUALITY_OF[attribute]) if attribute in QUALITY_OF else pl.lit(None)
    at = _at(attribute) if _at(attribute) in rows.collect_schema() else "updated_at"
    score, often = _score(attribute, policy, pl.col(at))
    return rows.filter(pl.col(attribute).is_not_null()).select(
        "_party",
        pl.lit(place, pl.Int32).alias("_attribute"),
        "_row",
        "_source",
        pl.col(attribute).cast(pl.String).alias("value"),
        qc.cast(pl.Int8).alias("qc"),
        score.alias("score"),
        pl.lit(often, pl.Int64).alias("_often"),
    )


def _score(attribute: str, policy: Policy, at: pl.Expr) -> tuple[pl.Expr, int]:
    """The criteria of the attribute's policy packed into one integer, with no source that says the value; and what one
    source adds. at: how old the value is."""
    quality = pl.col(QUALITY_OF[attribute]).fill_null(0) if attribute in QUALITY_OF else pl.lit(0)
    criteria = {
        "complete": _completeness(attribute),
        "quality": quality.is_in(_SURE).cast(pl.Int64),
        "fresh": _freshness(at, policy.fresh_days.get(attribute, 0)),
        "trusted": _trust(policy.trust.get(attribute, {})) - LEAST_TRUST,
        "newest": at.dt.epoch("s").fill_null(0),
        "frequent": pl.lit(0, pl.Int64),
        "longest": pl.col(attribute).cast(pl.String).str.len_chars().cast(pl.Int64),
    }
    score, often = pl.lit(0, pl.Int64), 0
    for name in policy.criteria(attribute):
        score = score * (1 << BITS[name]) + criteria[name].clip(0, (1 << BITS[name]) - 1)
        often = (often << BITS[name]) + (name == "frequent")
    return score, often


def _freshness(at: pl.Expr, days: int) -> pl.Expr:
    """1 where a value is of no more than so many days before the party's latest change."""
    lag = pl.col("_latest") - at
    return (lag <= pl.duration(days=days)).fill_null(value=False).cast(pl.Int64)


def _trust(of_source: Mapping[str, int]) -> pl.Expr:
    """How much the source of a record is trusted: as the policy says, else its priority."""
    priority = pl.col("priority").cast(pl.Int64)
    if not of_source:
        return priority
    names, trust = list(of_source), list(of_source.values())
    return pl.col("source").replace_strict(names, trust, default=priority, return_dtype=pl.Int64)


def _completeness(attribute: str) -> pl.Expr:
    """How much of a value is there: a full name over an initial, an address with house and flat over a bare street."""
    if attribute in ("given_name", "patronymic"):
        parts = [pl.col(attribute).str.len_chars() > 1]
    elif attribute == "address":
        parts = [pl.col("street").is_not_null(), pl.col("house").is_not_null(), pl.col("flat").is_not_null()]
    elif attribute == "full_name":
        parts = [pl.col(name).str.len_chars() > 1 for name in ("surname", "given_name", "patronymic")]
    else:
        return pl.lit(0, pl.Int64)
    return pl.sum_horizontal([part.fill_null(False).cast(pl.Int64) for part in parts])


def _with_rule(ranked: pl.DataFrame, attributes: Sequence[str], policy: Policy) -> pl.DataFrame:
    """Add `_first` and `rule`: the criterion by which a value beat the next one, `only`, or `tie`."""
    group, score = ranked["_group"].to_numpy(), ranked["score"].to_numpy()
    attribute = ranked["_attribute"].to_numpy()
    same_as_next = np.zeros(len(ranked), dtype=bool)
    same_as_next[:-1] = group[:-1] == group[1:]
    first = np.ones(len(ranked), dtype=bool)
    first[1:] = ~same_as_next[:-1]
    words = (ONLY, TIE, *BITS)
    rule = np.where(first & ~same_as_next, words.index(ONLY), words.index(TIE)).astype(np.uint32)
    contested = np.flatnonzero(same_as_next)
    difference = score[contested] ^ score[contested + 1]
    decided = contested[difference > 0]
    # x & ~(x >> 1) keeps the highest bit and clears the one below it, so rounding to float cannot lift the logarithm
    isolated = difference[difference > 0]
    bit = np.log2(isolated & ~(isolated >> 1)).astype(np.int64)
    rule[decided] = _rule_by_bit(attributes, policy, words)[attribute[decided], bit]
    names = pl.Series(words).gather(pl.Series(rule))
    return ranked.with_columns(pl.Series("_first", first), names.alias("rule"))


def _rule_by_bit(
    attributes: Sequence[str], policy: Policy, words: Sequence[str]
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint32]]:
    """Place of the criterion (in `words`) that owns each bit of an attribute's score: shape (attributes, 64)."""
    table = np.full((len(attributes), 64), words.index(TIE), dtype=np.uint32)
    for place, attribute in enumerate(attributes):
        low = 0
        for name in reversed(policy.criteria(attribute)):
            table[place, low : low + BITS[name]] = words.index(name)
            low += BITS[name]
    return table


def _single(winners: pl.DataFrame, rows: pl.DataFrame, place: int, attribute: str) -> pl.DataFrame:
    value = pl.col("value").str.to_date() if attribute == "birth_date" else pl.col("value")
    chosen = winners.filter((pl.col("_attribute") == place) & pl.col("_first"))
    return chosen.select(
        "_party",
        value.alias(attribute),
        rows["source"].gather(chosen["_row"]).alias(f"{attribute}_source"),
        rows["source_id"].gather(chosen["_row"]).alias(f"{attribute}_source_id"),
    )


def _list(winners: pl.DataFrame, place: int, attribute: str) -> pl.DataFrame:
    chosen = winners.filter(pl.col("_attribute") == place)
    return chosen.group_by("_party", maintain_order=True).agg(pl.col("value").alias(attribute))


def _address_parts(winners: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The parts of the winning address, all from its own record."""
    chosen = winners.filter(pl.col("_attribute") == SINGLE_ATTRIBUTES.index("address"))
    return chosen.select("_party", *(rows[part].gather(chosen["_row"]) for part in ADDRESS_PARTS))


def _provenance(winners: pl.DataFrame, rows: pl.DataFrame, attributes: Sequence[str]) -> pl.DataFrame:
    """One JSON object a party, put together from texts: encoding nested structures would cost three times as much."""
    origin = pl.struct("source", "source_id", pl.col("updated_at").dt.strftime("%Y-%m-%dT%H:%M:%S").alias("at"))
    origins = rows.select(origin.struct.json_encode().str.strip_prefix("{").alias("origin")).to_series()
    labels = pl.Series([f'"{name}":[' for name in attributes])
    entry = pl.concat_str(
        pl.lit('{"value":"'),
        json_text(pl.col("value")),
        pl.lit('","rule":"'),
        "rule",
        pl.lit('","qc":'),
        pl.col("qc").cast(pl.String).fill_null("null"),
        pl.lit(',"said_by":'),
        pl.col("said_by").cast(pl.String),
        pl.lit(","),
        origins.gather(winners["_row"]),
    )
    opened = pl.when("_first").then(labels.gather(winners["_attribute"].cast(pl.UInt32)))
    last = pl.col("_first").shift(-1, fill_value=True)
    member = pl.concat_str(opened.otherwise(pl.lit("")), entry, pl.when(last).then(pl.lit("]")).otherwise(pl.lit("")))
    texts = winners.select("_party", member.alias("member")).group_by("_party", maintain_order=True).agg("member")
    # The members of a list are joined four times as fast as those of a group.
    joined = pl.concat_str(pl.lit("{"), pl.col("member").list.join(","), pl.lit("}"))
    return texts.select("_party", joined.alias("provenance"))


def _named(wide: pl.DataFrame) -> pl.DataFrame:
    """Compose `full_name` of a person from its winning parts, and `name`: what a list shows for the party."""
    parts = pl.concat_str("surname", "given_name", "patronymic", separator=" ", ignore_nulls=True)
    person = pl.col("kind") == "person"
    full = pl.when(person & (parts != "")).then(parts).otherwise(pl.col("full_name"))
    return wide.with_columns(full.alias("full_name")).with_columns(
        pl.coalesce("full_name", "company", pl.lit("")).alias("name"), pl.col("provenance").fill_null("{}")
    )


# One party, the same meaning without the cost of building a query plan -----------------------------------------------


def golden_record(
    members: Sequence[Mapping[str, Any]],
    policy: Policy = DEFAULT_POLICY,
    pins: Sequence[Pin] = (),
    dates: DatesOf = _NO_DATES,
) -> dict[str, Any]:
    """The golden record of one party: the same row that `golden_records` gives for its records and pins.

    members: all records of the party as dictionaries of the columns that `golden_records` takes.
    A pinned value comes first; what the records say follows it in the provenance.
    """
    rows = sorted(members, key=lambda row: (row["source"], row["source_id"]))
    latest = max((row["updated_at"] for row in rows if row["updated_at"]), default=None)
    times = [_epoch(row["updated_at"]) for row in rows]
    customs = tuple(name for name in rows[0] if name.startswith(CUSTOM_PREFIX))
    organizations = sum(row["kind"] == "organization" for row in rows)
    kind = "organization" if organizations * 2 >= len(rows) else "person"
    golden: dict[str, Any] = {"party_id": rows[0]["party_id"], "kind": kind, "records": len(rows)}
    provenance: dict[str, list[dict[str, Any]]] = {}
    for name in (*SINGLE_ATTRIBUTES, *customs):
        ranked = _with_pin(_ranked_values(rows, times, name, policy, latest, dates), pinned(pins, name))
        best, row = ranked[0] if ranked else ({}, {})
        golden[name] = row.get(name)
        golden[f"{name}_source"], golden[f"{name}_source_id"] = best.get("source"), best.get("source_id")
        if ranked:
            provenance[name] = [entry for entry, _ in ranked[: 1 + (best["rule"] == PIN)]]
        if name == "address":
            golden |= {part: row.get(part) for part in ADDRESS_PARTS}
    for name in LIST_ATTRIBUTES:
        ranked = _with_pin(_ranked_values(rows, times, name, policy, latest, dates), pinned(pins, name))
        kept = [
            place for place, (entry, _) in enumerate(ranked) if not place or entry["value"] != ranked[0][0]["value"]
        ]
        golden[name] = [ranked[place][0]["value"] for place in kept] or None
        if ranked:
            provenance[name] = [ranked[place][0] for place in kept]
    parts = [golden[name] for name in ("surname", "given_name", "patronymic") if golden[name] is not None]
    if kind == "person" and parts:
        golden["full_name"] = " ".join(parts)
    golden["name"] = golden["full_name"] or golden["company"] or ""
    golden["provenance"] = msgspec.json.encode(provenance).decode()
    return golden


Ranked = list[tuple[dict[str, Any], Mapping[str, Any]]]
"""Values of an attribute, best first, each as its provenance entry and the row that it is read from."""


def _with_pin(ranked: Ranked, pin: Pin | None) -> Ranked:
    """The values with the pinned one before them."""
    if pin is None:
        return ranked
    said_by = next((entry["said_by"] for entry, _ in ranked if entry["value"] == pin.value), 0)
    value = date.fromisoformat(pin.value) if pin.attribute == "birth_date" else pin.value
    return [(origin(pin, said_by), {**pin.parts, pin.attribute: value}), *ranked]


def _ranked_values(
    rows: Sequence[Mapping[str, Any]],
    times: Sequence[int],
    attribute: str,
    policy: Policy,
    latest: datetime | None,
    dates: DatesOf,
) -> Ranked:
    """Distinct values of an attribute, best first. times: when each row changed, in seconds since 1970; latest: the
    latest change of the party."""
    given = _given(rows, attribute)
    if not given:
        return []
    said_by: dict[str, set[str]] = {}
    for value, place in given:
        said_by.setdefault(value, set()).add(rows[place]["source"])
    order = policy.criteria(attribute) if len(given) > 1 else ()
    since = latest - timedelta(days=policy.fresh_days.get(attribute, 0)) if latest and "fresh" in order else None
    trust = policy.trust.get(attribute, {})
    asked = [
        (name, _CRITERIA[name])
        for name in order
        if attribute in _APPLIES.get(name, (attribute,)) and (len(said_by) > 1 or name not in _OF_VALUE)
    ]
    scored = []
    for value, place in given:
        row, changed = rows[place], times[place]
        at = row["updated_at"]
        if dates and (told := dates.get((row["source"], row["source_id"]), {}).get(attribute)) is not None:
            at = told if since is None or since.tzinfo else told.astimezone(UTC).replace(tzinfo=None)
            changed = _epoch(at)
        case = _Case(value, row, attribute, at, changed, len(said_by[value]), since, trust)
        scored.append(([number(case) for _, number in asked], value, row))
    scored.sort(key=_NUMBERS, reverse=True)  # stable: ties keep the row order
    best: dict[str, tuple[list[int], str, Mapping[str, Any]]] = {}
    for item in scored:
        best.setdefault(item[1], item)
    distinct = list(best.values())
    ranked = []
    for (numbers, value, row), rival in zip_longest(distinct, distinct[1:]):
        rule = ONLY if len(distinct) == 1 else TIE
        if rival is not None:
            rule = next((one[0] for one, own, other in zip(asked, numbers, rival[0], strict=True) if own != other), TIE)
        at = row["updated_at"]
        entry = {
            "value": value,
            "rule": rule,
            "qc": _qc(row, attribute),
            "said_by": len(said_by[value]),
            "source": row["source"],
            "source_id": row["source_id"],
            "at": at.isoformat()[:_SECONDS] if at else None,
        }
        ranked.append((entry, row))
    return ranked


_NUMBERS: Final = itemgetter(0)
_SECONDS: Final = len("2026-01-31T23:59:59")


class _Case(NamedTuple):
    """A value of an attribute in a row. at: when it changed; changed: the same in seconds since 1970. since: from when
    on a change is fresh."""

    value: str
    row: Mapping[str, Any]
    attribute: str
    at: datetime | None
    changed: int
    said_by: int
    since: datetime | None
    trust: Mapping[str, int]


def _given(rows: Sequence[Mapping[str, Any]], attribute: str) -> list[tuple[str, int]]:
    """The values of an attribute as texts, each with the place of its row."""
    if attribute in LIST_ATTRIBUTES:
        return [(value, place) for place, row in enumerate(rows) for value in row[attribute] or ()]
    values = ((row[attribute], place) for place, row in enumerate(rows))
    return [(str(value), place) for value, place in values if value is not None]


def _qc(row: Mapping[str, Any], attribute: str) -> int | None:
    return row[QUALITY_OF[attribute]] if attribute in QUALITY_OF else None


_MOST: Final = MappingProxyType({name: (1 << bits) - 1 for name, bits in BITS.items()})
"""The largest number of each criterion."""


def _complete_parts(case: _Case) -> int:
    row, attribute = case.row, case.attribute
    if attribute in ("given_name", "patronymic"):
        return int(len(row[attribute]) > 1)
    if attribute == "address":
        return sum(row[part] is not None for part in ("street", "house", "flat"))
    if attribute == "full_name":
        return sum(len(row[part] or "") > 1 for part in ("surname", "given_name", "patronymic"))
    return 0


def _fitting(name: str, number: int) -> int:
    return number if 0 <= number <= _MOST[name] else min(max(number, 0), _MOST[name])


def _epoch(at: datetime | None) -> int:
    if at is None:
        return 0
    return _fitting("newest", int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() // 1))


def _is_fresh(case: _Case) -> int:
    return int(case.at is not None and case.since is not None and case.at >= case.since)


_CRITERIA: Final[Mapping[str, Callable[[_Case], int]]] = {
    "complete": _complete_parts,
    "quality": lambda case: int((_qc(case.row, case.attribute) or 0) in _SURE),
    "fresh": _is_fresh,
    "trusted": lambda case: _fitting("trusted", case.trust.get(case.row["source"], case.row["priority"]) - LEAST_TRUST),
    "newest": lambda case: case.changed,
    "frequent": lambda case: min(case.said_by, _MOST["frequent"]),
    "longest": lambda case: min(len(case.value), _MOST["longest"]),
}
"""The same numbers that `_score` packs: one that does not fit into its bits is the nearest one that does."""

_APPLIES: Final[Mapping[str, Collection[str]]] = {
    "complete": ("given_name", "patronymic", "address", "full_name"),
    "quality": QUALITY_OF,
}
"""Attributes that a criterion is about; in others it is the same of all."""

_OF_VALUE: Final = ("frequent", "longest")
"""Criteria that only tell one value from another."""
