"""What one configuration changes in another, in words."""

from typing import Any

from msgspec.structs import replace

from app.config.changes import SHOWN_MAX, changes, losses
from app.domain.buyer import Operator
from app.domain.configuration import Configuration
from app.domain.consent.consent import ConsentPolicy
from app.domain.delivery.destination import Destination
from app.domain.delivery.destination_auth import BearerAuth
from app.domain.territory import Territory
from tests.build import buyer, campaign, cap, catalogue, seller, vertical
from tests.table import each_row

CRM = Destination(name="crm", url="https://crm.example/leads?key=hidden", auth=BearerAuth(token="env:OLD"))


def declared(**overrides: Any) -> Configuration:
    """Two campaigns, two sellers, one operator and one destination."""
    whole = catalogue([campaign(caps=(cap(),)), campaign(name="other")], [seller(), seller(name="zeta")])
    operators = (Operator(name="ops", key_sha256=("f" * 64,)),)
    return replace(replace(whole.configuration, operators=operators, destinations=(CRM,)), **overrides)


def change(**overrides: Any) -> tuple[str, ...]:
    return changes(declared(), declared(**overrides))


def one(**overrides: Any) -> tuple[str, ...]:
    """What another first campaign comes to."""
    first, second = declared().campaigns
    return change(campaigns=(replace(first, **overrides), second))


def test_nothing_is_said_to_have_changed_where_nothing_has() -> None:
    assert change() == change(config_hash="1" * 16) == ("nothing that is declared has changed",)


def test_values_are_told_with_their_units() -> None:
    assert one(floor_cents=600) == ("campaign solar-tx: floor $5.00 -> $6.00",)
    assert one(fallback_cents=900) == ("campaign solar-tx: fallback none -> $9.00",)
    assert one(duplicate_s=86_400.0) == ("campaign solar-tx: duplicate 2.592e+06 s -> 86400 s",)
    assert one(legs=("shared",)) == ("campaign solar-tx: legs exclusive, shared -> shared",)
    assert one(paused=True) == ("campaign solar-tx: paused false -> true",)
    assert one(consent=ConsentPolicy(certificate="none")) == ("campaign solar-tx: consent: certificate any -> none",)
    assert one(territory=Territory(states=frozenset({"OK"}))) == ("campaign solar-tx: territory TX -> OK",)
    assert change(buyer=buyer(bid_lifetime_s=300)) == ("buyer: bid lifetime 120 s -> 300 s",)


def test_caps_fields_and_keys_are_told_one_by_one() -> None:
    (before,) = declared().campaigns[0].caps
    assert one(caps=()) == (f"campaign solar-tx: cap {before.name} removed, {before.limit} a day",)
    more = (replace(before, limit=9), replace(before, name="hourly", window="hour"))
    assert one(caps=more) == (
        f"campaign solar-tx: new cap hourly, {before.limit} an hour",
        f"campaign solar-tx: cap {before.name} {before.limit} a day -> 9 a day",
    )
    fields = vertical().fields
    loose = (replace(fields[0], required=not fields[0].required), *fields[2:])
    words = [str(field.required).lower() for field in (fields[0], loose[0])]
    assert change(verticals=(replace(vertical(), fields=loose),)) == (
        f"vertical solar: field {fields[1].name}: removed",
        f"vertical solar: field {fields[0].name}: required {words[0]} -> {words[1]}",
    )
    first, second = declared().sellers
    keyed = replace(first, key_sha256=("a" * 64, "b" * 64))
    assert change(sellers=(keyed, second)) == ("seller acme: 2 keys new, 1 key removed",)


def test_what_comes_and_goes_is_named() -> None:
    first, second = declared().sellers
    assert change(sellers=(first, replace(second, name="newco"))) == ("seller zeta: removed", "seller newco: new")


def test_no_secret_is_told_and_no_query_of_an_address() -> None:
    changed = Destination(
        name="crm",
        url="https://crm.example/v2?key=secret",
        auth=BearerAuth(token="env:NEW"),
        headers={"x-app": "env:APP"},
    )
    words = change(destinations=(changed,))
    assert words == (
        "destination crm: url https://crm.example/leads -> https://crm.example/v2",
        "destination crm: headers changed",
        "destination crm: auth changed",
    )


def test_many_changes_are_cut_and_counted() -> None:
    many = tuple(seller(name=f"s{number}") for number in range(SHOWN_MAX + 5))
    words = change(sellers=many)
    assert (len(words), words[-1]) == (SHOWN_MAX + 1, "and 7 more changes")


@each_row("section", ["campaigns", "sellers", "operators"])
def test_all_of_a_kind_is_a_loss_and_one_of_them_is_none(section: str) -> None:
    whole = declared()
    assert len(losses(whole, replace(whole, **{section: ()}))) == 1
    assert losses(replace(whole, **{section: ()}), whole) == ()
    if len(getattr(whole, section)) > 1:
        assert losses(whole, replace(whole, **{section: getattr(whole, section)[1:]})) == ()
