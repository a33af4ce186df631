"""Lives a year of trade one step at a time, has its faults happen, and looks after each step whether all holds."""

import resource
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from heapq import heappop, heappush
from pathlib import Path
from random import Random
from shutil import copy2, copytree, rmtree
from typing import TypeVar
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from app.domain.returns.invoice import month_bounds
from app.drill.kit.stepped.at_hand import CallAnswer, SellerCall
from app.drill.kit.stepped.books import YearBooks
from app.drill.kit.stepped.damage import FILES, files_of, flip_one, names
from app.drill.kit.stepped.faults import Fault, drawn
from app.drill.kit.stepped.installation import CONFIG, installation
from app.drill.kit.stepped.outside import Outside
from app.drill.kit.stepped.process import CannotLive, Killed, ServiceLife, WorldMoment, warm_up
from app.drill.kit.stepped.report import YearReport
from app.drill.kit.stepped.sellers import AGAIN_S, KEYS, TO_POST_S, LeadState, OfferedLead, offered
from app.mock_exchange.chance import chance_of
from app.outbound.message import OutboundAnswer, Outgoing
from app.packaged import DEMO
from app.settings import Settings

ZONE = "America/New_York"
STARTS = datetime(2026, 11, 1, tzinfo=ZoneInfo(ZONE)).timestamp()
"""The day on which clocks are set back there."""
DAY_S = 86_400.0
STEP_S = 1_800.0
"""Background work is done at least so often."""
PROMISE_S = 500.0
"""A bid lives ten minutes; what is posted within this is judged by its merits."""
START_AGAIN_S = 60.0
"""What supervises the service starts it again after this; a disk is full for an hour at most, often twice in a row."""
REFUSED_MAX = 200
BROKEN_PROMISES = frozenset(
    {"ping_unknown", "ping_expired", "ping_used", "ping_mismatch", "paused", "closed_hours", "filtered"}
)
"""What no post of a live bid may be refused for."""

T = TypeVar("T")


class Year:
    """`folder` is where everything is kept. The year ends early with the first finding."""

    def __init__(
        self, folder: Path, days: int, faults: int, seed: int, leads_a_day: int, say: Callable[[str], None]
    ) -> None:
        self.report = YearReport(seed=seed, days=days)
        self._say = say
        self._seed = seed
        self._folder = folder
        self._settings = installation(folder, CONFIG.read_text(encoding="utf-8"))
        self._now, self._ahead_s = STARTS, 0.0
        secret = (DEMO / "crm-webhook-secret.txt").read_text(encoding="utf-8").strip()
        self._outside = Outside(lambda: self._clock, secret)
        self._books = YearBooks(self._settings, self._outside)
        self._life: ServiceLife | None = None
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._ordered = 0
        self._armed: list[Fault] = []
        self._lost = 0
        self._full_until = {"database_full": 0.0, "journal_full": 0.0}
        self._set_at = STARTS - DAY_S
        self._leads = 0
        self._accepted: list[OfferedLead] = []
        self._refused_in_a_row = 0
        self._plan(days, faults, leads_a_day)

    def live(self) -> YearReport:
        """From the first day to the last, and on until nothing waits any more."""
        started = _cpu_s()
        warm_up(self._settings)
        self._start()
        while self._events and not self.report.findings:
            at, _, act = heappop(self._events)
            self._now = max(self._now, at)
            self.report.steps += 1
            act()
        if self._life is not None:
            self._life.end()
        self._sum_up()
        self.report.cpu_seconds = round(_cpu_s() - started, 1)
        return self.report

    # The plan

    def _plan(self, days: int, faults: int, leads_a_day: int) -> None:
        chance = chance_of(self._seed, "year")
        ends = STARTS + days * DAY_S
        for number in range(days * leads_a_day):
            self._at(STARTS + chance.uniform(f"lead {number}") * days * DAY_S, self._offer)
        for number in range(faults):
            fault = drawn(number, chance_of(self._seed, "fault", number))
            self._at(STARTS + chance.uniform(f"fault {number}") * days * DAY_S, partial(self._befall, fault))
        for number in range(int(days * DAY_S / STEP_S)):
            self._at(STARTS + number * STEP_S, self._step)
        for day in range(1, days + 1):
            self._at(STARTS + day * DAY_S - 1.0, partial(self._audit, day))
        self._at(ends, self._end)

    def _at(self, at: float, act: Callable[[], None]) -> None:
        self._ordered += 1
        heappush(self._events, (at, self._ordered, act))

    def _after(self, seconds: float, act: Callable[[], None]) -> None:
        self._at(self._now + seconds, act)

    # Faults

    def _befall(self, fault: Fault) -> None:
        """A fault that needs a touch is armed and happens at that; what lasts begins now."""
        if fault.kind in ("kill", "database_error"):
            self._armed.append(fault)
        elif fault.kind in ("crm", "provider"):
            self._outside.trouble(fault, self._happened)
        elif fault.kind == "lost_answer":
            self._lost += 1
            self._armed.append(fault)
        else:
            self._happened(fault)
            {"clock": self._set_clock, "stop": self._restart, "byte": self._flip}.get(fault.kind, self._fill)(fault)

    def _happened(self, fault: Fault) -> None:
        self.report.faults += 1
        self.report.happened[f"{fault.kind}: {fault.place or fault.trouble}".removesuffix(": ")] += 1
        self._armed = [each for each in self._armed if each.number != fault.number]
        if fault.kind == "kill":
            self.report.kills += 1
            self._books.cut_off += fault.place == "half a line"

    def _set_clock(self, fault: Fault) -> None:
        self._ahead_s += fault.seconds
        self._set_at = self._now

        def set_right() -> None:
            self._ahead_s -= fault.seconds
            self._set_at = self._now

        self._after(120.0 + 30.0 * abs(fault.seconds % 97.0), set_right)

    def _restart(self, _fault: Fault) -> None:
        if self._life is None:
            return
        life = self._life
        full = self._moment.journal_full
        if self._done(lambda: life.stop(self._moment)):
            self._life = None
            (self._books.killed if full else self._books.written)()
            self._after(5.0, self._start)

    def _flip(self, fault: Fault) -> None:
        """Kill the service, and start it on a copy with one byte flipped; then go on with what is whole."""
        if self._life is not None:
            self._life.end()
            self._life = None
            self._books.killed()
        chance = Random(f"{self._seed} {fault.number}")
        copy = self._folder / "copy"
        for part in ("config", "data", "models"):
            copytree(self._folder / part, copy / part, copy_function=copy2)
        kind = chance.choice([kind for kind in FILES if files_of(copy, kind)])
        file = chance.choice(files_of(copy, kind))
        where = flip_one(file, chance)
        self._find([f"{where}: {found}" for found in self._on_copy(copy, file)])
        rmtree(copy)
        self._start()

    def _on_copy(self, copy: Path, file: Path) -> Iterator[str]:
        """A start that is refused names the file; one that is not answers for what was bought as before."""
        settings = Settings(config=copy / "config" / "buyer.toml", data=copy / "data", models=copy / "models")
        life = ServiceLife(settings, 1, copy / "service.log", _nobody, lambda _fault: None)
        moment = WorldMoment(clock=self._clock, steady=self._now)
        try:
            life.start(moment)
        except CannotLive as why:
            if "Traceback" in str(why) or not names(str(why), file):
                yield f"the service does not start, and does not say why: {why}"
            return
        said = names((copy / "service.log").read_text(encoding="utf-8"), file)
        for lead in self._accepted[-5:]:
            again = replace(lead, trail=[])
            try:
                again.hear_post(life.ask(moment, lead.post())[0])
            except (CannotLive, Killed) as why:
                yield f"the service broke: {why}"
                return
            if (again.heard, again.lead_id) != (LeadState.ACCEPTED, lead.lead_id) and not said:
                yield f"{lead.lead_id} was bought, and is answered: {again.trail}"
        life.end()

    def _fill(self, fault: Fault) -> None:
        self._full_until[fault.kind] = self._now + fault.seconds

    # The service

    @property
    def _clock(self) -> float:
        return self._now + self._ahead_s

    @property
    def _moment(self) -> WorldMoment:
        return WorldMoment(
            clock=self._clock,
            steady=self._now,
            faults=tuple(self._armed),
            database_full=self._now < self._full_until["database_full"],
            journal_full=self._now < self._full_until["journal_full"],
        )

    def _start(self) -> None:
        if self._life is not None:
            return
        number = self.report.lives = self.report.lives + 1
        seed = self._seed * 1_000_003 + number
        life = ServiceLife(self._settings, seed, self._folder / "service.log", self._outside.answer, self._happened)
        before = self.report.faults
        try:
            life.start(self._moment)
        except Killed:
            self._after(10.0, self._start)
        except CannotLive as why:
            self._refused_in_a_row += 1
            self.report.refused_starts += 1
            excused = self.report.faults > before or self._moment.database_full or self._moment.journal_full
            if "Traceback" in str(why) or not excused or self._refused_in_a_row > REFUSED_MAX:
                self._find([f"the service does not start: {why}"])
            self._after(START_AGAIN_S, self._start)
        else:
            self._life, self._refused_in_a_row = life, 0
            self._find(self._books.look())
            self._find(self._books.all_there())

    def _done(self, command: Callable[[], T]) -> bool:
        """Whether the service lived through a command."""
        try:
            command()
        except Killed:
            self._life = None
            self._books.killed()
            self._after(5.0 + 90.0 * chance_of(self._seed, "down", self.report.steps).uniform("s"), self._start)
            return False
        except CannotLive as why:
            self._life = None
            self._find([f"the service broke: {why}"])
            return False
        self._find(self._books.look())
        return True

    def _asked(self, *requests: SellerCall) -> list[CallAnswer | None]:
        """The answers, as far as sellers hear them."""
        life, answers = self._life, list[CallAnswer]()
        if life is None or not self._done(lambda: answers.extend(life.ask(self._moment, *requests))):
            return [None] * len(requests)
        lost = [each for each in self._armed if each.kind == "lost_answer"]
        if lost:
            self._happened(lost[0])
            return [None, *answers[1:]]
        return list(answers)

    def _step(self) -> None:
        life, said = self._life, list[str]()
        if life is None or not self._done(lambda: said.append(life.step(self._moment))):
            return
        if not said[0]:
            self._books.written()

    # Sellers

    def _offer(self) -> None:
        self._leads += 1
        lead = offered(self._seed, self._leads, self._now)
        self.report.leads += 1
        (answer,) = self._asked(lead.ping())
        lead.hear_ping(answer, self._now, chance_of(self._seed, "choice", lead.number))
        if lead.heard is LeadState.BID:
            self.report.bids += 1
            self._books.bid_for(lead)
            self._after(TO_POST_S, partial(self._post, lead))
        elif lead.heard is LeadState.NO_BID:
            self.report.refusals[f"ping {lead.reason}"] += 1

    def _post(self, lead: OfferedLead) -> None:
        """Now and then a seller posts twice at once: both must hear the same."""
        twice = not self._armed and chance_of(self._seed, "twice", lead.number, lead.tries).below("twice", 0.1)
        lead.first_post_at = lead.first_post_at or self._now
        for answer in self._asked(*[lead.post()] * (1 + twice)):
            self.report.posts += 1
            fault = lead.hear_post(answer)
            self._find([fault] if fault else [])
        if lead.heard is LeadState.ACCEPTED:
            self._find(self._books.heard(lead))
            self._accepted.append(lead)
            self._after(1.0, self._step)
        elif lead.heard is LeadState.REJECTED:
            self.report.refusals[f"post {lead.reason}"] += 1
            self._find(self._books.refused(lead))
            self._find(self._promised(lead))
        else:
            self._after(AGAIN_S, partial(self._post, lead))

    def _promised(self, lead: OfferedLead) -> Iterable[str]:
        """A bid that lives is judged by its merits, unless somebody has just set the clock."""
        in_time = self._now - lead.bid_at < PROMISE_S and lead.bid_at - self._set_at > 3.0 * 3_600.0
        if in_time and not self._ahead_s and lead.reason in BROKEN_PROMISES:
            yield f"lead {lead.number} was refused within its bid's life: {'; '.join(lead.trail)}"

    # YearBooks

    def _audit(self, day: int) -> None:
        """The books of a day, and at the end of a month its invoices."""
        if self._life is None:
            self._after(30.0, partial(self._audit, day))
            return
        self._step()
        for found in (self._books.counters(), self._books.deliveries(), self._books.journal()):
            self._find(found)
        self._bill()
        self._say(f"day {day}: {self.report.leads} leads, {len(self._books.sold)} sold, {self.report.faults} faults")

    def _bill(self) -> None:
        life, owed = self._life, dict[str, tuple[int, int]]()
        if life is None:
            return
        month = datetime.fromtimestamp(self._now - 2.0 * DAY_S, ZoneInfo(ZONE)).strftime("%Y-%m")
        if self._done(lambda: owed.update(life.owed(self._moment, tuple(KEYS), month))):
            self._find(self._books.owed(owed, month_bounds(month, ZONE)))

    def _end(self) -> None:
        """Troubles end; then everything that waits is delivered."""
        self._armed = [each for each in self._armed if each.kind == "lost_answer"]
        self._outside.end_troubles()
        self._full_until = dict.fromkeys(self._full_until, 0.0)
        self._ahead_s = 0.0
        for hour in range(1, 100):
            self._after(hour * 3_600.0, self._step)
        self._after(101 * 3_600.0, self._last)

    def _last(self) -> None:
        if self._life is None:
            self._after(30.0, self._last)
            return
        for found in (self._books.counters(), self._books.deliveries(), self._books.journal()):
            self._find(found)
        self._bill()
        self.report.dead_letters = self._books.listed("dead")
        if waiting := self._books.listed("pending"):
            self._find([f"{waiting} leads are not delivered after four days without trouble"])

    def _find(self, found: Iterable[str]) -> None:
        for sentence in found:
            where = f"seed {self._seed}, step {self.report.steps}, {datetime.fromtimestamp(self._now, ZoneInfo(ZONE))}"
            self.report.findings.append(f"{where}: {sentence}")
            self._say(f"BROKEN at {where}: {sentence}")

    def _sum_up(self) -> None:
        report, books = self.report, self._books
        report.sales = len(books.sold)
        report.spend_cents = sum(each.price_cents for each in books.sold.values())
        report.deliveries = len(self._outside.webhooks)
        report.journal_lines, report.decided_again = books.lines, books.decisions


def _nobody(_request: Outgoing) -> OutboundAnswer:
    """Nothing is sent from a copy."""
    return OutboundAnswer(trouble="connect")


def _cpu_s() -> float:
    """Of this process and of all that it started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)
