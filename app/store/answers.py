"""What the database knows when a post arrives, and the stored answer for its retries."""

from functools import cache

import msgspec
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    String,
    bindparam,
    literal_column,
    select,
    union_all,
    update,
)

from app.domain.duplicate import Sighting
from app.domain.identity import Person
from app.domain.post.sale import KeptAnswer, PostFacts
from app.store.engine.portable import be_alone
from app.store.engine.prepared import Insert, Prepared, Ran, Values
from app.store.engine.trips import Work, run_all
from app.store.schema import answer, certificate, sighting, suppression
from app.wire.post import PostAnswer

REPLACEABLE = "invalid_contact"
"""A refused contact may be corrected: only this answer gives way to a later one."""

_NOTHING: ColumnElement[str] = literal_column("''")
_NO_TIME: ColumnElement[float] = literal_column("0.0")

_KEY = ("seller", "nonce")
_IS_POST = (answer.c.seller == bindparam("seller")) & (answer.c.nonce == bindparam("nonce"))
ADD_ANSWERS = Insert(answer)
_REPLACE = Prepared(
    update(answer)
    .where(_IS_POST)
    .values({name: bindparam(f"new_{name}") for name in ("person", "answer", "code", "kept_at")})
)

_encode = msgspec.json.Encoder().encode
_person = msgspec.json.Decoder(Person).decode
_answer = msgspec.json.Decoder(PostAnswer).decode


def gather_post(
    connection: Connection, seller: str, nonce: str, certificates: tuple[str, ...], person: Person
) -> PostFacts:
    """Everything about this post, its certificates and its person, as of one moment."""
    statement, values = asking(seller, nonce, certificates, person)
    return post_facts(seller, nonce, statement.run(connection, values))


def asking(
    seller: str, nonce: str, certificates: tuple[str, ...], person: Person
) -> tuple[Prepared, dict[str, object]]:
    """The statement of `gather_post`, for those who have more to run in one trip."""
    names = names_of(person)
    values: dict[str, object] = {
        "seller": seller,
        "nonce": nonce,
        **_numbered("certificate", certificates),
        **_numbered("digest", person.all),
        **_numbered("name", names),
    }
    return _facts(len(certificates), len(person.all), len(names)), values


def post_facts(seller: str, nonce: str, ran: Ran) -> PostFacts:
    """What came of `asking`."""
    kept: KeptAnswer | None = None
    holders, sightings, suppressed = [], set(), False
    for kind, first, second, third, at in ran.fetchall():
        if kind == "answer":
            kept = _kept(seller, nonce, first, second, third, at)
        elif kind == "holder":
            holders.append(_person(first))
        elif kind == "sighting":
            sightings.add((first, second, at))
        else:
            suppressed = True
    return PostFacts(
        kept=kept,
        certificate_holders=tuple(holders),
        suppressed=suppressed,
        sightings=tuple([Sighting(*seen) for seen in sorted(sightings)]),
    )


def kept_answer(connection: Connection, seller: str, nonce: str) -> KeptAnswer | None:
    """The answer given before, for as long as answers are kept."""
    return gather_post(connection, seller, nonce, (), Person()).kept


def keep(connection: Connection, kept: KeptAnswer) -> None:
    """Keep a refusal, unless a final answer stands there already."""
    be_alone(connection, [post_name(kept.seller, kept.nonce)])
    former = kept_answer(connection, kept.seller, kept.nonce)
    if former is None or former.code == REPLACEABLE:
        run_all(connection, [writing_answer(kept, former)])


def writing_answer(kept: KeptAnswer, former: KeptAnswer | None) -> Work:
    """The statement that writes an answer, in the place of `former` where there is one.

    Whoever runs it is alone with this post.
    """
    row = new_answer(kept)
    if former is None:
        return ADD_ANSWERS, row
    return _REPLACE, {name if name in _KEY else f"new_{name}": value for name, value in row.items()}


def new_answer(kept: KeptAnswer) -> Values:
    """The row of an answer."""
    return {
        "seller": kept.seller,
        "nonce": kept.nonce,
        "person": person_text(kept.person),
        "answer": _encode(kept.answer).decode(),
        "code": kept.code,
        "kept_at": kept.kept_at,
    }


def post_name(seller: str, nonce: str) -> str:
    """What to be alone with, to decide what becomes of a post."""
    return f"post/{seller}/{nonce}"


def names_of(person: Person) -> tuple[str, ...]:
    """The digests by which a person is looked up: one of the phone, one of the email."""
    return person.phone[:1] + person.email[:1]


def person_text(person: Person) -> str:
    """A person's digests as they are stored."""
    return _encode(person).decode()


@cache
def _facts(certificates: int, digests: int, names: int) -> Prepared:
    """One statement, so that all of it is of one moment: a sale committed between two would pass for a stranger's."""
    parts = [
        select(literal_column("'answer'"), answer.c.person, answer.c.answer, answer.c.code, answer.c.kept_at).where(
            _IS_POST
        )
    ]
    if certificates:
        parts.append(
            select(literal_column("'holder'"), certificate.c.person, _NOTHING, _NOTHING, _NO_TIME).where(
                certificate.c.digest.in_(_slots("certificate", certificates))
            )
        )
    if digests:
        parts.append(
            select(literal_column("'suppressed'"), _NOTHING, _NOTHING, _NOTHING, _NO_TIME).where(
                suppression.c.digest.in_(_slots("digest", digests)), suppression.c.is_suppressed
            )
        )
    if names:
        seen = sighting.c
        parts.append(
            select(literal_column("'sighting'"), seen.campaign, seen.vertical, _NOTHING, seen.sold_at).where(
                seen.digest.in_(_slots("name", names))
            )
        )
    return Prepared(union_all(*parts))


def _slots(name: str, count: int) -> list[BindParameter[str]]:
    return [bindparam(f"{name}_{number}", type_=String) for number in range(count)]


def _numbered(name: str, values: tuple[str, ...]) -> dict[str, str]:
    return {f"{name}_{number}": value for number, value in enumerate(values)}


def _kept(seller: str, nonce: str, person: str, stored: str, code: str, kept_at: float) -> KeptAnswer:
    return KeptAnswer(
        seller=seller, nonce=nonce, person=_person(person), answer=_answer(stored), kept_at=kept_at, code=code
    )
