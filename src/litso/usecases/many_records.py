"""Many records at once, while the caller does something else: a job that writes them in steps and can be cancelled.

Each step is a transaction that also writes how far the job has come: a job that was cut off goes on behind it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import uuid4

import msgspec

from litso.errors import BadUsage, NotFound
from litso.store import jobs
from litso.store.database import Connection, Store
from litso.store.jobs import Job
from litso.usecases.access import ADMINISTRATOR, Actor, demand
from litso.usecases.online import Given, Upserted, put_records

KIND: Final = "upsert-records"
MOST: Final = 100_000
"""Records of one job at most."""

_STEP: Final = 500
_MOST_REJECTED: Final = 1000


def ask(connection: Connection, actor: Actor, given: Sequence[Given]) -> Job:
    """Ask for records to be inserted or changed. Each may occur once."""
    demand(actor, "write_records_in_background")
    if len({(one.source, one.source_id) for one in given}) < len(given):
        raise BadUsage("each record may occur once in a request")
    arguments = {"records": [msgspec.to_builtins(one) for one in given]}
    # A key of its own: unlike periodic work, two such jobs are not one.
    number = jobs.ask(connection, KIND, _clean(arguments), key=str(uuid4()), asked_by=actor.name, total=len(given))
    return jobs.get(connection, number)


def _clean(value: Any) -> Any:
    """Texts without the one character that PostgreSQL does not keep."""
    if isinstance(value, str):
        return value.replace("\x00", "␀")
    if isinstance(value, Mapping):
        return {_clean(name): _clean(one) for name, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, (list, tuple)) else value


def work(store: Store, job: Job) -> None:
    """Write the records step by step. One that cannot be taken is named in the result; the others are written."""
    given = msgspec.convert(job.arguments.get("records", []), list[Given])
    done, result = job.done, Counter({name: count for name, count in job.result.items() if name != "rejected"})
    rejected: list[dict[str, Any]] = list(job.result.get("rejected", []))
    while done < len(given):
        with store.transaction() as connection:
            for place, one in _written(connection, job.asked_by, done, given[done : done + _STEP]):
                if isinstance(one, Upserted):
                    result[one.status] += 1
                else:
                    result["refused"] += 1
                    rejected += [{"place": place, "detail": one}] if len(rejected) < _MOST_REJECTED else []
            done = min(done + _STEP, len(given))
            if jobs.come(connection, job.job_id, done, len(given), {**result, "rejected": rejected}):
                return


def _written(connection: Connection, by: str, start: int, given: Sequence[Given]) -> list[tuple[int, Upserted | str]]:
    """What became of records, with their places; those of a step that cannot be written at once go one by one."""
    try:
        with connection.transaction():
            return list(enumerate(put_records(connection, by, given), start))
    except (BadUsage, NotFound) as error:
        if len(given) == 1:
            return [(start, str(error))]
    return [answer for place, one in enumerate(given, start) for answer in _written(connection, by, place, [one])]


# Any job ----------------------------------------------------------------------------------------------------------


def read_job(connection: Connection, actor: Actor, job_id: int) -> Job:
    """A job that the actor asked for; an administrator sees all. NotFound for those of others."""
    demand(actor, "write_records_in_background")
    job = jobs.get(connection, job_id)
    if actor.role != ADMINISTRATOR and job.asked_by != actor.name:
        raise NotFound(f"job {job_id} does not exist")
    return job


def list_jobs(connection: Connection, actor: Actor, *, before: int | None, limit: int) -> list[Job]:
    """Jobs that the actor asked for, an administrator all, the latest first."""
    demand(actor, "write_records_in_background")
    asked_by = None if actor.role == ADMINISTRATOR else actor.name
    return jobs.recent(connection, asked_by=asked_by, before=before, limit=limit)


def cancel_job(connection: Connection, actor: Actor, job_id: int) -> Job:
    """Cancel a job that the actor may see: what it has done stays. Conflict when it has ended."""
    jobs.cancel(connection, read_job(connection, actor, job_id).job_id, actor.name)
    return jobs.get(connection, job_id)
