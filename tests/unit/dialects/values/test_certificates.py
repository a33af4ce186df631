"""Certificates as they arrive: quoted, escaped, wrapped, promised, or no certificate at all."""

from app.dialects.text import Scalar
from app.dialects.values.certificates import BROKEN, certificate_in
from app.dialects.values.fields import leadid, trustedform
from app.dialects.values.kinds import Noted
from app.domain.consent.certificate import read_trustedform
from tests.table import each_row

HEX = "0f" * 20
URL = f"https://cert.trustedform.com/{HEX}"
TOKEN = "4F0C2D1A-93B7-4E58-A6C1-0D9E7B35F284"


@each_row(
    "raw",
    [
        URL,
        HEX,
        f"{URL},{URL}",
        f"{URL}|{URL}",
        f"NA, {URL}",
        URL.removeprefix("https://"),
        URL.removeprefix("https:"),
        URL.upper().replace(HEX.upper(), HEX),
        URL.replace("/", "\\/"),
        "https%3A%2F%2Fcert.trustedform.com%2F" + HEX,
        "https%253A%252F%252Fcert.trustedform.com%252F" + HEX,
        f'"{URL}"',
        f"'{URL}'",
        f"“{URL}”",
        f"&quot;{URL}&quot;",
        f"<{URL}>",
        f"[{URL}]",
        f'["{URL}"]',
        f"({URL})",
        f'<a href="{URL}">{URL}</a>',
        f" {URL} ",
        f"\u200b{URL}",
        f"{URL}.",
        f"{URL},",
        f"{URL};",
        f"{URL}/",
        f"https://{URL}",
        f"{URL}?utm=1",
        f"{URL}#top",
        f"{URL}/ping_url",
        URL.replace(".com/", ".com:443/"),
        URL.replace("/", "&#x2F;"),
    ],
)
def test_a_trustedform_certificate_is_read_whatever_it_was_wrapped_in(raw: str) -> None:
    url = trustedform(raw)
    assert isinstance(url, str)
    found = read_trustedform(url)
    assert found is not None
    assert found.id == HEX
    assert (certificate_in(raw) is None) is (raw == HEX)


@each_row(
    "raw",
    [
        f"https://cert.trustedform.com.evil.example/{HEX}",
        f"https://evil.example/?u={URL}",
        f"https://evil.example/,{URL}",
        f"https://evil.example//cert.trustedform.com/{HEX}",
        f"https://cert.trustedform.com@evil.example/{HEX}",
        f"https://cert.trustedform.com%40evil.example/{HEX}",
        f"https://cert.trustedform.com\\@evil.example/{HEX}",
        f"https://x@cert.trustedform.com/{HEX}",
        f"https://www.cert.trustedform.com/{HEX}",
        f"https://cert.trustedform.com:8443/{HEX}",
        f"ftp://cert.trustedform.com/{HEX}",
        f"javascript:{URL}",
        f"{URL}0",
        f"{URL}/x",
        f"cert.trustedform.com.evil.example/{HEX}",
        "https://cert.trustedform.com/" + "%2e" * 400 + HEX,
        "garbage",
        "x" * 5_000,
    ],
)
def test_what_is_not_the_providers_own_stays_as_it_came_with_a_warning(raw: str) -> None:
    assert trustedform(raw) == Noted(raw, BROKEN)
    assert certificate_in(raw) is None


@each_row(
    "raw",
    [
        TOKEN,
        TOKEN.lower(),
        f"{{{TOKEN}}}",
        f"urn:uuid:{TOKEN}",
        f"URN:UUID:{TOKEN}",
        f'"{TOKEN}"',
        f"({TOKEN})",
        f"{TOKEN}.",
        f"%7B{TOKEN}%7D",
        f"&#123;{TOKEN}&#125;",
        f"LeadiD: {TOKEN}",
        TOKEN.replace("-", "–"),
        TOKEN.replace("-", "_"),
        f"LeadiD:{TOKEN}",
        f"leadid_token={TOKEN}",
    ],
)
def test_a_leadid_is_read_whatever_it_was_wrapped_in(raw: str) -> None:
    token = leadid(raw)
    assert isinstance(token, str)
    assert token.upper() == TOKEN
    assert certificate_in(raw) == ("leadid_token", token)


@each_row("raw", [TOKEN + "0", "x" + TOKEN, TOKEN.replace("-", ""), "nonsense", "{" + TOKEN[:-1] + "}"])
def test_what_is_no_leadid_stays_as_it_came_with_a_warning(raw: str) -> None:
    assert leadid(raw) == Noted(raw, BROKEN)


@each_row(
    "raw",
    [
        "NA",
        "N/A",
        "0",
        0,
        "1",
        1,
        True,
        "yes",
        "Y",
        "https://cert.trustedform.com",
        "https://cert.trustedform.com/",
        "https://cert.trustedform.com/will_send_on_post",
        "https://cert.trustedform.com/Will_Provide_on_Post",
        "will provide on post",
        "pending",
        "No TrustedForm",
        "{{xxTrustedFormCertUrl}}",
        '""',
        "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        "{00000000-0000-0000-0000-000000000000}",
    ],
)
def test_a_promised_certificate_and_an_id_of_nobody_are_absent(raw: Scalar) -> None:
    assert trustedform(raw) is None
    assert leadid(raw) is None
    assert certificate_in(raw) is None
    assert leadid("urn:uuid:12345678-1234-1234-1234-123456789012") is None


def test_a_certificate_is_known_by_its_value() -> None:
    sealed = "https://ping.trustedform.com/0.a.b.c"
    assert certificate_in(f'"{sealed}"') == ("trustedform_ping_url", sealed)
    assert certificate_in(42) is None
