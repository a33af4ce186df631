"""The shapes of everything sent and answered, as the published description states them (JSON Schema 2020-12)."""

from collections.abc import Iterable
from typing import Any

from app.domain.reasons import NO_BID, REASONS, Reason, Refusal, sentence
from app.domain.vertical import Field, Vertical
from app.wire.feedback import Receipt
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer
from app.wire.scorecard import DAYS_MAX

Json = dict[str, Any]

PART = "#/components/schemas/"
"""Where the shapes stand in a document."""

ANSWER_NAMES: dict[type, str] = {PingAnswer: "PingAnswer", PostAnswer: "PostAnswer", Receipt: "Receipt"}
"""Under which name each answer of the wire is described."""

_TEXT: Json = {"type": "string"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_DOLLARS: Json = {"type": "number", "minimum": 0, "description": "Dollars with two decimals."}
_TIME: Json = {"type": ["string", "number"], "description": "ISO 8601, or seconds since 1970 (UTC)."}

_LEAD: dict[str, Json] = {
    "zip": {"type": "string", "pattern": "^[0-9]{5}$", "description": "Where the consumer lives."},
    "state": {"type": "string", "pattern": "^[A-Z]{2}$", "description": "Two letters; from the ZIP where absent."},
    "seller_lead_id": {**_TEXT, "description": "Your own id. Makes a repeated ping get the same bid."},
    "sub_id": {**_TEXT, "description": "Your source."},
    "created_at": {**_TIME, "description": f"When the consumer consented. {_TIME['description']}"},
    "ip_address": {**_TEXT, "description": "The consumer's."},
    "user_agent": {**_TEXT, "description": "The consumer's."},
    "landing_page": {**_TEXT, "description": "Where the form stood; of a ping, its query is not kept."},
    "tcpa_consent": {"type": "boolean", "description": "Whether the consumer agreed to be called."},
    "tcpa_text": {**_TEXT, "description": "The consent text as shown."},
    "trustedform_cert_url": {**_TEXT, "format": "uri", "description": "https://cert.trustedform.com/<id>"},
    "leadid_token": {**_TEXT, "description": "A LeadiD token: 36 characters, hex in groups of 8-4-4-4-12."},
    "test": {"type": "boolean", "description": "Judged as usual, but nothing is bought, counted or delivered."},
}

_PING: dict[str, Json] = {
    "lead_type": {"enum": ["exclusive", "shared", "any"], "default": "any", "description": "Which legs you offer."},
    "max_legs": {"type": "integer", "minimum": 0, "description": "To how many buyers a shared lead is sold at most."},
    "min_price": {**_DOLLARS, "description": "Dollars below which we need not bid."},
    "deadline_ms": {"type": "integer", "default": 300, "description": "An answer that would be later is a no."},
    "trustedform_ping_url": {**_TEXT, "format": "uri", "description": "https://ping.trustedform.com/<id>"},
    "phone_hash": {**_TEXT, "description": "Of the ten digits, without +1."},
    "email_hash": {**_TEXT, "description": "Of the lower-case address without surrounding space."},
    "hash_type": {"enum": ["sha256", "sha1", "md5"], "description": "By default told from the length."},
}

_POST: dict[str, Json] = {
    "ping_id": {**_TEXT, "description": "The ping_id of our answer."},
    "bid_id": {**_TEXT, "description": "Instead of it, the bid_id of the leg that was sold."},
    "first_name": {**_TEXT, "description": "Either name is needed."},
    "last_name": {**_TEXT, "description": "Either name is needed."},
    "phone": {**_TEXT, "description": "A US number that can ring. Phone or email is needed."},
    "email": {**_TEXT, "format": "email", "description": "Phone or email is needed."},
    "name": {**_TEXT, "description": "The whole name, instead of first and last."},
    "address": {**_TEXT, "description": "Street and number."},
    "city": {**_TEXT, "description": "The consumer's."},
    "birth_date": {**_TEXT, "format": "date", "description": "The consumer's."},
    "consent_at": {**_TIME, "description": f"When the consumer consented, if not created_at. {_TIME['description']}"},
}


PING_FIELDS = {name: field for name, field in (_LEAD | _PING).items() if name != "user_agent"}
"""Fields of the contract that a ping may hold, by their canonical name."""

POST_FIELDS = _POST | _LEAD
"""And a post."""


def sent_schemas(verticals: Iterable[Vertical]) -> Json:
    """What sellers, the CRM and operators send, with the fields of each vertical."""
    kinds = list(verticals)
    schemas: Json = {
        "Ping": _lead("Ping", _LEAD | _PING, ["vertical", "zip"], kinds, "ping"),
        "Post": _lead("Post", _POST | _LEAD, ["zip"], kinds, "post"),
    }
    schemas["Post"]["oneOf"] = [{"required": ["ping_id"]}, {"required": ["bid_id"], "not": {"required": ["ping_id"]}}]
    schemas |= _TOLD
    for vertical in kinds:
        asked = [field for field in vertical.fields if field.known_at_ping]
        schemas[f"{vertical.name}_ping"] = _fields(f"A ping in {vertical.title}", asked)
        schemas[f"{vertical.name}_post"] = _fields(f"A post in {vertical.title}", list(vertical.fields))
    return schemas


DAYS: Json = {
    "name": "days",
    "in": "query",
    "schema": {"type": "integer", "minimum": 1, "maximum": DAYS_MAX, "default": 7},
    "description": "How many days until now.",
}


def answer_schemas() -> Json:
    """What is answered: every key is always there."""
    return {
        "PingAnswer": _answer(
            {
                "status": {"enum": ["accepted", "rejected", "error"]},
                "outcome": {"enum": ["success", "failure", "error"]},
                "ping_id": {**_TEXT, "description": "Name it on the post; of a refusal, in a question to us."},
                "price": {**_DOLLARS, "description": "That of the first bid; 0 of a refusal."},
                "currency": {"const": "USD"},
                "expires_in": {"type": "integer", "description": "Seconds in which the bid is a promise."},
                "expires_at": {**_TEXT, "description": "ISO 8601, UTC; empty of a refusal."},
                "reason": {**_TEXT, "description": "The reason in words."},
                "reason_code": _CODE,
                "bids": {
                    "type": "array",
                    "items": {
                        **_answer(
                            {
                                "bid_id": _TEXT,
                                "type": {"enum": ["exclusive", "shared"]},
                                "price": _DOLLARS,
                                "brand": {**_TEXT, "description": "Whom the consent text may name."},
                            }
                        ),
                        "xml": {"name": "bid"},
                    },
                    "description": "A bid for each leg, the highest price first.",
                    "xml": {"wrapped": True},
                },
                "warnings": _WARNINGS,
            }
        ),
        "PostAnswer": _answer(
            {
                "status": {"enum": ["accepted", "duplicate", "rejected", "reping", "error"]},
                "lead_id": {**_TEXT, "description": "The lead's id in our books; empty where it is not bought."},
                "ping_id": {**_TEXT, "description": "The bid that was posted to."},
                "price": {**_DOLLARS, "description": "What we pay: the price of the bid; 0 where it is not bought."},
                "reason": {**_TEXT, "description": "The reason in words."},
                "reason_code": _CODE,
                "redirect_url": {**_TEXT, "description": "Where to send the consumer; empty where nowhere."},
                "warnings": _WARNINGS,
            }
        ),
        "Scorecard": _scorecard(),
        "Receipt": _answer(
            {
                "status": {"enum": ["recorded", "repeated", "rejected", "error"]},
                "reason": {**_TEXT, "description": "The reason in words."},
                "reason_code": _CODE,
            }
        ),
        "ReasonCode": _reason_codes(),
        "Health": {"type": "object", "properties": {"status": _TEXT}, "required": ["status"]},
    }


def _lead(title: str, fields: dict[str, Json], required: list[str], verticals: list[Vertical], route: str) -> Json:
    names = [vertical.name for vertical in verticals]
    kind: Json = {"enum": names, "description": "What kind of lead it is; the fields of each stand below."}
    return {
        "type": "object",
        "title": title,
        "description": "Canonical names; common other spellings are understood. Unknown fields are ignored.",
        "properties": {"vertical": kind, **fields},
        "required": required,
        "allOf": [
            {
                "if": {"required": ["vertical"], "properties": {"vertical": {"const": name}}},
                "then": {"$ref": f"#/components/schemas/{name}_{route}"},
            }
            for name in names
        ],
    }


def _fields(title: str, fields: list[Field]) -> Json:
    return {
        "type": "object",
        "title": title,
        "properties": {field.name: field_schema(field) for field in fields},
        "required": [field.name for field in fields if field.required],
    }


def field_schema(field: Field) -> Json:
    """What a field of a vertical may be."""
    types = {"choice": "string", "text": "string", "date": "string"}
    schema: Json = {"type": types.get(field.type, field.type)}
    if field.type == "date":
        schema["format"] = "date"
    if field.title:
        schema["description"] = field.title
    if field.values:
        schema["enum"] = list(field.values)
    if field.minimum is not None:
        schema["minimum"] = field.minimum
    if field.maximum is not None:
        schema["maximum"] = field.maximum
    return schema


def _answer(properties: Json) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        "xml": {"name": "result"},
    }


def _reason_codes() -> Json:
    """Every code with its meaning, and what sellers are told instead of it who are not told everything."""
    kinds = sorted({reason.kind for reason in REASONS.values()})
    return {
        "type": "string",
        "title": "Reason codes",
        "oneOf": [
            {"const": "", "description": "Nothing speaks against it."},
            *({"const": reason.code, "description": _meaning(reason)} for reason in REASONS.values()),
            *({"const": kind, "description": "All that a seller with disclosure `class` is told."} for kind in kinds),
            {"const": NO_BID.code, "description": "All that a seller with disclosure `opaque` is told."},
        ],
    }


def _meaning(reason: Reason) -> str:
    text = sentence(Refusal(reason.code))
    number = f" OpenRTB no-bid reason {reason.nbr}." if reason.nbr is not None else " On a post only."
    return f"{text[:1].upper()}{text[1:]}.{number}"


_CODE: Json = {"$ref": "#/components/schemas/ReasonCode"}
_WARNINGS: Json = {
    "type": "array",
    "items": {**_TEXT, "xml": {"name": "warning"}},
    "description": "What we made of your request that you should know.",
    "xml": {"wrapped": True},
}
_TOLD: Json = {
    "Notice": {
        "type": "object",
        "title": "Notice",
        "properties": {
            "ping_id": {**_TEXT, "description": "The bid it is about."},
            "result": {"enum": ["won", "lost"]},
            "price": {**_DOLLARS, "description": "Dollars the lead was sold for, if you disclose them."},
        },
        "required": ["ping_id", "result"],
    },
    "Outcome": {
        "type": "object",
        "title": "Outcome",
        "properties": {
            "lead_id": {**_TEXT, "description": "As in our answer to its post, and in its delivery."},
            "event": {
                "enum": ["contacted", "not_contacted", "qualified", "quoted", "sold", "invalid", "opted_out"],
            },
            "value": {**_DOLLARS, "description": "With `sold`: the dollars that the conversion brought."},
            "event_id": {**_TEXT, "description": "Yours; with `source` it makes a repeated event harmless."},
            "source": {**_TEXT, "description": "The system that tells."},
            "occurred_at": _TIME,
        },
        "required": ["lead_id", "event"],
    },
    "Demand": {
        "type": "object",
        "title": "Demand",
        "properties": {
            "open": {"type": "integer", "minimum": 0, "description": "Leads the territory can still work."},
            "expected": {"type": "integer", "minimum": 0, "description": "Leads that will probably come by then."},
            "campaign": {**_TEXT, "description": "Narrows it to one campaign."},
            "until": {**_TIME, "description": f"Until when, by default the end of the day. {_TIME['description']}"},
        },
        "required": ["open", "expected"],
    },
    "Signal": {
        "type": "object",
        "title": "Signal",
        "properties": {
            "premium": {"type": "number", "description": "Dollars on top of a lead's value; below zero, off it."},
            "cause": {**_TEXT, "description": "Storm, frost, push: it stands in every bid's derivation."},
            "until": _TIME,
            "vertical": {**_TEXT, "description": "Narrows it to one vertical."},
        },
        "required": ["premium", "cause", "until"],
    },
}


def _scorecard() -> Json:
    """Counts leave repeats and tests out; a rate is a share of one, null of nothing."""
    rate: Json = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
    counts: Json = {"type": "object", "additionalProperties": _COUNT}
    latency = _answer({"p50": {"type": ["number", "null"]}, "p95": {"type": ["number", "null"]}})
    return _answer(
        {
            "seller": _TEXT,
            "since": {**_TEXT, "description": "ISO 8601, UTC: the beginning of an hour."},
            "until": _TEXT,
            "pings": _answer(
                {
                    "received": _COUNT,
                    "bids": _COUNT,
                    "bid_rate": rate,
                    "average_bid": {"type": ["number", "null"], "description": "Dollars, of the first bid of each."},
                    "repeats": _COUNT,
                    "refused": {**counts, "description": "By what you are told of the reason."},
                }
            ),
            "posts": _answer(
                {
                    "received": _COUNT,
                    "win_rate": {**rate, "description": "Bids that were posted."},
                    "accepted": _COUNT,
                    "spend": _DOLLARS,
                    "repeats": _COUNT,
                    "refused": counts,
                    "mismatched": {**counts, "description": "Fields that differed from the ping."},
                    "certificate_failures": {"type": ["integer", "null"]},
                    "duplicates": _COUNT,
                    "reping": _COUNT,
                }
            ),
            "returns": _answer(
                {
                    "leads": _COUNT,
                    "returned": {**_COUNT, "description": "Found invalid since."},
                    "rate": rate,
                    "reasons": {"type": ["object", "null"], "additionalProperties": _COUNT},
                }
            ),
            "latency_ms": _answer({"ping": latency, "post": latency}),
            "tests": _answer({"pings": _COUNT, "posts": _COUNT}),
            "hours_unread": {**_COUNT, "description": "Hours of which nothing could be counted."},
        }
    )
