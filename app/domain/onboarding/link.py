"""A signed link that opens one seller's pages for some days, without a key."""

import hmac

from app.domain.keyed import digest

_PURPOSE = b"leadbid.link"
_SIZE = 16


def signature(key: bytes, seller: str, until: int) -> str:
    """What stands in such a link beside `until` (UTC epoch seconds); `key` is the one of digests."""
    return digest(key, _PURPOSE, [seller, until], size=_SIZE).hex()


def opens(key: bytes, seller: str, until: str, signed: str, now: float) -> bool:
    """Whether a link is one of ours for this seller and has not expired."""
    if not (until.isdecimal() and until.isascii() and len(until) <= 12):
        return False
    wanted = signature(key, seller, int(until)).encode()
    return now < int(until) and hmac.compare_digest(wanted, signed.encode("utf-8", "surrogatepass"))
