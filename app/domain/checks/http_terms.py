"""A provider that the buyer describes: where it is asked, what it is told of a lead, and what is an answer of it."""

import re
from collections.abc import Mapping
from typing import Literal

import msgspec

from app.domain.checks.rule import AnswerRule

HttpAuth = Literal["bearer", "basic", "header", "query", "path"]
HttpEncoding = Literal["query", "json", "form"]
FactType = Literal["number", "boolean", "choice"]

PLACEHOLDER = re.compile(r"\{([a-z0-9_]+)\}")
SECRET = "secret"  # noqa: S105 - the name of a placeholder

_HASHES = tuple(f"{value}_{kind}" for value in ("phone", "email") for kind in ("md5", "sha1", "sha256"))
IDENTITY = (
    "phone",
    "phone_e164",
    "email",
    *_HASHES,
    "ip_address",
    "first_name",
    "last_name",
    "name",
    "address",
)
"""Parts of a lead that say who it is: a check that has none of those it would send asks nothing."""

AT_PING = frozenset({*_HASHES, "ip_address"})
"""Those of them that a ping may hold."""

SOURCES = (*IDENTITY, "city", "state", "zip", "seller", "lead_id")
"""All that can be told of a lead."""


class HttpTerms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request. `send` names for each parameter a part of the lead; `constants` are the same for all leads.

    The secret travels by `auth`, in the header, parameter or user that `auth_name` names. An answer is one only where
    it keeps every rule of `answered`; one that does not and holds one of `account_words` is about our account.
    """

    method: Literal["GET", "POST"] = "GET"
    encoding: HttpEncoding = "query"
    send: Mapping[str, str] = {}
    constants: Mapping[str, str] = {}
    needs: tuple[str, ...] = ()
    auth: HttpAuth = "bearer"
    auth_name: str = ""
    answered: tuple[AnswerRule, ...] = ()
    account_words: tuple[str, ...] = ()


class CheckFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A property of a provider's answer that filters and models read at the ping as `name`.

    A `choice` is one of `values` or nothing, so that no text about a person gets into the journal.
    """

    name: str
    property: str
    type: FactType = "number"
    values: tuple[str, ...] = ()
