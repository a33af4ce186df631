"""Configurations that are not in force, as they are kept in the database and the latest of them in memory."""

import logging
import zlib
from collections.abc import Iterable

import msgspec

from app.domain.configuration import Configuration, with_keys
from app.domain.keyed import digest
from app.domain.seller import Seller
from app.domain.token import CONFIG_BYTES, config_tag
from app.store.store import Store

REMEMBERED = 16
"""So many former configurations stay in memory; an older one is read from the database when its bid is posted."""

_log = logging.getLogger(__name__)


class FormerConfigurations:
    """Each by how its bids begin to name their campaign."""

    def __init__(self) -> None:
        self._by_tag: dict[bytes, Configuration] = {}

    def add(self, configuration: Configuration) -> None:
        """Remember one, in the place of the one that has been remembered longest where there are too many."""
        tag = config_tag(configuration.config_hash)
        self._by_tag.pop(tag, None)
        self._by_tag[tag] = configuration
        if len(self._by_tag) > REMEMBERED:
            del self._by_tag[next(iter(self._by_tag))]

    def find(self, tag: bytes) -> Configuration | None:
        """The configuration of a bid, by the tag of its campaign."""
        return self._by_tag.get(tag[:CONFIG_BYTES])

    def by_hash(self, config_hash: str) -> Configuration | None:
        """The configuration of this hash."""
        configuration = self._by_tag.get(config_tag(config_hash))
        return configuration if configuration is not None and configuration.config_hash == config_hash else None


def packed(configuration: Configuration, index_key: bytes) -> bytes:
    """A configuration as the database keeps it: the keys of its sellers and operators only as keyed digests."""
    return zlib.compress(msgspec.msgpack.encode(with_keys(configuration, lambda key: blinded(index_key, key))))


def unpacked(definitions: Iterable[tuple[str, bytes]]) -> list[Configuration]:
    """Kept configurations by their hash; one that today's code cannot read is left out and said."""
    configurations = []
    for config_hash, definition in definitions:
        try:
            configurations.append(msgspec.msgpack.decode(zlib.decompress(definition), type=Configuration))
        except (msgspec.DecodeError, zlib.error):
            _log.warning("configuration %s of an earlier version cannot be read; its bids are refused", config_hash)
    return configurations


async def configuration_in_force(store: Store) -> Configuration | None:
    """The one that came into force last, as it was declared; None before any did."""
    newest = unpacked(await store.newest_configurations())
    return newest[0] if newest else None


def packed_keys(seller: Seller, index_key: bytes) -> bytes:
    """The keys of a seller as the database keeps them."""
    return msgspec.msgpack.encode([blinded(index_key, key) for key in seller.key_sha256])


def has_key(packed: bytes | None, keys: Iterable[str], index_key: bytes) -> bool:
    """Whether one of these keys, SHA-256 in hex, is among kept ones."""
    kept = msgspec.msgpack.decode(packed, type=list[str]) if packed is not None else []
    return any(blinded(index_key, key) in kept for key in keys)


def blinded(index_key: bytes, key_sha256: str) -> str:
    """What stands for the hash of a key where others may read it."""
    return digest(index_key, b"leadbid.key", [key_sha256], size=32).hex()
