"""Sellers trade through the two days on which clocks change, under caps by the hour and by the day."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from app.drill.drill import CAPS_OVERRUN, Say
from app.drill.kit.books import Books
from app.drill.kit.database import stored_books
from app.drill.kit.machine_clock import MachineClock
from app.drill.kit.market import KEY, demo_with_crm, someone, wait_for_leads
from app.drill.kit.service import serve
from app.mock_exchange.consumers import ping_of, post_of

PROMISE = (
    "on days of 23 and 25 hours each cap takes its limit in each window and not one more; the hour that autumn repeats "
    "is two windows"
)
IN_SAMPLE = False

ZONE = "America/New_York"
DAYS = {"2026-11-01": 25, "2027-03-14": 23}
VERTICAL, CAMPAIGN = "personal_injury", "injury-anywhere"
AN_HOUR, A_DAY = 3, 50
STEP_S = 1_800.0
OFFERED = 4
"""Leads a step, of two steps an hour: more than an hour may take."""


def drill(folder: Path, say: Say) -> list[str]:
    """Offer leads every half hour from the noon before to the noon after, and count windows by the calendar."""
    return [sentence for day in DAYS for sentence in _lived(folder / day, day, say)]


def _lived(folder: Path, day: str, say: Say) -> list[str]:
    noon = datetime.fromisoformat(day).replace(hour=12, tzinfo=ZoneInfo(ZONE)) - timedelta(days=1)
    clock = MachineClock(noon.timestamp())
    accepted: dict[str, str] = {}
    sold: list[float] = []
    with demo_with_crm(folder / "config", clock.now) as (config, receiver):
        _limit(config)
        ends, number = noon.timestamp() + 3_600.0 * (DAYS[day] + 24), 0
        data = folder / "data"
        while clock.now() < ends:
            # A restart every eight hours: what was counted must be there again.
            with _running(config, data, clock) as http:
                for _ in range(16):
                    for _ in range(OFFERED):
                        number += 1
                        _offer(http, clock, number, accepted, sold)
                    clock.wait(STEP_S)
        with _running(config, data, clock):
            books = Books(data / "journal", data / "leadbid.db", receiver, lambda: _LIMITS)
            missing = wait_for_leads(receiver, books.compare(accepted))
    hours, days = Counter(int(at // 3_600) for at in sold), Counter(_date(at) for at in sold)
    used = stored_books(data / "leadbid.db").used
    stored = Counter({counter: count for counter, count in used.items() if counter.startswith(f"campaign/{CAMPAIGN}/")})
    say(f"{day}: {days[day]} of {A_DAY} leads in {DAYS[day]} hours, at most {max(hours.values())} of {AN_HOUR} an hour")
    say.count("leads", len(sold))
    say.count("hours", len(hours))
    say.count(CAPS_OVERRUN, sum(count > AN_HOUR for count in hours.values()) + sum(c > A_DAY for c in days.values()))
    broken = [] if days[day] == A_DAY else [f"{day} took {days[day]} of {A_DAY} leads"]
    if sorted(stored.values()) != sorted([*hours.values(), *days.values()]):
        broken.append(f"{day}: the counters say {dict(stored)}, the calendar {dict(days)}")
    return [*broken, *books.close(say, missing)]


_LIMITS = {f"campaign/{CAMPAIGN}/an-hour/": AN_HOUR, f"campaign/{CAMPAIGN}/a-day/": A_DAY}


def _date(at: float) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(ZONE)).date().isoformat()


def _limit(config: Path) -> None:
    """Give the one campaign of this vertical both caps; it buys at any hour."""
    caps = ", ".join(
        [
            f'{{ name = "an-hour", limit = {AN_HOUR}, window = "hour" }}',
            f'{{ name = "a-day", limit = {A_DAY}, window = "day" }}',
        ]
    )
    campaign = re.compile(rf'(name = "{CAMPAIGN}".*?caps = )[^\n]*', re.DOTALL)
    config.write_text(campaign.sub(rf"\g<1>[{caps}]", config.read_text(), count=1))


@contextmanager
def _running(config: Path, data: Path, clock: MachineClock) -> Iterator[httpx.Client]:
    with (
        serve(config, data, world=clock.world) as service,
        httpx.Client(base_url=service.url, trust_env=False, timeout=20.0) as http,
    ):
        yield http


def _offer(http: httpx.Client, clock: MachineClock, number: int, accepted: dict[str, str], sold: list[float]) -> None:
    """One lead, which is posted where it gets a bid."""
    who = someone(number, VERTICAL)
    answer = http.post("/v1/ping", headers=KEY, json=ping_of(who, clock.now())).json()
    if answer["status"] != "accepted":
        return
    told = http.post("/v1/post", headers=KEY, json=post_of(who, answer["ping_id"], clock.now())).json()
    if told["status"] == "accepted":
        accepted[told["lead_id"]] = answer["ping_id"]
        sold.append(clock.now())
