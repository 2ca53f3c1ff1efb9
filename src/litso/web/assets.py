"""Style sheets, scripts and icons: served under a path with a hash of their content, cached for a year."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from litestar import Router
from litestar.datastructures import CacheControlHeader
from litestar.static_files import create_static_files_router

FOLDER: Final = Path(__file__).parent / "static"
_YEAR: Final = 365 * 24 * 3600


@cache
def version() -> str:
    """A short hash of all assets together, so that scripts may import one another by plain names."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def asset(name: str) -> str:
    """The URL of an asset."""
    return f"/static/{version()}/{name}"


def assets_router() -> Router:
    """The route of the assets."""
    return create_static_files_router(
        path=f"/static/{version()}",
        directories=[FOLDER],
        cache_control=CacheControlHeader(max_age=_YEAR, public=True, immutable=True),
    )
