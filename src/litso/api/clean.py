"""Standard values over HTTP: `litso standardize` for a handful of values. Nothing is read from the store or kept."""

from __future__ import annotations

from typing import Annotated

import polars as pl
from litestar import Router, post
from litestar.params import JSONBody, PathParameter
from litestar.status_codes import HTTP_200_OK

from litso.api import schemas
from litso.api.documents import NOT_FOUND
from litso.domain.territory import Territory
from litso.errors import NotFound
from litso.standardize.kinds import KINDS, clean_column
from litso.usecases import registers

Kind = Annotated[str, PathParameter(description="What the values are: " + ", ".join(KINDS) + ".")]


@post(
    "/clean/{kind:str}",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="clean",
    summary="Standardize values of one kind",
    responses=NOT_FOUND,
)
def clean(kind: Kind, data: JSONBody[schemas.CleanIn]) -> schemas.CleanOut:
    """One row a value, in order, with the columns of `litso standardize KIND`, `qc` and `problems`."""
    if kind not in KINDS:
        raise NotFound(f"no such kind; there are {', '.join(KINDS)}")
    territory = Territory(data.region, data.city) if data.region or data.city else None
    values = pl.Series(data.values, dtype=pl.String)
    return schemas.CleanOut(clean_column(kind, values, territory, registers.in_use()).to_dicts())


clean_router = Router(path="/", route_handlers=[clean], tags=["clean"])
