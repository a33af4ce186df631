"""A landscape is plain numbers: what training wrote is what bids, and anything else is refused by name."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from math import exp, log
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.scoring.artefact import Unusable
from app.scoring.habits import parse_habits
from app.scoring.landscape import LandscapeArtefact, Learned, parse_landscape
from app.scoring.load import load_version
from tests.models import landscape_of
from tests.table import each_row

CONSTANTS = [0.7, log(2_000.0), 0.1, log(0.5), log(0.2)]
FACTS: dict[str, Any] = {"city": "austin", "bill": 180.0}


def chance(city: str | None, bill: float | None, worth: float, bid: float) -> float:
    """F by hand: the index is .3 in Austin, .1 more where the bill is above 150."""
    index = (0.3 if city == "austin" else 0.0) + (0.1 if bill is not None and bill > 150.0 else 0.0)
    stream, middle, slope, spread, lists = CONSTANTS
    z = (log(bid) - middle - (1.0 + slope) * (log(worth) - 8.0) - index) / exp(spread)
    at = round(log(bid) / 0.02) * 0.02
    above = sum(
        exp(step) / (1.0 + exp(1.7 * (at - 5.0 - knot * 0.5) / 0.3)) for knot, step in enumerate((-1, -2, 0, -3))
    )
    expected = exp(stream) / (1.0 + exp(1.7 * z)) + exp(lists) * above
    return 0.005 + 0.99 * exp(-expected)


def written(**changes: Any) -> dict[str, Any]:
    """`landscape.json` as plain values."""
    leg = {
        "leg": "exclusive",
        "form": "rivals",
        "winners": 1,
        "centre": 8.0,
        "first_knot": 5.0,
        "knot_step": 0.5,
        "steps": [-1.0, -2.0, 0.0, -3.0],
        "features": [
            {"kind": "category", "name": "city", "values": ["austin", "dallas"]},
            {"kind": "number", "name": "bill"},
        ],
        "trees": [["category", 0, [0], False, 0.3, 0.0], ["number", 1, 150.0, True, 0.0, 0.1]],
        "sellers": {"acme": CONSTANTS},
    }
    rows = [
        {
            "seller": "acme",
            "leg": "exclusive",
            "facts": {"city": city, "bill": bill},
            "worth_cents": worth,
            "bid_cents": bid,
            "chance": chance(city, bill, worth, bid),
        }
        for city in ("austin", "dallas")
        for bill in (90.0, 200.0)
        for worth in (1_500.0, 6_000.0)
        for bid in (300.0, 1_200.0, 5_000.0)
    ]
    whole = {"schema": 1, "vertical": "solar", "legs": [], "parity": rows}
    own = {name: value for name, value in changes.items() if name not in whole}
    return {**whole, "legs": [{**leg, **own}], **{name: changes[name] for name in changes if name in whole}}


def parsed(whole: dict[str, Any]) -> Learned:
    return parse_landscape(msgspec.json.encode(whole), "solar")


def test_it_says_what_the_formula_says() -> None:
    curve = parsed(written()).curve("acme", "exclusive", FACTS, 4_000.0)
    assert curve is not None
    assert curve.win_probability(2_500.0) == pytest.approx(chance("austin", 180.0, 4_000.0, 2_500.0), abs=1e-12)


def test_a_seller_a_leg_or_a_lead_that_it_does_not_know_is_left_to_what_is_declared() -> None:
    learned = parsed(written())
    assert learned.curve("stranger", "exclusive", FACTS, 4_000.0) is None
    assert learned.curve("acme", "shared", FACTS, 4_000.0) is None
    assert learned.curve("acme", "exclusive", FACTS, 0.0) is None
    assert learned.curve("acme", "exclusive", FACTS, float("nan")) is None


@each_row("facts", [{}, {"city": "nowhere"}, {"city": 7, "bill": "much"}])
def test_facts_that_are_missing_or_odd_move_nothing(facts: dict[str, Any]) -> None:
    curve = parsed(written()).curve("acme", "exclusive", facts, 4_000.0)
    assert curve is not None
    assert curve.win_probability(2_500.0) == pytest.approx(chance(None, None, 4_000.0, 2_500.0), abs=1e-12)


def off_by_a_hair() -> dict[str, Any]:
    whole = written()
    whole["parity"][5]["chance"] += 1e-6
    return whole


@each_row(
    ("whole", "reason"),
    [
        (written(schema=2), "schema 2"),
        (written(vertical="roofing"), "is of 'roofing'"),
        (written(sellers={"acme": [0.7, 1e9, 0.1, 0.1, 0.1]}), "constant of the exclusive leg"),
        (written(sellers={"acme": CONSTANTS[:-1]}), "not a landscape"),
        (written(winners=0), "no winners"),
        (written(steps=[]), "no price list"),
        (written(trees=[["number", 9, 1.0, True, 0.0, 0.1]]), "exclusive leg"),
        (written(parity=written()["parity"][:5]), "5 parity rows"),
        (off_by_a_hair(), r"parity\[5\] differs"),
        (written(surprise=1), "not a landscape"),
    ],
)
def test_what_training_cannot_have_written_is_refused_by_name(whole: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unusable, match=reason):
        parsed(whole)


def test_bytes_that_are_no_landscape_are_refused() -> None:
    for body in (b"", b"[]", b"\xff", b"[" * 100_000):
        with pytest.raises(Unusable, match=r"landscape\.json"):
            parse_landscape(body, "solar")


def test_a_version_brings_its_landscape_and_its_habits(shelve: Callable[..., Path]) -> None:
    models = shelve()
    folder = models / "solar" / "0001"
    assert load_version(models, "solar", "0001")[0].landscape is None
    parts = {
        "landscape.json": msgspec.json.encode(written()),
        "habits.json": b'{"acme":{"quality_factor":0.9,"return_rate":0.04}}',
    }
    card = msgspec.json.decode((folder / "card.json").read_bytes())
    for name, body in parts.items():
        (folder / name).write_bytes(body)
        card["sha256"][name] = sha256(body).hexdigest()
    (folder / "card.json").write_bytes(msgspec.json.encode(card))
    model, _ = load_version(models, "solar", "0001")
    assert model.landscape is not None
    assert (model.habits["acme"].quality_factor, model.habits["acme"].return_rate) == (0.9, 0.04)
    (folder / "landscape.json").write_bytes(parts["landscape.json"].replace(b"0.3", b"0.4", 1))
    with pytest.raises(Unusable, match="checksum"):
        load_version(models, "solar", "0001")


@each_row(
    ("body", "reason"),
    [
        (b"{", "holds no habits"),
        (b'{"acme":{"quality_factor":9.0}}', "quality_factor of acme"),
        (b'{"acme":{"return_rate":0.95}}', "return rate of acme"),
        (b'{"acme":{"sub_sources":{"aff-7":0.0}}}', "quality_factor of acme / aff-7"),
    ],
)
def test_habits_that_nobody_can_have_are_refused(body: bytes, reason: str) -> None:
    with pytest.raises(Unusable, match=reason):
        parse_habits(body)


def test_what_is_known_well_is_explored_less() -> None:
    artefact = msgspec.json.decode(landscape_of("solar", ["acme", "bluebird"]), type=LandscapeArtefact)
    (leg,) = artefact.legs
    taught = msgspec.structs.replace(artefact, legs=(msgspec.structs.replace(leg, widths={"acme": 0.05}),))
    learned = parse_landscape(msgspec.json.encode(taught), "solar")
    doubts = [learned.curve(seller, "exclusive", {}, 4_000.0) for seller in ("acme", "bluebird")]
    assert [round(curve.doubt, 6) for curve in doubts if curve is not None] == [0.5, 1.0]
    negative = msgspec.structs.replace(leg, widths={"acme": -1.0})
    with pytest.raises(Unusable, match="width of the exclusive leg is negative"):
        parse_landscape(msgspec.json.encode(msgspec.structs.replace(artefact, legs=(negative,))), "solar")


def test_a_table_has_as_many_edges_as_steps_and_they_rise() -> None:
    artefact = msgspec.json.decode(landscape_of("solar", ["acme"]), type=LandscapeArtefact)
    (leg,) = artefact.legs
    for edges in ((1.5, 2.5), (4.5, 3.5, 2.5, 1.5), ()):
        odd = msgspec.structs.replace(leg, form="stepped", edges=edges)
        with pytest.raises(Unusable, match="do not rise"):
            parse_landscape(msgspec.json.encode(msgspec.structs.replace(artefact, legs=(odd,))), "solar")


def test_leads_asked_of_in_two_threads_at_once_keep_their_own_curves() -> None:
    learned = parse_landscape(landscape_of("solar", ["acme", "bluebird"]), "solar")
    alone = {bill: learned.curve("acme", "exclusive", {"monthly_bill": bill}, 3_000.0) for bill in (90.0, 200.0)}
    assert alone[90.0] != alone[200.0]

    def ask(bill: float) -> bool:
        asked = (learned.curve("acme", "exclusive", {"monthly_bill": bill}, 3_000.0) for _ in range(20_000))
        return all(curve == alone[bill] for curve in asked)

    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(2) as threads:
            assert list(threads.map(ask, alone)) == [True, True]
    finally:
        sys.setswitchinterval(usual)
