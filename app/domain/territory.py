"""Where a campaign buys: states, ZIP prefixes and ZIP codes, less what it excludes."""

from collections.abc import Mapping

import msgspec

PREFIX_LENGTH = 3
"""So many digits of a ZIP name the place where its mail is sorted."""

ZipStates = Mapping[str, tuple[str, ...]]
"""The states of each ZIP: the one where its post office is, then any other into which its routes reach.

Under the first three digits of each stand the states of all that begin so.
"""


class Territory(msgspec.Struct, frozen=True, kw_only=True):
    """Empty `states`, `prefixes` and `zips` together mean everywhere. `not_*` take away from that.

    `areas` names for people what stands among `zips` as a whole: counties, and circles around ZIPs.
    """

    states: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    zips: frozenset[str] = frozenset()
    not_states: frozenset[str] = frozenset()
    not_zips: frozenset[str] = frozenset()
    areas: tuple[str, ...] = ()

    @property
    def is_everywhere(self) -> bool:
        return not (self.states or self.prefixes or self.zips)

    def covers(self, zip_code: str, state: str) -> bool:
        """Whether a lead of this five-digit ZIP and two-letter state lies inside."""
        if zip_code in self.not_zips or state in self.not_states:
            return False
        if state in self.states or zip_code in self.zips or zip_code.startswith(self.prefixes):
            return True
        return self.is_everywhere


def possible_states(zip_code: str, zip_states: ZipStates) -> tuple[str, ...]:
    """The states where a ZIP can lie: one that is newer than the table lies where its neighbors do.

    Empty where no ZIP begins so.
    """
    return zip_states.get(zip_code) or zip_states.get(zip_code[:PREFIX_LENGTH], ())
