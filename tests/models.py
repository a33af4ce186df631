"""Models folders for tests of what is live and what is tried: the shipped ones, with further versions made of them."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import product
from math import log
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from app.scoring.artefact import Number, NumberSplit
from app.scoring.compile import compiled
from app.scoring.landscape import SCHEMA, Constants, LandscapeArtefact, LandscapeRow, Learned, LegLandscape
from app.scoring.parse import parse
from tests.service import MODELS


def shipped(folder: Path) -> Path:
    """The models as shipped, which may be changed."""
    models = folder / "models"
    shutil.copytree(MODELS, models)
    return models


def add_version(
    models: Path,
    vertical: str,
    version: str,
    *,
    shift: float = 0.0,
    parts: Mapping[str, bytes] | None = None,
    **card: Any,
) -> Path:
    """One more version, whose log-odds before calibration are the shipped one's plus `shift`; `card` alters its card.

    Its parity rows are what it really says, as if it had been trained so. `parts` are files beside its scorer.
    """
    source, folder = models / vertical / "0001", models / vertical / version
    scorer = msgspec.json.decode((source / "scorer.json").read_bytes())
    told = msgspec.json.decode((source / "card.json").read_bytes())
    scorer |= {"version": version, "baseline": scorer["baseline"] + shift}
    body = msgspec.json.encode(scorer)
    made = compiled(parse(body))
    files = {"scorer.json": body, **(parts or {})}
    told |= {
        "version": version,
        "parity": [{"facts": row["facts"], "probability": made(row["facts"])} for row in told["parity"]],
        "sha256": {name: sha256(content).hexdigest() for name, content in files.items()},
        **card,
    }
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "card.json").write_bytes(msgspec.json.encode(told))
    return folder


def landscape_of(vertical: str, sellers: Iterable[str]) -> bytes:
    """`landscape.json` of a market in which these sellers' rivals bid alike, more for leads with a high bill."""
    exclusive = LegLandscape(
        leg="exclusive",
        form="rivals",
        winners=1,
        centre=8.0,
        first_knot=5.0,
        knot_step=0.5,
        steps=(-1.0, -2.0, 0.0, -3.0),
        features=(Number("monthly_bill"),),
        trees=(NumberSplit(0, 150.0, True, 0.0, 0.1),),
        sellers={seller: Constants(0.7, log(2_000.0), 0.1, log(0.5), log(0.2)) for seller in sellers},
    )
    artefact = LandscapeArtefact(schema=SCHEMA, vertical=vertical, legs=(exclusive,), parity=())
    learned = Learned(artefact)
    return msgspec.json.encode(replace(artefact, parity=tuple(_parity(learned, exclusive))))


def _parity(learned: Learned, leg: LegLandscape) -> Iterator[LandscapeRow]:
    for seller, bill, worth, bid in product(leg.sellers, (90.0, 200.0), (1_500.0, 6_000.0), (300.0, 1_200.0, 5_000.0)):
        curve = learned.curve(seller, leg.leg, {"monthly_bill": bill}, worth)
        assert curve is not None
        yield LandscapeRow(
            seller=seller,
            leg=leg.leg,
            facts={"monthly_bill": bill},
            worth_cents=worth,
            bid_cents=bid,
            chance=curve.win_probability(bid),
        )
