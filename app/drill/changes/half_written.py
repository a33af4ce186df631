"""Write `buyer.toml` in pieces under a live service, as editors, copies and full disks do, at ends that are valid."""

import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from app.config.load import LoadedConfig, load
from app.drill.drill import Say
from app.drill.kit.service import serve
from app.packaged import DEMO_CONFIG

PROMISE = "a running service takes a changed file once and whole, and never a beginning of it"
IN_SAMPLE = False

_PAUSE_S = 1.0


def drill(folder: Path, say: Say) -> list[str]:
    """Each way of writing makes one configuration: the whole one."""
    config = Path(shutil.copytree(DEMO_CONFIG.parent, folder / "config")) / "buyer.toml"
    text = config.read_bytes()
    ends = _valid_ends(config, text)
    say(f"{len(ends)} beginnings of the file are valid by themselves")
    broken: list[str] = []
    ways: dict[str, Callable[[Path, bytes], None]] = {
        "in place, with pauses of a second": lambda path, whole: _in_pieces(path, whole, ends),
        "emptied, then written": _emptied_first,
        "copied beside and renamed": _renamed,
        "by a link that is swapped": _swapped,
    }
    with serve(config, folder / "data") as service, httpx.Client(base_url=service.url, trust_env=False) as http:
        for number, (name, write) in enumerate(ways.items(), start=1):
            whole = text.replace(b"ceiling = 45.00", f"ceiling = {45 - number}.00".encode())
            taken = _taken_while(http, lambda write=write, whole=whole: write(config, whole))  # type: ignore[misc]
            say(f"{name}: {len(taken)} configuration(s) came into force")
            say.count("ways of writing")
            say.count("configurations taken", len(taken))
            if len(taken) != 1:
                broken.append(f"{name}: {len(taken)} configurations came into force instead of one")
        broken += _cut_off(config, http, text, ends, say)
    return broken


def _valid_ends(config: Path, text: bytes) -> list[int]:
    """Where the file could be cut off, at the end of a line, and still be valid."""
    ends = [at + 1 for at in range(len(text)) if text[at : at + 1] == b"\n"]
    return [end for end in ends if isinstance(_read(config, text[:end]), LoadedConfig)]


def _read(config: Path, beginning: bytes) -> object:
    def read_file(path: Path) -> bytes:
        return beginning if path == config else path.read_bytes()

    return load(config, environ=os.environ, read_file=read_file)


def _in_pieces(path: Path, whole: bytes, ends: list[int]) -> None:
    with path.open("wb") as file:
        for start, end in zip([0, *ends[::4]], [*ends[::4], len(whole)], strict=True):
            file.write(whole[start:end])
            file.flush()
            time.sleep(_PAUSE_S)


def _emptied_first(path: Path, whole: bytes) -> None:
    path.write_bytes(b"")
    time.sleep(_PAUSE_S)
    path.write_bytes(whole)


def _renamed(path: Path, whole: bytes) -> None:
    fresh = path.with_name(".buyer.toml.fresh")
    fresh.write_bytes(whole)
    fresh.replace(path)


def _swapped(path: Path, whole: bytes) -> None:
    target = path.with_name("..data.toml")
    target.write_bytes(whole)
    link = path.with_name(".link")
    link.symlink_to(target.name)
    link.replace(path)


def _taken_while(http: httpx.Client, write: Callable[[], None]) -> set[str]:
    """The configurations that came into force while and after this was written."""
    before, seen, stop = _in_force(http), set[str](), threading.Event()

    def watch() -> None:
        while not stop.is_set():
            seen.add(_in_force(http))
            time.sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    write()
    time.sleep(9.0)
    stop.set()
    watcher.join()
    return seen - {before}


def _cut_off(config: Path, http: httpx.Client, text: bytes, ends: list[int], say: Say) -> list[str]:
    """A beginning that stays for good, as a copy onto a full disk leaves it: what has no campaign waits for consent."""
    before = _in_force(http)
    config.unlink()
    config.write_bytes(text[: ends[0]])
    time.sleep(10.0)
    waits = "leadbid_configuration_waiting 1.0" in http.get("/metrics").text
    say(f"cut off for good: {'waits for consent' if waits else 'does not wait'}")
    return [] if waits and _in_force(http) == before else ["a file that lost every campaign was taken"]


def _in_force(http: httpx.Client) -> str:
    config: str = http.get("/readyz").json()["config"]
    return config
