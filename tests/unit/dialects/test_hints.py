"""What a name that nobody declared may mean."""

import pytest

from app.dialects.hints import LOST, hint_of
from app.dialects.layout import layout_of
from app.domain.seller import Seller

NAMES = layout_of(Seller(name="acme", title="Acme", key_sha256=()), None, "post").names


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("phone.number", "phone"),
        ("phones.0.number", "phone"),
        ("contact[phone][value]", "phone"),
        ("phone.area_code", "+phone_area"),
        ("area_code", "+phone_area"),
        ("txtPhone", "phone"),
        ("agent_phone", ""),
        ("phone_type", ""),
        ("emails.1.address", "email"),
        ("customerEmail", "email"),
        ("email_hash_sha", ""),
        ("name.first", "first_name"),
        ("name.family", "last_name"),
        ("name.nick", f"{LOST}name"),
        ("address.line2", "+address_2"),
        ("address.houseNumber", "+address_number"),
        ("street_name", "+address_street"),
        ("address.number.x", f"{LOST}address"),
        ("address.geo.lat", f"{LOST}address"),
        ("mailing_address", "address"),
        ("server_ip_address", ""),
        ("tcpa_signed_at", "consent_at"),
        ("tcpa[created_at]", "consent_at"),
        ("TCPAConsentDate", "consent_at"),
        ("date_opted_in", "consent_at"),
        ("consentdatetime", "consent_at"),
        ("date_of_consent", "consent_at"),
        ("consent_expiration_date", "tcpa_text"),
        ("optout_date", ""),
        ("consent_given", "tcpa_consent"),
        ("consent", "tcpa_consent"),
        ("legal_copy", "tcpa_text"),
        ("jornaya_value", "leadid_token"),
        ("shoe_size", ""),
        ("", ""),
        ("0.1", ""),
    ],
)
def test_a_name_hints_at_what_it_says(key: str, hint: str) -> None:
    assert hint_of(key, NAMES.name_of) == hint


@pytest.mark.parametrize("key", ["consent.timestamp", "consent[created_at]", "compliance.submitted_at"])
def test_a_time_in_an_object_about_consent_is_when_that_was_given(key: str) -> None:
    assert NAMES.name_of(key) == "consent_at"
    assert NAMES.name_of("lead.timestamp") == "created_at"
