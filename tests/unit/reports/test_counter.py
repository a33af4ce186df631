"""What each kind of line adds to a tally, and that it does not matter in which stretches a journal is counted."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.domain.reasons import Refusal
from app.journal.lines import NoticeLine, PostLine, RefusedLine, RepeatLine
from app.journal.summary import (
    BidFacts,
    DecisionFacts,
    LineSummary,
    PingFacts,
    PingSummary,
    ScoreFacts,
    ShadowBidFacts,
    ShadowFacts,
    summarize,
)
from app.reports.counter import LineCounter
from app.reports.fold import fold
from app.reports.tally import (
    CampaignTrade,
    Flow,
    JournalTally,
    LegTrade,
    SellerTrade,
    Share,
    SideTrade,
    TrialTrade,
    VerticalTrade,
)
from tests.build import NOW
from tests.journal import as_written
from tests.table import each_row
from tests.tallies import merged, tallied
from tests.trading_day import TradingDay, trading_day

SOMEWHERE = Path("hour.jsonl")

SELLERS = st.sampled_from(["", "acme", "bluebird"])
TIMES = st.floats(NOW, NOW + 7_200.0)
WORDS = st.sampled_from(["", "solar", "roofing"])
LEGS = st.sampled_from(["exclusive", "shared"])
STATES = st.sampled_from(["TX", "CA"])
TOOK = st.floats(0.0, 90.0)
REFUSALS = st.sampled_from(["paused", "filtered", "unsupported_vertical"]).map(Refusal)
BIDS = st.lists(st.builds(BidFacts, campaign=WORDS, leg=LEGS, price_cents=st.integers(1, 50)), min_size=1, max_size=2)
DECISIONS = st.one_of(
    BIDS.map(lambda bids: DecisionFacts(bids=tuple(bids))), REFUSALS.map(lambda refusal: DecisionFacts(refusal=refusal))
)
PINGS = st.builds(
    PingSummary,
    at=TIMES,
    seller=SELLERS,
    ping=st.builds(PingFacts, vertical=WORDS, state=STATES, sub_id=WORDS, test=st.booleans()),
    decision=DECISIONS,
    withdrawn=st.none() | REFUSALS,
    took_ms=TOOK,
)
POSTS = st.builds(
    PostLine,
    at=TIMES,
    seller=SELLERS,
    # A bid is posted once: what is posted again in another stretch counts as won in each, as is said there.
    ping_id=st.uuids().map(str),
    status=st.sampled_from(["accepted", "rejected", "reping"]),
    reason_code=st.sampled_from(["", "ping_mismatch", "consent_missing"]),
    detail=st.sampled_from(["", "zip, roof", "leadid_token"]),
    campaign=WORDS,
    vertical=WORDS,
    leg=LEGS,
    state=STATES,
    sub_id=WORDS,
    price_cents=st.integers(1, 50),
    kept=st.booleans(),
    test=st.booleans(),
    took_ms=TOOK,
)
LINES = st.lists(
    st.one_of(
        PINGS,
        POSTS,
        st.builds(RepeatLine, at=TIMES, seller=SELLERS, id=WORDS, repeat_of=WORDS, test=st.booleans()),
        st.builds(RefusedLine, at=TIMES, seller=SELLERS, id=WORDS, refusal=REFUSALS, test=st.booleans()),
        st.builds(NoticeLine, at=TIMES, seller=SELLERS, ping_id=WORDS, result=st.sampled_from(["won", "lost"])),
    ),
    max_size=30,
)


@given(LINES, st.lists(st.integers(0, 30), max_size=3))
def test_a_journal_counted_in_any_stretches_comes_to_the_same(lines: list[LineSummary], cuts: list[int]) -> None:
    ends = sorted([0, *cuts, len(lines)])
    stretches = [lines[first:last] for first, last in pairwise(ends)]
    whole = tallied(lines)
    assert merged(*map(tallied, stretches)) == whole
    assert merged(*map(tallied, reversed(stretches))) == whole


@given(LINES)
def test_every_margin_adds_up_to_the_same_trade(lines: list[LineSummary]) -> None:
    tally = tallied(lines)
    sellers, flows = tally.sellers.values(), tally.quarters.values()
    pings, bids = sum(seller.pings for seller in sellers), sum(seller.bids for seller in sellers)
    assert (sum(flow.pings for flow in flows), sum(flow.bids for flow in flows)) == (pings, bids)
    assert sum(flow.lines for flow in flows) == len(lines)
    assert pings == bids + sum(sum(seller.no_bids.values()) for seller in sellers)
    leads, spend = sum(seller.accepted for seller in sellers), sum(seller.spend_cents for seller in sellers)
    for margin in (
        tally.states.values(),
        [vertical.share for vertical in tally.verticals.values()],
        [share for seller in sellers for share in seller.sources.by_name.values()],
    ):
        assert (sum(share.leads for share in margin), sum(share.spend_cents for share in margin)) == (leads, spend)
    campaigns = tally.campaigns.values()
    assert (sum(each.leads for each in campaigns), sum(each.spend_cents for each in campaigns)) == (leads, spend)
    assert leads == sum(flow.leads for flow in flows)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> TradingDay:
    return trading_day(tmp_path_factory.mktemp("day"))


def test_a_summary_counts_as_its_whole_line_does(day: TradingDay) -> None:
    counter = LineCounter()
    fold(day.lines, counter)
    summaries = [summarize(as_written(line), SOMEWHERE) for line in day.lines]
    assert tallied([line for line in summaries if line is not None]) == counter.tally.settle()


def test_a_lead_counts_where_it_was_bought_on_every_margin(day: TradingDay) -> None:
    counter = LineCounter()
    fold(day.lines, counter)
    tally = counter.tally
    spend = sum(lead.price_cents for lead in day.sold)
    legs = tally.campaigns["solar-tx"].legs
    assert {leg: sum(trade.paid_cents.values()) for leg, trade in legs.items()} == {"exclusive": 20, "shared": 0}
    assert (tally.verticals["solar"].share.leads, tally.verticals["solar"].share.spend_cents) == (20, spend)
    assert {state: share.leads for state, share in tally.states.items() if share.leads} == {"TX": 10, "CA": 10}
    assert tally.sellers["acme"].sources.by_name[""].leads == 20


PING = PingSummary(
    at=NOW,
    seller="acme",
    ping=PingFacts(vertical="solar", state="TX", sub_id="s1"),
    decision=DecisionFacts(bids=(BidFacts("solar-tx", "shared", 700), BidFacts("solar-tx", "exclusive", 600))),
)
POST = PostLine(
    at=NOW,
    seller="acme",
    ping_id="b",
    status="accepted",
    campaign="solar-tx",
    vertical="solar",
    leg="shared",
    state="TX",
    sub_id="s1",
    price_cents=700,
)


def test_a_bid_and_its_lead_are_counted_by_all_that_is_told_apart() -> None:
    whole = Share(pings=1, bids=1, won=1, leads=1, spend_cents=700)
    tally = tallied([PING, POST])
    quarter = int(NOW // 900)
    assert tally.quarters == {quarter: Flow(lines=2, pings=1, bids=1, leads=1)}
    assert tally.campaigns == {
        "solar-tx": CampaignTrade(
            pings=1,
            legs={
                "shared": LegTrade(won=1, bid_cents={700: 1}, paid_cents={700: 1}),
                "exclusive": LegTrade(bid_cents={600: 1}),
            },
        )
    }
    assert tally.verticals == {"solar": VerticalTrade(share=whole, quarters={quarter: 1})}
    assert tally.states == {"TX": whole}
    assert tally.sellers["acme"].sources.by_name == {"s1": whole}
    assert tally.sellers["acme"].bid_cents == 700


def test_scores_are_counted_by_model_where_a_model_said_them() -> None:
    def scored(probability: float, model: str = "7", expected: bool = False) -> PingSummary:
        score = ScoreFacts(probability, expected)
        return replace(PING, model=model, decision=DecisionFacts(bids=(BidFacts("solar-tx", "shared", 700, score),)))

    lines = [scored(0.25), scored(0.25), scored(0.5), scored(0.25, "8"), scored(0.25, expected=True), PING]
    assert tallied(lines).verticals["solar"].scores == {"7": {-16: 2, -8: 1}, "8": {-16: 1}}


def test_what_both_models_of_a_trial_made_of_a_ping_is_counted_by_who_decided() -> None:
    def tried(decided: str, *unsent: ShadowBidFacts, fault: str = "") -> PingSummary:
        other = {"7": "8", "8": "7"}[decided]
        return replace(PING, model=decided, shadow=ShadowFacts(other, unsent, fault))

    dear, cheap = ShadowBidFacts(900, 1.5), ShadowBidFacts(300, 0.5)
    test = replace(PING, ping=replace(PING.ping, test=True), shadow=ShadowFacts("8", (dear,)))
    late = replace(tried("7", dear), withdrawn=Refusal("late"))
    lines = [tried("7", cheap, dear), tried("7"), tried("7", dear, fault="no number"), tried("8", dear), test, late]
    trials = tallied(lines).verticals["solar"].trials
    assert set(trials) == {"7/8", "8/7"}
    assert trials["7/8"] == TrialTrade(
        pings=3,
        faults=1,
        both=1,
        decided=SideTrade(bids=3, cents=2_100, both_cents=700),
        shadowed=SideTrade(bids=1, cents=900, surplus_millicents=1_500, both_cents=900),
    )
    assert trials["8/7"].pings == 1


@each_row(
    ("line", "trade"),
    [
        (RefusedLine(at=NOW, seller="acme", id="d", refusal=Refusal("paused"), test=True), SellerTrade(test_pings=1)),
        (RepeatLine(at=NOW, seller="acme", id="b", repeat_of="a"), SellerTrade(ping_repeats=1)),
        (RepeatLine(at=NOW, seller="acme", id="b", repeat_of="a", test=True), SellerTrade()),
        (NoticeLine(at=NOW, seller="acme", ping_id="b", result="lost"), SellerTrade(lost=1)),
        (PostLine(at=NOW, seller="acme", ping_id="b", status="accepted", test=True), SellerTrade(test_posts=1)),
        (PostLine(at=NOW, seller="acme", ping_id="b", status="accepted", kept=True), SellerTrade(post_repeats=1)),
    ],
)
def test_repeats_and_tests_count_by_themselves(line: LineSummary, trade: SellerTrade) -> None:
    tally = tallied([line])
    assert tally.sellers == {"acme": trade}
    assert (tally.campaigns, tally.states, tally.verticals) == ({}, {}, {})


@each_row("result", ["won", "lost"])
def test_a_notice_about_a_test_says_nothing_of_the_trade(result: str) -> None:
    notice = NoticeLine(at=NOW, seller="acme", ping_id="b", result=result, test=True)
    assert tallied([notice]).sellers == {}


def test_a_vertical_that_nobody_declared_is_a_word_of_the_sellers() -> None:
    refused = PingSummary(
        at=NOW,
        seller="acme",
        ping=PingFacts(vertical="slar"),
        decision=DecisionFacts(refusal=Refusal("unsupported_vertical")),
    )
    tally = tallied([refused])
    assert tally.verticals == {}
    assert tally.unsupported.by_name == {"slar": Share(pings=1)}


def test_a_bid_that_is_posted_twice_in_one_stretch_was_won_once() -> None:
    again = [PostLine(at=NOW, seller="acme", ping_id="b", status="reping", campaign="c") for _ in range(2)]
    assert (tallied(again).sellers["acme"].posts, tallied(again).sellers["acme"].won) == (2, 1)


@each_row(
    ("code", "detail", "counts"),
    [
        ("certificate_mismatch", "", True),
        ("certificate_reused", "", True),
        ("consent_missing", "trustedform_cert_url or leadid_token", True),
        ("consent_invalid", "leadid_token", True),
        ("consent_missing", "tcpa_text", False),
        ("consent_expired", "consent_at", False),
        ("invalid_contact", "phone", False),
    ],
)
def test_a_certificate_fails_where_it_is_missing_malformed_or_anothers(code: str, detail: str, *, counts: bool) -> None:
    post = PostLine(at=1.0, seller="acme", ping_id="b", status="rejected", reason_code=code, detail=detail)
    assert tallied([post]).sellers["acme"].certificate_failures == counts


@each_row("text", [b"", b"[]", b'{"v":1,"kind":"later","at":1.0,"seller":"acme"}', b'{"kind":"post","at":1'])
def test_what_is_no_line_counts_nowhere(text: bytes) -> None:
    assert summarize(text, SOMEWHERE) is None


def test_nothing_comes_to_nothing() -> None:
    assert tallied([]) == JournalTally()
