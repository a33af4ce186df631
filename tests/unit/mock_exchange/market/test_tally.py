"""What a market comes to."""

from app.mock_exchange.market.audit import Ask, Audited, AuditedPost
from app.mock_exchange.market.tally import MS_MAX, MarketTally


def lead(*asks: Ask, posts: tuple[AuditedPost, ...] = (), dropped: str = "") -> Audited:
    """One lead of one seller."""
    return Audited(
        number=1, at=0.0, seller="acme", mode="multisell", selection="highest", vertical="solar", state="TX",
        asks=asks, posts=posts, dropped=dropped,
    )  # fmt: skip


def posted(buyer: str, cents: int, outcome: str = "accepted") -> AuditedPost:
    """A post to one buyer."""
    return AuditedPost(buyer=buyer, leg="shared", price_cents=cents, ping_id="x", outcome=outcome)


def bid(buyer: str, cents: int, fate: str) -> Ask:
    """A buyer's bid."""
    return Ask(buyer=buyer, outcome="bid", fate=fate, offers=(("shared", cents),), ms=2.0)


def test_a_lead_sold_to_three_is_one_lead_and_three_sales() -> None:
    tally = MarketTally()
    tally.add(
        lead(
            bid("ann", 900, "won"),
            bid("bob", 800, "refused at the post"),
            bid("cem", 700, "won"),
            Ask(buyer="dee", outcome="timeout", ms=400.0),
            Ask(buyer="eve", outcome="no_bid", reason="filtered"),
            posts=(posted("ann", 900), posted("bob", 800, "rejected"), posted("cem", 700)),
        )
    )
    tally.add(lead(dropped="duplicate"))
    assert (tally.whole.leads, tally.whole.dropped, tally.whole.sold, tally.whole.sales) == (2, 1, 1, 2)
    assert tally.whole.revenue_cents == 1_600
    assert (tally.buyers["bob"].posts_refused, tally.buyers["bob"].lost) == (1, {"refused at the post": 1})
    assert tally.buyers["dee"].failed == {"timeout": 1}
    assert tally.buyers["eve"].no_bids == {"filtered": 1}
    assert [row[0] for row in tally.buyer_rows()][:2] == ["ann", "cem"]
    assert tally.seller_rows(tally.modes) == [("multisell, highest", "2", "1", "50%", "2", "$8.00", "$16.00")]


def test_answer_times_of_any_number_of_pings_take_little_room() -> None:
    tally = MarketTally()
    for number in range(3 * MS_MAX):
        tally.add(lead(Ask(buyer="ann", outcome="no_bid", ms=float(number % 100))))
    kept = tally.buyers["ann"].ms
    assert MS_MAX / 4 < len(kept) <= MS_MAX
    assert 40.0 < sum(kept) / len(kept) < 60.0
