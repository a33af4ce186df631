"""A check as the buyer declares it: which provider is asked what, of which leads, at what cost and to what effect."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from app.domain.checks.http_terms import CheckFact, HttpTerms
from app.domain.checks.rule import AnswerRule
from app.domain.checks.scrubs import BlacklistAllianceTerms, DncScrubTerms, SuppressionListTerms
from app.domain.checks.verdict import OnUnknown

Stage = Literal["ping", "post"]
CheckProvider = Literal["trustedform", "leadid", "suppressionlist", "blacklist_alliance", "dncscrub", "http"]

QUESTIONS: Mapping[CheckProvider, Mapping[str, OnUnknown]] = {
    "trustedform": {
        "certificate": "refuse",
        "match": "refuse",
        "retain": "refuse",
        "verify": "refuse",
        "insights": "accept",
    },
    "leadid": {"certificate": "refuse", "data_integrity": "refuse", "audit": "refuse", "insights": "accept"},
    "suppressionlist": {"listed": "refuse"},
    "blacklist_alliance": {"litigator": "refuse"},
    "dncscrub": {"litigator": "refuse", "dnc": "refuse", "reassigned": "accept"},
    "http": {"answer": "accept"},
}
"""What each provider can be asked, and what an unknown does unless the check says otherwise.

What proves consent is closed, and so is who may not be called; what only describes the lead is open.
"""

ADDRESSES: Mapping[CheckProvider, str] = {
    "trustedform": "https://cert.trustedform.com",
    "leadid": "https://api.leadid.com",
    "suppressionlist": "https://app.suppressionlist.com",
    "blacklist_alliance": "https://api.blacklistalliance.net",
    "dncscrub": "https://dataapi.dncscrub.com",
}
"""Where each provider really is; one that the buyer describes is where he says."""


class ConsentVerification(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What TrustedForm's `verify` is to look for; `one_to_one` requires consent to this advertiser alone."""

    advertiser_name: str = ""
    min_font_size_px: int | None = None
    min_contrast_ratio: float | None = None
    opt_in_types: tuple[str, ...] = ()
    one_to_one: bool = False


class TrustedFormTerms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which of TrustedForm's four operations are asked for, and what of the person must match."""

    match: Literal["phone", "email", "any", "both", "none"] = "phone"
    retain: Literal["at_once", "after_sale", "never"] = "at_once"
    verify: ConsentVerification | None = None
    required_terms: tuple[str, ...] = ()
    forbidden_terms: tuple[str, ...] = ()


class LeadIdTerms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`profile` refers to the audit profile's key: without one, a post is only asked whether its token is genuine.

    `provider_codes` are the codes by which LeadiD knows our sellers. `data_integrity` are the verdicts that pass,
    `worst_result` the worst that an audit may come to: 1 green, 2 yellow, 3 red.
    """

    profile: str = ""
    provider_codes: Mapping[str, str] = {}
    brand_names: tuple[str, ...] = ()
    data_integrity: tuple[int, ...] = (1, 3)
    worst_result: int = 2


class Check(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One declared check. It speaks of leads of these campaigns, verticals and sellers; of all where none are named.

    `secret` is a reference. `on_unknown` names every question. A ping is asked about where the best bid would be at
    least `min_bid_cents`. Costs are of one call, in thousandths of a cent; beyond a budget a question stays unknown.
    An answer is used again for `cache_s`. `facts` are what filters and models read of the answer to a ping.
    """

    name: str
    provider: CheckProvider
    secret: str
    url: str
    private_hosts: tuple[str, ...] = ()
    on: tuple[Stage, ...] = ("post",)
    campaigns: tuple[str, ...] = ()
    verticals: tuple[str, ...] = ()
    sellers: tuple[str, ...] = ()
    on_unknown: Mapping[str, OnUnknown]
    price_cut: float = 0.0
    ping_millicents: int = 0
    post_millicents: int = 0
    daily_budget_cents: int | None = None
    seller_daily_budget_cents: int | None = None
    min_bid_cents: int = 0
    cache_s: float = 86_400.0
    test_certificates: bool = False
    rules: tuple[AnswerRule, ...] = ()
    facts: tuple[CheckFact, ...] = ()
    trustedform: TrustedFormTerms = TrustedFormTerms()
    leadid: LeadIdTerms = LeadIdTerms()
    suppressionlist: SuppressionListTerms = SuppressionListTerms()
    blacklist_alliance: BlacklistAllianceTerms = BlacklistAllianceTerms()
    dncscrub: DncScrubTerms = DncScrubTerms()
    http: HttpTerms = HttpTerms()

    def covers(self, campaign: str, vertical: str, seller: str) -> bool:
        """Whether it speaks of a lead of this seller for this campaign."""
        return (
            (not self.campaigns or campaign in self.campaigns)
            and (not self.verticals or vertical in self.verticals)
            and (not self.sellers or seller in self.sellers)
        )


def calls_on_post(check: Check) -> int:
    """How many calls one post takes: SuppressionList looks up one value at a time."""
    return len(check.suppressionlist.values) if check.provider == "suppressionlist" else 1


def secrets_in(check: Check) -> tuple[str, ...]:
    """Every reference that must be resolved before its provider can be asked."""
    return tuple([reference for reference in (check.secret, check.leadid.profile) if reference])


def post_costs(checks: Iterable[Check], campaign: str, vertical: str, seller: str) -> tuple[tuple[str, float], ...]:
    """(name, cents) of each check that a post of such a lead will be put to, where it costs something."""
    return tuple(
        [
            (check.name, check.post_millicents * calls_on_post(check) / 1000.0)
            for check in checks
            if check.post_millicents and "post" in check.on and check.covers(campaign, vertical, seller)
        ]
    )
