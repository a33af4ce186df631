"""Builds the checks of providers, and refuses those that could not work or would leak a secret."""

import re
from collections.abc import Collection, Iterable, Mapping
from urllib.parse import urlsplit

from app.config.check_rules import rules_of
from app.config.described_checks import (
    blacklist_alliance_terms,
    check_described,
    dncscrub_terms,
    facts_of_check,
    http_terms,
    suppressionlist_terms,
)
from app.config.file.files import Files
from app.config.file.problem import Findings, KeyPath, did_you_mean
from app.config.schema import CheckTable, LeadIdTable, TrustedFormTable, VerifyTable
from app.config.values.names import refuse_repeated
from app.domain.campaign import Campaign
from app.domain.checks.check import (
    ADDRESSES,
    QUESTIONS,
    Check,
    ConsentVerification,
    LeadIdTerms,
    TrustedFormTerms,
)
from app.domain.checks.verdict import OnUnknown
from app.domain.delivery.destination_auth import is_plain, is_secret
from app.domain.vertical import Vertical

BRANDS_MAX = 30
"""LeadiD's own limit of brand names in one query."""

_ONE_TO_ONE = re.compile("medicare|medigap", re.IGNORECASE)
"""Verticals of which consent must be to one company by name, whatever became of the rule for all others."""

_RESULTS = {"green": 1, "yellow": 2, "red": 3}


def build_checks(
    tables: tuple[CheckTable, ...], names: Mapping[str, Collection[str]], files: Files, findings: Findings
) -> tuple[tuple[Check, ...], dict[str, str]]:
    """The checks, and what their references stand for. `names` are those of campaigns, verticals and sellers."""
    refuse_repeated(((table.name, table.at) for table in tables), findings)
    secrets: dict[str, str] = {}
    for table in tables:
        _check_names(table, names, findings)
        _check_address(table, findings)
        _check_provider(table, findings)
        check_described(table, findings)
        for key, reference in ((("secret",), table.secret), (("leadid", "profile"), table.leadid.profile)):
            if reference or key == ("secret",):
                _resolve(reference, (*table.at, *key), secrets, files, findings)
    return tuple(_check(table, findings) for table in tables), secrets


def warn_of_unchecked(checks: tuple[Check, ...], campaigns: tuple[Campaign, ...], findings: Findings) -> None:
    """Warn where a seller evades a check by sending the other kind of certificate, which no check looks at."""
    checked = {check.provider for check in checks}
    for position, campaign in enumerate(campaigns):
        asked = [each for each in checks if not each.campaigns or campaign.name in each.campaigns]
        providers = {each.provider for each in asked} & {"trustedform", "leadid"}
        if checked and len(providers) == 1 and campaign.consent.certificate == "any":
            (provider,) = providers
            findings.warn(
                ("campaigns", position, "consent", "certificate"),
                f"a post with another certificate than `{provider}` is bought without a check",
                f'require it with certificate = "{provider}", or add a check for the other one',
            )


def warn_of_shared_consent(
    checks: tuple[Check, ...], campaigns: tuple[Campaign, ...], verticals: Iterable[Vertical], findings: Findings
) -> None:
    """Warn where the law of a vertical wants consent to one company, and nobody looks whether it is."""
    by_type = {vertical.name for vertical in verticals if vertical.buyer_types}
    for position, campaign in enumerate(campaigns):
        # A text that need only name a type of company names none.
        is_named = campaign.consent.text_required and campaign.vertical not in by_type
        if not _ONE_TO_ONE.search(campaign.vertical) or is_named:
            continue
        if not any(_proves_one_to_one(each) for each in checks if _is_asked_of(each, campaign)):
            findings.warn(
                ("campaigns", position, "consent"),
                "Medicare leads need consent to each company by name (42 CFR 422.2274(g)(4), since October 2024)",
                "require the text without `buyer_types`, or verify `one_to_one` (TrustedForm), `brand_names` (LeadiD)",
            )


def _is_asked_of(check: Check, campaign: Campaign) -> bool:
    named = not check.campaigns or campaign.name in check.campaigns
    return named and (not check.verticals or campaign.vertical in check.verticals)


def _proves_one_to_one(check: Check) -> bool:
    verify = check.trustedform.verify
    return (verify is not None and verify.one_to_one) or bool(check.leadid.brand_names)


def _check(table: CheckTable, findings: Findings) -> Check:
    return Check(
        name=table.name,
        provider=table.provider,
        secret=table.secret,
        url=(table.url or ADDRESSES.get(table.provider, "")).rstrip("/"),
        private_hosts=table.allow_private_hosts,
        on=table.on,
        campaigns=table.campaigns,
        verticals=table.verticals,
        sellers=table.sellers,
        on_unknown=_on_unknown(table, findings),
        price_cut=table.price_cut,
        ping_millicents=table.cost if table.ping_cost is None else table.ping_cost,
        post_millicents=table.cost,
        daily_budget_cents=table.daily_budget,
        seller_daily_budget_cents=table.seller_daily_budget,
        min_bid_cents=table.min_bid,
        cache_s=table.cache,
        test_certificates=table.test_certificates,
        rules=rules_of(table.rules, "suspected_fraud" if table.provider == "http" else "consent_invalid", findings),
        facts=facts_of_check(table),
        trustedform=_trustedform(table.trustedform),
        leadid=_leadid(table.leadid),
        suppressionlist=suppressionlist_terms(table),
        blacklist_alliance=blacklist_alliance_terms(table),
        dncscrub=dncscrub_terms(table),
        http=http_terms(table, findings),
    )


def _on_unknown(table: CheckTable, findings: Findings) -> Mapping[str, OnUnknown]:
    """What an unknown does, for every question that the provider can be asked."""
    questions = QUESTIONS[table.provider]
    for name in table.on_unknown:
        if name not in questions:
            reason = f"`{table.provider}` is not asked `{name}`"
            findings.error((*table.at, "on_unknown", name), reason, did_you_mean(name, questions))
    return {**questions, **{name: word for name, word in table.on_unknown.items() if name in questions}}


def _trustedform(table: TrustedFormTable) -> TrustedFormTerms:
    return TrustedFormTerms(
        match=table.match,
        retain=table.retain,
        verify=_verification(table.verify) if table.verify is not None else None,
        required_terms=table.required_terms,
        forbidden_terms=table.forbidden_terms,
    )


def _verification(table: VerifyTable) -> ConsentVerification:
    return ConsentVerification(
        advertiser_name=table.advertiser_name,
        min_font_size_px=table.min_font_size_px,
        min_contrast_ratio=table.min_contrast_ratio,
        opt_in_types=table.opt_in_types,
        one_to_one=table.one_to_one,
    )


def _leadid(table: LeadIdTable) -> LeadIdTerms:
    return LeadIdTerms(
        profile=table.profile,
        provider_codes=table.provider_codes,
        brand_names=table.brand_names,
        data_integrity=table.data_integrity,
        worst_result=_RESULTS[table.worst_result],
    )


def _check_names(table: CheckTable, names: Mapping[str, Collection[str]], findings: Findings) -> None:
    """What a check speaks of must be declared."""
    for key, known in names.items():
        for position, name in enumerate(getattr(table, key)):
            if name not in known:
                findings.error(
                    (*table.at, key, position), f"there is no {key[:-1]} `{name}`", did_you_mean(name, known)
                )


def _check_address(table: CheckTable, findings: Findings) -> None:
    """The secret goes wherever the address says: only over TLS, or to a host that is allowed by name."""
    if table.url is None:
        return
    at: KeyPath = (*table.at, "url")
    try:
        parts = urlsplit(table.url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not host or not is_plain(table.url):
        findings.error(at, "it is not an address", 'write it as "https://host/path"')
    elif parts.username is not None or parts.query or parts.fragment:
        findings.error(at, "it holds a user, a query or a fragment", "leave these out; `secret` has the key")
    elif parts.scheme == "http" and host not in table.allow_private_hosts:
        findings.error(at, "the secret would travel without TLS", "write https, or allow the host by name")
    elif table.provider != "http":
        findings.warn(at, "the provider itself is not asked", "leave `url` out, unless this is a test")


def _check_provider(table: CheckTable, findings: Findings) -> None:
    """What contradicts itself, or what the provider would refuse."""
    terms, at = table.trustedform, (*table.at, "trustedform")
    if not table.on:
        findings.error((*table.at, "on"), "it is never asked", 'write on = ["post"], or leave the check out')
    if len(table.leadid.brand_names) > BRANDS_MAX:
        reason = f"there are {len(table.leadid.brand_names)}, and LeadiD takes {BRANDS_MAX}"
        findings.error((*table.at, "leadid", "brand_names"), reason, "leave some out")
    if table.test_certificates:
        reason = "anybody can make a sandbox certificate, which proves nothing"
        findings.warn((*table.at, "test_certificates"), reason, "leave it out where leads are bought")
    if table.provider != "trustedform":
        return
    if terms.match == "none" and terms.retain != "never":
        reason = "TrustedForm retains no certificate without a match"
        findings.error((*at, "match"), reason, 'write match = "phone", or retain = "never"')
    elif terms.match in ("email", "any", "none"):
        reason = "the phone number need not be the one of the certificate"
        findings.warn((*at, "match"), reason, 'write "phone" or "both" if the lead will be called')
    if terms.verify is not None and terms.verify.one_to_one and not terms.verify.advertiser_name:
        findings.error((*at, "verify"), "`one_to_one` needs an advertiser", "add `advertiser_name`")


def _resolve(reference: str, at: KeyPath, secrets: dict[str, str], files: Files, findings: Findings) -> None:
    """What a reference stands for; neither is shown where it is none."""
    if not is_secret(reference):
        findings.error(at, "secrets must not be written in the file", 'refer to it as "env:NAME" or "file:PATH"')
        return
    value = files.secret(reference, at, findings)
    if value is None:
        return
    if not value or not is_plain(value):
        reason = f"the secret `{reference}` must be one line of printable ASCII"
        findings.error(at, reason, "replace what the reference points to")
    secrets[reference] = value
