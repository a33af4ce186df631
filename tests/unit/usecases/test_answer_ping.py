"""A ping from its reading to its answer, its journal line and its counts."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from app.dialects.generic import read_ping
from app.domain.auction.marks import draw_of
from app.domain.buyer import Exploration
from app.domain.identity import hash_digest
from app.domain.reasons import Disclosure, Refusal
from app.domain.schedule import Schedule, week_hours
from app.journal.lines import PingLine, RefusedLine, RepeatLine
from app.journal.replay import redecide
from app.usecases.answer_ping import refuse_ping
from app.usecases.bidder import Bidder
from app.usecases.standing.changes import Suppressed, TimePassed, WritesFailed
from app.wire.ping import Ping, PingAnswer
from tests.bidder import (
    NOW,
    another,
    answer,
    ask,
    at_bidder,
    bid_of,
    journaled,
    last_ping,
    phone_digest,
    sell,
    somebody,
)
from tests.build import CERTIFICATE_URL, buyer, campaign, cap, catalogue, seller

EXPLORING = buyer(exploration=Exploration(spread=0.2, wide_spread=0.4, wide_share=0.5))
BEFORE_NOON = Schedule(hours=week_hours({day: [(0, 720)] for day in range(7)}))
IN_THE_EVENING_S = 10 * 3_600.0
NAMELESS: dict[str, Any] = {"seller_lead_id": "", "trustedform_cert_url": ""}


def counted(bidder: Bidder) -> dict[str, int]:
    """Pings by the code of their answer."""
    return {labels[1]: count for labels, count in bidder.metrics.counted("pings_total").items()}


def test_a_ping_gets_a_signed_bid_a_leg(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        answer = ask(bidder)
        assert (answer.status, answer.expires_at, answer.expires_in) == ("accepted", int(NOW) + 120, 120)
        assert [bid.type for bid in answer.bids] == ["exclusive", "shared"]
        assert answer.ping_id == answer.bids[0].bid_id
        tokens = [bid_of(bidder, bid.bid_id) for bid in answer.bids]
        assert [token.price_cents for token in tokens] == [bid.price_cents for bid in answer.bids]
        assert [token.leg for token in tokens] == ["exclusive", "shared"]
        assert len({token.nonce for token in tokens}) == 1
        assert {token.expires_at for token in tokens} == {answer.expires_at}
        assert bidder.standing.live_bids == 1

    at_bidder(tmp_path, scene)


def test_the_line_holds_what_was_decided_and_names_its_bids(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        answer = ask(bidder)
        line = last_ping(bidder, tmp_path)
        assert line.bid_ids == tuple(bid.bid_id for bid in answer.bids)
        assert [offer.price_cents for offer in line.decision.bids] == [bid.price_cents for bid in answer.bids]
        assert (line.config, line.model, line.at, line.seller) == (bidder.catalogue.config_hash, "1", NOW, "acme")
        assert line.withdrawn is None

    at_bidder(tmp_path, scene)


def test_a_repeat_gets_the_very_bid_and_is_journaled_as_one(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        first = ask(bidder)
        again = ask(bidder, now=NOW + 30.0, min_price_cents=900)
        assert again == first
        decided, repeat = journaled(bidder, tmp_path)
        assert isinstance(decided, PingLine)
        assert isinstance(repeat, RepeatLine)
        assert (repeat.repeat_of, repeat.id, repeat.at) == (decided.id, first.ping_id, NOW + 30.0)
        assert bidder.standing.live_bids == 1
        assert counted(bidder) == {"bid": 2}
        assert bidder.metrics.counted("ping_repeats_total") == {("acme",): 1}

    at_bidder(tmp_path, scene)


def test_a_repeat_does_not_take_room_under_a_cap(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        assert ask(bidder) == ask(bidder, now=NOW + 1.0)
        assert ask(bidder, **another(2)).reason_code == "cap_reached"

    at_bidder(tmp_path, scene, catalogue([campaign(caps=(cap(limit=1),))]))


def test_the_same_name_with_other_terms_is_decided_anew(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        first, other = ask(bidder), ask(bidder, zip="75201")
        assert other.status == "accepted"
        assert bid_of(bidder, other.ping_id).terms != bid_of(bidder, first.ping_id).terms
        assert bidder.standing.live_bids == 1

    at_bidder(tmp_path, scene)


def test_an_expired_bid_is_not_repeated(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        first, later = ask(bidder), ask(bidder, now=NOW + 120.0)
        assert later.expires_at == first.expires_at + 120
        assert [type(line) for line in journaled(bidder, tmp_path)] == [PingLine, PingLine]

    at_bidder(tmp_path, scene)


def test_a_ping_that_names_no_lead_is_always_a_new_one(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        nonces = {bid_of(bidder, ask(bidder, **NAMELESS).ping_id).nonce for _ in range(3)}
        assert len(nonces) == 3

    at_bidder(tmp_path, scene)


def test_a_bid_that_would_come_late_is_withdrawn_and_may_be_asked_for_again(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        late = ask(bidder, deadline_ms=250, took_ms=250.5)
        assert (late.status, late.reason_code, late.bids) == ("rejected", "deadline", ())
        line = last_ping(bidder, tmp_path)
        assert line.withdrawn == Refusal("deadline")
        assert line.decision.bids
        assert line.bid_ids == ()
        assert bidder.standing.live_bids == 0
        assert ask(bidder, deadline_ms=250, took_ms=250.0).status == "accepted"
        assert counted(bidder) == {"deadline": 1, "bid": 1}

    at_bidder(tmp_path, scene)


def test_a_refusal_that_comes_late_keeps_its_own_reason(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        assert ask(bidder, zip="90001", state="CA", took_ms=9_000.0).reason_code == "outside_territory"
        assert last_ping(bidder, tmp_path).withdrawn is None

    at_bidder(tmp_path, scene)


def test_a_seller_in_haste_is_told_how_long_to_wait(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        assert ask(bidder).status == "accepted"
        refused = ask(bidder, now=NOW + 0.25, **another(2))
        assert (refused.reason_code, refused.reason) == ("rate_limited", "too many pings, slow down: 0.4 s")
        line = journaled(bidder, tmp_path)[-1]
        assert isinstance(line, RefusedLine)
        assert line.id == refused.ping_id
        assert ask(bidder, now=NOW + 0.75, **another(2)).status == "accepted"
        assert counted(bidder) == {"bid": 2, "rate_limited": 1}

    at_bidder(tmp_path, scene, catalogue(sellers=[seller(rate_per_s=1.5, burst=1)]))


def test_a_bought_person_is_known_by_its_hash_until_the_quota_is_used_up(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        assert (await sell(bidder, ask(bidder).ping_id)).status == "accepted"
        known: dict[str, Any] = {"phone_digest": phone_digest()}
        assert ask(bidder, now=NOW + 2.0, **another(2), **known).reason_code == "duplicate"
        unasked = ask(bidder, now=NOW + 3.0, **another(3), **known)
        assert unasked.status == "accepted"
        assert unasked.warnings == ("hashes are not looked up any more today: too many of them were never posted",)
        assert ask(bidder, now=NOW + 4.0, **another(4)).warnings == ()

    at_bidder(tmp_path, scene, catalogue(sellers=[seller(hash_lookups_per_day=1)]))


def test_a_posted_lead_gives_its_question_back(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        for number in range(1, 4):
            bid = ask(bidder, now=NOW + number, phone_digest=phone_digest(f"512462{number:04d}"), **another(number))
            assert bid.warnings == ()
            sold = await sell(bidder, bid.ping_id, now=NOW + number, contact=somebody(number), **another(number))
            assert sold.status == "accepted"

    at_bidder(tmp_path, scene, catalogue(sellers=[seller(hash_lookups_per_day=1)]))


def test_the_state_follows_from_the_zip(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        derived = ask(bidder, state="")
        assert derived.status == "accepted"
        assert last_ping(bidder, tmp_path).ping.state == "TX"
        assert ask(bidder) == derived

    at_bidder(tmp_path, scene)


@pytest.mark.parametrize(
    ("place", "code", "reason"),
    [
        ({"state": "CA"}, "invalid_field", "zip and state disagree"),
        ({"state": "VA", "zip": "42223"}, "invalid_field", "zip and state disagree"),
        ({"state": "", "zip": "78799"}, "missing_field", "a required field is missing: state"),
        ({"state": "NY", "zip": "78799"}, "invalid_field", "zip and state disagree"),
        ({"state": "NY", "zip": "00787"}, "invalid_field", "a field cannot be read: zip: no ZIP code begins with 007"),
        ({"state": "TX", "zip": "21301"}, "invalid_field", "a field cannot be read: zip: no ZIP code begins with 213"),
    ],
)
def test_a_place_that_cannot_be_is_refused_at_the_door(
    tmp_path: Path, place: dict[str, Any], code: str, reason: str
) -> None:
    async def scene(bidder: Bidder) -> None:
        refused = ask(bidder, **place)
        assert (refused.reason_code, refused.reason) == (code, reason)
        assert isinstance(journaled(bidder, tmp_path)[0], RefusedLine)
        assert counted(bidder) == {code: 1}

    at_bidder(tmp_path, scene)


def test_the_state_of_a_zip_that_nobody_knows_is_believed(tmp_path: Path) -> None:
    assert at_bidder(tmp_path, _of(zip="78799")).status == "accepted"


@pytest.mark.parametrize(
    ("disclosure", "told"),
    [
        ("full", ("outside_territory", "outside our territory")),
        ("class", ("policy", "refused for policy")),
        ("opaque", ("no_bid", "no bid")),
    ],
)
def test_a_seller_is_told_as_much_as_it_is_trusted_with_and_the_journal_all(
    tmp_path: Path, disclosure: Disclosure, told: tuple[str, str]
) -> None:
    async def scene(bidder: Bidder) -> None:
        refused = ask(bidder, zip="90001", state="CA")
        assert (refused.reason_code, refused.reason) == told
        assert last_ping(bidder, tmp_path).decision.refusal == Refusal("outside_territory")
        assert counted(bidder) == {"outside_territory": 1}
        assert ask(bidder, state="CA", **another(2)).reason_code == "invalid_field"

    at_bidder(tmp_path, scene, catalogue(sellers=[seller(disclosure=disclosure)]))


def test_a_test_has_one_price_and_a_live_ping_explores(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        tests = {ask(bidder, test=True, **another(number)).bids[0].price_cents for number in range(1, 9)}
        lives = {ask(bidder, **another(number)).bids[0].price_cents for number in range(1, 9)}
        assert len(tests) == 1
        assert len(lives) > 4

    at_bidder(tmp_path, scene, catalogue(buyer=EXPLORING))


def test_a_test_knows_nobody_uses_no_room_and_finds_us_open(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        assert (await sell(bidder, ask(bidder).ping_id)).status == "accepted"
        known: dict[str, Any] = {"phone_digest": phone_digest()}
        assert ask(bidder, now=NOW + 2.0, **another(2), **known).reason_code == "duplicate"
        assert ask(bidder, now=NOW + 2.0, **another(2)).reason_code == "cap_reached"
        for number in range(3, 6):
            assert ask(bidder, test=True, now=NOW + 2.0, **another(number), **known).status == "accepted"
        assert ask(bidder, now=NOW + IN_THE_EVENING_S, **another(6)).reason_code == "closed_hours"
        assert ask(bidder, test=True, now=NOW + IN_THE_EVENING_S, **another(6)).status == "accepted"

    at_bidder(tmp_path, scene, catalogue([campaign(caps=(cap(limit=1),), schedule=BEFORE_NOON)]))


def test_a_test_is_no_repeat_of_the_live_ping(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        live, test = (bid_of(bidder, ask(bidder, test=test).ping_id) for test in (False, True))
        assert (live.test, test.test) == (False, True)
        assert live.nonce != test.nonce

    at_bidder(tmp_path, scene)


def test_a_used_certificate_is_no_proof_for_another_lead(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        assert (await sell(bidder, ask(bidder).ping_id)).status == "accepted"
        assert ask(bidder, now=NOW + 2.0, seller_lead_id="lead-2").reason_code == "certificate_reused"

    at_bidder(tmp_path, scene)


def test_a_lead_that_is_bought_already_is_a_duplicate_and_no_misuse_of_its_certificate(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        assert (await sell(bidder, ask(bidder).ping_id)).status == "accepted"
        assert ask(bidder, now=NOW + 2.0).reason_code == "duplicate"
        assert last_ping(bidder, tmp_path).known.bought

    at_bidder(tmp_path, scene)


def test_who_may_not_be_contacted_is_not_bid_for(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bidder.standing.apply(Suppressed(digests=(phone_digest(),)))
        assert ask(bidder, phone_digest=phone_digest()).reason_code == "suppressed"
        assert last_ping(bidder, tmp_path).known.suppressed

    at_bidder(tmp_path, scene)


def test_bids_that_are_out_count_against_a_cap(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        codes = [ask(bidder, **another(number)).reason_code for number in range(1, 5)]
        assert codes == ["", "", "cap_reached", "cap_reached"]
        assert ask(bidder, now=NOW + 121.0, **another(5)).reason_code == "cap_reached"
        bidder.standing.apply(TimePassed(at=NOW + 121.0))
        assert ask(bidder, now=NOW + 121.0, **another(5)).status == "accepted"

    at_bidder(tmp_path, scene, catalogue([campaign(caps=(cap(limit=2),))]))


def test_the_journal_holds_no_trace_of_a_person(tmp_path: Path) -> None:
    hashed = "a" * 64
    raw = {
        "vertical": "solar",
        "zip": "78701",
        "seller_lead_id": "lead-1",
        "phone_hash": hashed,
        "email_hash": hashed,
        "ip_address": "203.0.113.77",
        "user_agent": "Mozilla/5.0 (rare browser)",
        "landing_page": "https://solar.example/quote?email=maria.lopez@gmail.com#top",
        "tcpa_text": "I, Maria, agree.",
        "phone": "5124612234",
        "roof": "tile",
    }

    async def scene(bidder: Bidder) -> None:
        who = bidder.catalogue.sellers["acme"]
        reading = read_ping(raw, who, bidder.catalogue.verticals, lambda kind, text: hash_digest(b"i" * 32, kind, text))
        assert isinstance(reading.value, Ping)
        assert reading.value.phone_digest
        assert reading.value.email_digest
        told = answer(bidder, who, reading.value, reading.warnings)
        assert told.status == "accepted"
        line = last_ping(bidder, tmp_path)
        assert line.ping.ip_address == "203.0.113.0"
        assert line.ping.landing_page == "solar.example"
        written = b"".join(file.read_bytes() for file in (tmp_path / "journal").iterdir())
        digest = reading.value.phone_digest
        for trace in (hashed, digest, "203.0.113.77", "rare browser", "maria", "Maria", "5124612234"):
            assert trace.encode() not in written

    at_bidder(tmp_path, scene)


def test_what_cannot_be_read_is_refused_by_name_and_counted(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        who = bidder.catalogue.sellers["acme"]
        refused = answer(bidder, who, Refusal("missing_field", "zip"), ("a warning",))
        assert (refused.reason_code, refused.warnings) == ("missing_field", ("a warning",))
        stranger = refuse_ping(bidder, None, Refusal("auth_failed"), NOW)
        assert (stranger.status, stranger.reason_code) == ("rejected", "auth_failed")
        ours = refuse_ping(bidder, who, Refusal("internal"), NOW)
        assert (ours.status, ours.reason_code) == ("error", "internal")
        assert [line.seller for line in journaled(bidder, tmp_path)] == ["acme", "acme", ""]
        assert counted(bidder) == {"missing_field": 1, "auth_failed": 1, "internal": 1}

    at_bidder(tmp_path, scene)


def test_the_ping_id_of_a_refusal_is_lower_hex_and_names_its_line(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        answers = [ask(bidder, vertical="boats", **another(number)) for number in range(20)]
        assert {answer.reason_code for answer in answers} == {"unsupported_vertical"}
        ids = [answer.ping_id for answer in answers]
        assert len(set(ids)) == 20
        assert all(len(name) == 24 and set(name) <= set("0123456789abcdef") for name in ids)
        assert [line.id for line in journaled(bidder, tmp_path) if isinstance(line, PingLine)] == ids

    at_bidder(tmp_path, scene)


def test_a_draw_belongs_to_seed_and_nonce() -> None:
    draws = {draw_of(seed, nonce) for seed in (b"a" * 32, b"b" * 32) for nonce in (bytes(8), b"12345678")}
    assert len(draws) == 4
    assert all(0.0 <= draw.slice < 1.0 and 0.0 <= draw.place < 1.0 for draw in draws)


def test_a_paused_seller_is_told_so(tmp_path: Path) -> None:
    assert at_bidder(tmp_path, _of(), catalogue(sellers=[seller(paused=True)])).reason_code == "paused"


def test_a_campaign_without_a_model_bids_its_fallback(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        assert [bid.price_cents for bid in ask(bidder).bids] == [900, 900]
        bidder.catalogue = replace(bidder.catalogue, **_only(campaign()))
        assert ask(bidder, **another(2)).reason_code == "model_unavailable"

    at_bidder(tmp_path, scene, catalogue([campaign(fallback_cents=900)], models=[]))


def _only(wanted: Any) -> dict[str, Any]:
    whole = catalogue([wanted], models=[])
    return {"campaigns": whole.campaigns, "index": whole.index}


def _of(**overrides: Any) -> Any:
    async def scene(bidder: Bidder) -> PingAnswer:
        return ask(bidder, **overrides)

    return scene


def test_the_certificate_of_a_ping_is_held_in_its_token(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        with_one, without = ask(bidder), ask(bidder, seller_lead_id="x", trustedform_cert_url="NA")
        assert bid_of(bidder, with_one.ping_id).certificate != bytes(6)
        assert bid_of(bidder, without.ping_id).certificate == bytes(6)
        again = ask(bidder, seller_lead_id="y", trustedform_cert_url=CERTIFICATE_URL + "/")
        assert bid_of(bidder, again.ping_id).certificate == bid_of(bidder, with_one.ping_id).certificate

    at_bidder(tmp_path, scene)


def test_a_bid_is_not_given_again_while_no_sale_can_be_recorded(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        first = ask(bidder)
        bidder.standing.apply(WritesFailed(seconds=5.0))
        assert ask(bidder) == first
        bidder.standing.apply(WritesFailed(seconds=30.0))
        assert ask(bidder).reason_code == "paused"
        assert ask(bidder, test=True).reason_code == "paused"
        line = last_ping(bidder, tmp_path)
        assert line.standing.unwritable_s == 30.0
        assert redecide(line, bidder.catalogue) == line.decision
        assert bidder.metrics.counted("bids_withheld_total") == {("acme",): 2}
        bidder.standing.apply(WritesFailed(seconds=0.0))
        assert ask(bidder) == first

    at_bidder(tmp_path, scene)
