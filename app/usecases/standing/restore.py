"""After a restart: what the database and the journal know becomes the changes that it was."""

from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from pathlib import Path

import msgspec

from app.domain.catalogue import Catalogue
from app.domain.configuration import Configuration
from app.domain.duplicate import Sighting
from app.domain.keyed import Keys
from app.domain.seller import Seller
from app.domain.token import BidToken, read
from app.journal.lines import AnyLine, NoticeLine, PingLine, PostLine
from app.journal.reader import lines
from app.journal.writer import KeptLine
from app.store.errors import StoreUnfit
from app.store.operators.requested import RequestRows, SoldByDemand
from app.store.store import Store
from app.usecases.former import FormerConfigurations
from app.usecases.standing.changes import (
    Allowed,
    BidEnded,
    BidMade,
    ClockWasAhead,
    DemandSet,
    KnownChange,
    KnownRead,
    KnownSale,
    LedgersRead,
    ListDropped,
    ListRead,
    PeopleRead,
    PostSeen,
    Requests,
    ShadowPricesRead,
    SignalSet,
    Sold,
    Suppressed,
    UsageRead,
    Use,
)
from app.usecases.standing.feed_changes import read_change
from app.usecases.standing.promises import promised
from app.usecases.standing.standing import LiveStanding

_CLOCK_WRITTEN_S = 5.0
"""Lines may be so much younger than the last moment that a process wrote down before it was killed."""

_DAMAGED = (
    "what the database holds of known people, leads and certificates cannot be read, as it was damaged or changed by "
    "hand: restore a backup. Without all of them somebody might be bought again"
)

_UNSOLD: SoldByDemand = {}


async def restore(store: Store, now: float) -> LiveStanding:
    """Where a bidder stands by its database. StoreUnavailable while that is away, StoreUnfit where it was damaged."""
    standing = LiveStanding()
    try:
        await read_anew(store, standing, now)
    except (ValueError, OverflowError) as error:
        raise StoreUnfit(_DAMAGED) from error
    return standing


async def read_anew(store: Store, standing: LiveStanding, now: float) -> None:
    """Have a standing know all that the database does, and no request that it does not.

    Millions of rows are read, then what is counted: all of it, and what the change feed told meanwhile, at one moment.
    """
    position = await store.feed_position()
    is_first = not standing.position
    async for part in store.known_people():
        if is_first:
            standing.apply(PeopleRead(part=part))
        else:
            standing.apply(KnownRead(sales=tuple(_unknown(standing, part.sales()))))
    async for digests in store.suppressed_digests():
        standing.apply(KnownRead(suppressed=digests))
    for nonces in store.bought_leads():
        standing.apply(KnownRead(leads=nonces))
    async for digests in store.used_certificates():
        standing.apply(KnownRead(certificates=digests))
    counted = await store.counted(now, position)
    for change in _known_by(standing, counted.news.bodies):
        standing.apply(change)
    standing.apply(UsageRead(used=counted.used, credit=counted.credit, position=counted.news.position))
    standing.apply(ShadowPricesRead(prices=await store.shadow_prices()))
    standing.apply(LedgersRead(ledgers=await store.ledgers()))
    heard = await store.heard(now)
    standing.apply(Requests())
    standing.apply(requests_of(heard.requests, counted.sold))
    await read_lists(store, standing, heard.lists)


def _unknown(standing: LiveStanding, sales: Iterable[KnownSale]) -> Iterator[KnownSale]:
    """Those of these sales that a standing does not know yet."""
    for digest, campaign, vertical, at in sales:
        if Sighting(campaign, vertical, float(int(at))) not in standing.sightings((digest,)):
            yield digest, campaign, vertical, at


def _known_by(standing: LiveStanding, told: Iterable[str]) -> Iterator[KnownChange]:
    """Who was sold or suppressed while those before them were read. Sales are counted already, and not known yet."""
    changes = [read_change(body) for body in told]
    yield from [change for change in changes if isinstance(change, Suppressed | Allowed)]
    sold = [change for change in changes if isinstance(change, Sold)]
    sales = sorted((digest, each.campaign, each.vertical, each.at) for each in sold for digest in each.people)
    yield KnownRead(
        sales=tuple(_unknown(standing, sales)),
        leads=b"".join([each.nonce for each in sold]),
        certificates=b"".join([bytes.fromhex(digest)[:8] for each in sold for digest in each.certificates]),
    )


def requests_of(rows: RequestRows, sold: SoldByDemand = _UNSOLD) -> Requests:
    """What operators ask for, as the standing takes it, and what was sold since by demand."""
    switches = rows.switches
    return Requests(
        demands=tuple(
            DemandSet(
                territory=row.territory,
                demand=row.demand,
                told_at=row.told_at,
                ends_at=row.ends_at,
                sold=sold.get((row.territory, row.demand.campaign, row.told_at), 0),
            )
            for row in rows.demands
        ),
        signals=tuple(SignalSet(territory=row.territory, signal=row.signal) for row in rows.signals),
        pauses=tuple((each.target, each.ends_at) for each in switches if each.kind == "pause"),
        boosts=tuple((each.target, each.amount or 0, each.ends_at) for each in switches if each.kind == "boost"),
    )


async def read_lists(store: Store, standing: LiveStanding, versions: Mapping[str, float]) -> None:
    """Have a standing know the lists of suppressed people in these versions, and no others."""
    for name in standing.suppression_lists.keys() - versions.keys():
        standing.apply(ListDropped(name=name))
    for name, version in versions.items():
        if standing.suppression_lists.get(name) != version:
            standing.apply(ListRead(name=name, version=version, parts=tuple(await store.list_parts(name))))


def restore_bids(
    standing: LiveStanding,
    catalogue: Catalogue,
    former: FormerConfigurations,
    keys: Keys,
    lines: Iterable[AnyLine],
    now: float,
    ahead_s: int = 0,
    longest_s: int = 0,
) -> int:
    """Promise the bids of these journal lines (oldest first) again that live at `now`; how many there are.

    A seller or campaign that is declared no more counts as the configuration says that bid: one of the `former`. Where
    the clock was set back meanwhile, `ahead_s` is how far that of the process before was ahead of ours, and `longest_s`
    how long its bids could live.
    """
    if ahead_s:
        standing.apply(ClockWasAhead(by=ahead_s, longest_s=longest_s))
    bought: dict[bytes, PingLine] = {}
    for line in lines:
        if line.at > now + ahead_s + _CLOCK_WRITTEN_S:
            # Of some clock long before, that was wrong.
            continue
        if isinstance(line, PingLine) and line.bid_ids:
            token = read(line.bid_ids[0], keys.signing)
            if token is None:
                continue
            if standing.is_bought(token.nonce):
                bought[token.nonce] = line
                continue
            then = former.by_hash(line.config) or catalogue.configuration
            bid = _bid(standing, catalogue, then, token, line, now, ahead_s)
            if bid is not None:
                standing.apply(bid)
        elif (isinstance(line, PostLine) and line.status == "accepted") or (
            isinstance(line, NoticeLine) and line.result == "lost"
        ):
            token = read(line.ping_id, keys.signing)
            if token is None:
                continue
            standing.apply(BidEnded(nonce=token.nonce))
            if (ping := bought.pop(token.nonce, None)) is not None:
                standing.apply(PostSeen(seller=ping.seller, delay_s=max(line.at - ping.at, 0.0)))
    for ping in bought.values():
        # Another replica sold it, and here nobody knows when: by now at the latest.
        standing.apply(PostSeen(seller=ping.seller, delay_s=max(now + ahead_s - ping.at, 0.0)))
    return standing.live_bids


def noting_lost(standing: LiveStanding, keys: Keys, lines: Iterable[AnyLine], lost: set[str]) -> Iterator[AnyLine]:
    """The same lines; `lost` gets the leads that they have as bought and the database does not know."""
    for line in lines:
        if isinstance(line, PostLine) and line.status == "accepted" and not line.test:
            token = read(line.ping_id, keys.signing)
            if token is not None and not standing.is_bought(token.nonce):
                lost.add(line.lead_id)
        yield line


def seen_by(worker: int, journal: Path, since: float) -> Iterator[AnyLine]:
    """What a process reads of its journal at a start: all of it, where it is no worker beside others.

    A worker reads the pings that it answered, and what any of them heard of bids; the others promise their own again.
    """
    if not worker:
        return lines(journal, since)
    own = lines(journal, since, writer=worker)
    heard = sorted(
        [line for line in lines(journal, since) if isinstance(line, PostLine | NoticeLine)], key=lambda line: line.at
    )
    return merge(own, heard, key=lambda line: line.at)


def _bid(
    standing: LiveStanding,
    catalogue: Catalogue,
    then: Configuration,
    token: BidToken,
    line: PingLine,
    now: float,
    ahead_s: int,
) -> BidMade | None:
    """The bid as it was made; `None` where it expired, or its seller is gone."""
    seller = catalogue.sellers.get(line.seller) or then.seller(line.seller)
    if seller is None or now >= token.expires_at - ahead_s:
        return None
    at = line.at - ahead_s
    return BidMade(
        nonce=token.nonce,
        seller=line.seller,
        at=at,
        expires_at=token.expires_at - ahead_s,
        terms=token.terms,
        test=token.test,
        # The journal does not hold warnings, so a repeat after a restart has none.
        kept=KeptLine(msgspec.json.encode(line)),
        takes=() if token.test else tuple(_takes(standing, catalogue, then, seller, line, at)),
        moved_s=-ahead_s,
    )


def _takes(
    standing: LiveStanding, catalogue: Catalogue, then: Configuration, seller: Seller, line: PingLine, at: float
) -> Iterator[Use]:
    """The space under the caps that the bid may need."""
    ping = line.ping
    for name, price_cents in promised(line.decision).items():
        campaign = catalogue.campaigns.get(name) or then.campaign(name)
        if campaign is not None:
            for counter in standing.counters(campaign, seller, ping.zip, ping.state, at):
                yield counter.key, counter.cap.uses(price_cents)
