"""Cursors of lists and the header that names the next page (RFC 8288)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import urlencode

from litso.api.auth import ApiRequest
from litso.errors import BadUsage

Item = TypeVar("Item")


def to_cursor(position: int) -> str:
    """A position in a list as an opaque text."""
    return base64.urlsafe_b64encode(str(position).encode()).decode().rstrip("=")


def from_cursor(cursor: str | None) -> int | None:
    """The position that a cursor means; BadUsage when it is none of ours."""
    if cursor is None:
        return None
    try:
        return int(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise BadUsage("cursor: not a cursor of this list") from error


def page_of(found: Sequence[Item], cursor: str | None, limit: int) -> tuple[list[Item], str | None]:
    """A page of a list that is at hand as a whole, and the cursor of the next one."""
    skip = max(from_cursor(cursor) or 0, 0)
    following = to_cursor(skip + limit) if len(found) > skip + limit else None
    return list(found[skip : skip + limit]), following


def link_header(request: ApiRequest, parameter: str, value: str | None) -> dict[str, str]:
    """`Link` to the next page of the list asked for; nothing on the last page."""
    if value is None:
        return {}
    query = {**{name: given for name, given in request.query_params.items() if name != parameter}, parameter: value}
    return {"Link": f'<{request.url.path}?{urlencode(query)}>; rel="next"'}
