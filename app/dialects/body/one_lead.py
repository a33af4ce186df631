"""A request holds one lead, also where it numbers it or stands in a list; one that holds several says so."""

import re

from app.dialects.body.unreadable import Encoding, UnreadableBody
from app.dialects.text import Scalar, alike, words

ONE_A_REQUEST = "send one lead a request, no list of several"

_NUMBERED = re.compile(
    r"(?P<above>(?:.{0,64}\.)?(?:leads?|lead_?data|lead_?list|data|records?|submissions?|entry|entries|pings?"
    r"|posts?|payload|requests?)\.|)(?P<number>\d{1,4})\.(?P<field>.+)",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
"""A field of one of several leads, as PHP and JavaScript nest lists: `leads[0][zip]`, `0.zip`."""

_EACH_HAS = words(
    "bidid email leadid leadidtoken phone pingid postalcode sellerleadid state trustedformcerturl vertical zip zipcode"
)
"""Of what a lead has but one, by names without separators."""


def of_one_lead(flat: dict[str, Scalar], encoding: Encoding) -> dict[str, Scalar] | UnreadableBody:
    """The fields without the number of the one lead, whichever that is; refused where there are several."""
    if "." not in "".join(flat):
        return flat
    numbered = {key: match for key in flat if (match := _NUMBERED.fullmatch(key))}
    if not numbered:
        return flat
    numbers = {(match["above"], match["number"]) for match in numbered.values()}
    if len(numbers) == 1:
        return {_without_number(key, numbered): value for key, value in flat.items()}
    told: dict[tuple[str, str], str] = {}
    for match in numbered.values():
        of_one = (match["above"], match["field"])
        leaf = alike(match["field"].rpartition(".")[2])
        if leaf in _EACH_HAS and told.setdefault(of_one, match["number"]) != match["number"]:
            return UnreadableBody(encoding=encoding, remedy=ONE_A_REQUEST)
    return flat


def _without_number(key: str, numbered: dict[str, re.Match[str]]) -> str:
    match = numbered.get(key)
    return f"{match['above']}{match['field']}" if match else key
