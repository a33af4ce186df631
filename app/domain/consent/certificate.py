"""A certificate of consent as the seller names it: provider and id, or none."""

import re
from functools import lru_cache
from typing import Literal

import msgspec

from app.domain.consent.made_up import is_made_up
from app.domain.consent.unfilled import holds_unfilled

Provider = Literal["trustedform", "trustedform_ping", "leadid"]

_NO_WORDS = frozenset(
    """
    a absent applicable at available blank cert certificate consent empty false form here id insert jornaya later lead
    leadid leadidtoken missing my n na nan nil no none not null on pending ping placeholder post provide provided
    required send sent skip soon tbd test testing the to token trusted trustedform trustedformcerturl trustedformtoken
    unavailable undefined universal unknown url void will willprovideonpost willsendonpost with xxtrustedformcerturl
    xxtrustedformpingurl xxtrustedformtoken yet your
    """.split()  # noqa: SIM905 - a list of words reads better as text
)
"""A text of these words alone says that there is no certificate, or names the field that somebody left unfilled."""

_NO_VALUES = frozenset({"0", "-1", "n.a."})
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_HOSTS = ("cert.trustedform.com", "ping.trustedform.com")
# All that stands between "//" and "/" is compared, so that no user, password, port or other host can hide there.
_TRUSTEDFORM = re.compile(
    r"(?i:https?://(cert|ping)\.trustedform\.com)/"
    r"([A-Za-z0-9_-]{40}|[A-Za-z0-9_-]{80}|0\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){2})/?",
    re.ASCII,
)
_READ_AGAIN_MAX = 128
"""A certificate is read several times by one round of pings and then never: more would only be colder."""

CERTIFICATE_ID_MIN = 20
"""Shorter texts hold no certificate's id: they have 36 letters or more."""

_ID_MAX = 255
_PLACEHOLDER_MAX = 100
_URL_MAX = 2048
_HEX_ID = re.compile(r"[0-9a-fA-F]{40}")
_USUAL = "https://cert.trustedform.com/"
_USUAL_LENGTH = len(_USUAL) + 40
_STAND_IN = "https://cert.trustedform.com/digest--"
_PING_STAND_IN = "https://ping.trustedform.com/0.not.journaled.x"
_MALFORMED, _FORGED = "malformed", "forged"
DROPPED_MARK = "dropped"
"""What stands in the place of a certificate that named a person: something was sent, and it cannot be one."""

_LEADID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


class Certificate(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A well-formed certificate. It proves nothing yet: only its provider's answer does."""

    provider: Provider
    id: str

    @property
    def url(self) -> str:
        """The provider's address rebuilt from the id alone; the seller's own URL is never used."""
        host = "ping" if self.provider == "trustedform_ping" else "cert"
        return f"https://{host}.trustedform.com/{self.id}" if self.provider != "leadid" else ""


def holds_id_of(text: str, trustedform: str, trustedform_ping: str, leadid: str) -> bool:
    """Whether a text that is not meant for it holds a certificate's address, or the id of one of these certificates."""
    if len(text) < CERTIFICATE_ID_MIN:
        return False
    text = text.casefold()
    found = (read_trustedform(trustedform), read_trustedform(trustedform_ping), read_leadid(leadid))
    return ".trustedform.com/" in text or any(each.id.casefold() in text for each in found if each is not None)


def is_placeholder(text: str) -> bool:
    """Whether a text is no certificate and was never meant to be one.

    A seller only promises it ("NA", "0", a bare host, "will_send_on_post"), left a variable of its template unfilled,
    or typed an id that nobody could have been given.
    """
    # What reads well, as nearly every text does, was read before and is remembered.
    if read_trustedform(text) is not None or read_leadid(text) is not None:
        return False
    name = text.strip().lower().removeprefix("https://").removeprefix("http://").rstrip("/")
    host, _, path = name.partition("/")
    name = path if host in _HOSTS else name
    if len(name) > _PLACEHOLDER_MAX:
        return False
    if name in _NO_VALUES or holds_unfilled(name):
        return True
    # What holds digits, a host or a path was meant to be a certificate.
    is_wordy = not any(letter.isdigit() for letter in name) and "." not in name.strip(".") and "://" not in name
    return _is_nobodys(name) or (is_wordy and _NO_WORDS.issuperset(_NOT_LETTERS.sub(" ", name).split()))


def _is_nobodys(name: str) -> bool:
    """Whether an id is one letter over and over, or a LeadiD that nobody was given."""
    return _is_one_letter(name) or (_LEADID.fullmatch(name) is not None and is_made_up(_bytes_of(name)))


def _bytes_of(leadid: str) -> bytes:
    return bytes.fromhex(leadid.replace("-", ""))


def _is_one_letter(name: str) -> bool:
    return len(name) >= CERTIFICATE_ID_MIN and not name.strip(name[0])


def is_forged(url: str) -> bool:
    """Whether a text is an address at another place than the provider's, which nobody writes by mistake."""
    if url in (_FORGED, DROPPED_MARK):
        return True
    scheme, colon, rest = url.strip().partition("://")
    if not colon:
        scheme, rest = "https", scheme
    host = rest.replace("?", "/").replace("#", "/").partition("/")[0].lower()
    is_address = bool(colon) or ("trustedform" in host and "." in host)
    return is_address and (scheme.lower() not in ("http", "https") or host not in _HOSTS)


def trustedform_stand_in(url: str, keyed: bytes) -> str:
    """What the journal may hold in the place of a TrustedForm URL: nobody can look it up.

    Every rule says the same of both, so that a journaled ping is decided again by the same code. `keyed` is the keyed
    digest (16 bytes) of a certificate; a ping URL needs none, since no post repeats it.
    """
    certificate = read_trustedform(url)
    if certificate is None:
        return url if is_placeholder(url) else _FORGED if is_forged(url) else _MALFORMED
    # Forty letters, as many as an id has.
    return _PING_STAND_IN if certificate.provider == "trustedform_ping" else f"{_STAND_IN}{keyed.hex()}"


def leadid_stand_in(token: str, keyed: bytes) -> str:
    """The same for a LeadiD token."""
    if read_leadid(token) is None:
        return token if is_placeholder(token) else _MALFORMED
    name = keyed.hex()
    return f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"


@lru_cache(maxsize=_READ_AGAIN_MAX)
def read_trustedform(url: str) -> Certificate | None:
    """A TrustedForm certificate or ping URL; `None` unless the host *equals* the provider's and the id could be one."""
    name = url.removeprefix(_USUAL)
    # Nearly all are written so.
    if len(url) == _USUAL_LENGTH and _HEX_ID.fullmatch(name):
        return None if _is_one_letter(name) else Certificate("trustedform", name.lower())
    found = _TRUSTEDFORM.fullmatch(url.strip(" ")) if len(url) <= _URL_MAX else None
    if found is None:
        return None
    host, name = found.groups()
    host = host.lower()
    if len(name) > _ID_MAX or (host == "ping" and not name.startswith("0.")) or _is_one_letter(name):
        return None
    provider: Provider = "trustedform_ping" if host == "ping" else "trustedform"
    return Certificate(provider, name.lower() if _HEX_ID.fullmatch(name) else name)


@lru_cache(maxsize=_READ_AGAIN_MAX)
def read_leadid(token: str) -> Certificate | None:
    """A LeadiD token: 36 characters, hex in groups of 8-4-4-4-12, as one could be given; else `None`."""
    token = token.strip()
    if _LEADID.fullmatch(token) is None or is_made_up(_bytes_of(token)):
        return None
    return Certificate("leadid", token.upper())
