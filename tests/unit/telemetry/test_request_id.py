"""An id of a request is its sender's where that can be told apart from an attack and from a person, else ours."""

from app.telemetry.request_id import RequestIds, accepted
from tests.table import each_row


@each_row(
    "sent",
    [
        b"7",
        b"req_8Jq2",
        b"550e8400-e29b-41d4-a716-446655440000",
        b"01HXQ7ZJ8W3F5T6Y7K9M2N4P6R",
        b"1-67891233-abcdef012345678912345678",
        b"Root=1-67891233-abcdef012345678912345678",
        b"YWJjZA+/9A==",
        b"a" * 64,
    ],
)
def test_ids_as_proxies_and_libraries_make_them_are_taken(sent: bytes) -> None:
    assert accepted(sent) == sent.decode()


@each_row(
    "sent",
    [
        b"",
        b"a" * 65,
        b"two words",
        b"a\nERROR forged",
        b"a\r\nset-cookie: x",
        b'"},{"level":"ERROR"',
        b"<script>",
        b"-rf",
        "größe".encode(),
        b"\xff\xfe",
        b"5124612234",
        b"512-461-2234",
        b"1-512-461-2234",
        b"maria.lopez@gmail.com",
        b"lead:512.461.2234",
    ],
)
def test_what_breaks_a_log_or_may_be_a_person_is_not(sent: bytes) -> None:
    assert accepted(sent) == ""


def test_a_request_keeps_its_id_and_no_two_share_one() -> None:
    ids = RequestIds("a1b2")
    one: dict[str, object] = {"headers": []}
    other: dict[str, object] = {"headers": [(b"x-request-id", b"maria.lopez@gmail.com")]}
    assert (ids.of(one), ids.of(other), ids.of(one)) == ("a1b2-1", "a1b2-2", "a1b2-1")
    assert ids.of({"headers": [(b"accept", b"*/*"), (b"x-request-id", b"theirs")]}) == "theirs"
