"""Signing in: a password, then a second factor where there is one or the role demands it; signing out.

Whoever guesses waits longer and longer (`store.throttle`). An attempt is counted before anything is looked at, so an
unknown login costs and tells what a wrong password does.
"""

from __future__ import annotations

import time
from typing import Final, NamedTuple

from litso.domain import totp
from litso.errors import Conflict, Forbidden
from litso.settings import Settings
from litso.store import second_factors, throttle, users
from litso.store.database import Connection, Store
from litso.store.sealing import load_box
from litso.store.users import CODE, ENROLMENT, User, Visitor
from litso.usecases import sign_in_log
from litso.usecases.sign_in_log import note

ISSUER: Final = "Litso"
"""What authenticators show above the code."""


class Delayed(Forbidden):
    """Too many failures: nothing was tried."""

    def __init__(self, seconds: float) -> None:
        super().__init__("too many attempts: wait a little")
        self.seconds = seconds


class Waiting(NamedTuple):
    """Nothing was tried: there were too many failures."""

    seconds: float


class Entered(NamedTuple):
    """The user is in; `codes` are recovery codes to be shown once."""

    token: str
    codes: tuple[str, ...] = ()


class Unfinished(NamedTuple):
    """The password was right; `need` is users.CODE or users.ENROLMENT."""

    token: str
    need: str


class Enrolment(NamedTuple):
    """What an authenticator has to be given."""

    secret: str
    uri: str


def by_password(
    store: Store, settings: Settings, visitor: Visitor, login: str, password: str
) -> Entered | Unfinished | Waiting | None:
    """Sign in with a password; None when it, or the login, is wrong."""
    with store.transaction() as connection:
        wait = throttle.charge(connection, login, visitor.address)
    if wait > 0:
        return Waiting(wait)
    with store.transaction() as connection:
        user = users.authenticate(connection, login, password)
        if user is None:
            _note_failure(connection, visitor, login, "password")
            return None
        outcome = _admit(connection, settings, visitor, user, "password")
        if isinstance(outcome, Entered):
            throttle.forgive(connection, user.login, visitor.address)
        return outcome


def by_invitation(
    store: Store, settings: Settings, visitor: Visitor, token: str, *, login: str, name: str, password: str
) -> Entered | Unfinished:
    """Make the user that a one-time token stands for; Forbidden, Conflict or BadUsage say what is wrong."""
    with store.transaction() as connection:
        user = users.redeem_token(connection, token, login=login, name=name, password=password)
        note(connection, user.login, sign_in_log.USER, user=user.login, done="created", role=user.role)
        return _admit(connection, settings, visitor, user, "invitation")


def _admit(
    connection: Connection, settings: Settings, visitor: Visitor, user: User, method: str
) -> Entered | Unfinished:
    """Let a user in whose password is right, unless a second factor is needed."""
    if need := _need_of(connection, settings, user):
        return Unfinished(users.open_step(connection, user.user_id, need), need)
    return Entered(enter(connection, user, visitor, method))


def _need_of(connection: Connection, settings: Settings, user: User) -> str | None:
    if second_factors.find(connection, user.user_id):
        return CODE
    return ENROLMENT if user.role in settings.second_factor else None


def _note_failure(connection: Connection, visitor: Visitor, login: str, why: str) -> None:
    known = users.is_login(connection, login)
    actor = login.strip().lower() if known else sign_in_log.NOBODY
    note(connection, actor, sign_in_log.SIGN_IN_FAILED, why=why, address=visitor.address)


def enter(connection: Connection, user: User, visitor: Visitor, method: str, id_token: bytes | None = None) -> str:
    """Open the session of a user who proved who they are; answers its token."""
    note(connection, user.login, sign_in_log.SIGN_IN, method=method, address=visitor.address)
    return users.open_session(connection, user.user_id, visitor=visitor, method=method, id_token=id_token)


def state_of(store: Store, token: str) -> tuple[User, str] | None:
    """Whose sign-in is half done, and what it needs; None when it took too long."""
    with store.transaction() as connection:
        return users.find_step(connection, token)


def by_code(
    store: Store, settings: Settings, visitor: Visitor, token: str, code: str
) -> Entered | Waiting | User | None:
    """Go on with a code of the authenticator or a recovery code.

    The user when the code is wrong; None when the sign-in took too long and begins again.
    """
    found = state_of(store, token)
    if found is None or found[1] != CODE:
        return None
    user = found[0]
    with store.transaction() as connection:
        wait = throttle.charge(connection, user.login, visitor.address)
    if wait > 0:
        return Waiting(wait)
    with store.transaction() as connection:
        method = _proof(connection, settings, user, code)
        if method is None:
            _note_failure(connection, visitor, user.login, "code")
            return user
        if not users.close_step(connection, token):
            return None
        throttle.forgive(connection, user.login, visitor.address, attempts=2)
        return Entered(enter(connection, user, visitor, method))


def _proof(connection: Connection, settings: Settings, user: User, code: str) -> str | None:
    """How a code proves who somebody is; it is used up by that."""
    if second_factors.accept(connection, load_box(settings), user.user_id, code, time.time()):
        return "code"
    return "recovery" if second_factors.recover(connection, user.user_id, code) else None


# Enrolment -----------------------------------------------------------------------------------------------------


def begin_step_enrolment(store: Store, settings: Settings, token: str) -> Enrolment | None:
    """What to give the authenticator that the role demands; None when the sign-in took too long."""
    with store.transaction() as connection:
        found = users.find_step(connection, token)
        if found is None or found[1] != ENROLMENT:
            return None
        return _begin(connection, settings, found[0])


def finish_step_enrolment(
    store: Store, settings: Settings, visitor: Visitor, token: str, code: str
) -> Entered | User | None:
    """Go on with the first code of the authenticator. The user when it is wrong, None when it took too long."""
    with store.transaction() as connection:
        found = users.find_step(connection, token)
        if found is None or found[1] != ENROLMENT:
            return None
        user = found[0]
        codes = _confirm(connection, settings, user, code)
        if codes is None:
            return user
        if not users.close_step(connection, token):
            return None
        throttle.forgive(connection, user.login, visitor.address)
        return Entered(enter(connection, user, visitor, "code"), tuple(codes))


def begin_enrolment(store: Store, settings: Settings, visitor: Visitor, login: str, password: str) -> Enrolment:
    """What to give a new authenticator; Forbidden unless the password is right.

    A session that was left open is not enough to bind somebody else's authenticator to the account.
    """
    _charge(store, visitor, login)
    with store.transaction() as connection:
        user = _proven(connection, visitor, login, password)
        if second_factors.find(connection, user.user_id) is not None:
            raise Conflict("there is an authenticator already: remove it first")
        return _begin(connection, settings, user)


def enrolment_of(store: Store, settings: Settings, login: str) -> Enrolment:
    """The enrolment that was begun, once more, after a wrong code."""
    with store.transaction() as connection:
        user = users.by_login(connection, login)
        if not second_factors.is_begun(connection, user.user_id):
            raise Conflict("no enrolment was begun")
        return _begin(connection, settings, user)


def finish_enrolment(store: Store, settings: Settings, login: str, code: str) -> list[str] | None:
    """Begin to demand the authenticator; answers recovery codes, None when the code is wrong."""
    with store.transaction() as connection:
        return _confirm(connection, settings, users.by_login(connection, login), code)


def remove_second_factor(store: Store, settings: Settings, visitor: Visitor, login: str, code: str) -> None:
    """Sign in by the password alone again; Forbidden when the code is wrong or the role demands two factors."""
    _charge(store, visitor, login)
    with store.transaction() as connection:
        user = _proven_by_code(connection, settings, visitor, login, code)
        if user.role in settings.second_factor:
            raise Conflict("this role signs in with a second factor")
        second_factors.remove(connection, user.user_id)
        note(connection, user.login, sign_in_log.SECOND_FACTOR, user=user.login, done="removed")


def renew_codes(store: Store, settings: Settings, visitor: Visitor, login: str, code: str) -> list[str]:
    """New recovery codes in place of the former ones; Forbidden when the code is wrong."""
    _charge(store, visitor, login)
    with store.transaction() as connection:
        user = _proven_by_code(connection, settings, visitor, login, code)
        note(connection, user.login, sign_in_log.SECOND_FACTOR, user=user.login, done="codes")
        return second_factors.renew_codes(connection, user.user_id)


def _begin(connection: Connection, settings: Settings, user: User) -> Enrolment:
    secret = second_factors.begin(connection, load_box(settings), user.user_id)
    return Enrolment(totp.shown(secret), totp.uri_of(secret, issuer=ISSUER, account=user.login))


def _confirm(connection: Connection, settings: Settings, user: User, code: str) -> list[str] | None:
    codes = second_factors.confirm(connection, load_box(settings), user.user_id, code, time.time())
    if codes is not None:
        note(connection, user.login, sign_in_log.SECOND_FACTOR, user=user.login, done="enrolled")
    return codes


def _charge(store: Store, visitor: Visitor, login: str) -> None:
    """Delayed after too many failures: a session that was left open is no place to guess either."""
    with store.transaction() as connection:
        wait = throttle.charge(connection, login, visitor.address)
    if wait > 0:
        raise Delayed(wait)


def _proven(connection: Connection, visitor: Visitor, login: str, password: str) -> User:
    """The user of this password; Forbidden else."""
    user = users.authenticate(connection, login, password)
    if user is None:
        raise Forbidden("the password is wrong")
    throttle.forgive(connection, login, visitor.address)
    return user


def _proven_by_code(connection: Connection, settings: Settings, visitor: Visitor, login: str, code: str) -> User:
    user = users.by_login(connection, login)
    if _proof(connection, settings, user, code) is None:
        raise Forbidden("the code is wrong")
    throttle.forgive(connection, login, visitor.address)
    return user


# The password and the end of it --------------------------------------------------------------------------------


def change_password(store: Store, visitor: Visitor, login: str, current: str, new: str, *, keep: str) -> None:
    """Set a new password and end every session but the one of the token `keep`; Forbidden when `current` is wrong."""
    _charge(store, visitor, login)
    with store.transaction() as connection:
        user = _proven(connection, visitor, login, current)
        users.set_password(connection, user.user_id, new, keep=keep)
        note(connection, user.login, sign_in_log.USER, user=user.login, done="password")


def sign_out(store: Store, user: str, token: str) -> bytes | None:
    """End the session; answers the sealed token of the provider that had let the user in."""
    with store.transaction() as connection:
        note(connection, user, sign_in_log.SIGN_OUT)
        return users.close_session(connection, token)
