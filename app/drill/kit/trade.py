"""Sellers, an operator and an editor who go on with their work, whatever becomes of the service meanwhile."""

import re
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import httpx

from app.drill.drill import Say
from app.drill.kit.market import KEY, VERTICAL, someone
from app.mock_exchange.consumers import Consumer, ping_of, post_of

OPERATOR = {"X-API-Key": "demo-operator-key"}
SCARCE = "personal_injury"
CAP = "campaign/injury-anywhere/"
"""What the counters of the one cap that is always full begin with."""

SELLERS = 6
LIFE_S = 110.0
"""After this time a seller does not post to a bid of the demo any more."""
GIVEN_UP_S = 5.0
REST_S = 0.03
"""Between two requests of one seller: all of them together leave the service some time of its own."""
AWAY_S = 0.2
SETTLED_S = 60.0


class Trade:
    """Sellers in threads of their own, who know what they were told, and do again what got no answer.

    `accepted` are the leads that were sold, with the bids under which they were; `sold` the answers, byte by byte.
    `broken` are answers that no seller may get.
    """

    def __init__(self, url: str, config: Path, say: Say) -> None:
        self.accepted: dict[str, str] = {}
        self.sold: dict[str, tuple[Consumer, bytes]] = {}
        self.broken: list[str] = []
        self.counted = Counter[str]()
        self.limit = 20
        self._url = url
        self._config = config
        self._seed = say.seed
        self._open: deque[tuple[Consumer, str, float]] = deque()
        self._numbers = iter(range(1, 10_000_000))
        self._over = threading.Event()
        works = [self._sell] * SELLERS + [self._give_back, self._edit]
        self._threads = [
            threading.Thread(target=self._work, args=(work, Random(f"{say.seed}/{number}")), daemon=True)
            for number, work in enumerate(works)
        ]
        self._raise_cap(0)

    def start(self) -> None:
        """All of them begin."""
        for each in self._threads:
            each.start()

    def stop(self) -> None:
        """All of them end what they are at."""
        self._over.set()
        for each in self._threads:
            each.join(60.0)

    def post_what_is_open(self) -> None:
        """Post once more to each bid whose post got no answer, and to those that were sold: the answer is the same."""
        chance, until = Random(f"{self._seed}/again"), time.monotonic() + SETTLED_S
        with httpx.Client(base_url=self._url, trust_env=False, timeout=4 * GIVEN_UP_S) as http:
            while self._open and time.monotonic() < until:
                with suppress(httpx.TransportError, ValueError):
                    self._post_again(http)
            for bid in chance.sample(sorted(self.sold), min(len(self.sold), 100)):
                self._repeat(http, bid)
        if self._open:
            self.broken.append(f"{len(self._open)} posts got no answer in {SETTLED_S:.0f} s")

    def _work(self, work: Callable[[httpx.Client, Random], None], chance: Random) -> None:
        with httpx.Client(base_url=self._url, trust_env=False, timeout=GIVEN_UP_S) as http:
            while not self._over.is_set():
                try:
                    work(http, chance)
                    self._over.wait(REST_S)
                except (httpx.TransportError, ValueError):
                    # It is away, or its answer was cut off.
                    self._over.wait(AWAY_S)

    def _sell(self, http: httpx.Client, chance: Random) -> None:
        """One lead, or once more what got no answer, or what was sold."""
        draw = chance.random()
        if draw < 0.3 and self._open:
            return self._post_again(http)
        if draw < 0.4 and self.sold:
            return self._repeat(http, chance.choice(list(self.sold)))
        who = someone(next(self._numbers), SCARCE if chance.random() < 0.25 else VERTICAL)
        made_at = time.monotonic()
        answer = http.post("/v1/ping", headers=KEY, json=ping_of(who, time.time())).json()
        self.counted["pings"] += 1
        if answer["status"] != "accepted":
            return None
        if chance.random() < 0.1:
            return self._open.append((who, answer["ping_id"], made_at))
        return self._post(http, who, answer["ping_id"], made_at)

    def _post_again(self, http: httpx.Client) -> None:
        try:
            who, bid, made_at = self._open.popleft()
        except IndexError:
            return
        self._post(http, who, bid, made_at)

    def _post(self, http: httpx.Client, who: Consumer, bid: str, made_at: float) -> None:
        """Sell under this bid; where no answer comes, it stays open."""
        try:
            answer = http.post("/v1/post", headers=KEY, json=post_of(who, bid, time.time()))
            told = answer.json()
        except (httpx.TransportError, ValueError) as nothing:
            # Nobody took the connection, or nobody answered any more what may have been a sale.
            self.counted["posts without an answer"] += not isinstance(nothing, httpx.ConnectError)
            self._open.append((who, bid, made_at))
            raise
        self.counted["posts"] += 1
        if answer.status_code == 503:
            self._open.append((who, bid, made_at))
        elif told["status"] == "accepted":
            self.sold[bid] = (who, answer.content)
            self.accepted[told["lead_id"]] = bid
        elif not _may_be(told["reason_code"], who, time.monotonic() - made_at):
            self.broken.append(f"a bid of ours was answered {told['reason_code']}: {told['reason']}")

    def _repeat(self, http: httpx.Client, bid: str) -> None:
        who, content = self.sold[bid]
        answer = http.post("/v1/post", headers=KEY, json=post_of(who, bid, time.time()))
        if answer.status_code != 503 and answer.content != content:
            self.broken.append(f"a post that was repeated got another answer: {answer.text[:200]}")

    def _give_back(self, http: httpx.Client, chance: Random) -> None:
        """Report an outcome, or return a lead, which its seller takes back."""
        self._over.wait(0.05)
        leads = list(self.accepted)
        if not leads:
            return
        lead_id = chance.choice(leads)
        if chance.random() < 0.5:
            http.post("/v1/outcomes", headers=OPERATOR, json={"lead_id": lead_id, "event": "contacted"})
            self.counted["outcomes"] += 1
        else:
            asked = {"reason": "invalid_phone", "why": "no such number"}
            http.put(f"/v1/returns/{lead_id}", headers=OPERATOR, json=asked)
            http.post(f"/v1/returns/{lead_id}", headers=KEY, json={"answer": "yes"})
            self.counted["returns"] += 1

    def _edit(self, _http: httpx.Client, chance: Random) -> None:
        """Raise the limit of the cap that is full by a few leads."""
        if not self._over.wait(chance.uniform(0.5, 3.0)):
            self._raise_cap(chance.randrange(1, 10))

    def _raise_cap(self, by: int) -> None:
        """Whole or not at all, as an editor that renames writes it."""
        self.limit += by
        self.counted["configurations"] += 1
        caps = f'caps = [{{ limit = {self.limit}, window = "day" }}]'
        campaign = re.compile(r'(name = "injury-anywhere".*?)caps = [^\n]*', re.DOTALL)
        text = campaign.sub(rf"\g<1>{caps}", self._config.read_text(), count=1)
        fresh = self._config.with_name(".buyer.toml.fresh")
        fresh.write_text(text)
        fresh.replace(self._config)


def _may_be(reason: str, who: Consumer, age_s: float) -> bool:
    """A bid of a cap that is full may find no room after a kill, which loses up to a second of what was decided."""
    return (reason == "cap_reached" and who.vertical == SCARCE) or (reason == "ping_expired" and age_s > LIFE_S)
