"""Campaigns: what they declare, and what makes no sense together."""

from collections.abc import Callable

from app.config.file.problem import Problem
from app.config.load import Declared
from app.domain.campaign import Campaign
from app.domain.pricing.expected_conversion import ExpectedConversion
from app.domain.pricing.pricing import Worth
from tests.table import each_row

Declaring = Callable[..., Declared]
Wrong = Callable[..., list[str]]
Warned = Callable[..., tuple[Problem, ...]]


def only(found: Declared) -> Campaign:
    (campaign,) = found.campaigns
    return campaign


def test_a_campaign_takes_its_zone_and_brand_from_the_buyer(declared: Declaring) -> None:
    campaign = only(declared())
    assert (campaign.zone, campaign.brand, campaign.legs) == ("America/New_York", "Harbor", ("exclusive",))
    assert (campaign.floor_cents, campaign.ceiling_cents) == (1, 6_000)
    assert campaign.worth == Worth(base_cents=90_000)
    assert campaign.territory.is_everywhere
    assert all(campaign.schedule.minutes)


def test_every_price_is_read_in_cents(campaign_with: Declaring) -> None:
    campaign = only(
        campaign_with(
            'floor = 2.5\nhandling_cost = "1.25"\nfallback_price = 12\ndemand_max_adjustment = 7\nshared_share = "55%"'
        )
    )
    assert (campaign.floor_cents, campaign.handling_cents, campaign.fallback_cents) == (250, 125, 1_200)
    assert (campaign.demand_cents, campaign.shared_share) == (700, 0.55)


def test_a_value_may_follow_a_field_of_the_lead(declared: Declaring) -> None:
    campaign = only(
        declared("= 900", '= { field = "monthly_bill", rate = "50%", base = 10, missing = 20, low = 5, high = 800 }')
    )
    assert campaign.worth == Worth(
        base_cents=1_000, field="monthly_bill", rate=0.5, missing_cents=2_000, low_cents=500, high_cents=80_000
    )


def test_consent_and_duplicates_are_read_in_seconds(campaign_with: Declaring) -> None:
    campaign = only(
        campaign_with(
            'duplicate_window = "90 days"\nduplicate_scope = "buyer"\n'
            'consent = { certificate = "trustedform", max_age = "24h", landing_domains = ["www.Quotes.example"] }'
        )
    )
    assert (campaign.duplicate_s, campaign.duplicate_scope) == (90 * 86_400.0, "buyer")
    assert (campaign.consent.certificate, campaign.consent.age_s_max) == ("trustedform", 86_400.0)
    assert campaign.consent.landing_domains == {"quotes.example"}


@each_row(
    ("keys", "said"),
    [
        ("floor = 70", "floor: $70.00 is above the ceiling, $60.00"),
        ("fallback_price = 61", "fallback_price: $61.00 is not between floor and ceiling"),
        ("legs = []", "legs: no leg is given"),
        ('legs = ["exclusve"]', "did you mean `exclusive`?"),
        ('brand = "Harbour"', 'brand: "Harbour" is not a brand of the buyer'),
        ('shared_share = "140%"', 'shared_share: "140%" is out of bounds'),
        ('destination = ["crm"]', "did you mean `destinations`?"),
        ('consent = { max_age = "0s" }', "consent.max_age: no consent can be that recent"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong_campaign: Wrong, keys: str, said: str) -> None:
    (problem,) = wrong_campaign(keys)
    assert said in problem


def test_references_lead_somewhere(problems: Wrong) -> None:
    (vertical,) = problems('vertical = "solar"', 'vertical = "solr"')
    assert "there is no vertical `solr`. Remedy: did you mean `solar`?" in vertical
    (destination,) = problems('["crm"]', '["crn"]')
    assert (
        "campaigns.solar-tx.destinations[0]: there is no destination `crn`. Remedy: did you mean `crm`?" in destination
    )


def test_a_ceiling_of_nothing_is_refused(problems: Wrong) -> None:
    assert "paused = true" in problems("ceiling = 60", "ceiling = 0")[0]


def test_two_campaigns_have_two_names(small: str, problems: Wrong) -> None:
    start, end = small.index("[[campaigns]]"), small.index("[[sellers]]")
    (problem,) = problems("[[sellers]]", small[start:end] + "[[sellers]]")
    assert "campaigns.solar-tx.name: the name `solar-tx` is used twice" in problem


def test_a_vertical_without_consent_words_sells_to_no_campaign_that_reads_the_text(
    problems: Wrong, declared: Declaring
) -> None:
    (problem,) = problems('consent_words = ["solar"]\n', "")
    assert "no consent text can pass" in problem
    declared("[[campaigns]]", "[[campaigns]]\nconsent = { text_required = false }")


@each_row(
    ("old", "new", "said"),
    [
        ("ceiling = 60", "ceiling = 60\npaused = true", "paused: it is paused"),
        ('destinations = ["crm"]', "", "its leads are stored but not delivered"),
        ('caps = [{ limit = 100, window = "day" }]', "", "it has no cap"),
        ("ceiling = 60", "ceiling = 901", "ceiling: $901.00 is more than any lead is worth"),
        (
            "ceiling = 60",
            "ceiling = 4500",
            "$4,500.00 is a lot for one lead. Remedy: amounts are in dollars, not in cents",
        ),
        (
            "conversion_value = 900",
            'conversion_value = { field = "monthly_bill", rate = 4 }',
            'worth 400% of the field. Remedy: if 4.00% is meant, write "4%"',
        ),
        (
            "ceiling = 60",
            'ceiling = 60\nfilters = [{ field = "zip", in = ["00000"] }]',
            "filters[0].in[0]: nobody has such a ZIP code: 00000",
        ),
        ("ceiling = 60", 'ceiling = 60\nconsent = { certificate = "none" }', "without proof of consent"),
        ("ceiling = 60", 'ceiling = 60\nconsent = { landing_domains = ["a/b"] }', '"a/b" is not a domain'),
    ],
)
def test_what_is_legal_but_hardly_meant_is_warned_of(warnings: Warned, old: str, new: str, said: str) -> None:
    assert said in "\n".join(map(str, warnings(old, new)))


def test_expected_conversion_is_one_rate_or_rates_by_seller_and_state(campaign_with: Declaring) -> None:
    assert only(campaign_with('expected_conversion = "8%"')).expected_conversion == ExpectedConversion(rate=0.08)
    told = 'expected_conversion = { rate = 0.08, by_seller = { acme = "10%" }, by_state = { Texas = "6%", CA = 0.09 } }'
    assert only(campaign_with(told)).expected_conversion == ExpectedConversion(
        rate=0.08, by_seller={"acme": 0.1}, by_state={"TX": 0.06, "CA": 0.09}
    )


@each_row(
    ("keys", "said"),
    [
        ('expected_conversion = "0%"', 'expected_conversion: "0%" is out of bounds'),
        ("expected_conversion = 8", 'expected_conversion: 8 is out of bounds. Remedy: a share is written as "8%"'),
        ("expected_conversion = { }", "expected_conversion: `rate` is missing"),
        (
            'expected_conversion = { rate = "8%", by_seller = { acne = "9%" } }',
            "expected_conversion.by_seller.acne: there is no seller `acne`. Remedy: did you mean `acme`?",
        ),
        (
            'expected_conversion = { rate = "8%", by_state = { ZZ = "9%" } }',
            'expected_conversion.by_state.ZZ: "ZZ" is not a US state. Remedy: write its two letters',
        ),
        ('expected_conversion = { rate = "8%", by_state = { TX = "9%", Texas = "9%" } }', "TX stands there twice"),
        ("price_points = 35", "price_points: 35 is not a list"),
        ("price_points = [0, 35]", "price_points[0]: it is zero: no bid is that low"),
        ("price_points = [61, 75]", "price_points: none lies between floor and ceiling, $0.01 and $60.00"),
        (
            "price_points = [3, 35]\nfallback_price = 12",
            "fallback_price: $12.00 is not one of `price_points`. Remedy: choose $3.00 or $35.00",
        ),
    ],
)
def test_rates_and_prices_that_cannot_be_meant_are_refused(wrong_campaign: Wrong, keys: str, said: str) -> None:
    (problem,) = wrong_campaign(keys)
    assert said in problem


def test_price_points_are_read_in_cents_from_the_lowest(campaign_with: Declaring) -> None:
    assert only(campaign_with('price_points = [50, "$35", 3]')).price_points == (300, 3_500, 5_000)


@each_row(
    ("keys", "said"),
    [
        ('fallback_price = 12\nexpected_conversion = "8%"', "fallback_price: it is never bid: `expected_conversion`"),
        ("price_points = [3, 35, 75]", "price_points[2]: $75.00 is above the ceiling, and never bid"),
        ("floor = 5\nprice_points = [3, 35]", "price_points[0]: $3.00 is below the floor, and never bid"),
        ("price_points = [35, 3, 35]", "price_points[2]: $35.00 stands there twice"),
    ],
)
def test_a_price_that_is_never_bid_is_warned_of(warnings: Warned, keys: str, said: str) -> None:
    (warning,) = warnings("ceiling = 60\n", f"ceiling = 60\n{keys}\n")
    assert said in str(warning)


def test_a_seller_at_which_a_campaign_can_bid_no_price_is_warned_of(warnings: Warned) -> None:
    (warning,) = warnings('name = "acme"\n', 'name = "acme"\nprice_points = [61, 75]\n')
    assert "sellers.acme.price_points: none of them can be bid by campaign `solar-tx`" in str(warning)
