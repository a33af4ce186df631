"""Certificates as sellers name them, and the addresses that only look like one."""

from hashlib import sha256
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain.consent.certificate import (
    Certificate,
    holds_id_of,
    is_forged,
    is_placeholder,
    leadid_stand_in,
    read_leadid,
    read_trustedform,
    trustedform_stand_in,
)
from tests.table import each_row

HEX = "0123456789abcdef0123456789abcdef01234567"
MOBILE = "AbCdEfGhIjKlMnOpQrStUvWxYz_-0123456789AB"
SEALED = "0.abc_DEF-123.ghi.JKL"

GOOD = [
    (f"https://cert.trustedform.com/{HEX}", Certificate("trustedform", HEX)),
    (f"http://cert.trustedform.com/{HEX}", Certificate("trustedform", HEX)),
    (f"HTTPS://CERT.TrustedForm.COM/{HEX.upper()}/", Certificate("trustedform", HEX)),
    (f"  https://cert.trustedform.com/{HEX} ", Certificate("trustedform", HEX)),
    (f"https://cert.trustedform.com/{MOBILE}", Certificate("trustedform", MOBILE)),
    (f"https://cert.trustedform.com/{MOBILE * 2}", Certificate("trustedform", MOBILE * 2)),
    (f"https://cert.trustedform.com/{SEALED}", Certificate("trustedform", SEALED)),
    (f"https://ping.trustedform.com/{SEALED}", Certificate("trustedform_ping", SEALED)),
]
BAD = [
    "",
    HEX,
    f"https://cert.trustedform.com.evil.example/{HEX}",
    f"https://cert.trustedform.com@evil.example/{HEX}",
    f"https://evil.example@cert.trustedform.com/{HEX}",
    f"https://user:password@cert.trustedform.com/{HEX}",
    f"https://@cert.trustedform.com/{HEX}",
    f"https://certxtrustedform.com/{HEX}",
    f"https://cert.trustedformxcom/{HEX}",
    f"https://evil.cert.trustedform.com/{HEX}",
    f"https://cert.trustedform.com./{HEX}",
    f"https://cert.trustedform.com\\@evil.example/{HEX}",
    f"https://cert.trustedform.com\\.evil.example/{HEX}",
    f"https:\\\\cert.trustedform.com\\{HEX}",
    f"https://cert.trustedform.com:443/{HEX}",
    f"https://cert.trustedform.com:0/{HEX}",
    f"https://cert.trustedform.com:/{HEX}",
    f"https://cert.trustedform.com:evil/{HEX}",
    f"https://cert.trustedform.com/{HEX}?next=evil",
    f"https://cert.trustedform.com/{HEX}?",
    f"https://cert.trustedform.com/{HEX}#evil",
    f"https://cert.trustedform.com/{HEX}#",
    f"https://cert.trustedform.com?{HEX}",
    f"https://cert.trustedform.com/{HEX};evil",
    f"https://cert%2etrustedform.com/{HEX}",
    f"https://cert.trustedform%2ecom/{HEX}",
    f"https://cert.trustedform.com%2f.evil.example/{HEX}",
    f"https://cert.trustedform.com/%2e%2e/{HEX}",
    f"https://cert.trustedform.com/../{HEX}",
    f"https://cert.trustedform.com//{HEX}",
    f"https://cert.trustedform.com/x/{HEX}",
    f"https://cert.trustedform.com/{HEX[:-1]}%41",
    f"https://cert.trustedform.com/{HEX[:-1]}",
    f"https://cert.trustedform.com/{HEX}0",
    f"https://cert.trustedform.com/{HEX}\n",
    f"https://cert.trusted\tform.com/{HEX}",
    f"https://cert.trustedform.com/{HEX}\x00",
    f"https://сert.trustedform.com/{HEX}",  # a Cyrillic letter
    f"https://cert。trustedform。com/{HEX}",  # ideographic full stops
    f"https://cert.trustedform.ⅽom/{HEX}",  # a Roman numeral
    f"https://cert.trustedform.com∕{HEX}",  # a division slash
    f"https://cert.staging.trustedform.com/{HEX}",
    f"https://[cert.trustedform.com]/{HEX}",
    f"https://[::1]/{HEX}",
    f"ftp://cert.trustedform.com/{HEX}",
    f"javascript://cert.trustedform.com/{HEX}",
    f"//cert.trustedform.com/{HEX}",
    f"cert.trustedform.com/{HEX}",
    f"https:/cert.trustedform.com/{HEX}",
    f"https:///cert.trustedform.com/{HEX}",
    f"https://cert.trustedform.com/{'٣' * 40}",
    f"https://ping.trustedform.com/{HEX}",
    "https://cert.trustedform.com/0.a.b",
    "https://cert.trustedform.com/0.a.b.c.d",
    f"https://cert.trustedform.com/0.{'a' * 300}.b.c",
    f"https://cert.trustedform.com/{HEX}{' ' * 2048}",
    f"https://cert.trustedform.com/{HEX},https://cert.trustedform.com/{HEX}",
]


@each_row(("url", "certificate"), GOOD)
def test_a_certificate_is_read(url: str, certificate: Certificate) -> None:
    assert read_trustedform(url) == certificate


@each_row("url", BAD, ids=ascii)
def test_an_address_that_is_not_the_providers_own_is_none(url: str) -> None:
    assert read_trustedform(url) is None


@given(st.text(), st.text())
def test_whatever_is_read_points_at_the_provider_alone(host: str, path: str) -> None:
    for url in (
        host,
        f"https://cert.trustedform.com{host}/{HEX}",
        f"https://{host}/{HEX}",
        f"https://cert.trustedform.com/{path}",
    ):
        found = read_trustedform(url)
        assert found is None or found.url == f"https://{found.url.split('/')[2]}/{found.id}"
        assert found is None or found.url.split("/")[2] in ("cert.trustedform.com", "ping.trustedform.com")


def test_the_address_is_rebuilt_from_the_id() -> None:
    certificate = read_trustedform(f"http://CERT.trustedform.com/{HEX.upper()}/")
    assert certificate is not None
    assert certificate.url == f"https://cert.trustedform.com/{HEX}"
    assert Certificate("trustedform_ping", SEALED).url == f"https://ping.trustedform.com/{SEALED}"
    assert Certificate("leadid", "A").url == ""


def test_only_an_id_without_a_case_of_its_own_is_written_small() -> None:
    upper, mobile = (read_trustedform(f"https://cert.trustedform.com/{name}") for name in (HEX.upper(), MOBILE))
    assert upper is not None
    assert mobile is not None
    assert (upper.id, mobile.id) == (HEX, MOBILE)


@each_row(
    "text",
    [
        "",
        " ",
        "NA",
        "n/a",
        "N/A",
        "None",
        "null",
        "0",
        "-",
        "TBD",
        "will_send_on_post",
        "Will Send On Post",
        "https://cert.trustedform.com",
        "https://cert.trustedform.com/",
        "http://ping.trustedform.com/",
        "cert.trustedform.com",
        "https://cert.trustedform.com/will_send_on_post",
        "https://cert.trustedform.com/NA",
        "pending",
        "No TrustedForm",
        "No-LeadID",
        "not available",
        "n.a.",
        "-1",
        "TrustedForm cert URL",
        "xxTrustedFormCertUrl",
    ],
)
def test_a_promise_is_a_placeholder(text: str) -> None:
    assert is_placeholder(text)


@each_row(
    "text",
    [
        "{{xxTrustedFormCertUrl}}",
        "{{ lead.cert_url | raw }}",
        "[trustedform_cert_url]",
        "{leadid_token}",
        "${cert}",
        "#{cert}",
        "%%cert%%",
        "<cert_url>",
        "@xxTrustedFormCertUrl@",
        "<%= cert %>",
        "https://cert.trustedform.com/{{id}}",
    ],
)
def test_a_variable_that_was_never_filled_is_a_placeholder(text: str) -> None:
    assert is_placeholder(text)


@each_row(
    "text",
    [
        "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        "00000000-0000-0000-0000-000000000000",
        "11111111-2222-3333-4444-555555555555",
        "12345678-1234-1234-1234-123456789012",
        "12345678-1234-1234-1234-123456789abc",
        "12345678-1234-5678-1234-567812345678",
        "01234567-89ab-cdef-0123-456789abcdef",
        "87654321-4321-4321-4321-210987654321",
        "123e4567-e89b-12d3-a456-426614174000",
        "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        "https://cert.trustedform.com/" + "0" * 40,
        "https://cert.trustedform.com/" + "F" * 40,
    ],
)
def test_an_id_that_nobody_could_be_given_is_a_placeholder(text: str) -> None:
    assert is_placeholder(text)
    assert read_leadid(text) is None
    assert read_trustedform(text) is None


@given(st.uuids())
def test_an_id_given_at_random_is_none(token: UUID) -> None:
    # What Hypothesis shrinks to has a digit over and over; a digest has not.
    assert not is_placeholder(str(UUID(bytes=sha256(token.bytes).digest()[:16])))


@each_row(
    "text",
    [
        f"https://cert.trustedform.com/{HEX}",
        "https://evil.example/na",
        "https://cert.trustedform.com.evil.example/",
        "https://cert.trustedform.com@evil.example/0",
        "garbage",
        "dropped",
        "malformed",
        "{4F0C2D1A-93B7-4E58-A6C1-0D9E7B35F284}",
    ],
)
def test_neither_a_certificate_nor_a_forgery_is_a_placeholder(text: str) -> None:
    assert not is_placeholder(text)


@each_row(
    ("text", "forged"),
    [
        (f"https://cert.trustedform.com/{HEX}", False),
        (f"https://cert.trustedform.com/{HEX}0", False),
        ("http://ping.trustedform.com/x?y", False),
        ("cert.trustedform.com/x", False),
        ("garbage", False),
        ("malformed", False),
        ("", False),
        ("dropped", True),
        (f"https://cert.trustedform.com.evil.example/{HEX}", True),
        (f"cert.trustedform.com.evil.example/{HEX}", True),
        (f"https://cert.trustedform.com@evil.example/{HEX}", True),
        (f"https://cert.trustedform.com:8443/{HEX}", True),
        (f"https://cert.trustedform.com\\.evil.example/{HEX}", True),
        (f"ftp://cert.trustedform.com/{HEX}", True),
        ("https://evil.example/", True),
    ],
)
def test_an_address_elsewhere_is_forged_and_a_broken_one_is_not(text: str, forged: bool) -> None:
    assert is_forged(text) is forged


def test_a_leadid_is_read_whatever_its_case() -> None:
    token = "4f0c2d1a-93b7-4E58-A6C1-0d9e7b35f284"
    assert read_leadid(f" {token} ") == Certificate("leadid", token.upper())


@each_row(
    "token",
    [
        "",
        "0123456789abcdef0123456789abcdef",
        "01234567-89ab-cdef-0123-456789abcdeg",
        "{01234567-89ab-cdef-0123-456789abcdef}",
    ],
)
def test_what_is_no_leadid_is_none(token: str) -> None:
    assert read_leadid(token) is None


@each_row("url", [url for url, _ in GOOD])
def test_a_stand_in_is_as_good_as_its_certificate_and_tells_nothing_of_it(url: str) -> None:
    stand_in = trustedform_stand_in(url, b"sixteen bytes ..")
    read, real = read_trustedform(stand_in), read_trustedform(url)
    assert read is not None
    assert real is not None
    assert read.provider == real.provider
    assert real.id.lower() not in stand_in.lower()


@each_row("url", BAD)
def test_the_stand_in_of_what_is_no_certificate_is_none(url: str) -> None:
    stand_in = trustedform_stand_in(url, b"")
    assert read_trustedform(stand_in) is None
    assert is_placeholder(stand_in) is is_placeholder(url)
    assert stand_in == ("forged" if is_forged(url) else "malformed") or is_placeholder(url)
    assert is_forged(stand_in) is is_forged(url)


def test_a_token_has_a_stand_in_of_its_form() -> None:
    token = "4f0c2d1a-93b7-4e58-a6c1-0d9e7b35f284"
    stand_in = leadid_stand_in(token, sha256(b"key").digest()[:16])
    assert read_leadid(stand_in) is not None
    assert stand_in != token
    assert (leadid_stand_in("junk", b""), leadid_stand_in("NA", b"")) == ("malformed", "NA")


def test_a_text_holds_a_certificate_however_it_is_written() -> None:
    url = f"https://cert.trustedform.com/{HEX}"
    assert holds_id_of(f"src-{HEX.upper()}", url, "", "")
    assert holds_id_of("lead 4F0C2D1A-93B7-4E58-A6C1-0d9e7b35f284", "", "", "4f0c2d1a-93b7-4e58-a6c1-0d9e7b35f284")
    assert not holds_id_of("a source that has nothing to do with it", url, "", "")
    assert holds_id_of(f"see {url}", "", "", "")
    assert not holds_id_of(HEX, "", "", "")
