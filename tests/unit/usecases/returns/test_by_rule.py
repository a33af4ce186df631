"""Rules ask for returns by themselves, a few outcomes at a time, also for those that came while nobody looked."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from app.domain.returns.feedback_wish import FeedbackWish
from app.domain.returns.policy import ReturnPolicy
from app.store.returns import requests
from app.store.returns.requests import WhichReturns
from app.usecases.bidder import Bidder
from app.usecases.returns.answer import answer_return
from app.usecases.returns.by_rule import ReturnRules
from app.wire.feedback import Outcome
from app.wire.returns import ReturnReply
from tests.bidder import NOW, another, ask, at_bidder, sell, somebody
from tests.build import catalogue, seller

DAY_S = 86_400.0


def test_outcomes_are_looked_at_a_few_at_a_time_and_each_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "RULES_AT_ONCE", 2)
    acme = replace(
        seller(),
        returns=ReturnPolicy(by_outcome={"invalid": "invalid_phone"}, answer_s=DAY_S, unanswered="accepted"),
        feedback=FeedbackWish(destination="acme-postback", events=("return", "invalid")),
    )

    async def scene(bidder: Bidder) -> None:
        leads = []
        for number in range(1, 6):
            bid = ask(bidder, **another(number))
            leads.append((await sell(bidder, bid.ping_id, contact=somebody(number), **another(number))).lead_id)
        for lead_id in leads:
            await bidder.store.record_outcome(Outcome(lead_id=lead_id, event="invalid", source="crm"), NOW + 60.0)
        for _ in range(2):
            await ReturnRules(bidder).look(NOW + 2 * 3_600.0)
        asked = await bidder.store.returns(WhichReturns(seller="acme")) or []
        assert sorted(each.lead_id for each in asked) == sorted(leads)
        told = await bidder.store.claim_due("acme-postback", "w", NOW + DAY_S, 100, 60.0)
        assert len(told) == 2 * len(leads)

        reply = ReturnReply(lead_id=leads[0], answer="refused")
        assert (await answer_return(bidder, acme, reply, NOW + 3 * 3_600.0)).status == "recorded"
        # Those that it did not answer in time it has agreed to.
        await ReturnRules(bidder).look(NOW + 2 * DAY_S)
        states = {each.lead_id: each.state for each in await bidder.store.returns(WhichReturns(seller="acme")) or []}
        assert states == {leads[0]: "refused", **dict.fromkeys(leads[1:], "accepted")}

    at_bidder(tmp_path, scene, catalogue(sellers=[acme]))
