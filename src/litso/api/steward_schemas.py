"""What goes in and out of the API about operations, bulk judgements and consents."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from litso.api.schemas import PartyId, RecordKey, SourceName

Reason = Annotated[str, Meta(min_length=1, max_length=500, examples=["паспорт показан"])]
Verdict = Literal["same", "different", "unsure"]
Purpose = Literal["processing", "service", "mailing", "marketing", "debt", "survey", "receipt", "transfer"]
Channel = Literal["call", "autocall", "sms", "messenger", "email", "push", "post"]
Moment = Annotated[datetime, Meta(tz=True)]
DryRun = Annotated[bool, Meta(description="Only tell what it would change; If-Match is not needed then.")]


class MergeIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """Parties that are one."""

    parties: Annotated[list[PartyId], Meta(min_length=2, max_length=50)]
    reason: Reason
    values: Annotated[
        dict[str, Annotated[str, Meta(max_length=500)]],
        Meta(description="Values to pin, attribute to value as people write it.", examples=[{"surname": "Юрьева"}]),
    ] = {}
    dry_run: DryRun = False


class SplitIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """Records of a party that belong to somebody else."""

    records: Annotated[list[RecordKey], Meta(min_length=1, max_length=1000)]
    reason: Reason
    together: Annotated[bool, Meta(description="They are one party; without it evidence decides.")] = True
    dry_run: DryRun = False


class PartShareOut(Struct):
    """A party as it is or would be; `party_id` is null for one that would be minted. Amounts are in roubles."""

    party_id: PartyId | None
    kind: str
    name: str
    records: int
    accounts: list[str]
    debt: Decimal | None
    facts: int
    pins: int
    allowed: Annotated[int, Meta(description="Uses of contacts that are permitted.")]
    refused: Annotated[int, Meta(description="Uses of contacts that are refused, withdrawn or expired.")]


class SubjectOut(Struct):
    """A use of a contact: for one purpose, one legal entity, by one channel."""

    contact: str
    purpose: str
    legal_entity: str
    channel: str


class EffectsOut(Struct):
    """What an operation changes."""

    before: list[PartShareOut]
    after: list[PartShareOut]
    redirected: Annotated[
        dict[str, str | None], Meta(description="Id that ends to the id it leads to, null for one to be minted.")
    ]
    created: int
    narrowed: Annotated[list[SubjectOut], Meta(description="Consents that are void then, as a refusal wins.")]
    returned: Annotated[list[SubjectOut], Meta(description="Consents that records get back.")]
    systems: Annotated[dict[str, int], Meta(description="Source to its records whose party changes.")]


class OperationOut(Struct):
    """What a steward did at once. `outlook`: what it changes, in figures."""

    operation_id: int
    kind: Literal["merge", "split", "bulk"]
    status: str
    author: str
    reason: str
    outlook: dict[str, Any]
    error: str | None
    made_at: datetime
    applied_at: datetime | None
    undone_by: str | None
    undone_at: datetime | None


class OperationDoneOut(Struct):
    """An operation and what it changes; `operation` is null for a dry run."""

    operation: OperationOut | None
    effects: EffectsOut


class OperationsOut(Struct):
    """Operations, the newest first."""

    items: list[OperationOut]
    next_cursor: str | None = None


class PairIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A judgement of a bulk operation."""

    left: RecordKey
    right: RecordKey
    verdict: Verdict
    reason: Annotated[str, Meta(max_length=500)] = ""


class LinksIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """Open links that are judged alike: between two parties, with a weight above one and up to another."""

    verdict: Verdict
    above: Annotated[float, Meta(ge=-1000, le=1000, description="Bits.")]
    below: Annotated[float, Meta(ge=-1000, le=1000)] | None = None
    source: SourceName | None = None
    evidence: Annotated[str, Meta(max_length=100, description="A claim that speaks for them.")] | None = None


class CasesIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """Cases of a kind that are decided alike; those that need two persons, or that somebody is at, are left out."""

    verdict: Verdict
    kind: Literal["cut", "doubt", "documents", "split", "bridge", "large", "manual"]
    source: SourceName | None = None
    value: Annotated[int, Meta(ge=0, le=100, description="At least of this value.")] = 0


class BulkIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """Judgements in bulk: either pairs, or a filter over open links, or one over cases."""

    reason: Reason
    pairs: Annotated[list[PairIn], Meta(max_length=50_000)] = []
    links: LinksIn | None = None
    cases: CasesIn | None = None


class ConsentIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A statement about one use of a contact, by a party or on a record."""

    party_id: PartyId | None = None
    record: RecordKey | None = None
    contact: Annotated[str, Meta(max_length=200, description="A phone or an e-mail, as people write it.")]
    purpose: Purpose
    legal_entity: Annotated[str, Meta(min_length=1, max_length=500)]
    channel: Channel
    state: Literal["given", "refused", "withdrawn"]
    at: Annotated[datetime, Meta(tz=True, description="When it was said; now without it.")] | None = None
    until: Annotated[datetime, Meta(tz=True, description="The end of what is given.")] | None = None
    form: Annotated[str, Meta(max_length=500, description="Paper, cabinet, call…")] = ""
    text_version: Annotated[str, Meta(max_length=500, description="Of the text that was agreed to.")] = ""
    evidence: Annotated[str, Meta(max_length=500, description="Where the proof is.")] = ""


class ConsentOut(Struct):
    """A statement of the ledger."""

    consent_id: int
    source: str
    source_id: str
    contact: str
    purpose: str
    legal_entity: str
    channel: str
    state: str
    said_at: datetime | None
    until: datetime | None
    form: str
    text_version: str
    evidence: str
    author: str
    recorded_at: datetime
    undone_by: str | None
    undone_at: datetime | None


class HeldConsentOut(Struct):
    """What holds for a use of a contact now, and the statement that decides it."""

    contact: str
    purpose: str
    legal_entity: str
    channel: str
    state: Literal["given", "refused", "withdrawn", "expired"]
    overruled: Annotated[int, Meta(description="Permissions of other records that a refusal makes void.")]
    decided_by: ConsentOut


class HeldConsentsOut(Struct):
    """What holds for the contacts of a party."""

    items: list[HeldConsentOut]
