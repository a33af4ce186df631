"""Signs in to the console of a service as an operator does, and fills in the forms of its pages."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import unescape

import httpx

DEMO_OPERATOR = ("demo-ops", "demo-operator-key")
"""Its role is `operator`."""


@contextmanager
def signed_in(url: str, name: str = DEMO_OPERATOR[0], secret: str = DEMO_OPERATOR[1]) -> Iterator[httpx.Client]:
    """A browser in which somebody has signed in."""
    with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
        answer = client.post("/console/sign-in", data={"name": name, "secret": secret})
        assert (answer.status_code, answer.headers["location"]) == (303, "/console"), answer.text
        yield client


def proof_of(page: str) -> str:
    """What the forms of a page bring along."""
    return unescape(re.findall(r'name="proof" value="([^"]*)"', page)[0])


def send(client: httpx.Client, page: str, act: str, fields: Mapping[str, str]) -> str:
    """Send a form from the page at this path, and return the page that follows."""
    proof = proof_of(client.get(page).text)
    answer = client.post(f"/console/acts/{act}", data={**fields, "proof": proof, "back": page})
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"]).text
