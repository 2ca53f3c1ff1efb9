"""What a steward does to parties at once: merge several, part some records from the rest, and take it back whole.

An operation is judgements and pins in their own ledgers, written and undone in one transaction. What it would change is
found by doing it and rolling it back: so what is shown before is what happens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from typing import Any, Final, NamedTuple

from litso.errors import BadUsage, Conflict, NotFound
from litso.privacy.consent import Effective, Statement, Subject, allowed, effective
from litso.store import audit, consents, crosswalk, facts, golden, judgements, locks, operations, parties, pins
from litso.store.database import Connection, Store, beyond
from litso.store.golden import Golden
from litso.store.judgements import SourceKey, Verdict
from litso.store.operations import Operation
from litso.usecases import profile_facts
from litso.usecases.access import Actor, demand, demand_seen, seen
from litso.usecases.increment import Cause, Settled
from litso.usecases.pinning import fix_value, republish
from litso.usecases.stewardship import judge_within, reconsider

MOST: Final = 20_000
"""Judgements of one merge or split at most."""

_LONGEST: Final = 500

Versions = Mapping[str, int] | None
"""Party → version of its golden record that the caller saw; None: whatever it is now."""


class Share(NamedTuple):
    """A party as it is, or as it would be: `party_id` is None for one that would be minted. Amounts are in roubles."""

    party_id: str | None
    kind: str
    name: str
    records: int
    accounts: tuple[str, ...]
    debt: Decimal | None
    facts: int
    pins: int
    allowed: int
    refused: int


class Effects(NamedTuple):
    """What an operation changes.

    redirected: id → the id it leads to then, None for one that would be minted; revived: ids that stand on their own
    again. narrowed: consents that are void then; returned: those that a split gives back. systems: source → records
    whose party changes, so what it and whoever reads its keys has to learn.
    """

    before: tuple[Share, ...]
    after: tuple[Share, ...]
    redirected: dict[str, str | None]
    created: int
    narrowed: tuple[Subject, ...]
    returned: tuple[Subject, ...]
    systems: dict[str, int]

    def figures(self) -> dict[str, Any]:
        """The effects without what is personal, as an operation keeps them."""
        return {
            "before": [_figures(share) for share in self.before],
            "after": [_figures(share) for share in self.after],
            "redirected": self.redirected,
            "created": self.created,
            "narrowed": len(self.narrowed),
            "returned": len(self.returned),
            "systems": self.systems,
        }


class Done(NamedTuple):
    """An operation and what it changes; `operation` is None for a rehearsal."""

    operation: Operation | None
    effects: Effects


def _figures(share: Share) -> dict[str, Any]:
    kept = share._asdict()
    del kept["name"]
    return kept | {"accounts": len(share.accounts), "debt": None if share.debt is None else str(share.debt)}


# Doing ----------------------------------------------------------------------------------------------------------


def merge(
    store: Store,
    actor: Actor,
    party_ids: Sequence[str],
    *,
    reason: str,
    values: Mapping[str, str] | None = None,
    versions: Versions = None,
    is_rehearsal: bool = False,
) -> Done:
    """Make one party of several, and pin chosen values (attribute → value) of it; one operation takes all back.

    All their records are judged the same: one of each would leave it to evidence to pull the parties apart again.
    Conflict when a veto or their kind keeps the parties apart, or one is no longer at the version that the caller saw.
    """
    chosen = values or {}
    with _operating(store, actor, reason) as connection:
        found = _seen(connection, actor, party_ids, versions)
        if len(found) < 2:
            raise BadUsage("two parties or more are needed for a merge")
        members = [list(crosswalk.keys_of(connection, [one.party_id])) for one in found]
        first, *others = (key for keys in members for key in keys)
        _demand_room(len(others))
        entries = [Verdict("same", first, key, reason) for key in others]
        plan = _Plan("merge", entries, [first, *others], chosen, reason)
        outlook = _foreseen(connection, actor, plan)
        if outlook.is_one:
            return _carried_out(connection, actor, plan, outlook, is_rehearsal)
        raise Conflict(_why_apart(connection, found, members))


def split(
    store: Store,
    actor: Actor,
    party_id: str,
    chosen: Sequence[SourceKey],
    *,
    reason: str,
    together: bool = True,
    versions: Versions = None,
    is_rehearsal: bool = False,
) -> Done:
    """Part some records of a party from the rest: a veto between each of them and each of the others.

    together: the chosen records are judged one party; without it evidence decides. BadUsage when the party has not all
    of them, or no others.
    """
    with _operating(store, actor, reason) as connection:
        (found,) = _seen(connection, actor, [party_id], versions)
        members = list(crosswalk.keys_of(connection, [found.party_id]))
        parted = sorted(set(chosen))
        rest = [key for key in members if key not in set(parted)]
        if not parted or not rest or len(parted) + len(rest) != len(members):
            raise BadUsage("choose some of the party's records, not all of them")
        _demand_room(len(parted) * len(rest))
        vetoes = [Verdict("different", one, other, reason) for one, other in product(parted, rest)]
        ties = [Verdict("same", parted[0], key, reason) for key in parted[1:]] if together else []
        plan = _Plan("split", [*vetoes, *ties], members, {}, reason)
        return _carried_out(connection, actor, plan, _foreseen(connection, actor, plan), is_rehearsal)


def _demand_room(count: int) -> None:
    if count > MOST:
        raise BadUsage(f"that takes {count} judgements, {MOST} at most: choose fewer records")


@contextmanager
def _operating(store: Store, actor: Actor, reason: str) -> Iterator[Connection]:
    """A transaction that holds the resolution lock, for an actor with the right and a reason."""
    demand(actor, "judge")
    demand_reason(reason)
    with store.transaction() as connection:
        locks.lock_resolution(connection)
        with beyond(connection):
            yield connection


def demand_reason(reason: str) -> None:
    """BadUsage unless a reason is given."""
    if not reason.strip() or len(reason) > _LONGEST:
        raise BadUsage(f"an operation needs a reason of up to {_LONGEST} characters")


def _seen(connection: Connection, actor: Actor, party_ids: Sequence[str], versions: Versions) -> list[Golden]:
    """Golden records of the present parties, each once; Conflict when one is not as the caller saw it."""
    current = dict.fromkeys(parties.get_current(connection, one).party_id for one in party_ids)
    demand_seen(connection, actor, *current)
    return [golden.get(connection, one, version=(versions or {}).get(one)) for one in current]


def _why_apart(connection: Connection, found: Sequence[Golden], members: Sequence[Sequence[SourceKey]]) -> str:
    if len({one.kind for one in found}) > 1:
        return "a person and an organization do not become one party"
    home = {key: place for place, keys in enumerate(members) for key in keys}
    vetoes = [one for one in judgements.active_of(connection, list(home)) if one.verdict == "different"]
    between = [str(one.judgement_id) for one in vetoes if len({home.get(side, -1) for side in one.sides}) > 1]
    return f"vetoes keep the parties apart, undo them first: judgements {', '.join(between[:5]) or 'of others'}"


class _Plan(NamedTuple):
    """What is to be entered. keys: records of the parties that are asked about; values: to pin, attribute → value."""

    kind: str
    entries: Sequence[Verdict]
    keys: Sequence[SourceKey]
    values: Mapping[str, str]
    reason: str


class _Look(NamedTuple):
    """Parties at a moment, who has which record, and what is permitted."""

    shares: dict[str, Share]
    party_of: dict[SourceKey, str]
    allowed: frozenset[Subject]


class _Outlook(NamedTuple):
    """What a plan leads to, and how it was before; is_one: whether the records asked about are one party then."""

    before: _Look
    effects: Effects
    is_one: bool


def _foreseen(connection: Connection, actor: Actor, plan: _Plan) -> _Outlook:
    """What a plan leads to, found by doing it and rolling it back."""
    with connection.transaction(force_rollback=True):
        _, changed = _enter(connection, actor, plan)
        together = parties_of(connection, plan.keys)
        after = _look(connection, crosswalk.keys_of(connection, changed | together))
    before = _look(connection, crosswalk.of_keys(connection, after.party_of))
    known = {party for party in after.shares if parties.find(connection, party)}
    return _Outlook(before, _difference(before, after, known), len(together) == 1)


def foresee(connection: Connection, actor: Actor, verdict: str, left: SourceKey, right: SourceKey) -> Effects:
    """What one judgement would change. Call it in a transaction that holds the resolution lock; nothing is written."""
    kind = "merge" if verdict == "same" else "split"
    plan = _Plan(kind, [Verdict(verdict, left, right)], [left, right], {}, "")
    return _foreseen(connection, actor, plan).effects


def rehearse_judgement(
    connection: Connection, actor: Actor, verdict: str, left: SourceKey, right: SourceKey
) -> Effects:
    """What a judgement would change, for one who may enter it. NotFound when a record does not exist."""
    demand(actor, "judge")
    locks.lock_resolution(connection)
    with connection.transaction(force_rollback=True):
        judge_within(connection, actor, verdict=verdict, left=left, right=right)
    with beyond(connection):
        effects = foresee(connection, actor, verdict, left, right)
    _demand_reach(connection, actor, effects)
    for party in sorted(parties_of(connection, [left, right])):
        audit.write(connection, actor=actor.name, action="records", party_id=party, fields=("operation",))
    return effects


def _demand_reach(connection: Connection, actor: Actor, effects: Effects) -> None:
    """Conflict when a change would reach parties that the actor may not see."""
    touched = {one.party_id for one in effects.before if one.party_id}
    if seen(connection, actor, touched) != touched:
        raise Conflict("this would change parties beyond your limits: ask somebody without them")


def _carried_out(connection: Connection, actor: Actor, plan: _Plan, outlook: _Outlook, is_rehearsal: bool) -> Done:
    _demand_reach(connection, actor, outlook.effects)
    for party in outlook.before.shares:
        audit.write(connection, actor=actor.name, action="records", party_id=party, fields=("operation",))
    if is_rehearsal:
        return Done(None, outlook.effects)
    number, _ = _enter(connection, actor, plan)
    after = _look(connection, crosswalk.of_keys(connection, outlook.before.party_of))
    effects = _difference(outlook.before, after, after.shares)
    operations.change(connection, number, "applied", outlook=effects.figures())
    return Done(operations.get(connection, number), effects)


def _enter(connection: Connection, actor: Actor, plan: _Plan) -> tuple[int, set[str]]:
    """Write a plan into the ledgers and resolve accordingly; answers the operation and the parties that changed."""
    number = operations.add(connection, kind=plan.kind, author=actor.name, reason=plan.reason)
    judgements.add_many(connection, plan.entries, actor.name, number)
    keys = sorted({side for entry in plan.entries for side in (entry.left, entry.right)})
    changed = touched_by(reconsider(connection, keys, Cause("judgement")))
    made = parties_of(connection, plan.keys)
    if plan.values and len(made) == 1:
        merged = golden.get(connection, min(made))
        for attribute, value in plan.values.items():
            fix_value(connection, actor, merged, attribute, value, plan.reason, operation_id=number)
        republish(connection, made)
    return number, changed


def touched_by(settled: Settled) -> set[str]:
    """All parties that something happened to."""
    pairs = {**settled.merged, **settled.split}
    return {*settled.created, *settled.changed, *settled.ended, *pairs, *pairs.values()}


def parties_of(connection: Connection, keys: Iterable[SourceKey]) -> set[str]:
    """Present parties of records."""
    return set(crosswalk.of_keys(connection, list(keys)).values())


# What it changes ------------------------------------------------------------------------------------------------


def _look(connection: Connection, party_of: dict[SourceKey, str]) -> _Look:
    """Parties as they are now. party_of: the records that they have."""
    present = sorted(set(party_of.values()))
    holding = held_consents(connection, present)
    fixed = Counter(one.party_id for one in pins.held(connection, present))
    refused = {party: sum(not one.is_allowed for one in holding[party].values()) for party in present}
    shares = {
        one.party_id: _share(connection, one, fixed[one.party_id], len(allowed(holding[one.party_id])), refused)
        for one in golden.find_many(connection, present).values()
    }
    return _Look(shares, party_of, frozenset(subject for one in holding.values() for subject in allowed(one)))


def held_consents(connection: Connection, party_ids: Iterable[str]) -> dict[str, dict[Subject, Effective]]:
    """Party → what holds for each subject of its contacts now."""
    said: dict[str, list[Statement]] = {party: [] for party in party_ids}
    for one in consents.held(connection, said):
        said[one.party_id or ""].append(one.statement)
    moment = datetime.now(UTC)
    return {party: effective(statements, moment) for party, statements in said.items()}


def _share(connection: Connection, found: Golden, fixed: int, may: int, refused: Mapping[str, int]) -> Share:
    numbers = found.golden_values.get("accounts") or []
    known = facts.of_party(connection, found.party_id, numbers)
    return Share(
        party_id=found.party_id,
        kind=found.kind,
        name=found.name,
        records=found.records,
        accounts=tuple(numbers),
        debt=profile_facts.total_balance(profile_facts.accounts(numbers, known)),
        facts=len(known),
        pins=fixed,
        allowed=may,
        refused=refused[found.party_id],
    )


class Shift(NamedTuple):
    """Where records went: id that ended → the id that most of its records have; ids that came; source → its records
    whose party changed."""

    redirected: dict[str, str]
    created: set[str]
    systems: dict[str, int]


def shift_of(before: Mapping[SourceKey, str], after: Mapping[SourceKey, str]) -> Shift:
    """What became of the parties of records, each of which is in both."""
    ended = set(before.values()) - set(after.values())
    votes = Counter((party, after[key]) for key, party in before.items() if party in ended)
    heirs = {former: heir for (former, heir), _ in sorted(votes.items(), key=lambda one: (one[1], one[0]))}
    moved = Counter(key[0] for key, party in before.items() if after[key] != party)
    return Shift(heirs, set(after.values()) - set(before.values()), dict(sorted(moved.items())))


def _difference(before: _Look, after: _Look, known: Iterable[str]) -> Effects:
    """What became of the parties. known: ids that the store has; others are shown as still to be minted."""
    ids = set(known)
    shift = shift_of(before.party_of, after.party_of)
    named = (share if share.party_id in ids else share._replace(party_id=None) for share in after.shares.values())
    return Effects(
        before=_largest_first(before.shares.values()),
        after=_largest_first(named),
        redirected={old: heir if heir in ids else None for old, heir in sorted(shift.redirected.items())},
        created=len(shift.created),
        narrowed=tuple(sorted(before.allowed - after.allowed)),
        returned=tuple(sorted(after.allowed - before.allowed)),
        systems=shift.systems,
    )


def _largest_first(shares: Iterable[Share]) -> tuple[Share, ...]:
    return tuple(sorted(shares, key=lambda share: (-share.records, share.name, share.accounts, share.party_id or "")))


def parties_judged(connection: Connection, operation_id: int) -> set[str]:
    """Present parties of the records that an operation judged."""
    entries = judgements.of_operation(connection, operation_id)
    return parties_of(connection, {side for entry in entries for side in entry.sides})


# Taking it back -------------------------------------------------------------------------------------------------


def undo_operation(store: Store, actor: Actor, operation_id: int) -> Operation:
    """Take a merge or a split back: all its judgements and pins at once, and what they had taken the place of counts
    again. Conflict when it is undone already, or a later entry has taken the place of one of its own.
    """
    demand(actor, "judge")
    with store.transaction() as connection:
        locks.lock_resolution(connection)
        find_operation(connection, actor, operation_id)
        with beyond(connection):
            found = operations.get(connection, operation_id, lock=True)
            if found.status != "applied":
                raise Conflict(f"operation {operation_id} is {found.status}")
            demand_on_top(connection, operation_id)
            fixed = _undo_pins(connection, actor, operation_id)
            entries = judgements.of_operation(connection, operation_id)
            undo_entries(connection, actor, [one.judgement_id for one in entries])
            republish(connection, fixed.parties | parties_of(connection, fixed.keys))
            operations.change(connection, operation_id, "undone", undone_by=actor.name)
            return operations.get(connection, operation_id)


def find_operation(connection: Connection, actor: Actor, operation_id: int) -> Operation:
    """An operation; with limits an actor sees its own alone, others are as if they were not there."""
    found = operations.get(connection, operation_id)
    if actor.scope.is_limited and found.author != actor.name:
        raise NotFound(f"there is no operation {operation_id}")
    return found


def latest_operations(
    connection: Connection, actor: Actor, *, before: int | None = None, limit: int = 50
) -> list[Operation]:
    """Operations, the newest first; with limits an actor sees its own alone."""
    demand(actor, "judge")
    found = operations.latest(connection, before=before, limit=limit)
    return [one for one in found if not actor.scope.is_limited or one.author == actor.name]


def demand_on_top(connection: Connection, operation_id: int) -> None:
    """Conflict when a later judgement or pin has taken the place of one of an operation."""
    entries = judgements.of_operation(connection, operation_id)
    later = [one.superseded_by for one in entries if one.superseded_by]
    later_pins = [one.superseded_by for one in pins.of_operation(connection, operation_id) if one.superseded_by]
    if later or later_pins:
        what = f"judgement {max(filter(None, later))}" if later else f"pin {max(filter(None, later_pins))}"
        raise Conflict(f"operation {operation_id} has been judged over: undo {what} first")


def undo_entries(connection: Connection, actor: Actor, judgement_ids: Sequence[int]) -> Settled:
    """Undo judgements together and resolve accordingly."""
    changed = judgements.undo_many(connection, judgement_ids, actor.name)
    return reconsider(connection, sorted({side for one in changed for side in one.sides}), Cause("undo"))


class _Unfixed(NamedTuple):
    """Where pins were undone: the parties that held them, and the records on which they hung."""

    parties: set[str]
    keys: list[SourceKey]


def _undo_pins(connection: Connection, actor: Actor, operation_id: int) -> _Unfixed:
    made = pins.of_operation(connection, operation_id)
    numbers = {one.pin_id for one in made}
    holders = {one.party_id for one in pins.held(connection) if one.pin_id in numbers and one.party_id}
    pins.undo(connection, sorted(numbers), actor.name)
    return _Unfixed(holders, [(one.source, one.source_id) for one in made])
