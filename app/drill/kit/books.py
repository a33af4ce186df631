"""Compares what sellers were told, what the database holds, what the CRM has and what the journal says."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import get_args

import msgspec

from app.domain.caps.caps import CapScope
from app.domain.catalogue import Catalogue
from app.drill.drill import CAPS_OVERRUN, DELIVERIES_LOST, LOST, NEVER, REPLAYS_DIFFER, SOLD_TWICE, Say
from app.drill.kit.database import StoredBooks, stored_books
from app.journal.configurations import catalogue_from, read
from app.journal.reader import pings
from app.journal.replay import redecide
from app.mock_exchange.crm_receiver import CrmReceiver
from app.packaged import MODELS
from app.scoring.load import load as load_models

_SHOWN = 5


class Books:
    """The books of a service. What is wrong is found once, however often they are compared.

    Without a `database` file, as on PostgreSQL, sellers, CRM and journal are compared alone.
    `limits` are those of caps at this moment, by what their counters begin with, as in `campaign/solar-tx/daily/`; none
    may become lower.
    """

    def __init__(
        self,
        journal: Path,
        database: Path | None,
        receiver: CrmReceiver,
        limits: Callable[[], Mapping[str, int]] = dict,
        models: Path = MODELS,
    ) -> None:
        self.found: dict[str, set[str]] = {figure: set() for figure in NEVER}
        self.unequal: set[str] = set()
        self.replayed = 0
        self._journal = journal
        self._database = database
        self._receiver = receiver
        self._limits = limits
        self._read_until = 0.0
        self._models = load_models(models).models
        self._catalogue = cache(self._catalogue_of)

    def compare(self, accepted: Mapping[str, str]) -> set[str]:
        """All of them, beside a running service; `accepted` are the leads that sellers sold, with their bids. The leads
        that the CRM has to get.
        """
        self._look_for_twice(accepted)
        self._replay()
        if self._database is None:
            return set(accepted)
        stored = stored_books(self._database)
        leads = {lead.lead_id for lead in stored.leads}
        self.found[LOST] |= {f"lead {lead_id} was accepted" for lead_id in accepted if lead_id not in leads}
        self.found[DELIVERIES_LOST] |= {f"lead {each} has no delivery" for each in leads if not stored.deliveries[each]}
        self._look_for_stored_twice(stored)
        self._look_at_caps(stored)
        return leads

    def close(self, say: Say, missing: set[str]) -> list[str]:
        """Tell what was found in all; `missing` are leads that the CRM had time to get and did not."""
        self.found[DELIVERIES_LOST] |= {f"lead {lead_id} never came to the CRM" for lead_id in missing}
        for figure, cases in self.found.items():
            say.count(figure, len(cases))
        say.count("decisions replayed", self.replayed)
        sentences = [f"{figure}: {case}" for figure, cases in self.found.items() for case in sorted(cases)[:_SHOWN]]
        return [*sentences, *sorted(self.unequal)[:_SHOWN]]

    def _look_for_stored_twice(self, stored: StoredBooks) -> None:
        twice = self.found[SOLD_TWICE]
        twice |= {f"bid {bid}" for bid, count in Counter(lead.ping_id for lead in stored.leads).items() if count > 1}
        people = Counter((lead.person, lead.campaign) for lead in stored.leads)
        twice |= {f"a person to {campaign}" for (_, campaign), count in people.items() if count > 1}

    def _look_for_twice(self, accepted: Mapping[str, str]) -> None:
        twice = self.found[SOLD_TWICE]
        twice |= {f"bid {bid} to its seller" for bid, count in Counter(accepted.values()).items() if count > 1}
        # A delivery that is made again bears the same id, and the CRM keeps it once.
        came = Counter(kept.lead_id for kept in list(self._receiver.kept.values()))
        twice |= {f"lead {lead_id} to the CRM, under {count} ids" for lead_id, count in came.items() if count > 1}

    def _look_at_caps(self, stored: StoredBooks) -> None:
        """Each counter is what its leads took that were not given back, and no more than its limit."""
        taken = Counter[str]()
        for lead in stored.leads:
            if not lead.is_credited:
                taken.update(lead.cap_uses)
        # Budgets of checks and quotas of sellers are counted beside them.
        caps = {counter for counter in stored.used if counter.partition("/")[0] in get_args(CapScope)}
        for counter in caps | taken.keys():
            if stored.used.get(counter, 0) != taken[counter]:
                self.unequal.add(f"{counter} says {stored.used.get(counter, 0)}, its leads took {taken[counter]}")
        for beginning, limit in self._limits().items():
            over = {counter for counter, used in stored.used.items() if counter.startswith(beginning) and used > limit}
            self.found[CAPS_OVERRUN] |= {f"{counter} has {stored.used[counter]} of {limit}" for counter in over}

    def _replay(self) -> None:
        """Decide again what the journal got since the last time; its last second may still be written."""
        until = self._read_until
        for line in pings(self._journal, since=self._read_until):
            if line.at <= self._read_until:
                continue
            until = max(until, line.at)
            self.replayed += 1
            if msgspec.json.encode(redecide(line, self._catalogue(line.config))) != msgspec.json.encode(line.decision):
                self.found[REPLAYS_DIFFER].add(f"ping {line.id}")
        self._read_until = until

    def _catalogue_of(self, config: str) -> Catalogue:
        return catalogue_from(read(self._journal, config), self._models)
