"""What an answer, or the buyer, makes of a return: credited once, and never taken back."""

from app.wire.returns import ReturnState

_MAY_BECOME: dict[ReturnState, frozenset[ReturnState]] = {
    "requested": frozenset({"accepted", "refused", "expired", "withdrawn"}),
    # Who refused, or was late, may yet agree.
    "refused": frozenset({"accepted", "withdrawn"}),
    "expired": frozenset({"accepted", "refused", "withdrawn"}),
    "accepted": frozenset(),
    # Only the buyer may ask again.
    "withdrawn": frozenset(),
}


def may_become(state: ReturnState, wanted: ReturnState) -> bool:
    """Whether a return can still change so. One that is as wanted already is no change."""
    return wanted in _MAY_BECOME[state]
