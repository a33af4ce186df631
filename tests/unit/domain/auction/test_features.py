"""The facts of a lead."""

from app.domain.auction.features import OF_EVERY_LEAD, facts_of
from app.domain.calendar import local_time
from tests.build import NOW, ping

LOCAL = local_time(NOW, "America/Chicago")


def test_a_lead_has_its_own_fields_its_place_and_the_buyers_time() -> None:
    assert facts_of(ping(sub_id="7"), LOCAL) == {
        "roof": "tile",
        "monthly_bill": 180.0,
        "zip": "78701",
        "zip3": "787",
        "state": "TX",
        "sub_id": "7",
        "local_hour": 10,
        "weekday": 4,
    }


def test_what_every_lead_is_said_to_have_every_lead_has() -> None:
    assert set(OF_EVERY_LEAD) <= set(facts_of(ping(fields={}), LOCAL))


def test_an_absent_field_has_no_key() -> None:
    assert "roof" not in facts_of(ping(fields={}), LOCAL)


def test_the_ping_itself_is_left_as_it_is() -> None:
    lead = ping()
    facts_of(lead, LOCAL)["roof"] = "flat"
    assert lead.fields["roof"] == "tile"
