"""Builds what is asked of scrubs and of providers that the buyer describes, and refuses what could not work."""

from collections.abc import Iterable

from app.config.check_rules import rules_of
from app.config.file.problem import Findings, KeyPath, did_you_mean
from app.config.schema import CheckTable
from app.config.values.names import taken
from app.domain.checks.http_terms import (
    AT_PING,
    IDENTITY,
    PLACEHOLDER,
    SECRET,
    SOURCES,
    CheckFact,
    HttpTerms,
)
from app.domain.checks.rule import Scalar
from app.domain.checks.scrubs import BlacklistAllianceTerms, DncScrubTerms, SuppressionListTerms
from app.domain.vertical import Field, Vertical

_IN_ADDRESS = frozenset({"phone", "phone_e164", "email", "ip_address", "zip", "state", *AT_PING, SECRET})
"""What may stand in an address: nothing of which could be taken for another path."""

_PLAIN_ONLY = ("blacklist_alliance", "dncscrub")
"""Providers that know no hash of a phone, so that a ping holds nothing to ask about."""


def suppressionlist_terms(table: CheckTable) -> SuppressionListTerms:
    """As declared."""
    own = table.suppressionlist
    return SuppressionListTerms(lists=own.lists, values=own.values, hashed=own.hashed, code=own.code)


def blacklist_alliance_terms(table: CheckTable) -> BlacklistAllianceTerms:
    """As declared; its codes are of lower case."""
    return BlacklistAllianceTerms(accept=tuple(code.lower() for code in table.blacklist_alliance.accept))


def dncscrub_terms(table: CheckTable) -> DncScrubTerms:
    """As declared; its codes are capitals."""
    own = table.dncscrub
    codes = tuple(code.upper() for code in own.refuse_codes)
    return DncScrubTerms(ask=own.ask, refuse_codes=codes, project=own.project)


def http_terms(table: CheckTable, findings: Findings) -> HttpTerms:
    """The request, with constants as the text that travels."""
    own = table.http
    return HttpTerms(
        method=own.method,
        encoding=own.encoding,
        send=own.send,
        constants={name: _text(value) for name, value in own.constants.items()},
        needs=own.needs,
        auth=own.auth,
        auth_name=own.auth_name,
        answered=rules_of(own.answered, "consent_invalid", findings),
        account_words=tuple(word.lower() for word in own.account_words),
    )


def facts_of_check(table: CheckTable) -> tuple[CheckFact, ...]:
    """What its answers tell."""
    return tuple(
        [CheckFact(name=each.name, property=each.property, type=each.type, values=each.values) for each in table.facts]
    )


def provider_facts(vertical: Vertical, tables: Iterable[CheckTable]) -> tuple[Field, ...]:
    """What providers tell of a ping of this vertical, as fields that filters and models may read."""
    return tuple(
        [
            Field(name=fact.name, type=fact.type, values=fact.values, locked=False)
            for table in tables
            if "ping" in table.on and (not table.verticals or vertical.name in table.verticals)
            for fact in table.facts
        ]
    )


def check_facts(tables: tuple[CheckTable, ...], verticals: Iterable[Vertical], findings: Findings) -> None:
    """Every name means one thing, and can be told when it is read."""
    declared = {field.name for vertical in verticals for field in vertical.fields}
    seen: set[str] = set()
    for table in tables:
        for fact in table.facts:
            at = (*fact.at, "name")
            if "ping" not in table.on:
                findings.error(at, "a fact is read at the ping, of which this check is not asked", 'add "ping" to `on`')
            if fact.name in declared or taken(fact.name) or fact.name in seen:
                findings.error(at, f"the name `{fact.name}` is taken", "choose another name")
            seen.add(fact.name)
            if (fact.type == "choice") != bool(fact.values):
                reason, remedy = "only a `choice` has values, and it needs them", "list all of them in `values`"
                findings.error((*fact.at, "values"), reason, remedy)


def check_described(table: CheckTable, findings: Findings) -> None:
    """What contradicts itself, or could never be asked."""
    at = table.at
    if table.provider == "suppressionlist":
        _check_suppressionlist(table, findings)
    if table.provider in _PLAIN_ONLY and "ping" in table.on:
        reason = f"a ping holds no phone, and `{table.provider}` takes no hash of one"
        findings.error((*at, "on"), reason, 'write on = ["post"]')
    if table.provider == "http":
        _check_http(table, findings)
    if table.rules and table.provider not in ("trustedform", "leadid", "http"):
        findings.error((*at, "rules"), f"nothing in an answer of `{table.provider}` is read by rules", "leave them out")


def _check_suppressionlist(table: CheckTable, findings: Findings) -> None:
    at = (*table.at, "suppressionlist")
    if not table.suppressionlist.lists:
        findings.error((*at, "lists"), "no list is named", 'write suppressionlist = { lists = ["..."] }')
    if not table.suppressionlist.values:
        findings.error((*at, "values"), "nothing is looked up", 'write values = ["phone"]')
    if "ping" in table.on and table.suppressionlist.hashed == "none":
        reason = "a ping holds no phone and no email, only hashes"
        findings.error((*table.at, "on"), reason, 'write on = ["post"], or `hashed` if the lists hold hashes')


def _check_http(table: CheckTable, findings: Findings) -> None:
    own, at = table.http, (*table.at, "http")
    if table.url is None:
        findings.error((*table.at, "url"), "provider `http` needs an address", 'write it as "https://host/path"')
    in_address = PLACEHOLDER.findall(table.url or "")
    for name in in_address:
        if name not in _IN_ADDRESS:
            findings.error((*table.at, "url"), f"`{{{name}}}` cannot stand in an address", "send it as a parameter")
    _check_sources(own.send.items(), (*at, "send"), findings)
    _check_sources(enumerate(own.needs), (*at, "needs"), findings)
    told = {*own.send.values(), *in_address} & {*IDENTITY}
    if not told:
        findings.error((*at, "send"), "it is told nothing of who the consumer is", 'write send = { phone = "phone" }')
    elif "ping" in table.on and not (told & AT_PING):
        reason = "a ping holds nothing of what is sent"
        findings.error((*table.at, "on"), reason, f"send one of {', '.join(sorted(AT_PING))}, or ask on posts")
    _check_credentials(table, in_address, findings)
    if not table.rules and not table.facts:
        findings.warn(table.at, "nothing is made of its answers", "add [[checks.rules]] or [[checks.facts]]")


def _check_sources(named: Iterable[tuple[str | int, str]], at: KeyPath, findings: Findings) -> None:
    for key, source in named:
        if source not in SOURCES:
            remedy = did_you_mean(source, SOURCES) or f"one of {', '.join(SOURCES)}"
            findings.error((*at, key), f"a lead has no `{source}`", remedy)


def _check_credentials(table: CheckTable, in_address: list[str], findings: Findings) -> None:
    own, at = table.http, (*table.at, "http")
    if (own.auth == "path") != (SECRET in in_address):
        findings.error((*at, "auth"), "`path` and a `{secret}` in `url` belong together", "write both, or neither")
    if own.auth in ("header", "query") and not own.auth_name:
        findings.error((*at, "auth_name"), f"`{own.auth}` needs the name under which the secret travels", "add it")
    if own.method == "GET" and own.encoding != "query":
        findings.error((*at, "encoding"), "a GET has no body", 'write method = "POST", or encoding = "query"')


def _text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
