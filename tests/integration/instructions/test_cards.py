"""Each set-up card, played as its platform would: what it sends is bought or refused, and read as it is meant."""

import json
import re
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import fromstring

import httpx
import pytest

from app.instructions.cards import AnswerPlace, AnswerPlaces, CardBody, SetupCard, cards_of
from app.instructions.example_lead import example_lead
from app.platforms.known import PLATFORMS
from app.wire.ping import Value
from tests.sellers import NAMES, catalogue_of, key_of
from tests.service import Service

BID, CAP, DUPLICATE, REFUSED = "00001", "00020", "00034", "00043"


def found(look: AnswerPlace, text: str) -> str:
    """What a platform finds where it was told to look; empty for nothing."""
    if look.by == "regex":
        match = re.search(look.at, text)
        return "" if match is None else match[1] if match.groups() else match[0]
    if look.by == "xpath":
        root = fromstring(text)
        first, _, rest = look.at.removeprefix("/").partition("/")
        return (root.findtext(rest) or "") if root.tag == first else ""
    node: Any = json.loads(text, parse_float=str)
    for name in look.at.split("."):
        node = node[int(name)] if isinstance(node, list) else node.get(name, "")
    return ("true" if node else "false") if isinstance(node, bool) else str(node)


def is_accepted(looks: AnswerPlaces, text: str) -> bool:
    if looks.accept is None:
        return float(found(looks.price, text)) > 0
    at = found(looks.accept, text)
    return at == looks.accept.word if looks.accept.word else bool(at)


def sent(http: httpx.Client, card: SetupCard, route: str, lead: dict[str, Value], ping_id: str, key: str) -> str:
    body: CardBody = getattr(card, route)
    values = {mark: str(lead.get(ours, ping_id)) for mark, ours in body.lead.items()}
    fields = {name: values.get(value, value).replace("YOUR_KEY", key) for name, value in body.fields}
    headers = {name: value.replace("YOUR_KEY", key) for name, value in card.headers}
    content = json.dumps(nested(fields)) if body.is_json else urlencode(fields)
    headers["Content-Type"] = card.content_type
    return http.post(card.urls[f"test {route}"], content=content.encode(), headers=headers).text


def nested(fields: dict[str, str]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for name, value in fields.items():
        group, _, rest = name.rpartition(".")
        (whole.setdefault(group, {}) if group else whole)[rest] = value
    return whole


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"paused"}))
def test_a_card_reads_a_bid_a_sale_and_every_no(service: Service, http: httpx.Client, name: str) -> None:
    catalogue = catalogue_of(service)
    seller = catalogue.sellers[name]
    vertical = next(iter(catalogue.verticals.values()))
    campaigns = tuple(each for each in catalogue.campaigns.values() if each.vertical == vertical.name)
    cards = cards_of(catalogue, seller, service.url)
    assert {card.name for card in cards} == {each.name for each in PLATFORMS.values() if each.form is not None}
    number = 5_000 * (1 + NAMES.index(name))
    for card in cards:
        for zip_code in (BID, CAP, DUPLICATE, REFUSED):
            number += 1
            lead = {**example_lead(catalogue.buyer, vertical, campaigns, number), "zip": zip_code}
            pinged = sent(http, card, "ping", lead, "", key_of(name))
            told = f"{card.name} {zip_code} {pinged}"
            assert is_accepted(card.reads_ping, pinged) == (zip_code != CAP), told
            if zip_code == CAP:
                assert not card.reads_ping.reason.at or found(card.reads_ping.reason, pinged), told
                continue
            assert found(card.reads_ping.price, pinged) == "12.50", told
            ping_id = found(card.reads_ping.id, pinged)
            assert re.fullmatch("[A-Za-z0-9_-]{64}", ping_id), told
            posted = sent(http, card, "post", lead, ping_id, key_of(name))
            told = f"{card.name} {zip_code} {posted}"
            assert is_accepted(card.reads_post, posted) == (zip_code == BID), told
            if zip_code == BID:
                assert found(card.reads_post.price, posted) == "12.50", told
                assert re.fullmatch("[0-9a-f]{24}", found(card.reads_post.id, posted)), told
            elif zip_code == DUPLICATE and card.reads_post.duplicate:
                assert card.reads_post.duplicate in posted, told


def test_a_card_says_all_that_its_form_asks_for(service: Service) -> None:
    catalogue = catalogue_of(service)
    for card in cards_of(catalogue, catalogue.sellers["generic"], "https://leads.example.com"):
        texts = [text for _, text in card.lines]
        assert card.urls["ping"] in texts
        assert card.reads_ping.price.at in texts
        assert card.reads_ping.id.at in texts
        assert card.id_name in texts
        assert card.lines[-1][0] == "Timeout"
        assert card.id_name in card.post.text
        assert "first_name" not in card.ping.text.casefold()
