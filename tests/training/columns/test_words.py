"""What a column is called tells who somebody is, or only something of an email, a phone or an address."""

import pytest

from training.histories.columns.words import names_a_person, words_of


@pytest.mark.parametrize(
    "name",
    [
        "Email",
        "e-mail",
        "Home Phone",
        "firstName",
        "LAST_NAME",
        "Contact Name",
        "Street",
        "address_line_1",
        "DOB",
        "IP",
    ],
)
def test_who_somebody_is_is_known_by_its_name(name: str) -> None:
    assert names_a_person(words_of(name))


@pytest.mark.parametrize(
    "name",
    [
        *("Do Not Email", "email_opt_in", "phone_type", "emailStatus", "Email Domain", "mobile_carrier", "ip_country"),
        *("address_state", "phone verified", "campaign_name", "emails_opened", "telephony", "ship", "monthly_bill"),
    ],
)
def test_what_is_told_of_it_is_a_fact(name: str) -> None:
    assert not names_a_person(words_of(name))
