"""How operators sign in to the console: passwords as hashes, wrong tries, and sessions by the hash of their token."""

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from app.domain.operators.audit import SERVICE, OperatorAct
from app.domain.operators.sign_in import IDLE_S, SESSION_S, Tries, locked_until
from app.store.engine.portable import be_alone, replace
from app.store.operators.audit import note
from app.store.schema import operator_password, operator_session

_SEEN_EVERY_S = 60.0
"""A session that is used writes this once a minute, not with every page."""

_NUMBER = 16
"""Hex digits of a hash that tell sessions apart on a page."""


class SignInRow(msgspec.Struct, frozen=True, kw_only=True):
    """`password_hash` is empty where an operator has no password."""

    name: str
    password_hash: str = ""
    failures: int = 0
    failed_at: float | None = None

    @property
    def tries(self) -> Tries:
        return Tries(failures=self.failures, failed_at=self.failed_at)


class OperatorSession(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has signed in; times are UTC epoch seconds.

    `identity` is whom an OpenID Connect provider named, as JSON; empty where a password or key was given.
    """

    token_sha256: str
    name: str
    began_at: float
    seen_at: float
    identity: str = ""

    @property
    def number(self) -> str:
        """What tells it from others, and opens nothing."""
        return self.token_sha256[:_NUMBER]


def sign_in_row(connection: Connection, name: str) -> SignInRow:
    """What is known of an operator's tries and password."""
    row = connection.execute(select(operator_password).where(operator_password.c.name == name)).one_or_none()
    return SignInRow(**row._mapping) if row is not None else SignInRow(name=name)


def set_password(
    connection: Connection, name: str, password_hash: str, by: str, now: float, why: str, keep: str = ""
) -> None:
    """Have this password be an operator's, and end every session of it but `keep`: whoever knew the old one is out."""
    replace(connection, operator_password, msgspec.structs.asdict(SignInRow(name=name, password_hash=password_hash)))
    _end_but(connection, name, keep)
    note(connection, now, OperatorAct(by=by, action="set password", target=name, why=why))


def count_failure(connection: Connection, name: str, now: float) -> None:
    """One wrong try more; one that was made while the name was locked teaches nobody anything, and is not counted."""
    be_alone(connection, [f"sign_in/{name}"])
    before = sign_in_row(connection, name)
    if now < locked_until(before.tries):
        return
    after = msgspec.structs.replace(before, failures=before.failures + 1, failed_at=now)
    replace(connection, operator_password, msgspec.structs.asdict(after))
    note(connection, now, OperatorAct(by=SERVICE, action="refuse sign in", target=name))


def begin_session(connection: Connection, session: OperatorSession, by: str) -> None:
    """Somebody has signed in: wrong tries are forgotten, and sessions that are long over."""
    now = session.began_at
    theirs = operator_password.c.name == session.name
    connection.execute(update(operator_password).where(theirs).values(failures=0, failed_at=None))
    over = (operator_session.c.seen_at < now - IDLE_S) | (operator_session.c.began_at < now - SESSION_S)
    connection.execute(delete(operator_session).where(over))
    connection.execute(insert(operator_session).values(msgspec.structs.asdict(session)))
    note(connection, now, OperatorAct(by=by, action="sign in", target=session.name))


def session_of(connection: Connection, token_sha256: str) -> OperatorSession | None:
    """The session of a token, whether or not it is over."""
    found = select(operator_session).where(operator_session.c.token_sha256 == token_sha256)
    row = connection.execute(found).one_or_none()
    return OperatorSession(**row._mapping) if row is not None else None


def see_session(connection: Connection, session: OperatorSession, now: float) -> None:
    """It is used."""
    theirs = operator_session.c.token_sha256 == session.token_sha256
    connection.execute(update(operator_session).where(theirs).values(seen_at=now))


def is_to_be_seen(session: OperatorSession, now: float) -> bool:
    """Whether that it is used must be written again."""
    return now - session.seen_at >= _SEEN_EVERY_S


def sessions(connection: Connection) -> list[OperatorSession]:
    """All of them, the latest first, whether or not they are over."""
    rows = connection.execute(select(operator_session).order_by(operator_session.c.seen_at.desc()))
    return [OperatorSession(**row._mapping) for row in rows]


def end_session(connection: Connection, session: OperatorSession, by: str, now: float) -> None:
    """Somebody signs out, or may not be here any more."""
    theirs = operator_session.c.token_sha256 == session.token_sha256
    if connection.execute(delete(operator_session).where(theirs)).rowcount:
        note(connection, now, OperatorAct(by=by, action="sign out", target=session.name))


def end_sessions(connection: Connection, name: str, act: OperatorAct, now: float, *, number: str, keep: str) -> int:
    """End the sessions of an operator, or the one with this number, but not `keep`; how many there were."""
    ended = _end_but(connection, name, keep, number)
    if ended:
        note(connection, now, act)
    return ended


def forget_sign_in(connection: Connection, name: str) -> None:
    """An operator is one no more."""
    connection.execute(delete(operator_password).where(operator_password.c.name == name))
    connection.execute(delete(operator_session).where(operator_session.c.name == name))


def _end_but(connection: Connection, name: str, keep: str, number: str = "") -> int:
    theirs = (operator_session.c.name == name) & (operator_session.c.token_sha256 != keep)
    if number:
        theirs &= operator_session.c.token_sha256.startswith(number, autoescape=True)
    return connection.execute(delete(operator_session).where(theirs)).rowcount
