"""Runs a challenger beside the live model: a canary's leads get its bids, and the other decision is recorded."""

import msgspec
from msgspec.structs import replace

from app.domain.auction.canary import takes
from app.domain.auction.decide import Decision, decide
from app.domain.auction.snapshot import Snapshot
from app.domain.catalogue import Challenger
from app.domain.pricing.exploration import Draw
from app.journal.shadow import Shadow, shadow_of
from app.wire.ping import Ping


class Turn(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The decision that is the answer, and whose it is. `passed_over` is the other's, where that is known already."""

    decision: Decision
    model: str
    passed_over: Shadow | None = None


class Trial(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One ping with all that its decision needs, of a vertical in which a challenger is tried."""

    challenger: Challenger
    ping: Ping
    snapshot: Snapshot
    now: float
    draw: Draw

    def turn(self, seed: bytes, nonce: bytes) -> Turn:
        """Whose turn it is with this lead. The live model answers wherever the challenger cannot price."""
        models = self.snapshot.catalogue.models
        live_version = models[self.ping.vertical].version if self.ping.vertical in models else ""
        live = decide(self.ping, self.snapshot, self.now, self.draw)
        if not takes(self.challenger.canary, self.challenger.model.version, seed, nonce):
            return Turn(decision=live, model=live_version)
        tried, shadow = self._tried()
        if tried is None or shadow.fault:
            return Turn(decision=live, model=live_version, passed_over=shadow)
        return Turn(decision=tried, model=shadow.model, passed_over=shadow_of(live_version, live))

    def shadow(self, turn: Turn) -> Shadow:
        """What the model made of it that did not answer."""
        return turn.passed_over if turn.passed_over is not None else self._tried()[1]

    def has_failed(self, shadow: Shadow) -> bool:
        """Whether this is the challenger's, which could not price."""
        return bool(shadow.fault) and shadow.model == self.challenger.model.version

    def _tried(self) -> tuple[Decision | None, Shadow]:
        """The challenger's decision, none where it failed, and the same in short."""
        version = self.challenger.model.version
        try:
            snapshot = replace(self.snapshot, catalogue=self.snapshot.catalogue.challenged)
            decision = decide(self.ping, snapshot, self.now, self.draw)
            return decision, shadow_of(version, decision)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a challenger, the live model answers
            return None, Shadow(model=version, fault=type(error).__name__)
