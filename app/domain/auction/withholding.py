"""While no sale can be recorded, bids are promises that cannot be kept: ever fewer are made, and soon none."""

from app.domain.pricing.exploration import Draw
from app.domain.reasons import Refusal

BEGINS_S = 2.0
"""A command beside the service may hold a database this long, and nobody needs to notice."""
ENDS_S = 12.0
"""No bid after this. Bids made before live for minutes, so after a short trouble most can still be honored."""

UNRECORDABLE = Refusal("paused", "a sale cannot be recorded at present")

_FAR_DIGITS = 2.0**20


def is_withheld(unwritable_s: float, draw: Draw) -> bool:
    """Whether a ping gets no bid, as no sale could be recorded for `unwritable_s`.

    The draw is made of digits of `slice` that are too far behind to have a say in which slice it is, so that what is
    bid in spite of it explores as ever.
    """
    share = (unwritable_s - BEGINS_S) / (ENDS_S - BEGINS_S)
    return draw.slice * _FAR_DIGITS % 1.0 < share
