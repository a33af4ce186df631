"""The keyed names under which ping and post are held together: nonce, terms, certificates."""

from collections.abc import Iterable

from app.domain.consent import certificates
from app.domain.keys import Keys
from app.domain.token import NO_CERTIFICATE, certificate_of, nonce_of, terms_of
from app.wire.ping import Ping, Value
from app.wire.post import Post


def ping_nonce(keys: Keys, seller: str, ping: Ping) -> bytes | None:
    """Which lead of this seller a ping is about; `None` where it names none, so that it is always a new one."""
    found = certificates(ping.trustedform_cert_url, ping.leadid_token)
    names = (ping.seller_lead_id, found[0].id if found else "", ping.phone_digest, ping.email_digest)
    for kind, name in zip(("lead", "certificate", "phone", "email"), names, strict=True):
        if name:
            return nonce_of(keys.index, seller, kind, name, test=ping.test)
    return None


def lead_terms(keys: Keys, seller: str, vertical: str, lead: Ping | Post, locked: Iterable[str]) -> bytes:
    """What ping and post must share, as six bytes."""
    fields = [f"{name}={_text(lead.fields.get(name))}" for name in locked]
    return terms_of(keys.index, seller, vertical, lead.zip, lead.state, *fields)


def ping_certificate(keys: Keys, ping: Ping) -> bytes:
    """The first certificate of a ping as its token holds it; zeros where it has none that a post could repeat."""
    digests = certificate_digests(keys, ping)
    return digests[0][:6] if digests else NO_CERTIFICATE


def certificate_digests(keys: Keys, lead: Ping | Post) -> list[bytes]:
    """Every certificate of a lead as sixteen bytes. A TrustedForm ping URL is none: a post cannot repeat it."""
    found = certificates(lead.trustedform_cert_url, lead.leadid_token)
    return [certificate_of(keys.index, item.provider, item.id) for item in found if item.provider != "trustedform_ping"]


def _text(value: Value | None) -> str:
    return "" if value is None else str(value)
