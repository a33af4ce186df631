"""Scrubs, providers that a file describes, and calling rules: what they come to, and what is refused and why."""

from collections.abc import Callable
from typing import Any

from app.domain.checks.check import post_costs
from app.domain.checks.http_terms import CheckFact
from app.domain.filters import Filter
from app.domain.vertical import Field
from tests.table import each_row
from tests.unit.config.test_checks import END, Declaring, Problems

KEY = {"KEY": "k"}
SCORE = """
provider = "http"
url = "https://score.example/v1"
on = ["ping", "post"]
http = { send = { ip = "ip_address", phone = "phone" } }
rules = [{ property = "score", at_most = 90 }]
facts = [{ name = "ip_score", property = "score" }, { name = "net", property = "net", type = "choice", values = ["A"] }]
"""
LISTS = 'provider = "suppressionlist"\nsuppressionlist = { lists = ["optouts"] }\n'


def of(keys: str) -> tuple[str, str]:
    return END, f'[[checks]]\nname = "c"\nsecret = "env:KEY"\n{keys}\n\n{END}'


def test_what_is_described_is_read_with_the_code_of_fraud(declared: Declaring) -> None:
    (check,) = declared(*of(SCORE), environ=KEY).checks
    assert (check.url, check.http.send) == ("https://score.example/v1", {"ip": "ip_address", "phone": "phone"})
    assert check.rules[0].code == "suspected_fraud"
    assert check.on_unknown == {"answer": "accept"}
    assert check.facts[0] == CheckFact(name="ip_score", property="score")


def test_a_fact_is_a_field_of_the_vertical_for_filters_and_models(declared: Declaring) -> None:
    rule = '[[campaigns.filters]]\nfield = "ip_score"\nat_most = 70\n\n[[checks]]'
    old, new = of(SCORE)
    found = declared(old, new.replace("[[checks]]", rule, 1), environ=KEY)
    assert Filter(field="ip_score", op="at_most", value=70) in found.campaigns[0].filters
    assert found.verticals[0].provider_facts == (
        Field(name="ip_score", type="number", locked=False),
        Field(name="net", type="choice", values=("A",), locked=False),
    )


@each_row(
    ("keys", "place", "words"),
    [
        ('provider = "suppressionlist"', "suppressionlist.lists", "no list is named"),
        (LISTS + 'on = ["ping"]', "on", "only hashes"),
        ('provider = "dncscrub"\non = ["ping"]', "on", 'write on = ["post"]'),
        ('provider = "blacklist_alliance"\non = ["ping", "post"]', "on", "takes no hash"),
        (LISTS + 'rules = [{ property = "found", is = false }]', "rules", "leave them out"),
        (LISTS + 'on_unknown = { litigator = "accept" }', "on_unknown.litigator", "is not asked `litigator`"),
        (SCORE.replace('url = "https://score.example/v1"', ""), "url", "needs an address"),
        (SCORE.replace("/v1", "/{name}"), "url", "send it as a parameter"),
        (SCORE.replace("/v1", "/v1?key=1"), "url", "a query"),
        (SCORE.replace('"phone" }', '"fone" }'), "http.send.phone", "`phone`"),
        (SCORE.replace("http = { send", "http = { needs = ['fone'], send"), "http.needs[0]", "`phone`"),
        (SCORE.replace('ip = "ip_address", ', ""), "on", "holds nothing of what is sent"),
        (SCORE.replace("http = { send", 'http = { auth = "path", send'), "http.auth", "belong together"),
        (SCORE.replace("/v1", "/{secret}"), "http.auth", "belong together"),
        (SCORE.replace("http = { send", 'http = { auth = "header", send'), "http.auth_name", "add it"),
        (SCORE.replace("http = { send", 'http = { encoding = "json", send'), "http.encoding", "a GET has no body"),
        (
            SCORE.replace('send = { ip = "ip_address", phone = "phone" }', 'send = { z = "zip" }'),
            "http.send",
            "nothing",
        ),
        (SCORE.replace('"ip_score"', '"zip"'), "facts.zip.name", "is taken"),
        (SCORE.replace('"net", p', '"ip_score", p'), "facts.ip_score.name", "is taken"),
        (SCORE.replace(', values = ["A"]', ""), "facts.net.values", "list all of them"),
        ('preset = "trestel-phone"', "preset", "did you mean `trestle-phone`?"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_key_and_remedy(
    problems: Problems, keys: str, place: str, words: str
) -> None:
    found = problems(*of(keys), environ=KEY)
    assert any(f": checks.c.{place}: " in text and words in text for text in found)


def test_a_fact_of_a_check_that_is_asked_on_posts_alone_could_never_be_read(problems: Problems) -> None:
    keys = SCORE.replace('["ping", "post"]', '["post"]')
    assert all('add "ping" to `on`' in text for text in problems(*of(keys), environ=KEY))


RULE = '[[calling_rules]]\nstate = "Texas"\nhours = [{ hours = "07:00-19:00" }]\n'


def test_a_rule_of_calling_replaces_the_shipped_one_within_the_hours_of_the_nation(declared: Declaring) -> None:
    rules = declared(END, f"{RULE}\n{END}").calling_rules
    assert rules["TX"].week == (((480, 1140),),) * 7
    assert rules["FL"].calls_max == 3


@each_row(
    ("rule", "place", "words"),
    [
        (RULE.replace("Texas", "Texass"), "calling_rules[0].state", "is no state"),
        (RULE + RULE, "calling_rules[1].state", "already"),
        (RULE + "calls_max = 0", "calling_rules[0].calls_max", "nobody could be called"),
        (RULE.replace('[{ hours = "07:00-19:00" }]', "[]"), "calling_rules[0].hours", "there are none"),
    ],
)
def test_a_rule_of_calling_that_cannot_hold_is_refused(problems: Problems, rule: str, place: str, words: str) -> None:
    (text,) = problems(END, f"{rule}\n\n{END}")
    assert f": {place}: " in text
    assert words in text


@each_row(
    ("hours", "warned"),
    [('"09:00-21:00"', True), ('"15:00-18:00"', False), ('"08:00-10:00"', True), ("", False)],
)
def test_hours_in_which_nobody_may_be_called_are_warned_of(
    warnings: Callable[..., Any], hours: str, warned: bool
) -> None:
    """By clocks of the campaign one or two hours ahead; Texans may be called from 9 to 21, on Sundays from 12."""
    schedule = f"[[campaigns.schedule]]\nhours = {hours}\n" if hours else ""
    schedule = f'[campaigns.territory]\nstates = ["TX"]\n{schedule}'
    sellers = '[[sellers]]\nname = "acme"'
    found = [problem.path for problem in warnings(sellers, f"{schedule}\n{sellers}")]
    assert ("campaigns.solar-tx.schedule" in found) == warned


ONE_TO_ONE = 'trustedform = { verify = { advertiser_name = "Acme", one_to_one = true } }'


@each_row(
    ("vertical", "campaign", "check", "warned"),
    [
        ("", "", "", False),
        ("", "consent = { text_required = false }", "", True),
        ('buyer_types = ["agents"]', "", "", True),
        ('buyer_types = ["agents"]', "", 'trustedform = { verify = { advertiser_name = "Acme" } }', True),
        ('buyer_types = ["agents"]', "", ONE_TO_ONE, False),
        ('buyer_types = ["agents"]', "", f'verticals = ["solar"]\n{ONE_TO_ONE}', True),
    ],
)
def test_a_medicare_lead_whose_consent_nobody_sees_to_be_for_one_company_is_warned_of(
    warnings: Callable[..., Any], vertical: str, campaign: str, check: str, warned: bool
) -> None:
    added = f"""
[[verticals]]
name = "medicare"
consent_words = ["medicare"]
{vertical}

[[campaigns]]
name = "senior"
vertical = "medicare"
ceiling = 60
conversion_value = 900
caps = [{{ limit = 1, window = "day" }}]
destinations = ["crm"]
{campaign}

[[checks]]
name = "tf"
provider = "trustedform"
secret = "env:KEY"
{check}

{END}"""
    found = [problem.path for problem in warnings(END, added, environ=KEY)]
    assert ("campaigns.senior.consent" in found) == warned


def test_a_value_looked_up_is_a_call_to_pay_for(declared: Declaring) -> None:
    checks = declared(*of(LISTS + "cost = 0.01"), environ=KEY).checks
    assert post_costs(checks, "solar-tx", "solar", "acme") == (("c", 2.0),)
