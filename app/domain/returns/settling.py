"""What an answer makes of a return: credited once, and never taken back."""

from app.wire.returns import ReturnState

_MAY_BECOME: dict[ReturnState, frozenset[ReturnState]] = {
    "requested": frozenset({"accepted", "refused", "expired"}),
    # Who refused, or was late, may yet agree.
    "refused": frozenset({"accepted"}),
    "expired": frozenset({"accepted", "refused"}),
    "accepted": frozenset(),
}


def may_become(state: ReturnState, wanted: ReturnState) -> bool:
    """Whether a return can still change so. One that is as wanted already is no change."""
    return wanted in _MAY_BECOME[state]
