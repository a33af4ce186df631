"""A line of the journal without what finds a person, decided again in the same way as before."""

from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from app.domain.consent.certificate import leadid_stand_in, read_leadid, trustedform_stand_in
from app.journal.lines import PingLine
from app.journal.reader import decode
from app.journal.versions import STAMP
from app.journal.writer import encoded
from app.wire.ping import Ping

# As random as a digest looks, since rules tell made-up ids from given ones.
_NO_CERTIFICATE = bytes.fromhex("ab275652c9e53364928c697c093d854d")


def nameless(text: bytes, path: Path) -> bytes:
    """The text of a ping's line of this file without its person; any other text as it is."""
    if b'"ping":' not in text or not text.startswith(STAMP):
        return text
    line = decode(text, path)
    if not isinstance(line, PingLine):
        return text
    bare = without_person(line.ping)
    return text if bare == line.ping else encoded(replace(line, ping=bare))


def without_words(text: bytes, words: Iterable[bytes]) -> bytes:
    """Bytes that are no line, as a kill leaves at the end of a file, with zeros in the place of these words."""
    for word in words:
        text = text.replace(word, b"0" * len(word))
    return text


def without_person(ping: Ping) -> Ping:
    """What was asked, by nobody: every rule says the same of both."""
    token = ping.leadid_token
    url = ping.trustedform_cert_url
    return replace(
        ping,
        trustedform_cert_url=url and trustedform_stand_in(url, _NO_CERTIFICATE),
        leadid_token=leadid_stand_in(token, _NO_CERTIFICATE) if read_leadid(token) else token,
        seller_lead_id="",
        ip_address="",
    )
