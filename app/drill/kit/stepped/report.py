"""What a simulated year came to."""

from collections import Counter

import msgspec


class YearReport(msgspec.Struct, kw_only=True):
    """What a year came to. `happened` counts faults by kind, and kills and errors by place as well."""

    seed: int
    days: int
    steps: int = 0
    leads: int = 0
    bids: int = 0
    posts: int = 0
    sales: int = 0
    deliveries: int = 0
    dead_letters: int = 0
    spend_cents: int = 0
    lives: int = 0
    refused_starts: int = 0
    """Starts that a fault of the world made end with a sentence: what supervises the service tries again."""
    kills: int = 0
    faults: int = 0
    happened: Counter[str] = msgspec.field(default_factory=Counter)
    refusals: Counter[str] = msgspec.field(default_factory=Counter)
    journal_lines: int = 0
    decided_again: int = 0
    cpu_seconds: float = 0.0
    findings: list[str] = []

    def by_kind(self) -> Counter[str]:
        """The faults that happened, by kind alone."""
        kinds: Counter[str] = Counter()
        for name, count in self.happened.items():
            kinds[name.partition(":")[0]] += count
        return kinds
