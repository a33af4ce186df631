"""The verticals that ship with leadbid, and the values of their leads, read from the demo's configuration."""

import re
import tomllib
from typing import Any

import msgspec

from app.config.values.kinds import read_dollars
from app.packaged import DEMO_CONFIG

_TERMS = ("floor", "ceiling", "conversion_value", "handling_cost", "fallback_price")


class ShippedVertical(msgspec.Struct, frozen=True, kw_only=True):
    """One of them: the text that declares it, and its first campaign's legs and terms, in cents."""

    text: str
    legs: tuple[str, ...]
    floor: int
    ceiling: int
    conversion_value: int
    handling_cost: int
    fallback_price: int


def _shipped() -> dict[str, ShippedVertical]:
    source = DEMO_CONFIG.read_text(encoding="utf-8")
    tree = tomllib.loads(source)
    texts = re.findall(r"^\[\[verticals\]\]\n.*?^\]\n", source, re.DOTALL | re.MULTILINE)
    names = [vertical["name"] for vertical in tree["verticals"]]
    return {name: _one(text, tree["campaigns"], name) for name, text in zip(names, texts, strict=True)}


def _one(text: str, campaigns: list[dict[str, Any]], name: str) -> ShippedVertical:
    first = next(each for each in campaigns if each["vertical"] == name)
    terms = {term: read_dollars(first[term]) for term in _TERMS}
    return ShippedVertical(text=text, legs=tuple(first.get("legs", ("exclusive",))), **terms)


SHIPPED = _shipped()
"""By name, in the order of the file."""
