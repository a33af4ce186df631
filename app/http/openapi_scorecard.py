"""The published description of the scorecard: its door, its shape, and one that a busy week could have."""

from typing import Any

import msgspec

from app.dialects.scorecard import write_scorecard
from app.usecases.scorecard import DAYS_MAX, DAYS_USUAL, KEPT_S
from app.wire.scorecard import Latency, PingScore, PostScore, ReturnScore, Scorecard

Json = dict[str, Any]

_EXAMPLE = Scorecard(
    seller="acme",
    since=1_794_668_400.0,
    until=1_795_273_260.0,
    pings=PingScore(
        received=41_250,
        bids=24_750,
        bid_rate=0.6,
        average_bid_cents=1_835,
        repeats=310,
        refused={"outside_territory": 11_300, "low_value": 4_900, "duplicate": 300},
    ),
    posts=PostScore(
        received=2_510,
        win_rate=0.1,
        accepted=2_400,
        spend_cents=4_776_000,
        repeats=12,
        refused={"ping_mismatch": 60, "duplicate": 25, "ping_expired": 15, "certificate_reused": 10},
        mismatched={"zip": 41, "credit_tier": 19},
        certificate_failures=10,
        duplicates=25,
        reping=15,
    ),
    returns=ReturnScore(leads=2_400, returned=48, rate=0.02, reasons={"invalid": 48}),
    ping_ms=Latency(p50=0.42, p95=1.3),
    post_ms=Latency(p50=6.1, p95=14.0),
    test_pings=20,
    test_posts=20,
    hours_unread=0,
)


def scorecard_door(refusals: Json) -> Json:
    """The door; `refusals` are its other answers, by HTTP status."""
    shape: Json = {
        "schema": {"$ref": "#/components/schemas/Scorecard"},
        "example": msgspec.Raw(write_scorecard(_EXAMPLE)),
    }
    return {
        "operationId": "scorecard",
        "summary": "How your trade with us went in the last days",
        "description": "Your own and nobody else's, in whole hours, without tests and repeats. Reasons stand in it as "
        f"they are told to you. It is counted anew once in {KEPT_S:.0f} seconds at most.",
        "security": [{"key": []}, {"bearer": []}, {"basic": []}, {"field": []}],
        "parameters": [
            {
                "name": "days",
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": 1, "maximum": DAYS_MAX, "default": DAYS_USUAL},
                "description": f"How many days back, from 1 to {DAYS_MAX}; {DAYS_USUAL} where it is left out.",
            }
        ],
        "responses": {"200": {"description": "The scorecard.", "content": {"application/json": shape}}, **refusals},
    }


def scorecard_schemas() -> Json:
    """Its shape, part by part: every key is always there, and null says that there is nothing to divide by."""
    return {
        "Scorecard": _object(
            {
                "seller": {"type": "string"},
                "since": _text("From when on; the beginning of an hour, UTC."),
                "until": _text("When it was counted, UTC."),
                "pings": _ref("PingScore"),
                "posts": _ref("PostScore"),
                "returns": _ref("ReturnScore"),
                "latency_ms": _object({"ping": _ref("Latency"), "post": _ref("Latency")}, "How long our answers took."),
                "tests": _object({"pings": _count(), "posts": _count()}, "Pings and posts that were tests."),
                "hours_unread": _count("Hours that cannot be counted any more; 0 where all are in it."),
            }
        ),
        "PingScore": _object(
            {
                "received": _count("Pings without repeats and tests."),
                "bids": _count("Of them those that got a bid."),
                "bid_rate": _share("Bids over pings."),
                "average_bid": _number("Dollars, of the best bid where there were two."),
                "repeats": _count("Pings that got the bid which they had been given before."),
                "refused": _by("The others by reason code."),
            }
        ),
        "PostScore": _object(
            {
                "received": _count("Posts without repeats and tests."),
                "win_rate": _share("Bids that were posted over bids."),
                "accepted": _count("Leads that we bought."),
                "spend": {"type": "number", "minimum": 0, "description": "Dollars promised for them."},
                "repeats": _count("Posts that got the answer which they had been given before."),
                "refused": _by("The others by reason code."),
                "mismatched": _by("By field: posts that differed from their ping, where that is known."),
                "certificate_failures": {
                    "type": ["integer", "null"],
                    "description": "Posts refused for their certificate; null where you are not told reasons.",
                },
                "duplicates": _count("Posts of people that we had."),
                "reping": _count("Posts to a bid that was gone."),
            }
        ),
        "ReturnScore": _object(
            {
                "leads": _count("Leads bought of you in this time."),
                "returned": _count("Those of them that were found invalid since."),
                "rate": _share("Returned over bought."),
                "reasons": {
                    "type": ["object", "null"],
                    "additionalProperties": {"type": "integer"},
                    "description": "Returned leads by what was found; null where you are not told reasons.",
                },
            }
        ),
        "Latency": _object(
            {"p50": _number("Milliseconds that half of them took at most."), "p95": _number("Or 95 of 100.")}
        ),
    }


def _object(properties: Json, description: str = "") -> Json:
    shape: Json = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return shape | {"description": description} if description else shape


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _text(description: str) -> Json:
    return {"type": "string", "description": description}


def _count(description: str = "") -> Json:
    return {"type": "integer", "minimum": 0, "description": description}


def _number(description: str) -> Json:
    return {"type": ["number", "null"], "minimum": 0, "description": description}


def _share(description: str) -> Json:
    return {"type": ["number", "null"], "minimum": 0, "maximum": 1, "description": description}


def _by(description: str) -> Json:
    return {"type": "object", "additionalProperties": {"type": "integer"}, "description": description}
