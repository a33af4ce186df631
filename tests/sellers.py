"""The demo's buyer with a seller for each dialect, and some with odd wishes, all of them served at once."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from app.domain.catalogue import Catalogue
from app.platforms.known import DIALECTS
from tests.service import DEMO_CONFIG, Service, serve

ODD = {
    "quoted": "quoted_prices = true",
    "quiet": 'disclosure = "opaque"\nstatuses = "always_200"\nformat = "xml"',
    "strict": 'disclosure = "class"\nstatuses = "strict_rest"\ndirect = true\nallow_get = true',
    "paused": "paused = true\nrate_per_second = 1000",
    "renamed": (
        'dialect = "px"\naliases = { fico_band = "credit_tier", lead_no = "seller_lead_id", bid = "ping_id" }\n'
        'value_maps = { credit_tier = { "720+" = "excellent" }, vertical = { "Cars" = "auto_insurance" } }'
    ),
    "numbered": (
        'dialect = "boberdoo"\naliases = { TYPE = "vertical" }\nbid_id_key = "auth_token"\n'
        'value_maps = { vertical = { "21" = "auto_insurance" } }'
    ),
    "boberdoo-direct": 'dialect = "boberdoo"\ndirect = true\nquoted_prices = true',
}
"""What each of them has in its entry besides name and key."""

_DIALECTS = {name.replace("_", "-"): f'dialect = "{name}"' for name in DIALECTS}
NAMES = (*_DIALECTS, *ODD)


def key_of(name: str) -> str:
    """The key of one of these sellers."""
    return f"sample-{name}-key"


def config_with(folder: Path) -> Path:
    """A copy of the demo's file with these sellers in it."""
    copied = shutil.copytree(DEMO_CONFIG.parent, folder / "demo")
    tables = [
        f'[[sellers]]\nname = "{name}"\nkey_sha256 = ["{sha256(key_of(name).encode()).hexdigest()}"]\n{more}\n'
        for name, more in (_DIALECTS | ODD).items()
    ]
    config = copied / "buyer.toml"
    config.write_text("\n".join([config.read_text(encoding="utf-8"), *tables]), encoding="utf-8")
    return config


@contextmanager
def served_sellers(folder: Path) -> Iterator[Service]:
    """The service that knows them."""
    with serve(config_with(folder), folder / "data") as service:
        yield service


def catalogue_of(service: Service) -> Catalogue:
    """What that service has in force."""
    background = service.application.background
    assert background is not None
    return background.bidder.catalogue
