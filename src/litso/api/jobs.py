"""Jobs: long work that goes on after its caller has got an answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from litestar import Response, Router, delete, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter
from litestar.status_codes import HTTP_200_OK, HTTP_202_ACCEPTED
from msgspec import Meta, Struct

from litso.api.auth import ApiRequest, needs
from litso.api.documents import ALWAYS, CONFLICT, NOT_FOUND
from litso.api.given import GivenStore
from litso.api.paging import from_cursor, link_header, to_cursor
from litso.api.parties import Cursor, Limit
from litso.api.schemas import named
from litso.store.jobs import Job
from litso.usecases import many_records

JobId = Annotated[int, PathParameter(ge=1, le=2**63 - 1, description="Number of the job.")]


class JobOut(Struct):
    """A job and how far it has come. `litso worker` runs it."""

    job_id: int
    kind: Annotated[str, Meta(examples=["upsert-records"])]
    status: Literal["waiting", "running", "done", "failed", "cancelled"]
    done: Annotated[int, Meta(description="How far it has come, of `total`.")]
    total: int | None
    result: Annotated[
        dict[str, Any],
        Meta(
            description="What it did until now.",
            examples=[{"inserted": 480, "changed": 15, "unchanged": 4, "refused": 1, "rejected": []}],
        ),
    ]
    error: str | None
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancelled_by: str | None


class JobsPage(Struct):
    """Jobs, the latest first."""

    items: list[JobOut]
    next_cursor: str | None


BEGUN: Final = {202: ResponseSpec(JobOut, description="A job has begun: see Location.", generate_examples=False)}


def job_out(job: Job) -> JobOut:
    """A job as the API shows it."""
    return named(job, JobOut)


def begun(job: Job) -> Response[JobOut]:
    """A job as an answer, with the place where to ask for it."""
    return Response(job_out(job), status_code=HTTP_202_ACCEPTED, headers={"Location": f"/v1/jobs/{job.job_id}"})


@get("/jobs", sync_to_thread=True, operation_id="list_jobs", summary="Jobs", responses=ALWAYS)
def list_jobs(request: ApiRequest, store: GivenStore, limit: Limit = 20, cursor: Cursor = None) -> Response[JobsPage]:
    """Jobs that the caller asked for, an administrator all, the latest first."""
    with store.transaction() as connection:
        found = many_records.list_jobs(connection, request.user, before=from_cursor(cursor), limit=limit)
    following = to_cursor(found[-1].job_id) if len(found) == limit else None
    return Response(
        JobsPage([job_out(one) for one in found], following), headers=link_header(request, "cursor", following)
    )


@get("/jobs/{job_id:int}", sync_to_thread=True, operation_id="get_job", summary="A job", responses=NOT_FOUND)
def get_job(request: ApiRequest, store: GivenStore, job_id: JobId) -> JobOut:
    """How far it has come, and what it did."""
    with store.transaction() as connection:
        return job_out(many_records.read_job(connection, request.user, job_id))


@delete(
    "/jobs/{job_id:int}",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="cancel_job",
    summary="Cancel a job",
    responses={**NOT_FOUND, **CONFLICT},
)
def cancel(request: ApiRequest, store: GivenStore, job_id: JobId) -> JobOut:
    """One that waits ends at once, one that runs after its present step; what it has done stays."""
    with store.transaction() as connection:
        return job_out(many_records.cancel_job(connection, request.user, job_id))


jobs_router = Router(
    path="/", route_handlers=[list_jobs, get_job, cancel], guards=[needs("write_records")], tags=["jobs"]
)
