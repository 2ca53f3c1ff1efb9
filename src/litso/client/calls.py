"""The calls of the HTTP API.

Made by scripts/client.py from the OpenAPI document: do not edit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from litso.client.models import (
    AccessesOut,
    AccessOut,
    AccountCardOut,
    Alias,
    AskedOut,
    AttachedOut,
    AuditEntryOut,
    AuditPage,
    BatchIn,
    BulkIn,
    CaseIn,
    CaseOut,
    CasesPage,
    CaseStatistics,
    ChangeOut,
    ChangesPage,
    CheckListsOut,
    CleanIn,
    CleanOut,
    ConnectionIn,
    ConnectionOut,
    ConnectionPage,
    ConnectionsOut,
    ConsentIn,
    ConsentOut,
    ConsumerIn,
    ConsumerOut,
    ConsumerPage,
    ConsumersOut,
    DebtorOut,
    DebtorsPage,
    EffectsOut,
    EntriesOut,
    EstimateOut,
    EventOut,
    ExplanationOut,
    ExportIn,
    ExportOut,
    ExportsPage,
    FailingOut,
    FailingPage,
    FormationOut,
    FoundOut,
    FoundPage,
    Group,
    HealthOut,
    HeldConsentsOut,
    HistoryOut,
    HitDecisionIn,
    HitOut,
    HitPage,
    Identify,
    JobOut,
    JobsPage,
    JudgementIn,
    JudgementOut,
    LabelIn,
    LimitsIn,
    LinkOut,
    LinksPage,
    LookupIn,
    LookupOut,
    MatchIn,
    MatchOut,
    MergeIn,
    NextIn,
    NextPairOut,
    OperationDoneOut,
    OperationOut,
    OperationsOut,
    PartyChecksOut,
    PartyOut,
    PinIn,
    PinOut,
    PinsOut,
    PlaceCardOut,
    PoliciesOut,
    PolicyChangeOut,
    PolicyChangesOut,
    PolicyIn,
    PolicyOut,
    PolicyTrialOut,
    PolicyTrialsOut,
    QualityOut,
    QualitySeriesOut,
    ReadyOut,
    RecordIn,
    RecordsOut,
    ReferenceOut,
    ReplayIn,
    RolesOut,
    SampleIn,
    SampleOut,
    SeenOut,
    SourceRecordOut,
    SourceRecordsOut,
    SplitIn,
    SuggestOut,
    TakenOut,
    TestedOut,
    TimelinePage,
    Track,
    TuningChangeOut,
    TuningChangesOut,
    TuningIn,
    TuningOut,
    TuningsOut,
    VerdictIn,
    Viewed,
    WritebackIn,
    WritebackOut,
    WritebackPage,
    WritebackPlan,
    WritebackRowOut,
    WritebackRowsPage,
    WritebacksOut,
)
from litso.client.tables import Listing
from litso.client.transport import Transport


class Client(Transport):
    """Calls of the API, by their names in its document."""

    def upsert_records(
        self,
        body: RecordIn | Sequence[RecordIn],
        *,
        dry_run: bool | None = None,
        prefer: str | None = None,
        idempotency_key: str | None = None,
    ) -> RecordsOut | JobOut:
        """Upsert one or many source records. Insert or change records and resolve them at once, all or none;
        parties, quality codes and evidence come back.

        A record equal to the one before is `unchanged`; a party may take in, or part with, other records. A dry
        run tells what would happen: `party_id` is null where a party would be made. With `Prefer: respond-async`
        a job does it in steps and names the records that it cannot take.
        """
        answer: RecordsOut | JobOut = self._call(
            "POST",
            "/v1/records",
            {200: RecordsOut, 202: JobOut},
            query={"dry_run": dry_run},
            headers={"Prefer": prefer, "Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )
        return answer

    def match(self, body: MatchIn) -> MatchOut:
        """Who would this be? Parties that the values may belong to, the likeliest first, with evidence: similar
        cards while somebody types.
        """
        answer: MatchOut = self._call("POST", "/v1/match", {200: MatchOut}, body=body)
        return answer

    def find_parties(
        self,
        *,
        account: str | None = None,
        phone: str | None = None,
        q: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> FoundPage:
        """Find parties. By an account, a phone or any fragment: a name in any order, an address, last digits, a
        meter, an e-mail.
        """
        answer: FoundPage = self._call(
            "GET",
            "/v1/parties",
            {200: FoundPage},
            query={"account": account, "phone": phone, "q": q, "limit": limit, "cursor": cursor},
        )
        return answer

    def get_party(self, party_id: str, *, purpose: str | None = None) -> PartyOut:
        """The profile of a party. The golden record with its origins, contacts, accounts, meters and outages. A
        merged id answers 308.
        """
        answer: PartyOut = self._call(
            "GET", "/v1/parties/{party_id}", {200: PartyOut}, path={"party_id": party_id}, query={"purpose": purpose}
        )
        return answer

    def get_party_records(
        self, party_id: str, *, purpose: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> SourceRecordsOut:
        """Source records of a party. Every source record of the party in standard values."""
        answer: SourceRecordsOut = self._call(
            "GET",
            "/v1/parties/{party_id}/records",
            {200: SourceRecordsOut},
            path={"party_id": party_id},
            query={"purpose": purpose, "limit": limit, "cursor": cursor},
        )
        return answer

    def get_party_timeline(
        self, party_id: str, *, kind: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> TimelinePage:
        """Everything that happened. Payments, charges, readings, requests, calls and outages of the party, the
        latest first.
        """
        answer: TimelinePage = self._call(
            "GET",
            "/v1/parties/{party_id}/timeline",
            {200: TimelinePage},
            path={"party_id": party_id},
            query={"kind": kind, "limit": limit, "cursor": cursor},
        )
        return answer

    def get_party_history(
        self, party_id: str, *, as_of: datetime | None = None, purpose: str | None = None
    ) -> HistoryOut:
        """Versions with provenance. Versions of the golden record with provenance, the newest first, and events of
        the party.

        A merged id shows the versions that it had. With `as_of` the party is shown as it was at that moment, with
        the records that it had.
        """
        answer: HistoryOut = self._call(
            "GET",
            "/v1/parties/{party_id}/history",
            {200: HistoryOut},
            path={"party_id": party_id},
            query={"as_of": as_of, "purpose": purpose},
        )
        return answer

    def get_party_accesses(self, party_id: str, *, limit: int | None = None, cursor: str | None = None) -> AccessesOut:
        """Who read a party. Logged reads, the latest first."""
        answer: AccessesOut = self._call(
            "GET",
            "/v1/parties/{party_id}/accesses",
            {200: AccessesOut},
            path={"party_id": party_id},
            query={"limit": limit, "cursor": cursor},
        )
        return answer

    def get_seen(self, audit_id: int, *, purpose: str | None = None) -> SeenOut:
        """What somebody saw then. The golden record that a logged read showed, in the fields that it showed."""
        answer: SeenOut = self._call(
            "GET",
            "/v1/accesses/{audit_id}/seen",
            {200: SeenOut},
            path={"audit_id": audit_id},
            query={"purpose": purpose},
        )
        return answer

    def get_party_roles(self, party_id: str, *, on: date | None = None) -> RolesOut:
        """What a party is to accounts and premises. Roles in time with the records that say so, and the household;
        those that hold on the day come first.
        """
        answer: RolesOut = self._call(
            "GET", "/v1/parties/{party_id}/roles", {200: RolesOut}, path={"party_id": party_id}, query={"on": on}
        )
        return answer

    def get_account(self, account: str, *, on: date | None = None) -> AccountCardOut:
        """An account and who owed on a day. The account with its premise, its people over time, and those who owed
        on the day.
        """
        answer: AccountCardOut = self._call(
            "GET", "/v1/accounts/{account}", {200: AccountCardOut}, path={"account": account}, query={"on": on}
        )
        return answer

    def get_place(self, *, key: str, on: date | None = None) -> PlaceCardOut:
        """A premise and its people over time. The premise with its accounts, households and everybody's roles."""
        answer: PlaceCardOut = self._call("GET", "/v1/places", {200: PlaceCardOut}, query={"key": key, "on": on})
        return answer

    def get_debtors(
        self,
        *,
        lacks: str | None = None,
        min_debt: int | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> DebtorsPage:
        """Debtors who lack what a court order must say. Accounts in debt with their owners; what the law (229-ФЗ)
        demands of a court order and nobody knows.
        """
        answer: DebtorsPage = self._call(
            "GET",
            "/v1/debtors",
            {200: DebtorsPage},
            query={"lacks": lacks, "min_debt": min_debt, "limit": limit, "after": after},
        )
        return answer

    def judge(
        self,
        body: JudgementIn,
        *,
        dry_run: bool | None = None,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> EffectsOut | JudgementOut:
        """Same, different or unsure. Enter a judgement about two source records; their parties are resolved anew at
        once.

        A dry run answers 200 with what would change, and needs no If-Match.
        """
        answer: EffectsOut | JudgementOut = self._call(
            "POST",
            "/v1/judgements",
            {200: EffectsOut, 201: JudgementOut},
            query={"dry_run": dry_run},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )
        return answer

    def undo_judgement(
        self, judgement_id: int, *, if_match: str | None = None, idempotency_key: str | None = None
    ) -> JudgementOut:
        """Undo a judgement. Take a judgement back: the parties are as they were without it, ids included. The entry
        stays in the ledger.
        """
        answer: JudgementOut = self._call(
            "DELETE",
            "/v1/judgements/{judgement_id}",
            {200: JudgementOut},
            path={"judgement_id": judgement_id},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def list_links(
        self, *, source: str | None = None, id: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> LinksPage:
        """Ids taken for one user. What `identify` and `alias` said of ids, undone links too, the latest first."""
        answer: LinksPage = self._call(
            "GET", "/v1/links", {200: LinksPage}, query={"source": source, "id": id, "limit": limit, "cursor": cursor}
        )
        return answer

    def undo_link(self, link_id: int, *, idempotency_key: str | None = None) -> LinkOut:
        """Undo a link of ids. Records and events are as they were without it; it does not come back by being said
        again.
        """
        answer: LinkOut = self._call(
            "DELETE",
            "/v1/links/{link_id}",
            {200: LinkOut},
            path={"link_id": link_id},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def list_jobs(self, *, limit: int | None = None, cursor: str | None = None) -> JobsPage:
        """Jobs. Jobs that the caller asked for, an administrator all, the latest first."""
        answer: JobsPage = self._call("GET", "/v1/jobs", {200: JobsPage}, query={"limit": limit, "cursor": cursor})
        return answer

    def get_job(self, job_id: int) -> JobOut:
        """A job. How far it has come, and what it did."""
        answer: JobOut = self._call("GET", "/v1/jobs/{job_id}", {200: JobOut}, path={"job_id": job_id})
        return answer

    def cancel_job(self, job_id: int, *, idempotency_key: str | None = None) -> JobOut:
        """Cancel a job. One that waits ends at once, one that runs after its present step; what it has done stays."""
        answer: JobOut = self._call(
            "DELETE",
            "/v1/jobs/{job_id}",
            {200: JobOut},
            path={"job_id": job_id},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def look_up_parties(self, body: LookupIn, *, purpose: str | None = None) -> LookupOut:
        """Many parties by keys. Golden records of up to 1000 ids, accounts, phones, e-mails and source records. Each
        read is logged.
        """
        answer: LookupOut = self._call(
            "POST", "/v1/parties/lookup", {200: LookupOut}, query={"purpose": purpose}, body=body
        )
        return answer

    def merge_parties(
        self, body: MergeIn, *, if_match: str | None = None, idempotency_key: str | None = None
    ) -> OperationDoneOut:
        """Merge parties. Two parties or more become one, with chosen values if given; one undo takes all of it back."""
        answer: OperationDoneOut = self._call(
            "POST",
            "/v1/parties/merge",
            {200: OperationDoneOut, 201: OperationDoneOut},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )
        return answer

    def split_party(
        self, party_id: str, body: SplitIn, *, if_match: str | None = None, idempotency_key: str | None = None
    ) -> OperationDoneOut:
        """Part records from a party. The chosen records become a party of their own; what hangs on them goes with
        them.
        """
        answer: OperationDoneOut = self._call(
            "POST",
            "/v1/parties/{party_id}/split",
            {200: OperationDoneOut, 201: OperationDoneOut},
            path={"party_id": party_id},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )
        return answer

    def list_operations(self, *, limit: int | None = None, cursor: str | None = None) -> OperationsOut:
        """Operations. The last merges, splits and bulk judgements, undone ones too, the newest first."""
        answer: OperationsOut = self._call(
            "GET", "/v1/operations", {200: OperationsOut}, query={"limit": limit, "cursor": cursor}
        )
        return answer

    def get_operation(self, operation_id: int) -> OperationOut:
        """An operation. What it changes, and its state: long work is asked for here until it is done."""
        answer: OperationOut = self._call(
            "GET", "/v1/operations/{operation_id}", {200: OperationOut}, path={"operation_id": operation_id}
        )
        return answer

    def undo_operation(
        self, operation_id: int, *, if_match: str | None = None, idempotency_key: str | None = None
    ) -> OperationOut:
        """Undo an operation. Take it back whole: ids, values, pins and consents are what they were. Judgements in
        bulk answer 202.
        """
        answer: OperationOut = self._call(
            "DELETE",
            "/v1/operations/{operation_id}",
            {200: OperationOut, 202: OperationOut},
            path={"operation_id": operation_id},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def rehearse_judgements(self, body: BulkIn, *, idempotency_key: str | None = None) -> OperationOut:
        """Rehearse judgements in bulk. Begin to foresee what many judgements change; ask `GET /v1/operations/{id}`
        until it is `rehearsed`.
        """
        answer: OperationOut = self._call(
            "POST",
            "/v1/judgements/bulk",
            {202: OperationOut},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )
        return answer

    def apply_judgements(self, operation_id: int, *, idempotency_key: str | None = None) -> OperationOut:
        """Apply rehearsed judgements. Begin, in chunks; what was interrupted goes on."""
        answer: OperationOut = self._call(
            "POST",
            "/v1/operations/{operation_id}/apply",
            {202: OperationOut},
            path={"operation_id": operation_id},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def state_consent(self, body: ConsentIn, *, idempotency_key: str | None = None) -> ConsentOut:
        """State a consent, a refusal or a withdrawal. Enter a statement, on the record of the party that has the
        contact or on the record given. The same again is answered as it stands.
        """
        answer: ConsentOut = self._call(
            "POST",
            "/v1/consents",
            {201: ConsentOut},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )
        return answer

    def get_party_consents(self, party_id: str, *, purpose: str | None = None) -> HeldConsentsOut:
        """What holds for the contacts of a party. For each use of a contact what holds now. Between the records of a
        party a refusal wins.
        """
        answer: HeldConsentsOut = self._call(
            "GET",
            "/v1/parties/{party_id}/consents",
            {200: HeldConsentsOut},
            path={"party_id": party_id},
            query={"purpose": purpose},
        )
        return answer

    def take_consent_back(self, consent_id: int, *, idempotency_key: str | None = None) -> ConsentOut:
        """Take back a statement entered by mistake. It no longer counts; the entry stays in the ledger. A subject
        who thinks otherwise now withdraws instead.
        """
        answer: ConsentOut = self._call(
            "DELETE",
            "/v1/consents/{consent_id}",
            {200: ConsentOut},
            path={"consent_id": consent_id},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def explain_pair(self, *, left: str, right: str, purpose: str | None = None) -> ExplanationOut:
        """Why two records are, or are not, one party. The reason, the evidence whose weights add up to the score,
        keys, and what else decided: a chain, a veto.
        """
        answer: ExplanationOut = self._call(
            "GET", "/v1/explain", {200: ExplanationOut}, query={"left": left, "right": right, "purpose": purpose}
        )
        return answer

    def get_party_formation(self, party_id: str) -> FormationOut:
        """How a party was formed. The steps: records that collapsed, groups that were joined and by what, neighbours
        that were kept apart.
        """
        answer: FormationOut = self._call(
            "GET", "/v1/parties/{party_id}/formation", {200: FormationOut}, path={"party_id": party_id}
        )
        return answer

    def list_tuning(self) -> TuningsOut:
        """Rehearsals. The last rehearsals and what became of them, the newest first."""
        answer: TuningsOut = self._call("GET", "/v1/tuning", {200: TuningsOut})
        return answer

    def rehearse(self, body: TuningIn, *, idempotency_key: str | None = None) -> TuningOut:
        """Rehearse a model or a threshold. Begin to foresee what would change; ask `GET /v1/tuning/{id}` until its
        status is `rehearsed`.
        """
        answer: TuningOut = self._call(
            "POST",
            "/v1/tuning",
            {202: TuningOut},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )
        return answer

    def get_tuning(self, tuning_id: int) -> TuningOut:
        """A rehearsal. What a rehearsal foresees, and its state."""
        answer: TuningOut = self._call("GET", "/v1/tuning/{tuning_id}", {200: TuningOut}, path={"tuning_id": tuning_id})
        return answer

    def get_tuning_changes(
        self, tuning_id: int, *, what: str | None = None, after: int | None = None, limit: int | None = None
    ) -> TuningChangesOut:
        """Parties that a rehearsal would change. The largest first."""
        answer: TuningChangesOut = self._call(
            "GET",
            "/v1/tuning/{tuning_id}/changes",
            {200: TuningChangesOut},
            path={"tuning_id": tuning_id},
            query={"what": what, "after": after, "limit": limit},
        )
        return answer

    def apply_tuning(self, tuning_id: int, *, idempotency_key: str | None = None) -> TuningOut:
        """Make a rehearsed model the active one. Begin, in journaled chunks; one that was interrupted goes on."""
        answer: TuningOut = self._call(
            "POST",
            "/v1/tuning/{tuning_id}/apply",
            {202: TuningOut},
            path={"tuning_id": tuning_id},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def roll_back_tuning(self, tuning_id: int, *, idempotency_key: str | None = None) -> TuningOut:
        """Take an applied model back. Begin to give every record its party back."""
        answer: TuningOut = self._call(
            "POST",
            "/v1/tuning/{tuning_id}/rollback",
            {202: TuningOut},
            path={"tuning_id": tuning_id},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def draw_sample(self, body: SampleIn, *, idempotency_key: str | None = None) -> SampleOut:
        """Draw a sample of pairs for a steward. Begin to draw; the sample is ready when it has pairs."""
        answer: SampleOut = self._call(
            "POST",
            "/v1/samples",
            {202: SampleOut},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )
        return answer

    def next_pair(self, sample_id: int, *, after: int | None = None) -> NextPairOut:
        """The next pair to label. Both records side by side, without score: labels are blind. `pair` is null when
        all are labelled.
        """
        answer: NextPairOut = self._call(
            "GET",
            "/v1/samples/{sample_id}/next",
            {200: NextPairOut},
            path={"sample_id": sample_id},
            query={"after": after},
        )
        return answer

    def label_pair(self, sample_id: int, place: int, body: LabelIn, *, idempotency_key: str | None = None) -> None:
        """Label a pair. Same, different or unsure. It changes no party unless `as_judgement` says so."""
        self._call(
            "POST",
            "/v1/samples/{sample_id}/pairs/{place}",
            {204: None},
            path={"sample_id": sample_id, "place": place},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )

    def take_label_back(self, sample_id: int, place: int, *, idempotency_key: str | None = None) -> None:
        """Take a label back. The pair is asked again."""
        self._call(
            "DELETE",
            "/v1/samples/{sample_id}/pairs/{place}",
            {204: None},
            path={"sample_id": sample_id, "place": place},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )

    def estimate(self, sample_id: int) -> EstimateOut:
        """Precision and recall from labels. Unbiased estimates with intervals of 95 %; null while a stratum has no
        label.
        """
        answer: EstimateOut = self._call(
            "GET", "/v1/samples/{sample_id}/estimate", {200: EstimateOut}, path={"sample_id": sample_id}
        )
        return answer

    def get_policy(self) -> PolicyOut:
        """The policy in force. Which value of a party wins: the survivorship policy in force."""
        answer: PolicyOut = self._call("GET", "/v1/policy", {200: PolicyOut})
        return answer

    def list_policies(self) -> PoliciesOut:
        """Policies. Every policy that was ever rehearsed or in force."""
        answer: PoliciesOut = self._call("GET", "/v1/policy/versions", {200: PoliciesOut})
        return answer

    def list_policy_rehearsals(self) -> PolicyTrialsOut:
        """Rehearsals of policies. The last rehearsals and what became of them."""
        answer: PolicyTrialsOut = self._call("GET", "/v1/policy/rehearsals", {200: PolicyTrialsOut})
        return answer

    def rehearse_policy(self, body: PolicyIn, *, idempotency_key: str | None = None) -> PolicyTrialOut:
        """Rehearse a policy. Begin to foresee what would change; ask `GET /v1/policy/rehearsals/{id}` until its
        status is `rehearsed`.
        """
        answer: PolicyTrialOut = self._call(
            "POST",
            "/v1/policy/rehearsals",
            {202: PolicyTrialOut},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )
        return answer

    def get_policy_rehearsal(self, trial_id: int) -> PolicyTrialOut:
        """A rehearsal of a policy. What a rehearsal foresees by attribute and source, and its state."""
        answer: PolicyTrialOut = self._call(
            "GET", "/v1/policy/rehearsals/{trial_id}", {200: PolicyTrialOut}, path={"trial_id": trial_id}
        )
        return answer

    def get_policy_changes(
        self, trial_id: int, *, attribute: str | None = None, after: str | None = None, limit: int | None = None
    ) -> PolicyChangesOut:
        """Parties that a policy would change. Values with provenance before and after, of the parties whose values
        change.
        """
        answer: PolicyChangesOut = self._call(
            "GET",
            "/v1/policy/rehearsals/{trial_id}/changes",
            {200: PolicyChangesOut},
            path={"trial_id": trial_id},
            query={"attribute": attribute, "after": after, "limit": limit},
        )
        return answer

    def apply_policy(self, trial_id: int, *, idempotency_key: str | None = None) -> PolicyTrialOut:
        """Bring a rehearsed policy into force. Begin, in journaled chunks; one that was interrupted goes on."""
        answer: PolicyTrialOut = self._call(
            "POST",
            "/v1/policy/rehearsals/{trial_id}/apply",
            {202: PolicyTrialOut},
            path={"trial_id": trial_id},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def roll_back_policy(self, trial_id: int, *, idempotency_key: str | None = None) -> PolicyTrialOut:
        """Take an applied policy back. Begin to give the parties the golden records that they had."""
        answer: PolicyTrialOut = self._call(
            "POST",
            "/v1/policy/rehearsals/{trial_id}/rollback",
            {202: PolicyTrialOut},
            path={"trial_id": trial_id},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def get_party_pins(self, party_id: str, *, purpose: str | None = None) -> PinsOut:
        """Pins of a party. Active pins with what newer records say against them."""
        answer: PinsOut = self._call(
            "GET",
            "/v1/parties/{party_id}/pins",
            {200: PinsOut},
            path={"party_id": party_id},
            query={"purpose": purpose},
        )
        return answer

    def pin(
        self, party_id: str, body: PinIn, *, if_match: str | None = None, idempotency_key: str | None = None
    ) -> PinOut:
        """Fix a value of a party. Later loads do not overwrite the value; a former pin of the attribute is undone by
        it.
        """
        answer: PinOut = self._call(
            "POST",
            "/v1/parties/{party_id}/pins",
            {201: PinOut},
            path={"party_id": party_id},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )
        return answer

    def undo_pin(self, pin_id: int, *, if_match: str | None = None, idempotency_key: str | None = None) -> PinOut:
        """Take a pin back. The party shows what its records say. The entry stays."""
        answer: PinOut = self._call(
            "DELETE",
            "/v1/pins/{pin_id}",
            {200: PinOut},
            path={"pin_id": pin_id},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def list_pins(
        self,
        *,
        in_doubt: bool | None = None,
        purpose: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> PinsOut:
        """Active pins. All active pins, those in doubt first."""
        answer: PinsOut = self._call(
            "GET",
            "/v1/pins",
            {200: PinsOut},
            query={"in_doubt": in_doubt, "purpose": purpose, "limit": limit, "cursor": cursor},
        )
        return answer

    def get_quality(self, *, source: str | None = None) -> QualityOut:
        """Quality of records. The last measurement by source, attribute and dimension; what dropped; which sources
        are late.
        """
        answer: QualityOut = self._call("GET", "/v1/quality", {200: QualityOut}, query={"source": source})
        return answer

    def measure_quality(self, *, idempotency_key: str | None = None) -> QualityOut:
        """Measure the quality of records now. Loads measure by themselves; this is for what single records changed."""
        answer: QualityOut = self._call(
            "POST",
            "/v1/quality/measurements",
            {200: QualityOut},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def get_quality_series(self, *, source: str, attribute: str | None = None) -> QualitySeriesOut:
        """Quality of a source over time. Figures by attribute and dimension, the oldest first: all of the last
        month, one a day before.
        """
        answer: QualitySeriesOut = self._call(
            "GET", "/v1/quality/series", {200: QualitySeriesOut}, query={"source": source, "attribute": attribute}
        )
        return answer

    def get_quality_records(
        self,
        *,
        source: str,
        attribute: str,
        dimension: str,
        other: str | None = None,
        purpose: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> FailingPage:
        """Records behind a figure. Records that are not good in a figure, with values as received; each read is
        logged.
        """
        answer: FailingPage = self._call(
            "GET",
            "/v1/quality/records",
            {200: FailingPage},
            query={
                "source": source,
                "attribute": attribute,
                "dimension": dimension,
                "other": other,
                "purpose": purpose,
                "limit": limit,
                "cursor": cursor,
            },
        )
        return answer

    def list_exports(self, *, limit: int | None = None, cursor: str | None = None) -> ExportsPage:
        """Exports. What the caller asked for, the latest first."""
        answer: ExportsPage = self._call(
            "GET", "/v1/exports", {200: ExportsPage}, query={"limit": limit, "cursor": cursor}
        )
        return answer

    def ask_export(self, body: ExportIn, *, idempotency_key: str | None = None) -> ExportOut:
        """Ask for an export. Small and masked, it is made at once; above the limit of rows within a day, or with
        open fields, it waits for a second person, who decides on the screen.
        """
        answer: ExportOut = self._call(
            "POST",
            "/v1/exports",
            {201: ExportOut},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )
        return answer

    def get_export(self, export_id: int) -> ExportOut:
        """An export. Where it stands."""
        answer: ExportOut = self._call(
            "GET", "/v1/exports/{export_id}", {200: ExportOut}, path={"export_id": export_id}
        )
        return answer

    def withdraw_export(self, export_id: int, *, idempotency_key: str | None = None) -> ExportOut:
        """Take an export back. The file is gone at once."""
        answer: ExportOut = self._call(
            "DELETE",
            "/v1/exports/{export_id}",
            {200: ExportOut},
            path={"export_id": export_id},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def fetch_export(self, export_id: int) -> bytes:
        """The file of an export. For the one who asked; each time is in the audit."""
        answer: bytes = self._call("GET", "/v1/exports/{export_id}/file", {200: bytes}, path={"export_id": export_id})
        return answer

    def list_connections(self) -> ConnectionsOut:
        """Connected sources. Sources that run by themselves, with their state."""
        answer: ConnectionsOut = self._call("GET", "/v1/connections", {200: ConnectionsOut})
        return answer

    def connect_source(self, body: ConnectionIn, *, idempotency_key: str | None = None) -> ConnectionOut:
        """Connect a source. Let a registered source run by itself, or change how it does. Only where
        `LITSO_CONNECT_BY_API` allows it: a connection names files and hosts that this machine reaches.
        """
        answer: ConnectionOut = self._call(
            "POST",
            "/v1/connections",
            {201: ConnectionOut},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )
        return answer

    def get_connection(self, source: str) -> ConnectionPage:
        """A connected source. How it does, and its last runs."""
        answer: ConnectionPage = self._call(
            "GET", "/v1/connections/{source}", {200: ConnectionPage}, path={"source": source}
        )
        return answer

    def run_connection(self, source: str, *, idempotency_key: str | None = None) -> ConnectionOut:
        """Run a source now. A worker runs it as soon as it can, whatever its schedule."""
        answer: ConnectionOut = self._call(
            "POST",
            "/v1/connections/{source}/run",
            {200: ConnectionOut},
            path={"source": source},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def pause_connection(self, source: str, *, idempotency_key: str | None = None) -> ConnectionOut:
        """Pause a source. It is not run until it is resumed."""
        answer: ConnectionOut = self._call(
            "POST",
            "/v1/connections/{source}/pause",
            {200: ConnectionOut},
            path={"source": source},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def resume_connection(self, source: str, *, idempotency_key: str | None = None) -> ConnectionOut:
        """Resume a source. From where it was; alarms are closed, what changed in its columns is accepted."""
        answer: ConnectionOut = self._call(
            "POST",
            "/v1/connections/{source}/resume",
            {200: ConnectionOut},
            path={"source": source},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def list_audit(
        self,
        *,
        actor: str | None = None,
        party_id: str | None = None,
        action: str | None = None,
        purpose: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AuditPage:
        """The audit. Entries by who, whom, what, why and when, the latest first. Those of checks are for compliance
        alone.
        """
        answer: AuditPage = self._call(
            "GET",
            "/v1/audit",
            {200: AuditPage},
            query={
                "actor": actor,
                "party_id": party_id,
                "action": action,
                "purpose": purpose,
                "since": since,
                "until": until,
                "limit": limit,
                "cursor": cursor,
            },
        )
        return answer

    def list_cases(
        self,
        *,
        kind: Literal["doubt", "cut", "documents", "split", "bridge", "large", "manual"] | None = None,
        source: str | None = None,
        value: int | None = None,
        state: Literal["open", "second", "escalated", "decided", "dismissed", "obsolete"] | None = None,
        mine: bool | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> CasesPage:
        """The queue of cases. The most urgent first; closed ones the latest first."""
        answer: CasesPage = self._call(
            "GET",
            "/v1/cases",
            {200: CasesPage},
            query={
                "kind": kind,
                "source": source,
                "value": value,
                "state": state,
                "mine": mine,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    def open_case(self, body: CaseIn, *, idempotency_key: str | None = None) -> CaseOut:
        """Put a question by hand. A question about two records that a steward shall decide."""
        answer: CaseOut = self._call(
            "POST", "/v1/cases", {201: CaseOut}, headers={"Idempotency-Key": idempotency_key}, body=body, is_keyed=True
        )
        return answer

    def get_case_statistics(self) -> CaseStatistics:
        """Figures of the queue. What waits, how long, who answered how much, and how often two persons agreed."""
        answer: CaseStatistics = self._call("GET", "/v1/cases/statistics", {200: CaseStatistics})
        return answer

    def get_case(self, case_id: int) -> CaseOut:
        """A case. Why it is asked and what hangs on it. `GET /v1/explain` tells the evidence. The ETag is what
        `decide` needs.
        """
        answer: CaseOut = self._call("GET", "/v1/cases/{case_id}", {200: CaseOut}, path={"case_id": case_id})
        return answer

    def claim_next_case(self, body: NextIn, *, idempotency_key: str | None = None) -> CaseOut | None | None:
        """Claim the next case. The most urgent case that nobody else is at and about which the caller has not
        spoken; 204 when there is none.
        """
        answer: CaseOut | None | None = self._call(
            "POST",
            "/v1/cases/next",
            {200: CaseOut | None, 204: None},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )
        return answer

    def claim_case(self, case_id: int, *, idempotency_key: str | None = None) -> CaseOut:
        """Claim a case. For a quarter of an hour nobody else decides it; claiming it again makes it longer."""
        answer: CaseOut = self._call(
            "POST",
            "/v1/cases/{case_id}/claim",
            {200: CaseOut},
            path={"case_id": case_id},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def release_case(self, case_id: int, *, idempotency_key: str | None = None) -> CaseOut:
        """Give a case back. The case is free for others."""
        answer: CaseOut = self._call(
            "POST",
            "/v1/cases/{case_id}/release",
            {200: CaseOut},
            path={"case_id": case_id},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def decide_case(
        self, case_id: int, body: VerdictIn, *, if_match: str | None = None, idempotency_key: str | None = None
    ) -> CaseOut:
        """Answer a case. Same and different enter a judgement, unless a second person is needed. 409 when the case
        changed since.
        """
        answer: CaseOut = self._call(
            "POST",
            "/v1/cases/{case_id}/decide",
            {200: CaseOut},
            path={"case_id": case_id},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )
        return answer

    def undo_case(self, case_id: int, *, idempotency_key: str | None = None) -> CaseOut:
        """Take your answer back. The judgement that it became is undone, and the case waits again."""
        answer: CaseOut = self._call(
            "POST",
            "/v1/cases/{case_id}/undo",
            {200: CaseOut},
            path={"case_id": case_id},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def get_party_checks(self, party_id: str, *, past: bool | None = None) -> PartyChecksOut:
        """What lists answer about a party. A hit, possibly one, clear; or not checked, or stale, with the edition of
        each list; hits, and risks in words.

        A party that changed since it was screened is screened first. `linked` are hits of its directors and
        owners who are parties themselves.
        """
        answer: PartyChecksOut = self._call(
            "GET",
            "/v1/parties/{party_id}/checks",
            {200: PartyChecksOut},
            path={"party_id": party_id},
            query={"past": past},
        )
        return answer

    def list_hits(
        self,
        *,
        list_: str | None = None,
        sure: bool | None = None,
        decided: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> HitPage:
        """Hits of all parties. Present hits, the newest first: those to decide, or those decided."""
        answer: HitPage = self._call(
            "GET",
            "/v1/checks",
            {200: HitPage},
            query={"list": list_, "sure": sure, "decided": decided, "limit": limit, "cursor": cursor},
        )
        return answer

    def list_check_lists(self) -> CheckListsOut:
        """Lists and how far parties were held against them. Each list with its edition, the edition that all parties
        were held against, and its hits by grade.
        """
        answer: CheckListsOut = self._call("GET", "/v1/checks/lists", {200: CheckListsOut})
        return answer

    def decide_hit(self, match_id: int, body: HitDecisionIn, *, idempotency_key: str | None = None) -> None:
        """Decide a hit. True, false, or open again. It stays while the list has the entry, unless the match becomes
        surer.
        """
        self._call(
            "POST",
            "/v1/checks/{match_id}/decisions",
            {201: None},
            path={"match_id": match_id},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )

    def get_changes(self, *, after: int | None = None, limit: int | None = None) -> ChangesPage:
        """The change feed. Events about parties after an event, in order, as CloudEvents 1.0, with the records that
        joined or left them.

        Asking again with the same `after` repeats; from 0 the parties and the crosswalk can be built anew.
        """
        answer: ChangesPage = self._call(
            "GET", "/v1/changes", {200: ChangesPage}, query={"after": after, "limit": limit}
        )
        return answer

    def list_consumers(self) -> ConsumersOut:
        """Consumers. Services that are told of parties, with their lag."""
        answer: ConsumersOut = self._call("GET", "/v1/consumers", {200: ConsumersOut})
        return answer

    def add_consumer(self, body: ConsumerIn, *, idempotency_key: str | None = None) -> AttachedOut:
        """Attach a consumer. The secret in the answer is shown this once: a token for a consumer that comes, a
        signing key for a webhook.
        """
        answer: AttachedOut = self._call(
            "POST",
            "/v1/consumers",
            {201: AttachedOut},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )
        return answer

    def get_consumer(self, name: str) -> ConsumerPage:
        """A consumer. How far it has come, and what happened to it."""
        answer: ConsumerPage = self._call("GET", "/v1/consumers/{name}", {200: ConsumerPage}, path={"name": name})
        return answer

    def remove_consumer(self, name: str, *, idempotency_key: str | None = None) -> None:
        """Detach a consumer. Its secrets are void at once. What it was told stays in the audit."""
        self._call(
            "DELETE",
            "/v1/consumers/{name}",
            {204: None},
            path={"name": name},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )

    def pause_consumer(self, name: str, *, idempotency_key: str | None = None) -> ConsumerOut:
        """Pause a consumer. Nothing is delivered until it is resumed; nothing is missed."""
        answer: ConsumerOut = self._call(
            "POST",
            "/v1/consumers/{name}/pause",
            {200: ConsumerOut},
            path={"name": name},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def resume_consumer(self, name: str, *, idempotency_key: str | None = None) -> ConsumerOut:
        """Resume a consumer. Deliveries go on where they were, also after the consumer was stopped."""
        answer: ConsumerOut = self._call(
            "POST",
            "/v1/consumers/{name}/resume",
            {200: ConsumerOut},
            path={"name": name},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def limit_consumer(self, name: str, body: LimitsIn, *, idempotency_key: str | None = None) -> ConsumerOut:
        """Limit a consumer. Territories, brands and classes of fields that it is told of from now on."""
        answer: ConsumerOut = self._call(
            "PUT",
            "/v1/consumers/{name}/limits",
            {200: ConsumerOut},
            path={"name": name},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )
        return answer

    def replay_consumer(self, name: str, body: ReplayIn, *, idempotency_key: str | None = None) -> ConsumerOut:
        """Replay the feed to a consumer. Everything after an event is told again, under the same ids."""
        answer: ConsumerOut = self._call(
            "POST",
            "/v1/consumers/{name}/replay",
            {200: ConsumerOut},
            path={"name": name},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )
        return answer

    def rotate_consumer_secret(self, name: str, *, idempotency_key: str | None = None) -> AttachedOut:
        """A new secret. A webhook is signed by the former secret as well for a day; a former token is void at once."""
        answer: AttachedOut = self._call(
            "POST",
            "/v1/consumers/{name}/secret",
            {201: AttachedOut},
            path={"name": name},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def test_consumer(self, name: str, *, idempotency_key: str | None = None) -> TestedOut:
        """Send a test event. An event of the type `litso.test` is posted at once; the answer tells what the webhook
        said.
        """
        answer: TestedOut = self._call(
            "POST",
            "/v1/consumers/{name}/test",
            {200: TestedOut},
            path={"name": name},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def get_feed(self, *, after: int | None = None, limit: int | None = None) -> ChangesPage:
        """The feed of a consumer. Events of the consumer whose token this is, in order, as CloudEvents 1.0, with the
        values of its fields.

        Asking for what is after an event confirms everything up to it.
        """
        answer: ChangesPage = self._call("GET", "/v1/feed", {200: ChangesPage}, query={"after": after, "limit": limit})
        return answer

    def list_writebacks(self) -> WritebacksOut:
        """Write-backs. Programmes that return golden values to sources, with what their last run did."""
        answer: WritebacksOut = self._call("GET", "/v1/writebacks", {200: WritebacksOut})
        return answer

    def add_writeback(self, body: WritebackIn, *, idempotency_key: str | None = None) -> WritebackOut:
        """Attach a write-back. Nothing is written before it is run."""
        answer: WritebackOut = self._call(
            "POST",
            "/v1/writebacks",
            {201: WritebackOut},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )
        return answer

    def get_writeback(self, name: str) -> WritebackPage:
        """A write-back. What it returns, and its last runs."""
        answer: WritebackPage = self._call("GET", "/v1/writebacks/{name}", {200: WritebackPage}, path={"name": name})
        return answer

    def remove_writeback(self, name: str, *, idempotency_key: str | None = None) -> None:
        """Detach a write-back. What it wrote stays in the source; undo first what is to go."""
        self._call(
            "DELETE",
            "/v1/writebacks/{name}",
            {204: None},
            path={"name": name},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )

    def pause_writeback(self, name: str, *, idempotency_key: str | None = None) -> WritebackOut:
        """Pause a write-back. It is not run until it is resumed."""
        answer: WritebackOut = self._call(
            "POST",
            "/v1/writebacks/{name}/pause",
            {200: WritebackOut},
            path={"name": name},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def resume_writeback(self, name: str, *, idempotency_key: str | None = None) -> WritebackOut:
        """Resume a write-back. It may be run again."""
        answer: WritebackOut = self._call(
            "POST",
            "/v1/writebacks/{name}/resume",
            {200: WritebackOut},
            path={"name": name},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def plan_writeback(self, name: str, *, limit: int | None = None, purpose: str | None = None) -> WritebackPlan:
        """What a run would change. A dry run: nothing is written, and the source is not asked."""
        answer: WritebackPlan = self._call(
            "GET",
            "/v1/writebacks/{name}/plan",
            {200: WritebackPlan},
            path={"name": name},
            query={"limit": limit, "purpose": purpose},
        )
        return answer

    def run_writeback(self, name: str, *, idempotency_key: str | None = None) -> AskedOut:
        """Run a write-back. A worker runs it as soon as it can; the write-back tells of its runs."""
        answer: AskedOut = self._call(
            "POST",
            "/v1/writebacks/{name}/runs",
            {202: AskedOut},
            path={"name": name},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def get_writeback_run(
        self,
        name: str,
        run_id: int,
        *,
        outcome: Literal["sending", "written", "handed", "conflict", "missing", "refused"] | None = None,
        after: int | None = None,
        limit: int | None = None,
        purpose: str | None = None,
    ) -> WritebackRowsPage:
        """What became of each row. Rows of a run in order, with the values before and after as the caller may see
        them.
        """
        answer: WritebackRowsPage = self._call(
            "GET",
            "/v1/writebacks/{name}/runs/{run_id}",
            {200: WritebackRowsPage},
            path={"name": name, "run_id": run_id},
            query={"outcome": outcome, "after": after, "limit": limit, "purpose": purpose},
        )
        return answer

    def plan_writeback_undo(
        self, name: str, run_id: int, *, limit: int | None = None, purpose: str | None = None
    ) -> WritebackPlan:
        """What undoing a run would change. A dry run: every row that the run wrote and that is still ours."""
        answer: WritebackPlan = self._call(
            "GET",
            "/v1/writebacks/{name}/runs/{run_id}/undo",
            {200: WritebackPlan},
            path={"name": name, "run_id": run_id},
            query={"limit": limit, "purpose": purpose},
        )
        return answer

    def undo_writeback(self, name: str, run_id: int, *, idempotency_key: str | None = None) -> AskedOut:
        """Undo a run. A worker takes back what the run wrote, where the source still has it."""
        answer: AskedOut = self._call(
            "POST",
            "/v1/writebacks/{name}/runs/{run_id}/undo",
            {202: AskedOut},
            path={"name": name, "run_id": run_id},
            headers={"Idempotency-Key": idempotency_key},
            is_keyed=True,
        )
        return answer

    def clean(self, kind: str, body: CleanIn) -> CleanOut:
        """Standardize values of one kind. One row a value, in order, with the columns of `litso standardize KIND`,
        `qc` and `problems`.
        """
        answer: CleanOut = self._call("POST", "/v1/clean/{kind}", {200: CleanOut}, path={"kind": kind}, body=body)
        return answer

    def suggest(self, kind: str, *, q: str, limit: int | None = None) -> SuggestOut:
        """Suggest values while somebody types. What the text may become, the likeliest first.

        Names come from a dictionary, addresses have no flats, and sole traders are not suggested as companies: no
        answer tells of a person. Addresses and companies need the right to read parties.
        """
        answer: SuggestOut = self._call(
            "GET", "/v1/suggest/{kind}", {200: SuggestOut}, path={"kind": kind}, query={"q": q, "limit": limit}
        )
        return answer

    def list_reference(self) -> ReferenceOut:
        """Official reference data in use. Every kind with its editions: version, age, rows, the file it came from;
        kinds never loaded have no version.
        """
        answer: ReferenceOut = self._call("GET", "/v1/reference", {200: ReferenceOut})
        return answer

    def look_up_reference(self, kind: str, key: str) -> EntriesOut:
        """An entry of reference data by its key. Entries with that key in the editions in use; a code of ОКВЭД comes
        with the codes that it belongs to.
        """
        answer: EntriesOut = self._call(
            "GET", "/v1/reference/{kind}/{key}", {200: EntriesOut}, path={"kind": kind, "key": key}
        )
        return answer

    def track(self, body: Track, *, idempotency_key: str | None = None) -> TakenOut:
        """Somebody did something. An event of the party's timeline; of an id that is not known yet it waits until
        the id is identified.
        """
        answer: TakenOut = self._call(
            "POST", "/v1/track", {200: TakenOut}, headers={"Idempotency-Key": idempotency_key}, body=body, is_keyed=True
        )
        return answer

    def page(self, body: Viewed, *, idempotency_key: str | None = None) -> TakenOut:
        """Somebody looked at a page. An event of the party's timeline, as `track`."""
        answer: TakenOut = self._call(
            "POST", "/v1/page", {200: TakenOut}, headers={"Idempotency-Key": idempotency_key}, body=body, is_keyed=True
        )
        return answer

    def screen(self, body: Viewed, *, idempotency_key: str | None = None) -> TakenOut:
        """Somebody looked at a screen. An event of the party's timeline, as `track`."""
        answer: TakenOut = self._call(
            "POST",
            "/v1/screen",
            {200: TakenOut},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )
        return answer

    def identify(self, body: Identify, *, idempotency_key: str | None = None) -> TakenOut:
        """Who somebody is. Traits become a record of the source `events.<name of the token>` and are resolved at
        once; later values win.

        With both ids the device is the user's: what was done and told there before belongs to the user.
        """
        answer: TakenOut = self._call(
            "POST",
            "/v1/identify",
            {200: TakenOut},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            is_keyed=True,
        )
        return answer

    def group(self, body: Group, *, idempotency_key: str | None = None) -> TakenOut:
        """Somebody belongs to a company. The group's traits become a record of an organization; on the timeline of
        the user it is an event.
        """
        answer: TakenOut = self._call(
            "POST", "/v1/group", {200: TakenOut}, headers={"Idempotency-Key": idempotency_key}, body=body, is_keyed=True
        )
        return answer

    def alias(self, body: Alias, *, idempotency_key: str | None = None) -> TakenOut:
        """Two ids of one person. A link of ids that stewards see and can undo. Where both ids have a record,
        stewards are asked instead.
        """
        answer: TakenOut = self._call(
            "POST", "/v1/alias", {200: TakenOut}, headers={"Idempotency-Key": idempotency_key}, body=body, is_keyed=True
        )
        return answer

    def batch(self, body: BatchIn, *, idempotency_key: str | None = None) -> TakenOut:
        """Many messages. Valid messages are taken, all or none; the others wait in quarantine and are named with a
        reason.
        """
        answer: TakenOut = self._call(
            "POST", "/v1/batch", {200: TakenOut}, headers={"Idempotency-Key": idempotency_key}, body=body, is_keyed=True
        )
        return answer

    def health(self) -> HealthOut:
        """The server lives. Answers as long as the process does."""
        answer: HealthOut = self._call("GET", "/health", {200: HealthOut})
        return answer

    def ready(self) -> ReadyOut:
        """The server can work. What the server needs, each with its state; 503 when something has failed, or when
        the server is ending.
        """
        answer: ReadyOut = self._call("GET", "/ready", {200: ReadyOut})
        return answer

    def find_parties_all(
        self, *, account: str | None = None, phone: str | None = None, q: str | None = None, limit: int | None = None
    ) -> Listing[FoundOut]:
        """All pages of `find_parties`; `limit` is the size of a page."""
        return self._listed(
            "/v1/parties", FoundPage, query={"account": account, "phone": phone, "q": q, "limit": limit}
        )

    def get_party_records_all(
        self, party_id: str, *, purpose: str | None = None, limit: int | None = None
    ) -> Listing[SourceRecordOut]:
        """All pages of `get_party_records`; `limit` is the size of a page."""
        return self._listed(
            "/v1/parties/{party_id}/records",
            SourceRecordsOut,
            path={"party_id": party_id},
            query={"purpose": purpose, "limit": limit},
        )

    def get_party_timeline_all(
        self, party_id: str, *, kind: str | None = None, limit: int | None = None
    ) -> Listing[EventOut]:
        """All pages of `get_party_timeline`; `limit` is the size of a page."""
        return self._listed(
            "/v1/parties/{party_id}/timeline",
            TimelinePage,
            path={"party_id": party_id},
            query={"kind": kind, "limit": limit},
        )

    def get_party_accesses_all(self, party_id: str, *, limit: int | None = None) -> Listing[AccessOut]:
        """All pages of `get_party_accesses`; `limit` is the size of a page."""
        return self._listed(
            "/v1/parties/{party_id}/accesses", AccessesOut, path={"party_id": party_id}, query={"limit": limit}
        )

    def get_debtors_all(
        self,
        *,
        lacks: str | None = None,
        min_debt: int | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> Listing[DebtorOut]:
        """All pages of `get_debtors`; `limit` is the size of a page."""
        return self._listed(
            "/v1/debtors", DebtorsPage, query={"lacks": lacks, "min_debt": min_debt, "limit": limit, "after": after}
        )

    def list_links_all(
        self, *, source: str | None = None, id: str | None = None, limit: int | None = None
    ) -> Listing[LinkOut]:
        """All pages of `list_links`; `limit` is the size of a page."""
        return self._listed("/v1/links", LinksPage, query={"source": source, "id": id, "limit": limit})

    def list_jobs_all(self, *, limit: int | None = None) -> Listing[JobOut]:
        """All pages of `list_jobs`; `limit` is the size of a page."""
        return self._listed("/v1/jobs", JobsPage, query={"limit": limit})

    def list_operations_all(self, *, limit: int | None = None) -> Listing[OperationOut]:
        """All pages of `list_operations`; `limit` is the size of a page."""
        return self._listed("/v1/operations", OperationsOut, query={"limit": limit})

    def get_tuning_changes_all(
        self, tuning_id: int, *, what: str | None = None, after: int | None = None, limit: int | None = None
    ) -> Listing[TuningChangeOut]:
        """All pages of `get_tuning_changes`; `limit` is the size of a page."""
        return self._listed(
            "/v1/tuning/{tuning_id}/changes",
            TuningChangesOut,
            path={"tuning_id": tuning_id},
            query={"what": what, "after": after, "limit": limit},
        )

    def get_policy_changes_all(
        self, trial_id: int, *, attribute: str | None = None, after: str | None = None, limit: int | None = None
    ) -> Listing[PolicyChangeOut]:
        """All pages of `get_policy_changes`; `limit` is the size of a page."""
        return self._listed(
            "/v1/policy/rehearsals/{trial_id}/changes",
            PolicyChangesOut,
            path={"trial_id": trial_id},
            query={"attribute": attribute, "after": after, "limit": limit},
        )

    def list_pins_all(
        self, *, in_doubt: bool | None = None, purpose: str | None = None, limit: int | None = None
    ) -> Listing[PinOut]:
        """All pages of `list_pins`; `limit` is the size of a page."""
        return self._listed("/v1/pins", PinsOut, query={"in_doubt": in_doubt, "purpose": purpose, "limit": limit})

    def get_quality_records_all(
        self,
        *,
        source: str,
        attribute: str,
        dimension: str,
        other: str | None = None,
        purpose: str | None = None,
        limit: int | None = None,
    ) -> Listing[FailingOut]:
        """All pages of `get_quality_records`; `limit` is the size of a page."""
        return self._listed(
            "/v1/quality/records",
            FailingPage,
            query={
                "source": source,
                "attribute": attribute,
                "dimension": dimension,
                "other": other,
                "purpose": purpose,
                "limit": limit,
            },
        )

    def list_exports_all(self, *, limit: int | None = None) -> Listing[ExportOut]:
        """All pages of `list_exports`; `limit` is the size of a page."""
        return self._listed("/v1/exports", ExportsPage, query={"limit": limit})

    def list_audit_all(
        self,
        *,
        actor: str | None = None,
        party_id: str | None = None,
        action: str | None = None,
        purpose: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> Listing[AuditEntryOut]:
        """All pages of `list_audit`; `limit` is the size of a page."""
        return self._listed(
            "/v1/audit",
            AuditPage,
            query={
                "actor": actor,
                "party_id": party_id,
                "action": action,
                "purpose": purpose,
                "since": since,
                "until": until,
                "limit": limit,
            },
        )

    def list_cases_all(
        self,
        *,
        kind: Literal["doubt", "cut", "documents", "split", "bridge", "large", "manual"] | None = None,
        source: str | None = None,
        value: int | None = None,
        state: Literal["open", "second", "escalated", "decided", "dismissed", "obsolete"] | None = None,
        mine: bool | None = None,
        limit: int | None = None,
    ) -> Listing[CaseOut]:
        """All pages of `list_cases`; `limit` is the size of a page."""
        return self._listed(
            "/v1/cases",
            CasesPage,
            query={"kind": kind, "source": source, "value": value, "state": state, "mine": mine, "limit": limit},
        )

    def list_hits_all(
        self,
        *,
        list_: str | None = None,
        sure: bool | None = None,
        decided: bool | None = None,
        limit: int | None = None,
    ) -> Listing[HitOut]:
        """All pages of `list_hits`; `limit` is the size of a page."""
        return self._listed(
            "/v1/checks", HitPage, query={"list": list_, "sure": sure, "decided": decided, "limit": limit}
        )

    def get_changes_all(self, *, after: int | None = None, limit: int | None = None) -> Listing[ChangeOut]:
        """All pages of `get_changes`; `limit` is the size of a page."""
        return self._listed("/v1/changes", ChangesPage, query={"after": after, "limit": limit})

    def get_feed_all(self, *, after: int | None = None, limit: int | None = None) -> Listing[ChangeOut]:
        """All pages of `get_feed`; `limit` is the size of a page."""
        return self._listed("/v1/feed", ChangesPage, query={"after": after, "limit": limit})

    def get_writeback_run_all(
        self,
        name: str,
        run_id: int,
        *,
        outcome: Literal["sending", "written", "handed", "conflict", "missing", "refused"] | None = None,
        after: int | None = None,
        limit: int | None = None,
        purpose: str | None = None,
    ) -> Listing[WritebackRowOut]:
        """All pages of `get_writeback_run`; `limit` is the size of a page."""
        return self._listed(
            "/v1/writebacks/{name}/runs/{run_id}",
            WritebackRowsPage,
            path={"name": name, "run_id": run_id},
            query={"outcome": outcome, "after": after, "limit": limit, "purpose": purpose},
        )
