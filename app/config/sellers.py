"""Builds sellers and operators: checks that keys are not shared, and that aliases and value maps lead to our fields."""

import re
from collections.abc import Iterable
from math import ceil

from app.config.caps import build_caps
from app.config.file.files import Files
from app.config.file.problem import Findings, did_you_mean
from app.config.prices import build_price_points
from app.config.returns import build_feedback, build_returns
from app.config.schema import OperatorTable, SellerTable
from app.config.values.names import refuse_accept_words, refuse_repeated
from app.dialects.names import CANONICAL
from app.dialects.outcomes.crm_reports import REPORT_PRESETS
from app.dialects.outcomes.outcome_words import event_word
from app.dialects.text import alike, alike_value
from app.dialects.values.kinds import Trouble, reader_of
from app.dialects.values.states import state_of
from app.domain.buyer import Buyer, Operator
from app.domain.caps.caps import Cap
from app.domain.delivery.destination_auth import is_secret, signing_key
from app.domain.pricing.landscape import OrtbCurve
from app.domain.seller import Habits, Seller
from app.domain.vertical import Field, Vertical
from app.instructions.answer_paths import answer_keys
from app.platforms.known import DIALECTS
from app.wire.feedback import EventWord

PREPAID = "prepaid-balance"

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_NO_BID = frozenset(alike(name) for name in CANONICAL - {"ping_id", "bid_id"})

# SHA-256 of demo-acme-key, demo-bluebird-key, demo-cascade-key and demo-operator-key, which everybody may read.
_PUBLISHED = frozenset(
    {
        "a2fb8545fcd457204e9fee11be92013aa3240b1b146fe262ba608fdfc159041c",
        "e4ca547588b073f748d27243052139045c205da517a6032bb11bbc351f2cc81c",
        "8aa1149970666ca1897f9b22acd4030e71be2f1a1dffa4a42d733923157f91c9",
        "4a7c449d22a99026fac16a47621ff68792ff589f72334ea3950ce186a5615e9a",
    }
)


def build_sellers(
    tables: tuple[SellerTable, ...], buyer: Buyer, verticals: Iterable[Vertical], findings: Findings
) -> tuple[Seller, ...]:
    """The declared sellers. `verticals` are those whose fields are all known."""
    refuse_repeated(((table.name, table.at) for table in tables), findings)
    fields: dict[str, list[Field]] = {}
    names: list[str] = []
    for vertical in verticals:
        names += [vertical.name, vertical.title]
        for field in vertical.fields:
            fields.setdefault(field.name, []).append(field)
    return tuple(_seller(table, buyer, fields, names, findings) for table in tables)


def build_operators(
    tables: tuple[OperatorTable, ...], files: Files, findings: Findings
) -> tuple[tuple[Operator, ...], dict[str, str]]:
    """The declared operators, and what their references stand for."""
    refuse_repeated(((table.name, table.at) for table in tables), findings)
    secrets = {table.secret: secret for table in tables if (secret := _secret(table, files, findings)) is not None}
    operators = tuple(
        Operator(
            name=table.name,
            key_sha256=table.key_sha256,
            role=table.role,
            events=_events(table, findings),
            preset=table.preset,
            secret=table.secret,
        )
        for table in tables
    )
    return operators, secrets


def _secret(table: OperatorTable, files: Files, findings: Findings) -> str | None:
    """What the webhooks of its CRM are verified with; nothing, and reported, where that cannot be."""
    preset, at = REPORT_PRESETS.get(table.preset), (*table.at, "secret")
    if table.preset and preset is None:
        remedy = did_you_mean(table.preset, list(REPORT_PRESETS))
        findings.error((*table.at, "preset"), f"there is no preset `{table.preset}` of outcomes", remedy)
    if not table.secret or (table.preset and preset is None):
        return None
    if preset is None or not preset.signature:
        findings.error(at, "nothing is verified with it", "name a preset whose CRM signs, or remove it")
    elif not is_secret(table.secret):
        findings.error(at, "secrets must not be written in the file", 'refer to it as "env:NAME" or "file:PATH"')
    else:
        secret = files.secret(table.secret, at, findings)
        if secret is not None and preset.signature == "standard_webhooks" and signing_key(secret) is None:
            findings.error(at, "is no key of Standard Webhooks", "`whsec_` and the base64 of 24 to 64 random bytes")
        return secret
    return None


def _events(table: OperatorTable, findings: Findings) -> dict[str, EventWord]:
    """Its words as endpoints compare them."""
    events: dict[str, EventWord] = {}
    for word, event in table.events.items():
        if events.setdefault(event_word(word), event) != event:
            findings.error((*table.at, "events", word), "another word here differs from it in signs only", "remove one")
    preset = REPORT_PRESETS.get(table.preset)
    return events if preset is None else preset.plain_words | events


def refuse_shared_keys(tables: Iterable[SellerTable | OperatorTable], findings: Findings) -> None:
    """A key identifies its owner, so no two may share one; published keys get a warning."""
    owners: dict[str, str] = {}
    published = []
    for table in tables:
        for key in table.key_sha256:
            owner = owners.setdefault(key, table.name)
            if owner != table.name:
                findings.error((*table.at, "key_sha256"), f"this is the key of `{owner}`", "give each its own key")
        if _PUBLISHED.intersection(table.key_sha256):
            published.append(table)
    if published:
        names = ", ".join(f"`{table.name}`" for table in published)
        reason = f"the keys of {names} are the published demo keys"
        findings.warn((*published[0].at, "key_sha256"), reason, "replace them before anyone else can reach the service")


def _seller(
    table: SellerTable, buyer: Buyer, fields: dict[str, list[Field]], verticals: list[str], findings: Findings
) -> Seller:
    _check_aliases(table, fields, findings)
    _check_limits(table, findings)
    burst = ceil(table.rate_per_second) if table.burst is None else table.burst
    return Seller(
        name=table.name,
        title=table.title or table.name.replace("-", " ").title(),
        key_sha256=table.key_sha256,
        allowed_ips=table.allowed_ips,
        aliases=table.aliases,
        value_maps={name: _value_map(table, name, fields, verticals, findings) for name in table.value_maps},
        habits=Habits(quality_factor=table.quality_factor, return_rate=table.return_rate),
        rate_per_s=table.rate_per_second,
        burst=burst,
        hash_lookups_per_day=table.hash_lookups_per_day,
        caps=_caps(table, buyer, findings),
        disclosure=table.disclosure,
        paused=table.paused,
        allow_get=table.allow_get,
        dialect=table.dialect,
        format=table.format,
        quoted_prices=table.quoted_prices,
        statuses=table.statuses,
        bid_id_key=table.bid_id_key,
        direct=table.direct,
        mode=table.mode,
        exclusive=OrtbCurve(half_cents=float(table.median_winning_price.exclusive)),
        shared=OrtbCurve(half_cents=float(table.median_winning_price.shared)),
        price_points=build_price_points(table, findings),
        blocked_sub_sources=tuple(dict.fromkeys(table.blocked_sub_sources)),
        returns=build_returns(table.returns, (*table.at, "returns"), findings),
        feedback=build_feedback(table.feedback, (*table.at, "feedback"), findings),
    )


def _check_aliases(table: SellerTable, fields: dict[str, list[Field]], findings: Findings) -> None:
    known = [*fields, *CANONICAL]
    seen: dict[str, str] = {}
    own = {alike(name): name for name in CANONICAL}
    for alias, name in table.aliases.items():
        at = (*table.at, "aliases", alias)
        if own.get(alike(alias), name) != name:
            findings.error(at, f"`{own[alike(alias)]}` is a field name of the API", "remove it")
        if fields and name not in known:
            findings.error(at, f"no vertical has a field `{name}`", did_you_mean(name, known))
        twin = seen.setdefault(alike(alias), alias)
        if twin != alias and table.aliases[twin] != name:
            findings.error(at, f'"{alias}" and "{twin}" cannot be told apart', "remove one of them")


def _check_limits(table: SellerTable, findings: Findings) -> None:
    if table.dialect not in DIALECTS:
        remedy = did_you_mean(table.dialect, DIALECTS)
        findings.error((*table.at, "dialect"), f"there is no dialect `{table.dialect}`", remedy)
    elif table.bid_id_key:
        _check_bid_id_key(table, findings)
    for key in ("burst", "hash_lookups_per_day"):
        value = getattr(table, key)
        if value is not None and value < 0:
            findings.error((*table.at, key), f"{value} is below zero", "use 0 or more")
    if table.burst is not None and not table.rate_per_second:
        findings.warn((*table.at, "burst"), "it has no effect without `rate_per_second`")
    for key in ("exclusive", "shared"):
        if not getattr(table.median_winning_price, key):
            findings.error((*table.at, "median_winning_price", key), "it is zero: every bid would win", "write dollars")
    if table.prepaid_balance == 0:
        findings.error(
            (*table.at, "prepaid_balance"), "it is zero: nothing would be bought", "to stop buying, set paused = true"
        )
    if table.paused:
        findings.warn((*table.at, "paused"), "it is paused: nothing is bought from it")


def _check_bid_id_key(table: SellerTable, findings: Findings) -> None:
    """It stands beside the dialect's own keys, also in refusals and in XML."""
    key, at = table.bid_id_key, (*table.at, "bid_id_key")
    if not _KEY.fullmatch(key):
        findings.error(at, f'"{key}" cannot be a key in JSON and in XML', "use letters, digits, `_` and `-`")
    elif alike(key) in _NO_BID:
        findings.error(at, f"a post would say its `{key}` with it", "choose another name")
    elif key in answer_keys(DIALECTS[table.dialect]):
        findings.error(at, f"answers have a `{key}` already, for something else", "choose another name")
    refuse_accept_words(key, at, findings)


def _value_map(
    table: SellerTable, name: str, fields: dict[str, list[Field]], verticals: list[str], findings: Findings
) -> dict[str, str]:
    """One map of values, as text: endpoints read what it gives as if the seller had sent it."""
    texts = {
        sent: str(value).lower() if isinstance(value, bool) else str(value)
        for sent, value in table.value_maps[name].items()
    }
    at = (*table.at, "value_maps", name)
    if fields and name not in fields and name not in CANONICAL:
        findings.error(at, f"no vertical has a field `{name}`", did_you_mean(name, list(fields)))
    seen: dict[str, str] = {}
    for sent, value in texts.items():
        twin = seen.setdefault(alike_value(sent), sent)
        if texts[twin] != value:
            findings.error((*at, sent), f'"{sent}" and "{twin}" cannot be told apart', "remove one of them")
        if name in fields and all(isinstance(reader_of(field)(value), Trouble) for field in fields[name]):
            values = sorted({value for field in fields[name] for value in field.values})
            remedy = did_you_mean(value, values) or f"a {fields[name][0].type} belongs here"
            findings.error((*at, sent), f'"{value}" is not a value of `{name}`', remedy)
        if name == "vertical" and verticals and alike_value(value) not in map(alike_value, verticals):
            findings.error((*at, sent), f"there is no vertical `{value}`", did_you_mean(value, verticals))
        if name == "state" and state_of(value) is None:
            findings.error((*at, sent), f'"{value}" is not a US state', "write its two letters, as TX")
        if name == "zip" and not (len(value) == 5 and value.isascii() and value.isdigit()):
            findings.error((*at, sent), f'"{value}" is not a valid ZIP code', 'write five digits in quotes, as "02139"')
    return texts


def _caps(table: SellerTable, buyer: Buyer, findings: Findings) -> tuple[Cap, ...]:
    """The seller's caps; a prepaid balance is one of them."""
    caps = build_caps(table.caps, table.name, buyer.zone, findings)
    if not table.prepaid_balance:
        return caps
    balance = Cap(
        name=PREPAID,
        owner=table.name,
        measure="spend",
        limit=table.prepaid_balance,
        window="total",
        scope="seller",
        zone=buyer.zone,
    )
    return (*caps, balance)
