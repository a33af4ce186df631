"""People as they arrive over HTTP: escaped names, phones with extensions, wrapped emails, objects and pieces.

Whoever is told "accepted" has in the CRM what was sent, or a warning that names what is missing.
"""

from typing import Any

import httpx
import pytest

from tests.contract.leads import Json, Seller
from tests.service import Service


@pytest.fixture(scope="module")
def seller(http: httpx.Client, service: Service) -> Seller:
    return Seller(http, service)


_area = iter(range(200, 900))


def phone() -> str:
    """A number that nobody has sold yet."""
    return f"212498{next(_area) + 5_000}"


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ({"last_name": "O&#039;Brien"}, ("Emma", "O'Brien")),
        ({"last_name": "O&apos;Brien"}, ("Emma", "O'Brien")),
        ({"last_name": "O\\'Brien"}, ("Emma", "O'Brien")),
        ({"last_name": "O&amp;#39;Brien"}, ("Emma", "O'Brien")),
        ({"last_name": "Mu%C3%B1oz"}, ("Emma", "Muñoz")),
        ({"last_name": "Mu\\u00f1oz"}, ("Emma", "Muñoz")),
        ({"last_name": "N/A"}, ("Emma", "")),
        ({"last_name": "{{last_name}}"}, ("Emma", "")),
        ({"last_name": "Null"}, ("Emma", "Null")),
        ({"first_name": "Na"}, ("Na", "Lee")),
        ({"last_name": "Smith 3rd"}, ("Emma", "Smith 3rd")),
        ({"first_name": "Tom/Ann"}, ("Tom/Ann", "Lee")),
        ({"first_name": None, "last_name": None, "name": {"first": "Emma", "last": "Lee"}}, ("Emma", "Lee")),
        ({"first_name": None, "last_name": None, "full_name": "Lee, Emma"}, ("Emma", "Lee")),
    ],
)
def test_a_name_is_delivered_as_a_browser_shows_it(seller: Seller, sent: Json, name: tuple[str, str]) -> None:
    contact = seller.document(seller.sold({"first_name": "Emma", "last_name": "Lee"} | sent))["contact"]
    assert (contact["first_name"], contact["last_name"]) == name


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({"last_name": "Lee <b>"}, "last_name"),
        ({"first_name": "Emma {x}"}, "first_name"),
        ({"first_name": "John", "last_name": "Doe"}, "first_name"),
        ({"phone": "212-555-0100"}, "phone"),
        ({"phone": "call me"}, "phone"),
        ({"email": "emma"}, "email"),
        ({"email": "emma@mailinator.com"}, "email"),
    ],
)
def test_a_refusal_names_the_part_that_is_wrong(seller: Seller, sent: Json, named: str) -> None:
    answer = seller.sold({"first_name": "Emma", "last_name": "Lee"} | sent)
    assert (answer["reason_code"], answer["reason"]) == ("invalid_contact", f"the contact is not plausible: {named}")


@pytest.mark.parametrize(
    "written",
    [
        "({0})498-{2} x12",
        "{0}498{2};ext=3",
        "{0}498{2}.0",
        "tel:+1-{0}-498-{2}",
        "cell: {0} 498 {2}",
        "00 1 {0} 498 {2}",
    ],
)
def test_a_phone_is_delivered_as_it_can_be_dialed(seller: Seller, written: str) -> None:
    number = phone()
    answer = seller.sold({"phone": written.format(number[:3], "", number[6:])})
    assert seller.document(answer)["contact"]["phone"] == number
    assert any("extension" in warning for warning in answer["warnings"]) is ("x" in written)


@pytest.mark.parametrize(
    ("written", "delivered"),
    [
        ("{}+solar@mail-lakeshire.net", "{}+solar@mail-lakeshire.net"),
        ("{}@mail-lakeshire.net,", "{}@mail-lakeshire.net"),
        ("mailto:{}@mail-lakeshire.net", "{}@mail-lakeshire.net"),
        ("<{}@mail-lakeshire.net>", "{}@mail-lakeshire.net"),
        ("Emma Lee <{}@mail-lakeshire.net>", "{}@mail-lakeshire.net"),
        ("{}%40mail-lakeshire.net", "{}@mail-lakeshire.net"),
        ("{}@gmail.con", "{}@gmail.con"),
    ],
)
def test_an_email_is_delivered_without_what_it_was_wrapped_in(seller: Seller, written: str, delivered: str) -> None:
    user = f"emma{next(_area)}"
    answer = seller.sold({"email": written.format(user)}, form=True)
    assert seller.document(answer)["contact"]["email"] == delivered.format(user)
    assert any("misspelled" in warning for warning in answer["warnings"]) is written.endswith(".con")


@pytest.mark.parametrize("nothing", ["none", "N/A", "noemail@noemail.com", "{{email}}", "null"])
def test_without_an_email_a_lead_is_sold_by_its_phone(seller: Seller, nothing: str) -> None:
    assert seller.document(seller.sold({"email": nothing}))["contact"]["email"] == ""
    assert seller.sold({"email": nothing, "phone": "none"})["reason_code"] == "missing_field"


@pytest.mark.parametrize(
    "shape",
    [
        {"phone": {"number": "{}", "type": "mobile"}},
        {"phones": ["{}"]},
        {"phones": [{"type": "home", "number": "{}"}]},
        {"contact": {"phone": {"value": "{}"}}},
        {"phone_area": "{a}", "phone_prefix": "{p}", "phone_suffix": "{s}"},
        {"phone": {"area": "{a}", "prefix": "{p}", "line": "{s}"}},
        {"area_code": "{a}", "phone": "{p}{s}"},
        {"phone": {"areaCode": "{a}", "localNumber": "{p}{s}"}},
        {"phone": {"countryCode": "1", "areaCode": "{a}", "number": "{p}{s}"}},
        {"phone": {"prefix": "{a}", "number": "{p}{s}"}},
        {"phone": ["{a}", "{p}", "{s}"]},
        {"areaCode": "{a}", "localNumber": "{p}-{s}"},
        {"phone1": "{a}", "phone2": "{p}", "phone3": "{s}"},
        {"phone_1": "", "phone_2": "{}"},
        {"customerPhone": "{}", "agent_phone": "9174985634"},
    ],
)
def test_a_phone_in_an_object_a_list_or_pieces_reaches_the_crm(seller: Seller, shape: Json) -> None:
    number = phone()
    sent = _filled(shape, number)
    assert seller.document(seller.sold({"phone": None} | sent))["contact"]["phone"] == number


def test_what_cannot_be_put_together_is_warned_of(seller: Seller) -> None:
    lost = "sent in a form that cannot be read; it was left out"
    answer = seller.sold({"phone": {"number": "soon"}, "address": {"lat": 1}})
    assert answer["status"] == "accepted"
    assert answer["warnings"] == [f"phone: {lost}", f"address: {lost}"]


@pytest.mark.parametrize(
    "shape",
    [
        {"email": {"user": "{}", "domain": "mail-lakeshire.net"}},
        {"email": {"localPart": "{}", "domain": "@mail-lakeshire.net"}},
        {"email": {"username": "{}", "host": "mail-lakeshire", "tld": "net"}},
        {"email_user": "{}", "email_domain": "mail-lakeshire.net"},
        {"emailLocalPart": "{}", "emailHost": "mail-lakeshire.net"},
    ],
)
def test_an_email_in_pieces_reaches_the_crm(seller: Seller, shape: Json) -> None:
    user = f"emma{next(_area)}"
    contact = seller.document(seller.sold({"email": None} | _filled(shape, user)))["contact"]
    assert contact["email"] == f"{user}@mail-lakeshire.net"


def test_an_address_and_an_email_in_objects_reach_the_crm(seller: Seller) -> None:
    sent: Json = {
        "email": {"address": f"emma{next(_area)}@mail-lakeshire.net"},
        "address": {"street": "12 Oak St", "line2": "Apt 4"},
    }
    contact = seller.document(seller.sold(sent))["contact"]
    assert (contact["email"], contact["address"]) == (sent["email"]["address"], "12 Oak St, Apt 4")


def _filled(shape: Any, number: str) -> Any:
    if isinstance(shape, dict):
        return {name: _filled(value, number) for name, value in shape.items()}
    if isinstance(shape, list):
        return [_filled(value, number) for value in shape]
    return shape.format(number, a=number[:3], p=number[3:6], s=number[6:])
