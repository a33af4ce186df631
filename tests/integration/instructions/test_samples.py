"""Every sample of every kind of seller, sent as it is printed, gets the answer that is printed beneath it."""

import re

import httpx
import pytest

from app.instructions.exchange import PlaceholderName, SampleExchange, SampleRequest, pattern_of, pieces
from app.instructions.samples import samples_of
from tests.sellers import NAMES, ODD, catalogue_of, key_of
from tests.service import Service


def filled(request: SampleRequest, text: str, key: str, ping_id: str) -> str:
    """A part of a request as it is sent: with the seller's key and the id from the answer before."""
    values: dict[PlaceholderName | None, str] = {"key": key, "ping_id": ping_id}
    return "".join([values.get(name, piece) for piece, name in pieces(text, request.varies)])


def sent(http: httpx.Client, sample: SampleExchange, key: str, ping_id: str) -> httpx.Response:
    request = sample.request
    headers = {name: filled(request, value, key, ping_id) for name, value in request.headers}
    body = filled(request, request.body, key, ping_id)
    return http.request(request.method, request.path, headers=headers, content=body.encode())


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"paused"}))
def test_a_sample_sent_as_printed_gets_the_printed_answer(service: Service, http: httpx.Client, name: str) -> None:
    catalogue = catalogue_of(service)
    samples = samples_of(catalogue, catalogue.sellers[name])
    ids: dict[str, str] = {}
    for sample in samples:
        answered = sent(http, sample, key_of(name), ids.get(sample.follows, ""))
        told = f"{sample.name}: {answered.status_code} {answered.text}\nprinted: {sample.answer.body}"
        assert answered.status_code == sample.answer.status, told
        for header, value in sample.answer.headers:
            assert answered.headers[header] == value, told
        assert re.fullmatch(pattern_of(sample.answer), answered.text), told
        found = re.search(r"(?<![\w-])[A-Za-z0-9_-]{64}(?![\w-])", answered.text)
        ids[sample.name] = found[0] if found else ""


@pytest.mark.parametrize("name", NAMES)
def test_the_samples_show_every_kind_of_answer(service: Service, name: str) -> None:
    catalogue = catalogue_of(service)
    seller = catalogue.sellers[name]
    named = [sample.name for sample in samples_of(catalogue, seller)]
    assert len(set(named)) == len(named)
    wanted = {"cap", "duplicate", "refused", "reping", "missing", "wrong_key"}
    wanted |= {f"{kind}_{vertical}" for kind in ("bid", "sale") for vertical in catalogue.index.verticals}
    assert wanted | ({"direct"} if seller.direct else set()) <= set(named)


@pytest.mark.parametrize("name", NAMES)
def test_a_ping_of_the_samples_holds_no_identity(service: Service, name: str) -> None:
    catalogue = catalogue_of(service)
    for sample in samples_of(catalogue, catalogue.sellers[name]):
        if sample.route == "ping":
            assert "fairmont" not in sample.request.body
            assert "5124612234" not in sample.request.body


def test_the_odd_sellers_differ_in_what_they_are_told(service: Service) -> None:
    catalogue = catalogue_of(service)
    told = {
        name: {sample.name: sample.answer for sample in samples_of(catalogue, catalogue.sellers[name])} for name in ODD
    }
    assert '"price":"12.50"' in told["quoted"]["bid_auto_insurance"].body
    assert "<reason>no bid</reason>" in told["quiet"]["cap"].body
    assert told["quiet"]["missing"].status == 200
    assert told["strict"]["refused"].status == 422
    assert told["strict"]["cap"].body.count("capacity") == 2
