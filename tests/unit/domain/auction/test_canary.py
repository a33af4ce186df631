"""Which leads a canary takes."""

from app.domain.auction.canary import takes

SEED = b"i" * 32
NONCES = [number.to_bytes(8, "big") for number in range(4_000)]


def taken(share: float, version: str = "0002", seed: bytes = SEED) -> set[bytes]:
    return {nonce for nonce in NONCES if takes(share, version, seed, nonce)}


def test_a_share_of_all_leads_is_taken_and_always_the_same() -> None:
    assert abs(len(taken(0.1)) / len(NONCES) - 0.1) < 0.02
    assert taken(0.1) == taken(0.1)


def test_none_and_all_are_none_and_all() -> None:
    assert taken(0.0) == set()
    assert taken(1.0) == set(NONCES)


def test_a_share_that_grows_keeps_whom_it_had() -> None:
    assert taken(0.1) < taken(0.3) < taken(0.9)


def test_another_version_or_another_key_splits_anew() -> None:
    for other in (taken(0.5, version="0003"), taken(0.5, seed=b"j" * 32)):
        assert abs(len(other & taken(0.5)) / len(NONCES) - 0.25) < 0.03
