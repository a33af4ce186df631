"""Lets operators sign in to the console by a password or a key, and tells who a session's token is."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from hashlib import sha256

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

from app.domain.buyer import Operator
from app.domain.operators.audit import by_console
from app.domain.operators.sign_in import PASSWORD_MAX, locked_until, session_holds
from app.store.operators.sign_in import OperatorSession
from app.usecases.bidder import Bidder

_TOKEN_BYTES = 32

_HASHER = PasswordHasher()
"""With the library's parameters, those of RFC 9106 for little memory: some 30 ms and 64 MB a try."""

_AT_ONCE = 2
"""Tries that are hashed at once: more would be memory for strangers."""


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """Who has signed in; only the browser keeps `token`."""

    operator: Operator
    token: str


class OperatorVisit(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has signed in asks for something."""

    operator: Operator
    session: OperatorSession


async def sign_in(bidder: Bidder, name: str, secret: str, now: float) -> SignedIn | None:
    """Whoever has this name and this password or key; None where it is wrong, or locked after wrong tries.

    Raises StoreUnavailable.
    """
    operator = operator_named(bidder, name)
    row = await bidder.store.sign_in_row(name) if operator is not None else None
    is_open = row is not None and now >= locked_until(row.tries)
    is_right = await _verifies(row.password_hash if row is not None else "", secret[: PASSWORD_MAX + 1])
    key_of = bidder.operator_by_key.get(sha256(secret.encode("utf-8", "surrogatepass")).hexdigest())
    if operator is None or not is_open:
        return None
    if not is_right and (key_of is None or key_of.name != name):
        await bidder.store.count_sign_in_failure(name, now)
        return None
    return await begin_session(bidder, operator, now)


async def begin_session(bidder: Bidder, operator: Operator, now: float) -> SignedIn:
    """Let an operator in who is known to be one. Raises StoreUnavailable."""
    token = bidder.chance(_TOKEN_BYTES).hex()
    session = OperatorSession(token_sha256=_digest(token), name=operator.name, began_at=now, seen_at=now)
    await bidder.store.begin_session(session, by_console(operator.name))
    return SignedIn(operator=operator, token=token)


async def visit_of(bidder: Bidder, token: str, now: float, *, by_hand: bool = True) -> OperatorVisit | None:
    """Whose token this is, as long as the session holds and its operator is one. Raises StoreUnavailable.

    What is not done by hand does not count as something asked in the session.
    """
    session = await bidder.store.session_of(_digest(token)) if token else None
    if session is None or not session_holds(session.began_at, session.seen_at, now):
        return None
    operator = operator_named(bidder, session.name)
    if operator is None:
        return None
    if by_hand:
        await bidder.store.see_session(session, now)
    return OperatorVisit(operator=operator, session=session)


async def sign_out(bidder: Bidder, visit: OperatorVisit, now: float) -> None:
    """End a session. Raises StoreUnavailable."""
    await bidder.store.end_session(visit.session.token_sha256, by_console(visit.operator.name), now)


def hash_of_password(password: str) -> str:
    """As it is kept."""
    return _HASHER.hash(password)


def operator_named(bidder: Bidder, name: str) -> Operator | None:
    """The operator of this name, declared or made by command; who stands for a CRM is none."""
    return next((each for each in bidder.operator_by_key.values() if each.name == name and not each.preset), None)


async def _verifies(password_hash: str, secret: str) -> bool:
    return await asyncio.get_running_loop().run_in_executor(_threads(), _matches, password_hash, secret)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="sign-in")


@cache
def _nobodys() -> str:
    """Compared where there is no password, so that how long it takes does not tell which operators there are."""
    return _HASHER.hash("nobody has this one")


def _matches(password_hash: str, secret: str) -> bool:
    try:
        return _HASHER.verify(password_hash or _nobodys(), secret) and bool(password_hash)
    except (Argon2Error, ValueError):
        return False


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
