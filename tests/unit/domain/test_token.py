"""A bid as a signed bid reference."""

import string
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b, sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.token import (
    CAMPAIGNS_MAX,
    LENGTH,
    NO_CERTIFICATE,
    BidToken,
    campaign_tag,
    certificates_of,
    config_name,
    config_tag,
    looks_like_token,
    mint,
    nonce_of,
    read,
    read_on_trust,
    terms_of,
)
from app.wire.ping import Leg
from tests.table import each_row

KEY = b"k" * 32
KEYS = {7: KEY, 8: b"j" * 32}
LEGS: st.SearchStrategy[Leg] = st.sampled_from(["exclusive", "shared"])
TOKENS = st.builds(
    BidToken,
    expires_at=st.integers(0, 2**32 - 1),
    price_cents=st.integers(0, 2**32 - 1),
    campaign=st.binary(min_size=6, max_size=6),
    leg=LEGS,
    test=st.booleans(),
    nonce=st.binary(min_size=8, max_size=8),
    terms=st.binary(min_size=6, max_size=6),
    certificate=st.binary(min_size=6, max_size=6),
)
TOKEN = BidToken(
    expires_at=1_795_190_520,
    price_cents=1_250,
    campaign=b"camp01",
    leg="shared",
    test=False,
    nonce=b"nonce-01",
    terms=b"terms1",
    certificate=NO_CERTIFICATE,
)


@given(TOKENS, st.sampled_from([7, 8]))
def test_what_is_minted_is_read_again(token: BidToken, key_id: int) -> None:
    text = mint(token, key_id, KEYS[key_id])
    assert len(text) == LENGTH
    assert set(text) <= set(string.ascii_letters + string.digits + "-_")
    assert read(text, KEYS) == token
    assert read_on_trust(text) == token


def test_on_trust_a_token_is_read_without_its_keys_but_nothing_else_is() -> None:
    assert read_on_trust(mint(TOKEN, 9, b"a key that nobody has any more...")) == TOKEN
    assert read_on_trust("") is None
    assert read_on_trust("9" * LENGTH) is None


def test_every_flipped_bit_is_refused() -> None:
    raw = urlsafe_b64decode(mint(TOKEN, 7, KEY))
    for bit in range(len(raw) * 8):
        forged = bytearray(raw)
        forged[bit // 8] ^= 1 << bit % 8
        assert read(urlsafe_b64encode(forged).decode(), KEYS) is None


@given(TOKENS, st.integers(0, LENGTH - 1), st.sampled_from(string.ascii_letters + string.digits + "-_"))
def test_every_changed_character_is_refused(token: BidToken, place: int, character: str) -> None:
    text = mint(token, 7, KEY)
    forged = text[:place] + character + text[place + 1 :]
    assert read(forged, KEYS) == (token if forged == text else None)


@given(st.text() | st.text(string.ascii_letters + string.digits + "-_", min_size=LENGTH, max_size=LENGTH))
def test_a_text_that_we_did_not_sign_is_none_of_ours(text: str) -> None:
    assert read(text, KEYS) is None


def test_a_cut_or_longer_token_is_none_of_ours() -> None:
    text = mint(TOKEN, 7, KEY)
    for other in (text[:-1], text + "A", text[:-4], text + "====", f" {text[1:]}", text[:-1] + "=", text[:-1] + "é"):
        assert not looks_like_token(other)
        assert read(other, KEYS) is None


@given(TOKENS)
def test_a_token_is_known_by_its_form(token: BidToken) -> None:
    assert looks_like_token(mint(token, 7, KEY))


@each_row(
    "other",
    [
        sha256(b"an outcome").hexdigest(),
        "C" + sha256(b"an outcome").hexdigest().upper()[1:],
        "a" * LENGTH,
        "c" + "x" * 63,
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9-eyJzdWIiOiIxMjM0NTY3ODkwIn0",
    ],
)
def test_another_text_of_its_length_is_none_of_ours(other: str) -> None:
    assert len(other) == LENGTH
    assert not looks_like_token(other)


def test_a_token_needs_the_key_it_was_signed_with() -> None:
    text = mint(TOKEN, 7, KEY)
    assert read(text, {7: b"x" * 32}) is None
    assert read(text, {8: KEY}) is None
    assert read(text, {}) is None


def test_a_retired_key_honours_its_bids_while_it_is_kept() -> None:
    assert read(mint(TOKEN, 7, KEY), KEYS) == read(mint(TOKEN, 8, KEYS[8]), KEYS) == TOKEN


def test_a_token_is_signed_as_documented_and_one_of_another_version_is_none_of_ours() -> None:
    raw = urlsafe_b64decode(mint(TOKEN, 7, KEY))
    texts = []
    for head in (raw[0], raw[0] + (1 << 2)):
        facts = bytes([head]) + raw[1:36]
        mac = blake2b(facts, key=KEY, person=b"leadbid.bid", digest_size=12).digest()
        texts.append(urlsafe_b64encode(facts + mac).decode())
    assert [read(text, KEYS) for text in texts] == [TOKEN, None]


def test_names_have_their_sizes_and_tell_leads_apart() -> None:
    assert len(terms_of(KEY, ["acme", "solar"])) == 6
    assert [len(each) for each in certificates_of(KEY, [("leadid", "A"), ("trustedform", "b")])] == [16, 16]
    nonces = {
        nonce_of(KEY, "acme", "lead", "1", test=False),
        nonce_of(KEY, "acme", "lead", "1", test=True),
        nonce_of(KEY, "acme", "lead", "2", test=False),
        nonce_of(KEY, "acme", "phone", "1", test=False),
        nonce_of(KEY, "other", "lead", "1", test=False),
        nonce_of(b"j" * 32, "acme", "lead", "1", test=False),
    }
    assert len(nonces) == 6
    assert {len(nonce) for nonce in nonces} == {8}


def test_a_campaign_is_named_by_its_configuration_and_its_place_in_it() -> None:
    tag = campaign_tag("0123456789abcdef", CAMPAIGNS_MAX - 1)
    assert tag == bytes.fromhex("01234567ffff")
    assert (config_name(tag), config_tag("0123456789abcdef")) == ("01234567", tag[:4])
    with pytest.raises(OverflowError):
        campaign_tag("0123456789abcdef", CAMPAIGNS_MAX)


@each_row("price", [-1, 2**32])
def test_a_price_that_a_token_cannot_hold_is_an_error_at_once(price: int) -> None:
    token = BidToken(
        expires_at=0,
        price_cents=price,
        campaign=b"camp01",
        leg="shared",
        test=False,
        nonce=b"n" * 8,
        terms=b"t" * 6,
        certificate=b"c" * 6,
    )
    with pytest.raises(struct.error):
        mint(token, 7, KEY)
