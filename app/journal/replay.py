"""Decides a journaled ping again, from what the line itself holds and the configuration of its day."""

from app.domain.auction.decide import Decision, decide
from app.domain.auction.snapshot import Snapshot
from app.domain.catalogue import Catalogue
from app.journal.lines import PingLine


def redecide(line: PingLine, catalogue: Catalogue) -> Decision:
    """What `decide` says today to what it was given then; KeyError where the catalogue no longer knows the seller."""
    snapshot = Snapshot(
        catalogue=catalogue, seller=catalogue.sellers[line.seller], known=line.known, standing=line.standing
    )
    return decide(line.ping, snapshot, line.at, line.draw)
