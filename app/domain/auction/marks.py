"""The keyed digests that tie a post to its ping: nonce, terms, certificates, the ids of bids, and what is journaled."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from struct import Struct

import msgspec
from msgspec.structs import replace

from app.domain.auction.weighing import Offer
from app.domain.consent.certificate import (
    holds_id_of,
    leadid_stand_in,
    read_leadid,
    read_trustedform,
    trustedform_stand_in,
)
from app.domain.consent.consent import host_of
from app.domain.keyed import Keys, mac
from app.domain.pricing.exploration import Draw
from app.domain.token import (
    NO_CERTIFICATE,
    certificates_of,
    nonce_of,
    signer,
    terms_of,
)
from app.domain.vertical import Vertical
from app.wire.ping import Ping
from app.wire.post import Post

WITHHELD = ("trustedform_cert_url", "trustedform_ping_url", "leadid_token", "landing_page", "seller_lead_id")
"""The fields for which the journal may hold a stand-in."""

withheld_of = attrgetter(*WITHHELD)
"""What a ping says in them; each is one line."""

_TWO_NUMBERS = Struct(">QQ")
_UNIT = 2.0**-64
_NO_HOST = "?"
"""Stands for a page whose address names no host: it is on no domain, as that page is."""


def with_withheld(ping: Ping, withheld: bytes) -> Ping:
    """The ping of a line as it came, by what it said in them, a line each: in one piece that takes half the memory."""
    said = withheld.decode(errors="surrogatepass").split("\n")
    return replace(ping, **dict(zip(WITHHELD, said, strict=True))) if withheld else ping


class Marks(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a ping is known by. `nonce` is `None` where it names no lead, so that it is always a new one.

    `certificates` are digests of sixteen bytes; a TrustedForm ping URL is none, since a post cannot repeat it.
    `stand_ins` is, by field, what the journal holds in the place of what came.
    """

    nonce: bytes | None
    terms: bytes
    certificates: tuple[bytes, ...]
    stand_ins: dict[str, str]

    @property
    def certificate(self) -> bytes:
        """The first certificate as a token holds it."""
        return self.certificates[0][:6] if self.certificates else NO_CERTIFICATE


def marks_of(keys: Keys, seller: str, ping: Ping, vertical: Vertical | None, scenario: str = "") -> Marks:
    """The marks of a ping of this seller; an undeclared vertical has no locked terms.

    One person is another lead in each `scenario` that a test forces, or the answer kept for the first would hide the
    outcome of the next.
    """
    found = certificate_digests(keys, ping)
    named = _name_of(ping, found)
    if named and scenario:
        named = (*named, scenario)
    return Marks(
        nonce=nonce_of(keys.index, seller, *named, test=ping.test) if named else None,
        terms=lead_terms(keys, seller, ping.vertical, ping, vertical.locked if vertical is not None else ()),
        certificates=found,
        stand_ins=_stand_ins(ping, found),
    )


def bid_ids_of(
    offers: Sequence[Offer],
    marks: Marks,
    nonce: bytes,
    keys: Keys,
    tags: Mapping[str, bytes],
    expires_at: int,
    *,
    test: bool,
) -> tuple[str, ...]:
    """The signed id of each bid for a lead with these marks.

    `expires_at` is UTC epoch seconds, `tags` name the campaigns of the configuration in force.
    """
    key_id = keys.signing_id
    signed = signer(key_id, keys.signing[key_id], expires_at, nonce, marks.terms, marks.certificate, test=test)
    return tuple([signed(each.price_cents, tags[each.campaign], each.leg) for each in offers])


def draw_of(seed: bytes, nonce: bytes) -> Draw:
    """Two uniform numbers for one ping, the same whenever it is asked again."""
    slice_, place = _TWO_NUMBERS.unpack(mac(seed, b"leadbid.draw", nonce, size=16))
    return Draw(slice_ * _UNIT, place * _UNIT)


def line_id_of(nonce: bytes, now: float) -> str:
    """24 lower-case hex digits: letters a to f can spell none of the words that crude parsers take for a sale.

    The nonce, and the millisecond within the last seven weeks, which tells a lead's decisions apart.
    """
    return (nonce + (int(now * 1000.0) & 0xFFFFFFFF).to_bytes(4)).hex()


def lead_terms(keys: Keys, seller: str, vertical: str, lead: Ping | Post, locked: Iterable[str]) -> bytes:
    """What ping and post must share, as six bytes."""
    return terms_of(keys.index, [seller, vertical, lead.zip, lead.state, *map(lead.fields.get, locked)])


def certificate_digests(keys: Keys, lead: Ping | Post) -> tuple[bytes, ...]:
    """Every certificate of a lead that a post can repeat, TrustedForm first, as sixteen bytes each."""
    sent = (read_trustedform(lead.trustedform_cert_url), read_leadid(lead.leadid_token))
    named = [(each.provider, each.id) for each in sent if each is not None and each.provider != "trustedform_ping"]
    return certificates_of(keys.index, named)


def _stand_ins(ping: Ping, certificates: Sequence[bytes]) -> dict[str, str]:
    """A certificate becomes its keyed digest, a page its host: all that a decision reads of them."""
    kept: dict[str, str] = {}
    url, ping_url, token = ping.trustedform_cert_url, ping.trustedform_ping_url, ping.leadid_token
    if url:
        kept["trustedform_cert_url"] = trustedform_stand_in(url, certificates[0] if certificates else b"")
    if ping_url:
        kept["trustedform_ping_url"] = trustedform_stand_in(ping_url, bytes(16))
    if token:
        kept["leadid_token"] = leadid_stand_in(token, certificates[-1] if certificates else b"")
    if ping.landing_page:
        kept["landing_page"] = _host(ping.landing_page)
    if holds_id_of(ping.seller_lead_id, url, ping_url, token):
        kept["seller_lead_id"] = certificates[0].hex() if certificates else ""
    return kept


@lru_cache(maxsize=4096)
def _host(page: str) -> str:
    return host_of(page) or _NO_HOST


def _name_of(ping: Ping, certificates: tuple[bytes, ...]) -> tuple[str, ...]:
    """What kind of name a ping bears, and the name; empty where it bears none."""
    if ping.seller_lead_id:
        return "lead", ping.seller_lead_id
    if certificates:
        return "certificate", certificates[0].hex()
    if ping.phone_digest:
        return "phone", ping.phone_digest
    return ("email", ping.email_digest) if ping.email_digest else ()
