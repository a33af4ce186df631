"""A post from its reading to the commit: what is sold, what is refused, and what the seller may rely on."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from app.dialects.answers import write_post_answer
from app.domain.catalogue import Catalogue
from app.domain.delivery.destination import Destination
from app.domain.reasons import Disclosure, Refusal
from app.store.errors import StoreUnavailable
from app.store.vault import SealBroken
from app.usecases.accept_post import accept_post, find_post, refuse_post
from app.usecases.bid_reference import BidReference, open_reference
from app.usecases.bidder import Bidder
from app.usecases.standing.changes import BidEnded, ListDropped, ListRead
from app.usecases.standing.standing import LiveStanding
from tests.bidder import RAW, another, ask, at_bidder, bid_of, journaled, last_post, phone_digest, sell, somebody
from tests.build import CERTIFICATE_URL, NOW, campaign, cap, catalogue, contact, seller, vertical

BOTH = catalogue(sellers=[seller(), seller(name="bluebird", key_sha256=("b" * 64,))])


def counted(bidder: Bidder, name: str) -> dict[tuple[str, ...], int]:
    return bidder.metrics.counted(name)


async def leads(bidder: Bidder) -> int:
    return sum(row.leads for row in (await bidder.store.sales(0.0, NOW * 2)).sales)


def test_a_lead_is_bought_at_the_price_that_was_bid(tmp_path: Path) -> None:
    calls: list[str] = []

    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        answer = await sell(bidder, bid.ping_id)
        assert (answer.status, answer.ping_id) == ("accepted", bid.ping_id)
        assert answer.price_cents == bid.bids[0].price_cents
        lead = await bidder.store.lead(answer.lead_id)
        assert lead is not None
        assert (lead.seller, lead.campaign, lead.leg, lead.sold_at) == ("acme", "solar-tx", "exclusive", NOW + 1.0)
        assert lead.decision is not None
        assert msgspec.json.decode(lead.decision)["price_cents"] == answer.price_cents
        assert [row.destination for row in lead.deliveries] == ["crm"]
        assert calls == ["sold"]
        line = last_post(bidder, tmp_path)
        assert (line.status, line.lead_id, line.campaign) == ("accepted", answer.lead_id, "solar-tx")
        assert (line.price_cents, line.kept) == (answer.price_cents, False)
        assert counted(bidder, "posts_total") == {("acme", "accepted", ""): 1}
        assert counted(bidder, "sales_total") == {("acme", "solar-tx"): 1}
        assert counted(bidder, "spend_dollars_total") == {("acme", "solar-tx"): answer.price_cents}
        assert bidder.standing.live_bids == 0

    at_bidder(tmp_path, scene, catalogue([campaign(destinations=("crm",))]), sold=lambda: calls.append("sold"))


def test_who_came_on_a_list_after_the_ping_is_not_bought(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        part = int(phone_digest(), 16).to_bytes(8, "little")
        bidder.standing.apply(ListRead(name="dnc", version=NOW, parts=(part,)))
        assert (await sell(bidder, bid.ping_id)).reason_code == "suppressed"
        bidder.standing.apply(ListDropped(name="dnc"))
        assert (await sell(bidder, ask(bidder, seller_lead_id="again").ping_id)).status == "accepted"

    at_bidder(tmp_path, scene)


@pytest.mark.parametrize(
    ("only", "goes_to"),
    [
        ({}, ["crm", "dialer"]),
        ({"contact.state": ("tx",)}, ["crm", "dialer"]),
        ({"contact.state": ("OK", "FL")}, ["dialer"]),
        ({"seller": ("acme",), "leg": ("shared",)}, ["dialer"]),
        ({"test": (False,)}, ["crm", "dialer"]),
    ],
)
def test_a_lead_goes_to_the_destinations_that_want_it(tmp_path: Path, only: dict[str, Any], goes_to: list[str]) -> None:
    async def scene(bidder: Bidder) -> None:
        answer = await sell(bidder, ask(bidder).ping_id)
        lead = await bidder.store.lead(answer.lead_id)
        assert lead is not None
        assert sorted(row.destination for row in lead.deliveries) == goes_to

    crm = Destination(name="crm", url="https://crm.example/leads", only=only)
    other = Destination(name="dialer", url="https://dialer.example/leads")
    known = replace(catalogue([campaign(destinations=("crm", "dialer"))]), destinations={"crm": crm, "dialer": other})
    at_bidder(tmp_path, scene, known)


@pytest.mark.parametrize(
    ("told", "openly"),
    [
        ({"seller_lead_id": "A-1001", "sub_id": "search-7"}, ("A-1001", "search-7")),
        ({"seller_lead_id": "(512) 461-2234", "sub_id": "ada@example.com"}, ("", "")),
        ({"seller_lead_id": CERTIFICATE_URL, "sub_id": CERTIFICATE_URL.rpartition("/")[2]}, ("", "")),
    ],
)
def test_what_a_seller_calls_its_lead_and_source_is_delivered_and_kept_unless_it_says_who_somebody_is(
    tmp_path: Path, told: dict[str, Any], openly: tuple[str, str]
) -> None:
    async def scene(bidder: Bidder) -> None:
        answer = await sell(bidder, ask(bidder).ping_id, **told)
        lead = await bidder.store.lead(answer.lead_id)
        assert lead is not None
        assert (lead.seller_lead_id, lead.sub_id) == openly
        document = msgspec.json.decode(bidder.vault.open(lead.identity, lead.lead_id))
        assert {name: document[name] for name in told} == told

    at_bidder(tmp_path, scene)


def test_what_only_the_ping_said_of_the_seller_is_kept_too(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder, seller_lead_id="A-1001", sub_id="search-7")
        lead = await bidder.store.lead((await sell(bidder, bid.ping_id, seller_lead_id="", sub_id="")).lead_id)
        assert lead is not None
        assert (lead.seller_lead_id, lead.sub_id) == ("A-1001", "search-7")

    at_bidder(tmp_path, scene)


def test_any_leg_of_a_ping_may_be_bought_but_only_one(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        exclusive, shared = ask(bidder).bids
        sold = await sell(bidder, shared.bid_id)
        assert sold.price_cents == shared.price_cents
        assert await sell(bidder, exclusive.bid_id) == sold
        assert await leads(bidder) == 1

    at_bidder(tmp_path, scene)


def test_a_retried_post_gets_the_same_bytes_and_is_bought_once(tmp_path: Path) -> None:
    calls: list[str] = []

    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        first = await sell(bidder, bid.ping_id)
        for later in (2.0, 119.0, 86_400.0):
            again = await sell(bidder, bid.ping_id, now=NOW + later)
            assert write_post_answer(again, "json") == write_post_answer(first, "json")
        assert last_post(bidder, tmp_path).kept
        assert await leads(bidder) == 1
        assert calls == ["sold"]
        assert counted(bidder, "sales_total") == {("acme", "solar-tx"): 1}

    at_bidder(tmp_path, scene, sold=lambda: calls.append("sold"))


def test_the_kept_answer_outlives_a_restart(tmp_path: Path) -> None:
    async def first(bidder: Bidder) -> tuple[str, bytes]:
        ping_id = ask(bidder).ping_id
        return ping_id, write_post_answer(await sell(bidder, ping_id), "json")

    ping_id, told = at_bidder(tmp_path, first)

    async def second(bidder: Bidder) -> None:
        assert write_post_answer(await sell(bidder, ping_id, now=NOW + 9.0), "json") == told
        assert ask(bidder, now=NOW + 9.0, phone_digest=phone_digest(), **another(2)).reason_code == "duplicate"

    at_bidder(tmp_path, second)


def test_the_bid_of_a_sold_lead_is_no_bid_for_another_person(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        first = await sell(bidder, bid.ping_id)
        other = await sell(bidder, bid.ping_id, contact=somebody(2))
        assert (other.status, other.reason_code, other.lead_id) == ("rejected", "ping_used", "")
        assert await sell(bidder, bid.ping_id) == first

    at_bidder(tmp_path, scene)


def test_a_corrected_contact_is_judged_anew(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        refused = await sell(bidder, bid.ping_id, contact={"phone": "5125550100"})
        assert (refused.reason_code, refused.reason) == ("invalid_contact", "the contact is not plausible: phone")
        assert await sell(bidder, bid.ping_id, contact={"phone": "5125550100"}) == refused
        assert (await sell(bidder, bid.ping_id)).status == "accepted"

    at_bidder(tmp_path, scene)


def test_a_contact_refused_stays_so_once_its_bid_is_over(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        refused = await sell(bidder, bid.ping_id, contact={"first_name": "Test", "last_name": "Test"})
        assert await sell(bidder, bid.ping_id, now=NOW + 200.0) == refused
        assert last_post(bidder, tmp_path).kept

    at_bidder(tmp_path, scene)


def test_a_test_of_a_live_bid_is_no_sale(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        answer = await sell(bidder, ask(bidder).ping_id, test=True)
        assert (answer.reason_code, answer.reason) == ("ping_mismatch", "the lead differs from its ping: test")
        assert await leads(bidder) == 0

    at_bidder(tmp_path, scene)


@pytest.mark.parametrize("flag", [True, False])
def test_a_test_bid_is_only_ever_a_test_whichever_door_its_post_takes(tmp_path: Path, *, flag: bool) -> None:
    calls: list[str] = []

    async def scene(bidder: Bidder) -> None:
        assert (await sell(bidder, ask(bidder).ping_id)).status == "accepted"
        bid = ask(bidder, test=True, **another(2))
        answer = await sell(bidder, bid.ping_id, test=flag, **another(2))
        assert (answer.status, answer.price_cents) == ("accepted", bid.bids[0].price_cents)
        assert await sell(bidder, bid.ping_id, test=flag, **another(2)) == answer
        assert await bidder.store.lead(answer.lead_id) is None
        assert await leads(bidder) == 1
        assert len(await bidder.store.deliveries()) == 1
        assert list((await bidder.store.cap_usage()).values()) == [1]
        assert counted(bidder, "sales_total") == {("acme", "solar-tx"): 1}
        assert calls == ["sold"]

    bought = campaign(destinations=("crm",), caps=(cap(limit=1),))
    at_bidder(tmp_path, scene, catalogue([bought]), sold=lambda: calls.append("sold"))


OTHER = "1" * 16
"""The hash of what comes into force after the configuration of `build`."""


def reload(bidder: Bidder, after: Catalogue) -> None:
    """Put another configuration in force, as a watcher does."""
    bidder.former.add(bidder.catalogue.configuration)
    bidder.catalogue = after


def test_the_bid_of_a_removed_campaign_is_honored(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        reload(bidder, catalogue([campaign(name="solar-new")], config_hash=OTHER))
        answer = await sell(bidder, bid.ping_id)
        assert (answer.status, answer.price_cents) == ("accepted", bid.bids[0].price_cents)
        assert last_post(bidder, tmp_path).campaign == "solar-tx"
        lead = await bidder.store.lead(answer.lead_id)
        assert lead is not None
        assert lead.config_hash == "0" * 16

    at_bidder(tmp_path, scene)


def test_the_bid_of_a_configuration_that_nobody_remembers_is_unknown(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        bidder.catalogue = catalogue(config_hash=OTHER)
        assert (await sell(bidder, bid.ping_id)).reason_code == "ping_unknown"

    at_bidder(tmp_path, scene)


def test_terms_that_were_locked_when_the_bid_was_made_still_bind(tmp_path: Path) -> None:
    solar = vertical()
    loose = vertical(fields=tuple(replace(field, locked=False) for field in solar.fields))

    async def scene(bidder: Bidder) -> None:
        bids = [ask(bidder, **another(number)).ping_id for number in (1, 2)]
        reload(bidder, catalogue(verticals=[loose], config_hash=OTHER))
        assert (await sell(bidder, bids[0], **another(1))).status == "accepted"
        changed: dict[str, Any] = {"fields": {"roof": "flat", "monthly_bill": 180.0}}
        refused = await sell(bidder, bids[1], contact=somebody(2), **another(2), **changed)
        assert refused.reason_code == "ping_mismatch"

    at_bidder(tmp_path, scene)


def test_a_lead_counts_under_the_caps_of_today_and_goes_where_leads_go_today(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bids = [ask(bidder, **another(number)).ping_id for number in (1, 2)]
        today = campaign(destinations=("new",), caps=(cap(limit=1),))
        reload(bidder, catalogue([today], config_hash=OTHER))
        assert (await sell(bidder, bids[0], **another(1))).status == "accepted"
        refused = await sell(bidder, bids[1], contact=somebody(2), **another(2))
        assert refused.reason_code == "cap_reached"
        assert [each.destination for each in await bidder.store.deliveries()] == ["new"]

    at_bidder(tmp_path, scene, catalogue([campaign(destinations=("old",), caps=(cap(limit=5),))]))


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"zip": "75201"}, "zip"),
        ({"vertical": "auto"}, "vertical"),
        ({"fields": {"roof": "flat", "monthly_bill": 180.0}}, "roof"),
        ({"fields": {"roof": "flat"}}, "roof"),
        ({"state": "CA", "fields": {"roof": "tile", "monthly_bill": 1.0}}, "state, monthly_bill"),
    ],
)
def test_a_post_that_is_not_its_pings_lead_is_refused_and_told_where_it_differs(
    tmp_path: Path, changed: dict[str, Any], named: str
) -> None:
    async def scene(bidder: Bidder) -> None:
        answer = await sell(bidder, ask(bidder).ping_id, **changed)
        assert (answer.status, answer.reason_code) == ("rejected", "ping_mismatch")
        assert answer.reason == f"the lead differs from its ping: {named}"
        assert last_post(bidder, tmp_path).detail == named

    at_bidder(tmp_path, scene)


@pytest.mark.parametrize("left_out", [{"fields": {}}, {"fields": {"roof": "tile"}}, {"state": "", "fields": {}}])
def test_what_a_post_leaves_out_is_what_its_ping_said(tmp_path: Path, left_out: dict[str, Any]) -> None:
    async def scene(bidder: Bidder) -> None:
        answer = await sell(bidder, ask(bidder).ping_id, **left_out)
        assert answer.status == "accepted"
        sold = await bidder.store.lead(answer.lead_id)
        assert sold is not None
        document = msgspec.json.decode(bidder.vault.open(sold.identity, sold.lead_id))
        assert document["fields"] == {"roof": "tile", "monthly_bill": 180.0}
        assert document["contact"]["state"] == "TX"

    at_bidder(tmp_path, scene)


@pytest.mark.parametrize("is_remembered", [True, False])
def test_a_post_may_say_more_than_its_ping_but_nothing_else(tmp_path: Path, *, is_remembered: bool) -> None:
    async def scene(bidder: Bidder) -> None:
        said: dict[str, Any] = {"fields": {"monthly_bill": 180.0}}
        bids = [ask(bidder, **another(number), **said).ping_id for number in (1, 2)]
        if not is_remembered:
            bidder.standing = LiveStanding()
        assert (await sell(bidder, bids[0], **another(1))).status == "accepted"
        other: dict[str, Any] = {"fields": {"roof": "tile", "monthly_bill": 181.0}}
        refused = await sell(bidder, bids[1], contact=somebody(2), **another(2), **other)
        named = ": monthly_bill" if is_remembered else ""
        assert refused.reason == f"the lead differs from its ping{named}"

    at_bidder(tmp_path, scene)


def test_a_ping_that_a_restart_forgot_is_refused_without_the_fields(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        bidder.standing = LiveStanding()
        answer = await sell(bidder, bid.ping_id, zip="75201")
        assert answer.reason == "the lead differs from its ping"

    at_bidder(tmp_path, scene)


def test_the_state_may_be_left_to_the_zip(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder, state="")
        assert (await sell(bidder, bid.ping_id, state="", contact={"state": ""})).status == "accepted"

    at_bidder(tmp_path, scene)


def test_one_sellers_bid_is_of_no_use_to_another(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        thief = bidder.catalogue.sellers["bluebird"]
        stolen = await sell(bidder, bid.ping_id, seller=thief, zip="75201")
        assert (stolen.reason_code, stolen.reason) == ("ping_mismatch", "the lead differs from its ping")
        sold = await sell(bidder, bid.ping_id)
        assert sold.status == "accepted"
        assert await find_post(bidder, bidder.catalogue.sellers["acme"], bid.ping_id) == sold
        told = await find_post(bidder, thief, bid.ping_id)
        assert told is not None
        assert told.lead_id == ""

    at_bidder(tmp_path, scene, BOTH)


def test_the_certificate_must_be_the_pings(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        other = another(9)["trustedform_cert_url"]
        answer = await sell(bidder, ask(bidder).ping_id, trustedform_cert_url=other)
        assert (answer.status, answer.reason_code) == ("rejected", "certificate_mismatch")

    at_bidder(tmp_path, scene)


def test_a_ping_without_a_certificate_may_bring_any_with_its_post(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder, trustedform_cert_url="will_send_on_post")
        assert (await sell(bidder, bid.ping_id)).status == "accepted"

    at_bidder(tmp_path, scene)


def test_a_certificate_belongs_to_one_person(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        assert (await sell(bidder, ask(bidder).ping_id)).status == "accepted"
        bid = ask(bidder, seller_lead_id="lead-2", trustedform_cert_url="")
        answer = await sell(bidder, bid.ping_id, seller_lead_id="lead-2", contact=somebody(2))
        assert (answer.status, answer.reason_code) == ("rejected", "certificate_reused")

    at_bidder(tmp_path, scene)


def test_an_expired_bid_must_be_asked_for_again(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        late = await sell(bidder, bid.ping_id, now=NOW + 120.0)
        assert (late.status, late.reason_code) == ("reping", "ping_expired")
        assert await find_post(bidder, bidder.catalogue.sellers["acme"], bid.ping_id) is None
        fresh = ask(bidder, now=NOW + 121.0)
        assert (await sell(bidder, fresh.ping_id, now=NOW + 122.0)).status == "accepted"

    at_bidder(tmp_path, scene)


@pytest.mark.parametrize("ping_id", ["C" + "x" * 63, "a" * 24, "maria.lopez@gmail.com", ""])
def test_what_is_no_bid_of_ours_is_unknown_and_nothing_odd_is_said_back(tmp_path: Path, ping_id: str) -> None:
    async def scene(bidder: Bidder) -> None:
        answer = await sell(bidder, ping_id)
        assert (answer.status, answer.reason_code) == ("reping", "ping_unknown")
        assert answer.ping_id == (ping_id if len(ping_id) == 64 else "")
        assert last_post(bidder, tmp_path).ping_id == answer.ping_id
        assert await find_post(bidder, bidder.catalogue.sellers["acme"], ping_id) is None

    at_bidder(tmp_path, scene)


@pytest.mark.parametrize(("measure", "code"), [("count", "cap_reached"), ("spend", "budget_exhausted")])
def test_a_full_cap_refuses_a_live_bid_and_says_which(tmp_path: Path, measure: str, code: str) -> None:
    async def scene(bidder: Bidder) -> None:
        bids = [ask(bidder, **another(number)).ping_id for number in (1, 2)]
        limit = 1 if measure == "count" else bid_of(bidder, bids[0]).price_cents
        bidder.catalogue = catalogue([campaign(caps=(cap(measure=measure, limit=limit),))])
        first = await sell(bidder, bids[0], **another(1))
        second = await sell(bidder, bids[1], contact=somebody(2), **another(2))
        assert (first.status, second.status) == ("accepted", "rejected")
        assert second.reason_code == code
        assert "daily" in second.reason
        assert await sell(bidder, bids[1], contact=somebody(2), **another(2)) == second
        assert counted(bidder, "caps_refused_total") == {("acme",): 1}
        assert list((await bidder.store.cap_usage()).values()) == [limit]

    at_bidder(tmp_path, scene)


def test_what_was_sold_counts_against_a_sellers_cap_too(tmp_path: Path) -> None:
    prepaid = cap(name="prepaid", owner="acme", scope="seller", limit=1, window="total")

    async def scene(bidder: Bidder) -> None:
        assert (await sell(bidder, ask(bidder).ping_id)).status == "accepted"
        assert ask(bidder, now=NOW + 2.0, **another(2)).reason_code == "cap_reached"

    at_bidder(tmp_path, scene, catalogue(sellers=[seller(caps=(prepaid,))]))


def test_a_person_is_bought_once_in_its_window(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bids = [ask(bidder, **another(number)).ping_id for number in (1, 2, 3)]
        assert (await sell(bidder, bids[0], **another(1))).status == "accepted"
        for ping_id, number, whose in ((bids[1], 2, {}), (bids[2], 3, {"phone": "(512) 462-9999"})):
            answer = await sell(bidder, ping_id, contact=whose, **another(number))
            assert (answer.status, answer.reason_code) == ("duplicate", "duplicate")
        later = ask(bidder, now=NOW + 31 * 86_400.0, created_at=None, **another(4))
        fields = {"created_at": None, "consent_at": None, **another(4)}
        assert (await sell(bidder, later.ping_id, now=NOW + 31 * 86_400.0, **fields)).status == "accepted"

    at_bidder(tmp_path, scene)


def test_while_the_database_is_away_nothing_is_sold_and_then_it_goes_on(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        with locked(tmp_path / "leadbid.db"):
            with pytest.raises(StoreUnavailable):
                await sell(bidder, bid.ping_id)
            reference = open_reference(bidder, bid.ping_id)
            error = refuse_post(bidder, bidder.catalogue.sellers["acme"], reference, Refusal("internal"), NOW)
            assert (error.status, error.reason_code, error.lead_id) == ("error", "internal", "")
            assert ask(bidder, **another(2)).status == "accepted"
        assert await leads(bidder) == 0
        assert counted(bidder, "sales_total") == {}
        assert bidder.standing.live_bids == 2
        assert (await sell(bidder, bid.ping_id)).status == "accepted"

    at_bidder(tmp_path, scene, busy_ms=20)


def test_identity_and_evidence_open_with_the_vault_and_with_their_own_lead_only(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        answer = await sell(bidder, ask(bidder).ping_id)
        lead = await bidder.store.lead(answer.lead_id)
        assert lead is not None
        document = msgspec.json.decode(bidder.vault.open(lead.identity, lead.lead_id))
        assert document["contact"]["phone"] == contact().phone
        assert document["consent"]["trustedform_cert_url"] == CERTIFICATE_URL
        assert document["fields"] == {"roof": "tile", "monthly_bill": 180.0}
        sealed = await bidder.store.sealed_evidence(lead.lead_id)
        plain = {kind: bidder.vault.open(piece, f"{lead.lead_id}/{kind}") for kind, piece in sealed.items()}
        assert sorted(plain) == ["consent", "ping", "post"]
        assert plain["post"] == RAW
        pinged = msgspec.json.decode(plain["ping"])
        assert (pinged["seller_lead_id"], pinged["trustedform_cert_url"]) == ("lead-1", CERTIFICATE_URL)
        assert dict(lead.evidence) == {kind: hashlib.sha256(piece).hexdigest() for kind, piece in plain.items()}
        for wrong in ("0" * 24, f"{lead.lead_id}/post"):
            with pytest.raises(SealBroken):
                bidder.vault.open(lead.identity, wrong)

    at_bidder(tmp_path, scene)


def test_a_bid_that_was_forgotten_is_honoured_without_its_decision(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        bidder.standing.apply(BidEnded(nonce=bid_of(bidder, bid.ping_id).nonce))
        answer = await sell(bidder, bid.ping_id)
        assert (answer.status, answer.price_cents) == ("accepted", bid.bids[0].price_cents)
        lead = await bidder.store.lead(answer.lead_id)
        assert lead is not None
        assert lead.decision is None
        assert [kind for kind, _ in lead.evidence] == ["consent", "post"]

    at_bidder(tmp_path, scene)


@pytest.mark.parametrize(("disclosure", "told"), [("full", "duplicate"), ("class", "policy"), ("opaque", "no_bid")])
def test_the_journal_knows_the_reason_that_a_seller_is_not_told(
    tmp_path: Path, disclosure: Disclosure, told: str
) -> None:
    status = "duplicate" if disclosure == "full" else "rejected"

    async def scene(bidder: Bidder) -> None:
        bids = [ask(bidder, **another(number)).ping_id for number in (1, 2)]
        await sell(bidder, bids[0], **another(1))
        for kept in (False, True):
            answer = await sell(bidder, bids[1], **another(2))
            assert (answer.status, answer.reason_code) == (status, told)
            line = last_post(bidder, tmp_path)
            assert (line.reason_code, line.kept) == ("duplicate", kept)
        assert counted(bidder, "posts_total") == {("acme", "accepted", ""): 1, ("acme", status, "duplicate"): 2}

    at_bidder(tmp_path, scene, catalogue(sellers=[seller(disclosure=disclosure)]))


def test_a_post_that_cannot_be_read_spoils_nothing(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        who, reference = bidder.catalogue.sellers["acme"], open_reference(bidder, bid.ping_id)
        refused = await accept_post(bidder, who, reference, Refusal("missing_field", "zip"), RAW, ("odd",), NOW)
        assert (refused.status, refused.reason_code, refused.warnings) == ("rejected", "missing_field", ("odd",))
        assert await find_post(bidder, who, bid.ping_id) is None
        assert (await sell(bidder, bid.ping_id)).status == "accepted"

    at_bidder(tmp_path, scene)


def test_a_stranger_is_refused_and_counted_under_no_name(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        answer = refuse_post(bidder, None, BidReference(ping_id="5124612234"), Refusal("auth_failed"), NOW)
        assert (answer.status, answer.reason_code, answer.ping_id) == ("rejected", "auth_failed", "")
        assert [line.seller for line in journaled(bidder, tmp_path)] == [""]
        assert counted(bidder, "posts_total") == {("", "rejected", "auth_failed"): 1}

    at_bidder(tmp_path, scene)


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """While another process writes to a database and does not come to an end."""
    other = sqlite3.connect(file, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
    finally:
        other.close()
