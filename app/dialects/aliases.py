"""The names under which platforms send the same thing, gathered from their published formats."""

from collections.abc import Mapping

VERTICAL = {
    "vertical": "vertical vertical_name vertical_id lead_vertical product_type ProductType service_category",
}

LEAD = {
    "zip": "zip zip_code zipcode Zip ZipCode postal_code postalCode contact.zip_code ContactData.ZipCode property_zip "
    "zip5 postcode",
    "state": "state State state_code state_abbreviation contact.state state_abbr property_state",
    "created_at": "created_at lead_created_at originally_created origination_datetime RequestTime created timestamp "
    "date_created created_date create_date lead_created lead_created_date lead_date lead_timestamp entry_date "
    "origination_date captured_at capture_date date_captured lead_generated_at",
    # An `offer_id` is often the same for all leads of a seller, which would make them all look like one.
    "seller_lead_id": "seller_lead_id vendor_lead_id xid tracking_id",
    "sub_id": "sub_id subid SubId Sub_ID lp_s1 lp_s2 lp_s3 lp_s4 lp_s5 lp_subid1 lp_subid2 sub1 sub2 sub3 sub4 sub5 "
    "publisherSubId Pub_ID source_id partnerSourceId src SRC vendor_id",
    "ip_address": "ip_address ip IP_Address IPAddress ipAddress IpAddress ConsumerIP "
    "contact.ip_address client_ip user_ip",
    "user_agent": "user_agent UserAgent User_Agent userAgent",
    "landing_page": "landing_page Landing_Page landing_page_url OriginalURL OriginalUrl url page_url source_url",
    "tcpa_consent": "tcpa_consent tcpa TCPA TCPA_Consent TCPAAgreed tcpa_optin tcpa_compliant consent_flag",
    "tcpa_text": "tcpa_text TcpaText TCPAText TCPA_Language tcpa_consent_text homePhoneConsentLanguage Disclaimer "
    "consent_language consent_text tcpa_compliant_text tcpa_disclosure disclosure_text consent_statement",
    "trustedform_cert_url": "trustedform_cert_url trusted_form_cert_url trusted_form_url Trusted_Form_URL TrustedForm "
    "Trustedform trusted_form trustedFormUrl trustedFormCertUrl trusted_form_cert_id xxTrustedFormCertUrl "
    "xxTrustedFormToken trustedFormToken trustedform_url trustedform_certificate_url trustedform_certificate "
    "trustedform_cert cert_url tf_cert tf_cert_url",
    "trustedform_ping_url": "trustedform_ping_url xxTrustedFormPingUrl trusted_form_ping_url trustedFormPingUrl",
    "leadid_token": "leadid_token universal_leadid universal_lead_id Universal_Lead_ID LeadiD_Token leadIDToken "
    "leadidtoken jornaya_leadid jornaya_lead_id jornaya_id JornayaLeadId lead_id_code",
    "consent_at": "consent_at consent_timestamp consent_date consent_time tcpa_timestamp tcpa_consent_timestamp "
    "optin_timestamp opt_in_date optin_date tcpa_consent_date tcpa_date "
    "submitted_at",
    "test": "test",
}
"""Both on a ping and on a post; within a line, an earlier name counts before a later one."""

PING = {
    "lead_type": "lead_type leadType sale_type",
    "max_legs": "max_legs max_winners nb_legs_available Allowed_Times_Sold",
    "min_price": "min_price floor_price price_floor bid_floor minimum_price minimum_bid min_bid min_payout",
    "deadline_ms": "deadline_ms timeout_ms",
    "phone_hash": "phone_hash Phone_Hash hashed_phone phone_sha256 phone_sha1 phone_md5",
    "email_hash": "email_hash Email_Hash hashed_email email_sha256 email_sha1 email_md5",
    "hash_type": "hash_type Hash_Type hash_algorithm",
}

CONTACT = {
    "first_name": "first_name fname first firstname FirstName given_name forename",
    "last_name": "last_name lname last lastname LastName surname family_name",
    "name": "name full_name fullname contact_name customer_name lead_name your_name",
    "phone": "phone phone_number telephone phone_home home_phone phone_cell cell_phone cell mobile mobile_phone "
    "mobile_number primary_phone phone_primary phone1 day_phone daytime_phone evening_phone work_phone "
    "contact_phone caller_id lp_caller_id CID",
    "email": "email email_address EmailAddress primary_email contact_email mail your_email",
    "address": "address address1 address_1 address_line_1 line1 street street1 "
    "street_address addr property_address home_address",
    "birth_date": "birth_date birthdate dob date_of_birth birthday",
}
"""Who the consumer is: read from a post, dropped from a ping."""

POST = {
    "city": "city property_city town",
    "ping_id": "ping_id pingId PingId pingToken ping_token lp_ping_id flo_ping_id auth_code promise lead_token "
    "ping_key leadAuctionId confirmation PingResponseID reference",
    "bid_id": "bid_id bidId",
}

BY_VALUE = ("?lead_id", "?id", "?transaction_id", "?txid", "?request_id", "?lead", "?token")
"""Names that mean a LeadiD token, a bid of ours or the seller's own id: only the value tells. Hence the mark."""

PING_NUMBER = "?ping_id"
"""A bid of ours in a post is in a ping the number that its seller gave it, or an old bid."""

STAGE_NAMES = ("?lp_action", "?mode", "?env", "?environment")
"""Names that make a test by a word such as "sandbox" alone: they may say other things too."""

TEST_FLAGS = (
    *("?is_test", "?test_lead", "?lp_test", "?ckm_test", "?test_mode", "?test_flag", "?lead_mode", "?sandbox"),
    *STAGE_NAMES,
)
"""Besides `test`; any one of them makes a test."""

SHARED_FLAGS = ("?is_shared", "?shared", "?is_exclusive", "?exclusive")

ENVELOPE = (
    "key api_key x_api_key api_token access_token auth auth_token authorization username password secret "
    "campaign_id campaign_key lp_campaign_id lp_campaign_key lp_supplier_id lp_key ckm_campaign_id ckm_key "
    "flo_campaign_id flo_supplier_id partner_id tag_id format resptype lp_response response_format api_action action "
    "leg_bid return_best_price return_lead_cost trusted_form_Y_N jornaya_Y_N trusted_form_available "
    "universal_leadid_available testSold hash_legs_sold phone_last_four EmailDomain"
)
"""Known, and of no use to a decision; they do not count as unknown fields."""

GROUPS = (
    "additional address answers applicant attributes body compliance consent consumer contact contactdata contactinfo "
    "customer data details entry fielddata fields form formdata formfields formresponse lead leaddata leadinfo leads "
    "location meta params parameters payload person properties property request source submission tracking "
    "usercolumndata values"
)
"""Objects that only group: `contact.zip_code` is `zip_code`."""

KEY_FIELDS = {
    "api_key",
    "apikey",
    "key",
    "x-api-key",
    "x_api_key",
    "api-key",
    "api_token",
    "apitoken",
    "campaign_key",
    "lp_campaign_key",
    "lp_key",
    "ckm_key",
    "posting_key",
    "access_key",
}
"""Names under which a key may stand in the body or the query, in lower case, whatever group they stand in."""

PLATFORM_ALIASES: dict[str, tuple[str, ...]] = {}
"""What platforms call our fields besides, by our name; under "" stands what is of no use to a decision.

This and `KEY_FIELDS` grow as platforms are registered, before any request is read. What the tables above know keeps its
meaning, so that no platform can change what another one's request says.
"""


def learn_aliases(spellings: Mapping[str, tuple[str, ...]]) -> None:
    """Understand these names too, by our own for each field."""
    for name, more in spellings.items():
        PLATFORM_ALIASES[name] = (*PLATFORM_ALIASES.get(name, ()), *more)


def learn_key_field(name: str) -> None:
    """Look for a key under this name too."""
    KEY_FIELDS.add(name.rpartition(".")[2].lower())
