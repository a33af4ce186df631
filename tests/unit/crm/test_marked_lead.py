"""A test lead says that it is one, is nobody's, and answers what its vertical asks."""

import pytest
from msgspec.structs import replace

from app.crm.marked_lead import UnknownVertical, marked_lead
from tests.build import NOW, ZIP_STATES, buyer, campaign, catalogue, vertical


def test_a_marked_lead_is_complete_and_of_nobody() -> None:
    declared = catalogue([replace(campaign(), destinations=("crm",))]).configuration
    lead = marked_lead(declared, "crm", "", "test01", NOW, ZIP_STATES)
    assert (lead["lead_id"], lead["test"], lead["price"], lead["campaign"]) == ("test01", True, 0.0, "solar-tx")
    assert (lead["contact"]["first_name"], lead["contact"]["last_name"]) == ("Leadbid", "Test")
    assert lead["contact"]["phone"].startswith("51255501"), "of numbers that nobody has"
    assert lead["contact"]["state"] == "TX"
    assert lead["fields"].keys() == {field.name for field in declared.verticals[0].fields}
    assert buyer().brands[0] in lead["consent"]["tcpa_text"]


def test_a_vertical_that_is_none_is_named_with_those_there_are() -> None:
    declared = catalogue([campaign()]).configuration
    with pytest.raises(UnknownVertical, match=f"'boats'; there are: {vertical().name}"):
        marked_lead(declared, "crm", "boats", "test01", NOW, ZIP_STATES)
