"""The text for each kind of line."""

from pathlib import Path
from typing import Any

from app.domain.buyer import Exploration
from app.domain.catalogue import Catalogue, Challenger, Model
from app.domain.pricing.expected_conversion import ExpectedConversion
from app.domain.reasons import Refusal
from app.domain.schedule import ALWAYS, Boost, Schedule
from app.domain.seller import Habits
from app.journal.lines import NoticeLine, PostLine, RefusedLine, RepeatLine
from app.journal.reader import find
from app.reports.explain import explain
from app.usecases.answer_ping import refuse_ping
from app.usecases.bidder import Bidder
from app.usecases.standing.changes import DemandSet, SignalSet, UsageRead
from app.wire.feedback import Demand, Signal
from tests.bidder import NOW, answer, ask, at_bidder, journaled, last_ping, sell
from tests.build import buyer, campaign, cap, catalogue, model, seller

EVERY_TERM = catalogue(
    [
        campaign(
            handling_cents=150,
            demand_cents=400,
            schedule=Schedule(hours=ALWAYS, boosts=(Boost(name="weekend push", cents=300, hours=ALWAYS),)),
        ),
        campaign(name="weaker", ceiling_cents=800),
        campaign(name="elsewhere", paused=True),
        campaign(name="modest", worth=campaign().worth.__class__(base_cents=100)),
    ],
    sellers=[seller(habits=Habits(quality_factor=0.92, return_rate=0.04))],
    buyer=buyer(exploration=Exploration(spread=0.1, wide_spread=0.1)),
)


def explained(folder: Path, whole: Catalogue | None = None, **overrides: Any) -> str:
    """The explanation of one ping."""

    async def scene(bidder: Bidder) -> str:
        answer = ask(bidder, **overrides)
        journaled(bidder, folder)
        return explain(find(folder / "journal", answer.ping_id))

    return at_bidder(folder, scene, whole)


def test_a_bid_is_derived_term_by_term_in_dollars(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bidder.standing.apply(
            DemandSet(territory="TX", demand=Demand(open=5, expected=10), told_at=NOW, ends_at=NOW + 3_600.0)
        )
        bidder.standing.apply(
            SignalSet(territory="TX", signal=Signal(premium_cents=250, cause="hail", until=NOW + 60.0))
        )
        ask(bidder)
        line = last_ping(bidder, tmp_path)
        text = explain([line])
        bid = line.decision.bids[0]
        valuation, quote = bid.valuation, bid.quote
        assert valuation is not None
        assert quote is not None
        for row in (
            f"2026-11-20T16:00:00Z  ping {line.id} from acme: solar, ZIP 78701 TX",
            "  configuration 0000000000000000, model 1",
            f"  bid ${bid.price_cents / 100:.2f}, exclusive, for solar-tx (Bright Roofs)",
            "    x conversion value                 $400.00",
            "    x quality factor of the seller     0.92",
            "    - handling cost                    $1.50",
            "    + boost weekend push               $3.00",
            "    + signal hail                      $2.50",
            "    - shadow price of TX               $2.00",
            "    / 1 - return rate                  0.96",
            f"    = lead value                       ${valuation.value / 100:.2f}",
            f"    = maximum bid                      ${quote.bid_value / 100:.2f}",
            "      random exploration (spread 10 %) $",
            f"    = bid                              ${bid.price_cents / 100:.2f}",
            "  weaker, exclusive, would have bid $",
            "  elsewhere: buying is paused [paused]",
            "  modest, exclusive: no price would pay for this lead [low_value]",
            "    lead value ",
        ):
            assert row in text

    at_bidder(tmp_path, scene, EVERY_TERM)


def test_the_terms_multiply_out(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        ask(bidder)
        valuation = last_ping(bidder, tmp_path).decision.bids[0].valuation
        assert valuation is not None
        assert valuation.value == 0.92 * 0.2 * 40_000 - 150 + 300

    at_bidder(tmp_path, scene, EVERY_TERM)


def test_pressure_on_a_budget_is_a_term(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bidder.standing.apply(UsageRead(used={"campaign/solar-tx/daily//2026-11-20": 45_000}))
        ask(bidder)
        assert "    / 1 + budget pressure              1.8" in explain([last_ping(bidder, tmp_path)])

    at_bidder(tmp_path, scene, catalogue([campaign(caps=(cap(measure="spend", limit=50_000),))]))


def test_a_refusal_names_every_campaigns_reason(tmp_path: Path) -> None:
    text = explained(tmp_path, catalogue([campaign(), campaign(name="paused", paused=True)]), zip="90001", state="CA")
    assert "  no bid: outside our territory [outside_territory]" in text


def test_a_fallback_price_says_what_it_is(tmp_path: Path) -> None:
    text = explained(tmp_path, catalogue([campaign(fallback_cents=900)], models=[]))
    assert "  configuration 0000000000000000, model none" in text
    assert "  bid $9.00, exclusive, for solar-tx (Bright Roofs)\n    the campaign's fallback price" in text


def test_a_withdrawn_bid_shows_what_it_would_have_been(tmp_path: Path) -> None:
    text = explained(tmp_path, took_ms=900.0)
    assert "[deadline]; without this the answer would have been:\n\n  bid $" in text


def test_the_other_model_of_a_trial_is_told_in_one_line(tmp_path: Path) -> None:
    def tried(other: Model) -> str:
        folder = tmp_path / other.version
        folder.mkdir()
        return explained(folder, catalogue(challengers={"solar": Challenger(model=other)}))

    (line,) = [row for row in tried(model(0.4, version="keen")).splitlines() if "shadow model" in row]
    assert line.startswith("  shadow model keen would have bid $")
    assert ", exclusive, for solar-tx; $" in line
    assert "  shadow model dull would have made no bid: no price would pay" in tried(model(0.001, version="dull"))
    assert "  shadow model odd failed: no number" in tried(model(7.0, version="odd"))


def test_a_test_is_called_one(tmp_path: Path) -> None:
    assert "78701 TX (test)\n" in explained(tmp_path, test=True)


def test_the_whole_life_of_a_lead_is_told_under_its_id(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        ask(bidder, now=NOW + 1.0)
        for _ in range(2):
            await sell(bidder, bid.ping_id, now=NOW + 2.0)
        journaled(bidder, tmp_path)
        text = explain(find(tmp_path / "journal", bid.ping_id))
        line = last_ping(bidder, tmp_path)
        price = f"${bid.bids[0].price_cents / 100:.2f}"
        assert f"2026-11-20T16:00:01Z  repeated ping, answered with the bid of {line.id}" in text
        assert f" for {price}\n" in text
        assert text.endswith(f" for {price} (same answer as before)")
        assert explain(find(tmp_path / "journal", line.id)) == text

    at_bidder(tmp_path, scene)


def test_a_ping_refused_before_its_decision_is_explained(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        who = bidder.catalogue.sellers["acme"]
        known = answer(bidder, who, Refusal("missing_field", "zip"))
        stranger = refuse_ping(bidder, None, Refusal("auth_failed"), NOW)
        journaled(bidder, tmp_path)
        assert explain(find(tmp_path / "journal", known.ping_id)) == (
            f"2026-11-20T16:00:00Z  ping {known.ping_id} from acme\n"
            "  refused before it was decided: a required field is missing: zip [missing_field]"
        )
        assert find(tmp_path / "journal", stranger.ping_id) == []

    at_bidder(tmp_path, scene)


def test_posts_and_notices_are_told_in_one_line_each() -> None:
    at, seller, ping_id = NOW, "acme", "C" + "x" * 63
    posts = [
        PostLine(at=at, seller=seller, ping_id=ping_id, status="accepted", lead_id="77", price_cents=1_250),
        PostLine(at=at, seller=seller, ping_id=ping_id, status="rejected", reason_code="cap_reached", detail="daily"),
        PostLine(at=at, seller=seller, ping_id=ping_id, status="duplicate", reason_code="duplicate", kept=True),
    ]
    notices = [
        NoticeLine(at=at, seller=seller, ping_id=ping_id, result="lost", price_cents=3_100),
        NoticeLine(at=at, seller=seller, ping_id=ping_id, result="won"),
    ]
    when = "2026-11-20T16:00:00Z  "
    assert explain([*posts, *notices]).splitlines() == [
        f"{when}post accepted: bought as lead 77 for $12.50",
        f"{when}post answered rejected: cap reached: daily [cap_reached]",
        f"{when}post answered duplicate (same answer as before): we have this person already [duplicate]",
        f"{when}acme reported the bid lost at $31.00",
        f"{when}acme reported the bid won",
    ]


def test_nothing_is_said_of_nothing() -> None:
    assert explain([]) == ""


def test_repeats_and_refused_pings_are_explained_alone() -> None:
    repeat = RepeatLine(at=NOW, seller="acme", id="b", repeat_of="a")
    route = RefusedLine(at=NOW, seller="acme", id="c", refusal=Refusal("rate_limited", "0.4 s"))
    assert explain([repeat]) == "2026-11-20T16:00:00Z  repeated ping, answered with the bid of a"
    assert explain([route]).endswith("too many pings, slow down: 0.4 s [rate_limited]")


def test_each_price_point_is_shown_with_its_surplus_or_why_it_was_refused(tmp_path: Path) -> None:
    points = (300, 2_000, 3_500, 6_500, 9_000)
    text = explained(tmp_path, catalogue([campaign(price_points=points, legs=("exclusive",))]))
    for row in (
        "price point $3.00                refused: below $5.00, the floor or the seller's minimum",
        "price point $20.00               win probability 0.50 (expected surplus $30.00)",
        "price point $35.00               win probability 0.64 (expected surplus $28.64)",
        "price point $65.00               refused: above $60.00, the ceiling or what is left of a budget",
        "price point $90.00               refused: above the maximum bid, $80.00",
        "best bid                         $20.00 (allowed: $5.00 to $60.00)",
    ):
        assert row in text


def test_a_lead_that_no_price_point_suits_names_them(tmp_path: Path) -> None:
    dear = catalogue([campaign(price_points=(3_500, 5_000), legs=("exclusive",))], models=[model(0.05)])
    text = explained(tmp_path, dear)
    assert "maximum bid $20.00" in text
    assert "only allowed: $35.00, $50.00; each is above the maximum bid" in text


def test_the_quality_factor_of_a_sub_source_is_named(tmp_path: Path) -> None:
    learned = model(habits={"acme": Habits(quality_factor=0.9, sub_sources={"aff-7": 0.3})})
    text = explained(tmp_path, catalogue(models=[learned]), sub_id="aff-7")
    assert "x quality factor of sub-source aff-7 0.30" in text


def test_a_price_by_expected_conversion_says_so(tmp_path: Path) -> None:
    declared = catalogue([campaign(expected_conversion=ExpectedConversion(rate=0.2))], models=())
    text = explained(tmp_path, declared)
    assert "conversion probability           0.2000 (expected_conversion, as no model could price this lead)" in text
    assert "fallback" not in text


def test_a_value_that_the_model_predicts_says_so(tmp_path: Path) -> None:
    worth = campaign().worth.__class__(field="predicted_value", rate=0.5)
    text = explained(tmp_path, catalogue([campaign(worth=worth)], models=[model(0.2, value=lambda _: 240.0)]))
    assert "conversion value                 $120.00 (the model predicts $240.00)" in text
