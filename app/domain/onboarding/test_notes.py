"""What every answer to a test says: that it is one, and what is left to do until leads are bought."""

from app.domain.seller import Seller

NOTHING_BOUGHT = "test: nothing is bought, counted or delivered"
"""What each note begins with."""


def test_note(seller: Seller, *, is_live: bool) -> str:
    """The note for a test of this seller; the same for as long as its mode is, since a retry gets the same bytes."""
    if is_live:
        return f"{NOTHING_BOUGHT}; what you send to the live endpoints without a test flag is"
    if seller.mode == "certify":
        return f"{NOTHING_BOUGHT}; to go live, complete the steps at /sellers/{seller.name}/certification"
    return f"{NOTHING_BOUGHT}; all you send is a test until the buyer switches you live"
