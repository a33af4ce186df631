"""Phones and emails are seen wherever they hide, and ordinary numbers are left alone."""

from app.dialects.values.guard import is_personal, without_query
from tests.table import each_row


@each_row(
    "text",
    [
        "5125550134",
        "15125550134",
        "+1 512 555 0134",
        "(512) 555-0134",
        "512-555-0134",
        "512.555.0134",
        "fb-512-555-0134-x",
        "call (512)555-0134 now",
        "ada@lovelace.example",
        "x=ada.king+1@mail.lovelace.example;y",
        "https://q.example/ada%40lovelace.example",
    ],
)
def test_a_phone_or_an_email_is_personal(text: str) -> None:
    assert is_personal(text)


@each_row(
    "text",
    [
        "",
        "src-42",
        "1700000000",
        "1700000000000",
        "20261121041500",
        "512555013",
        "8f14e45f-ceea-467f-9575-1234567890ab",
        "L5125550134X",
        "78701-1234",
        "@handle",
        "a@b",
        "203.0.113.9",
        "3fa85f6457174562b3fc2c963f66afa6",
    ],
)
def test_an_ordinary_id_is_not(text: str) -> None:
    assert not is_personal(text)


def test_a_page_is_known_without_its_query() -> None:
    assert without_query("https://q.example/a/b?x=1#y") == "https://q.example/a/b"
    assert without_query("https://q.example/a#y?x") == "https://q.example/a"
