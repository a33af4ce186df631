"""The state of every US ZIP, from a package that is kept up to date."""

import sys

import zipcodes


def zip_states() -> dict[str, str]:
    """Five-digit ZIP -> two-letter state, some 43,000. Takes about half a second.

    Read by prefix: the whole table at once would hold 140 MB of records for a moment.
    """
    states: dict[str, str] = {}
    for prefix in range(100):
        for row in zipcodes.similar_to(f"{prefix:02d}"):  # type: ignore[no-untyped-call]
            states[row["zip_code"]] = sys.intern(row["state"])
    return states
