"""Models of resolution: every one that was ever active or rehearsed, by the hash of its content."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from litso.errors import NotFound
from litso.store.database import Connection, row_of
from litso.store.queries import statements


class Model(NamedTuple):
    """A model file and its hash."""

    model_id: str
    content: str


def activate(connection: Connection, content: str) -> str:
    """Make a model the active one; answers its id."""
    model_id = hashlib.sha256(content.encode()).hexdigest()
    connection.execute(statements("models")["deactivate"], {"model_id": model_id})
    connection.execute(statements("models")["activate"], {"model_id": model_id, "content": content})
    return model_id


def keep(connection: Connection, content: str) -> str:
    """Keep a model without making it the active one; answers its id."""
    model_id = hashlib.sha256(content.encode()).hexdigest()
    connection.execute(statements("models")["keep"], {"model_id": model_id, "content": content})
    return model_id


def get(connection: Connection, model_id: str) -> Model:
    """A model by its id; NotFound when there is none."""
    found = row_of(connection, Model, statements("models")["get"], {"model_id": model_id})
    if found is None:
        raise NotFound("there is no such model")
    return found


def find_active(connection: Connection) -> Model | None:
    """The active model, if one was ever chosen."""
    return row_of(connection, Model, statements("models")["find_active"])


def find_active_id(connection: Connection) -> str | None:
    """The id of the active model; its content, which is large, need not be read again."""
    found = connection.execute(statements("models")["find_active_id"]).fetchone()
    return found[0] if found else None
