"""«Выбор значений»: the survivorship policy, its rehearsal, what would change, apply, roll back."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from litso.errors import BadUsage
from litso.store import policies
from litso.usecases import background
from litso.usecases import policy as policy_usecase
from litso.usecases.policy_files import parse_policy
from litso.usecases.profiles import source_titles
from litso.web.given import GivenStore
from litso.web.pages import page, see_other
from litso.web.sessions import ScreenRequest, actor_of, has_right
from litso.web.signing import Form

_RUNNING: Final = frozenset({"rehearsing", "applying", "rolling_back"})
_SAMPLES: Final = 10
_LONGEST: Final = 100_000


@get("/policy", guards=[has_right("tune")], sync_to_thread=True)
def show_policy(
    request: ScreenRequest,
    store: GivenStore,
    version: Annotated[int | None, QueryParameter(ge=0, le=2**31 - 1)] = None,
) -> Response[str]:
    """The policy in force in words, its file to change and rehearse, versions and rehearsals."""
    return _policy_page(request, store, version=version)


def _policy_page(
    request: ScreenRequest, store: GivenStore, *, version: int | None = None, problem: str = "", text: str | None = None
) -> Response[str]:
    with store.transaction() as connection:
        active = policy_usecase.shown(connection)
        chosen = active if version is None else policies.get_version(connection, version)
        listed, trials = policies.list_all(connection), policies.trials(connection)
        titles = source_titles(connection)
    return page(
        request,
        "policy.html",
        status=422 if problem else 200,
        active=active,
        chosen=chosen,
        rules=parse_policy(chosen.content, "policy", None),
        text=chosen.content if text is None else text,
        versions=listed,
        number={one.policy_id: one.version for one in listed},
        trials=trials,
        titles=titles,
        running=any(one.status in _RUNNING for one in trials),
        problem=problem,
    )


@post("/policy", guards=[has_right("tune")], sync_to_thread=True, status_code=200)
def rehearse(request: ScreenRequest, store: GivenStore, data: Form) -> Response[str] | Redirect:
    """Begin a rehearsal of the policy in the form; the page answers at once."""
    text = data.get("content", "")[:_LONGEST]
    try:
        begun = background.rehearse_policy(store, actor_of(request), text, "policy.yaml")
    except BadUsage as error:
        return _policy_page(request, store, problem=str(error), text=text)
    return see_other(f"/policy/{begun.trial_id}")


@get("/policy/{trial_id:int}", guards=[has_right("tune")], sync_to_thread=True)
def show_trial(
    request: ScreenRequest,
    store: GivenStore,
    trial_id: FromPath[int],
    attribute: Annotated[str | None, QueryParameter(max_length=100)] = None,
    after: Annotated[str | None, QueryParameter(max_length=64)] = None,
) -> Response[str]:
    """What a rehearsal foresees: figures by attribute and source, parties before and after."""
    with store.transaction() as connection:
        trial = policies.get_trial(connection, trial_id)
        state = policies.progress(connection, trial_id)
        listed = policies.changes(
            connection, trial_id, attribute=attribute, after=after, limit=_SAMPLES, values_only=attribute is None
        )
        samples = policy_usecase.samples(connection, actor_of(request), trial, listed)
        number = {one.policy_id: one.version for one in policies.list_all(connection)}
        titles = source_titles(connection)
    return page(
        request,
        "policy_trial.html",
        trial=trial,
        figures=trial.outlook,
        progress=state,
        samples=samples,
        attribute_chosen=attribute,
        following=listed[-1].party_id if len(listed) == _SAMPLES else None,
        number=number,
        titles=titles,
        running=trial.status in _RUNNING,
    )


@post("/policy/{trial_id:int}/apply", guards=[has_right("tune")], sync_to_thread=True, status_code=200)
def apply(request: ScreenRequest, store: GivenStore, trial_id: FromPath[int], data: Form) -> Redirect:
    """Begin to apply a rehearsal."""
    background.apply_policy(store, actor_of(request), trial_id)
    return see_other(f"/policy/{trial_id}")


@post("/policy/{trial_id:int}/rollback", guards=[has_right("tune")], sync_to_thread=True, status_code=200)
def roll_back(request: ScreenRequest, store: GivenStore, trial_id: FromPath[int], data: Form) -> Redirect:
    """Begin to take a policy back."""
    background.roll_back_policy(store, actor_of(request), trial_id)
    return see_other(f"/policy/{trial_id}")


HANDLERS: Final = (show_policy, rehearse, show_trial, apply, roll_back)
