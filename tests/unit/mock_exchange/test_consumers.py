"""The population is plausible, always the same, and says no more on a ping than a ping may say."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from statistics import correlation, fmean

import phonenumbers
import pytest
import zipcodes

from app.config.load import Declared, LoadedConfig, load
from app.domain.consent import consent
from app.domain.consent.certificate import read_leadid, read_trustedform
from app.domain.post.contact import implausible, is_human_name, is_reachable_email, is_reachable_phone
from app.domain.vertical import Field, Vertical
from app.mock_exchange.circumstances import VERTICALS, questions
from app.mock_exchange.consumers import Consumer, consumer, ping_of, post_of, vertical_of
from app.mock_exchange.names import FIRST_NAMES, LAST_NAMES, MAIL_DOMAINS
from app.mock_exchange.places import CITIES
from app.wire.ping import Value
from app.wire.post import Contact, Post
from tests.table import each_row

NOW = 1_790_000_000.0
IDENTITY = {"first_name", "last_name", "phone", "email", "address", "city", "birth_date"}


@cache
def people() -> list[Consumer]:
    """Two thousand, made when a test asks first: whoever only collects tests need not wait for them."""
    return [consumer(1, number) for number in range(1, 2_001)]


@pytest.fixture(scope="module")
def demo() -> Declared:
    loaded = load(Path(__file__).parents[3] / "fixtures" / "demo" / "buyer.toml", environ={})
    assert isinstance(loaded, LoadedConfig)
    return loaded.declared


@cache
def of(vertical: str) -> list[Consumer]:
    return [consumer(1, number, vertical) for number in range(1, 1_001)]


def test_a_consumer_is_the_same_in_every_process() -> None:
    script = "from app.mock_exchange.consumers import *; print(post_of(consumer(1, 42), 'P', 1.79e9))"
    said = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(Path(__file__).parents[3])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert said == {f"{post_of(consumer(1, 42), 'P', 1.79e9)}\n"}


def test_another_population_has_other_people() -> None:
    assert consumer(2, 1).phone != consumer(1, 1).phone


def test_consumers_take_turns_at_the_verticals_and_the_first_wants_car_insurance() -> None:
    assert [vertical_of(number) for number in (1, 2, 3, 4, 5, 6)] == [*VERTICALS, "auto_insurance"]
    assert consumer(1, 1).vertical == "auto_insurance"


def test_one_person_stays_that_person_in_every_vertical_with_a_lead_of_its_own() -> None:
    several = [consumer(1, 7, vertical) for vertical in VERTICALS]
    assert len({(who.phone, who.email, who.zip, who.birth_date) for who in several}) == 1
    assert len({who.lead_id for who in several}) == len(VERTICALS)
    assert len({who.trustedform_cert_url for who in several}) == len(VERTICALS)


def test_every_contact_is_one_that_a_buyer_would_call() -> None:
    zip_states = {zip_code: (place_of(zip_code)["state"],) for city in CITIES for zip_code in city.zips}
    for who in people():
        contact = Contact(first_name=who.first_name, last_name=who.last_name, phone=who.phone, email=who.email)
        assert implausible(contact, who.state, who.zip, zip_states) is None, who


def test_every_name_and_mail_provider_is_plausible() -> None:
    assert all(is_human_name(first, "Nguyen") for first in FIRST_NAMES)
    assert all(is_human_name("Maria", last) for last in LAST_NAMES)
    assert all(is_reachable_email(f"maria@{domain}") for domain in MAIL_DOMAINS)


def test_every_zip_lies_in_its_city_and_every_area_code_rings_there() -> None:
    for city in CITIES:
        for zip_code in city.zips:
            place = place_of(zip_code)
            assert (place["city"], place["state"], place["zip_code_type"]) == (city.name, city.state, "STANDARD")
        for area_code in city.area_codes:
            assert is_reachable_phone(f"{area_code}2374827"), city
            assert phonenumbers.is_valid_number(phonenumbers.parse(f"+1{area_code}2374827"))


def test_people_live_where_their_phone_and_zip_say() -> None:
    cities = {(city.name, city.state): city for city in CITIES}
    for who in people():
        city = cities[who.city, who.state]
        assert who.zip in city.zips
        assert who.phone[:3] in city.area_codes


def test_larger_cities_have_more_people() -> None:
    count = Counter((who.city, who.state) for who in people())
    assert count["Los Angeles", "CA"] > 2 * count["Seattle", "WA"] > 0


def test_nobody_shares_a_certificate_an_email_or_a_lead_id() -> None:
    for told in ("trustedform_cert_url", "leadid_token", "email", "lead_id"):
        assert len({getattr(who, told) for who in people()}) == len(people())
    assert len({who.phone for who in people()}) >= len(people()) - 2


def test_certificates_have_their_providers_form() -> None:
    for who in people()[:200]:
        certificate = read_trustedform(who.trustedform_cert_url)
        assert certificate is not None
        assert certificate.url == who.trustedform_cert_url
        assert read_leadid(who.leadid_token) is not None


@each_row("with_hash", [False, True])
def test_a_ping_names_nobody(*, with_hash: bool) -> None:
    for who in people()[:200]:
        ping = ping_of(who, NOW, with_hash=with_hash)
        told = " ".join(str(value) for value in ping.values())
        assert not IDENTITY & set(ping)
        assert all(secret not in told for secret in (who.phone, who.email, who.address, who.birth_date))


def test_a_hash_is_that_of_the_bare_ten_digits() -> None:
    ping = ping_of(people()[0], NOW, with_hash=True)
    assert ping["phone_hash"] == sha256(people()[0].phone.encode()).hexdigest()
    assert ping["hash_type"] == "sha256"


def test_a_post_repeats_its_ping_and_adds_the_person() -> None:
    for who in people()[:200]:
        ping, post = ping_of(who, NOW), post_of(who, "a token", NOW)
        assert {name: post[name] for name in ping} == ping
        assert set(post) - set(ping) >= IDENTITY | {"ping_id", "consent_at"}
        assert post["ping_id"] == "a token"


def test_both_are_flat_and_their_times_are_now() -> None:
    for body in (ping_of(people()[0], NOW), post_of(people()[0], "a token", NOW)):
        assert all(isinstance(value, str | int | float | bool) for value in body.values())
        assert body["created_at"] == "2026-09-21T14:13:20Z"


def test_the_demo_buyer_may_call_everyone_by_the_words_of_the_form(demo: Declared) -> None:
    verticals = {vertical.name: vertical for vertical in demo.verticals}
    for who in people()[:50]:
        vertical, body = verticals[who.vertical], post_of(who, "a token", NOW)
        post = Post(
            ping_id="a token",
            contact=Contact(),
            created_at=NOW,
            tcpa_consent=True,
            tcpa_text=str(body["tcpa_text"]),
            landing_page=who.landing_page,
            trustedform_cert_url=who.trustedform_cert_url,
            leadid_token=who.leadid_token,
        )
        assert consent.refuse_post(consent.ConsentPolicy(), post, NOW, vertical_words=vertical.consent_words) is None
        assert consent.holds_one(post.tcpa_text, vertical.buyer_types)


@pytest.mark.parametrize("name", VERTICALS)
def test_every_answer_is_one_that_the_demo_declares(demo: Declared, name: str) -> None:
    vertical = next(vertical for vertical in demo.verticals if vertical.name == name)
    declared = {field.name: field for field in vertical.fields}
    for who in of(name)[:500]:
        for answer, value in {**who.fields, **who.later}.items():
            assert admits(declared[answer], value), (answer, value)
        assert all(field.name in who.fields for field in vertical.fields if field.required)
        assert all(declared[answer].known_at_ping for answer in who.fields)
        assert not any(declared[answer].known_at_ping for answer in who.later)


@pytest.mark.parametrize("name", VERTICALS)
def test_the_form_asks_just_what_the_demo_declares(demo: Declared, name: str) -> None:
    vertical = next(vertical for vertical in demo.verticals if vertical.name == name)
    assert set(questions(name)) == {field.name for field in vertical.fields}


@pytest.mark.parametrize("name", VERTICALS)
def test_every_choice_is_taken_by_somebody(demo: Declared, name: str) -> None:
    vertical: Vertical = next(vertical for vertical in demo.verticals if vertical.name == name)
    people = of(name)
    for field in vertical.fields:
        if field.type == "choice":
            taken = {{**who.fields, **who.later}.get(field.name) for who in people}
            assert set(field.values) <= taken, field.name


@each_row("name", ["auto_insurance", "solar", "mortgage"])
def test_a_tenth_does_not_tell_its_credit(name: str) -> None:
    told = fmean("credit_tier" in who.fields for who in of(name))
    assert told == pytest.approx(0.9, abs=0.02)


def test_the_answers_of_a_person_hang_together() -> None:
    drivers, borrowers = of("auto_insurance"), of("mortgage")
    ages = [who for who in drivers if "age" in who.fields and "homeowner" in who.fields]
    old, homes = ([number(who.fields, name) for who in ages] for name in ("age", "homeowner"))
    assert correlation(old, homes) > 0.2
    both = [who for who in borrowers if "annual_income" in who.fields and "home_value" in who.fields]
    incomes, values = ([number(who.fields, name) for who in both] for name in ("annual_income", "home_value"))
    assert correlation(incomes, values) > 0.3
    assert all(number(who.fields, "loan_amount") <= number(who.fields, "home_value") for who in both)


def test_age_and_birth_date_agree() -> None:
    for who in of("auto_insurance")[:300]:
        if "age" in who.fields:
            assert 2026 - int(who.birth_date[:4]) == who.fields["age"]


def test_nobody_is_a_child() -> None:
    assert all(int(who.birth_date[:4]) <= 2008 for who in people())


def test_a_consumer_does_not_print_who_it_is() -> None:
    assert people()[0].last_name not in repr(people()[0])


def test_a_vertical_that_the_population_does_not_know_gets_a_lead_without_answers() -> None:
    who = consumer(1, 1, "pest_control")
    assert (who.fields, who.later) == ({}, {})
    assert ping_of(who, NOW)["vertical"] == "pest_control"


def place_of(zip_code: str) -> dict[str, str]:
    (place,) = zipcodes.matching(zip_code)  # type: ignore[no-untyped-call]
    return dict(place)


def number(fields: Mapping[str, Value], name: str) -> float:
    value = fields[name]
    assert not isinstance(value, str)
    return float(value)


def admits(field: Field, value: Value) -> bool:
    if field.type == "choice":
        return value in field.values
    if field.type == "boolean":
        return isinstance(value, bool)
    right = isinstance(value, int if field.type == "integer" else int | float) and not isinstance(value, bool)
    low = field.minimum if field.minimum is not None else float("-inf")
    high = field.maximum if field.maximum is not None else float("inf")
    return right and not isinstance(value, str) and low <= value <= high
