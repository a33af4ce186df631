"""What a seller wants to be told of the leads that it sold, and where that is sent."""

from collections.abc import Mapping

import msgspec

from app.wire.feedback import OutcomeKind
from app.wire.returns import ReturnReason


class FeedbackWish(msgspec.Struct, frozen=True, kw_only=True):
    """`destination` is one of those declared; `events` are outcomes, and "return".

    `form` names the platform in whose form it is told, `codes` are its words for our reasons and outcomes.
    """

    destination: str
    events: tuple[str, ...]
    form: str = ""
    codes: Mapping[str, str] = {}

    def code(self, word: ReturnReason | OutcomeKind) -> str:
        """The seller's word for one of ours."""
        return self.codes.get(word, word)
