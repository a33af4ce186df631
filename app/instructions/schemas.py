"""JSON Schemas (2020-12) of everything sent and answered, as published."""

from collections.abc import Iterable
from typing import Any, get_args

from app.domain.reasons import NO_BID, REASONS, Reason, Refusal, sentence
from app.domain.vertical import Field, Vertical
from app.wire.feedback import Receipt
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer
from app.wire.returns import ReturnReason, ReturnState
from app.wire.scorecard import DAYS_MAX

Json = dict[str, Any]

PART = "#/components/schemas/"
"""Where the shapes stand in a document."""

ANSWER_NAMES: dict[type, str] = {PingAnswer: "PingAnswer", PostAnswer: "PostAnswer", Receipt: "Receipt"}
"""Under which name each answer of the wire is described."""

_TEXT: Json = {"type": "string"}
_WHY: Json = {**_TEXT, "description": "The reason, for the audit log."}
_COUNT: Json = {"type": "integer", "minimum": 0}
_DOLLARS: Json = {"type": "number", "minimum": 0, "description": "Dollars with two decimals."}
_TIME: Json = {"type": ["string", "number"], "description": "ISO 8601, or seconds since 1970 (UTC)."}

_LEAD: dict[str, Json] = {
    "zip": {"type": "string", "pattern": "^[0-9]{5}$", "description": "Where the consumer lives."},
    "state": {
        "type": "string",
        "pattern": "^[A-Z]{2}$",
        "description": "Two letters; derived from the ZIP if missing.",
    },
    "seller_lead_id": {**_TEXT, "description": "Your own id. A repeated ping with it gets the same bid."},
    "sub_id": {**_TEXT, "description": "Your source."},
    "created_at": {**_TIME, "description": f"When the consumer consented. {_TIME['description']}"},
    "ip_address": {**_TEXT, "description": "The consumer's IP address."},
    "user_agent": {**_TEXT, "description": "The consumer's browser."},
    "landing_page": {**_TEXT, "description": "The page with the form. In a ping, its query is dropped."},
    "tcpa_consent": {"type": "boolean", "description": "Whether the consumer agreed to be contacted."},
    "tcpa_text": {**_TEXT, "description": "The consent text as shown."},
    "trustedform_cert_url": {**_TEXT, "format": "uri", "description": "https://cert.trustedform.com/<id>"},
    "leadid_token": {**_TEXT, "description": "A LeadiD token: 36 characters, hex in groups of 8-4-4-4-12."},
    "test": {"type": "boolean", "description": "Decided as usual, but nothing is bought, counted or delivered."},
}

_PING: dict[str, Json] = {
    "lead_type": {
        "type": "string",
        "enum": ["exclusive", "shared", "any"],
        "default": "any",
        "description": "Which legs you offer.",
    },
    "max_legs": {"type": "integer", "minimum": 0, "description": "The most buyers that a shared lead is sold to."},
    "min_price": {**_DOLLARS, "description": "Your floor in dollars: we do not bid below it."},
    "deadline_ms": {
        "type": "integer",
        "default": 300,
        "description": "Milliseconds until our answer is too late; a later answer is a no-bid.",
    },
    "trustedform_ping_url": {**_TEXT, "format": "uri", "description": "https://ping.trustedform.com/<id>"},
    "phone_hash": {**_TEXT, "description": "Hash of the ten digits, without +1."},
    "email_hash": {**_TEXT, "description": "Hash of the lower-case address, without surrounding spaces."},
    "hash_type": {
        "type": "string",
        "enum": ["sha256", "sha1", "md5"],
        "description": "Default: by the length of the hash.",
    },
}

_POST: dict[str, Json] = {
    "ping_id": {**_TEXT, "description": "The ping_id in our answer to the ping."},
    "bid_id": {**_TEXT, "description": "Instead of ping_id: the bid_id of the leg that was sold."},
    "first_name": {**_TEXT, "description": "First or last name is required."},
    "last_name": {**_TEXT, "description": "First or last name is required."},
    "phone": {**_TEXT, "description": "A reachable US number. Phone or email is required."},
    "email": {**_TEXT, "format": "email", "description": "Phone or email is required."},
    "name": {**_TEXT, "description": "The full name, instead of first and last name."},
    "address": {**_TEXT, "description": "Street and number."},
    "city": {**_TEXT, "description": "The consumer's city."},
    "birth_date": {**_TEXT, "format": "date", "description": "The consumer's date of birth."},
    "consent_at": {
        **_TIME,
        "description": f"When the consumer consented, if not at created_at. {_TIME['description']}",
    },
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
    schemas |= _FEEDBACK
    for vertical in kinds:
        asked = [field for field in vertical.fields if field.known_at_ping]
        schemas[f"{vertical.name}_ping"] = _fields(f"A ping in {vertical.title}", asked)
        schemas[f"{vertical.name}_post"] = _fields(f"A post in {vertical.title}", list(vertical.fields))
    return schemas


DAYS: Json = {
    "name": "days",
    "in": "query",
    "schema": {"type": "integer", "minimum": 1, "maximum": DAYS_MAX, "default": 7},
    "description": "How many days up to now.",
}


IF_NONE_MATCH: Json = {
    "name": "If-None-Match",
    "in": "header",
    "schema": {"type": "string"},
    "description": "The ETag of the list that you have.",
}


def answer_schemas() -> Json:
    """What is answered; a required key is always there."""
    return {
        "PingAnswer": _answer(
            {
                "status": {"type": "string", "enum": ["accepted", "rejected", "error"]},
                "outcome": {"type": "string", "enum": ["success", "failure", "error"]},
                "ping_id": {
                    **_TEXT,
                    "description": "Send it in the post. For a refusal, quote it if you have a question.",
                },
                "price": {**_DOLLARS, "description": "Price of the first bid; 0 for a refusal."},
                "currency": {"type": "string", "const": "USD"},
                "expires_in": {"type": "integer", "description": "Seconds until the bid expires."},
                "expires_at": {**_TEXT, "description": "ISO 8601, UTC; empty for a refusal."},
                "reason": {**_TEXT, "description": "The reason as a sentence."},
                "reason_code": _CODE,
                "bids": {
                    "type": "array",
                    "items": {
                        **_answer(
                            {
                                "bid_id": _TEXT,
                                "type": {"type": "string", "enum": ["exclusive", "shared"]},
                                "price": _DOLLARS,
                                "brand": {**_TEXT, "description": "A brand that the consent text may name."},
                            }
                        ),
                        "xml": {"name": "bid"},
                    },
                    "description": "One bid for each leg, highest price first.",
                    "xml": {"wrapped": True},
                },
                "warnings": _WARNINGS,
            },
            **_IN_TESTS,
        ),
        "PostAnswer": _answer(
            {
                "status": {"type": "string", "enum": ["accepted", "duplicate", "rejected", "reping", "error"]},
                "outcome": {"type": "string", "enum": ["success", "failure", "error"]},
                "ping_id": {**_TEXT, "description": "The bid that the lead was posted to."},
                "price": {**_DOLLARS, "description": "What we pay: the price of the bid; 0 if the lead is not bought."},
                "reason": {**_TEXT, "description": "The reason as a sentence."},
                "reason_code": _CODE,
                "redirect_url": {**_TEXT, "description": "Where to redirect the consumer, if anywhere."},
                "warnings": _WARNINGS,
            },
            lead_id={**_TEXT, "description": "Our id of the lead; only of one that we bought."},
            **_IN_TESTS,
        ),
        "Scorecard": _scorecard(),
        "Appetite": _appetite(),
        "Returns": returns_page(),
        "Receipt": _answer(
            {
                "status": {"type": "string", "enum": ["recorded", "repeated", "ignored", "rejected", "error"]},
                "reason": {**_TEXT, "description": "The reason as a sentence."},
                "reason_code": _CODE,
            },
            outcomes={
                "type": "array",
                "description": "The answer to each, where several outcomes were sent at once, in their order.",
                "items": {"$ref": "#/components/schemas/Receipt"},
            },
            warnings={"type": "array", "items": _TEXT, "description": "What of it was left out or has no effect."},
        ),
        "ReasonCode": _reason_codes(),
        "Health": {"type": "object", "properties": {"status": _TEXT}, "required": ["status"]},
    }


def _lead(title: str, fields: dict[str, Json], required: list[str], verticals: list[Vertical], route: str) -> Json:
    names = [vertical.name for vertical in verticals]
    kind: Json = {
        "type": "string",
        "enum": names,
        "description": "The kind of lead; each has its own fields, listed below.",
    }
    return {
        "type": "object",
        "title": title,
        "description": "Canonical names; other common names work too. Unknown fields are ignored.",
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


def _answer(properties: Json, **optional: Json) -> Json:
    return {
        "type": "object",
        "properties": properties | optional,
        "required": list(properties),
        "additionalProperties": False,
        "xml": {"name": "result"},
    }


def _reason_codes() -> Json:
    """Every code with its meaning, and what stands in for it where the buyer discloses less.

    Codes are added, so that the type is any text: a program made of a list of them would break at the next one.
    """
    kinds = sorted({reason.kind for reason in REASONS.values()})
    meanings = {
        "": "No refusal.",
        **{reason.code: _meaning(reason) for reason in REASONS.values() if not reason.told_as},
        **dict.fromkeys(kinds, "What a seller with disclosure `class` gets instead of the code."),
        NO_BID.code: "What a seller with disclosure `opaque` gets instead of any code.",
    }
    return {
        "type": "string",
        "title": "Reason codes",
        "description": "One of `x-meanings`; codes may be added.",
        "examples": list(meanings),
        "x-meanings": meanings,
    }


def _meaning(reason: Reason) -> str:
    text = sentence(Refusal(reason.code))
    number = f" OpenRTB no-bid reason {reason.nbr}." if reason.nbr is not None else " Posts only."
    return f"{text[:1].upper()}{text[1:]}.{number}"


_IN_TESTS: Json = {"test": {"type": "boolean", "description": "Only in a bid or a sale of a test: nothing is bought."}}
_CODE: Json = {"$ref": "#/components/schemas/ReasonCode"}
_WARNINGS: Json = {
    "type": "array",
    "items": {**_TEXT, "xml": {"name": "warning"}},
    "description": "What to know about how your request was read.",
    "xml": {"wrapped": True},
}
_FEEDBACK: Json = {
    "Notice": {
        "type": "object",
        "title": "Notice",
        "properties": {
            "ping_id": {**_TEXT, "description": "The bid that this is about."},
            "result": {"type": "string", "enum": ["won", "lost"]},
            "price": {
                **_DOLLARS,
                "description": "The price in dollars that the lead was sold for, if you disclose it.",
            },
        },
        "required": ["ping_id", "result"],
    },
    "Return": {
        "type": "object",
        "title": "Return",
        "properties": {
            "reason": {"type": "string", "enum": [*get_args(ReturnReason)]},
            "why": {**_TEXT, "description": "What its seller is told, without personal data."},
        },
        "required": ["reason", "why"],
    },
    "ReturnReply": {
        "type": "object",
        "title": "ReturnReply",
        "properties": {
            "answer": {"type": "string", "enum": ["yes", "no"], "description": "Usual words for both are understood."},
            "note": {**_TEXT, "description": "What you want to say about it."},
        },
        "required": ["answer"],
    },
    "Outcome": {
        "type": "object",
        "title": "Outcome",
        "properties": {
            "lead_id": {**_TEXT, "description": "The lead_id of the delivery; its ping_id or the CRM's id serve too."},
            "crm_id": {**_TEXT, "description": "In place of lead_id: the id with which the CRM answered the delivery."},
            "event": {
                "type": "string",
                "enum": ["contacted", "not_contacted", "qualified", "quoted", "sold", "invalid", "opted_out"],
                "description": "Usual spellings are understood, and the words that the buyer declares.",
            },
            "value": {**_DOLLARS, "description": "With `sold`: the revenue of the conversion, in dollars."},
            "event_id": {**_TEXT, "description": "Your id of the event; with `source` it identifies a repeated event."},
            "source": {**_TEXT, "description": "The system that reports the event."},
            "occurred_at": _TIME,
        },
        "required": ["event"],
    },
    "Demand": {
        "type": "object",
        "title": "Demand",
        "properties": {
            "open": {"type": "integer", "minimum": 0, "description": "Leads that the territory can still work."},
            "expected": {
                "type": "integer",
                "minimum": 0,
                "description": "Leads expected until then; a limit may leave it out.",
            },
            "campaign": {**_TEXT, "description": "Only for this campaign."},
            "limit": {
                "type": "boolean",
                "description": "true: buy no lead beyond `open`; by default it only moves the price.",
            },
            "until": {
                **_TIME,
                "description": f"End of the period; default: the end of the day. {_TIME['description']}",
            },
            "why": _WHY,
        },
        "required": ["open"],
    },
    "Suppression": {
        "type": "object",
        "title": "Suppression",
        "description": "Whoever has this phone, email or hash of one; one of the three at least.",
        "properties": {
            "phone": {**_TEXT, "description": "Ten digits of a North American number, in any usual form."},
            "email": {**_TEXT, "description": "An address."},
            "hash": {**_TEXT, "description": "sha256, sha1 or md5, in hex, of ten digits or a lower-case address."},
            "why": {**_TEXT, "description": "The reason, kept with it and in the audit log."},
        },
    },
    "Signal": {
        "type": "object",
        "title": "Signal",
        "properties": {
            "premium": {
                "type": "number",
                "description": "Dollars added to the value of a lead; negative for a discount.",
            },
            "cause": {**_TEXT, "description": "Why, as in storm or frost; shown in the derivation of every bid."},
            "until": _TIME,
            "vertical": {**_TEXT, "description": "Only for this vertical."},
            "why": _WHY,
        },
        "required": ["premium", "cause", "until"],
    },
    "Pause": {
        "type": "object",
        "title": "Pause",
        "properties": {
            "why": _WHY,
            "until": {**_TIME, "description": f"When it ends; default: when it is resumed. {_TIME['description']}"},
        },
        "required": ["why"],
    },
    "Mute": {
        "type": "object",
        "title": "Mute",
        "properties": {
            "why": _WHY,
            "until": {**_TIME, "description": f"When it ends; default: when it is unmuted. {_TIME['description']}"},
            "target": {**_TEXT, "description": "Only of this seller, campaign, cap, check or destination."},
        },
        "required": ["why"],
    },
    "Boost": {
        "type": "object",
        "title": "Boost",
        "properties": {
            "premium": {"type": "number", "description": "Dollars added to the value of each lead; may be negative."},
            "until": _TIME,
            "why": _WHY,
        },
        "required": ["premium", "until", "why"],
    },
    "Limit": {
        "type": "object",
        "title": "Limit",
        "properties": {
            "limit": {"type": ["number", "string"], "description": "Leads, or dollars of a cap that counts spend."},
            "why": _WHY,
            "until": {**_TIME, "description": f"When it ends; default: when it is reset. {_TIME['description']}"},
            "yes": {"type": "boolean", "description": "true: also more than ten times the declared limit."},
        },
        "required": ["limit", "why"],
    },
}


RETURN_PARAMETERS: tuple[Json, ...] = (
    {
        "name": "state",
        "in": "query",
        "schema": {"type": "string", "enum": [*get_args(ReturnState), "all"], "default": "requested"},
        "description": "Which ones: those that wait for your answer, or what became of others.",
    },
    {
        "name": "limit",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": 1_000, "default": 1_000},
        "description": "How many at most.",
    },
    {
        "name": "after",
        "in": "query",
        "schema": {"type": "string"},
        "description": "`next` of the page before.",
    },
)


def returns_page(**for_buyer: Json) -> Json:
    """A page of leads that are given back, in the order in which they were asked for."""
    return _answer(
        {
            "returns": {
                "type": "array",
                "items": _answer(
                    {
                        "lead_id": {**_TEXT, "description": "Our id of the lead, by which you answer."},
                        "ping_id": {**_TEXT, "description": "The bid that you posted it to."},
                        "seller_lead_id": {**_TEXT, "description": "Your id of the lead, if you sent one."},
                        "sub_id": _TEXT,
                        "vertical": _TEXT,
                        "price": {**_DOLLARS, "description": "What a credit gives back."},
                        "sold_at": _TEXT,
                        "state": {"type": "string", "enum": [*get_args(ReturnState)]},
                        "reason": {"type": "string", "enum": [*get_args(ReturnReason)]},
                        "reason_text": _TEXT,
                        "why": {**_TEXT, "description": "What we want to say about it."},
                        "requested_at": _TEXT,
                        "answer_due_at": {"type": ["string", "null"], "description": "Until when you may answer."},
                        "settled_at": {"type": ["string", "null"]},
                        "note": {**_TEXT, "description": "What you said about it, or why we withdrew it."},
                    }
                    | for_buyer
                ),
            },
            "next": {"type": ["string", "null"], "description": "Where the next page begins."},
        }
    )


def _appetite() -> Json:
    """Rows that never name a cap, nor what anybody else is told."""
    row = _answer(
        {
            "vertical": _TEXT,
            "state": _TEXT,
            "leg": {"type": "string", "enum": ["exclusive", "shared"]},
            "floor": {**_DOLLARS, "description": "No bid is below this."},
            "until": {
                "type": ["string", "null"],
                "description": "ISO 8601, UTC: when an open row closes by the clock, or a closed one opens at the "
                "earliest, as things stand. Null if only events can tell.",
            },
            "open": {"type": "boolean", "description": "Whether we bid on such leads now."},
        }
    )
    return {"type": "array", "items": row, "description": "What is not listed is not bought."}


def _scorecard() -> Json:
    """Counts leave repeats and tests out; a rate is a share of one, null of nothing."""
    rate: Json = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
    counts: Json = {"type": "object", "additionalProperties": _COUNT}
    latency = _answer({"p50": {"type": ["number", "null"]}, "p95": {"type": ["number", "null"]}})
    return _answer(
        {
            "seller": _TEXT,
            "since": {**_TEXT, "description": "ISO 8601, UTC: the start of an hour."},
            "until": _TEXT,
            "pings": _answer(
                {
                    "received": _COUNT,
                    "bids": _COUNT,
                    "bid_rate": rate,
                    "average_bid": {
                        "type": ["number", "null"],
                        "description": "In dollars, of the first bid of each ping.",
                    },
                    "repeats": _COUNT,
                    "refused": {**counts, "description": "By reason, as disclosed to you."},
                }
            ),
            "posts": _answer(
                {
                    "received": _COUNT,
                    "win_rate": {**rate, "description": "Share of bids that were posted."},
                    "accepted": _COUNT,
                    "spend": _DOLLARS,
                    "repeats": _COUNT,
                    "refused": counts,
                    "mismatched": {**counts, "description": "By field that differed from the ping."},
                    "certificate_failures": {"type": ["integer", "null"]},
                    "duplicates": {"type": ["integer", "null"]},
                    "reping": _COUNT,
                }
            ),
            "returns": _answer(
                {
                    "leads": _COUNT,
                    "returned": {**_COUNT, "description": "Returned, and credited by you."},
                    "rate": rate,
                    "reasons": {"type": ["object", "null"], "additionalProperties": _COUNT},
                }
            ),
            "latency_ms": _answer({"ping": latency, "post": latency}),
            "tests": _answer({"pings": _COUNT, "posts": _COUNT}),
            "hours_unread": {**_COUNT, "description": "Hours whose data could not be read."},
        }
    )
