"""The secrets of one installation, each for one purpose."""

from collections.abc import Mapping

import msgspec


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """`signing` makes bids (by key id; `signing_id` is today's), `index` digests of people, certificates and terms,
    `sealing` seals identities (by key name). 32 bytes each."""

    signing: Mapping[int, bytes]
    signing_id: int
    index: bytes
    sealing: Mapping[str, bytes]
    sealing_id: str

    def __repr__(self) -> str:
        return "Keys(***)"
