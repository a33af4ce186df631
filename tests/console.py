"""Signs in to the console of a service as an operator does, and fills in the forms of its pages."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from html import unescape
from io import StringIO

import httpx

from app.cli import main
from tests.service import Service, until

DEMO_OPERATOR = ("demo-ops", "demo-operator-key")
"""Its role is `operator`."""


@contextmanager
def signed_in(url: str, name: str = DEMO_OPERATOR[0], secret: str = DEMO_OPERATOR[1]) -> Iterator[httpx.Client]:
    """A browser in which somebody has signed in."""
    with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
        answer = client.post("/console/sign-in", data={"name": name, "secret": secret})
        assert (answer.status_code, answer.headers["location"]) == (303, "/console"), answer.text
        yield client


def added_operator(service: Service, name: str, role: str) -> str:
    """The key of an operator whom a command adds, once the running service takes it."""
    said = StringIO()
    with redirect_stdout(said):
        assert main(["operators", "add", name, "--role", role, "--data", str(service.settings.data)]) == 0
    key: str = re.findall(r"shown only now: (\S+)", said.getvalue())[0]
    headers = {"X-API-Key": key}
    assert until(lambda: httpx.get(f"{service.url}/v1/status", headers=headers, trust_env=False).status_code == 200)
    return key


def proof_of(page: str) -> str:
    """What the forms of a page bring along."""
    return unescape(re.findall(r'name="proof" value="([^"]*)"', page)[0])


def send(client: httpx.Client, page: str, act: str, fields: Mapping[str, str]) -> str:
    """Send a form from the page at this path, and return the page that follows."""
    proof = proof_of(client.get(page).text)
    answer = client.post(f"/console/acts/{act}", data={**fields, "proof": proof, "back": page})
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"]).text
