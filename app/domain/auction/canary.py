"""Which leads a canary takes: a split by lead, so that a lead offered again meets the same model."""

from app.domain.keyed import mac


def takes(share: float, version: str, seed: bytes, nonce: bytes) -> bool:
    """Whether this lead falls into `share` of all.

    Each version on trial splits anew, so that no lead is everybody's canary; a share that grows keeps whom it had.
    """
    if share <= 0.0:
        return False
    number = int.from_bytes(mac(seed, b"leadbid.canary", nonce + version.encode(), size=8))
    return number / 2**64 < share
