"""What subjects say about the use of their contacts: taken from facts, files, programs and people at the desk.

A statement is entered on a record, as it was said, and never changed; what holds for a party follows from the
statements on its records (`litso.privacy.consent`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from litso.domain.scope import CONTACT
from litso.errors import BadUsage, Conflict, NotFound, RowRejected
from litso.privacy.consent import (
    ANY_CHANNELS,
    CHANNELS,
    EMAIL_CHANNELS,
    GIVEN,
    PHONE_CHANNELS,
    PURPOSES,
    REFUSED,
    STATES,
    WITHDRAWN,
    Effective,
    Subject,
    effective,
)
from litso.sources.quarantine import reject
from litso.store import audit, changes, consents, golden, parties, quarantine, records
from litso.store.consents import Consent, Given, StatedFact
from litso.store.database import Connection, Store, beyond
from litso.store.quarantine import RejectedRow
from litso.usecases.access import Actor, demand, demand_records, demand_seen, sight_of
from litso.usecases.masking import Sight, masked_email, masked_phone
from litso.usecases.reachability import standard_contact
from litso.usecases.table_files import BadRow, TableRow, read_rows

SourceKey = tuple[str, str]

_WORDS: Final = {
    **dict.fromkeys(("да", "дано", "согласен", "согласна", "согласие", "yes", "true", "1", "granted"), GIVEN),
    **dict.fromkeys(("нет", "отказ", "не согласен", "не согласна", "no", "false", "0", "denied"), REFUSED),
    **dict.fromkeys(("отозвано", "отзыв", "revoked"), WITHDRAWN),
    **{state: state for state in STATES},
}
"""How sources write the state of a statement."""

_LONGEST: Final = 500
_NEEDED: Final = ("source", "source_id", "contact", "purpose", "legal_entity", "channel", "state")
_OPTIONAL: Final = ("at", "until", "form", "text_version", "evidence")
_CHUNK: Final = 5_000


class Said(NamedTuple):
    """A statement as it was handed over: texts, not checked yet; times in UTC."""

    contact: str
    purpose: str
    legal_entity: str
    channel: str
    state: str
    said_at: datetime | None = None
    until: datetime | None = None
    form: str = ""
    text_version: str = ""
    evidence: str = ""


class Held(NamedTuple):
    """What holds for a subject of a party, its contact masked as the actor may see it; entry: the deciding one."""

    contact: str
    purpose: str
    legal_entity: str
    channel: str
    state: str
    entry: Consent
    overruled: int


class Taken(NamedTuple):
    """What became of many statements: entered, known already, and the rows that could not be taken."""

    entered: int
    known: int
    bad: tuple[BadRow, ...] = ()


# Checking -------------------------------------------------------------------------------------------------------


def checked(record: SourceKey, said: Said) -> Given:
    """A statement in standard values; RowRejected, naming the column, when it is none."""
    contact = standard_contact(said.contact.strip())
    if contact is None:
        raise _bad("contact", "the contact is neither a phone nor an e-mail")
    state = _WORDS.get(said.state.strip().casefold())
    if state is None:
        raise _bad("state", f"a state is one of {', '.join(STATES)}")
    if said.purpose not in PURPOSES:
        raise _bad("purpose", f"a statement has one purpose of {', '.join(PURPOSES)}")
    _check_channel(said.channel, contact)
    if not said.legal_entity.strip():
        raise _bad("legal_entity", "a statement is made to one legal entity")
    for column in ("legal_entity", "form", "text_version", "evidence"):
        if len(getattr(said, column)) > _LONGEST or "\0" in getattr(said, column):
            raise _bad(column, f"{column} has up to {_LONGEST} characters")
    until = _in_utc(said.until)
    if until is not None and (state != GIVEN or until <= (_in_utc(said.said_at) or until.min.replace(tzinfo=UTC))):
        raise _bad("until", "only what was given ends, and later than it was given")
    return Given(
        *record, contact, said.purpose, " ".join(said.legal_entity.split()), said.channel, state, _in_utc(said.said_at),
        until, said.form.strip(), said.text_version.strip(), said.evidence.strip(),
    )  # fmt: skip


def _check_channel(channel: str, contact: str) -> None:
    fitting = (*(EMAIL_CHANNELS if "@" in contact else PHONE_CHANNELS), *ANY_CHANNELS)
    if channel not in CHANNELS:
        raise _bad("channel", f"a channel is one of {', '.join(CHANNELS)}")
    if channel not in fitting:
        raise _bad("channel", f"such a contact is used by {', '.join(fitting)}")


def _bad(column: str, message: str) -> RowRejected:
    return RowRejected("bad_consent", message, column=column)


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


# Entering -------------------------------------------------------------------------------------------------------


def state_consent(
    store: Store, actor: Actor, said: Said, *, party_id: str | None = None, record: SourceKey | None = None
) -> Consent:
    """Enter a statement of a party, on the record that has the contact, or of a record; the same again is answered as
    it stands. NotFound for an unknown party or record, RowRejected for a statement that is none.
    """
    demand(actor, "record_consents")
    if (party_id is None) == (record is None):
        raise BadUsage("give either a party or a record")
    with store.transaction() as connection:
        key = record if record is not None else _record_of(connection, actor, party_id or "", said.contact)
        demand_records(connection, actor, [key])
        given = checked(key, said if said.said_at else said._replace(said_at=datetime.now(UTC)))
        with beyond(connection):
            _enter(connection, [given], actor.name)
            return consents.same(connection, given)


def _record_of(connection: Connection, actor: Actor, party_id: str, contact: str) -> SourceKey:
    """The record of a party that says a contact, the newest; without one the first that has the golden name."""
    party = parties.get_current(connection, party_id).party_id
    demand_seen(connection, actor, party)
    members = records.of_party(connection, party)
    if not members:
        raise NotFound("the party has no records")
    value = standard_contact(contact.strip())
    saying = [one for one in members if value in {*one.standard["phones"], *one.standard["emails"]}]
    chosen = max(saying or members, key=lambda one: (one.updated_at or one.received_at, one.source, one.source_id))
    return chosen.source, chosen.source_id


def _enter(connection: Connection, given: Sequence[Given], author: str, load_id: int | None = None) -> int:
    """Add statements and tell the change feed; answers how many are new."""
    numbers = consents.add(connection, given, author)
    changes.append(connection, consents.told(connection, numbers), load_id=load_id)
    return len(numbers)


def take_back(store: Store, actor: Actor, consent_id: int) -> Consent:
    """Take back a statement that was entered by mistake; the entry stays. Conflict when it is taken back already."""
    demand(actor, "judge")
    with store.transaction() as connection:
        found = consents.get(connection, consent_id)
        if actor.scope.is_limited:
            demand_records(connection, actor, [(found.source, found.source_id)])
        with beyond(connection):
            if not consents.undo(connection, consent_id, actor.name):
                raise Conflict(f"statement {consent_id} is taken back already")
            changes.append(connection, consents.told(connection, [consent_id]))
            return consents.get(connection, consent_id)


def take_from_facts(connection: Connection, load_ids: Sequence[int]) -> Taken:
    """Enter what the facts of consent of loads say; what is no statement goes to quarantine with its row."""
    total, after = Taken(0, 0), 0
    while found := consents.facts_of_loads(connection, load_ids, after=after, limit=_CHUNK):
        after = found[-1].fact_id
        for load_id in sorted({one.load_id for one in found}):
            of_load = [one for one in found if one.load_id == load_id]
            entered, known = _take_facts(connection, load_id, of_load)
            total = Taken(total.entered + entered, total.known + known)
    return total


def _take_facts(connection: Connection, load_id: int, found: Sequence[StatedFact]) -> tuple[int, int]:
    given: list[Given] = []
    rejected: list[RejectedRow] = []
    for one in found:
        try:
            given.append(checked((one.source, one.source_id), _said_by(one)))
        except RowRejected as error:
            row = reject(error.code, None, one.payload, column=error.column, source_id=one.source_id)
            rejected.append(
                RejectedRow(row.source_id, row.line, row.column, row.code, row.message, row.suggestion, row.payload)
            )
    entered = _enter(connection, given, f"load {load_id}", load_id)
    quarantine.add(connection, load_id, found[0].source, rejected)
    return entered, len(given) - entered


def _said_by(fact: StatedFact) -> Said:
    texts = {name: str(fact.data.get(name) or "") for name in Said._fields if name not in ("state", "said_at", "until")}
    return Said(**texts, state=fact.status or "", said_at=fact.at, until=fact.until)


def load_file(store: Store, actor: Actor, path: Path) -> Taken:
    """Enter the statements of a file (CSV, JSONL, Parquet, XLSX), chunk by chunk; the same file again changes nothing.

    Rows that are no statements, or of records that nobody has, are answered with line and column. SourceUnusable when
    a needed column is absent.
    """
    demand(actor, "record_consents")
    total, waiting, lines = Taken(0, 0), list[Given](), list[int]()

    def flush() -> Taken:
        with store.transaction() as connection:
            keys = {(one.source, one.source_id) for one in waiting}
            known = {(one.source, one.source_id) for one in records.find_many(connection, sorted(keys))}
            lost = [
                BadRow(line, "source_id", "there is no such record")
                for line, one in zip(lines, waiting, strict=True)
                if (one.source, one.source_id) not in known
            ]
            fitting = [one for one in waiting if (one.source, one.source_id) in known]
            entered = _enter(connection, fitting, actor.name)
        return Taken(total.entered + entered, total.known + len(fitting) - entered, (*total.bad, *lost))

    for row in read_rows(path, _NEEDED, _OPTIONAL):
        if isinstance(row, BadRow):
            total = total._replace(bad=(*total.bad, row))
            continue
        try:
            waiting.append(_of_row(row))
            lines.append(row.line)
        except RowRejected as error:
            total = total._replace(bad=(*total.bad, BadRow(row.line, error.column, str(error))))
        if len(waiting) >= _CHUNK:
            total = flush()
            waiting, lines = [], []
    return flush()


def _of_row(row: TableRow) -> Given:
    texts = {name: row.values.get(name, "") for name in (*_NEEDED[2:], *_OPTIONAL[2:])}
    moments = {name: _moment(row.values.get(name, ""), name) for name in _OPTIONAL[:2]}
    key = row.values["source"], row.values["source_id"]
    return checked(key, Said(**texts, said_at=moments["at"], until=moments["until"]))


def _moment(text: str, column: str) -> datetime | None:
    if not text:
        return None
    try:
        return _in_utc(datetime.fromisoformat(text))
    except ValueError:
        raise _bad(column, f"{column} is a day or a moment as 2026-11-01 or 2026-11-01T10:00") from None


# Looking at them ------------------------------------------------------------------------------------------------


def read_consents(
    connection: Connection, actor: Actor, party_id: str, *, purpose: str | None = None, is_logged: bool = False
) -> list[Held]:
    """What holds for each subject of a party now, contacts masked as the actor may see them; the read is logged first.

    is_logged: the caller has logged it.
    """
    demand(actor, "read_parties")
    sight, logged_purpose = sight_of(actor, purpose)
    party = parties.get_current(connection, party_id).party_id
    demand_seen(connection, actor, party)
    if not is_logged:
        version = golden.get(connection, party).version
        audit.write(
            connection, actor=actor.name, action="records", party_id=party, fields=("consents",),
            purpose=logged_purpose, version=version,
        )  # fmt: skip
    entries = {one.consent_id: one for one in consents.held(connection, [party])}
    found = effective((one.statement for one in entries.values()), datetime.now(UTC))
    return [_held(subject, one, entries, sight) for subject, one in found.items()]


def _held(subject: Subject, found: Effective, entries: dict[int, Consent], sight: Sight) -> Held:
    entry = entries[found.decided_by.number]
    contact = shown_contact(subject.contact, sight)
    return Held(
        contact, subject.purpose, subject.legal_entity, subject.channel, found.state, entry._replace(contact=contact),
        len(found.overruled),
    )  # fmt: skip


def shown_contact(contact: str, sight: Sight) -> str:
    """A contact as a sight shows it."""
    if CONTACT in sight.shown:
        return contact
    return masked_email(contact) if "@" in contact else masked_phone(contact)
