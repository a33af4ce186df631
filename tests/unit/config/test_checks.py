"""Checks of providers as a file declares them: what they come to, and what is refused with its key and remedy."""

from collections.abc import Callable
from typing import Any

from app.config.load import Declared
from app.domain.checks.check import Check, ConsentVerification, post_costs
from app.domain.checks.rule import AnswerRule
from tests.table import each_row

END = '[[destinations]]\nname = "crm"\n'
KEY = {"TF": "tf-key", "LAC": "lac", "LAK": "lak"}

Declaring = Callable[..., Declared]
Problems = Callable[..., list[str]]


def of(keys: str) -> tuple[str, str]:
    """The change that adds a check with these keys."""
    return END, f'[[checks]]\nname = "tf"\nprovider = "trustedform"\nsecret = "env:TF"\n{keys}\n\n{END}'


def test_a_check_is_closed_for_proofs_and_open_for_the_rest(declared: Declaring) -> None:
    (check,) = declared(*of(""), environ=KEY).checks
    assert check == Check(
        name="tf",
        provider="trustedform",
        secret="env:TF",
        url="https://cert.trustedform.com",
        on_unknown={
            "certificate": "refuse",
            "match": "refuse",
            "retain": "refuse",
            "verify": "refuse",
            "insights": "accept",
        },
        price_cut=0.2,
    )


def test_every_key_of_a_check_is_read(declared: Declaring) -> None:
    keys = """
on = ["ping", "post"]
campaigns = ["solar-tx"]
verticals = ["solar"]
sellers = ["acme"]
on_unknown = { insights = "refuse" }
cost = 0.25
ping_cost = 0.0125
daily_budget = 100
seller_daily_budget = "20.00"
min_bid = 8
cache = "2h"
trustedform = { match = "both", retain = "after_sale", verify = { advertiser_name = "Acme", one_to_one = true } }
rules = [{ property = "age_seconds", at_most = 3_600, on_null = "fail" },
         { property = "bot_detected", is = false, code = "suspected_fraud" }]
"""
    (check,) = declared(*of(keys), environ=KEY).checks
    assert (check.on, check.campaigns, check.verticals, check.sellers) == (
        ("ping", "post"),
        ("solar-tx",),
        ("solar",),
        ("acme",),
    )
    assert (check.post_millicents, check.ping_millicents) == (25_000, 1_250)
    assert (check.daily_budget_cents, check.seller_daily_budget_cents, check.min_bid_cents) == (10_000, 2_000, 800)
    assert (check.cache_s, check.on_unknown["insights"], check.trustedform.retain) == (7_200.0, "refuse", "after_sale")
    assert check.trustedform.verify == ConsentVerification(advertiser_name="Acme", one_to_one=True)
    assert check.rules == (
        AnswerRule(property="age_seconds", op="at_most", value=3_600, on_null="fail"),
        AnswerRule(property="bot_detected", op="is", value=False, code="suspected_fraud"),
    )
    assert post_costs([check], "solar-tx", "solar", "acme") == (("tf", 25.0),)
    assert post_costs([check], "solar-tx", "solar", "bluebird") == ()


def test_secrets_are_resolved_and_never_part_of_what_is_declared(declared: Declaring) -> None:
    leadid = ('provider = "trustedform"\nsecret = "env:TF"', 'provider = "leadid"\nsecret = "env:LAC"')
    old, new = of('leadid = { profile = "env:LAK", worst_result = "green" }')
    found = declared(old, new.replace(*leadid), environ=KEY)
    assert found.secrets == {"env:LAC": "lac", "env:LAK": "lak"}
    assert found.checks[0].leadid.worst_result == 1
    assert "lak" not in repr(found.checks).replace("env:LAK", "")


@each_row(
    ("keys", "place", "words"),
    [
        ('campaigns = ["solar-ca"]', "checks.tf.campaigns[0]", "did you mean `solar-tx`?"),
        ('sellers = ["acmee"]', "checks.tf.sellers[0]", "did you mean `acme`?"),
        ('on_unknown = { insigths = "accept" }', "checks.tf.on_unknown.insigths", "did you mean `insights`?"),
        ('on_unknown = { insights = "maybe" }', "checks.tf.on_unknown.insights", "`accept`, `refuse`"),
        ("on = []", "checks.tf.on", "it is never asked"),
        ("cost = 0.1234567", "checks.tf.cost", "write it as 0.0125"),
        ('url = "http://fake.example"', "checks.tf.url", "allow the host by name"),
        ('url = "https://a:b@fake.example"', "checks.tf.url", "`secret` has the key"),
        ('trustedform = { match = "none" }', "checks.tf.trustedform.match", 'retain = "never"'),
        ("trustedform = { verify = { one_to_one = true } }", "checks.tf.trustedform.verify", "add `advertiser_name`"),
        ('rules = [{ property = "age_seconds" }]', "checks.tf.rules[0]", "it has no condition"),
        (f"leadid = {{ brand_names = {['b'] * 31} }}", "checks.tf.leadid.brand_names", "leave some out"),
        ('deadline = "1s"', "checks.tf.deadline", "there is no key"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_key_and_remedy(
    problems: Problems, keys: str, place: str, words: str
) -> None:
    (text,) = problems(*of(keys), environ=KEY)
    assert f": {place}: " in text
    assert words in text


def test_a_secret_in_the_file_is_refused_and_not_shown(problems: Problems) -> None:
    old, new = of("")
    (text,) = problems(old, new.replace("env:TF", "s3cr3t"), environ=KEY)
    assert "checks.tf.secret: secrets must not be written in the file" in text
    assert "s3cr3t" not in text


@each_row(
    ("keys", "place"),
    [
        ('trustedform = { match = "email" }', "checks.tf.trustedform.match"),
        ("test_certificates = true", "checks.tf.test_certificates"),
        ('url = "https://fake.example"', "checks.tf.url"),
        ("", "campaigns.solar-tx.consent.certificate"),
    ],
)
def test_what_is_hardly_meant_is_warned_of(warnings: Callable[..., Any], keys: str, place: str) -> None:
    assert place in [problem.path for problem in warnings(*of(keys), environ=KEY)]
