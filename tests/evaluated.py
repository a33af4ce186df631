"""Models and a log of their bids as `python -m training evaluate` reads them."""

import shutil
from hashlib import sha256
from pathlib import Path

import msgspec
import numpy as np

from app.domain.auction.decide import Decision
from app.domain.auction.snapshot import Known, Standing
from app.domain.caps.caps import CapStanding
from app.domain.pricing.exploration import Draw, jitter
from app.domain.pricing.landscape import OrtbCurve
from app.domain.reasons import Refusal
from app.journal.configurations import keep
from app.journal.lines import PingLine
from app.scoring.load import load_version
from tests.bids import AT, bid, write_bids
from tests.build import campaign, cap, catalogue, ping
from tests.histories import facts_in
from tests.journal import written
from training.bootstrap import DAY_S
from training.histories.bids import LoggedBid
from training.histories.dataset import BIDS, SUMMARY, DatasetSummary, VerticalCounts
from training.histories.declared import declared
from training.histories.synthetic import synthetic

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "fixtures" / "demo" / "buyer.toml"
WORTH = 60_000.0
DAYS = 21
HALVES = {"acme": 2_500.0, "bluebird": 1_600.0}


def models(into: Path) -> Path:
    """The solar model that is shipped, live as 0001, and beside it as 0002 the same one, which says 25% more."""
    folder = into / "models"
    shutil.copytree(ROOT / "models" / "solar" / "0001", folder / "solar" / "0001")
    shutil.copytree(folder / "solar" / "0001", folder / "solar" / "0002")
    (folder / "current.toml").write_text('solar = "0001"\n')
    _raised(folder / "solar" / "0002", 1.25)
    return folder


def logged(
    models_dir: Path, rows: int = 3_000, *, spreads: tuple[float, float] = (0.1, 0.3), seed: int = 3
) -> list[LoggedBid]:
    """Bids by the live model in a market of rivals, jittered as a buyer does, most outcomes known."""
    known = declared(CONFIG)
    history = synthetic(known.verticals["solar"], known.zone, rows=rows, seed=seed, tell=lambda _: None)
    assert history.truth is not None
    model, _ = load_version(models_dir, "solar", "0001")
    random, bids = np.random.default_rng(seed), []
    for row, facts in enumerate(facts_in(history)):
        seller = "acme" if random.random() < 0.6 else "bluebird"
        probability, half = model.probability(facts), HALVES[seller]
        value, low, curve = probability * WORTH, 500.0, OrtbCurve(half_cents=half)
        spread = spreads[1] if random.random() < 0.1 else spreads[0]
        rival = half * float(random.lognormal(0.0, 0.8))
        if value <= low:
            continue
        best = curve.best_bid(value, low, value)
        price_cents = int(jitter(best, low, value, spread, float(random.random())))
        won, converted = price_cents > rival, bool(random.random() < history.truth[row])
        matured = bool(random.random() < 0.9)
        bids.append(
            bid(
                row,
                at=AT + row * DAYS * DAY_S / rows,
                seller=seller,
                state=str(facts.get("state", "TX")),
                facts=facts,
                probability=probability,
                worth=WORTH,
                value=value,
                bid_value=value,
                low=low,
                high=value,
                best=best,
                spread=spread,
                price_cents=price_cents,
                win_probability=curve.win_probability(price_cents),
                won=won if random.random() < 0.97 else None,
                winning_cents=int(rival) + 1 if not won and random.random() < 0.1 else None,
                converted=converted if won and matured else None,
                value_cents=int(WORTH) if won and matured and converted else 0,
                returned=bool(won and random.random() < 0.02),
            )
        )
    return bids


def dataset(folder: Path, bids: list[LoggedBid]) -> Path:
    """What `python -m training dataset` leaves behind, of these bids."""
    folder.mkdir(parents=True)
    write_bids(folder / BIDS, bids)
    won, lost = sum(each.won is True for each in bids), sum(each.won is False for each in bids)
    trade = VerticalCounts(
        vertical="solar",
        bids=len(bids),
        won=won,
        lost=lost,
        undecided=len(bids) - won - lost,
        leads=won,
        matured=sum(each.converted is not None for each in bids),
        converted=sum(bool(each.converted) for each in bids),
        returned=0,
    )
    summary = DatasetSummary(
        since=AT,
        until=AT + DAYS * DAY_S,
        as_of=AT + 40 * DAY_S,
        maturity_s=14 * DAY_S,
        pings=2 * len(bids),
        with_bid=len(bids),
        tests=0,
        repeats=0,
        declined={"low_value": len(bids) // 2, "closed_hours": len(bids) // 4},
        posts={"accepted": won},
        verticals=(trade,),
        traffic={},
        left_out={},
        noted={},
    )
    (folder / SUMMARY).write_bytes(msgspec.json.encode(summary))
    return folder


def journal(folder: Path) -> Path:
    """What stood of two caps, one of leads and one of money, at a ping an hour over two days of the log."""
    limits = (cap(limit=60), cap(name="money", measure="spend", limit=90_000))
    keep(folder, catalogue(campaigns=[campaign(caps=limits)]))
    pings = []
    for hour in range(48):
        used = min(3 * (hour % 24), 60)
        standings = (
            CapStanding(limit=60, used=used, dual=0.01 * used),
            CapStanding(limit=90_000, used=used * 1_200, dual=0.002 * used),
        )
        pings.append(
            PingLine(
                at=AT + 3_600.0 * (hour + 24),
                seller="acme",
                id=f"{hour:024x}",
                ping=ping(),
                known=Known(),
                standing=Standing(caps={"solar-tx": standings}),
                draw=Draw(0.5, 0.5),
                config="0" * 16,
                model="0001",
                decision=Decision(refusal=Refusal("low_value")),
            )
        )
    return written(folder, *pings)


def _raised(folder: Path, factor: float) -> None:
    """Make this version another one, whose odds are so much higher."""
    scorer = msgspec.json.decode((folder / "scorer.json").read_bytes())
    card = msgspec.json.decode((folder / "card.json").read_bytes())
    shift = float(np.log(factor))
    calibrator = scorer["calibrator"]
    if calibrator["kind"] == "sigmoid":
        calibrator["intercept"] += shift
    else:
        scorer["baseline"] += shift
    scorer["version"] = card["version"] = folder.name
    body = msgspec.json.encode(scorer)
    (folder / "scorer.json").write_bytes(body)
    for row in card["parity"]:
        odds = row[1] / (1.0 - row[1]) * factor if isinstance(row, list) else row["probability"]
        if isinstance(row, list):
            row[1] = odds / (1.0 + odds)
        else:
            odds = odds / (1.0 - odds) * factor
            row["probability"] = odds / (1.0 + odds)
    card["sha256"]["scorer.json"] = sha256(body).hexdigest()
    (folder / "card.json").write_bytes(msgspec.json.encode(card))
