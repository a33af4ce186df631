"""How long a canary must run before it can tell whether it earns more: pings, leads and days."""

from math import ceil
from statistics import NormalDist

import msgspec

DIFFERENCE = 0.10
"""Of the champion's surplus: less is not worth a trial, and would take four times as long for each half."""

LEVEL, POWER = 0.95, 0.8
SHARES = (0.1, 0.5)

_Z = NormalDist().inv_cdf(0.5 + LEVEL / 2.0) + NormalDist().inv_cdf(POWER)


class CanarySize(msgspec.Struct, frozen=True, kw_only=True):
    """What a canary with this share needs to show a difference of `cents` a ping at 95 %, in 8 of 10 cases.

    `pings` and `leads` are of both sides together; `days` are those until the last has come, before it has matured.
    """

    share: float
    cents: float
    pings: int
    leads: int
    days: float


class PingSurplus(msgspec.Struct, frozen=True, kw_only=True):
    """What a matured ping brought, in cents: the mean of all, and their variance."""

    mean: float
    variance: float


def canary_sizes(surplus: PingSurplus, pings_a_day: float, leads_a_ping: float, share: float) -> tuple[CanarySize, ...]:
    """For its own share and the usual ones, by what pings brought the champion. None where that is nothing.

    Two means are compared: n = (z + z')^2 s^2 (1 / share + 1 / (1 - share)) / difference^2.
    """
    if surplus.mean <= 0.0 or pings_a_day <= 0.0:
        return ()
    difference, variance = DIFFERENCE * surplus.mean, surplus.variance
    sizes = []
    for each in sorted({share, *SHARES} - {0.0, 1.0}):
        pings = ceil(_Z**2 * variance * (1.0 / each + 1.0 / (1.0 - each)) / difference**2)
        sizes.append(
            CanarySize(
                share=each,
                cents=difference,
                pings=pings,
                leads=round(pings * leads_a_ping),
                days=pings / pings_a_day,
            )
        )
    return tuple(sizes)
