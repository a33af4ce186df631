"""Keys are rotated beside a running service: no bid, post or stored lead is lost by it."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from app.domain.keyed import Keys
from app.domain.token import read
from app.store.sealed import SealedRows
from app.usecases.bidder import Bidder
from app.usecases.reload.key_watch import ADOPT_S, KeyWatch
from tests import build
from tests.bidder import another, ask, at_bidder, sell, somebody

OLD = build.keys(sealing={"1": b"e" * 32}, sealing_id="1")
NEW = replace(
    OLD,
    signing={**OLD.signing, 2: b"t" * 32},
    signing_id=2,
    sealing={**OLD.sealing, "2": b"f" * 32},
    sealing_id="2",
)


class Lying:
    """The keys as they lie in their directory, and the time."""

    def __init__(self, bidder: Bidder) -> None:
        self.keys: Keys | str = OLD
        self.now = 0.0
        bidder.steady = lambda: self.now
        bidder.keys = OLD
        bidder.vault.use(OLD.sealing, OLD.sealing_id)
        self.watch = KeyWatch(bidder, lambda: self.keys)

    async def look(self, keys: Keys | str, after_s: float = 0.0) -> None:
        self.keys = keys
        self.now += after_s
        await self.watch.look()


def test_a_new_key_opens_at_once_and_makes_when_all_replicas_have_it(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        lying = Lying(bidder)
        await lying.look(NEW)
        assert (bidder.keys.signing_id, bidder.keys.sealing_id) == (1, "1")
        assert set(bidder.keys.signing) == {1, 2}
        await lying.look(NEW, after_s=ADOPT_S - 1.0)
        assert bidder.keys.signing_id == 1
        await lying.look(NEW, after_s=1.0)
        assert (bidder.keys.signing_id, bidder.keys.sealing_id) == (2, "2")

    at_bidder(tmp_path, scene)


def test_leads_are_sold_and_read_all_through_a_rotation(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        lying = Lying(bidder)
        before = ask(bidder, **another(1))
        waiting = ask(bidder, **another(2))
        assert (await sell(bidder, before.ping_id, contact=somebody(1), **another(1))).status == "accepted"
        await lying.look(NEW)
        await lying.look(NEW, after_s=ADOPT_S)
        assert (await sell(bidder, waiting.ping_id, contact=somebody(2), **another(2))).status == "accepted"
        lying.now = 0.0
        after = ask(bidder, **another(3))
        assert read(after.ping_id, {2: NEW.signing[2]}) is not None
        assert (await sell(bidder, after.ping_id, contact=somebody(3), **another(3))).status == "accepted"
        store = bidder.store
        assert await store.sealed_rows("1") == SealedRows(identities=1, evidence=3)
        assert await store.sealed_rows("2") == SealedRows(identities=2, evidence=6)
        rows = await store.sealed_otherwise("2", ("", ""), 3)
        rows += await store.sealed_otherwise("2", rows[-1][:2], 3)
        fresh = [(row, bidder.vault.reseal(row[2], f"{row[0]}/{row[1]}" if row[1] else row[0])) for row in rows]
        assert await store.reseal(fresh) == 4
        assert await store.reseal(fresh) == 0
        assert await store.sealed_rows("1") == SealedRows(identities=0, evidence=0)
        await lying.look(replace(NEW, signing={2: NEW.signing[2]}, sealing={"2": NEW.sealing["2"]}))
        assert set(bidder.keys.signing) == {2}
        lead_id = rows[0][0]
        lead = await store.lead(lead_id)
        assert lead is not None
        assert b"512462" in bidder.vault.open(lead.identity, lead_id)
        for kind, sealed in (await store.sealed_evidence(lead_id)).items():
            assert bidder.vault.open(sealed, f"{lead_id}/{kind}")

    at_bidder(tmp_path, scene)


def test_keys_that_cannot_be_meant_change_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scene(bidder: Bidder) -> None:
        lying = Lying(bidder)
        await lying.look(NEW)
        for wrong, told in (
            ("signing-3.key holds no key", "signing-3.key holds no key"),
            (replace(NEW, index=b"x" * 32), "index.key is another one"),
            (replace(NEW, signing={**NEW.signing, 2: b"u" * 32}), "signing-2.key is not the key"),
        ):
            caplog.clear()
            await lying.look(wrong, after_s=2 * ADOPT_S)
            await lying.look(wrong)
            assert [told in record.message for record in caplog.records] == [True]
            assert (bidder.keys.signing_id, bidder.keys.index) == (1, OLD.index)

    at_bidder(tmp_path, scene)
