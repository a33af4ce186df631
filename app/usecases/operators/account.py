"""Operators see who is signed in to the console, end sessions, and change their own passwords."""

import msgspec

from app.domain.buyer import Operator, Role
from app.domain.operators.audit import OperatorAct
from app.domain.operators.sign_in import password_fault
from app.store.operators.sign_in import OperatorSession
from app.usecases.bidder import Bidder
from app.usecases.operators.requests import NotDone, RequestTerms
from app.usecases.operators.sign_in import holds, is_secret_of, new_hash_of, operator_named


class SignedInSession(msgspec.Struct, frozen=True, kw_only=True):
    """One session of an operator. Times are UTC epoch seconds; `by_provider` is whether a provider vouched for it."""

    number: str
    began_at: float
    seen_at: float
    by_provider: bool
    is_this: bool


class OperatorAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An operator with its sessions; `role` is empty where only a provider knows it."""

    name: str
    role: Role | None
    sessions: tuple[SignedInSession, ...]


async def account_of(bidder: Bidder, operator: Operator, this: str, now: float) -> OperatorAccount:
    """Whoever asks, whose own session has this token's hash. Raises StoreUnavailable."""
    sessions = [each for each in await bidder.store.sessions() if each.name == operator.name]
    return OperatorAccount(name=operator.name, role=operator.role, sessions=_shown(sessions, this, now))


async def accounts(bidder: Bidder, this: str, now: float) -> tuple[OperatorAccount, ...]:
    """Every operator: those declared or made by command, and whom a provider vouched for. Raises StoreUnavailable."""
    sessions = await bidder.store.sessions()
    roles: dict[str, Role | None] = {each.name: None for each in sessions if holds(each, now)}
    roles |= {each.name: each.role for each in bidder.operator_by_key.values() if not each.preset}
    return tuple(
        OperatorAccount(name=name, role=role, sessions=_shown([s for s in sessions if s.name == name], this, now))
        for name, role in sorted(roles.items())
    )


async def change_password(
    bidder: Bidder, operator: Operator, secret: str, password: str, this: str, terms: RequestTerms
) -> None:
    """Have this be an operator's own password from now on, and end its other sessions.

    Raises NotDone and StoreUnavailable."""
    if operator_named(bidder, operator.name) is None:
        raise NotDone("You sign in by a provider, which keeps your password: change it there.")
    if fault := password_fault(password, operator.name):
        raise NotDone(f"Not changed: {fault}.")
    if not await is_secret_of(bidder, operator, secret, terms.now):
        raise NotDone("Not changed: that is neither your password nor your key, or there were too many wrong tries.")
    password_hash = await new_hash_of(password)
    await bidder.store.set_password(operator.name, password_hash, terms.by, terms.now, terms.why, this)


async def end_sessions(bidder: Bidder, name: str, terms: RequestTerms, *, number: str = "", keep: str = "") -> int:
    """End all sessions of an operator or the one with this number, but not `keep`; how many. Raises NotDone."""
    act = OperatorAct(by=terms.by, action="end sessions", target=name, why=terms.why)
    ended = await bidder.store.end_sessions(name, act, terms.now, number=number, keep=keep)
    if not ended:
        raise NotDone("There is no such session any more.")
    return ended


def _shown(sessions: list[OperatorSession], this: str, now: float) -> tuple[SignedInSession, ...]:
    return tuple(
        SignedInSession(
            number=each.number,
            began_at=each.began_at,
            seen_at=each.seen_at,
            by_provider=bool(each.identity),
            is_this=each.token_sha256 == this,
        )
        for each in sessions
        if holds(each, now)
    )
