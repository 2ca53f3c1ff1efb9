"""What goes in and out of the API. Field docs and examples become the OpenAPI document."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

from msgspec import Meta, Struct, convert

SourceName = Annotated[
    str, Meta(min_length=1, max_length=64, description="Name of a registered source.", examples=["crm"])
]
SourceId = Annotated[
    str, Meta(min_length=1, max_length=500, description="Id of the record in its source.", examples=["100500"])
]
PartyId = Annotated[
    str, Meta(description="Identifier of the party.", examples=["0b1f6a52-3f0e-4b59-9d3f-0a8a5a4f7c11"])
]
Text = Annotated[str, Meta(max_length=10_000)]
Attributes = Annotated[
    dict[str, Text | list[Text]],
    Meta(
        description="Attribute to text as the source has it, or to several: `full_name` or `surname`, `given_name`, "
        "`patronymic`; `birth_date`, `phone`, `email`, `address` or its parts, `account`, `snils`, `inn`, `passport`…",
        examples=[{"full_name": "Иванов Пётр Ильич", "phone": ["8 912 345-67-89"], "birth_date": "12.04.1961"}],
    ),
]


Out = TypeVar("Out")


def named(row: NamedTuple, kind: type[Out]) -> Out:
    """A row with named fields as an answer of the API; fields that the answer lacks are left out."""
    return convert(row._asdict(), kind)


class Problem(Struct, omit_defaults=True):
    """A problem as RFC 9457 describes it."""

    type: str
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    errors: list[dict[str, str]] = []


# Records -------------------------------------------------------------------------------------------------------


class RecordIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A source record to insert or update."""

    source: SourceName
    source_id: SourceId
    attributes: Attributes
    party: Annotated[
        Literal["person", "organization", "auto"],
        Meta(description="What the record is about; auto: told by its values."),
    ] = "auto"
    updated_at: Annotated[datetime | None, Meta(description="The source's own time of change.")] = None
    custom: Annotated[dict[str, Text], Meta(description="Custom attributes of the source that help matching.")] = {}


class ClaimOut(Struct):
    """One evidence: what was compared, how it came out, and its weight in bits (log2 odds).

    The first one, `prior`, is what such a pair is worth before anything is compared.
    """

    claim: Annotated[str, Meta(examples=["birth_date"])]
    title: Annotated[str, Meta(examples=["Дата рождения"])]
    sentence: Annotated[str, Meta(examples=["дата рождения совпадает"])]
    weight: Annotated[float, Meta(examples=[7.4])]


class EvidenceOut(Struct):
    """Why a record belongs with another one: the sum of the weights and its parts."""

    source: SourceName
    source_id: SourceId
    weight: float
    claims: list[ClaimOut]


class RecordOut(Struct):
    """What became of a record."""

    source: SourceName
    source_id: SourceId
    party_id: PartyId | None
    status: Annotated[
        Literal["inserted", "changed", "unchanged"], Meta(description="Against what the store had before.")
    ]
    quality: Annotated[dict[str, int], Meta(description="Quality code by kind, 0 is sure.", examples=[{"phone": 0}])]
    problems: Annotated[list[str], Meta(examples=[["email:syntax"]])]
    evidence: Annotated[list[EvidenceOut], Meta(description="Records of the party that this one is linked with.")]


class RecordsOut(Struct):
    """What became of the records, in the order of the request."""

    items: list[RecordOut]


class MatchIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """Values of somebody who may be known already. Nothing is written but the audit."""

    attributes: Attributes
    party: Literal["person", "organization", "auto"] = "auto"
    custom: dict[str, Text] = {}
    region: Annotated[str | None, Meta(description="Default region of addresses and land-line phones.")] = None
    city: Annotated[str | None, Meta(description="Default city of addresses and land-line phones.")] = None
    limit: Annotated[int, Meta(ge=1, le=50, description="How many candidates at most.")] = 5


class CandidateOut(Struct):
    """A party that the values may belong to."""

    party_id: PartyId
    name: str
    weight: Annotated[float, Meta(description="Sum of the weights of the best evidence.")]
    is_match: Annotated[bool, Meta(description="Whether a record with these values would join the party by itself.")]
    evidence: list[EvidenceOut]


class MatchOut(Struct):
    """Candidates, the likeliest first."""

    items: list[CandidateOut]


# Parties -------------------------------------------------------------------------------------------------------


class OriginOut(Struct):
    """Where a value came from and by which rule it was chosen."""

    value: str
    source: str
    source_id: str
    rule: str
    at: str | None
    qc: int | None
    said_by: int | None


class ContactOut(Struct):
    """A way to reach the party. `chance`, from 0 to 1, is how likely it reaches the party now; `withheld` says why it
    gets no debt and no private content."""

    kind: Literal["phone", "email"]
    value: str
    rank: int
    is_best: bool
    chance: float
    withheld: str | None
    is_masked: bool
    reasons: list[str]


class ChannelOut(Struct):
    """A channel with the contact to use on it and how likely it reaches the party."""

    name: Literal["sms", "call", "email"]
    value: str
    chance: float


class AccountOut(Struct):
    """An account; `balance` in roubles, positive is a debt."""

    number: str
    title: str | None
    status: str | None
    balance: Decimal | None
    source: str | None


class MeterOut(Struct):
    """A meter with its last reading."""

    serial: str
    title: str | None
    account: str | None
    source: str
    verify_by: datetime | None
    reading: Decimal | None
    read_at: datetime | None


class EventOut(Struct):
    """Something that happened to the party."""

    kind: str
    at: datetime
    until: datetime | None
    source: str
    fact_key: str
    account: str | None
    title: str | None
    status: str | None
    amount: Decimal | None


class PartyOut(Struct):
    """The profile of a party. Contacts and documents are masked unless a purpose is given."""

    party_id: PartyId
    kind: Literal["person", "organization"]
    version: Annotated[int, Meta(description="Version of the golden record, a part of the ETag.")]
    name: str
    published_at: datetime
    is_masked: bool
    values: Annotated[dict[str, Any], Meta(description="Golden values by attribute.")]
    provenance: Annotated[dict[str, list[OriginOut]], Meta(description="Origins by attribute, the winner first.")]
    contacts: list[ContactOut]
    channels: Annotated[list[ChannelOut], Meta(description="The preferred one first.")]
    accounts: list[AccountOut]
    balance: Decimal | None
    meters: list[MeterOut]
    outages: list[EventOut]
    open_requests: int
    records: int


class WhyOut(Struct):
    """Why a party was found."""

    kind: str
    value: str


class FoundOut(Struct):
    """A party in a list."""

    party_id: PartyId
    kind: Literal["person", "organization"]
    name: str
    birth_date: str | None
    address: str | None
    accounts: list[str]
    records: int
    why: list[WhyOut]


class FoundPage(Struct):
    """Parties found. The next page, if any, is named by the header `Link` and by `next_cursor`."""

    items: list[FoundOut]
    next_cursor: str | None
    corrections: Annotated[list[str], Meta(description="Words searched in place of misspelt ones.")]


class SourceRecordOut(Struct):
    """A source record of the party, in standard values."""

    source: str
    source_id: str
    version: int
    updated_at: datetime | None
    received_at: datetime
    name: str | None
    birth_date: str | None
    address: str | None
    phones: list[str]
    emails: list[str]
    accounts: list[str]
    problems: list[str]


class SourceRecordsOut(Struct):
    """Source records of a party."""

    items: list[SourceRecordOut]
    next_cursor: str | None = None


class TimelinePage(Struct):
    """Events of a party, the latest first."""

    items: list[EventOut]
    next_cursor: str | None


class RecordKey(Struct, forbid_unknown_fields=True):
    """A source record."""

    source: SourceName
    source_id: SourceId


class StepOut(Struct):
    """An attribute that a version changed; `is_value` is false when only its record or rule did."""

    attribute: str
    before: list[OriginOut]
    after: list[OriginOut]
    is_value: bool


class VersionOut(Struct):
    """A golden record as it was, and how it differs from the one before."""

    version: int
    values: dict[str, Any]
    provenance: dict[str, list[OriginOut]]
    valid_from: datetime
    valid_to: datetime | None
    steps: list[StepOut] = []


class HistoryOut(Struct):
    """Versions of the golden record, the newest first, and events of the party. `former_ids` were merged into it."""

    versions: list[VersionOut]
    changes: list[ChangeOut]
    former_ids: list[PartyId] = []
    records: Annotated[
        list[RecordKey], Meta(description="With as_of: the records that the party had at that moment.")
    ] = []


class AccessOut(Struct):
    """A read or change in the audit; `version` is the golden record that a read showed. An action with a dot is a
    change."""

    audit_id: int
    at: datetime
    actor: str
    action: str
    object: str
    fields: list[str]
    purpose: str
    version: int | None


class AccessesOut(Struct):
    """Who read or changed a party, the latest first."""

    items: list[AccessOut]
    next_cursor: str | None = None


class SeenOut(Struct):
    """What a logged read showed of the golden record; masked as it was then and as the caller may see it."""

    read: AccessOut
    party_id: PartyId
    was_masked: bool
    version: VersionOut


# Judgements and changes ----------------------------------------------------------------------------------------


class JudgementIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A steward's judgement about two source records."""

    verdict: Literal["same", "different", "unsure"]
    left: RecordKey
    right: RecordKey
    reason: Annotated[str, Meta(max_length=2000)] = ""


class JudgementOut(Struct):
    """A judgement of the ledger and the parties that it touched."""

    judgement_id: int
    verdict: Literal["same", "different", "unsure"]
    left: RecordKey
    right: RecordKey
    author: str
    reason: str
    decided_at: datetime
    undone_at: datetime | None
    parties: Annotated[list[PartyId], Meta(description="Parties of the two records now.")]


class ChangeOut(Struct):
    """An event as CloudEvents 1.0 describes it; `data` holds ids, never personal data."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: Annotated[str, Meta(examples=["party.merged"])]
    subject: PartyId
    time: datetime
    datacontenttype: Literal["application/json"]
    data: dict[str, Any]


class ChangesPage(Struct):
    """A page of the change feed, in order. Ask again with `after` = `next_after`."""

    items: list[ChangeOut]
    next_after: int


# Consumers ------------------------------------------------------------------------------------------------------

ConsumerName = Annotated[
    str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$", description="Name of the consumer.", examples=["call-centre"])
]
Names = Annotated[list[Annotated[str, Meta(max_length=100)]], Meta(max_length=100)]


FieldClass = Literal["contact", "document", "finance", "special"]


class ConsumerIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A consuming service to attach."""

    name: ConsumerName
    purpose: Annotated[
        str, Meta(min_length=1, max_length=500, description="What the service does with what it is told.")
    ]
    delivery: Annotated[
        Literal["pull", "webhook", "nats", "kafka", "files"],
        Meta(description="Whether it comes for its events, or how they go to it."),
    ] = "pull"
    address: Annotated[
        str,
        Meta(max_length=2000, description="https:// URL of a webhook; nats+tls:// or kafka+tls:// URL of a broker."),
    ] = ""
    fields: Annotated[Names, Meta(description="Golden attributes whose values it is told.")] = []
    kinds: Annotated[list[Literal["person", "organization"]], Meta(max_length=2, description="Empty: both.")] = []
    sources: Annotated[
        Names, Meta(description="Only parties with records of these sources, and only their keys; empty: all.")
    ] = []
    attributes: Annotated[
        Names, Meta(description="Of changed parties only those where one of these changed; empty: all.")
    ] = []
    territories: Annotated[Names, Meta(description="Only parties of these places, «region» or «region/city».")] = []
    brands: Annotated[Names, Meta(description="Only parties that are customers of these legal entities.")] = []
    classes: Annotated[
        list[FieldClass], Meta(max_length=4, description="Only fields of these classes; empty: all.")
    ] = []
    from_start: Annotated[bool, Meta(description="Whether it is told of all that ever happened.")] = False
    credentials: Annotated[
        str, Meta(max_length=1000, description="user:password of a broker; kept sealed, never shown.")
    ] = ""


class LimitsIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """Limits in place of the former ones; an empty list is no limit."""

    territories: Annotated[Names, Meta(description="«region» or «region/city».")] = []
    brands: Annotated[Names, Meta(description="Legal entities.")] = []
    classes: Annotated[list[FieldClass], Meta(max_length=4)] = []


class ConsumerOut(Struct):
    """A consuming service and how far it has come."""

    name: str
    purpose: str
    delivery: str
    address: str
    fields: list[str]
    kinds: list[str]
    sources: list[str]
    attributes: list[str]
    territories: list[str]
    brands: list[str]
    classes: list[str]
    status: Annotated[Literal["active", "paused", "stopped"], Meta(description="stopped: it failed for too long.")]
    after: Annotated[int, Meta(description="Every event up to this one is dealt with.")]
    lag: Annotated[int, Meta(description="Events that are not dealt with yet, before its filters.")]
    oldest_at: Annotated[datetime | None, Meta(description="When the first of them happened.")]
    delivered: int
    delivered_at: datetime | None
    failures: Annotated[int, Meta(description="In a row.")]
    retry_at: datetime | None
    created_by: str
    created_at: datetime


class ConsumersOut(Struct):
    """Every consumer, by name."""

    items: list[ConsumerOut]


class AttachedOut(Struct):
    """A consumer and its new secret, which is shown this once."""

    consumer: ConsumerOut
    secret: str


class ConsumerEventOut(Struct):
    """Something that happened to a consumer."""

    at: datetime
    what: str
    author: str
    change_id: int | None
    told: str


class ConsumerPage(Struct):
    """A consumer and what happened to it, the latest first."""

    consumer: ConsumerOut
    log: list[ConsumerEventOut]


class ReplayIn(Struct, forbid_unknown_fields=True):
    """Where a consumer is sent in the feed."""

    after: Annotated[int, Meta(ge=0, le=2**63 - 1, description="Id of an event; 0: from the beginning.")] = 0


class TestedOut(Struct):
    """What a webhook said to a test event. status: 0 when nothing came back."""

    status: int
    problem: str


# Write-backs ----------------------------------------------------------------------------------------------------


class WritebackIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A programme that returns golden values to a source."""

    name: Annotated[
        str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$", description="Its name.", examples=["phones-to-billing"])
    ]
    source: Annotated[str, Meta(min_length=1, max_length=64, description="The source that gets the values.")]
    purpose: Annotated[str, Meta(min_length=1, max_length=500, description="Why the values go there.")]
    way: Annotated[Literal["sql", "http", "file"], Meta(description="How they go.")]
    fields: Annotated[
        dict[Annotated[str, Meta(max_length=100)], Annotated[str, Meta(max_length=200)]],
        Meta(
            min_length=1,
            max_length=100,
            description="Golden attribute to column of the source; an empty one is that of the mapping.",
            examples=[{"phones": ""}],
        ),
    ]
    rule: Annotated[
        Literal["empty", "better", "older"],
        Meta(description="When a value of the source may be replaced: empty; also in doubt; also older."),
    ] = "empty"
    place: Annotated[
        str, Meta(max_length=2000, description="Table; address with {columns of the key}; xlsx or csv.")
    ] = ""
    method: Annotated[Literal["", "PATCH", "PUT"], Meta(description="Of a service.")] = ""
    token: Annotated[str, Meta(max_length=4000, description="How a service lets us in; kept sealed, never shown.")] = ""
    kinds: Annotated[list[Literal["person", "organization"]], Meta(max_length=2, description="Empty: both.")] = []
    every: Annotated[
        Annotated[int, Meta(ge=1, le=100_000)] | None, Meta(description="Minutes between runs by the worker.")
    ] = None


class WritebackOut(Struct):
    """A write-back and how its last run did."""

    name: str
    source: str
    purpose: str
    way: str
    place: str
    method: str
    has_token: bool
    fields: dict[str, str]
    rule: str
    kinds: list[str]
    every: int | None
    status: Annotated[str, Meta(description="active or paused.")]
    created_by: str
    created_at: datetime
    last_run: int | None
    last_at: datetime | None
    last_status: str | None
    written: Annotated[int, Meta(description="Rows that the last run wrote or handed out.")]
    troubles: Annotated[int, Meta(description="Rows of the last run that came to no good end.")]


class WritebacksOut(Struct):
    """Every write-back, by name."""

    items: list[WritebackOut]


class WritebackRunOut(Struct):
    """A run. returned: rows whose values a load has brought since; kept: values left alone, by reason."""

    run_id: int
    what: Annotated[str, Meta(description="write or undo.")]
    undoes: int | None
    status: Annotated[str, Meta(description="running, done or failed.")]
    written: int
    handed: int
    conflict: int
    missing: int
    refused: int
    returned: int
    kept: dict[str, int]
    file_name: str
    told: str
    started_by: str
    started_at: datetime
    finished_at: datetime | None


class WritebackPage(Struct):
    """A write-back and its last runs, the latest first."""

    writeback: WritebackOut
    runs: list[WritebackRunOut]


class WritebackChangeOut(Struct):
    """What becomes of a column."""

    attribute: str
    column: str
    before: str | None
    after: str | None


class WritebackRowOut(Struct):
    """What became of a row of the source."""

    row_id: int
    source_id: str
    party_id: str
    outcome: Annotated[str, Meta(description="written, handed, conflict, missing, refused, or sending: not known yet.")]
    why: str
    changes: list[WritebackChangeOut]
    at: datetime


class WritebackRowsPage(Struct):
    """A run and rows of it, in order. Ask again with `after` = `next_after`."""

    run: WritebackRunOut
    items: list[WritebackRowOut]
    next_after: int | None


class ProposalOut(Struct):
    """A row that would be changed."""

    source_id: str
    party_id: str
    changes: list[WritebackChangeOut]


class WritebackPlan(Struct):
    """What a run would do: its first rows, how many in all, and values that would be left alone, by reason."""

    items: list[ProposalOut]
    total: int
    kept: dict[str, int]


class AskedOut(Struct):
    """A run that a worker will make as soon as it can."""

    name: str
    is_worker: Annotated[bool, Meta(description="Whether a worker is there.")]


# Explanations ---------------------------------------------------------------------------------------------------


class GroundOut(Struct):
    """One evidence of a pair: both values, and its weight in bits."""

    claim: Annotated[str, Meta(examples=["birth_date"])]
    title: str
    level: Annotated[str, Meta(examples=["same"])]
    sentence: str
    left: str
    right: str
    weight: float


class MeetingOut(Struct):
    """A key and how the pair fares under it: `meets`, `crowded` (too many share it), `differs` or `missing`."""

    rule: str
    title: str
    status: Literal["meets", "crowded", "differs", "missing"]
    nodes: int
    cap: int


class HopOut(Struct):
    """Two groups of equal records and the weight of their pair; null where only a judgement binds them."""

    left: list[RecordKey]
    right: list[RecordKey]
    weight: float | None


class ExplanationOut(Struct):
    """Why two records are together or apart: `base` and the weights of `evidence` add up to `weight`."""

    left: RecordKey
    right: RecordKey
    left_party: PartyId
    right_party: PartyId
    is_one_party: bool
    reason: Annotated[str, Meta(examples=["evidence", "through_others", "outweighed", "judged_different"])]
    sentence: Annotated[str, Meta(description="The reason in words.")]
    threshold: float
    weight: float | None
    base: float | None
    evidence: list[GroundOut]
    classes: Annotated[dict[str, float], Meta(description="How probable each class of pairs is.")]
    keys: list[MeetingOut]
    chain: Annotated[list[HopOut], Meta(description="The strongest way between two records, through others.")]
    against: Annotated[HopOut | None, Meta(description="The pair between both parties that speaks against the most.")]
    balance: Annotated[float | None, Meta(description="All pairs between both parties, in bits over the threshold.")]
    judgements: Annotated[list[int], Meta(description="Judgements that decided.")]


class FormationStepOut(Struct):
    """A step of how a party was formed: collapsed, joined, judged; vetoed and outweighed are neighbours kept apart."""

    what: Literal["collapsed", "joined", "judged", "vetoed", "outweighed"]
    left: list[RecordKey]
    right: list[RecordKey]
    total: float
    link: HopOut | None
    party_id: PartyId | None
    judgement_id: int | None


class FormationOut(Struct):
    """How a party was formed, step by step; `nodes` counts its different records."""

    party_id: PartyId
    threshold: float
    records: list[RecordKey]
    nodes: int
    steps: list[FormationStepOut]


# Tuning ---------------------------------------------------------------------------------------------------------


class TuningIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A model file, or another threshold for the active model, or both; or a model that is yet to be learned."""

    model: Annotated[dict[str, Any] | None, Meta(description="A model file of Litso as it is.")] = None
    threshold: Annotated[float, Meta(ge=-100, le=100, description="In bits.")] | None = None
    learn: Annotated[bool, Meta(description="Learn a model from the records and from what stewards judged.")] = False


class TuningOut(Struct):
    """A rehearsal, what it foresees, and what became of it. Hashes are those of the partition."""

    tuning_id: int
    status: Literal["rehearsing", "failed", "rehearsed", "applying", "applied", "rolling_back", "rolled_back"]
    outlook: dict[str, Any]
    error: str | None
    hash_before: str | None
    hash_after: str | None
    hash_restored: str | None
    rehearsed_by: str
    rehearsed_at: datetime
    applied_by: str | None
    applied_at: datetime | None
    rolled_back_by: str | None
    rolled_back_at: datetime | None


class TuningsOut(Struct):
    """Rehearsals."""

    items: list[TuningOut]


class TuningChangeOut(Struct):
    """Parties that would change together."""

    place: int
    what: Literal["merge", "split", "regroup", "judged"]
    parties: list[PartyId]
    records: int
    accounts: int
    chunk: int | None


class TuningChangesOut(Struct):
    """Changes of a rehearsal; ask again with `after` = the last `place`."""

    items: list[TuningChangeOut]


class PinIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A value that a steward fixes for a party."""

    attribute: Annotated[str, Meta(max_length=40, description="surname, birth_date, address, phones, emails…")]
    value: Annotated[str, Meta(max_length=500, description="As people write it; it is standardized.")]
    reason: Annotated[str, Meta(max_length=500)]
    until: Annotated[datetime, Meta(tz=True, description="When it is released.")] | None = None


class DoubtOut(Struct):
    """What a record says against a pin, since."""

    source: str
    source_id: str
    value: str
    at: datetime


class PinOut(Struct):
    """A pin; `doubts` are newer records that say something else, the newest first."""

    pin_id: int
    party_id: PartyId | None
    attribute: str
    value: str
    author: str
    reason: str
    pinned_at: datetime
    until: datetime | None
    undone_by: str | None
    undone_at: datetime | None
    source: Annotated[str, Meta(description="Source of the record on which the pin hangs.")]
    source_id: str
    doubts: list[DoubtOut] = []


class PinsOut(Struct):
    """Active pins, those in doubt first."""

    items: list[PinOut]
    next_cursor: str | None = None


class PolicyOut(Struct):
    """A survivorship policy: its file, hash and number. Version 0 is the shipped one."""

    policy_id: str
    version: int
    content: Annotated[str, Meta(description="YAML.")]
    author: str
    is_active: bool
    created_at: datetime


class PoliciesOut(Struct):
    """Policies, the newest first."""

    items: list[PolicyOut]


class PolicyIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A policy to rehearse."""

    content: Annotated[str, Meta(max_length=100_000, description="A policy file, YAML or JSON.")]


class PolicyTrialOut(Struct):
    """A rehearsal of a policy, what it foresees, and what became of it. Hashes are those of the golden records."""

    trial_id: int
    status: Literal["rehearsing", "failed", "rehearsed", "applying", "applied", "rolling_back", "rolled_back"]
    former_policy: str
    policy: str
    outlook: dict[str, Any]
    error: str | None
    hash_before: str | None
    hash_after: str | None
    hash_restored: str | None
    rehearsed_by: str
    rehearsed_at: datetime
    applied_by: str | None
    applied_at: datetime | None
    rolled_back_by: str | None
    rolled_back_at: datetime | None


class PolicyTrialsOut(Struct):
    """Rehearsals of policies, the newest first."""

    items: list[PolicyTrialOut]


class PolicyChangeOut(Struct):
    """The provenance of a party by the former and by the rehearsed policy; `attributes` are those that differ."""

    party_id: PartyId
    attributes: list[str]
    before: dict[str, list[dict[str, Any]]]
    after: dict[str, list[dict[str, Any]]]


class PolicyChangesOut(Struct):
    """Parties that a rehearsal would change; ask again with `after` = the last `party_id`."""

    items: list[PolicyChangeOut]


class SampleIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A sample to draw: of the present parties, or of what a rehearsal would change."""

    size: Annotated[int, Meta(ge=20, le=2000)] = 200
    tuning_id: Annotated[int, Meta(ge=0, le=2**62)] | None = None
    seed: Annotated[int, Meta(ge=0, le=2**32)] | None = None


class SampleOut(Struct):
    """A sample and its strata."""

    sample_id: int
    tuning_id: int | None
    strata: list[dict[str, Any]]
    drawn_by: str
    drawn_at: datetime
    pairs: int
    labelled: int


class CellOut(Struct):
    """An attribute of both records; mark: `=`, `≠`, or empty where one of them lacks it."""

    attribute: str
    left: str
    right: str
    mark: str


class PairOut(Struct):
    """A pair to label."""

    sample_id: int
    place: int
    pairs: int
    labelled: int
    left: RecordKey
    right: RecordKey
    cells: list[CellOut]


class NextPairOut(Struct):
    """The next pair of a sample, null when all are labelled."""

    pair: PairOut | None


class LabelIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A steward's label of a pair."""

    label: Literal["same", "different", "unsure"]
    as_judgement: Annotated[bool, Meta(description="Let it also decide about the two records.")] = False


class ShareOut(Struct):
    """An estimated share and its interval of 95 %."""

    value: float
    low: float
    high: float


class EstimateOut(Struct):
    """What the labels of a sample say."""

    sample_id: int
    pairs: int
    labelled: int
    unsure: int
    precision: ShareOut | None
    recall: ShareOut | None
    merges_right: ShareOut | None
    splits_right: ShareOut | None
    strata: list[dict[str, Any]]
    curve: list[dict[str, float]]


# Clean ---------------------------------------------------------------------------------------------------------


class CleanIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """Values to standardize."""

    values: Annotated[list[Text | None], Meta(max_length=1000, examples=[["8 912 345-67-89"]])]
    region: Annotated[str | None, Meta(description="Default region of addresses and land-line phones.")] = None
    city: Annotated[str | None, Meta(description="Default city of addresses and land-line phones.")] = None


class CleanOut(Struct):
    """One row a value, in order, with the columns of `litso standardize KIND`."""

    items: list[dict[str, Any]]


# Suggestions and reference data --------------------------------------------------------------------------------


class Suggested(Struct):
    """A line to choose, and what it is made of."""

    value: str
    data: dict[str, Any]


class SuggestOut(Struct):
    """Suggestions, the likeliest first."""

    items: list[Suggested]


class ReferenceEdition(Struct):
    """Reference data of one kind or part. Without a version it was never loaded."""

    kind: str
    title: str
    official: Annotated[str, Meta(description="Who publishes it, and in which form.")]
    part: Annotated[str, Meta(description="Region of the address register, first digit of the numbering plan, year.")]
    version: str | None
    published: date | None
    age_days: int | None
    rows: int
    file_name: str | None
    file_sha256: str | None
    loaded_at: datetime | None
    loaded_by: str | None
    is_here: Annotated[bool, Meta(description="Its files are on this server, so that it is used.")]
    is_stale: Annotated[bool, Meta(description="It is older than its kind may be.")]


class ReferenceOut(Struct):
    """Every kind of reference data."""

    items: list[ReferenceEdition]


class EntriesOut(Struct):
    """Entries of reference data with one key."""

    items: list[dict[str, Any]]


class HealthOut(Struct):
    """The server answers."""

    status: Literal["ok"]
    version: str


class CheckOut(Struct):
    """One thing that the server needs, and how it stands; `told` says what is wrong."""

    name: Literal["program", "store", "schema", "worker", "disk"]
    state: Literal["ok", "warning", "failed"]
    told: str


class ReadyOut(Struct):
    """Whether the server can work."""

    status: Literal["ok", "failed"]
    version: str
    checks: list[CheckOut]


class RecordOriginOut(Struct):
    """A source record that says so."""

    source: str
    source_title: str
    source_id: str


class RoleOut(Struct):
    """A role in time. `until` is the first day on which it is over; `since` is null where no source tells it."""

    party_id: str
    name: str
    kind: str
    role: str
    account: str | None
    place: str | None
    address: str | None
    since: date | None
    until: date | None
    seen_from: date | None
    reason: str
    is_present: bool
    origins: list[RecordOriginOut]


class HouseholdMemberOut(Struct):
    """A member of a household and what binds it to the others: surname, contact, account, address, alone."""

    party_id: str
    name: str
    reasons: list[str]


class HouseholdOut(Struct):
    """Persons who live as one unit; each stays a party of its own."""

    household_id: str
    place: str
    address: str | None
    members: list[HouseholdMemberOut]


class OfficerOut(Struct):
    """A person whom an organization names; `party_id` where exactly one person is called so."""

    name: str
    role: str
    title: str | None
    since: date | None
    until: date | None
    party_id: str | None


class BranchOut(Struct):
    """An organization with the same ИНН and another КПП: tied, never merged."""

    party_id: str
    name: str
    kpp: str | None
    address: str | None


class OrganizationOut(Struct):
    """The card of an organization."""

    form: str | None
    inn: str | None
    kpp: str | None
    ogrn: str | None
    branches: list[BranchOut]
    officers: list[OfficerOut]


class HeadshipOut(Struct):
    """An organization whose records name a person of this full name."""

    party_id: str
    name: str
    role: str
    title: str | None


class RolesOut(Struct):
    """Everything that a party is to accounts, premises and organizations."""

    roles: list[RoleOut]
    household: HouseholdOut | None
    organization: OrganizationOut | None
    heads: list[HeadshipOut]


class AccountNumberOut(Struct):
    """Another number of an account (ЕЛС, ИЖКУ); `others` are accounts that have it too: a conflict."""

    number: str
    source_title: str
    others: list[str]


class DebtorOut(Struct):
    """An account in debt and its debtor. `lacks` are unmet needs, `has` attributes that meet one."""

    account: str
    debt: Decimal
    address: str | None
    party_id: str | None
    name: str
    kind: str
    lacks: list[str]
    has: list[str]


class DebtorsPage(Struct):
    """A page of debtors, the largest debt first; `after` continues it."""

    items: list[DebtorOut]
    after: str | None


class AccountCardOut(Struct):
    """An account; `owed_by` are its owners on the day `on`. The balance is today's, in roubles, positive is debt."""

    account: str
    numbers: list[AccountNumberOut]
    has_conflict: bool
    on: date
    place: str | None
    address: str | None
    title: str | None
    status: str | None
    balance: Decimal | None
    owed_by: list[RoleOut]
    roles: list[RoleOut]


class PlaceCardOut(Struct):
    """A premise and its people."""

    place: str
    address: str | None
    on: date
    accounts: list[str]
    roles: list[RoleOut]
    households: list[HouseholdOut]


# Quality -------------------------------------------------------------------------------------------------------


class FigureOut(Struct):
    """`good` of `total` records of a source (parties, where two sources are compared) at a moment; `share` is null of
    nothing. `other`: the source it is compared with, or days within which records changed."""

    source: str
    attribute: Annotated[str, Meta(description="`record` is the record as a whole.", examples=["phone"])]
    dimension: Annotated[str, Meta(examples=["completeness"])]
    other: str
    good: int
    total: int
    share: float | None
    measured_at: datetime


class QualityAlarmOut(Struct):
    """A figure that dropped against its history, and why, in words."""

    source: str
    attribute: str
    dimension: str
    share: float
    usual: float
    missing: Annotated[int, Meta(description="How many more records would be good at the usual share.")]
    reason: str


class RhythmOut(Struct):
    """When a source was loaded last, days between its loads as a rule, and whether it is late."""

    source: str
    last: datetime | None
    usual_days: float | None
    is_late: bool


class QualityOut(Struct):
    """The last measurement."""

    measured_at: datetime | None
    figures: list[FigureOut]
    alarms: list[QualityAlarmOut]
    rhythms: list[RhythmOut]


class QualitySeriesOut(Struct):
    """Figures over time, by attribute and dimension, the oldest first."""

    items: list[FigureOut]


class OriginalOut(Struct):
    """A column of the row as received."""

    column: str
    text: str


class FailingOut(Struct):
    """A record that is not good in a figure. `against`: what its value disagrees with; `sharing`: parties that have its
    value, or records of its party in the source."""

    source: str
    source_id: str
    party_id: str | None
    updated_at: datetime | None
    qc: int | None
    problems: list[str]
    originals: list[OriginalOut]
    given: list[str]
    against: list[str]
    sharing: int | None


class FailingPage(Struct):
    """Records that are not good in a figure; `next_cursor` continues the list."""

    items: list[FailingOut]
    is_masked: bool
    next_cursor: str | None


class ListAnswerOut(Struct):
    """What a list answers about a party; `doubts` say why the answer is not fresh. The edition is the one held."""

    list: str
    title: str
    answer: Literal["hit", "possible", "clear", "stale", "not_checked"]
    doubts: tuple[str, ...]
    edition: str | None
    published: date | None
    screened_at: datetime | None


class HitOut(Struct):
    """An entry of a list that is or may be a party, or a person whom its records name (`subject`, `role`).

    `agrees` and `differs` name attributes; `entry` is what the list says; `edition` that in which it was found.
    """

    match_id: int
    party_id: str
    name: str
    list: str
    subject: str
    role: str
    grade: Literal["sure", "strong", "possible"]
    agrees: tuple[str, ...]
    differs: tuple[str, ...]
    entry: dict[str, Any]
    edition: str
    found_at: datetime
    is_in_force: bool
    verdict: Literal["true", "false"] | None
    is_reopened: bool
    reason: str | None
    author: str | None
    decided_at: datetime | None
    gone_at: datetime | None
    gone_why: str | None


class RiskOut(Struct):
    """A risk that the data show; `reason` is in Russian."""

    code: str
    tone: Literal["bad", "warn"]
    reason: str


class PartyChecksOut(Struct):
    """Checks of a party; `answer` is the gravest one."""

    party_id: str
    name: str
    kind: Literal["person", "organization"]
    answer: Literal["hit", "possible", "clear", "stale", "not_checked"]
    lists: list[ListAnswerOut]
    hits: list[HitOut]
    linked: list[HitOut]
    risks: list[RiskOut]


class HitPage(Struct):
    """Hits, the newest first; `next_cursor` continues the list."""

    items: list[HitOut]
    next_cursor: str | None


class CheckListOut(Struct):
    """A list: the edition in use, the edition that all parties were held against, its hits by grade."""

    list: str
    title: str
    edition: str | None
    published: date | None
    entries: int
    screened: str | None
    screened_at: datetime | None
    doubts: tuple[str, ...]
    matches: dict[str, int]


class CheckListsOut(Struct):
    """Every list; `pending` parties changed since they were screened."""

    items: list[CheckListOut]
    pending: int


class HitDecisionIn(Struct):
    """A decision on a hit; `grade` is what the caller saw: 409 when the match has another one now."""

    verdict: Literal["true", "false", "open"]
    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    grade: Literal["sure", "strong", "possible"] | None = None


class HitDecisionOut(Struct):
    """A decision in the ledger."""

    decision_id: int
    match_id: int
    verdict: Literal["true", "false", "open"]
