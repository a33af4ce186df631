"""What must hold whatever happened: caps, one sale a lead, deliveries, everybody's books, and decisions made again."""

import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from app.config.load import Declared, LoadedConfig, load
from app.domain.caps.caps import Cap
from app.domain.catalogue import Catalogue
from app.domain.delivery.retry import SCHEDULE_S
from app.drill.kit.stepped.outside import Outside
from app.drill.kit.stepped.sellers import OfferedLead
from app.journal.configurations import NoConfiguration, catalogue_from, read
from app.journal.lines import PingLine, PostLine
from app.journal.reader import decode
from app.journal.replay import redecide
from app.scoring.load import load as load_models
from app.settings import Settings

_SOLD = """
    SELECT rowid, lead_id, seller, seller_lead_id, ping_id, campaign, price_cents, sold_at, cap_uses,
           (SELECT count(*) FROM delivery WHERE delivery.lead_id = lead.lead_id)
    FROM lead WHERE rowid > ? ORDER BY rowid
"""


class BookedLead(msgspec.Struct, frozen=True):
    """A lead as the database has it."""

    lead_id: str
    seller: str
    person: str
    campaign: str
    price_cents: int
    sold_at: float


class YearBooks:
    """Compares the service's database and journal with what sellers heard and the CRM got. Findings are sentences."""

    def __init__(self, settings: Settings, outside: Outside) -> None:
        self.sold: dict[str, BookedLead] = {}
        self.lines = self.decisions = 0
        self.stumps = 0
        """Lines of the journal that a kill cut off."""
        self.cut_off = 0
        """How many kills did so."""
        self._settings = settings
        self._outside = outside
        declared = _declared(settings)
        self._caps: tuple[Cap, ...] = tuple(
            [cap for campaign in declared.campaigns for cap in campaign.caps]
            + [cap for seller in declared.sellers for cap in seller.caps]
        )
        self._duplicate_s = {each.name: each.duplicate_s for each in declared.campaigns}
        self._used: Counter[str] = Counter()
        self._rowid = 0
        self._last_sold: dict[tuple[str, str], float] = {}
        self._by_bid: dict[str, OfferedLead] = {}
        self._unwritten: set[str] = set()
        self._told: set[str] = set()
        """Sales that a seller heard of: what fails just after its commit has its line with the post that asks again."""
        self._excused: set[str] = set()
        self._in_journal: set[str] = set()
        self._read_to: dict[Path, int] = {}
        self._catalogues: dict[str, Catalogue] = {}

    # What the world knows

    def bid_for(self, lead: OfferedLead) -> None:
        """A seller heard a bid."""
        assert lead.bid is not None
        self._by_bid[lead.bid.bid_id] = lead

    def written(self) -> None:
        """All lines of the journal so far are on the disk."""
        self._unwritten -= self._told

    def killed(self) -> None:
        """The lines that were not, and those of what was sold last, are lost."""
        list(self.look())
        self._excused |= self._unwritten
        self._unwritten.clear()

    # What must hold

    def look(self) -> Iterator[str]:
        """After a step: what was sold in it."""
        for rowid, lead_id, seller, person, ping_id, campaign, cents, sold_at, uses, deliveries in self._rows(
            _SOLD, self._rowid
        ):
            self._rowid = rowid
            sold = BookedLead(lead_id, seller, person, campaign, cents, sold_at)
            self.sold[lead_id] = sold
            self._unwritten.add(lead_id)
            yield from self._counted(sold, msgspec.json.decode(uses, type=dict[str, int]))
            yield from self._sold_once(sold)
            yield from self._as_bid(sold, ping_id)
            if not deliveries:
                yield f"lead {lead_id} was bought and is to be delivered nowhere"

    def heard(self, lead: OfferedLead) -> Iterator[str]:
        """A seller heard that its lead was bought."""
        sold = self.sold.get(lead.lead_id)
        self._told.add(lead.lead_id)
        self._unwritten.add(lead.lead_id)
        self._excused.discard(lead.lead_id)
        if sold is None:
            yield f"{_named(lead)} was accepted as {lead.lead_id} and is not in the database"
        elif sold.price_cents != lead.price_cents:
            yield f"{_named(lead)} was accepted for {lead.price_cents} cents and is booked with {sold.price_cents}"

    def refused(self, lead: OfferedLead) -> Iterator[str]:
        """A seller heard that its lead was not bought."""
        assert lead.bid is not None
        if any(sold.seller == lead.seller and sold.person == lead.who.lead_id for sold in self._lately(lead)):
            yield f"{_named(lead)} was refused ({lead.reason}), and was bought"

    def all_there(self) -> Iterator[str]:
        """Nothing that was bought is gone."""
        ((count,),) = self._rows("SELECT count(*) FROM lead")
        if count != len(self.sold):
            yield f"the database has {count} leads, and {len(self.sold)} were bought"

    def counters(self) -> Iterator[str]:
        """Every cap has counted what was bought, and no more than its limit."""
        counted = {name: used for name, used in self._rows("SELECT counter, used FROM cap_counter") if self._cap(name)}
        for name in sorted(counted.keys() | self._used.keys()):
            if counted.get(name, 0) != self._used[name]:
                yield f"cap counter {name} says {counted.get(name, 0)}, and {self._used[name]} were bought"

    def deliveries(self) -> Iterator[str]:
        """Every lead is in the CRM under one id, or waits; nothing is in the CRM that was not bought."""
        rows = self._rows("SELECT lead_id, status, attempts FROM delivery")
        kept = self._outside.webhooks
        yield from [f"lead {each} has no delivery" for each in sorted(self.sold.keys() - {row[0] for row in rows})]
        for lead_id, status, attempts in rows:
            if status == "delivered" and lead_id not in kept:
                yield f"lead {lead_id} counts as delivered, and the CRM does not have it"
            if status == "dead" and attempts < len(SCHEDULE_S):
                yield f"lead {lead_id} was given up after {attempts} attempts"
        yield from [f"the CRM has lead {each}, which was not bought" for each in sorted(kept.keys() - self.sold.keys())]
        yield from [f"lead {lead_id} came under {len(ids)} ids" for lead_id, ids in kept.items() if len(ids) > 1]

    def listed(self, status: str) -> int:
        """How many deliveries wait, or were given up after all attempts and wait for the operator."""
        ((count,),) = self._rows("SELECT count(*) FROM delivery WHERE status = ?", status)
        return int(count)

    def journal(self) -> Iterator[str]:
        """What came to the journal since the last time decides again as it did, and agrees with the database."""
        for path in sorted(self._settings.journal.glob("*.jsonl")):
            for text in self._news(path):
                line = decode(text, path)
                if line is None:
                    self.stumps += 1
                elif isinstance(line, PingLine):
                    yield from self._decided_again(line)
                elif isinstance(line, PostLine) and line.status == "accepted":
                    self._in_journal.add(line.lead_id)
                    if line.lead_id not in self.sold:
                        yield f"the journal has lead {line.lead_id} as bought, and the database does not"
                self.lines += 1
        if self.stumps > self.cut_off:
            yield f"{self.stumps} lines of the journal are broken, and {self.cut_off} kills came in the middle of one"
        missing = self.sold.keys() - self._in_journal - self._excused - self._unwritten
        yield from [f"the journal does not have the sale of lead {each}" for each in sorted(missing)]

    def owed(self, invoices: Mapping[str, tuple[int, int]], bounds: tuple[float, float]) -> Iterator[str]:
        """The invoices of a month are what was bought in it."""
        since, until = bounds
        for seller, (leads, cents) in invoices.items():
            bought = [each for each in self.sold.values() if each.seller == seller and since <= each.sold_at < until]
            ours = (len(bought), sum(each.price_cents for each in bought))
            if ours != (leads, cents):
                yield f"the invoice of {seller} has {leads} leads for {cents} cents; it should have {ours}"

    # How it is found out

    def _rows(self, statement: str, *values: object) -> list[Any]:
        # Opened each time: a connection must not live on in the process that is forked next.
        with closing(sqlite3.connect(f"file:{self._settings.data / 'leadbid.db'}?mode=ro", uri=True)) as connection:
            return connection.execute(statement, values).fetchall()

    def _cap(self, counter: str) -> Cap | None:
        return next((cap for cap in self._caps if cap.counts_in(counter)), None)

    def _counted(self, sold: BookedLead, uses: Mapping[str, int]) -> Iterator[str]:
        for counter, amount in uses.items():
            self._used[counter] += amount
            cap = self._cap(counter)
            if cap is not None and self._used[counter] > cap.limit:
                yield f"lead {sold.lead_id} is over {cap.title}: {counter} is at {self._used[counter]} of {cap.limit}"

    def _sold_once(self, sold: BookedLead) -> Iterator[str]:
        for who in ((sold.seller, sold.person), (sold.campaign, sold.person)):
            before = self._last_sold.get(who)
            within_s = self._duplicate_s.get(who[0])
            if before is not None and (within_s is None or abs(sold.sold_at - before) < within_s):
                yield f"lead {sold.lead_id} was bought twice: {who[0]} sold {sold.person} before"
            self._last_sold[who] = sold.sold_at

    def _as_bid(self, sold: BookedLead, ping_id: str) -> Iterator[str]:
        lead = self._by_bid.get(ping_id)
        if lead is None or lead.bid is None:
            yield f"lead {sold.lead_id} was bought under a bid that nobody has"
        elif lead.bid.price_cents != sold.price_cents:
            yield f"{_named(lead)} was bid {lead.bid.price_cents} cents for and bought for {sold.price_cents}"

    def _lately(self, lead: OfferedLead) -> Iterable[BookedLead]:
        bid_at = lead.bid_at
        return [each for each in reversed(self.sold.values()) if each.sold_at >= bid_at - 10_800.0][:50]

    def _news(self, path: Path) -> list[bytes]:
        start = self._read_to.get(path, 0)
        if path.stat().st_size == start:
            return []
        with path.open("rb") as file:
            file.seek(start)
            data = file.read()
        whole = data.rfind(b"\n") + 1
        self._read_to[path] = start + whole
        return [text for text in data[:whole].split(b"\n") if text]

    def _decided_again(self, line: PingLine) -> Iterator[str]:
        try:
            catalogue = self._catalogue(line.config)
        except NoConfiguration as why:
            yield f"ping {line.id} cannot be decided again: {why}"
            return
        self.decisions += 1
        if msgspec.json.encode(redecide(line, catalogue)) != msgspec.json.encode(line.decision):
            yield f"ping {line.id} is decided otherwise the second time"

    def _catalogue(self, config: str) -> Catalogue:
        if config not in self._catalogues:
            models = load_models(self._settings.models).models
            self._catalogues[config] = catalogue_from(read(self._settings.journal, config), models)
        return self._catalogues[config]


def _named(lead: OfferedLead) -> str:
    return f"lead {lead.number} of {lead.seller} ({'; '.join(lead.trail[-6:])})"


def _declared(settings: Settings) -> Declared:
    loaded = load(settings.config, environ=os.environ)
    assert isinstance(loaded, LoadedConfig), loaded
    return loaded.declared
