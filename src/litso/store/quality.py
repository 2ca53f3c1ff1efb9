"""Quality of records, measured and kept: three passes over all records, figures over time, and the records behind a
figure.

The statements that read records are built here, from what each attribute is in SQL: of a record `r`, of the golden
record `g` of its party, and of all records of one party in one source (`a`, `b`), which are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString, NamedTuple

from psycopg import sql

from litso.domain.quality import (
    AGES,
    ATTRIBUTES,
    COMPLETENESS,
    CONSISTENCY,
    FRESH_RECORD_DAYS,
    FRESHNESS,
    NO_VALUE,
    RECORD,
    UNIQUENESS,
    VALIDITY,
    Figure,
    is_asked,
)
from litso.errors import NotFound
from litso.store.bulk import take_memory
from litso.store.database import Connection, rows_of, scalar
from litso.store.queries import statements

_KEPT_AT_MOST: Final = 400
"""Measurements of a series that are read at most: a month of loads and a year of days."""


class Counted(NamedTuple):
    """Records of a source and kind: how many, `ages` (within days → records), and by attribute."""

    source: str
    kind: str
    records: int
    ages: Mapping[int, int]
    attributes: Mapping[str, AttributeCounts]


class AttributeCounts(NamedTuple):
    """Records that have a value, a good one, a fresh one; those compared with a golden value, and those like it."""

    filled: int
    good: int
    fresh: int
    compared: int
    agreed: int


class Compared(NamedTuple):
    """Two sources: parties of which both give an attribute, and of which they say the same, by attribute.

    Of a source with itself: `records` and those of them that are the only one of their party.
    """

    source: str
    other: str
    records: int
    single: int
    attributes: Mapping[str, tuple[int, int]]


class Failing(NamedTuple):
    """A record behind a figure. `given`: its standard values; `against`: what they are compared with.

    `sharing`: parties that have its value, or records of its party in the source.
    """

    record_id: int
    source: str
    source_id: str
    party_id: str | None
    kind: str
    payload: str
    updated_at: datetime | None
    qc: int | None
    problems: list[str]
    given: list[str]
    against: list[str]
    sharing: int | None


class _Column(NamedTuple):
    """An attribute in SQL. `filled`, `qc` and `given` (text[]) are of `r`; `key` and `golden` are compared, null where
    nothing can be; `said` are aggregates over records of a party in a source, by name, `agree` a condition over them in
    `a` and `b`; `shown` is the golden value."""

    filled: LiteralString
    qc: LiteralString
    given: LiteralString
    agrees: LiteralString = "false"
    known: LiteralString = "false"
    said: tuple[tuple[LiteralString, LiteralString], ...] = ()
    agree: LiteralString = "false"
    shown: LiteralString = "null"


def _scalar(name: LiteralString, golden: LiteralString) -> _Column:
    """A column of one text."""
    return _Column(
        filled=f"r.{name} is not null" if name == "national_id" else f"(r.qc_{name} <> {{no_value}}) is true",
        qc="null::smallint" if name == "national_id" else f"r.qc_{name}",
        given=f"array[r.{name}::text]",
        known=f"r.{name} is not null and g.golden_values ? '{golden}'",
        agrees=f"r.{name}::text = g.golden_values->>'{golden}'",
        said=((name, f"array_agg(r.{name}) filter (where r.{name} is not null)"),),
        agree=f"a.{name} && b.{name}",
        shown=f"array[g.golden_values->>'{golden}']",
    )


def _listed(name: LiteralString, column: LiteralString) -> _Column:
    """A column of several texts: it agrees when it has the first golden value, or any that the other source has."""
    return _Column(
        filled=f"(r.qc_{name} <> {{no_value}}) is true",
        qc=f"r.qc_{name}",
        given=f"r.{column}",
        known=f"r.{column} <> '{{{{}}}}' and g.golden_values ? '{column}'",
        agrees=f"g.golden_values->'{column}'->>0 = any(r.{column})",
        said=(
            (
                name,
                f"string_to_array(string_agg(array_to_string(r.{column}, ' '), ' ')"
                f" filter (where r.{column} <> '{{{{}}}}'), ' ')",
            ),
        ),
        agree=f"a.{name} && b.{name}",
        shown=f"array[g.golden_values->'{column}'->>0]",
    )


# Names agree by surname and first letter: a diminutive or a lone initial is no contradiction.
_NAME: Final[LiteralString] = (
    "case when r.kind = 'organization' then r.company"
    " else replace(r.surname, 'ё', 'е') || ' ' || left(r.given_name, 1) end"
)
_GOLDEN_NAME: Final[LiteralString] = (
    "case when g.kind = 'organization' then g.golden_values->>'company' else"
    " replace(g.golden_values->>'surname', 'ё', 'е') || ' ' || left(g.golden_values->>'given_name', 1) end"
)
# Addresses agree by house, and by flat where both sides name one.
_COLUMNS: Final[Mapping[str, _Column]] = {
    "name": _Column(
        filled="(r.qc_name <> {no_value}) is true",
        qc="r.qc_name",
        given="array[coalesce(r.full_name, concat_ws(' ', r.surname, r.given_name, r.patronymic))]",
        known=f"({_NAME}) is not null and ({_GOLDEN_NAME}) is not null",
        agrees=f"({_NAME}) = ({_GOLDEN_NAME})",
        said=(("name", f"array_agg({_NAME}) filter (where ({_NAME}) is not null)"),),
        agree="a.name && b.name",
        shown="array[g.name]",
    ),
    "address": _Column(
        filled="(r.qc_address <> {no_value}) is true",
        qc="r.qc_address",
        given="array[r.address]",
        known="r.house_key is not null and g.golden_values ? 'house_key'",
        agrees="r.house_key = g.golden_values->>'house_key' and coalesce(r.flat = g.golden_values->>'flat', true)",
        said=(
            ("address", "array_agg(r.house_key) filter (where r.house_key is not null)"),
            ("place", "array_agg(r.house_key || '#' || r.flat) filter (where r.house_key is not null)"),
            ("is_vague", "bool_or(r.flat is null) filter (where r.house_key is not null)"),
        ),
        agree="a.address && b.address and (a.is_vague or b.is_vague or a.place && b.place)",
        shown="array[g.golden_values->>'address']",
    ),
    "phone": _listed("phone", "phones"),
    "email": _listed("email", "emails"),
    "account": _listed("account", "accounts"),
    "birth_date": _scalar("birth_date", "birth_date"),
    "snils": _scalar("snils", "snils"),
    "inn": _scalar("inn", "inn"),
    "passport": _scalar("passport", "passport"),
    "national_id": _scalar("national_id", "national_id"),
    "ogrn": _scalar("ogrn", "ogrn"),
    "kpp": _scalar("kpp", "kpp"),
}
_COMPARED: Final = tuple(name for name, asked in ATTRIBUTES.items() if asked.is_compared)
_LIMITED: Final = tuple(name for name, asked in ATTRIBUTES.items() if asked.most_sharing)


def _sql(text: LiteralString) -> sql.Composed:
    """A piece of SQL in which `{no_value}` stands for the quality code of no value."""
    return sql.SQL(text).format(no_value=sql.Literal(NO_VALUE))


def _filled(name: str) -> sql.Composed:
    return _sql(_COLUMNS[name].filled)


def _good(name: str) -> sql.Composed:
    codes = ATTRIBUTES[name].codes
    if not codes:
        return _filled(name)
    listed = sql.SQL(", ").join(map(sql.Literal, codes))
    return sql.SQL("({} in ({})) is true").format(_sql(_COLUMNS[name].qc), listed)


def _fresh(days: int) -> sql.Composed:
    return sql.SQL("(r.updated_at >= now() - {} * interval '1 day') is true").format(sql.Literal(days))


def _compared(name: str) -> sql.Composed:
    return sql.SQL("(g.records > 1 and {}) is true").format(_sql(_COLUMNS[name].known))


def _number(*conditions: sql.Composable) -> sql.Composed:
    return sql.SQL("count(*) filter (where {})").format(sql.SQL(" and ").join(conditions))


# Measuring -----------------------------------------------------------------------------------------------------


def count_records(connection: Connection) -> list[Counted]:
    """One pass over all records with their golden records, by source and kind."""
    columns: list[sql.Composable] = [_number(_fresh(days)) for days in AGES]
    for name, asked in ATTRIBUTES.items():
        filled = _filled(name)
        columns += [
            _number(filled),
            _number(filled, _good(name)),
            _number(filled, _fresh(asked.fresh_days)) if asked.fresh_days else sql.SQL("0"),
        ]
        both = _compared(name), sql.SQL("({}) is true").format(_sql(_COLUMNS[name].agrees))
        columns += [_number(both[0]), _number(*both)] if asked.is_compared else [sql.SQL("0"), sql.SQL("0")]
    query = sql.SQL(
        "select r.source, r.kind, count(*), {} from source_record r left join node n on n.node_id = r.node_id"
        " left join golden g on g.party_id = n.party_id where r.deleted_at is null group by r.source, r.kind"
    ).format(sql.SQL(", ").join(columns))
    take_memory(connection)
    return [_counted(row) for row in connection.execute(query).fetchall()]


def _counted(row: Sequence[Any]) -> Counted:
    source, kind, records, *rest = row
    ages, counts = rest[: len(AGES)], rest[len(AGES) :]
    size = len(AttributeCounts._fields)
    found = {name: AttributeCounts(*counts[place * size : (place + 1) * size]) for place, name in enumerate(ATTRIBUTES)}
    return Counted(source, kind, records, dict(zip(AGES, ages, strict=True)), found)


def compare_sources(connection: Connection) -> list[Compared]:
    """One pass over all records by party: what each two sources say of the same party."""
    pairs: list[sql.Composable] = []
    for name in _COMPARED:
        known = sql.SQL("a.{0} is not null and b.{0} is not null").format(sql.Identifier(name))
        pairs += [_number(known), _number(known, _sql(_COLUMNS[name].agree))]
    query = sql.SQL(
        "with said as materialized (select n.party_id, r.source, count(*) as records, {} from source_record r"
        " join node n on n.node_id = r.node_id group by n.party_id, r.source)"
        " select a.source, b.source, sum(a.records)::bigint, count(*) filter (where a.records = 1), {}"
        " from said a join said b on a.party_id = b.party_id and a.source <= b.source group by a.source, b.source"
    ).format(_said(_COMPARED), sql.SQL(", ").join(pairs))
    take_memory(connection)
    return [
        Compared(
            source, other, records, single, dict(zip(_COMPARED, zip(both[::2], both[1::2], strict=True), strict=True))
        )
        for source, other, records, single, *both in connection.execute(query).fetchall()
    ]


def _said(names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(
        sql.SQL("{} as {}").format(_sql(aggregate), sql.Identifier(title))
        for name in names
        for title, aggregate in _COLUMNS[name].said
    )


def count_crowded(connection: Connection) -> dict[tuple[str, str], int]:
    """(source, attribute) → records whose value more parties have than may share it."""
    query = sql.SQL(
        "with told as materialized ({}), crowded as ({}) select t.source, t.attribute, count(distinct t.record_id)"
        " from told t join crowded c on c.attribute = t.attribute and c.value = t.value group by 1, 2"
    ).format(_told(_LIMITED), _crowded(_LIMITED))
    take_memory(connection)
    return {(source, name): count for source, name, count in connection.execute(query).fetchall()}


def _told(names: Sequence[str]) -> sql.Composed:
    """Every value of some attributes: `attribute`, `value`, `source`, `record_id`, `party_id`."""
    lists = sql.SQL(", ").join(
        sql.SQL("({}, {})").format(sql.Literal(name), _sql(_COLUMNS[name].given)) for name in names
    )
    return sql.SQL(
        "select v.attribute, e.value, r.source, r.record_id, n.party_id from source_record r"
        " join node n on n.node_id = r.node_id cross join lateral (values {}) v (attribute, list)"
        " cross join lateral unnest(v.list) e (value) where e.value is not null"
    ).format(lists)


def _crowded(names: Sequence[str]) -> sql.Composed:
    """Values of `told` that too many parties have: `attribute`, `value`, `parties`."""
    limits = sql.SQL(" ").join(
        sql.SQL("when {} then {}").format(sql.Literal(name), sql.Literal(ATTRIBUTES[name].most_sharing))
        for name in names
    )
    return sql.SQL(
        "select attribute, value, count(distinct party_id) as parties from told group by attribute, value"
        " having count(distinct party_id) > case attribute {} end"
    ).format(limits)


# What is kept --------------------------------------------------------------------------------------------------


def write(connection: Connection, figures: Sequence[Figure], thin_before: datetime) -> None:
    """Keep the figures as those of this moment; of days before `thin_before` keep the last measurement alone."""
    columns = [list(column) for column in zip(*(figure[:6] for figure in figures), strict=True)] or [[]] * 6
    names = ("sources", "attributes", "dimensions", "others", "goods", "totals")
    connection.execute(statements("quality")["write"], dict(zip(names, columns, strict=True)))
    connection.execute(statements("quality")["thin_out"], {"before": thin_before})


def last_moment(connection: Connection) -> datetime | None:
    """When quality was measured last."""
    found: datetime | None = scalar(connection, statements("quality")["last_moment"])
    return found


def changed_since(connection: Connection, moment: datetime) -> dict[str, int]:
    """Source → records that loads have changed since."""
    return dict(connection.execute(statements("quality")["changed_since"], {"moment": moment}).fetchall())


def count_live(connection: Connection) -> dict[str, int]:
    """Source → records that it has."""
    return dict(connection.execute(statements("quality")["live"]).fetchall())


def latest(connection: Connection, source: str | None = None) -> list[Figure]:
    """The figures of the last measurement, of a source or all."""
    return rows_of(connection, Figure, statements("quality")["latest"], {"source": source})


def series(
    connection: Connection, *, source: str | None = None, attribute: str | None = None, most: int = _KEPT_AT_MOST
) -> list[Figure]:
    """The last `most` figures of each series (source, attribute, dimension), the oldest first."""
    parameters = {"source": source, "attribute": attribute, "most": most}
    return rows_of(connection, Figure, statements("quality")["series"], parameters)


def load_times(connection: Connection, most: int) -> dict[str, list[datetime]]:
    """Source → when it was loaded, the last `most` loads."""
    found: dict[str, list[datetime]] = {}
    for source, moment in connection.execute(statements("quality")["load_times"], {"most": most}).fetchall():
        found.setdefault(source, []).append(moment)
    return found


# Records behind a figure -----------------------------------------------------------------------------------------


class Place(NamedTuple):
    """Whose records are asked for: of a figure, as `Figure` names it."""

    source: str
    attribute: str
    dimension: str
    other: str = ""


def failing(connection: Connection, place: Place, *, after: int, limit: int) -> list[Failing]:
    """Records that are not good in a figure, by record id, after one; NotFound for a figure that is never measured."""
    query = _failing(place)
    parameters = {"source": place.source, "other": place.other, "after": after, "limit": limit}
    take_memory(connection)
    return rows_of(connection, Failing, query, parameters)


class _Question(NamedTuple):
    """Parts of the statement that finds records: what comes before, joins, conditions, and two columns."""

    where: sql.Composable
    joins: sql.Composable = sql.SQL("")
    before: sql.Composable = sql.SQL("")
    against: sql.Composable = sql.SQL("'{}'::text[]")
    sharing: sql.Composable = sql.SQL("null::bigint")


def _failing(place: Place) -> sql.Composed:
    asked = _QUESTIONS.get((place.attribute == RECORD, place.dimension, bool(place.other)))
    if asked is None or not is_asked(place.attribute, place.dimension):
        raise NotFound(f"there are no records of {place.dimension} of {place.attribute}")
    question = asked(place.attribute)
    column = _COLUMNS.get(place.attribute)
    return sql.SQL(
        "{before} select distinct on (r.record_id) r.record_id, r.source, r.source_id, n.party_id::text, r.kind,"
        " r.payload, r.updated_at, {qc} as qc, r.problems, array_remove({given}, null) as given,"
        " array_remove({against}, null) as against, {sharing} as sharing"
        " from source_record r left join node n on n.node_id = r.node_id {joins}"
        " where r.source = %(source)s and r.deleted_at is null and r.record_id > %(after)s and {where}"
        " order by r.record_id limit %(limit)s"
    ).format(
        qc=_sql(column.qc) if column else sql.SQL("null::smallint"),
        given=_sql(column.given) if column else sql.SQL("'{}'::text[]"),
        **question._asdict(),
    )


def _lacking(name: str) -> _Question:
    kinds = sql.SQL(", ").join(map(sql.Literal, ATTRIBUTES[name].kinds))
    return _Question(sql.SQL("r.kind in ({}) and not {}").format(kinds, _filled(name)))


def _wrong(name: str) -> _Question:
    return _Question(sql.SQL("{} and not {}").format(_filled(name), _good(name)))


def _old(name: str) -> _Question:
    days = ATTRIBUTES[name].fresh_days or FRESH_RECORD_DAYS
    return _Question(sql.SQL("{} and not {}").format(_filled(name), _fresh(days)))


def _old_record(_: str) -> _Question:
    return _Question(sql.SQL("not {}").format(_fresh(FRESH_RECORD_DAYS)))


def _double(_: str) -> _Question:
    return _Question(
        where=sql.SQL("d.records > 1"),
        joins=sql.SQL(
            "cross join lateral (select count(*) as records from node m join source_record o on o.node_id = m.node_id"
            " where m.party_id = n.party_id and o.source = r.source) d"
        ),
        sharing=sql.SQL("d.records"),
    )


def _shared(name: str) -> _Question:
    return _Question(
        where=sql.SQL("true"),
        joins=sql.SQL(
            "join (select t.record_id, max(c.parties) as parties from told t join crowded c on c.value = t.value"
            " where t.source = %(source)s group by t.record_id) d on d.record_id = r.record_id"
        ),
        before=sql.SQL("with told as materialized ({}), crowded as ({})").format(_told([name]), _crowded([name])),
        sharing=sql.SQL("d.parties"),
    )


def _unlike_golden(name: str) -> _Question:
    column = _COLUMNS[name]
    return _Question(
        where=sql.SQL("{} and not ({})").format(_compared(name), _sql(column.agrees)),
        joins=sql.SQL("join golden g on g.party_id = n.party_id"),
        against=_sql(column.shown),
    )


def _unlike_other(name: str) -> _Question:
    column = _COLUMNS[name]
    given = sql.SQL("array_agg(array_to_string({}, ', ')) as given").format(_sql(column.given))
    told = sql.SQL(
        "cross join lateral (select {}, {} from node m join source_record r on r.node_id = m.node_id"
        " where m.party_id = n.party_id and r.source = {}) {}"
    )
    joins = sql.SQL(" ").join(
        told.format(_said([name]), given, sql.SQL(source), sql.SQL(side))
        for source, side in (("%(source)s", "a"), ("%(other)s", "b"))
    )
    where = sql.SQL("a.{0} is not null and b.{0} is not null and not ({1})").format(
        sql.Identifier(name), _sql(column.agree)
    )
    return _Question(where=where, joins=joins, against=sql.SQL("b.given"))


_QUESTIONS: Final = {
    (False, COMPLETENESS, False): _lacking,
    (False, VALIDITY, False): _wrong,
    (False, UNIQUENESS, False): _shared,
    (False, FRESHNESS, False): _old,
    (False, CONSISTENCY, False): _unlike_golden,
    (False, CONSISTENCY, True): _unlike_other,
    (True, UNIQUENESS, False): _double,
    (True, FRESHNESS, False): _old_record,
}
"""(of whole records, dimension, with another source) → what finds the records that are not good."""
