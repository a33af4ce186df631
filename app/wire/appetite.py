"""What is bought now of one seller, as the seller reads it."""

import msgspec

from app.wire.ping import Leg


class AppetiteRow(msgspec.Struct, frozen=True, kw_only=True):
    """One vertical, state and leg. No bid is below `floor_cents`.

    `open` says whether such leads are bid on now; `until` is when its hours, pauses and limits turn that at the
    earliest as they stand, in UTC epoch seconds, `None` where nobody can say.
    """

    vertical: str
    state: str
    leg: Leg
    floor_cents: int
    until: float | None
    open: bool
