"""What is written down of sign-ins and of the rights of people and programs.

One function, so that there is one place where the audit begins. No passwords, codes or tokens; the login of a sign-in
that failed only where it is that of a user, as people type passwords into the wrong field.
"""

from __future__ import annotations

from typing import Final

from litso.store import audit
from litso.store.database import Connection

SIGN_IN: Final = "session.open"
SIGN_IN_FAILED: Final = "session.failed"
SIGN_OUT: Final = "session.close"
SESSION_ENDED: Final = "session.end"
USER: Final = "user.change"
SECOND_FACTOR: Final = "user.second_factor"
DELAYS: Final = "user.delays"

NOBODY: Final = "(unknown)"


def note(connection: Connection, actor: str, what: str, **told: str) -> None:
    """Write that an actor did something, in the transaction that does it. told: details such as `user="anna"`."""
    audit.write(connection, actor=actor, action=what, fields=[f"{name}={value}" for name, value in told.items()])
