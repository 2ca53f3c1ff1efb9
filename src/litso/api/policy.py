"""Survivorship policies: the one in force, rehearsals of others, their application. Long work answers 202."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_202_ACCEPTED

from litso.api import schemas
from litso.api.auth import ApiRequest, needs
from litso.api.documents import ALWAYS, CONFLICT, NOT_FOUND
from litso.api.given import GivenStore
from litso.store import policies
from litso.store.policies import Trial
from litso.usecases import background
from litso.usecases import policy as policy_usecase


@get("/policy", sync_to_thread=True, operation_id="get_policy", summary="The policy in force", responses=ALWAYS)
def get_policy(store: GivenStore) -> schemas.PolicyOut:
    """Which value of a party wins: the survivorship policy in force."""
    with store.transaction() as connection:
        return schemas.named(policy_usecase.shown(connection), schemas.PolicyOut)


@get("/policy/versions", sync_to_thread=True, operation_id="list_policies", summary="Policies", responses=ALWAYS)
def list_policies(store: GivenStore) -> schemas.PoliciesOut:
    """Every policy that was ever rehearsed or in force."""
    with store.transaction() as connection:
        policy_usecase.shown(connection)
        found = policies.list_all(connection)
    return schemas.PoliciesOut([schemas.named(one, schemas.PolicyOut) for one in found])


@post(
    "/policy/rehearsals",
    sync_to_thread=True,
    status_code=HTTP_202_ACCEPTED,
    operation_id="rehearse_policy",
    summary="Rehearse a policy",
    responses=ALWAYS,
)
def rehearse(
    request: ApiRequest, store: GivenStore, data: JSONBody[schemas.PolicyIn]
) -> Response[schemas.PolicyTrialOut]:
    """Begin to foresee what would change; ask `GET /v1/policy/rehearsals/{id}` until its status is `rehearsed`."""
    begun = background.rehearse_policy(store, request.user, data.content, "content")
    return Response(_out(begun), status_code=HTTP_202_ACCEPTED)


def _out(found: Trial) -> schemas.PolicyTrialOut:
    return schemas.named(found, schemas.PolicyTrialOut)


@get(
    "/policy/rehearsals",
    sync_to_thread=True,
    operation_id="list_policy_rehearsals",
    summary="Rehearsals of policies",
    responses=ALWAYS,
)
def list_rehearsals(store: GivenStore) -> schemas.PolicyTrialsOut:
    """The last rehearsals and what became of them."""
    with store.transaction() as connection:
        return schemas.PolicyTrialsOut([_out(one) for one in policies.trials(connection)])


@get(
    "/policy/rehearsals/{trial_id:int}",
    sync_to_thread=True,
    operation_id="get_policy_rehearsal",
    summary="A rehearsal of a policy",
    responses=NOT_FOUND,
)
def get_rehearsal(store: GivenStore, trial_id: FromPath[int]) -> schemas.PolicyTrialOut:
    """What a rehearsal foresees by attribute and source, and its state."""
    return _out(_read(store, trial_id))


def _read(store: GivenStore, trial_id: int) -> Trial:
    with store.transaction() as connection:
        return policies.get_trial(connection, trial_id)


@get(
    "/policy/rehearsals/{trial_id:int}/changes",
    sync_to_thread=True,
    operation_id="get_policy_changes",
    summary="Parties that a policy would change",
    responses=NOT_FOUND,
)
def get_changes(
    request: ApiRequest,
    store: GivenStore,
    trial_id: FromPath[int],
    attribute: Annotated[str | None, QueryParameter(description="Only where this changes.", max_length=100)] = None,
    after: Annotated[str | None, QueryParameter(description="Party id of the last one seen.", max_length=64)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=100, description="How many at most.")] = 20,
) -> schemas.PolicyChangesOut:
    """Values with provenance before and after, of the parties whose values change."""
    with store.transaction() as connection:
        trial = policies.get_trial(connection, trial_id)
        listed = policies.changes(
            connection, trial_id, attribute=attribute, after=after, limit=limit, values_only=attribute is None
        )
        found = policy_usecase.samples(connection, request.user, trial, listed)
    return schemas.PolicyChangesOut([schemas.named(one, schemas.PolicyChangeOut) for one in found])


@post(
    "/policy/rehearsals/{trial_id:int}/apply",
    sync_to_thread=True,
    status_code=HTTP_202_ACCEPTED,
    operation_id="apply_policy",
    summary="Bring a rehearsed policy into force",
    responses={**NOT_FOUND, **CONFLICT},
)
def apply(request: ApiRequest, store: GivenStore, trial_id: FromPath[int]) -> Response[schemas.PolicyTrialOut]:
    """Begin, in journaled chunks; one that was interrupted goes on."""
    begun = background.apply_policy(store, request.user, trial_id)
    return Response(_out(begun), status_code=HTTP_202_ACCEPTED)


@post(
    "/policy/rehearsals/{trial_id:int}/rollback",
    sync_to_thread=True,
    status_code=HTTP_202_ACCEPTED,
    operation_id="roll_back_policy",
    summary="Take an applied policy back",
    responses={**NOT_FOUND, **CONFLICT},
)
def roll_back(request: ApiRequest, store: GivenStore, trial_id: FromPath[int]) -> Response[schemas.PolicyTrialOut]:
    """Begin to give the parties the golden records that they had."""
    begun = background.roll_back_policy(store, request.user, trial_id)
    return Response(_out(begun), status_code=HTTP_202_ACCEPTED)


policy_router = Router(
    path="/",
    route_handlers=[
        get_policy, list_policies, rehearse, list_rehearsals, get_rehearsal, get_changes, apply, roll_back,
    ],
    guards=[needs("tune")],
    tags=["policy"],
)  # fmt: skip
