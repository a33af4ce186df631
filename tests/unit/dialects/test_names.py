"""Whatever sellers call a field, it is the same field; and who names it closest decides."""

import pytest

from app.dialects import aliases
from app.dialects import names as names_module
from app.dialects.aliases import (
    BY_VALUE,
    CONTACT,
    ENVELOPE,
    LEAD,
    PING,
    PING_NUMBER,
    POST,
    SHARED_FLAGS,
    TEST_FLAGS,
    VERTICAL,
)
from app.dialects.layout import layout_of
from app.dialects.names import CANONICAL, IGNORED, KEY_LENGTH_MAX, Route, forms_of, names_for
from app.domain.seller import Seller
from app.domain.vertical import Field, Vertical
from tests.table import each_row

PUBLISHED: dict[str, str] = {
    "zip": "zip zip_code zipcode Zip ZipCode postal_code postalCode contact.zip_code ContactData.ZipCode property_zip",
    "state": "state State state_code state_abbreviation contact.state",
    "ip_address": "ip ip_address IP_Address IPAddress ipAddress IpAddress ConsumerIP contact.ip_address",
    "trustedform_cert_url": "trustedform_cert_url trusted_form_cert_url trusted_form_url Trusted_Form_URL TrustedForm "
    "Trustedform trusted_form trustedFormUrl trustedFormCertUrl trusted_form_cert_id xxTrustedFormCertUrl "
    "xxTrustedFormToken trustedFormToken trustedform_url",
    "leadid_token": "universal_leadid universal_lead_id Universal_Lead_ID LeadiD_Token leadid_token leadIDToken "
    "leadidtoken jornaya_leadid jornaya_lead_id jornaya_id JornayaLeadId lead_id_code meta.lead_id_code",
    "tcpa_consent": "tcpa_consent tcpa TCPA TCPA_Consent TCPAAgreed tcpa_optin tcpa_compliant consent_flag",
    "tcpa_text": "tcpa_text TcpaText TCPAText TCPA_Language tcpa_consent_text homePhoneConsentLanguage Disclaimer "
    "consent_language",
    "landing_page": "landing_page Landing_Page landing_page_url OriginalURL OriginalUrl url meta.landing_page_url",
    "sub_id": "sub_id subid SubId Sub_ID lp_s1 lp_s2 lp_s3 lp_s4 lp_s5 lp_subid1 lp_subid2 sub1 sub2 sub3 sub4 sub5 "
    "src SRC source_id partnerSourceId publisherSubId Pub_ID vendor_id",
    "seller_lead_id": "vendor_lead_id xid tracking_id",
    "created_at": "lead_created_at originally_created origination_datetime RequestTime",
    "test": "test Tracking.Test",
    "?is_test": "is_test isTest",
    "?test_lead": "Test_Lead TestLead",
    "?lp_test": "lp_test",
    "?lp_action": "lp_action",
    "?ckm_test": "ckm_test",
    "?test_mode": "testMode test_mode",
    "?lead_mode": "lead_mode",
    "?lead_id": "lead_id LeadId Lead_ID LeadID Tracking.LeadId",
    "?transaction_id": "transaction_id TransactionId",
    "?txid": "TXID",
    "?id": "id",
    "?token": "token",
    "?lead": "lead",
    "?request_id": "request_id",
    IGNORED: "trusted_form_Y_N jornaya_Y_N trusted_form_available universal_leadid_available testSold hash_legs_sold "
    "phone_last_four EmailDomain",
}
"""Names seen in the published formats of platforms and marketplaces, on pings and posts alike."""

ON_PINGS = {
    "trustedform_ping_url": "xxTrustedFormPingUrl trustedform_ping_url trusted_form_ping_url trustedFormPingUrl",
    "phone_hash": "Phone_Hash phoneHash",
    "email_hash": "Email_Hash",
    "hash_type": "Hash_Type",
    "min_price": "min_price floor_price",
    "max_legs": "max_legs max_winners Allowed_Times_Sold nb_legs_available",
    "deadline_ms": "deadline_ms timeout_ms",
    "lead_type": "lead_type",
    "?is_shared": "is_shared",
}
ON_POSTS = {
    "ping_id": "ping_id pingId PingId pingToken ping_token lp_ping_id flo_ping_id auth_code promise lead_token "
    "ping_key leadAuctionId confirmation PingResponseID",
    "bid_id": "bid_id bidId",
    "first_name": "first_name fname FirstName contact.first_name",
    "last_name": "last_name lname LastName",
    "phone": "phone phone_home phone_cell primary_phone phone_number mobile ContactData.Phone",
    "email": "email email_address EmailAddress",
    "address": "address street address1 contact.street_address",
    "city": "city",
    "birth_date": "birth_date dob date_of_birth birthday",
}

TABLES: list[tuple[Route, dict[str, str]]] = [("ping", PUBLISHED | ON_PINGS), ("post", PUBLISHED | ON_POSTS)]


@each_row(("route", "table"), TABLES, ids=[route for route, _ in TABLES])
def test_every_published_name_means_its_field(seller: Seller, route: Route, table: dict[str, str]) -> None:
    names = names_for(seller, None, route)
    wanted = {
        variant: name
        for name, spellings in table.items()
        for spelling in spellings.split()
        for variant in (
            spelling,
            spelling.lower(),
            spelling.upper(),
            spelling.replace("_", "-"),
            spelling.replace("_", " "),
        )
    }
    assert {variant: names.name_of(variant) for variant in wanted} == wanted


def test_every_name_in_the_tables_means_one_field_and_no_other() -> None:
    lines = {**VERTICAL, **LEAD, **PING, **CONTACT, **POST, IGNORED: ENVELOPE}
    lines |= {name: name.removeprefix("?") for name in (*BY_VALUE, *TEST_FLAGS, *SHARED_FLAGS)}
    meanings: dict[str, set[str]] = {}
    for name, spellings in lines.items():
        for spelling in spellings.split():
            for form in forms_of(spelling):
                meanings.setdefault(form, set()).add(name)
    assert {form: means for form, means in meanings.items() if len(means) > 1} == {}


def test_no_name_means_one_thing_on_a_ping_and_another_on_a_post(seller: Seller) -> None:
    ping, post = names_for(seller, None, "ping"), names_for(seller, None, "post")
    for spelling in {*ping.table, *post.table}:
        assert len({ping.name_of(spelling), post.name_of(spelling)} - {IGNORED, PING_NUMBER}) <= 1, spelling


@each_row("group", ["contact", "ContactData", "meta", "data", "lead", "Request.Lead", "Attributes"])
def test_objects_that_only_group_do_not_change_a_name(seller: Seller, group: str) -> None:
    names = names_for(seller, None, "ping")
    assert names.name_of(f"{group}.zip_code") == "zip"
    assert names_for(seller, None, "post").name_of(f"{group}[first_name]") == "first_name"


def test_another_persons_field_is_nobodys(seller: Seller) -> None:
    names = names_for(seller, None, "post")
    assert names.name_of("spouse.first_name") is None
    assert names.name_of("drivers.1.zip") is None
    assert names.name_of("shoe_size") is None
    assert names.name_of("z" * (KEY_LENGTH_MAX + 1)) is None


def test_the_first_of_a_list_is_as_good_as_the_only_one() -> None:
    seller = Seller(name="s", title="S", key_sha256=(), aliases={"Drivers.Age": "age"})
    vertical = Vertical(name="auto", title="Auto", fields=(Field(name="age", type="integer"),))
    names = names_for(seller, vertical, "ping")
    assert names.name_of("drivers.0.age") == names.name_of("Drivers.Age") == "age"
    assert names.name_of("drivers.1.age") is None


def test_a_seller_comes_before_the_vertical_and_the_vertical_before_the_built_in_names() -> None:
    vertical = Vertical(
        name="auto",
        title="Auto",
        fields=(Field(name="source", type="text", aliases=("src", "sub5")), Field(name="age", type="integer")),
    )
    seller = Seller(name="s", title="S", key_sha256=(), aliases={"sub5": "age", "state": "source"})
    names = names_for(seller, vertical, "ping")
    assert names.name_of("src") == "source"
    assert names.name_of("sub4") == "sub_id"
    assert names.name_of("SUB5") == "age"
    assert names.name_of("state") == "source"


def test_no_alias_of_a_vertical_takes_a_canonical_name_or_hides_a_person(seller: Seller) -> None:
    fields = (Field(name="home", type="text", aliases=("zip", "dob", "phone_cell")),)
    names = names_for(seller, Vertical(name="v", title="V", fields=fields), "ping")
    assert names.name_of("zip") == "zip"
    assert names.name_of("dob") == "birth_date"
    assert names.name_of("phone_cell") == "phone"


def test_an_alias_for_another_verticals_field_is_known_and_of_no_use() -> None:
    seller = Seller(name="s", title="S", key_sha256=(), aliases={"roof": "roof_age"})
    assert names_for(seller, None, "ping").name_of("roof") == IGNORED


def test_canonical_names_mean_themselves(seller: Seller) -> None:
    for name in CANONICAL:
        routes: tuple[Route, ...] = ("ping", "post")
        assert name in {names_for(seller, None, route).name_of(name) for route in routes}


def test_keys_for_one_field_come_in_the_order_in_which_they_count(seller: Seller) -> None:
    plan = layout_of(seller, None, "ping").plan_of(("vendor_id", "tracking_id", "sub3", "sub_id", "xid", "Sub1"))
    assert plan.keys_of("sub_id") == ("sub_id", "Sub1", "sub3", "vendor_id")
    assert plan.keys_of("seller_lead_id") == ("xid", "tracking_id")


def test_a_layout_is_built_once_and_anew_after_a_reload(seller: Seller, auto: Vertical) -> None:
    layout = layout_of(seller, auto, "ping")
    assert layout_of(seller, auto, "ping") is layout
    reloaded = Seller(name=seller.name, title=seller.title, key_sha256=(), aliases={"years": "age"})
    assert layout_of(reloaded, auto, "ping").names.name_of("years") == "age"
    assert layout_of(seller, auto, "ping").names.name_of("years") is None


def test_a_registered_platforms_names_are_known_and_change_no_other(
    monkeypatch: pytest.MonkeyPatch, seller: Seller, auto: Vertical
) -> None:
    monkeypatch.setattr(aliases, "PLATFORM_ALIASES", {})
    monkeypatch.setattr(names_module, "PLATFORM_ALIASES", aliases.PLATFORM_ALIASES)
    aliases.learn_aliases({"zip": ("WherePostal",), "age": ("MartAge",), "phone": ("CallThem",)})
    aliases.learn_aliases({"zip": ("state", "lead_id", "key"), "": ("MartVersion", "email")})
    names = names_for(seller, auto, "ping")
    assert [names.name_of(key) for key in ("where_postal", "MartAge", "CallThem")] == ["zip", "age", "phone"]
    assert names.name_of("MartVersion") == IGNORED
    known = {key: names.name_of(key) for key in ("state", "lead_id", "key", "email")}
    assert known == {"state": "state", "lead_id": "?lead_id", "key": IGNORED, "email": "email"}
    assert names_for(seller, None, "ping").name_of("MartAge") == IGNORED


@each_row(
    "key",
    [
        "zip[]",
        "zip[0]",
        "lead[zip]",
        "lead__zip",
        "lead/zip",
        "fields.zip.value",
        "properties[zip][value]",
        "data.0.zip",
    ],
)
def test_a_name_is_known_however_a_framework_nests_it(key: str) -> None:
    assert "zip" in forms_of(key)
