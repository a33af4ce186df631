"""What the service reads is damaged while it runs: models, `buyer.toml`, keys, a secret, its journal's directory."""

import json
import math
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import httpx
import msgspec

from app.drill.drill import Say
from app.drill.kit.books import Books
from app.drill.kit.log import said
from app.drill.kit.market import VERTICAL, demo_with_crm, ping, post, someone, wait_for_leads
from app.drill.kit.pace import pinging
from app.drill.kit.service import serve, until
from app.packaged import MODELS
from app.scoring.card import CARD

PROMISE = (
    "of a file that is damaged, cut off, wrong or gone nothing comes into force: bids and sales go on by what was, the "
    "log names it, and what is restored is taken up"
)
IN_SAMPLE = True

PING_MAX_MS = 200.0
NOTICED_S = 15.0
STAYS_S = 1.0

Damage = Callable[["Places"], None]


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """Where everything lies that may be damaged."""

    config: Path
    data: Path
    models: Path

    @property
    def model(self) -> Path:
        """The files of the model that prices what is sold here."""
        return self.models / VERTICAL / "0001"


def drill(folder: Path, say: Say) -> list[str]:
    """One damage after the other, each restored before the next; the journal's directory at last."""
    models = Path(shutil.copytree(MODELS, folder / "models"))
    broken, accepted = list[str](), dict[str, str]()
    with demo_with_crm(folder / "config") as (config, receiver):
        places = Places(config=config, data=folder / "data", models=models)
        with (
            serve(config, places.data, models=models) as service,
            httpx.Client(base_url=service.url, trust_env=False, timeout=20.0) as http,
            said() as lines,
            pinging(service.url) as paced,
        ):
            before = _in_force(http)
            books = Books(service.settings.journal, service.settings.sqlite_file, receiver)
            numbers = iter(range(1, 10_000))
            chosen = _IN_SAMPLE if say.is_sample else tuple(_DAMAGES)
            for name in chosen:
                damage, word = _DAMAGES[name]
                lines.clear()
                with _restored(places, folder / "whole"):
                    damage(places)
                    named = until(lambda word=word: any(word in line for line in lines), NOTICED_S)  # type: ignore[misc]
                    time.sleep(STAYS_S)
                    accepted |= _sold(http, numbers)
                    broken += [f"{name}: {each}" for each in _wrong(http, before)]
                say(f"{name}: {lines[0][:160] if lines else 'nothing is said'}")
                broken += [] if named else [f"{name}: the log does not name it"]
            say.count("damages", len(chosen))
            missing = wait_for_leads(receiver, books.compare(accepted))
            shutil.rmtree(places.data / "journal")
            time.sleep(STAYS_S)
            accepted |= _sold(http, numbers)
            broken += [f"the journal is removed: {each}" for each in _wrong(http, before)]
            if not until(lambda: any((places.data / "journal").glob("*.jsonl"))):
                broken.append("the journal is removed: it is not written again")
    return [*broken, *paced.broken(say, PING_MAX_MS), *books.close(say, missing)]


def _cut_off(places: Places) -> None:
    scorer = places.model / "scorer.json"
    scorer.write_bytes(scorer.read_bytes()[:5_000])
    _repointed(places, "0001")


def _flipped(places: Places) -> None:
    scorer = places.model / "scorer.json"
    body = bytearray(scorer.read_bytes())
    body[len(body) // 2] ^= 1
    scorer.write_bytes(body)
    _repointed(places, "0001")


def _no_number(places: Places) -> None:
    """A card that vouches for a scorer whose baseline is NaN: what a careless export leaves."""
    _rescored(places, math.nan)


def _another(places: Places) -> None:
    """The same with another baseline: not what the parity rows of the card were taken from."""
    _rescored(places, 3.0)


def _rescored(places: Places, baseline: float) -> None:
    scorer, card = places.model / "scorer.json", places.model / CARD
    body = json.dumps(json.loads(scorer.read_text()) | {"baseline": baseline}).encode()
    scorer.write_bytes(body)
    told = json.loads(card.read_text())
    told["sha256"]["scorer.json"] = sha256(body).hexdigest()
    card.write_text(json.dumps(told))
    _repointed(places, "0001")


def _without_models(places: Places) -> None:
    shutil.rmtree(places.model)
    _repointed(places, "0001")


def _no_such_version(places: Places) -> None:
    _repointed(places, "0002")


def _repointed(places: Places, version: str) -> None:
    """Only a pointer that has changed has models read, and one that was refused before is not told of again."""
    pointer = places.models / "current.toml"
    text = pointer.read_text().replace(f'{VERTICAL} = "0001"', f'{VERTICAL} = "{version}"')
    pointer.write_text(f"{text}# changed at {time.monotonic_ns()}\n")


def _rewritten(old: str, new: str) -> Damage:
    def rewrite(places: Places) -> None:
        text = places.config.read_text()
        assert old in text
        places.config.write_text(text.replace(old, new))

    return rewrite


def _removed_config(places: Places) -> None:
    places.config.unlink()


def _emptied_config(places: Places) -> None:
    places.config.write_text("")


def _noise(places: Places) -> None:
    places.config.write_bytes(b"\x00\xff\xfe" * 1_000)


def _removed_key(places: Places) -> None:
    (places.data / "keys" / "signing-1.key").unlink()


def _spoiled_key(places: Places) -> None:
    (places.data / "keys" / "index.key").write_text("0123\n")


_DAMAGES: dict[str, tuple[Damage, str]] = {
    "a model that is cut off": (_cut_off, VERTICAL),
    "a model with one bit flipped": (_flipped, VERTICAL),
    "a model with NaN": (_no_number, VERTICAL),
    "a model that is not its card's": (_another, VERTICAL),
    "a model that is gone": (_without_models, VERTICAL),
    "a version that there is not": (_no_such_version, "0002"),
    "a configuration that is no TOML": (_rewritten("[buyer]", "[buyer"), "buyer.toml"),
    "a configuration with an unknown key": (_rewritten("bid_lifetime", "bid_livetime"), "bid_livetime"),
    "a floor above its ceiling": (_rewritten("ceiling = 45.00", "ceiling = 0.50"), "auto-anywhere"),
    "a configuration that is gone": (_removed_config, "buyer.toml"),
    "a configuration that is empty": (_emptied_config, ""),
    "a configuration of noise": (_noise, "buyer.toml"),
    "a key that is gone": (_removed_key, "signing"),
    "a key that is cut off": (_spoiled_key, "index.key"),
}
"""What is done, and a word by which the log names it."""
_IN_SAMPLE = ("a model with NaN", "a configuration with an unknown key", "a key that is gone")


@contextmanager
def _restored(places: Places, whole: Path) -> Iterator[None]:
    """Afterwards all files are what they were."""
    kept = {name: Path(shutil.copytree(folder, whole / name)) for name, folder in _folders(places).items()}
    try:
        yield
    finally:
        for name, folder in _folders(places).items():
            shutil.copytree(kept[name], folder, dirs_exist_ok=True)
        shutil.rmtree(whole)


def _folders(places: Places) -> dict[str, Path]:
    return {"config": places.config.parent, "models": places.models, "keys": places.data / "keys"}


def _sold(http: httpx.Client, numbers: Iterator[int]) -> dict[str, str]:
    """One more lead, with its bid."""
    for number in numbers:
        answer = ping(http, someone(number))
        if answer["status"] == "accepted":
            told = post(http, someone(number), answer["ping_id"]).json()
            return {told["lead_id"]: answer["ping_id"]} if told["status"] == "accepted" else {}
    return {}


def _wrong(http: httpx.Client, before: dict[str, str]) -> list[str]:
    """What does not go on as before."""
    now = _in_force(http)
    return [f"{name} is {now[name]} instead of {before[name]}" for name in before if now[name] != before[name]]


def _in_force(http: httpx.Client) -> dict[str, str]:
    """What the service says that it goes by, and whether it is ready."""
    answer = http.get("/readyz")
    told = answer.json()
    model = told["models"].get(VERTICAL, "")
    return {"/readyz": str(answer.status_code), "the configuration": str(told["config"]), "the model": str(model)}
