"""A ping and a post as sellers send them become values, or the one thing that is wrong with them."""

import hashlib
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from app.dialects.generic import ping_id_of, read_ping, read_post
from app.dialects.reading import Reading
from app.dialects.text import Scalar
from app.domain.identity import hash_digest
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.domain.vertical import Vertical
from app.wire.ping import Ping
from app.wire.post import Contact, Post
from tests.table import each_row

Changes = Mapping[str, Scalar]
ReadPing = Callable[..., Reading[Ping]]
ReadPost = Callable[..., Reading[Post]]

GUID = "4F0C2D1A-93B7-4E58-A6C1-0D9E7B35F284"
TOKEN = "Cb_-" * 16
CERTIFICATE = "https://cert.trustedform.com/" + "0f" * 20
DROPPED = "personal data does not belong in a ping; it was dropped"


def pinged(reading: Reading[Ping]) -> Ping:
    assert isinstance(reading.value, Ping), reading.value
    return reading.value


def posted(reading: Reading[Post]) -> Post:
    assert isinstance(reading.value, Post), reading.value
    return reading.value


def test_a_ping_in_canonical_names_is_read_whole(ping: ReadPing) -> None:
    reading = ping(
        {
            "state": "TX",
            "lead_type": "shared",
            "max_legs": 3,
            "min_price": "12.50",
            "deadline_ms": 250,
            "created_at": "2026-11-21T12:00:00Z",
            "seller_lead_id": "L-1",
            "sub_id": "src-42",
            "ip_address": "203.0.113.9",
            "user_agent": "Mozilla/5.0",
            "landing_page": "https://q.example/auto?utm=1",
            "tcpa_consent": "Yes",
            "tcpa_text": "I agree.",
            "trustedform_cert_url": CERTIFICATE,
            "trustedform_ping_url": "https://ping.trustedform.com/0.a.b.c",
            "leadid_token": GUID,
            "test": "1",
            "credit_tier": "Very Good",
            "homeowner": "N",
            "monthly_payment": "101.5",
            "licensed_since": "5/1/2009",
            "occupation": "Nurse",
        }
    )
    assert reading.warnings == ()
    assert reading.unknown == 0
    assert reading.value == Ping(
        vertical="auto_insurance",
        zip="78701",
        state="TX",
        lead_type="shared",
        max_legs=3,
        min_price_cents=1250,
        deadline_ms=250,
        created_at=1795262400.0,
        seller_lead_id="L-1",
        sub_id="src-42",
        ip_address="203.0.113.0",
        landing_page="https://q.example/auto",
        tcpa_consent=True,
        trustedform_cert_url=CERTIFICATE,
        trustedform_ping_url="https://ping.trustedform.com/0.a.b.c",
        leadid_token=GUID,
        test=True,
        fields={
            "age": 37,
            "credit_tier": "very_good",
            "homeowner": False,
            "monthly_payment": 101.5,
            "licensed_since": "2009-05-01",
            "occupation": "Nurse",
        },
    )


def test_a_sparse_ping_has_defaults(ping: ReadPing) -> None:
    assert pinged(ping()) == Ping(vertical="auto_insurance", zip="78701", fields={"age": 37})


def test_numbers_as_text_and_text_as_numbers_mean_the_same(ping: ReadPing) -> None:
    as_text = ping({"age": "37", "zip": "02139", "sub_id": "42", "homeowner": "true", "min_price": "4"})
    as_numbers = ping({"age": 37.0, "zip": 2139, "sub_id": 42, "homeowner": True, "min_price": 4.0})
    assert as_text.value == as_numbers.value
    assert (as_text.warnings, as_numbers.warnings) == ((), ("zip: too few digits; leading zeros were added",))


@each_row("name", ["auto_insurance", "AUTO_INSURANCE", "Auto Insurance", "auto-insurance", "autoinsurance"])
def test_a_vertical_goes_by_name_or_title(ping: ReadPing, name: str) -> None:
    assert pinged(ping({"vertical": name})).vertical == "auto_insurance"
    assert pinged(ping({"vertical": None, "ProductType": name})).vertical == "auto_insurance"


def test_the_vertical_is_judged_before_everything_else(ping: ReadPing) -> None:
    assert ping({"vertical": "", "zip": "x"}).value == Refusal("missing_field", "vertical")
    assert ping({"vertical": "boats", "zip": "x"}).value == Refusal("unsupported_vertical", "auto_insurance, solar")


def test_the_zip_is_judged_before_the_other_fields(ping: ReadPing) -> None:
    assert ping({"zip": "x", "state": "x", "age": "x"}).value == Refusal("invalid_field", "zip: five digits")
    assert ping({"zip": "NA", "state": "x"}).value == Refusal("missing_field", "zip")


@each_row(
    ("changes", "refusal"),
    [
        ({"state": "Ontario"}, Refusal("invalid_field", "state: two letters of a US state")),
        ({"lead_type": "warm"}, Refusal("invalid_field", "lead_type: exclusive, shared or any")),
        ({"created_at": "today"}, Refusal("invalid_field", "created_at: a time in ISO 8601 or epoch seconds")),
        ({"tcpa_consent": "maybe"}, Refusal("invalid_field", "tcpa_consent: yes or no")),
        ({"is_test": "maybe"}, Refusal("invalid_field", "test: yes or no")),
        ({"lead_mode": "trial"}, Refusal("invalid_field", "test: yes or no")),
        ({"seller_lead_id": "x" * 129}, Refusal("invalid_field", "seller_lead_id: at most 128 characters")),
        ({"age": 15}, Refusal("invalid_field", "age: from 16 to 100")),
        ({"age": "NaN"}, Refusal("missing_field", "age")),
        ({"age": "{{age}}"}, Refusal("missing_field", "age")),
        ({"age": ""}, Refusal("missing_field", "age")),
        ({"age": "x", "credit_tier": "superb"}, Refusal("invalid_field", "age: a whole number")),
    ],
)
def test_a_refusal_names_the_field_and_the_remedy(ping: ReadPing, changes: Changes, refusal: Refusal) -> None:
    assert ping(changes).value == refusal


@each_row(
    ("changes", "warning"),
    [
        ({"deadline_ms": 60_001}, "deadline_ms: cannot be read (from 1 to 60000); it was left out"),
        ({"deadline_ms": "soon"}, "deadline_ms: cannot be read (a whole number); it was left out"),
        ({"min_price": "twelve"}, "min_price: cannot be read (dollars, as in 12.50); it was left out"),
        ({"min_price": -7}, "min_price: cannot be read (dollars, as in 12.50); it was left out"),
        ({"max_legs": "two"}, "max_legs: cannot be read (a whole number); it was left out"),
        ({"monthly_payment": "a lot"}, "monthly_payment: cannot be read (a number); it was left out"),
        ({"homeowner": "perhaps"}, "homeowner: cannot be read (yes or no); it was left out"),
        ({"licensed_since": "5/1/09"}, "licensed_since: cannot be read (a date, as in 2026-11-21); it was left out"),
        ({"credit_tier": "x" * 65}, "credit_tier: cannot be read (one of its listed values); it was left out"),
        ({"credit_tier": "512-555-0134"}, "credit_tier: cannot be read (one of its listed values); it was left out"),
        ({"homeowner": "{{own}}"}, "homeowner: a variable that was left unfilled; read as missing"),
    ],
)
def test_what_no_rule_reads_is_left_out_with_a_warning_where_it_cannot_be_read(
    ping: ReadPing, changes: Changes, warning: str
) -> None:
    reading = ping(changes)
    assert pinged(reading) == pinged(ping())
    assert reading.warnings == (warning,)


def test_a_choice_that_nobody_listed_is_one_never_seen(ping: ReadPing, post: ReadPost) -> None:
    warning = "credit_tier: not one of its listed values; it was read as a new one"
    for reading in (ping({"credit_tier": "Superb"}), post({"credit_tier": "Superb"})):
        assert reading.warnings == (warning,)
        assert not isinstance(reading.value, Refusal)
        assert reading.value.fields["credit_tier"] == "Superb"


def test_what_a_rule_reads_is_refused_by_name_where_it_cannot_be_read(
    seller: Seller, auto: Vertical, digest: Callable[[str, str], str]
) -> None:
    ruled = replace(auto, read_by_rules=("credit_tier", "monthly_payment"))
    raw: dict[str, Scalar] = {"vertical": "auto_insurance", "zip": "78701", "age": 37}
    for field, remedy in (("credit_tier", "one of its listed values"), ("monthly_payment", "a number")):
        for reading in (
            read_ping(raw | {field: "superb"}, seller, {ruled.name: ruled}, digest),
            read_post(raw | {field: "superb", "ping_id": TOKEN}, seller, {ruled.name: ruled}, ruled),
        ):
            assert reading.value == Refusal("invalid_field", f"{field}: {remedy}")


@each_row("word", ["None", "null", "unknown", "{{lead_id}}", "-", "N/A", "[lead id]"])
def test_a_word_for_nothing_is_no_id_of_a_lead(ping: ReadPing, word: str) -> None:
    assert pinged(ping({"seller_lead_id": word})).seller_lead_id == ""
    assert pinged(ping({"lead_id": word})).seller_lead_id == ""


@each_row(("raw", "test"), [("production", False), ("LIVE", False), ("sandbox", True), ("Test", True)])
def test_a_test_may_be_told_by_where_it_comes_from(ping: ReadPing, raw: str, test: bool) -> None:
    assert pinged(ping({"test": raw})).test is test
    assert pinged(ping({"is_test": raw})).test is test


@each_row("none", [0, "0", -1, "-1", "none", "N/A", ""])
def test_no_deadline_is_the_usual_one_and_no_floor_is_none(ping: ReadPing, none: Scalar) -> None:
    assert pinged(ping({"deadline_ms": none})) == pinged(ping())
    floor = none if none not in (0, "0") else "-1.00"
    assert pinged(ping({"min_price": floor})) == pinged(ping())
    assert ping({"deadline_ms": none, "min_price": floor}).warnings == ()


def test_a_field_that_only_a_post_has_is_not_asked_of_a_ping(ping: ReadPing) -> None:
    reading = ping({"policy_number": "P-1"})
    assert pinged(reading).fields == {"age": 37}
    assert reading.unknown == 0


def test_unknown_fields_are_counted_and_not_kept(ping: ReadPing) -> None:
    reading = ping({"shoe_size": 44, "spouse.age": 40, "api_key": "s3", "trusted_form_Y_N": "Y"})
    assert reading.unknown == 2
    assert "s3" not in repr(reading.value)
    assert "44" not in repr(reading.value)


@each_row(
    ("changes", "canonical"),
    [
        ({"phone_home": "5125550134"}, "phone"),
        ({"contact.phone": 5125550134}, "phone"),
        ({"EmailAddress": "ada@lovelace.example"}, "email"),
        ({"fname": "Ada"}, "first_name"),
        ({"LastName": "Lovelace"}, "last_name"),
        ({"full_name": "Ada Lovelace"}, "name"),
        ({"street_address": "1 Main St"}, "address"),
        ({"dob": "1980-05-05"}, "birth_date"),
        ({"phone.number": "512-555-0134"}, "phone"),
        ({"customerEmail": "ada@lovelace.example"}, "email"),
        ({"mailing_address": "1 Main St"}, "address"),
        ({"sub_id": "ada@lovelace.example"}, "sub_id"),
        ({"phone_hash": "512-555-0134"}, "phone_hash"),
        ({"email_hash": "ada@lovelace.example"}, "email_hash"),
        ({"landing_page": "https://q.example/ada@lovelace.example"}, "landing_page"),
        ({"sub_id": "x" * 200 + " ada@lovelace.example"}, "sub_id"),
        ({"occupation": "call 512-555-0134"}, "occupation"),
    ],
)
def test_plain_identity_is_dropped_with_a_warning(ping: ReadPing, changes: Changes, canonical: str) -> None:
    reading = ping(changes)
    assert reading.warnings == (f"{canonical}: {DROPPED}",)
    assert pinged(reading) == pinged(ping())


@each_row(
    ("changes", "canonical"),
    [
        ({"trusted_form": "ada@lovelace.example"}, "trustedform_cert_url"),
        ({"trusted_form": f"https://cert.trustedform.com@evil.example/{'a' * 40}"}, "trustedform_cert_url"),
        ({"xxTrustedFormPingUrl": "https://x.example/?p=512-555-0134"}, "trustedform_ping_url"),
        ({"jornaya_id": "512-555-0134"}, "leadid_token"),
    ],
)
def test_a_certificate_that_names_a_person_is_dropped_and_stays_an_invalid_one(
    ping: ReadPing, changes: Changes, canonical: str
) -> None:
    reading = ping(changes)
    assert reading.warnings == (f"{canonical}: {DROPPED}",)
    assert getattr(pinged(reading), canonical) == "dropped"


def test_one_warning_tells_of_both_phones(ping: ReadPing) -> None:
    assert ping({"phone_home": "5125550134", "phone_cell": "5125550135"}).warnings == (f"phone: {DROPPED}",)


def test_what_was_typed_into_a_page_is_dropped(ping: ReadPing) -> None:
    reading = ping({"url": "https://q.example/auto?email=ada@lovelace.example&phone=5125550134"})
    assert pinged(reading).landing_page == "https://q.example/auto"


def test_of_an_own_id_that_is_a_phone_only_a_digest_stays(ping: ReadPing) -> None:
    reading = ping({"seller_lead_id": "512-555-0134"})
    kept = pinged(reading).seller_lead_id
    assert (len(kept), "5125550134" in kept) == (16, False)
    assert kept == pinged(ping({"seller_lead_id": "512-555-0134"})).seller_lead_id
    assert kept != pinged(ping({"seller_lead_id": "512-555-0135"})).seller_lead_id
    assert reading.warnings == ("seller_lead_id: personal data does not belong in a ping; only a digest was kept",)


@each_row("algorithm", ["sha256", "sha1", "md5"])
@each_row("stated", [True, False])
def test_hashes_become_keyed_digests(ping: ReadPing, algorithm: str, stated: bool) -> None:
    phone = hashlib.new(algorithm, b"5125550134").hexdigest()
    email = hashlib.new(algorithm, b"ada@lovelace.example").hexdigest()
    changes = {"phone_hash": phone.upper(), "Email_Hash": email} | ({"Hash_Type": algorithm.upper()} if stated else {})
    reading = pinged(ping(changes))
    assert reading.phone_digest == hash_digest(b"k" * 32, algorithm, phone)
    assert reading.email_digest == hash_digest(b"k" * 32, algorithm, email)


@each_row(
    "changes",
    [
        {"phone_hash": "zz" * 32},
        {"phone_hash": "abc"},
        {"phone_hash": "0f" * 16, "hash_type": "sha256"},
        {"phone_hash": "0f" * 32, "hash_type": "crc32"},
    ],
)
def test_what_is_no_hash_is_ignored_with_a_warning(ping: ReadPing, changes: Changes) -> None:
    reading = ping(changes)
    assert pinged(reading).phone_digest == ""
    assert reading.warnings == ("phone_hash: not a hash in hex of its hash_type; it was ignored",)


@each_row(
    "flag",
    [
        {"test": True},
        {"is_test": "1"},
        {"isTest": True},
        {"Test_Lead": "1"},
        {"lp_test": 1},
        {"ckm_test": "1"},
        {"testMode": "1", "testSold": "1"},
        {"lp_action": "test"},
        {"lead_mode": "0"},
        {"lead_mode": "Test"},
        {"test_mode": "test"},
        {"mode": "test"},
        {"meta.environment": "Sandbox"},
        {"env": "staging"},
        {"test_flag": 1},
        {"sandbox": True},
        {"Tracking.Test": "Y"},
        {"test": "0", "lp_action": "TEST"},
    ],
)
def test_any_test_flag_makes_a_test(ping: ReadPing, post: ReadPost, flag: Changes) -> None:
    assert pinged(ping(flag)).test
    assert posted(post(flag)).test


@each_row(
    "flag",
    [
        {"test": False},
        {"is_test": "0"},
        {"lp_action": "live"},
        {"lead_mode": 1},
        {"lead_mode": "Live"},
        {"lead_mode": ""},
        {"mode": "ping"},
        {"environment": "Production"},
        {"env": "us-east-1"},
    ],
)
def test_a_flag_that_says_live_is_live(ping: ReadPing, flag: Changes) -> None:
    assert not pinged(ping(flag)).test


@each_row(
    ("flag", "lead_type"),
    [
        ({"is_shared": "1"}, "shared"),
        ({"is_shared": 0}, "exclusive"),
        ({"exclusive": "yes"}, "exclusive"),
        ({"is_exclusive": False}, "shared"),
        ({"lead_type": "any", "is_shared": 1}, "any"),
    ],
)
def test_a_flag_may_say_the_lead_type(ping: ReadPing, flag: Changes, lead_type: str) -> None:
    assert pinged(ping(flag)).lead_type == lead_type


def test_a_guid_named_lead_id_is_a_leadid_token_and_else_the_sellers_own_id(ping: ReadPing) -> None:
    assert pinged(ping({"lead_id": GUID})).leadid_token == GUID
    assert pinged(ping({"lead_id": GUID})).seller_lead_id == ""
    assert pinged(ping({"lead_id": "L-7"})).seller_lead_id == "L-7"
    both = pinged(ping({"lead_id": GUID, "jornaya_leadid": GUID.lower()}))
    assert (both.leadid_token, both.seller_lead_id) == (GUID.lower(), GUID)


@each_row("name", ["transaction_id", "id", "TXID"])
def test_a_guid_under_another_name_is_no_proof_of_consent(ping: ReadPing, name: str) -> None:
    reading = pinged(ping({name: GUID}))
    assert (reading.leadid_token, reading.seller_lead_id) == ("", GUID)


def test_a_token_on_a_ping_may_be_the_sellers_key_and_is_not_kept(ping: ReadPing) -> None:
    assert pinged(ping({"token": "demo-key"})) == pinged(ping())


def test_the_plain_name_counts_before_an_alias_and_an_alias_before_a_placeholder(ping: ReadPing) -> None:
    assert pinged(ping({"zip": "78701", "postal_code": "10001"})).zip == "78701"
    assert pinged(ping({"zip": "NA", "postal_code": "10001"})).zip == "10001"
    assert pinged(ping({"vendor_id": "v", "sub2": "s2", "lp_s1": "l1"})).sub_id == "l1"
    assert pinged(ping({"tracking_id": "t", "xid": "x"})).seller_lead_id == "x"
    assert ping({"zip": "x", "postal_code": "10001"}).value == Refusal("invalid_field", "zip: five digits")


def test_a_seller_speaks_its_own_language(ping: ReadPing) -> None:
    seller = Seller(
        name="bluebird",
        title="Bluebird",
        key_sha256=(),
        aliases={"Postleitzahl": "zip", "kredit": "credit_tier", "Produkt": "vertical"},
        value_maps={"credit_tier": {"SEHR GUT": "very_good"}, "vertical": {"KFZ": "auto_insurance"}},
    )
    changes = {"zip": None, "vertical": None, "Postleitzahl": "10001", "kredit": "sehr gut", "Produkt": "kfz"}
    reading = pinged(ping(changes, by=seller))
    assert (reading.vertical, reading.zip, reading.fields["credit_tier"]) == ("auto_insurance", "10001", "very_good")


def test_a_post_in_canonical_names_is_read_whole(post: ReadPost) -> None:
    reading = post(
        {
            "vertical": "auto_insurance",
            "state": "Texas",
            "address": "1 Main St",
            "city": "Austin",
            "birth_date": "1980-05-05",
            "created_at": "2026-11-21T12:00:00Z",
            "consent_at": "2026-11-21T12:00:30Z",
            "seller_lead_id": "5125550134",
            "ip_address": "203.0.113.9",
            "landing_page": "https://q.example/auto?utm=1",
            "tcpa_consent": 1,
            "tcpa_text": "I agree.",
            "trustedform_cert_url": CERTIFICATE,
            "leadid_token": GUID,
        }
    )
    assert (reading.warnings, reading.unknown) == ((), 0)
    assert reading.value == Post(
        ping_id="C" + "a" * 63,
        contact=Contact(
            first_name="Ada",
            last_name="Lovelace",
            phone="(512) 555-0134",
            email="ada@lovelace.example",
            address="1 Main St",
            city="Austin",
            state="TX",
            zip="78701",
            birth_date="1980-05-05",
        ),
        vertical="auto_insurance",
        zip="78701",
        state="TX",
        created_at=1795262400.0,
        consent_at=1795262430.0,
        seller_lead_id="5125550134",
        ip_address="203.0.113.9",
        landing_page="https://q.example/auto?utm=1",
        tcpa_consent=True,
        tcpa_text="I agree.",
        trustedform_cert_url=CERTIFICATE,
        leadid_token=GUID,
        fields={"age": 37, "policy_number": "P-1"},
    )


@each_row(
    ("changes", "refusal"),
    [
        ({"ping_id": "", "zip": "x"}, Refusal("missing_field", "ping_id")),
        ({"zip": ""}, Refusal("missing_field", "zip")),
        ({"zip": "x"}, Refusal("invalid_field", "zip: five digits")),
        ({"age": "x"}, Refusal("invalid_field", "age: a whole number")),
        ({"policy_number": ""}, Refusal("missing_field", "policy_number")),
        ({"phone": "", "email": None}, Refusal("missing_field", "phone or email")),
        ({"first_name": "", "last_name": " "}, Refusal("missing_field", "first_name or last_name")),
        ({"first_name": "x" * 101}, Refusal("invalid_field", "first_name: at most 100 characters")),
        ({"consent_at": "x"}, Refusal("invalid_field", "consent_at: a time in ISO 8601 or epoch seconds")),
    ],
)
def test_a_post_that_lacks_something_is_told_what(post: ReadPost, changes: Changes, refusal: Refusal) -> None:
    assert post(changes).value == refusal


def test_a_phone_or_an_email_and_one_name_are_enough(post: ReadPost) -> None:
    assert posted(post({"phone": "", "first_name": ""})).contact.email == "ada@lovelace.example"
    assert posted(post({"email": "", "last_name": ""})).contact.phone == "(512) 555-0134"
    assert posted(post({"phone": 5125550134})).contact.phone == "5125550134"


def test_a_whole_name_is_split_where_there_is_no_other(post: ReadPost) -> None:
    whole = posted(post({"first_name": "", "last_name": "", "full_name": "Ada King  Lovelace"})).contact
    assert (whole.first_name, whole.last_name) == ("Ada", "King Lovelace")
    assert posted(post({"full_name": "Someone Else"})).contact.last_name == "Lovelace"


def test_a_vertical_that_the_post_does_not_name_is_the_one_of_its_bid(
    post: ReadPost, seller: Seller, verticals: Mapping[str, Vertical]
) -> None:
    assert posted(post()).vertical == ""
    assert posted(post({"vertical": "Home Solar"})).vertical == "solar"
    assert posted(post({"vertical": "boats"})).fields == {"age": 37, "policy_number": "P-1"}


def test_a_post_whose_bid_is_unknown_is_read_as_it_names_itself(
    seller: Seller, verticals: Mapping[str, Vertical]
) -> None:
    raw: dict[str, Scalar] = {"ping_id": "forged", "zip": "78701", "fname": "Ada", "phone": "5125550134", "age": 40}
    assert posted(read_post(raw, seller, verticals, None)).fields == {}
    named = read_post(raw | {"vertical": "auto_insurance", "policy_number": "1"}, seller, verticals, None)
    assert posted(named).fields == {"age": 40, "policy_number": "1"}


ALIASES = (
    "ping_id pingId PingId pingToken ping_token lp_ping_id flo_ping_id bid_id bidId auth_code promise token lead_token "
    "ping_key transaction_id TransactionId TXID leadAuctionId Lead_ID LeadID lead confirmation "
    "PingResponseID request_id id"
)


@each_row("alias", ALIASES.split())
def test_a_bid_of_ours_is_known_under_every_name(post: ReadPost, seller: Seller, alias: str) -> None:
    assert ping_id_of({alias: TOKEN}, seller) == TOKEN
    reading = posted(post({"ping_id": None, alias: TOKEN}))
    assert (reading.ping_id, reading.seller_lead_id) == (TOKEN, "")


def test_the_leg_that_a_bid_id_names_counts_before_the_ping_id(seller: Seller) -> None:
    leg = "C" + "b" * 63
    assert ping_id_of({"ping_id": TOKEN, "bid_id": leg}, seller) == leg
    assert ping_id_of({"ping_id": TOKEN, "bid_id": "17"}, seller) == TOKEN
    assert ping_id_of({"ping_id": "17", "auth_code": TOKEN}, seller) == TOKEN
    assert ping_id_of({"ping_id": "17", "transaction_id": TOKEN}, seller) == TOKEN


def test_an_id_that_is_no_bid_of_ours_is_handed_on_for_judgement(seller: Seller) -> None:
    assert ping_id_of({"ping_id": "17"}, seller) == "17"
    assert ping_id_of({"ping_id": "x" * 500}, seller) == "x" * 128
    assert ping_id_of({"transaction_id": "17"}, seller) == ""
    assert ping_id_of({"ping_id": "NA"}, seller) == ""


def test_fields_read_alike_on_ping_and_post(ping: ReadPing, post: ReadPost) -> None:
    same: Changes = {"credit_rating": "Very Good", "own_home": 2, "occupation": "ask ada@lovelace.example", "age": "37"}
    assert pinged(ping(same)).fields == {"age": 37, "credit_tier": "very_good", "homeowner": False}
    assert posted(post(same)).fields == pinged(ping(same)).fields | {"policy_number": "P-1"}


def test_an_empty_request_names_the_first_thing_it_lacks(seller: Seller, verticals: Mapping[str, Vertical]) -> None:
    assert read_ping({}, seller, verticals, lambda *_: "").value == Refusal("missing_field", "vertical")
    assert read_post({}, seller, verticals, None).value == Refusal("missing_field", "ping_id")


def test_a_text_that_repeats_the_certificate_is_dropped(ping: ReadPing) -> None:
    name = CERTIFICATE.rpartition("/")[2]
    reading = ping({"trustedform_cert_url": CERTIFICATE, "sub_id": f"src-{name.upper()}", "seller_lead_id": name})
    assert (pinged(reading).sub_id, pinged(reading).seller_lead_id) == ("", name)
    assert "sub_id: a certificate does not belong here; it was dropped" in reading.warnings
    kept = ping({"trustedform_cert_url": CERTIFICATE, "sub_id": "a source with a long name of its own"})
    assert pinged(kept).sub_id == "a source with a long name of its own"


def test_a_choice_that_nobody_listed_may_not_repeat_the_certificate_either(ping: ReadPing) -> None:
    reading = ping({"trustedform_cert_url": CERTIFICATE, "credit_tier": CERTIFICATE.rpartition("/")[2]})
    assert "credit_tier" not in pinged(reading).fields
    assert "credit_tier: a certificate does not belong here; it was dropped" in reading.warnings


def test_a_campaigns_number_stands_for_the_vertical_where_the_seller_says_so(ping: ReadPing, seller: Seller) -> None:
    numbered = replace(seller, aliases={"TYPE": "vertical"}, value_maps={"vertical": {"21": "auto_insurance"}})
    for number in (21, "21", 21.0):
        assert pinged(ping({"TYPE": number, "vertical": ""}, by=numbered)).vertical == "auto_insurance"


@each_row("name", ["pingId", "ping_id", "PingID"])
def test_a_pings_own_number_names_its_lead_where_nothing_else_does(ping: ReadPing, name: str) -> None:
    assert pinged(ping({name: "lr-7"})).seller_lead_id == "lr-7"
    assert pinged(ping({name: "lr-7", "xid": "L-1"})).seller_lead_id == "L-1"
    assert pinged(ping({name: TOKEN})).seller_lead_id == ""


def test_a_post_may_name_its_bid_under_the_sellers_own_key(post: ReadPost, ping: ReadPing, seller: Seller) -> None:
    keyed = replace(seller, bid_id_key="auth_token")
    assert posted(post({"ping_id": "", "auth_token": TOKEN}, by=keyed)).ping_id == TOKEN
    assert ping({"auth_token": TOKEN}, by=keyed).unknown == 0
