"""What ties a database to its installation: a check value of each key, and a write that proves it can be written."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from app.domain.keyed import Keys, mac
from app.store.engine.portable import add_new, be_alone, replace
from app.store.errors import StoreUnfit
from app.store.schema import key_check, write_probe

SALE_BYTES = 64 * 1024
"""As much as a large sale writes. On a disk that is nearly full a small write may fit where no sale does."""


def check_values(keys: Keys) -> dict[str, str]:
    """A digest of each key under itself, by the name of its file: it tells two keys apart, and nothing of either."""
    named = {
        "index": keys.index,
        **{f"signing-{number}": key for number, key in keys.signing.items()},
        **{f"sealing-{name}": key for name, key in keys.sealing.items()},
    }
    return {name: mac(key, b"leadbid.check", name.encode(), size=16).hex() for name, key in named.items()}


def is_served(connection: Connection) -> bool:
    """Whether a service has ever worked on this database, with whatever keys."""
    return connection.execute(select(key_check.c.name).limit(1)).first() is not None


def require_keys(connection: Connection, values: Mapping[str, str]) -> None:
    """StoreUnfit where a key is not the one of its name with which this database was written."""
    stored = {row.name: row.digest for row in connection.execute(select(key_check))}
    others = sorted(name for name, digest in values.items() if stored.get(name, digest) != digest)
    if others:
        raise StoreUnfit(_remedy(others))


def take_keys(connection: Connection, values: Mapping[str, str]) -> None:
    """The same, and keep the check values of those that are new. Two replicas that start at once take turns."""
    be_alone(connection, ["keys"])
    require_keys(connection, values)
    for name, digest in sorted(values.items()):
        add_new(connection, key_check, {"name": name, "digest": digest})


def write(connection: Connection, number: int, size: int) -> None:
    """Write `size` bytes to the place that is kept for it."""
    replace(connection, write_probe, {"probe_id": 1, "number": number, "paper": bytes(size)})


def _remedy(others: list[str]) -> str:
    files = ", ".join(f"{name}.key" for name in others)
    are = "is not the key" if len(others) == 1 else "are not the keys"
    said = f"{files} {are} with which this database was written: "
    if "index" in others:
        said += "with another index key everybody who was bought or has opted out would be unknown. "
    said += "Restore the keys from your backup, or name their directory with --keys."
    if "index" not in others:
        said += " A new key gets a number that was never used."
    return said
