"""Find parties by any fragment: while an operator types, or by a phone, account or words of a program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rapidfuzz.distance import OSA

from litso.golden import search as tokens
from litso.store import audit, golden
from litso.store import search as store_search
from litso.store.database import Connection, beyond
from litso.store.golden import Golden
from litso.store.search import Hit, Term
from litso.telemetry.traces import traced
from litso.usecases.access import Actor, demand, sight_of
from litso.usecases.audit_alarms import SEQUENCE, Sequences
from litso.usecases.masking import Sight, masked_email, masked_phone, masked_values
from litso.usecases.search_plan import (
    Group,
    Plan,
    Reach,
    Reading,
    Reason,
    one_error_away,
    plan,
    plan_words,
    reasons,
    with_corrections,
)

SHOWN: Final = 20
"""How many hits a screen shows."""

_SEQUENCES: Final = Sequences()
_MOST_CORRECTIONS: Final = 8
_SHORTEST_TYPO_WORD: Final = 4
_LONG_WORD: Final = 8


@dataclass(frozen=True, slots=True)
class Why:
    """Why a party was found: the kind of attribute, and the value where it helps to tell."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Found:
    """A party in a list of hits, masked as the actor may see it."""

    party_id: str
    kind: str
    name: str
    birth_date: str | None
    address: str | None
    accounts: tuple[str, ...]
    records: int
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Hits, best first. `corrections` are the words that were searched in place of misspelt ones."""

    hits: tuple[Found, ...]
    has_more: bool = False
    corrections: tuple[str, ...] = ()
    is_too_short: bool = False


@traced
def search(connection: Connection, actor: Actor, query: str, *, limit: int = SHOWN, skip: int = 0) -> Answer:
    """Parties that a typed fragment means. Whole words come before beginnings, these before corrected words."""
    demand(actor, "read_parties")
    if not plan(query, Reach.WHOLE):
        return Answer((), is_too_short=True)
    chosen, hits = _first_hits(connection, actor, query, skip + limit)
    corrections: tuple[str, ...] = ()
    if not hits:
        chosen, hits, corrections = _corrected(connection, actor, plan(query, Reach.LAST), skip + limit)
    ranked = sorted(hits, key=lambda hit: _rank(hit, chosen))
    return _answer(connection, actor, query, ranked[skip:], chosen, limit, corrections)


def _first_hits(connection: Connection, actor: Actor, query: str, limit: int) -> tuple[Plan, list[Hit]]:
    """Hits of whole words, then with the last word begun; with every word begun only when there are none."""
    chosen: Plan = ()
    hits: list[Hit] = []
    for reach in Reach:
        if len(hits) > limit or (hits and reach is Reach.EVERY):
            break
        wider = plan(query, reach)
        hits = _find(connection, actor, tuple(reading for reading in wider if reading not in chosen), limit, hits)
        chosen = (*chosen, *wider)
    return chosen, hits


def _find(connection: Connection, actor: Actor, chosen: Plan, limit: int, known: Sequence[Hit] = ()) -> list[Hit]:
    """Hits of the readings of a plan beside the known ones, until there are more than `limit`."""
    hits = {hit.party_id: hit for hit in known}
    for reading in chosen:
        if len(hits) > limit:
            break
        for hit in _hits(connection, actor, reading, 2 * limit + 1):
            hits.setdefault(hit.party_id, hit)
    return list(hits.values())


def _hits(connection: Connection, actor: Actor, reading: Reading, limit: int) -> list[Hit]:
    """Hits within the limits of the actor. Row security could not use the index of tokens: it holds the golden records
    of the hits, without which nothing is shown."""
    with beyond(connection):
        return store_search.find(connection, reading, limit=limit, scope=actor.scope)


def _corrected(
    connection: Connection, actor: Actor, opened: Plan, limit: int
) -> tuple[Plan, list[Hit], tuple[str, ...]]:
    """Hits of known words that differ from the typed ones by a typing error."""
    typed = [word for word in plan_words(opened) if len(word) >= _SHORTEST_TYPO_WORD]
    corrections = {word: near for word in typed if (near := _near_words(connection, word))}
    if not corrections:
        return (), [], ()
    chosen = with_corrections(opened, corrections)
    hits = _find(connection, actor, chosen, limit)
    used = {reason.token[2:] for hit in hits for reason in reasons(chosen, hit.tokens)}
    words = dict.fromkeys(word for near in corrections.values() for word in near if word in used)
    return chosen, hits, tuple(words)


def _near_words(connection: Connection, word: str) -> list[str]:
    """Known words one typing error away; of a long word, when there are none, two errors away."""
    near = store_search.known_words(connection, one_error_away(word))
    if not near and len(word) >= _LONG_WORD:
        similar = store_search.similar_words(connection, word, limit=4 * _MOST_CORRECTIONS)
        near = [known for known in similar if OSA.distance(word, known, score_cutoff=2) <= 2]
    return sorted(near)[:_MOST_CORRECTIONS]


def _rank(hit: Hit, chosen: Plan) -> tuple[int, str, str]:
    """The first reading that a party fits, then its name: an order that does not depend on the store's."""
    place = next((place for place, reading in enumerate(chosen) if reasons((reading,), hit.tokens)), len(chosen))
    return place, hit.name, hit.party_id


def _answer(
    connection: Connection,
    actor: Actor,
    typed: str,
    ranked: Sequence[Hit],
    chosen: Plan,
    limit: int,
    corrections: tuple[str, ...] = (),
) -> Answer:
    sight, purpose = sight_of(actor, None)
    shown = ranked[:limit]
    details = golden.find_many(connection, [hit.party_id for hit in shown])
    found = tuple(_found(hit, details[hit.party_id], chosen, sight) for hit in shown if hit.party_id in details)
    kinds = sorted({why.kind for one in found for why in one.why})
    audit.write(
        connection, actor=actor.name, action="search", fields=kinds, purpose=purpose, found=len(found),
        object=SEQUENCE if _SEQUENCES.is_next(actor.name, typed) else "",
    )  # fmt: skip
    return Answer(found, has_more=len(ranked) > limit, corrections=corrections)


def _found(hit: Hit, record: Golden, chosen: Plan, sight: Sight) -> Found:
    values = masked_values({"full_name": record.name, **record.golden_values}, sight, record.kind)
    return Found(
        party_id=hit.party_id,
        kind=record.kind,
        name=values["full_name"] or record.name,
        birth_date=values.get("birth_date"),
        address=values.get("address"),
        accounts=tuple(values.get("accounts") or ()),
        records=record.records,
        why=tuple(Why(reason.kind, _shown(reason, record.golden_values)) for reason in reasons(chosen, hit.tokens)),
    )


def _shown(reason: Reason, values: Mapping[str, Any]) -> str:
    """The value behind a reason, where the line of the hit does not show it: a masked phone or e-mail."""
    namespace, token = reason.token[0], reason.token[2:]
    if reason.kind == "phone":
        number = token[::-1] if namespace == tokens.PHONE_END else token
        return masked_phone(f"+{number}")
    if reason.kind == "email":
        return masked_email(token)
    if reason.kind == "account":
        return next((number for number in values.get("accounts") or () if tokens.code(number) == token), token)
    return token if reason.kind == "meter" else ""


def has_parties(connection: Connection) -> bool:
    """Whether anybody could be found."""
    return golden.has_any(connection)


@traced
def by_phone(connection: Connection, actor: Actor, phone: str, *, limit: int = SHOWN, skip: int = 0) -> Answer:
    """Parties that have this phone, however it is written."""
    return _exactly(connection, actor, phone, of_phone(phone), limit, skip)


def of_phone(phone: str) -> Group:
    """What a golden record with this phone answers to; nothing for what is no phone."""
    number = tokens.digits(phone)
    national = number[1:] if len(number) == 11 and number[0] in "78" else number
    written = dict.fromkeys((f"7{national}", number))
    return tuple(Term(f"{tokens.PHONE}:{digits}") for digits in written if number)


def of_account(account: str) -> Group:
    """What a golden record with this account answers to, with or without its leading zeros."""
    number = tokens.code(account)
    return (Term(f"{tokens.ACCOUNT}:{number}"),) if number else ()


def of_email(email: str) -> Group:
    """What a golden record with this e-mail answers to."""
    address = tokens.folded(email.strip())
    return (Term(f"{tokens.EMAIL}:{address}"),) if address else ()


@traced
def by_account(connection: Connection, actor: Actor, account: str, *, limit: int = SHOWN, skip: int = 0) -> Answer:
    """Parties that have this account, with or without its leading zeros."""
    return _exactly(connection, actor, account, of_account(account), limit, skip)


def _exactly(connection: Connection, actor: Actor, typed: str, group: Group, limit: int, skip: int) -> Answer:
    demand(actor, "read_parties")
    hits = _hits(connection, actor, (group,), skip + limit + 1) if group else []
    ranked = sorted(hits, key=lambda hit: (hit.name, hit.party_id))
    return _answer(connection, actor, typed, ranked[skip:], ((group,),), limit)
