"""Loads `buyer.toml`: values of the domain, or every problem in it with line, reason and remedy."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from app.config.access.openid import build_openid
from app.config.alerts import build_alerts
from app.config.campaigns import Surroundings, build_campaigns
from app.config.checks import build_checks, warn_of_shared_consent, warn_of_unchecked
from app.config.described_checks import check_facts, provider_facts
from app.config.destinations import Placed, check_destinations, check_lead_paths, resolve_secrets
from app.config.file.files import Files, ReadFile
from app.config.file.lines import lines_of
from app.config.file.problem import Findings, Problem
from app.config.file.read import read_table
from app.config.file.remedies import SMALLEST
from app.config.file.syntax import syntax_problem
from app.config.presets import expand_presets
from app.config.prices import warn_of_points_apart
from app.config.returns import check_feedback_destinations
from app.config.schema import BuyerFile, BuyerTable, RetentionTable
from app.config.sellers import build_operators, build_sellers, refuse_shared_keys
from app.config.values.calling import build_calling_rules, warn_of_uncallable
from app.config.verticals import build_verticals
from app.domain.access.openid import OpenIdTerms
from app.domain.alerts.terms import AlertTerms
from app.domain.buyer import Buyer, Exploration, Operator, Retention
from app.domain.calling.rules import CallingRule
from app.domain.campaign import Campaign
from app.domain.checks.check import Check
from app.domain.configuration import Configuration
from app.domain.delivery.destination import Destination
from app.domain.seller import Seller
from app.domain.vertical import Vertical

_DEPTH_MAX = 20
"""Keys within keys; the deepest that means anything has nine."""


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """All that a file declares. `contents` are those of the files that were read; `secrets` are by their reference.

    `config_hash` is 16 hex digits over the file and the lists it names, not over secrets.
    """

    buyer: Buyer
    verticals: tuple[Vertical, ...]
    campaigns: tuple[Campaign, ...]
    sellers: tuple[Seller, ...]
    operators: tuple[Operator, ...]
    destinations: tuple[Destination, ...]
    retention: Retention = Retention()
    checks: tuple[Check, ...]
    alerts: AlertTerms
    openid: OpenIdTerms | None = None
    calling_rules: Mapping[str, CallingRule] = {}
    config_hash: str
    contents: Mapping[Path, bytes | None]
    secrets: Mapping[str, str]

    @property
    def secret_files(self) -> tuple[Path, ...]:
        """The files that hold its secrets."""
        names = [reference.removeprefix("file:") for reference in self.secrets if reference.startswith("file:")]
        folder = next(iter(self.contents)).parent
        return tuple([folder / name for name in names])

    def __repr__(self) -> str:
        return f"Declared(config_hash={self.config_hash!r}, ***)"


class LoadedConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A configuration that the service can work with, and what in it is legal but hardly meant."""

    declared: Declared
    warnings: tuple[Problem, ...]


def configuration_of(declared: Declared) -> Configuration:
    """What is declared, without files and secrets."""
    return Configuration(**{name: getattr(declared, name) for name in Configuration.__struct_fields__})


def load(
    path: Path, *, environ: Mapping[str, str], read_file: ReadFile = Path.read_bytes
) -> LoadedConfig | tuple[Problem, ...]:
    """What the file declares, or all that is wrong with it, in the order of its lines."""
    try:
        content = read_file(path)
    except OSError as error:
        reason = f"the file cannot be read ({error.strerror or type(error).__name__})"
        remedy = "name another file with --config, or create one with `leadbid init`"
        return (Problem(file=str(path), reason=reason, remedy=remedy),)
    parsed = _parse(path, content)
    if isinstance(parsed, Problem):
        return (parsed,)
    tree, findings = parsed
    if not tree:
        return (
            Problem(
                file=str(path),
                reason="the file is empty",
                remedy=f"have `leadbid init` write one, or begin with\n{SMALLEST}",
            ),
        )
    files = Files(path, content, environ, read_file)
    tree = expand_presets(tree, findings)
    table = read_table(BuyerFile, tree, (), findings)
    declared = None if table is None else _declare(table, tree, files, findings)
    if declared is None or findings.errors:
        return _in_order(findings.errors, path)
    return LoadedConfig(declared=declared, warnings=_in_order(findings.warnings, path))


def _parse(path: Path, content: bytes) -> tuple[dict[str, Any], Findings] | Problem:
    try:
        text = content.decode("utf-8-sig")
        tree = tomllib.loads(text)
        # Line ends of Windows count as one, as for the parser.
        lines = lines_of(text.replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Problem(file=str(path), line=line, reason="the file is not UTF-8 text", remedy="save the file as UTF-8")
    # Numbers of thousands of digits are a plain ValueError.
    except (ValueError, RecursionError) as error:
        return syntax_problem(str(path), content, str(error))
    deep = next((line for key, line in lines.items() if len(key) > _DEPTH_MAX), 0)
    if deep:
        reason = "tables and lists are nested too deeply"
        return Problem(
            file=str(path), line=deep, reason=reason, remedy="start from the file that `leadbid init` writes"
        )
    return tree, Findings(str(path), tree, lines)


def _declare(table: BuyerFile, tree: dict[str, Any], files: Files, findings: Findings) -> Declared:
    """Values of the domain. Where something cannot be read, what refers to it is not blamed as well."""
    buyer = _buyer(table.buyer, findings)
    verticals = tuple(
        replace(each, provider_facts=provider_facts(each, table.checks))
        for each in build_verticals(table.verticals, findings)
    )
    whole = [one for one, read in zip(verticals, table.verticals, strict=True) if not findings.blame(read.at)]
    around = Surroundings(
        buyer=buyer,
        verticals={vertical.name: vertical for vertical in whole},
        vertical_names=_names(tree, "verticals"),
        destination_names=_names(tree, "destinations"),
        seller_names=_names(tree, "sellers"),
    )
    campaigns = build_campaigns(table.campaigns, around, files, findings)
    all_known = len(whole) == len(_members(tree, "verticals"))
    sellers = build_sellers(table.sellers, buyer, whole if all_known else (), findings)
    warn_of_points_apart(campaigns, table.sellers, sellers, findings)
    operators, verifying = build_operators(table.operators, files, findings)
    refuse_shared_keys((*table.sellers, *table.operators), findings)
    placed = _placed(table.destinations, tree)
    used = {name for campaign in campaigns for name in campaign.destinations}
    told = {seller.feedback.destination for seller in sellers if seller.feedback is not None}
    check_feedback_destinations(table.sellers, around.destination_names, findings)
    check_lead_paths(_members(tree, "destinations"), whole if all_known else (), findings)
    check_destinations(placed, whole if all_known else (), used, told, findings)
    secrets = resolve_secrets(placed, files, findings)
    names = {section: _names(tree, section) for section in ("campaigns", "verticals", "sellers")}
    check_facts(table.checks, verticals, findings)
    checks, keys = build_checks(table.checks, names, files, findings)
    warn_of_unchecked(checks, campaigns, findings)
    warn_of_shared_consent(checks, campaigns, verticals, findings)
    alerts, addresses = build_alerts(table.alerts, files, findings)
    openid, client_secret = build_openid(table.console.oidc, buyer, files, findings)
    calling_rules = build_calling_rules(table.calling_rules, findings)
    warn_of_uncallable(campaigns, calling_rules, findings)
    _warn_of_missing(table, findings)
    return Declared(
        buyer=buyer,
        verticals=tuple(_read_by(campaigns, vertical) for vertical in verticals),
        campaigns=campaigns,
        sellers=sellers,
        operators=operators,
        destinations=table.destinations,
        retention=_retention(table.retention),
        checks=checks,
        alerts=alerts,
        openid=openid,
        calling_rules=calling_rules,
        config_hash=files.hash,
        contents=files.contents,
        secrets={**secrets, **keys, **verifying, **addresses, **client_secret},
    )


def _read_by(campaigns: tuple[Campaign, ...], vertical: Vertical) -> Vertical:
    """The vertical, with what the rules of its campaigns read."""
    named = {rule.field for each in campaigns if each.vertical == vertical.name for rule in each.filters}
    return replace(vertical, read_by_rules=tuple(field.name for field in vertical.fields if field.name in named))


def _buyer(table: BuyerTable, findings: Findings) -> Buyer:
    if not (table.brands or findings.blame((*table.at, "brands"))):
        findings.error((*table.at, "brands"), "there is none", "name at least one, as consumers know you")
    return Buyer(
        legal_name=table.legal_name,
        brands=table.brands or (table.legal_name,),
        zone=table.time_zone,
        bid_lifetime_s=int(table.bid_lifetime),
        public_urls=table.public_urls,
        exploration=Exploration(
            spread=table.exploration_spread,
            wide_spread=table.exploration_wide_spread,
            wide_share=table.exploration_wide_share,
        ),
    )


def _retention(table: RetentionTable) -> Retention:
    return Retention(**{f"{name}_s": getattr(table, name) for name in RetentionTable.__struct_fields__ if name != "at"})


def _names(tree: dict[str, Any], section: str) -> list[str]:
    return [
        name for one in _members(tree, section) if isinstance(one, dict) and isinstance(name := one.get("name"), str)
    ]


def _members(tree: dict[str, Any], section: str) -> list[Any]:
    members = tree.get(section, [])
    return members if isinstance(members, list) else []


def _placed(destinations: tuple[Destination, ...], tree: dict[str, Any]) -> list[Placed]:
    """Each destination with its position in the file, where some before it may be unreadable."""
    names = [one.get("name") if isinstance(one, dict) else None for one in _members(tree, "destinations")]
    placed: list[Placed] = []
    start = 0
    for destination in destinations:
        start = names.index(destination.name, start) + 1
        placed.append((destination, ("destinations", start - 1)))
    return placed


def _warn_of_missing(table: BuyerFile, findings: Findings) -> None:
    if not table.campaigns:
        findings.warn(("campaigns",), "there are no campaigns, so nothing is bought", "add one with [[campaigns]]")
    if not table.sellers:
        findings.warn(("sellers",), "there are no sellers, so nobody can ping", "add one with [[sellers]]")
    bought = {campaign.vertical for campaign in table.campaigns}
    for vertical in table.verticals:
        if vertical.name not in bought:
            findings.warn(vertical.at, "no campaign buys it", "add a campaign, or leave the vertical out")


def _in_order(problems: list[Problem], path: Path) -> tuple[Problem, ...]:
    """Those of the file itself first, each file by its lines."""
    return tuple(sorted(problems, key=lambda problem: (problem.file != str(path), problem.file, problem.line)))
