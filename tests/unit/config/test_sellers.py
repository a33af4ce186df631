"""Sellers and operators: keys, translations, balances."""

from collections.abc import Callable

import pytest

from app.config.file.problem import Problem
from app.config.load import Declared, LoadedConfig
from app.domain.seller import Seller
from tests.table import each_row

Declaring = Callable[..., Declared]
Wrong = Callable[..., list[str]]
Loading = Callable[..., LoadedConfig | tuple[Problem, ...]]
Warned = Callable[..., tuple[Problem, ...]]

NAME = 'name = "acme"\n'


@pytest.fixture
def seller_with(declared: Declaring) -> Callable[[str], Seller]:
    return lambda keys: declared(NAME, f"{NAME}{keys}\n").sellers[0]


@pytest.fixture
def wrong_seller(problems: Wrong) -> Wrong:
    return lambda keys: problems(NAME, f"{NAME}{keys}\n")


def test_a_seller_says_how_it_is_known_and_answered(seller_with: Callable[[str], Seller]) -> None:
    seller = seller_with(
        'title = "Acme"\nallowed_ips = ["203.0.113.9/24"]\nallow_get = true\nformat = "xml"\ndisclosure = "class"\n'
        'quality_factor = 0.9\nreturn_rate = "4%"\nhash_lookups_per_day = 50\n'
        "median_winning_price = { exclusive = 18.50 }"
    )
    assert (seller.title, seller.allowed_ips, seller.allow_get) == ("Acme", ("203.0.113.0/24",), True)
    assert (seller.format, seller.disclosure, seller.habits.quality_factor, seller.habits.return_rate) == (
        "xml",
        "class",
        0.9,
        0.04,
    )
    assert (seller.hash_lookups_per_day, seller.exclusive.half_cents, seller.shared.half_cents) == (
        50,
        1_850.0,
        1_200.0,
    )


def test_a_prepaid_balance_is_a_cap_on_all_that_is_ever_bought(seller_with: Callable[[str], Seller]) -> None:
    day, balance = seller_with('prepaid_balance = 2_500.50\ncaps = [{ limit = 9, window = "day" }]').caps
    assert (day.scope, day.zone, day.owner) == ("seller", "America/New_York", "acme")
    assert (balance.measure, balance.limit, balance.window, balance.scope) == ("spend", 250_050, "total", "seller")


def test_what_a_seller_takes_back_and_is_told_is_declared(loading: Loading, small: str) -> None:
    told = """
returns = { window = "72h", reasons = ["duplicate"], by_outcome = { invalid = "duplicate" }, answer_within = "24h" }
feedback = { destination = "acme-hook", events = ["return"], form = "leadbyte", codes = { no_consent = "TCPA" } }
"""
    hook = '[[destinations]]\nname = "acme-hook"\nurl = "https://acme.example/back?id={seller_lead_id}"\n'
    read = loading(small.replace('name = "acme"\n', f'name = "acme"{told}') + hook)
    assert isinstance(read, LoadedConfig)
    assert read.warnings == ()
    (acme,) = read.declared.sellers
    assert (acme.returns.window_s, acme.returns.reasons) == (3 * 86_400.0, ("duplicate",))
    assert (acme.returns.answer_s, acme.returns.unanswered) == (86_400.0, "expired")
    assert acme.feedback is not None
    assert (acme.feedback.code("duplicate"), acme.feedback.code("no_consent")) == ("DUPE", "TCPA")
    assert acme.feedback.code("fraud") == "fraud"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('form = "leadbite"', "did you mean `leadbyte`?"),
        ('form = "px"', "px cannot be told of `return`"),
        ('codes = { frud = "F" }', "there is no `frud`"),
    ],
)
def test_what_a_seller_cannot_be_told_is_refused(wrong_seller: Wrong, keys: str, said: str) -> None:
    wrong = wrong_seller(f'feedback = {{ destination = "crm", {keys} }}')
    assert any(said in each for each in wrong)
    # Leads and their people go there.
    assert any("give the seller a destination of its own" in each for each in wrong)


def test_without_a_burst_one_second_of_pings_may_come_at_once(seller_with: Callable[[str], Seller]) -> None:
    assert seller_with("rate_per_second = 12.5").burst == 13
    assert seller_with("rate_per_second = 12.5\nburst = 40").burst == 40


def test_a_sellers_own_names_and_values_are_translated(seller_with: Callable[[str], Seller]) -> None:
    seller = seller_with(
        'aliases = { own_or_rent = "homeowner", plz = "zip" }\n'
        'value_maps = { homeowner = { own = true, rent = "no" }, roof_shade = { full = "heavy" } }'
    )
    assert seller.aliases == {"own_or_rent": "homeowner", "plz": "zip"}
    assert seller.value_maps == {"homeowner": {"own": "true", "rent": "no"}, "roof_shade": {"full": "heavy"}}


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('aliases = { roof = "roof_shad" }', "no vertical has a field `roof_shad`. Remedy: did you mean `roof_shade`?"),
        ('aliases = { "A-B" = "zip", a_b = "state" }', '"a_b" and "A-B" cannot be told apart'),
        ('aliases = { zip = "state" }', "`zip` is a field name of the API"),
        ('value_maps = { roof_shade = { full = "hevy" } }', "did you mean `heavy`?"),
        ('value_maps = { homeowner = { own = "mine" } }', '"mine" is not a value of `homeowner`'),
        ('value_maps = { homeowner = { Own = "yes", own = "no" } }', '"own" and "Own" cannot be told apart'),
        ('value_maps = { roof = { full = "heavy" } }', "no vertical has a field `roof`"),
        ('bid_id_key = "zip"', "a post would say its `zip` with it"),
        ('bid_id_key = "price"', "answers have a `price` already, for something else"),
        ('bid_id_key = "bid id"', '"bid id" cannot be a key in JSON and in XML'),
        ('bid_id_key = "is_accepted"', 'simple parsers would read "accepted" as a sale'),
        ('value_maps = { vertical = { "12" = "solr" } }', "there is no vertical `solr`. Remedy: did you mean `solar`?"),
        ('value_maps = { state = { Texas = "ZZ" } }', '"ZZ" is not a US state'),
        ('value_maps = { zip = { x = "123" } }', '"123" is not a valid ZIP code'),
        ('returns = { window = "0s" }', "returns.window"),
        (
            'returns = { reasons = ["fraud"], by_outcome = { invalid = "duplicate" } }',
            "takes no lead back for `duplicate`",
        ),
        ('returns = { by_outcome = { invalyd = "duplicate" } }', "did you mean `invalid`?"),
        ('feedback = { destination = "cmr" }', "there is no destination `cmr`. Remedy: did you mean `crm`?"),
        ("return_rate = 15", 'return_rate: 15 is out of bounds. Remedy: a share is written as "15%" or 0.15'),
        ('api_key = "abc"', "it is called `key_sha256` here"),
        ('allowed_ips = ["10.0.0.300"]', "is not an IP address or network"),
        ("return_rate = 1.0", "return_rate: 1.0 is out of bounds"),
        ("quality_factor = 0", "quality_factor: 0 is out of bounds"),
        ("rate_per_second = -1", "rate_per_second: -1 is out of bounds"),
        ("burst = -1\nrate_per_second = 5", "burst: -1 is below zero"),
        ("prepaid_balance = 0", "it is zero: nothing would be bought"),
        ("median_winning_price = { shared = 0 }", "median_winning_price.shared: it is zero"),
        ('caps = [{ limit = 5, window = "day", scope = "campaign" }]', "there is no key `scope` here"),
        ('disclosure = "none"', 'disclosure: "none" is not one of the allowed values'),
    ],
)
def test_a_seller_that_makes_no_sense_is_refused(wrong_seller: Wrong, keys: str, said: str) -> None:
    (problem,) = wrong_seller(keys)
    assert said in problem


def test_a_key_in_place_of_its_hash_is_refused_and_not_shown(problems: Wrong) -> None:
    (problem,) = problems('"' + "1" * 64 + '"', '"acme-s3cret"')
    assert "sellers.acme.key_sha256" in problem
    assert "s3cret" not in problem


def test_nobody_shares_a_key(problems: Wrong) -> None:
    (problem,) = problems("2" * 64, "1" * 64)
    assert "operators.ops.key_sha256: this is the key of `acme`" in problem


@each_row(
    ("events", "said"),
    [
        ('{ "New" = "ignore", "NEW!" = "contacted" }', "operators.ops.events.NEW!: another word here differs from it"),
        ('{ "New" = "skip" }', '"skip" is not one of the allowed values'),
    ],
)
def test_words_of_an_operator_that_make_no_sense_are_refused(problems: Wrong, events: str, said: str) -> None:
    key = "2" * 64
    (problem,) = problems(f'["{key}"]', f'["{key}"]\nevents = {events}')
    assert said in problem


def test_a_published_key_is_warned_of(warnings: Warned) -> None:
    key = "a2fb8545fcd457204e9fee11be92013aa3240b1b146fe262ba608fdfc159041c"
    (warning,) = warnings("1" * 64, key)
    assert "the keys of `acme` are the published demo keys" in warning.reason


def test_a_paused_seller_is_warned_of(warnings: Warned) -> None:
    (warning,) = warnings(NAME, f"{NAME}paused = true\n")
    assert warning.path == "sellers.acme.paused"
