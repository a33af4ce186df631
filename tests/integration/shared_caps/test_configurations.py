"""Each replica knows by which configuration every other one bids."""

import asyncio
from pathlib import Path

from msgspec.structs import replace

from tests.integration.shared_caps.shop import open_shop


def test_each_knows_by_which_configuration_the_others_bid(url: str, tmp_path: Path) -> None:
    async def scene() -> None:
        async with open_shop(url, tmp_path, limit=40) as shop:
            one, two = await shop.start(), await shop.start()
            two.bidder.catalogue = replace(two.bidder.catalogue, config_hash="f" * 16)
            await shop.trade(8)
            assert one.turns.configurations == {"replica-1": "0" * 16, "replica-2": "f" * 16}
            assert two.turns.configurations == one.turns.configurations
            shop.kill(1)
            await shop.trade(8)
            assert one.turns.configurations == {"replica-1": "0" * 16}

    asyncio.run(scene())
