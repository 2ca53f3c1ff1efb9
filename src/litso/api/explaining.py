"""Explanations: why two records are together or apart, and how a party was formed."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get
from litestar.params import QueryParameter

from litso.api import schemas
from litso.api.auth import ApiRequest, needs
from litso.api.documents import NOT_FOUND
from litso.api.given import GivenStore
from litso.api.parties import Id, Purpose
from litso.domain.record_key import parse_key
from litso.store.judgements import Judgement
from litso.usecases import explaining, profiles
from litso.usecases.explaining import REASONS, Hop

RecordName = Annotated[str, QueryParameter(description="A record as source:source_id.", max_length=600, min_length=3)]


@get(
    "/explain",
    sync_to_thread=True,
    operation_id="explain_pair",
    summary="Why two records are, or are not, one party",
    responses=NOT_FOUND,
)
def explain_pair(
    request: ApiRequest, store: GivenStore, left: RecordName, right: RecordName, purpose: Purpose = None
) -> schemas.ExplanationOut:
    """The reason, the evidence whose weights add up to the score, keys, and what else decided: a chain, a veto."""
    keys = parse_key(left), parse_key(right)
    with store.transaction() as connection:
        found = explaining.explain_store(connection, request.user, *keys, purpose=purpose)
    pair = found.explanation
    return schemas.ExplanationOut(
        left=schemas.RecordKey(*found.left),
        right=schemas.RecordKey(*found.right),
        left_party=found.left_party,
        right_party=found.right_party,
        is_one_party=found.is_one_party,
        reason=found.reason,
        sentence=REASONS[found.reason],
        threshold=found.threshold,
        weight=None if pair is None else pair.weight,
        base=None if pair is None else pair.base,
        evidence=[] if pair is None else [schemas.named(one, schemas.GroundOut) for one in pair.grounds],
        classes={} if pair is None else dict(pair.classes),
        keys=[] if pair is None else [schemas.named(one, schemas.MeetingOut) for one in pair.keys],
        chain=[_hop(hop) for hop in found.chain],
        against=None if found.balance is None else _hop(found.balance.against),
        balance=None if found.balance is None else found.balance.total,
        judgements=[_judgement(entry) for entry in found.judgements],
    )


def _hop(hop: Hop) -> schemas.HopOut:
    left, right = ([schemas.RecordKey(*key) for key in side] for side in (hop.left, hop.right))
    return schemas.HopOut(left, right, hop.weight)


def _judgement(entry: Judgement) -> int:
    return entry.judgement_id


@get(
    "/parties/{party_id:str}/formation",
    sync_to_thread=True,
    operation_id="get_party_formation",
    summary="How a party was formed",
    responses=NOT_FOUND,
)
def get_formation(request: ApiRequest, store: GivenStore, party_id: Id) -> schemas.FormationOut:
    """The steps: records that collapsed, groups that were joined and by what, neighbours that were kept apart."""
    with store.transaction() as connection:
        current = profiles.current_id(connection, request.user, party_id)
        found = explaining.form_party(connection, request.user, current)
    steps = [
        schemas.FormationStepOut(
            what=step.what,  # type: ignore[arg-type]
            left=[schemas.RecordKey(*key) for key in step.left],
            right=[schemas.RecordKey(*key) for key in step.right],
            total=step.total,
            link=None if step.link is None else _hop(step.link),
            party_id=step.party,
            judgement_id=None if step.judgement is None else step.judgement.judgement_id,
        )
        for step in found.steps
    ]
    records = [schemas.RecordKey(*key) for key in found.records]
    return schemas.FormationOut(found.party_id, found.threshold, records, found.nodes, steps)


explaining_router = Router(
    path="/", route_handlers=[explain_pair, get_formation], guards=[needs("read_parties")], tags=["explanations"]
)
