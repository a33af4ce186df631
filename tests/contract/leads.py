"""Leads for tests of odd inputs: pinged and posted over HTTP as any seller would, and what was bought of them."""

import sqlite3
import time
from itertools import count
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec

from app.mock_exchange.consumers import Consumer, consumer, post_of
from app.store.vault import Vault
from tests.market import patient_ping
from tests.service import Service

Json = dict[str, Any]

KEY = {"X-API-Key": "contract-acme-key"}
_POPULATION = 0x0DD
_numbers = count(1)


class Seller:
    """Sells solar leads of consumers that nobody has sold yet; what is changed to `None` is not sent."""

    def __init__(self, http: httpx.Client, service: Service) -> None:
        self._http = http
        self._service = service
        self._vault = Vault(service.keys.sealing, service.keys.sealing_id, bytes)

    def person(self) -> Consumer:
        return consumer(_POPULATION, next(_numbers), "solar")

    def ping(self, who: Consumer, changes: Json | None = None) -> Json:
        """The answer to the ping of this consumer."""
        return self._asked("/v1/ping", patient_ping(who) | (changes or {}))

    def post(self, who: Consumer, ping_id: str, changes: Json | None = None, *, form: bool = False) -> Json:
        """The answer to the post of this consumer."""
        return self._asked("/v1/post", post_of(who, ping_id, time.time()) | (changes or {}), form=form)

    def sold(self, changes: Json | None = None, *, ping: Json | None = None, form: bool = False) -> Json:
        """The answer to the post of a new consumer whose ping got a bid."""
        who = self.person()
        bid = self.ping(who, ping)
        assert bid["status"] == "accepted", bid
        return self.post(who, bid["ping_id"], changes, form=form)

    def document(self, answer: Json) -> Json:
        """The lead as its CRM gets it."""
        assert answer["status"] == "accepted", answer
        with sqlite3.connect(self._service.settings.data / "leadbid.db") as connection:
            row = connection.execute("SELECT identity FROM lead WHERE lead_id = ?", (answer["lead_id"],)).fetchone()
        document: Json = msgspec.json.decode(self._vault.open(row[0], answer["lead_id"]))
        return document

    def _asked(self, path: str, lead: Json, *, form: bool = False) -> Json:
        sent = {name: value for name, value in lead.items() if value is not None}
        if form:
            # The plus stands as somebody wrote it who does not escape.
            content = urlencode(sent).replace("%2B", "+").encode()
            headers = KEY | {"Content-Type": "application/x-www-form-urlencoded"}
            answered = self._http.post(path, content=content, headers=headers)
        else:
            answered = self._http.post(path, json=sent, headers=KEY)
        answer: Json = answered.json()
        return answer
