"""What a ping holds for providers alone: it is read only for them, and nothing that is no hash goes out."""

import hashlib

from app.dialects.generic import NO_TRACES, PingTraces, traces_of
from tests.build import seller
from tests.table import each_row

MD5 = hashlib.md5(b"5124612234", usedforsecurity=False).hexdigest()
SHA256 = hashlib.sha256(b"ada@example.com").hexdigest()


@each_row(
    ("raw", "found"),
    [
        ({}, NO_TRACES),
        ({"phone_hash": MD5}, PingTraces(hashes={"phone_md5": MD5})),
        ({"phone_hash": MD5.upper(), "hash_type": "MD5"}, PingTraces(hashes={"phone_md5": MD5})),
        ({"email_hash": SHA256}, PingTraces(hashes={"email_sha256": SHA256})),
        ({"phone_hash": MD5, "hash_type": "sha256"}, NO_TRACES),
        ({"phone_hash": "5124612234"}, NO_TRACES),
        ({"ip_address": "203.0.113.7, 10.0.0.1"}, PingTraces(ip_address="203.0.113.7")),
        ({"ip": "203.0.113.7"}, PingTraces(ip_address="203.0.113.7")),
        ({"ip_address": "n/a"}, NO_TRACES),
        ({"ip_address": "http://evil"}, NO_TRACES),
        ({"ip_address": 7}, NO_TRACES),
    ],
)
def test_traces_are_hashes_and_an_address_and_nothing_else(raw: dict[str, object], found: PingTraces) -> None:
    assert traces_of(raw, seller()) == found  # type: ignore[arg-type]


def test_they_are_shown_nowhere() -> None:
    assert "203" not in f"{PingTraces(ip_address='203.0.113.7')!r}{PingTraces(ip_address='203.0.113.7')}"
