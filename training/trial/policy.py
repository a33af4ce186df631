"""A pricing policy as the service runs it: its last configuration and its models, asked what they would bid."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from app.domain.auction.decide import decide
from app.domain.auction.features import facts_of
from app.domain.auction.snapshot import Snapshot
from app.domain.calendar import local_minute
from app.domain.catalogue import Catalogue
from app.domain.pricing.exploration import Draw
from app.journal.configurations import FOLDER, NoConfiguration, catalogue_from, read
from app.scoring.contributions import Contributions
from app.scoring.explain import explainer_of
from app.scoring.load import load, load_version
from app.wire.ping import Ping, Value
from training.errors import TrainingError
from training.histories.scratch import NoData

_OF_PING = frozenset(Ping.__struct_fields__) - {"vertical", "fields"}
"""What a column may tell besides the vertical's own fields."""

_MIDDLE = Draw(slice=1.0 - 2**-53, place=0.5)
"""The draw that explores as little as the configuration lets it."""


class PricedLead(msgspec.Struct, frozen=True, kw_only=True):
    """What the policy makes of a lead. Money in cents; of several legs the one that would earn most.

    `probability` is P(conversion), `value` what owning the lead is worth. Without a bid `price_cents` is 0 and `reason`
    has the code of the refusal.
    """

    price_cents: int
    reason: str = ""
    campaign: str = ""
    leg: str = ""
    probability: float | None = None
    value: float | None = None
    win_probability: float | None = None
    surplus: float | None = None


class PricingPolicy:
    """A configuration with its models; `catalogue` is what decides."""

    def __init__(self, catalogue: Catalogue, models: Path) -> None:
        self.catalogue = catalogue
        self._models = models

    def price(self, leads: Any, *, vertical: str, seller: str, now: float) -> list[PricedLead]:
        """What this policy would bid for these leads of a seller, at `now` (UTC epoch seconds), exploration off.

        `leads` is a data frame, a mapping of columns, or a sequence of mappings. Columns named as the keys of a ping
        (`zip`, `state`, `sub_id`, ...) are those, all others are the vertical's fields. Caps are taken as unused, and
        consent as given where no column tells. Raises `TrainingError` of what is not declared.
        """
        catalogue = self.catalogue
        if vertical not in catalogue.verticals:
            raise TrainingError(f"no vertical {vertical!r} is declared; there are: {', '.join(catalogue.verticals)}")
        if seller not in catalogue.sellers:
            raise TrainingError(f"no seller {seller!r} is declared; there are: {', '.join(catalogue.sellers)}")
        snapshot = Snapshot(catalogue=catalogue, seller=catalogue.sellers[seller])
        return [_priced(_ping(row, vertical, number, now), snapshot, now) for number, row in enumerate(_rows(leads))]

    def explain(self, leads: Any, *, vertical: str, now: float) -> list[Contributions]:
        """What each field of these leads adds to the log-odds of a conversion. Raises `Unusable`, `TrainingError`."""
        model = self.catalogue.models.get(vertical)
        if model is None:
            raise TrainingError(f"no model prices {vertical!r}")
        explainer = explainer_of(self._models, vertical, model.version)
        local = local_minute(int(now // 60), self.catalogue.buyer.zone)
        pings = (_ping(row, vertical, number, now) for number, row in enumerate(_rows(leads)))
        return [explainer.of(facts_of(ping, local)) for ping in pings]


def load_policy(data: Path | str, models: Path | str, *, versions: Mapping[str, str] | None = None) -> PricingPolicy:
    """The policy of a service: the last configuration in its data directory, and the live models.

    `versions` names others by vertical. Raises `TrainingError`, and Unusable of a version that is not whole.
    """
    journal, folder = Path(data) / "journal", Path(models)
    kept = sorted((journal / FOLDER).glob("*.json"), key=lambda path: path.stat().st_mtime)
    try:
        configuration = read(journal, kept[-1].stem) if kept else None
    except NoConfiguration as error:
        raise NoData(str(error)) from None
    if configuration is None:
        raise NoData(f"{journal} keeps no configuration: name the data directory of a service that has run")
    live = {**load(folder).models}
    for vertical, version in (versions or {}).items():
        live[vertical] = load_version(folder, vertical, version)[0]
    return PricingPolicy(catalogue_from(configuration, live), folder)


def _rows(leads: Any) -> Iterator[Mapping[str, Any]]:
    """The leads one by one, without what is missing."""
    if hasattr(leads, "to_dict"):
        told: Sequence[Mapping[str, Any]] = leads.to_dict("records")
    elif isinstance(leads, Mapping):
        told = [dict(zip(leads, row, strict=True)) for row in zip(*leads.values(), strict=True)]
    else:
        told = leads
    for row in told:
        # NaN alone differs from itself; a value of an array is one of Python's own.
        plain = {name: value.item() if hasattr(value, "item") else value for name, value in row.items()}
        yield {name: value for name, value in plain.items() if value is not None and value == value}


def _ping(row: Mapping[str, Any], vertical: str, number: int, now: float) -> Ping:
    """A lead as its ping; consent is given where nothing is said of it."""
    told = {name: value for name, value in row.items() if name in _OF_PING}
    fields: dict[str, Value] = {name: value for name, value in row.items() if name not in _OF_PING}
    consent = {
        "tcpa_consent": True,
        "created_at": now,
        "trustedform_cert_url": f"https://cert.trustedform.com/{number:040x}",
    }
    try:
        return msgspec.convert({**consent, **told, "vertical": vertical, "fields": fields}, Ping)
    except msgspec.ValidationError as error:
        raise TrainingError(f"lead {number}: {error}") from None


def _priced(ping: Ping, snapshot: Snapshot, now: float) -> PricedLead:
    decision = decide(ping, snapshot, now, _MIDDLE)
    if not decision.bids:
        return PricedLead(price_cents=0, reason=decision.refusal.code if decision.refusal is not None else "")
    best = max(decision.bids, key=lambda bid: bid.surplus)
    valuation = best.valuation
    return PricedLead(
        price_cents=best.price_cents,
        campaign=best.campaign,
        leg=best.leg,
        probability=valuation.probability if valuation is not None else None,
        value=valuation.value if valuation is not None else None,
        win_probability=best.win_probability,
        surplus=best.surplus,
    )
