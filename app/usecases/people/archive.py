"""Packs files into one archive that anybody can check: a list of digests, signed with the buyer's Ed25519 key."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.usecases.people.evidence import PUBLIC_KEY, SIGNATURE, SUMS, sums

_PRIVATE_FILE = 0o600 << 16


def public_key(seed: bytes) -> bytes:
    """The public half of a key of 32 bytes, as PEM."""
    return (
        Ed25519PrivateKey.from_private_bytes(seed)
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )


def fingerprint(pem: bytes) -> str:
    """By which people compare public keys: the SHA-256 of the file."""
    return hashlib.sha256(pem).hexdigest()


def signed_archive(files: Mapping[str, bytes], seed: bytes, at: float) -> bytes:
    """A ZIP of these files with their digests, the signature of that list and the public key, dated `at`."""
    listed = {**files, PUBLIC_KEY: public_key(seed)}
    digests = sums(listed)
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(digests)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**listed, SUMS: digests, SIGNATURE: signature}.items():
            entry = zipfile.ZipInfo(name, datetime.fromtimestamp(at, UTC).timetuple()[:6])
            entry.external_attr, entry.compress_type = _PRIVATE_FILE, zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return packed.getvalue()
