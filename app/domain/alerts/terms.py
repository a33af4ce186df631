"""What the buyer wants to be told, where, and when not."""

import msgspec

from app.domain.calendar import local_time


class AlertTerms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`to` and `webhook_secrets` are references. `quiet` are spans of the buyer's day in minutes, also across midnight.

    `off` are causes that are not looked for. Shares are of one; `contact_fall` is by how much of the usual rate.
    """

    to: tuple[str, ...] = ()
    webhook_secrets: tuple[str, ...] = ()
    private_hosts: tuple[str, ...] = ()
    quiet: tuple[tuple[int, int], ...] = ()
    wake_for_critical: bool = True
    off: tuple[str, ...] = ()
    no_wins_s: float = 10_800.0
    seller_silent_s: float = 7_200.0
    certificate_failures: float = 0.3
    contact_fall: float = 0.3
    disk_free: float = 0.05

    def is_quiet(self, now: float, zone: str) -> bool:
        """Whether nobody wants to hear of anything now. It goes by the clock on the wall, also when that is set."""
        minute = local_time(now, zone).minute
        return any(
            start <= minute < end if start < end else minute >= start or minute < end for start, end in self.quiet
        )
