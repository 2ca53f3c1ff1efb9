"""All errors of Litso, named by what the caller does next.

LitsoError
├── RowRejected          the row goes to quarantine, the load goes on
├── SourceUnusable       stop this source (exit status 3)
├── Misconfigured        stop at start, name the setting (exit status 2)
├── BadUsage             the command or call is wrong (exit status 2, HTTP 400/422)
├── NotFound             HTTP 404
├── Conflict             HTTP 409/412: the world moved, look again
├── Forbidden            HTTP 403, logged
├── TooMany              HTTP 429: come again later
├── Transient            the worker tries again with backoff
└── BrokenInvariant      the operation stops and says which invariant
"""


class LitsoError(Exception):
    """Base of all errors that Litso raises on purpose. The message is one clear sentence without personal data."""


class RowRejected(LitsoError):
    """A row cannot become a source record.

    `code` is a stable name from `litso.sources.quarantine`, `column` the source column it concerns.
    """

    def __init__(self, code: str, message: str, *, column: str | None = None, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.column = column
        self.suggestion = suggestion


class SourceUnusable(LitsoError):
    """The input as a whole cannot be read."""


class Misconfigured(LitsoError):
    """A setting, mapping or installation is wrong."""


class BadUsage(LitsoError):
    """The command line or the request is wrong."""


class NotFound(LitsoError):
    """What was asked for does not exist."""


class Conflict(LitsoError):
    """The state changed since the caller looked."""


class Forbidden(LitsoError):
    """The caller may not do this."""


class TooMany(LitsoError):
    """The caller asks too often; `seconds` is when to come again."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class Transient(LitsoError):
    """A fault that may pass: try again with backoff."""


class BrokenInvariant(LitsoError):
    """An invariant of ARCHITECTURE section 3 does not hold; the operation stopped before writing."""
