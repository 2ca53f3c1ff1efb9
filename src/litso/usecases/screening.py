"""Screening: parties, and the directors and owners whom they name, are held against the lists.

Only differences are held: entries that a new edition added, changed or removed against all parties, and parties that
changed since against all entries. The matches are the same as if everything had been held anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import polars as pl

from litso.check.entries import RULES, Entry
from litso.check.match import SUBJECT_SCHEMA, SURE, Match, Schema, screen_one, subject_of, subjects
from litso.domain.record import PERSON
from litso.errors import Misconfigured
from litso.store import changes, checks
from litso.store.checks import MATCHES, OFFICERS
from litso.store.database import Connection, Store
from litso.telemetry.traces import traced
from litso.usecases import registers
from litso.usecases.lists import open_list, open_passports
from litso.usecases.registers import PASSPORTS
from litso.usecases.screening_plan import PASSPORT_AGREES, Plan, is_passport, plans

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, of)."""

_AT_ONCE: Final = 100
_MOST_FOLLOWED: Final = 500
"""Events since the last screening above which one pass over frames is quicker."""
_MOST_NAMED: Final = 20_000
"""Parties or entries above which reading all matches is quicker than naming them."""
_KEY: Final = ["party_id", "list", "entry_id", "subject"]


class Screened(NamedTuple):
    """What a screening did: parties held against all entries, entries held against all parties (by list), lists that
    were held whole, matches that are new and that are no longer."""

    parties: int
    entries: dict[str, int]
    whole: tuple[str, ...]
    found: int
    gone: int


# All at once -------------------------------------------------------------------------------------------------------


class _Scope(NamedTuple):
    """What is held: parties that changed (None: all), and organizations whose officers changed."""

    changed: pl.Series | None
    officers: pl.Series

    def has(self, of_officers: bool) -> pl.Expr:
        """Whether a row's `party_id` is held against all entries."""
        if self.changed is None:
            return pl.lit(value=True)
        is_changed = pl.col("party_id").is_in(self.changed.implode())
        return is_changed | pl.col("party_id").is_in(self.officers.implode()) if of_officers else is_changed


def screen(
    store: Store,
    *,
    started_by: str = "cli",
    is_everything: bool = False,
    progress: Progress = lambda stage, done, of: None,
) -> Screened:
    """Hold what changed since the last screening, or everything, against the lists in use, in one transaction.

    Misconfigured where a list that was screened before is not on this machine: parties must not read as checked then.
    """
    with store.transaction() as connection:
        checks.wait_for_lock(connection)
        if lacking := _lacking(connection):
            raise Misconfigured(f"the list {lacking[0]} is not in LITSO_HOME here: load it with `litso reference load`")
        watermark = changes.last_id(connection)
        base = None if is_everything else checks.find_base(connection)
        planned = list(plans(checks.lists(connection), is_everything=base is None))
        officers, renamed = _officers(connection)
        changed = None if base is None else pl.Series(checks.changed(connection, base), dtype=pl.String)
        scope = _Scope(changed, renamed)
        of_parties, parties = _of_parties(connection, planned, scope, progress)
        expected = pl.concat(
            [pl.DataFrame(schema=MATCHES), *of_parties, *_held(officers, planned, scope, is_own=False)]
        )
        progress("writing", 0, 1)
        found, gone = _write(connection, planned, scope, expected)
        for plan in planned:
            _keep_list(connection, plan)
        checks.move_base(connection, watermark)
        done = Screened(
            parties=parties,
            entries={plan.name: plan.held for plan in planned},
            whole=tuple(plan.name for plan in planned if plan.is_whole),
            found=found,
            gone=gone,
        )
        _log(connection, planned, done, started_by)
    return done


@traced
def catch_up(store: Store, *, started_by: str = "cli") -> Screened | None:
    """After loads and new editions: screen what changed.

    Nothing is done where nobody has ever screened, or a screened list is not on this machine: parties stay stale.
    """
    with store.transaction() as connection:
        if checks.find_base(connection) is None or _lacking(connection):
            return None
    return screen(store, started_by=started_by)


def _lacking(connection: Connection) -> list[str]:
    """Lists that were screened and are not on this machine."""
    return [name for name in checks.lists(connection) if registers.edition_of(name) is None]


def _keep_list(connection: Connection, plan: Plan) -> None:
    edition = plan.opened.edition
    checks.keep_list(
        connection,
        name=plan.name,
        file_sha256=edition.file_sha256,
        version=edition.version,
        published=date.fromisoformat(edition.published),
        entries=edition.rows,
        rules=RULES,
    )


def _log(connection: Connection, planned: Sequence[Plan], done: Screened, started_by: str) -> None:
    told = {
        plan.name: {"edition": plan.opened.edition.version, "held": plan.held, "is_whole": plan.is_whole}
        for plan in planned
    }
    checks.log_run(
        connection, started_by=started_by, lists=told, parties=done.parties, found=done.found, gone=done.gone
    )


def _of_parties(
    connection: Connection, planned: Sequence[Plan], scope: _Scope, progress: Progress
) -> tuple[list[pl.DataFrame], int]:
    """Matches that ought to be there of the parties that are held, and how many were held against all entries."""
    is_touched = scope.changed is None or any(plan.is_touched for plan in planned)
    ids = None if is_touched else list(scope.changed)  # type: ignore[arg-type]
    parts: list[pl.DataFrame] = []
    done = 0
    for batch in checks.subject_batches(connection, ids) if ids is None or ids else ():
        parts += _held(batch, planned, scope, is_own=True)
        done += batch.height
        progress("screening", done, 0)
    return parts, done if scope.changed is None else len(scope.changed)


def _held(batch: pl.DataFrame, planned: Sequence[Plan], scope: _Scope, *, is_own: bool) -> list[pl.DataFrame]:
    """Matches (MATCHES) of a frame of `checks.SUBJECTS`; of officers, who are not the party itself, with `said`."""
    numbered = batch.with_row_index("subject").with_columns(pl.col("subject").cast(pl.Int64))
    found = subjects(numbered.select(list(SUBJECT_SCHEMA)))
    is_changed = batch.select(pl.repeat(value=True, n=pl.len()) & scope.has(of_officers=not is_own)).to_series()
    owners = numbered.select("subject", "party_id", "version", said=pl.lit("") if is_own else pl.col("said"))
    parts = []
    for plan in planned:
        for those in (True, False):
            matches = plan.screen(found.filter(is_changed if those else ~is_changed), is_changed=those)
            if not matches.is_empty():
                whose = matches.join(owners, on="subject").drop("subject").rename({"said": "subject"})
                known = whose.with_columns(list=pl.lit(plan.name), edition=pl.lit(plan.opened.edition.version))
                parts.append(known.select(list(MATCHES)))
    return parts


def _officers(connection: Connection) -> tuple[pl.DataFrame, pl.Series]:
    """Officers as subjects, and the organizations whose officers are others than at the last screening."""
    now = checks.officers(connection, None).with_columns(pl.col("inn").fill_null(""))
    before = checks.screened_officers(connection, None)
    differ = [one.join(other, on=OFFICERS.names, how="anti") for one, other in ((now, before), (before, now))]
    checks.keep_officers(connection, now, None)
    return _as_subjects(now), pl.concat(differ)["party_id"].unique()


def _as_subjects(officers: pl.DataFrame) -> pl.DataFrame:
    """Officers as the columns of `checks.SUBJECTS` with `said`, what stands for them in matches."""
    inn = pl.col("inn")
    empty = dict.fromkeys(("company", "ogrn", "snils", "passport"), pl.lit(None, pl.String))
    return officers.select(
        "party_id",
        kind=pl.lit(PERSON),
        full_name=pl.col("name"),
        birth_date=pl.lit(None, pl.Date),
        inn=pl.when(inn != "").then(inn),
        version=pl.lit(None, pl.Int32),
        said=officer_said(),
        **empty,
    ).unique(["party_id", "said", "inn"])


def officer_said() -> pl.Expr:
    """«director: Иванов Пётр Ильич»: how a match calls an officer."""
    return pl.concat_str("role", pl.lit(": "), "name")


# What is written ---------------------------------------------------------------------------------------------------


def _write(connection: Connection, planned: Sequence[Plan], scope: _Scope, expected: pl.DataFrame) -> tuple[int, int]:
    """Add matches that are new, end those that are no longer; answers how many of each."""
    removed = frozenset((plan.name, number) for plan in planned for number in plan.removed)
    new, ended = _settle(connection, expected, _present(connection, planned, scope), removed)
    contents: dict[checks.Entry, dict[str, Any]] = {}
    for plan in planned:
        matched = set(expected.filter(pl.col("list") == plan.name)["entry_id"])
        if not plan.is_whole:
            matched &= plan.touched | set(new.filter(pl.col("list") == plan.name)["entry_id"])
        contents |= _contents(plan, matched)
    checks.keep_entries(connection, contents)
    return new.height, ended


def _settle(
    connection: Connection, expected: pl.DataFrame, present: pl.DataFrame, removed: frozenset[checks.Entry]
) -> tuple[pl.DataFrame, int]:
    """Make the matches that are present those expected; answers the new ones, and how many ended."""
    surest = [False] * len(_KEY) + [True]  # «sure» follows «strong» follows «possible» in the alphabet
    expected = expected.sort(*_KEY, "grade", descending=surest).unique(_KEY, keep="first", maintain_order=True)
    joined = [pl.col(name).list.join(",").alias(f"_{name}") for name in ("agrees", "differs")]
    alike = [*_KEY, "grade", "_agrees", "_differs"]
    expected, present = expected.with_columns(joined), present.with_columns(joined)
    new, ended = expected.join(present, on=alike, how="anti"), present.join(expected, on=alike, how="anti")
    rows = ended.select("match_id", "list", "entry_id").rows()
    checks.end_matches(
        connection, {match: "entry" if (name, number) in removed else "party" for match, name, number in rows}
    )
    checks.add_matches(connection, new)
    return new, len(rows)


_PRESENT: Final[Schema] = {
    "match_id": pl.Int64,
    **{name: kind for name, kind in MATCHES.items() if name not in ("version", "edition")},
}


def _present(connection: Connection, planned: Sequence[Plan], scope: _Scope) -> pl.DataFrame:
    """Present matches within what is held."""
    whole = [plan.name for plan in planned if plan.is_whole]
    entries = [(plan.name, number) for plan in planned for number in plan.touched]
    parties = [] if scope.changed is None else [*scope.changed, *scope.officers]
    is_all = scope.changed is None or bool(whole) or len(parties) + len(entries) > _MOST_NAMED
    frame = _standing(
        checks.standing(
            connection, is_all=is_all, party_ids=() if is_all else parties, entries=() if is_all else entries
        )
    )
    touched = pl.DataFrame(entries, schema={"list": pl.String, "entry_id": pl.Int64}, orient="row").unique()
    held = frame.join(touched.with_columns(is_touched=pl.lit(value=True)), on=["list", "entry_id"], how="left")
    is_held = pl.col("list").is_in(whole) | pl.col("is_touched").fill_null(value=False)
    is_held |= scope.has(of_officers=False) | ((pl.col("subject") != "") & scope.has(of_officers=True))
    return held.filter(is_held & pl.col("list").is_in([plan.name for plan in planned])).drop("is_touched")


def _standing(found: Sequence[checks.Standing]) -> pl.DataFrame:
    return pl.DataFrame({name: [getattr(one, name) for one in found] for name in _PRESENT}, schema=_PRESENT)


def _contents(plan: Plan, numbers: set[int]) -> dict[checks.Entry, dict[str, Any]]:
    """What the list says of some of its entries."""
    if plan.index is None:
        return {(plan.name, number): passport_content(number) for number in numbers}
    rows = plan.entries.with_row_index("row").filter(pl.col("entry_id").is_in(sorted(numbers)))["row"]
    return {(plan.name, entry.entry_id): content(entry) for entry in plan.index.take(rows.to_list())}


def content(entry: Entry) -> dict[str, Any]:
    """What a list says of an entry, as JSON has it."""
    shown = {name: value for name, value in entry._asdict().items() if name not in ("entry_id", "row_hash") and value}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in shown.items()}


def passport_content(number: int) -> dict[str, Any]:
    """An entry of the list of invalid passports."""
    digits = f"{number:010d}"
    return {"name": f"{digits[:2]} {digits[2:4]} {digits[4:]}", "kind": PERSON, "passports": [digits]}


# One party at a time -----------------------------------------------------------------------------------------------


def follow(connection: Connection, first: Sequence[str] = ()) -> int:
    """Screen parties that changed since all were screened, at most a hundred, those of `first` before others.

    Answers how many were screened; none when nobody has ever screened, somebody screens now, or a list is not on this
    machine. Officers of the organizations of `first` are screened whenever they are others than before.
    """
    base = checks.find_base(connection)
    if base is None or _lacking(connection):
        return 0
    watermark = changes.last_id(connection)
    waiting = set(checks.pending_of(connection, base, first)) if first else set()
    is_close = checks.count_events(connection, base, _MOST_FOLLOWED + 1) <= _MOST_FOLLOWED
    if is_close:
        waiting |= set(checks.pending(connection, base, first, _AT_ONCE + 1))
    renamed = _renamed(connection, first)
    if not (waiting or renamed) or not checks.try_lock(connection):
        return 0
    batch = sorted(waiting, key=lambda one: (one not in first, one))[:_AT_ONCE]
    _screen_few(connection, batch, renamed)
    if is_close and len(waiting) <= _AT_ONCE:
        checks.move_base(connection, watermark)
    else:
        checks.keep_fresh(connection, batch, watermark)
    return len(batch)


def _renamed(connection: Connection, party_ids: Sequence[str]) -> list[str]:
    """Which of some parties have other officers than when they were screened."""
    if not party_ids:
        return []
    now = checks.officers(connection, party_ids).with_columns(pl.col("inn").fill_null(""))
    before = checks.screened_officers(connection, party_ids)
    differ = [one.join(other, on=OFFICERS.names, how="anti") for one, other in ((now, before), (before, now))]
    return sorted(set(pl.concat(differ)["party_id"]))


def _screen_few(connection: Connection, party_ids: Sequence[str], renamed: Sequence[str]) -> None:
    """The matches of some parties, and of the officers of these and others, as a screening of all would leave them."""
    held = sorted({*party_ids, *renamed})
    officers = checks.officers(connection, held).with_columns(pl.col("inn").fill_null(""))
    checks.keep_officers(connection, officers, held)
    rows = [row | {"said": ""} for frame in checks.subject_batches(connection, party_ids) for row in frame.to_dicts()]
    rows += _as_subjects(officers).to_dicts()
    lists = list(checks.lists(connection))
    found: list[dict[str, Any]] = []
    contents: dict[checks.Entry, dict[str, Any]] = {}
    for name in lists:
        for row in rows:
            for number, said, match in _found(name, row):
                whose = {"party_id": row["party_id"], "subject": row["said"], "version": row["version"]}
                of_list = {"list": name, "entry_id": number, "edition": _edition(name)}
                found.append(whose | of_list | match._asdict())
                contents[name, number] = said
    present = _standing([
        one for one in checks.standing(connection, party_ids=held)
        if one.list in lists and (one.subject or one.party_id in party_ids)
    ])  # fmt: skip
    _settle(connection, pl.DataFrame(found, schema=MATCHES), present, frozenset())
    checks.keep_entries(connection, contents)


def _found(name: str, row: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any], Match]]:
    """Entries of a list in use that are or may be a row of `checks.SUBJECTS`: id, what the list says, how surely."""
    opened = registers.edition_of(name)
    assert opened is not None
    subject = subject_of(row["kind"], row | {"birth_date": row["birth_date"] and row["birth_date"].isoformat()})
    if name != PASSPORTS:
        yield from ((entry.entry_id, content(entry), match) for entry, match in screen_one(subject, open_list(opened)))
        return
    passport = subject.passport or ""
    if is_passport(passport) and open_passports(opened).has(passport[:4], passport[4:]):
        yield int(passport), passport_content(int(passport)), Match(SURE, (PASSPORT_AGREES,), ())


def _edition(name: str) -> str:
    opened = registers.edition_of(name)
    return opened.edition.version if opened else ""
