"""Notices replicas that bid by different configurations for longer than a change takes to reach all."""

from collections.abc import Iterator, Mapping

from app.domain.alerts.alert import Alert, alert

REACHES_ALL_S = 60.0
"""Files are put on one machine after the other."""


class SameConfiguration:
    """Since when they differ, by the steady clock."""

    def __init__(self) -> None:
        self._since: float | None = None

    def alerts(self, configurations: Mapping[str, str], now: float) -> Iterator[Alert]:
        """What it means that the replicas of these names bid by configurations of these hashes."""
        if len(set(configurations.values())) < 2:
            self._since = None
            return
        self._since = now if self._since is None else self._since
        if now - self._since >= REACHES_ALL_S:
            yield alert(
                "configurations_differ",
                f"replicas bid by different configurations: {_by_hash(configurations)}",
                "put the same files before all of them, and see which one's log refuses them",
            )


def _by_hash(configurations: Mapping[str, str]) -> str:
    hashes = sorted(set(configurations.values()))
    named = {each: [name for name, config_hash in configurations.items() if config_hash == each] for each in hashes}
    return "; ".join(f"{config_hash} at {', '.join(sorted(names))}" for config_hash, names in named.items())
