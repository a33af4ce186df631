"""The hours of a week that stand beside a model are its plan's, or nobody's."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.scoring.artefact import Unusable
from app.scoring.load import load_version
from app.scoring.traffic import parse_traffic
from tests.table import each_row

HOURS = [float(hour % 24) for hour in range(168)]


def file(folder: Path, body: Any) -> tuple[Path, str]:
    path = folder / "traffic.json"
    path.write_bytes(body if isinstance(body, bytes) else msgspec.json.encode(body))
    return path, sha256(path.read_bytes()).hexdigest()


def test_a_model_brings_its_week(shelve: Callable[..., Path], written: dict[str, Any]) -> None:
    models = shelve()
    assert load_version(models, "solar", "0001")[0].traffic == ()
    _, digest = file(models / "solar" / "0001", HOURS)
    card_file = models / "solar" / "0001" / "card.json"
    card = msgspec.json.decode(card_file.read_bytes())
    card["sha256"]["traffic.json"] = digest
    card_file.write_bytes(msgspec.json.encode(card))
    assert load_version(models, "solar", "0001")[0].traffic == tuple(HOURS)
    (models / "solar" / "0001" / "traffic.json").unlink()
    with pytest.raises(Unusable, match="cannot be read"):
        load_version(models, "solar", "0001")


@each_row(
    "body",
    [b"{", b"[1e999]", b"\xff", HOURS[:-1], [-1.0, *HOURS[1:]], [0.0] * 168, [None] * 168],
)
def test_what_is_no_week_is_refused(body: Any) -> None:
    with pytest.raises(Unusable):
        parse_traffic(body if isinstance(body, bytes) else msgspec.json.encode(body))


def test_a_changed_byte_is_a_wrong_checksum(shelve: Callable[..., Path]) -> None:
    models = shelve()
    path, digest = file(models / "solar" / "0001", HOURS)
    card_file = models / "solar" / "0001" / "card.json"
    card = msgspec.json.decode(card_file.read_bytes())
    card["sha256"]["traffic.json"] = digest
    card_file.write_bytes(msgspec.json.encode(card))
    path.write_bytes(path.read_bytes().replace(b"23", b"22", 1))
    with pytest.raises(Unusable, match="checksum"):
        load_version(models, "solar", "0001")
