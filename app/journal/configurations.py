"""Stores each configuration that was used beside the journal, so that a journal can be replayed."""

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from app.domain.alerts.terms import AlertTerms
from app.domain.buyer import Buyer
from app.domain.catalogue import Catalogue, Model, index_campaigns
from app.domain.configuration import Configuration
from app.journal.versions import STAMP, OtherVersion, check_line
from app.private_files import make_directory, write_whole

FOLDER = "configurations"

_HASH = re.compile(r"[0-9a-f]{1,64}")


class _Kept(msgspec.Struct, frozen=True):
    buyer: Buyer


class NoConfiguration(Exception):
    """A configuration is not kept here, or cannot be read: the message names it."""


def configuration_of(catalogue: Catalogue) -> Configuration:
    """What is kept of a catalogue: all that `decide` reads of a configuration, and nobody's key or address."""
    return without_secrets(catalogue.configuration)


def without_secrets(whole: Configuration) -> Configuration:
    """A configuration as it is kept here, whoever keeps it in full."""
    sellers = tuple(replace(seller, key_sha256=(), allowed_ips=()) for seller in whole.sellers)
    return replace(whole, sellers=sellers, operators=(), destinations=(), alerts=AlertTerms())


def keep(directory: Path, catalogue: Catalogue) -> bool:
    """Keep a journal's configuration, whole or not at all; whether it was written now. Raises OSError.

    Where another version of this service made something else of the same file, that goes aside and stays.
    """
    wanted = configuration_of(catalogue)
    path = _path(directory, wanted.config_hash)
    try:
        if read(directory, wanted.config_hash) == wanted:
            return False
    except NoConfiguration:
        make_directory(path.parent)
    if path.exists():
        path.rename(_aside(path))
    # Sets have no order of their own, and a file that means the same should be the same.
    write_whole(path, STAMP + msgspec.json.encode(wanted, order="deterministic")[1:] + b"\n")
    return True


def read(directory: Path, config_hash: str) -> Configuration:
    """The configuration of this hash, as it was in force; raises `NoConfiguration`."""
    if not _HASH.fullmatch(config_hash):
        raise NoConfiguration(f"configuration {config_hash!r} has no name that this service gives")
    path = _path(directory, config_hash)
    try:
        text = path.read_bytes()
        check_line(text, path)
        return msgspec.json.decode(text, type=Configuration)
    except OtherVersion as other:
        raise NoConfiguration(str(other)) from None
    except OSError as error:
        raise NoConfiguration(f"configuration {config_hash} cannot be read at {path}: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NoConfiguration(f"configuration {config_hash} is damaged at {path}") from None


def longest_bid_lifetime_s(directory: Path) -> int:
    """How long any bid could live under the configurations that are kept here; 0 where there is none."""
    longest_s = 0
    for path in (directory / FOLDER).glob("*.json"):
        with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            longest_s = max(longest_s, msgspec.json.decode(path.read_bytes(), type=_Kept).buyer.bid_lifetime_s)
    return longest_s


def newest_zone(directory: Path) -> str:
    """The buyer's time zone by the configuration that was kept last; "UTC" where none can be read."""
    for path in sorted((directory / FOLDER).glob("*.json"), key=lambda path: -path.stat().st_mtime):
        with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return msgspec.json.decode(path.read_bytes(), type=_Kept).buyer.zone
    return "UTC"


def catalogue_from(configuration: Configuration, models: Mapping[str, Model]) -> Catalogue:
    """A catalogue that decides as the service did; it knows nobody's key and delivers nothing."""
    campaigns = configuration.campaigns
    return Catalogue(
        config_hash=configuration.config_hash,
        buyer=configuration.buyer,
        verticals={vertical.name: vertical for vertical in configuration.verticals},
        campaigns={campaign.name: campaign for campaign in campaigns},
        sellers={seller.name: seller for seller in configuration.sellers},
        seller_by_key={},
        operator_by_key={},
        zip_states={},
        destinations={},
        models=models,
        index=index_campaigns(campaigns),
        checks=configuration.checks,
    )


def _path(directory: Path, config_hash: str) -> Path:
    return directory / FOLDER / f"{config_hash}.json"


def _aside(path: Path) -> Path:
    """A name for what stood there before, the first that is free."""
    number = 1
    while (other := path.with_name(f"{path.stem}.{number}.json")).exists():
        number += 1
    return other
