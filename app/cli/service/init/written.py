"""A short `buyer.toml` with its comments, from a few answers."""

import json
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from app.cli.service.init.questions import Answers
from app.cli.service.init.shipped import SHIPPED, ShippedVertical
from app.domain.money import dollars

_OWN = ShippedVertical(
    text="",
    legs=("exclusive",),
    floor=1_00,
    ceiling=50_00,
    conversion_value=500_00,
    handling_cost=0,
    fallback_price=5_00,
)
"""Terms of a kind of lead about which nothing is known here; without a model it is bought at the fallback price."""

_HEAD = """\
# What is bought, from whom, at what value, and where the leads go. `leadbid init` wrote this file; it is yours now.
#
#   leadbid check                 reads it as the service would and says what is wrong, or prints a summary
#   leadbid check --reference     explains every key there is
#
# Money is in dollars. A running service takes over a changed file by itself, and keeps the live one where it is wrong.

[buyer]
legal_name = {legal_name}
brands = [{brand}] # a consumer's consent must name one of these, or the legal name
time_zone = {time_zone}

# ---- The kinds of lead you buy, and what a ping of each may tell. Models and filters read these fields. ----

"""

_VERTICAL = """\
[[verticals]]
name = {name}
title = {title}
consent_words = [{word}] # a consent must name one of these as well
fields = [
{fields}]
"""

_CAMPAIGNS = """
# ---- Which leads you want, and what one is worth. ----
#
# A bid lies between floor and ceiling, and follows from the chance that the lead converts (the model) times
# conversion_value, less handling_cost. Where no model can price, fallback_price is bid; with expected_conversion = "8%"
# in its place, the same rule prices leads by that rate.
"""

_CAMPAIGN = """
[[campaigns]]
name = {name}
vertical = {vertical}
legs = [{legs}]
{territory}
floor = {floor}
ceiling = {ceiling}
conversion_value = {conversion_value}
handling_cost = {handling_cost}
fallback_price = {fallback_price}
destinations = [{destinations}]
caps = [
  {{ limit = {cap}, window = "day" }}, # leads
  {{ limit = {budget}, measure = "spend", window = "day" }}, # dollars
]
"""

_SELLER = """
# ---- Who may ping you. `leadbid sellers add` adds another. Keys are kept as their SHA-256. ----

[[sellers]]
name = {name}
mode = "test" # whatever it sends is a test; `leadbid sellers go-live {slug}` buys for real
key_sha256 = ["{sha256}"]
"""

_DESTINATIONS = """
# ---- Where bought leads go. A secret is named here, never written. ----
"""

_DESTINATION = """
[[destinations]]
name = "crm"
url = {url}
auth = {{ type = "standard_webhooks", secrets = [{secret}] }}
"""

_NO_DESTINATION = """
# [[destinations]]
# name = "crm" # and in each campaign: destinations = ["crm"]
# url = "https://crm.example/leads"
# auth = { type = "standard_webhooks", secrets = ["file:crm-webhook-secret.txt"] }
"""


def written(answers: Answers, key_sha256: str) -> str:
    """The file's text."""
    return "".join(
        [
            _HEAD.format(
                legal_name=_text(answers.legal_name), brand=_text(answers.brand), time_zone=_text(answers.time_zone)
            ),
            "\n".join(_vertical(name, answers) for name in answers.verticals),
            _CAMPAIGNS,
            *(_campaign(name, answers) for name in answers.verticals),
            _SELLER.format(name=_text(answers.seller), slug=answers.seller, sha256=key_sha256),
            _DESTINATIONS,
            _destination(answers),
        ]
    )


def campaign_name(vertical: str) -> str:
    """How the campaign is named that buys leads of a vertical."""
    return vertical.replace("_", "-")


def _vertical(name: str, answers: Answers) -> str:
    if name in SHIPPED:
        return SHIPPED[name].text
    words = name.replace("_", " ")
    fields = "".join(f"  {_field(*field)},\n" for field in answers.fields)
    return _VERTICAL.format(name=_text(name), title=_text(words.capitalize()), word=_text(words), fields=fields)


def _field(name: str, kind: str, *values: str) -> str:
    choice = f", values = [{_texts(values)}]" if values else ""
    return f"{{ name = {_text(name)}, type = {_text(kind)}{choice} }}"


def _campaign(name: str, answers: Answers) -> str:
    terms = SHIPPED.get(name, _OWN)
    value, ceiling = _worth(terms, answers)
    territory = f"territory = {{ states = [{_texts(answers.states)}] }}" if answers.states else "territory = {}"
    other = "also counties, zips, zip_prefixes, around, and not_ of them" if answers.states else "everywhere"
    return _CAMPAIGN.format(
        name=_text(campaign_name(name)),
        vertical=_text(name),
        legs=_texts(terms.legs),
        territory=f"{territory} # {other}",
        floor=dollars(min(terms.floor, ceiling)),
        ceiling=dollars(ceiling),
        conversion_value=dollars(value),
        handling_cost=dollars(min(terms.handling_cost, max(value - ceiling, 0))),
        fallback_price=dollars(min(terms.fallback_price, ceiling)),
        destinations='"crm"' if answers.crm_url else "",
        cap=answers.daily_cap,
        budget=dollars(answers.daily_budget),
    )


def _worth(terms: ShippedVertical, answers: Answers) -> tuple[int, int]:
    """What a conversion is worth and the highest price; who names one of them gets the other to match."""
    value, ceiling = answers.conversion_value, answers.ceiling
    if value is None:
        by_ceiling = terms.conversion_value * (ceiling or 0) // terms.ceiling
        value = max(terms.conversion_value, by_ceiling)
    if ceiling is None:
        ceiling = max(terms.ceiling * value // terms.conversion_value, 1)
    return value, ceiling


def _destination(answers: Answers) -> str:
    if not answers.crm_url:
        return _NO_DESTINATION
    text = _DESTINATION.format(url=_text(answers.crm_url), secret=_text(answers.crm_secret))
    host = urlsplit(answers.crm_url).hostname or ""
    return f"{text}allow_private_hosts = [{_text(host)}] # a host of your own network\n" if _is_private(host) else text


def _is_private(host: str) -> bool:
    try:
        return ip_address(host).is_private
    except ValueError:
        return host == "localhost"


def _texts(values: Iterable[str]) -> str:
    return ", ".join(map(_text, values))


def _text(value: str) -> str:
    """In quotes. What one line of text may hold is written in TOML as in JSON."""
    return json.dumps(value, ensure_ascii=False)
