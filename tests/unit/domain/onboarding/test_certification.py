"""What a seller's tests show, step by step."""

from app.domain.onboarding.certification import STEPS, Event, told_of
from tests.table import each_row


def ping(status: str = "accepted", bid_id: str = "b1", at: float = 0.0, **rest: object) -> Event:
    price_cents = 1_250 if status == "accepted" else 0
    return Event(at=at, asked="ping", status=status, bid_id=bid_id, price_cents=price_cents, **rest)  # type: ignore[arg-type]


def post(status: str = "accepted", bid_id: str = "b1", at: float = 1.0, **rest: object) -> Event:
    fields = {"price_cents": 1_250 if status == "accepted" else 0, "request": f"r-{bid_id}", "answer": "a", **rest}
    return Event(at=at, asked="post", status=status, bid_id=bid_id, **fields)  # type: ignore[arg-type]


SHOWN = {
    "no_identity": [ping(), ping(), ping()],
    "no_bid": [ping("rejected", "x"), ping()],
    "sale": [ping(), post()],
    "price": [ping(), post()],
    "duplicate": [ping(), post("duplicate"), ping(bid_id="b2")],
    "refused": [ping(), post("rejected"), ping(bid_id="b2")],
    "retry": [ping(), post(), post()],
    "reping": [ping(), post("reping"), ping(bid_id="b2")],
    "certificate": [ping(), post(certificate=True)],
    "timing": [ping(), post(), ping(bid_id="b2"), post(bid_id="b2")],
}
NOT_SHOWN = {
    "no_identity": ([ping(), ping(identity=("phone",)), ping(), ping()], "a ping held phone"),
    "no_bid": ([ping("rejected", "x"), post("rejected", "x"), ping()], "posted all the same"),
    "sale": ([ping(), post(bid_id="another")], "no bid was posted and sold"),
    "price": ([ping(), post(price_cents=1_000)], "another price"),
    "duplicate": ([ping(), post("duplicate"), post("duplicate"), post("duplicate")], "again and again"),
    "refused": ([ping(), post("rejected")], "nothing after it yet"),
    "retry": ([ping(), post(), post(answer="other")], "another answer"),
    "reping": ([ping(), post("reping")], "no ping came after it"),
    "certificate": ([ping(), post()], "no TrustedForm or LeadiD"),
    "timing": ([ping(), post("reping", code="ping_expired")], "0 of 2 posts"),
}


@each_row("step", SHOWN)
def test_a_step_is_shown_by_what_was_sent(step: str) -> None:
    assert told_of(SHOWN[step])[step] == ""


@each_row("step", NOT_SHOWN)
def test_a_step_that_is_not_shown_says_why(step: str) -> None:
    events, why = NOT_SHOWN[step]
    assert why in told_of(events)[step]


def test_nothing_is_shown_by_nothing() -> None:
    assert all(told_of([]).values())
    assert set(told_of([])) == {step.name for step in STEPS} == SHOWN.keys() == NOT_SHOWN.keys()
