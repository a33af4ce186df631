"""What a name that nobody declared may mean."""

from app.dialects.hints import LOST, hint_of
from app.dialects.layout import layout_of
from app.domain.seller import Seller
from tests.table import each_row

NAMES = layout_of(Seller(name="acme", title="Acme", key_sha256=()), None, "post").names

SAYS_WHEN = """
signup_date sign_up_date signUpDate signed_up_at form_submitted_at submit_time submission_timestamp submissionDate
date_submitted accepted_at terms_accepted_at agreed_at agreedat agreement_date optin_ts opted_in_on optInTime
submitted_on submit_ts signed_at signature_date esign_timestamp_signed_at acknowledged_at authorization_date
subscribed_at joined_at inquiry_date inquired_at form_completed_at form.submitted_at signup.created_at
terms[accepted_at] privacy_policy_accepted_at lead.submission_time registered_at application_submitted_at
quote_request_submitted_at subscribedat
""".split()  # noqa: SIM905 - a list of names reads better as text
OTHERS_SAY_WHEN = """
account.created_at created_on order_submitted_at order.created_at offer_accepted_at bid_accepted_at buyer_signed_at
claim_submitted_at previous_submission_date resubmitted_at lease_signed_date vehicle_registration_date updated_at
registration_date submit_count accept_language timezone policy_start_date enrollment_date published_at
""".split()  # noqa: SIM905 - as above
SAYS_WHETHER = """
has_consented consented consentObtained is_tcpa_compliant tcpa_compliance tcpa_flag tcpa_yn call_consent phone_opt_in
prior_express_written_consent consent_to_be_contacted consumer_agreed agree_to_terms permission_to_call consent_status
tcpa_consent.accepted tcpa_consent.status consent[checked]
""".split()  # noqa: SIM905 - as above
SAYS_REVOKED = """
opted_out opt_out optOut opted_out_at optout_date consent_revoked consentRevokedAt consent_withdrawn revoked_consent
tcpa_revoked has_opted_out unsubscribed do_not_contact consent.revoked tcpa[withdrawn] tcpa_consent.revoked_at
""".split()  # noqa: SIM905 - as above
SAYS_OTHERWISE = """
sms_consent email_opt_in consent_version consent_required consent_id tcpa_litigator agreement_count
permissions
""".split()  # noqa: SIM905 - as above

HINTS = {
    "phone.number": "phone",
    "phones.0.number": "phone",
    "contact[phone][value]": "phone",
    "phone.area_code": "+phone_area",
    "area_code": "+phone_area",
    "txtPhone": "phone",
    "your-tel": "phone",
    "TelNumber": "phone",
    "ani": "phone",
    "hotel": "",
    "agent_tel": "",
    "agent_phone": "",
    "phone_type": "",
    "emails.1.address": "email",
    "customerEmail": "email",
    "email_hash_sha": "",
    "name.first": "first_name",
    "name.family": "last_name",
    "name.nick": f"{LOST}name",
    "address.line2": "+address_2",
    "address.houseNumber": "+address_number",
    "street_name": "+address_street",
    "city_name": "city",
    "contact.address_city": "city",
    "vehicle_city": "",
    "address.number.x": f"{LOST}address",
    "address.geo.lat": f"{LOST}address",
    "mailing_address": "address",
    "server_ip_address": "",
    "tcpa_signed_at": "consent_at",
    "tcpa[created_at]": "consent_at",
    "TCPAConsentDate": "consent_at",
    "date_opted_in": "consent_at",
    "consentdatetime": "consent_at",
    "date_of_consent": "consent_at",
    **dict.fromkeys(SAYS_WHEN, "consent_at"),
    **dict.fromkeys(OTHERS_SAY_WHEN, ""),
    **dict.fromkeys(SAYS_REVOKED, "consent_revoked"),
    **dict.fromkeys(["email_opt_out", "opt_out_url", "do_not_call", "dnc"], ""),
    "email_signup_date": "consent_at",
    "submitted": "consent_at",
    "agreed": "tcpa_consent",
    "opted_in": "tcpa_consent",
    "terms_accepted": "tcpa_text",
    "accepted": "",
    "consent_expiration_date": "tcpa_text",
    "consent_given": "tcpa_consent",
    "consent": "tcpa_consent",
    **dict.fromkeys(SAYS_WHETHER, "tcpa_consent"),
    **dict.fromkeys(SAYS_OTHERWISE, "tcpa_text"),
    "legal_copy": "tcpa_text",
    "jornaya_value": "leadid_token",
    "shoe_size": "",
    "": "",
    "0.1": "",
}


def test_a_name_hints_at_what_it_says() -> None:
    assert {key: hint_of(key, NAMES.name_of) for key in HINTS} == HINTS


@each_row("key", ["consent.timestamp", "consent[created_at]", "compliance.submitted_at"])
def test_a_time_in_an_object_about_consent_is_when_that_was_given(key: str) -> None:
    assert NAMES.name_of(key) == "consent_at"
    assert NAMES.name_of("lead.timestamp") == "created_at"
