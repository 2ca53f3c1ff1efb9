"""What the server tells and is told.

Made by scripts/client.py from the OpenAPI document: do not edit.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from msgspec import field

from litso.client.personal import Answer, Personal, Question


class AccessOut(Answer, frozen=True, kw_only=True):
    """`AccessOut` of the API."""

    audit_id: int
    at: datetime
    actor: Personal[str]
    action: str
    object: Personal[str]
    fields: list[str]
    purpose: str
    version: int | None


class AccessesOut(Answer, frozen=True, kw_only=True):
    """`AccessesOut` of the API."""

    items: list[AccessOut]
    next_cursor: str | None


class AccountCardOut(Answer, frozen=True, kw_only=True):
    """`AccountCardOut` of the API."""

    account: Personal[str]
    numbers: list[AccountNumberOut]
    has_conflict: bool
    on: Personal[date]
    place: Personal[str] | None
    address: Personal[str] | None
    title: Personal[str] | None
    status: str | None
    balance: Personal[str] | None
    owed_by: list[RoleOut]
    roles: list[RoleOut]


class AccountNumberOut(Answer, frozen=True, kw_only=True):
    """`AccountNumberOut` of the API."""

    number: Personal[str]
    source_title: Personal[str]
    others: Personal[list[str]]


class AccountOut(Answer, frozen=True, kw_only=True):
    """`AccountOut` of the API."""

    number: Personal[str]
    title: Personal[str] | None
    status: str | None
    balance: Personal[str] | None
    source: str | None


class AlarmOut(Answer, frozen=True, kw_only=True):
    """`AlarmOut` of the API."""

    at: Personal[str]
    code: str
    message: Personal[str]


class Alias(Question, kw_only=True):
    """`Alias` of the API."""

    user_id: str | int = field(name="userId")
    previous_id: str | int = field(name="previousId")
    anonymous_id: str | int | None = field(name="anonymousId", default=None)
    message_id: str | None = field(name="messageId", default=None)
    timestamp: datetime | None = None
    original_timestamp: datetime | None = field(name="originalTimestamp", default=None)
    sent_at: datetime | None = field(name="sentAt", default=None)
    context: dict[str, Any] | None = None
    integrations: dict[str, Any] | None = None


class AskedOut(Answer, frozen=True, kw_only=True):
    """`AskedOut` of the API."""

    name: Personal[str]
    is_worker: bool


class AttachedOut(Answer, frozen=True, kw_only=True):
    """`AttachedOut` of the API."""

    consumer: ConsumerOut
    secret: Personal[str]


class AuditEntryOut(Answer, frozen=True, kw_only=True):
    """`AuditEntryOut` of the API."""

    audit_id: int
    at: datetime
    actor: Personal[str]
    action: str
    party_id: str | None
    object: Personal[str]
    fields: list[str]
    purpose: str
    scope: Personal[str]
    found: int | None
    version: int | None


class AuditPage(Answer, frozen=True, kw_only=True):
    """`AuditPage` of the API."""

    items: list[AuditEntryOut]
    next_cursor: str | None


class BatchIn(Question, kw_only=True):
    """`BatchIn` of the API."""

    batch: list[dict[str, Any]]
    sent_at: datetime | None = field(name="sentAt", default=None)


class BranchOut(Answer, frozen=True, kw_only=True):
    """`BranchOut` of the API."""

    party_id: str
    name: Personal[str]
    kpp: Personal[str] | None
    address: Personal[str] | None


class BriefOut(Answer, frozen=True, kw_only=True):
    """`BriefOut` of the API."""

    party_id: str
    kind: Literal["person", "organization"]
    version: int
    name: Personal[str]
    is_masked: bool
    values: Personal[dict[str, Any]]
    records: int

    @property
    def etag(self) -> str:
        """What If-Match takes: the party at the version that was seen."""
        return f'"{self.party_id}.{self.version}"'


class BulkIn(Question, kw_only=True):
    """`BulkIn` of the API."""

    reason: str
    pairs: list[PairIn] | None = None
    links: LinksIn | None = None
    cases: CasesIn | None = None


class CandidateOut(Answer, frozen=True, kw_only=True):
    """`CandidateOut` of the API."""

    party_id: str
    name: Personal[str]
    weight: float
    is_match: bool
    evidence: list[EvidenceOut]


class CaseGround(Answer, frozen=True, kw_only=True):
    """`CaseGround` of the API."""

    what: Literal["doubt", "cut", "documents", "split", "bridge", "large", "manual"]
    words: Personal[str]
    risk: int
    attribute: str
    number: int
    limit: int
    weight: float | None
    is_close: bool


class CaseIn(Question, kw_only=True):
    """`CaseIn` of the API."""

    left: RecordKey
    right: RecordKey
    note: str


class CaseOut(Answer, frozen=True, kw_only=True):
    """`CaseOut` of the API."""

    case_id: int
    kind: Literal["doubt", "cut", "documents", "split", "bridge", "large", "manual"]
    state: Literal["open", "second", "escalated", "decided", "dismissed", "obsolete"]
    left: RecordKey
    right: RecordKey
    parties: list[str]
    grounds: list[CaseGround]
    stakes: CaseStakes
    risk: int
    value: int
    priority: int
    version: int
    opened_at: datetime
    claimed_by: str | None
    claimed_until: datetime | None
    outcome: Literal["same", "different", "unsure"] | None
    judgement_id: int | None
    decided_by: str | None
    decided_at: datetime | None
    note: Personal[str]
    verdicts: list[CaseVerdict]


class CaseStakes(Answer, frozen=True, kw_only=True):
    """`CaseStakes` of the API."""

    accounts: int
    debt: int
    facts: int
    messages: int
    consents: int


class CaseStatistics(Answer, frozen=True, kw_only=True):
    """`CaseStatistics` of the API."""

    waiting: Personal[list[dict[str, Any]]]
    oldest_seconds: float
    middle_seconds: float
    by_day: list[DayVerdicts]
    decided_by_two: int
    agreed: int
    held_loads: int
    quarantined_rows: int


class CaseVerdict(Answer, frozen=True, kw_only=True):
    """`CaseVerdict` of the API."""

    verdict: Literal["same", "different", "unsure", "dismiss"]
    author: str
    given_at: datetime
    reason: Personal[str]


class CasesIn(Question, kw_only=True):
    """`CasesIn` of the API."""

    verdict: Literal["same", "different", "unsure"]
    kind: Literal["cut", "doubt", "documents", "split", "bridge", "large", "manual"]
    source: str | None = None
    value: int = 0


class CasesPage(Answer, frozen=True, kw_only=True):
    """`CasesPage` of the API."""

    items: list[CaseOut]
    next_cursor: str | None


class CellOut(Answer, frozen=True, kw_only=True):
    """`CellOut` of the API."""

    attribute: str
    left: Personal[str]
    right: Personal[str]
    mark: Personal[str]


class ChangeOut(Answer, frozen=True, kw_only=True):
    """`ChangeOut` of the API."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: Literal["application/json"]
    data: Personal[dict[str, Any]]


class ChangesPage(Answer, frozen=True, kw_only=True):
    """`ChangesPage` of the API."""

    items: list[ChangeOut]
    next_after: int


class ChannelOut(Answer, frozen=True, kw_only=True):
    """`ChannelOut` of the API."""

    name: Literal["sms", "call", "email"]
    value: Personal[str]
    chance: float


class CheckListOut(Answer, frozen=True, kw_only=True):
    """`CheckListOut` of the API."""

    list_: str = field(name="list")
    title: Personal[str]
    edition: Personal[str] | None
    published: Personal[date] | None
    entries: int
    screened: Personal[str] | None
    screened_at: datetime | None
    doubts: Personal[list[str]]
    matches: dict[str, int]


class CheckListsOut(Answer, frozen=True, kw_only=True):
    """`CheckListsOut` of the API."""

    items: list[CheckListOut]
    pending: int


class CheckOut(Answer, frozen=True, kw_only=True):
    """`CheckOut` of the API."""

    name: Literal["program", "store", "schema", "worker", "disk"]
    state: Literal["ok", "warning", "failed"]
    told: Personal[str]


class ClaimOut(Answer, frozen=True, kw_only=True):
    """`ClaimOut` of the API."""

    claim: str
    title: Personal[str]
    sentence: Personal[str]
    weight: float


class CleanIn(Question, kw_only=True):
    """`CleanIn` of the API."""

    values: list[str | None]
    region: str | None = None
    city: str | None = None


class CleanOut(Answer, frozen=True, kw_only=True):
    """`CleanOut` of the API."""

    items: Personal[list[dict[str, Any]]]


class ConnectionIn(Question, kw_only=True):
    """`ConnectionIn` of the API."""

    content: str
    from_start: bool = False


class ConnectionOut(Answer, frozen=True, kw_only=True):
    """`ConnectionOut` of the API."""

    source: str
    kind: str
    status: Literal["active", "paused", "stopped"]
    told: Personal[str]
    alarms: list[AlarmOut]
    failures: int
    next_at: datetime | None
    arrived_at: datetime | None
    created_by: str
    created_at: datetime
    updated_at: datetime


class ConnectionPage(Answer, frozen=True, kw_only=True):
    """`ConnectionPage` of the API."""

    connection: ConnectionOut
    runs: list[RunOut]
    behind: float | None


class ConnectionsOut(Answer, frozen=True, kw_only=True):
    """`ConnectionsOut` of the API."""

    items: list[ConnectionOut]


class ConsentIn(Question, kw_only=True):
    """`ConsentIn` of the API."""

    contact: str
    purpose: Literal["processing", "service", "mailing", "marketing", "debt", "survey", "receipt", "transfer"]
    legal_entity: str
    channel: Literal["call", "autocall", "sms", "messenger", "email", "push", "post"]
    state: Literal["given", "refused", "withdrawn"]
    party_id: str | None = None
    record: RecordKey | None = None
    at: datetime | None = None
    until: datetime | None = None
    form: str = ""
    text_version: str = ""
    evidence: str = ""


class ConsentOut(Answer, frozen=True, kw_only=True):
    """`ConsentOut` of the API."""

    consent_id: int
    source: str
    source_id: str
    contact: Personal[str]
    purpose: str
    legal_entity: Personal[str]
    channel: Personal[str]
    state: str
    said_at: datetime | None
    until: datetime | None
    form: Personal[str]
    text_version: Personal[str]
    evidence: str
    author: str
    recorded_at: datetime
    undone_by: str | None
    undone_at: datetime | None


class ConsumerEventOut(Answer, frozen=True, kw_only=True):
    """`ConsumerEventOut` of the API."""

    at: datetime
    what: str
    author: str
    change_id: int | None
    told: Personal[str]


class ConsumerIn(Question, kw_only=True):
    """`ConsumerIn` of the API."""

    name: str
    purpose: str
    delivery: Literal["pull", "webhook", "nats", "kafka", "files"] = "pull"
    address: str = ""
    fields: list[str] | None = None
    kinds: list[Literal["person", "organization"]] | None = None
    sources: list[str] | None = None
    attributes: list[str] | None = None
    territories: list[str] | None = None
    brands: list[str] | None = None
    classes: list[Literal["contact", "document", "finance", "special"]] | None = None
    from_start: bool = False
    credentials: str = ""


class ConsumerOut(Answer, frozen=True, kw_only=True):
    """`ConsumerOut` of the API."""

    name: Personal[str]
    purpose: str
    delivery: str
    address: Personal[str]
    fields: list[str]
    kinds: list[str]
    sources: list[str]
    attributes: list[str]
    territories: Personal[list[str]]
    brands: Personal[list[str]]
    classes: Personal[list[str]]
    status: Literal["active", "paused", "stopped"]
    after: int
    lag: int
    oldest_at: datetime | None
    delivered: int
    delivered_at: datetime | None
    failures: int
    retry_at: datetime | None
    created_by: str
    created_at: datetime


class ConsumerPage(Answer, frozen=True, kw_only=True):
    """`ConsumerPage` of the API."""

    consumer: ConsumerOut
    log: list[ConsumerEventOut]


class ConsumersOut(Answer, frozen=True, kw_only=True):
    """`ConsumersOut` of the API."""

    items: list[ConsumerOut]


class ContactOut(Answer, frozen=True, kw_only=True):
    """`ContactOut` of the API."""

    kind: Literal["phone", "email"]
    value: Personal[str]
    rank: int
    is_best: bool
    chance: float
    withheld: str | None
    is_masked: bool
    reasons: Personal[list[str]]


class DayVerdicts(Answer, frozen=True, kw_only=True):
    """`DayVerdicts` of the API."""

    day: Personal[date]
    author: str
    verdicts: int


class DebtorOut(Answer, frozen=True, kw_only=True):
    """`DebtorOut` of the API."""

    account: Personal[str]
    debt: Personal[str]
    address: Personal[str] | None
    party_id: str | None
    name: Personal[str]
    kind: str
    lacks: Personal[list[str]]
    has: Personal[list[str]]


class DebtorsPage(Answer, frozen=True, kw_only=True):
    """`DebtorsPage` of the API."""

    items: list[DebtorOut]
    after: Personal[str] | None


class DoubtOut(Answer, frozen=True, kw_only=True):
    """`DoubtOut` of the API."""

    source: str
    source_id: str
    value: Personal[str]
    at: datetime


class EffectsOut(Answer, frozen=True, kw_only=True):
    """`EffectsOut` of the API."""

    before: list[PartShareOut]
    after: list[PartShareOut]
    redirected: Personal[dict[str, str | None]]
    created: int
    narrowed: list[SubjectOut]
    returned: list[SubjectOut]
    systems: dict[str, int]


class EntriesOut(Answer, frozen=True, kw_only=True):
    """`EntriesOut` of the API."""

    items: Personal[list[dict[str, Any]]]


class EstimateOut(Answer, frozen=True, kw_only=True):
    """`EstimateOut` of the API."""

    sample_id: int
    pairs: int
    labelled: int
    unsure: int
    precision: ShareOut | None
    recall: ShareOut | None
    merges_right: ShareOut | None
    splits_right: ShareOut | None
    strata: Personal[list[dict[str, Any]]]
    curve: list[dict[str, float]]


class EventOut(Answer, frozen=True, kw_only=True):
    """`EventOut` of the API."""

    kind: str
    at: datetime
    until: datetime | None
    source: str
    fact_key: Personal[str]
    account: Personal[str] | None
    title: Personal[str] | None
    status: str | None
    amount: Personal[str] | None


class EvidenceOut(Answer, frozen=True, kw_only=True):
    """`EvidenceOut` of the API."""

    source: str
    source_id: str
    weight: float
    claims: list[ClaimOut]


class ExplanationOut(Answer, frozen=True, kw_only=True):
    """`ExplanationOut` of the API."""

    left: RecordKey
    right: RecordKey
    left_party: str
    right_party: str
    is_one_party: bool
    reason: Personal[str]
    sentence: Personal[str]
    threshold: float
    weight: float | None
    base: float | None
    evidence: list[GroundOut]
    classes: dict[str, float]
    keys: list[MeetingOut]
    chain: list[HopOut]
    against: HopOut | None
    balance: float | None
    judgements: list[int]


class ExportIn(Question, kw_only=True):
    """`ExportIn` of the API."""

    kind: Literal["parties", "debtors", "failing"]
    purpose: Literal["call", "identity", "request", "stewardship", "subject", "integration", "screening"]
    wanted: dict[str, str] | None = None
    columns: list[str] | None = None
    classes: list[Literal["contact", "document"]] | None = None
    format: Literal["csv", "xlsx", "parquet"] = "csv"
    reason: str = ""


class ExportOut(Answer, frozen=True, kw_only=True):
    """`ExportOut` of the API."""

    export_id: int
    kind: str
    wanted: Personal[dict[str, Any]]
    columns: list[str]
    classes: Personal[list[str]]
    format: Personal[str]
    purpose: str
    reason: Personal[str]
    counted: int
    status: Literal["waiting", "approved", "ready", "refused", "failed", "withdrawn", "expired"]
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision: Personal[str]
    rows: int | None
    expires_at: datetime | None
    downloads: int
    error: str | None


class ExportsPage(Answer, frozen=True, kw_only=True):
    """`ExportsPage` of the API."""

    items: list[ExportOut]
    next_cursor: str | None


class FailingOut(Answer, frozen=True, kw_only=True):
    """`FailingOut` of the API."""

    source: str
    source_id: str
    party_id: str | None
    updated_at: datetime | None
    qc: int | None
    problems: list[str]
    originals: list[OriginalOut]
    given: Personal[list[str]]
    against: Personal[list[str]]
    sharing: int | None


class FailingPage(Answer, frozen=True, kw_only=True):
    """`FailingPage` of the API."""

    items: list[FailingOut]
    is_masked: bool
    next_cursor: str | None


class FigureOut(Answer, frozen=True, kw_only=True):
    """`FigureOut` of the API."""

    source: str
    attribute: str
    dimension: str
    other: str
    good: int
    total: int
    share: float | None
    measured_at: datetime


class FormationOut(Answer, frozen=True, kw_only=True):
    """`FormationOut` of the API."""

    party_id: str
    threshold: float
    records: list[RecordKey]
    nodes: int
    steps: list[FormationStepOut]


class FormationStepOut(Answer, frozen=True, kw_only=True):
    """`FormationStepOut` of the API."""

    what: Literal["collapsed", "joined", "judged", "vetoed", "outweighed"]
    left: list[RecordKey]
    right: list[RecordKey]
    total: float
    link: HopOut | None
    party_id: str | None
    judgement_id: int | None


class FoundOut(Answer, frozen=True, kw_only=True):
    """`FoundOut` of the API."""

    party_id: str
    kind: Literal["person", "organization"]
    name: Personal[str]
    birth_date: Personal[str] | None
    address: Personal[str] | None
    accounts: Personal[list[str]]
    records: int
    why: list[WhyOut]


class FoundPage(Answer, frozen=True, kw_only=True):
    """`FoundPage` of the API."""

    items: list[FoundOut]
    next_cursor: str | None
    corrections: Personal[list[str]]


class GroundOut(Answer, frozen=True, kw_only=True):
    """`GroundOut` of the API."""

    claim: str
    title: Personal[str]
    level: Personal[str]
    sentence: Personal[str]
    left: Personal[str]
    right: Personal[str]
    weight: float


class Group(Question, kw_only=True):
    """`Group` of the API."""

    group_id: str | int = field(name="groupId")
    user_id: str | int | None = field(name="userId", default=None)
    anonymous_id: str | int | None = field(name="anonymousId", default=None)
    message_id: str | None = field(name="messageId", default=None)
    timestamp: datetime | None = None
    original_timestamp: datetime | None = field(name="originalTimestamp", default=None)
    sent_at: datetime | None = field(name="sentAt", default=None)
    context: dict[str, Any] | None = None
    integrations: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None


class HeadshipOut(Answer, frozen=True, kw_only=True):
    """`HeadshipOut` of the API."""

    party_id: str
    name: Personal[str]
    role: str
    title: Personal[str] | None


class HealthOut(Answer, frozen=True, kw_only=True):
    """`HealthOut` of the API."""

    status: Literal["ok"]
    version: str


class HeldConsentOut(Answer, frozen=True, kw_only=True):
    """`HeldConsentOut` of the API."""

    contact: Personal[str]
    purpose: str
    legal_entity: Personal[str]
    channel: Personal[str]
    state: Literal["given", "refused", "withdrawn", "expired"]
    overruled: int
    decided_by: ConsentOut


class HeldConsentsOut(Answer, frozen=True, kw_only=True):
    """`HeldConsentsOut` of the API."""

    items: list[HeldConsentOut]


class HistoryOut(Answer, frozen=True, kw_only=True):
    """`HistoryOut` of the API."""

    versions: list[VersionOut]
    changes: list[ChangeOut]
    former_ids: list[str]
    records: list[RecordKey]


class HitDecisionIn(Question, kw_only=True):
    """`HitDecisionIn` of the API."""

    verdict: Literal["true", "false", "open"]
    reason: str
    grade: Literal["sure", "strong", "possible"] | None = None


class HitOut(Answer, frozen=True, kw_only=True):
    """`HitOut` of the API."""

    match_id: int
    party_id: str
    name: Personal[str]
    list_: str = field(name="list")
    subject: str
    role: str
    grade: Literal["sure", "strong", "possible"]
    agrees: Personal[list[str]]
    differs: Personal[list[str]]
    entry: Personal[dict[str, Any]]
    edition: Personal[str]
    found_at: datetime
    is_in_force: bool
    verdict: Literal["true", "false"] | None
    is_reopened: bool
    reason: Personal[str] | None
    author: str | None
    decided_at: datetime | None
    gone_at: datetime | None
    gone_why: Personal[str] | None


class HitPage(Answer, frozen=True, kw_only=True):
    """`HitPage` of the API."""

    items: list[HitOut]
    next_cursor: str | None


class HopOut(Answer, frozen=True, kw_only=True):
    """`HopOut` of the API."""

    left: list[RecordKey]
    right: list[RecordKey]
    weight: float | None


class HouseholdMemberOut(Answer, frozen=True, kw_only=True):
    """`HouseholdMemberOut` of the API."""

    party_id: str
    name: Personal[str]
    reasons: Personal[list[str]]


class HouseholdOut(Answer, frozen=True, kw_only=True):
    """`HouseholdOut` of the API."""

    household_id: str
    place: Personal[str]
    address: Personal[str] | None
    members: list[HouseholdMemberOut]


class Identify(Question, kw_only=True):
    """`Identify` of the API."""

    user_id: str | int | None = field(name="userId", default=None)
    anonymous_id: str | int | None = field(name="anonymousId", default=None)
    message_id: str | None = field(name="messageId", default=None)
    timestamp: datetime | None = None
    original_timestamp: datetime | None = field(name="originalTimestamp", default=None)
    sent_at: datetime | None = field(name="sentAt", default=None)
    context: dict[str, Any] | None = None
    integrations: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None


class JobOut(Answer, frozen=True, kw_only=True):
    """`JobOut` of the API."""

    job_id: int
    kind: str
    status: Literal["waiting", "running", "done", "failed", "cancelled"]
    done: int
    total: int | None
    result: Personal[dict[str, Any]]
    error: str | None
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancelled_by: str | None


class JobsPage(Answer, frozen=True, kw_only=True):
    """`JobsPage` of the API."""

    items: list[JobOut]
    next_cursor: str | None


class JudgementIn(Question, kw_only=True):
    """`JudgementIn` of the API."""

    verdict: Literal["same", "different", "unsure"]
    left: RecordKey
    right: RecordKey
    reason: str = ""


class JudgementOut(Answer, frozen=True, kw_only=True):
    """`JudgementOut` of the API."""

    judgement_id: int
    verdict: Literal["same", "different", "unsure"]
    left: RecordKey
    right: RecordKey
    author: str
    reason: Personal[str]
    decided_at: datetime
    undone_at: datetime | None
    parties: list[str]


class LabelIn(Question, kw_only=True):
    """`LabelIn` of the API."""

    label: Literal["same", "different", "unsure"]
    as_judgement: bool = False


class LimitsIn(Question, kw_only=True):
    """`LimitsIn` of the API."""

    territories: list[str] | None = None
    brands: list[str] | None = None
    classes: list[Literal["contact", "document", "finance", "special"]] | None = None


class LinkOut(Answer, frozen=True, kw_only=True):
    """`LinkOut` of the API."""

    link_id: int
    source: str
    alias: Personal[str]
    user_id: str
    since: datetime
    said_by: str
    said_at: datetime
    case_id: int | None
    undone_by: str | None
    undone_at: datetime | None


class LinksIn(Question, kw_only=True):
    """`LinksIn` of the API."""

    verdict: Literal["same", "different", "unsure"]
    above: float
    below: float | None = None
    source: str | None = None
    evidence: str | None = None


class LinksPage(Answer, frozen=True, kw_only=True):
    """`LinksPage` of the API."""

    items: list[LinkOut]
    next_cursor: str | None


class ListAnswerOut(Answer, frozen=True, kw_only=True):
    """`ListAnswerOut` of the API."""

    list_: str = field(name="list")
    title: Personal[str]
    answer: Literal["hit", "possible", "clear", "stale", "not_checked"]
    doubts: Personal[list[str]]
    edition: Personal[str] | None
    published: Personal[date] | None
    screened_at: datetime | None


class LookupIn(Question, kw_only=True):
    """`LookupIn` of the API."""

    ids: list[str] | None = None
    accounts: list[str] | None = None
    phones: list[str] | None = None
    emails: list[str] | None = None
    records: list[RecordKey] | None = None


class LookupMatchOut(Answer, frozen=True, kw_only=True):
    """`LookupMatchOut` of the API."""

    by: Literal["id", "account", "phone", "email", "record"]
    value: Personal[str]
    source: str | None
    parties: list[str]


class LookupOut(Answer, frozen=True, kw_only=True):
    """`LookupOut` of the API."""

    matches: list[LookupMatchOut]
    parties: list[BriefOut]


class MatchIn(Question, kw_only=True):
    """`MatchIn` of the API."""

    attributes: dict[str, str | list[str]]
    party: Literal["person", "organization", "auto"] = "auto"
    custom: dict[str, str] | None = None
    region: str | None = None
    city: str | None = None
    limit: int = 5


class MatchOut(Answer, frozen=True, kw_only=True):
    """`MatchOut` of the API."""

    items: list[CandidateOut]


class MeetingOut(Answer, frozen=True, kw_only=True):
    """`MeetingOut` of the API."""

    rule: str
    title: Personal[str]
    status: Literal["meets", "crowded", "differs", "missing"]
    nodes: int
    cap: int


class MergeIn(Question, kw_only=True):
    """`MergeIn` of the API."""

    parties: list[str]
    reason: str
    values: dict[str, str] | None = None
    dry_run: bool = False


class MeterOut(Answer, frozen=True, kw_only=True):
    """`MeterOut` of the API."""

    serial: Personal[str]
    title: Personal[str] | None
    account: Personal[str] | None
    source: str
    verify_by: datetime | None
    reading: Personal[str] | None
    read_at: datetime | None


class NextIn(Question, kw_only=True):
    """`NextIn` of the API."""

    kind: Literal["doubt", "cut", "documents", "split", "bridge", "large", "manual"] | None = None
    source: str | None = None
    value: int = 0


class NextPairOut(Answer, frozen=True, kw_only=True):
    """`NextPairOut` of the API."""

    pair: PairOut | None


class OfficerOut(Answer, frozen=True, kw_only=True):
    """`OfficerOut` of the API."""

    name: Personal[str]
    role: str
    title: Personal[str] | None
    since: Personal[date] | None
    until: Personal[date] | None
    party_id: str | None


class OperationDoneOut(Answer, frozen=True, kw_only=True):
    """`OperationDoneOut` of the API."""

    operation: OperationOut | None
    effects: EffectsOut


class OperationOut(Answer, frozen=True, kw_only=True):
    """`OperationOut` of the API."""

    operation_id: int
    kind: Literal["merge", "split", "bulk"]
    status: str
    author: str
    reason: Personal[str]
    outlook: Personal[dict[str, Any]]
    error: str | None
    made_at: datetime
    applied_at: datetime | None
    undone_by: str | None
    undone_at: datetime | None


class OperationsOut(Answer, frozen=True, kw_only=True):
    """`OperationsOut` of the API."""

    items: list[OperationOut]
    next_cursor: str | None


class OrganizationOut(Answer, frozen=True, kw_only=True):
    """`OrganizationOut` of the API."""

    form: Personal[str] | None
    inn: Personal[str] | None
    kpp: Personal[str] | None
    ogrn: Personal[str] | None
    branches: list[BranchOut]
    officers: list[OfficerOut]


class OriginOut(Answer, frozen=True, kw_only=True):
    """`OriginOut` of the API."""

    value: Personal[str]
    source: str
    source_id: str
    rule: str
    at: Personal[str] | None
    qc: int | None
    said_by: int | None


class OriginalOut(Answer, frozen=True, kw_only=True):
    """`OriginalOut` of the API."""

    column: Personal[str]
    text: Personal[str]


class PairIn(Question, kw_only=True):
    """`PairIn` of the API."""

    left: RecordKey
    right: RecordKey
    verdict: Literal["same", "different", "unsure"]
    reason: str = ""


class PairOut(Answer, frozen=True, kw_only=True):
    """`PairOut` of the API."""

    sample_id: int
    place: int
    pairs: int
    labelled: int
    left: RecordKey
    right: RecordKey
    cells: list[CellOut]


class PartShareOut(Answer, frozen=True, kw_only=True):
    """`PartShareOut` of the API."""

    party_id: str | None
    kind: str
    name: Personal[str]
    records: int
    accounts: Personal[list[str]]
    debt: Personal[str] | None
    facts: int
    pins: int
    allowed: int
    refused: int


class PartyChecksOut(Answer, frozen=True, kw_only=True):
    """`PartyChecksOut` of the API."""

    party_id: str
    name: Personal[str]
    kind: Literal["person", "organization"]
    answer: Literal["hit", "possible", "clear", "stale", "not_checked"]
    lists: list[ListAnswerOut]
    hits: list[HitOut]
    linked: list[HitOut]
    risks: list[RiskOut]


class PartyOut(Answer, frozen=True, kw_only=True):
    """`PartyOut` of the API."""

    party_id: str
    kind: Literal["person", "organization"]
    version: int
    name: Personal[str]
    published_at: datetime
    is_masked: bool
    values: Personal[dict[str, Any]]
    provenance: dict[str, list[OriginOut]]
    contacts: list[ContactOut]
    channels: list[ChannelOut]
    accounts: list[AccountOut]
    balance: Personal[str] | None
    meters: list[MeterOut]
    outages: list[EventOut]
    open_requests: int
    records: int

    @property
    def etag(self) -> str:
        """What If-Match takes: the party at the version that was seen."""
        return f'"{self.party_id}.{self.version}"'


class PinIn(Question, kw_only=True):
    """`PinIn` of the API."""

    attribute: str
    value: str
    reason: str
    until: datetime | None = None


class PinOut(Answer, frozen=True, kw_only=True):
    """`PinOut` of the API."""

    pin_id: int
    party_id: str | None
    attribute: str
    value: Personal[str]
    author: str
    reason: Personal[str]
    pinned_at: datetime
    until: datetime | None
    undone_by: str | None
    undone_at: datetime | None
    source: str
    source_id: str
    doubts: list[DoubtOut]


class PinsOut(Answer, frozen=True, kw_only=True):
    """`PinsOut` of the API."""

    items: list[PinOut]
    next_cursor: str | None


class PlaceCardOut(Answer, frozen=True, kw_only=True):
    """`PlaceCardOut` of the API."""

    place: Personal[str]
    address: Personal[str] | None
    on: Personal[date]
    accounts: Personal[list[str]]
    roles: list[RoleOut]
    households: list[HouseholdOut]


class PoliciesOut(Answer, frozen=True, kw_only=True):
    """`PoliciesOut` of the API."""

    items: list[PolicyOut]


class PolicyChangeOut(Answer, frozen=True, kw_only=True):
    """`PolicyChangeOut` of the API."""

    party_id: str
    attributes: list[str]
    before: Personal[dict[str, list[dict[str, Any]]]]
    after: Personal[dict[str, list[dict[str, Any]]]]


class PolicyChangesOut(Answer, frozen=True, kw_only=True):
    """`PolicyChangesOut` of the API."""

    items: list[PolicyChangeOut]


class PolicyIn(Question, kw_only=True):
    """`PolicyIn` of the API."""

    content: str


class PolicyOut(Answer, frozen=True, kw_only=True):
    """`PolicyOut` of the API."""

    policy_id: str
    version: int
    content: Personal[str]
    author: str
    is_active: bool
    created_at: datetime


class PolicyTrialOut(Answer, frozen=True, kw_only=True):
    """`PolicyTrialOut` of the API."""

    trial_id: int
    status: Literal["rehearsing", "failed", "rehearsed", "applying", "applied", "rolling_back", "rolled_back"]
    former_policy: Personal[str]
    policy: Personal[str]
    outlook: Personal[dict[str, Any]]
    error: str | None
    hash_before: Personal[str] | None
    hash_after: Personal[str] | None
    hash_restored: Personal[str] | None
    rehearsed_by: str
    rehearsed_at: datetime
    applied_by: str | None
    applied_at: datetime | None
    rolled_back_by: str | None
    rolled_back_at: datetime | None


class PolicyTrialsOut(Answer, frozen=True, kw_only=True):
    """`PolicyTrialsOut` of the API."""

    items: list[PolicyTrialOut]


class ProposalOut(Answer, frozen=True, kw_only=True):
    """`ProposalOut` of the API."""

    source_id: str
    party_id: str
    changes: list[WritebackChangeOut]


class QualityAlarmOut(Answer, frozen=True, kw_only=True):
    """`QualityAlarmOut` of the API."""

    source: str
    attribute: str
    dimension: str
    share: float
    usual: float
    missing: int
    reason: Personal[str]


class QualityOut(Answer, frozen=True, kw_only=True):
    """`QualityOut` of the API."""

    measured_at: datetime | None
    figures: list[FigureOut]
    alarms: list[QualityAlarmOut]
    rhythms: list[RhythmOut]


class QualitySeriesOut(Answer, frozen=True, kw_only=True):
    """`QualitySeriesOut` of the API."""

    items: list[FigureOut]


class ReadyOut(Answer, frozen=True, kw_only=True):
    """`ReadyOut` of the API."""

    status: Literal["ok", "failed"]
    version: str
    checks: list[CheckOut]


class RecordIn(Question, kw_only=True):
    """`RecordIn` of the API."""

    source: str
    source_id: str
    attributes: dict[str, str | list[str]]
    party: Literal["person", "organization", "auto"] = "auto"
    updated_at: datetime | None = None
    custom: dict[str, str] | None = None


class RecordKey(Question, kw_only=True):
    """`RecordKey` of the API."""

    source: str
    source_id: str


class RecordOriginOut(Answer, frozen=True, kw_only=True):
    """`RecordOriginOut` of the API."""

    source: str
    source_title: Personal[str]
    source_id: str


class RecordOut(Answer, frozen=True, kw_only=True):
    """`RecordOut` of the API."""

    source: str
    source_id: str
    party_id: str | None
    status: Literal["inserted", "changed", "unchanged"]
    quality: dict[str, int]
    problems: list[str]
    evidence: list[EvidenceOut]


class RecordsOut(Answer, frozen=True, kw_only=True):
    """`RecordsOut` of the API."""

    items: list[RecordOut]


class ReferenceEdition(Answer, frozen=True, kw_only=True):
    """`ReferenceEdition` of the API."""

    kind: str
    title: Personal[str]
    official: Personal[str]
    part: Personal[str]
    version: str | None
    published: Personal[date] | None
    age_days: int | None
    rows: int
    file_name: Personal[str] | None
    file_sha256: Personal[str] | None
    loaded_at: datetime | None
    loaded_by: str | None
    is_here: bool
    is_stale: bool


class ReferenceOut(Answer, frozen=True, kw_only=True):
    """`ReferenceOut` of the API."""

    items: list[ReferenceEdition]


class RejectionOut(Answer, frozen=True, kw_only=True):
    """`RejectionOut` of the API."""

    place: int
    code: str
    message: Personal[str]


class ReplayIn(Question, kw_only=True):
    """`ReplayIn` of the API."""

    after: int = 0


class RhythmOut(Answer, frozen=True, kw_only=True):
    """`RhythmOut` of the API."""

    source: str
    last: datetime | None
    usual_days: float | None
    is_late: bool


class RiskOut(Answer, frozen=True, kw_only=True):
    """`RiskOut` of the API."""

    code: str
    tone: Literal["bad", "warn"]
    reason: Personal[str]


class RoleOut(Answer, frozen=True, kw_only=True):
    """`RoleOut` of the API."""

    party_id: str
    name: Personal[str]
    kind: str
    role: str
    account: Personal[str] | None
    place: Personal[str] | None
    address: Personal[str] | None
    since: Personal[date] | None
    until: Personal[date] | None
    seen_from: Personal[date] | None
    reason: Personal[str]
    is_present: bool
    origins: list[RecordOriginOut]


class RolesOut(Answer, frozen=True, kw_only=True):
    """`RolesOut` of the API."""

    roles: list[RoleOut]
    household: HouseholdOut | None
    organization: OrganizationOut | None
    heads: list[HeadshipOut]


class RunOut(Answer, frozen=True, kw_only=True):
    """`RunOut` of the API."""

    run_id: int
    status: Literal["running", "done", "held", "failed", "stopped"]
    rows_in: int
    rows_inserted: int
    rows_changed: int
    rows_deleted: int
    rows_quarantined: int
    loads: list[int]
    told: Personal[str]
    started_by: str
    started_at: datetime
    finished_at: datetime | None


class SampleIn(Question, kw_only=True):
    """`SampleIn` of the API."""

    size: int = 200
    tuning_id: int | None = None
    seed: int | None = None


class SampleOut(Answer, frozen=True, kw_only=True):
    """`SampleOut` of the API."""

    sample_id: int
    tuning_id: int | None
    strata: Personal[list[dict[str, Any]]]
    drawn_by: str
    drawn_at: datetime
    pairs: int
    labelled: int


class SeenOut(Answer, frozen=True, kw_only=True):
    """`SeenOut` of the API."""

    read: AccessOut
    party_id: str
    was_masked: bool
    version: VersionOut


class ShareOut(Answer, frozen=True, kw_only=True):
    """`ShareOut` of the API."""

    value: float
    low: float
    high: float


class SourceRecordOut(Answer, frozen=True, kw_only=True):
    """`SourceRecordOut` of the API."""

    source: str
    source_id: str
    version: int
    updated_at: datetime | None
    received_at: datetime
    name: Personal[str] | None
    birth_date: Personal[str] | None
    address: Personal[str] | None
    phones: Personal[list[str]]
    emails: Personal[list[str]]
    accounts: Personal[list[str]]
    problems: list[str]


class SourceRecordsOut(Answer, frozen=True, kw_only=True):
    """`SourceRecordsOut` of the API."""

    items: list[SourceRecordOut]
    next_cursor: str | None


class SplitIn(Question, kw_only=True):
    """`SplitIn` of the API."""

    records: list[RecordKey]
    reason: str
    together: bool = True
    dry_run: bool = False


class StepOut(Answer, frozen=True, kw_only=True):
    """`StepOut` of the API."""

    attribute: str
    before: list[OriginOut]
    after: list[OriginOut]
    is_value: bool


class SubjectOut(Answer, frozen=True, kw_only=True):
    """`SubjectOut` of the API."""

    contact: Personal[str]
    purpose: str
    legal_entity: Personal[str]
    channel: Personal[str]


class SuggestOut(Answer, frozen=True, kw_only=True):
    """`SuggestOut` of the API."""

    items: list[Suggested]


class Suggested(Answer, frozen=True, kw_only=True):
    """`Suggested` of the API."""

    value: Personal[str]
    data: Personal[dict[str, Any]]


class TakenOut(Answer, frozen=True, kw_only=True):
    """`TakenOut` of the API."""

    success: bool
    accepted: int
    repeated: int
    rejected: list[RejectionOut]


class TestedOut(Answer, frozen=True, kw_only=True):
    """`TestedOut` of the API."""

    status: int
    problem: Personal[str]


class TimelinePage(Answer, frozen=True, kw_only=True):
    """`TimelinePage` of the API."""

    items: list[EventOut]
    next_cursor: str | None


class Track(Question, kw_only=True):
    """`Track` of the API."""

    event: str
    user_id: str | int | None = field(name="userId", default=None)
    anonymous_id: str | int | None = field(name="anonymousId", default=None)
    message_id: str | None = field(name="messageId", default=None)
    timestamp: datetime | None = None
    original_timestamp: datetime | None = field(name="originalTimestamp", default=None)
    sent_at: datetime | None = field(name="sentAt", default=None)
    context: dict[str, Any] | None = None
    integrations: dict[str, Any] | None = None
    properties: dict[str, Any] | None = None


class TuningChangeOut(Answer, frozen=True, kw_only=True):
    """`TuningChangeOut` of the API."""

    place: int
    what: Literal["merge", "split", "regroup", "judged"]
    parties: list[str]
    records: int
    accounts: int
    chunk: int | None


class TuningChangesOut(Answer, frozen=True, kw_only=True):
    """`TuningChangesOut` of the API."""

    items: list[TuningChangeOut]


class TuningIn(Question, kw_only=True):
    """`TuningIn` of the API."""

    model: dict[str, Any] | None = None
    threshold: float | None = None
    learn: bool = False


class TuningOut(Answer, frozen=True, kw_only=True):
    """`TuningOut` of the API."""

    tuning_id: int
    status: Literal["rehearsing", "failed", "rehearsed", "applying", "applied", "rolling_back", "rolled_back"]
    outlook: Personal[dict[str, Any]]
    error: str | None
    hash_before: Personal[str] | None
    hash_after: Personal[str] | None
    hash_restored: Personal[str] | None
    rehearsed_by: str
    rehearsed_at: datetime
    applied_by: str | None
    applied_at: datetime | None
    rolled_back_by: str | None
    rolled_back_at: datetime | None


class TuningsOut(Answer, frozen=True, kw_only=True):
    """`TuningsOut` of the API."""

    items: list[TuningOut]


class VerdictIn(Question, kw_only=True):
    """`VerdictIn` of the API."""

    verdict: Literal["same", "different", "unsure", "dismiss"]
    reason: str = ""


class VersionOut(Answer, frozen=True, kw_only=True):
    """`VersionOut` of the API."""

    version: int
    values: Personal[dict[str, Any]]
    provenance: dict[str, list[OriginOut]]
    valid_from: datetime
    valid_to: datetime | None
    steps: list[StepOut]


class Viewed(Question, kw_only=True):
    """`Viewed` of the API."""

    user_id: str | int | None = field(name="userId", default=None)
    anonymous_id: str | int | None = field(name="anonymousId", default=None)
    message_id: str | None = field(name="messageId", default=None)
    timestamp: datetime | None = None
    original_timestamp: datetime | None = field(name="originalTimestamp", default=None)
    sent_at: datetime | None = field(name="sentAt", default=None)
    context: dict[str, Any] | None = None
    integrations: dict[str, Any] | None = None
    name: str | None = None
    category: str | None = None
    properties: dict[str, Any] | None = None


class WhyOut(Answer, frozen=True, kw_only=True):
    """`WhyOut` of the API."""

    kind: str
    value: Personal[str]


class WritebackChangeOut(Answer, frozen=True, kw_only=True):
    """`WritebackChangeOut` of the API."""

    attribute: str
    column: Personal[str]
    before: Personal[str] | None
    after: Personal[str] | None


class WritebackIn(Question, kw_only=True):
    """`WritebackIn` of the API."""

    name: str
    source: str
    purpose: str
    way: Literal["sql", "http", "file"]
    fields: dict[str, str]
    rule: Literal["empty", "better", "older"] = "empty"
    place: str = ""
    method: Literal["", "PATCH", "PUT"] = ""
    token: str = ""
    kinds: list[Literal["person", "organization"]] | None = None
    every: int | None = None


class WritebackOut(Answer, frozen=True, kw_only=True):
    """`WritebackOut` of the API."""

    name: Personal[str]
    source: str
    purpose: str
    way: Personal[str]
    place: Personal[str]
    method: Personal[str]
    has_token: bool
    fields: dict[str, str]
    rule: str
    kinds: list[str]
    every: int | None
    status: str
    created_by: str
    created_at: datetime
    last_run: int | None
    last_at: datetime | None
    last_status: Personal[str] | None
    written: int
    troubles: int


class WritebackPage(Answer, frozen=True, kw_only=True):
    """`WritebackPage` of the API."""

    writeback: WritebackOut
    runs: list[WritebackRunOut]


class WritebackPlan(Answer, frozen=True, kw_only=True):
    """`WritebackPlan` of the API."""

    items: list[ProposalOut]
    total: int
    kept: dict[str, int]


class WritebackRowOut(Answer, frozen=True, kw_only=True):
    """`WritebackRowOut` of the API."""

    row_id: int
    source_id: str
    party_id: str
    outcome: str
    why: Personal[str]
    changes: list[WritebackChangeOut]
    at: datetime


class WritebackRowsPage(Answer, frozen=True, kw_only=True):
    """`WritebackRowsPage` of the API."""

    run: WritebackRunOut
    items: list[WritebackRowOut]
    next_after: int | None


class WritebackRunOut(Answer, frozen=True, kw_only=True):
    """`WritebackRunOut` of the API."""

    run_id: int
    what: str
    undoes: int | None
    status: str
    written: int
    handed: int
    conflict: int
    missing: int
    refused: int
    returned: int
    kept: dict[str, int]
    file_name: Personal[str]
    told: Personal[str]
    started_by: str
    started_at: datetime
    finished_at: datetime | None


class WritebacksOut(Answer, frozen=True, kw_only=True):
    """`WritebacksOut` of the API."""

    items: list[WritebackOut]
