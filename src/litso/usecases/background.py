"""Long work that a caller only begins: it is asked of the workers in the transaction that notes it, so both are there
or neither, and whoever began it may be killed.

How far the work has come stands with what it is about. A worker that takes the job does what is still to be done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from litso.settings import Settings
from litso.store import jobs, operations, policies, tuning
from litso.store.database import Connection, Store
from litso.store.jobs import Job
from litso.store.operations import Operation
from litso.store.policies import Trial
from litso.store.tuning import Sample, Tuning
from litso.usecases import bulk_judging, policy, policy_apply, tuning_apply, tuning_sample
from litso.usecases import tuning as rehearsing
from litso.usecases.access import ADMINISTRATOR, Actor
from litso.usecases.bulk_judging import Given
from litso.usecases.tuning import Wanted

JUDGING: Final = "judge-many"
POLICY: Final = "renew-policy"
MODEL: Final = "renew-model"
SAMPLE: Final = "draw-sample"


def _ask(connection: Connection, actor: Actor, kind: str, number: int, status: str, **more: Any) -> None:
    """Ask the workers for the work that a status stands for: once, as long as it is not done."""
    jobs.ask(connection, kind, {"number": number, **more}, key=f"{number} {status}", asked_by=actor.name)


def _asker(job: Job) -> Actor:
    """Who asked for a job; what he may do was looked at then."""
    return Actor(job.asked_by, ADMINISTRATOR)


# Judgements in bulk ---------------------------------------------------------------------------------------------


def rehearse_judgements(store: Store, actor: Actor, given: Given, *, reason: str) -> Operation:
    """Begin to foresee what many judgements change."""
    with store.transaction() as connection:
        begun = bulk_judging.begin(store.within(connection), actor, given, reason=reason)
        _ask(connection, actor, JUDGING, begun.operation_id, begun.status)
        return begun


def apply_judgements(store: Store, actor: Actor, operation_id: int) -> Operation:
    """Begin to apply judgements that were rehearsed, or go on with it."""
    with store.transaction() as connection:
        begun = bulk_judging.start_apply(store.within(connection), actor, operation_id)
        _ask(connection, actor, JUDGING, operation_id, begun.status)
        return begun


def undo_judgements(store: Store, actor: Actor, operation_id: int) -> Operation:
    """Begin to take judgements in bulk back, or go on with it."""
    with store.transaction() as connection:
        begun = bulk_judging.start_undo(store.within(connection), actor, operation_id)
        _ask(connection, actor, JUDGING, operation_id, begun.status)
        return begun


def _judge(store: Store, _: Settings, job: Job) -> None:
    """Judgements in bulk come to the end of what was begun."""
    number = job.arguments["number"]
    with store.transaction() as connection:
        status = operations.get(connection, number).status
    steps = {"rehearsing": bulk_judging.rehearse, "applying": bulk_judging.apply, "undoing": bulk_judging.undo}
    if status in steps:
        steps[status](store, _asker(job), number)


# The policy -----------------------------------------------------------------------------------------------------


def rehearse_policy(store: Store, actor: Actor, text: str, name: str) -> Trial:
    """Begin to foresee what a survivorship policy changes; text and name as of `policy.rehearse`."""
    with store.transaction() as connection:
        begun = policy.begin_rehearsal(store.within(connection), actor, text, name)
        _ask(connection, actor, POLICY, begun.trial_id, begun.status)
        return begun


def apply_policy(store: Store, actor: Actor, trial_id: int) -> Trial:
    """Begin to bring a rehearsed policy into force, or go on with it."""
    return _turn_policy(store, actor, trial_id, policy_apply.start_apply)


def roll_back_policy(store: Store, actor: Actor, trial_id: int) -> Trial:
    """Begin to take a policy back, or go on with it."""
    return _turn_policy(store, actor, trial_id, policy_apply.start_rollback)


def _turn_policy(store: Store, actor: Actor, trial_id: int, start: Callable[[Store, Actor, int], None]) -> Trial:
    with store.transaction() as connection:
        start(store.within(connection), actor, trial_id)
        begun = policies.get_trial(connection, trial_id)
        _ask(connection, actor, POLICY, trial_id, begun.status)
        return begun


def _renew_policy(store: Store, settings: Settings, job: Job) -> None:
    """A policy comes to the end of what was begun."""
    number = job.arguments["number"]
    with store.transaction() as connection:
        status = policies.get_trial(connection, number).status
    if status == "rehearsing":
        policy.finish_rehearsal(store, settings, number)
    elif status == "applying":
        policy_apply.apply(store, _asker(job), number)
    elif status == "rolling_back":
        policy_apply.rollback(store, _asker(job), number)


# The model ------------------------------------------------------------------------------------------------------


def rehearse_model(store: Store, actor: Actor, wanted: Wanted) -> Tuning:
    """Begin to foresee what another model changes."""
    with store.transaction() as connection:
        begun = rehearsing.begin_rehearsal(store.within(connection), actor, wanted)
        _ask(connection, actor, MODEL, begun.tuning_id, begun.status)
        return begun


def apply_model(store: Store, actor: Actor, tuning_id: int) -> Tuning:
    """Begin to make a rehearsed model the active one, or go on with it."""
    return _turn_model(store, actor, tuning_id, tuning_apply.start_apply)


def roll_back_model(store: Store, actor: Actor, tuning_id: int) -> Tuning:
    """Begin to take a model back, or go on with it."""
    return _turn_model(store, actor, tuning_id, tuning_apply.start_rollback)


def _turn_model(store: Store, actor: Actor, tuning_id: int, start: Callable[[Store, Actor, int], None]) -> Tuning:
    with store.transaction() as connection:
        start(store.within(connection), actor, tuning_id)
        begun = tuning.get(connection, tuning_id)
        _ask(connection, actor, MODEL, tuning_id, begun.status)
        return begun


def _renew_model(store: Store, settings: Settings, job: Job) -> None:
    """A model comes to the end of what was begun."""
    number = job.arguments["number"]
    with store.transaction() as connection:
        status = tuning.get(connection, number).status
    if status == "rehearsing":
        rehearsing.finish_rehearsal(store, settings, number)
    elif status == "applying":
        tuning_apply.apply(store, settings, _asker(job), number)
    elif status == "rolling_back":
        tuning_apply.rollback(store, settings, _asker(job), number)


def draw_sample(
    store: Store, actor: Actor, *, size: int, tuning_id: int | None = None, seed: int | None = None
) -> Sample:
    """Begin to draw a sample of pairs, of the parties or of a rehearsal."""
    with store.transaction() as connection:
        number = tuning_sample.begin_sample(store.within(connection), actor, size=size, tuning_id=tuning_id)
        _ask(connection, actor, SAMPLE, number, "drawing", size=size, seed=seed)
        return tuning.get_sample(connection, number)


def _draw(store: Store, settings: Settings, job: Job) -> None:
    """A sample gets its pairs."""
    number = job.arguments["number"]
    with store.transaction() as connection:
        is_drawn = bool(tuning.get_sample(connection, number).strata)
    if not is_drawn:
        tuning_sample.finish_sample(store, settings, number, job.arguments["size"], job.arguments["seed"])


BEGUN: Final[Mapping[str, Callable[[Store, Settings, Job], None]]] = MappingProxyType(
    {JUDGING: _judge, POLICY: _renew_policy, MODEL: _renew_model, SAMPLE: _draw}
)
"""Kind of job → what it does."""
