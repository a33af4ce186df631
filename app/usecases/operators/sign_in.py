"""Lets operators sign in to the console by a password or a key, and tells who a session's token is."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from hashlib import sha256
from typing import TypeVar

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

from app.domain.access.openid import OPENID_SESSION_S, OpenIdIdentity, admitted
from app.domain.buyer import Operator
from app.domain.operators.audit import SERVICE, by_console
from app.domain.operators.sign_in import PASSWORD_MAX, SESSION_S, locked_until, session_holds
from app.store.operators.sign_in import OperatorSession
from app.usecases.bidder import Bidder

T = TypeVar("T")

_TOKEN_BYTES = 32

_WRONG_S = 0.25
"""A wrong try is answered no earlier, so that how long it takes does not tell which operators there are."""

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
    loop = asyncio.get_running_loop()
    answered_at = loop.time() + _WRONG_S
    operator = operator_named(bidder, name)
    if await is_secret_of(bidder, operator, secret, now) and operator is not None:
        return await begin_session(bidder, operator, now)
    await asyncio.sleep(answered_at - loop.time())
    return None


async def is_secret_of(bidder: Bidder, operator: Operator | None, secret: str, now: float) -> bool:
    """Whether this is an operator's password or key. Wrong tries lock passwords alone: nobody guesses a key, so that
    whoever has one is never kept outside by the guesses of others. Raises StoreUnavailable.
    """
    row = await bidder.store.sign_in_row(operator.name) if operator is not None else None
    is_right = await _off_loop(_matches, row.password_hash if row is not None else "", secret[: PASSWORD_MAX + 1])
    key_of = bidder.operator_by_key.get(sha256(secret.strip().encode("utf-8", "surrogatepass")).hexdigest())
    if operator is None:
        return False
    if key_of is not None and key_of.name == operator.name:
        return True
    # Not before the try is made: of many at once, those that waited for their turn would not know of the first ones.
    if now < locked_until((await bidder.store.sign_in_row(operator.name)).tries):
        return False
    if not is_right:
        await bidder.store.count_sign_in_failure(operator.name, now)
    return is_right


async def begin_session(bidder: Bidder, operator: Operator, now: float, identity: str = "") -> SignedIn:
    """Let an operator in who is known to be one. Raises StoreUnavailable."""
    token = bidder.chance(_TOKEN_BYTES).hex()
    session = OperatorSession(
        token_sha256=_digest(token), name=operator.name, began_at=now, seen_at=now, identity=identity
    )
    await bidder.store.begin_session(session, by_console(operator.name))
    return SignedIn(operator=operator, token=token)


async def visit_of(bidder: Bidder, token: str, now: float, *, by_hand: bool = True) -> OperatorVisit | None:
    """Whose token this is, as long as the session holds and its operator is one. Raises StoreUnavailable.

    What is not done by hand does not count as something asked in the session.
    """
    session = await bidder.store.session_of(_digest(token)) if token else None
    if session is None or not holds(session, now):
        return None
    operator = _operator_of(bidder, session)
    if operator is None:
        await bidder.store.end_session(session, SERVICE, now)
        return None
    if by_hand:
        await bidder.store.see_session(session, now)
    return OperatorVisit(operator=operator, session=session)


def holds(session: OperatorSession, now: float) -> bool:
    """Whether a session goes on; one that a provider vouched for does not for days."""
    return session_holds(session.began_at, session.seen_at, now, OPENID_SESSION_S if session.identity else SESSION_S)


async def sign_out(bidder: Bidder, token: str, now: float) -> None:
    """End the session of a token, where there is one. Raises StoreUnavailable."""
    session = await bidder.store.session_of(_digest(token)) if token else None
    if session is not None:
        await bidder.store.end_session(session, by_console(session.name), now)


async def new_hash_of(password: str) -> str:
    """As it is kept, made without holding up anybody else."""
    return await _off_loop(hash_of_password, password)


def hash_of_password(password: str) -> str:
    """As it is kept."""
    return _HASHER.hash(password)


def operator_named(bidder: Bidder, name: str) -> Operator | None:
    """The operator of this name, declared or made by command; who stands for a CRM is none."""
    return next((each for each in bidder.operator_by_key.values() if each.name == name and not each.preset), None)


def _operator_of(bidder: Bidder, session: OperatorSession) -> Operator | None:
    """Who has a session, by the configuration that is in force now."""
    if not session.identity:
        return operator_named(bidder, session.name)
    identity = msgspec.json.decode(session.identity, type=OpenIdIdentity)
    operator = admitted(bidder.catalogue.openid, identity, bidder.operator_by_key.values())
    return operator if isinstance(operator, Operator) and operator.name == session.name else None


async def _off_loop(work: Callable[..., T], *given: str) -> T:
    return await asyncio.get_running_loop().run_in_executor(_threads(), work, *given)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="sign-in")


@cache
def _nobodys() -> str:
    """Compared where there is no password: it keeps the threads as busy."""
    return _HASHER.hash("nobody has this one")


def _matches(password_hash: str, secret: str) -> bool:
    try:
        return _HASHER.verify(password_hash or _nobodys(), secret) and bool(password_hash)
    except (Argon2Error, ValueError):
        return False


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
