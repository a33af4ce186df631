"""Flip one byte in each kind of file, and start: it is named with its remedy, or changes nothing that is bought."""

import random
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

import msgspec

from app.drill.drill import LOST, SOLD_TWICE, Say
from app.drill.kit.apart import apart
from app.drill.kit.stepped.at_hand import CallAnswer, SellerCall
from app.drill.kit.stepped.damage import FILES, files_of, flip_one, names
from app.drill.kit.stepped.installation import CONFIG, installation
from app.drill.kit.stepped.outside import Outside
from app.drill.kit.stepped.process import CannotLive, Killed, ServiceLife, WorldMoment, warm_up
from app.drill.kit.stepped.sellers import LeadState, OfferedLead
from app.journal.compact import compact
from app.mock_exchange.chance import chance_of
from app.mock_exchange.consumers import consumer
from app.packaged import DEMO
from app.settings import Settings

PROMISE = "a flipped byte in any file at rest is named, or changes nothing that is bought"
IN_SAMPLE = False

NOW = 1_795_190_000.0
BYTES, BYTES_IN_SAMPLE = 20, 1
CAP = 6
"""A day's leads of one campaign, all of which are bought before a byte is flipped."""
SECONDS = 60.0

_LEFT_BY_A_KILL = ("log of the database", "journal")
"""What a service that stops in order leaves none of, or has compacted."""


class Flipped(msgspec.Struct, kw_only=True):
    """What came of the bytes of one kind. `refused` starts named the file, as `said` ones did in a log or `doctor`."""

    bytes: int = 0
    refused: int = 0
    said: int = 0
    harmless: int = 0
    unnamed: list[str] = []
    findings: list[str] = []


class _Template(msgspec.Struct, kw_only=True):
    """An installation at rest, and what sellers know of it: what was bought, and what must not be."""

    folder: Path
    accepted: list[OfferedLead]
    forbidden: list[OfferedLead]


def drill(folder: Path, say: Say) -> list[str]:
    """So many of each kind: the figures say how many were named, and how many changed nothing that is bought."""
    flipped = apart(flip, folder, BYTES_IN_SAMPLE if say.is_sample else BYTES, say.seed)
    for kind, each in flipped.items():
        say.count("bytes", each.bytes)
        say.count("refused at the start", each.refused)
        say.count("named in the log or by doctor", each.said)
        say.count("without effect", each.harmless + len(each.unnamed))
        say(f"{kind}: {each.bytes} bytes, {each.refused} refused, {each.said} named, the others without effect")
    findings = [finding for each in flipped.values() for finding in each.findings]
    say.count(LOST, sum("nothing names it" in finding for finding in findings))
    say.count(SOLD_TWICE, sum("a second time" in finding for finding in findings))
    return findings


def flip(folder: Path, count: int, seed: int, kinds: tuple[str, ...] = tuple(FILES)) -> dict[str, Flipped]:
    """So many bytes of each kind of file, each on a copy of one of two installations: stopped in order, or killed."""
    stopped, killed = _template(folder / "stopped", kills=False), _template(folder / "killed", kills=True)
    flipped: defaultdict[str, Flipped] = defaultdict(Flipped)
    for kind in kinds:
        chance = random.Random(f"{seed} {kind}")
        template = killed if kind in _LEFT_BY_A_KILL else stopped
        for number in range(count):
            place = folder / "copy"
            shutil.copytree(template.folder, place, copy_function=shutil.copy2)
            file = chance.choice(files_of(place, kind))
            where = flip_one(file, chance)
            _examine(template, place, file, f"{kind}, {where} (seed {seed}, byte {number})", flipped[kind])
            shutil.rmtree(place)
    return dict(flipped)


# The installation that is damaged


def _template(folder: Path, *, kills: bool) -> _Template:
    """Trade until a cap is full and people are known, with bids left that live and must not be honored any more."""
    settings = installation(folder, _buyer())
    warm_up(settings)
    outside = _outside()
    life = _started(settings, outside)
    solar = [_offered(life, number, "acme", "solar") for number in range(1, CAP + 5)]
    known = [_offered(life, number, "acme", "roofing") for number in range(101, 105)]
    others = [_offered(life, number, "bluebird", "roofing") for number in range(101, 105)]
    nobody = [_offered(life, number, "acme", "roofing") for number in range(201, 204)]
    for lead in nobody:
        body = msgspec.json.encode({"phone": lead.who.phone, "email": lead.who.email, "why": "asked"})
        (answer,) = life.ask(
            _moment(5.0), SellerCall(method="POST", path="/v1/suppressions", key="demo-operator-key", body=body)
        )
        assert answer.status == 200, answer
    accepted = [lead for lead in (*solar[:CAP], *known) if _posted(life, lead, 20.0) is LeadState.ACCEPTED]
    assert len(accepted) == CAP + 4, [lead.trail for lead in (*solar, *known)]
    assert not life.step(_moment(30.0))
    if kills:
        life.end()
    else:
        life.stop(_moment(31.0))
        # DuckDB has threads, which a process that forks must not have.
        process = get_context("fork").Process(target=_compact, args=(settings.journal,))
        process.start()
        process.join()
    return _Template(folder=folder, accepted=accepted, forbidden=[*solar[CAP:], *others, *nobody])


def _compact(journal: Path) -> None:
    list(compact(journal, NOW + 3_600.0, lambda _name, _lines: None))


def _buyer() -> str:
    """The buyer of the year, with one cap that fills in a minute, and hours of the day before in the journal."""
    lines, skips = list[str](), False
    for line in CONFIG.read_text(encoding="utf-8").splitlines():
        skips = skips or line.startswith("caps = [")
        if not skips:
            lines.append(line)
        if skips and line.endswith("]"):
            skips = False
    text = "\n".join(lines) + "\n"
    cap = f'caps = [{{ limit = {CAP}, window = "day" }}]'
    return text.replace('name = "solar"\nvertical', f'name = "solar"\n{cap}\nvertical')


def _started(settings: Settings, outside: Outside, moment: WorldMoment | None = None) -> ServiceLife:
    life = ServiceLife(settings, 1, settings.data.parent / "service.log", outside.answer, lambda _fault: None)
    life.start(moment or _moment(0.0))
    return life


def _outside() -> Outside:
    return Outside(lambda: NOW, (DEMO / "crm-webhook-secret.txt").read_text(encoding="utf-8").strip())


def _moment(after_s: float) -> WorldMoment:
    return WorldMoment(clock=NOW + after_s, steady=NOW + after_s)


def _offered(life: ServiceLife, number: int, seller: str, vertical: str) -> OfferedLead:
    lead = OfferedLead(number=number, seller=seller, who=consumer(7, number, vertical), created_at=NOW - 60.0)
    (answer,) = life.ask(_moment(1.0), lead.ping())
    lead.hear_ping(answer, NOW, chance_of(7, number))
    return lead


def _posted(life: ServiceLife, lead: OfferedLead, after_s: float) -> LeadState:
    if lead.heard is not LeadState.BID:
        return lead.heard
    (answer,) = life.ask(_moment(after_s), lead.post())
    lead.hear_post(answer)
    return lead.heard


# What a service makes of the damage


def _examine(template: _Template, place: Path, file: Path, where: str, flipped: Flipped) -> None:
    flipped.bytes += 1
    settings = Settings(config=place / "config" / "buyer.toml", data=place / "data", models=place / "models")
    settings_log = place / "service.log"
    settings_log.write_text("", encoding="utf-8")
    outside = _outside()
    try:
        life = _started(settings, outside, _moment(SECONDS))
    except (CannotLive, Killed) as why:
        if "Traceback" in str(why) or not str(why):
            flipped.findings.append(f"{where}: the service broke: {why}")
        elif names(str(why), file):
            flipped.refused += 1
        else:
            flipped.findings.append(f"{where}: the service does not start and does not say why: {why}")
        return
    lost: list[str] = []
    faults = list(_asked_again(life, template, lost))
    try:
        life.step(_moment(SECONDS + 10.0))
        life.stop(_moment(SECONDS + 20.0))
    except (CannotLive, Killed) as why:
        faults.append(f"the service broke: {why}")
    flipped.findings += [f"{where}: {fault}" for fault in faults]
    if names(settings_log.read_text(encoding="utf-8"), file):
        flipped.said += 1
        return
    said = _doctor(settings)
    if "Traceback" in said:
        flipped.findings.append(f"{where}: the doctor broke: {said}")
    elif names(said, file):
        flipped.said += 1
    elif lost:
        flipped.findings.append(f"{where}: nothing names it, and {lost[0]}")
    elif _is_without_effect(template.folder, place, file):
        flipped.harmless += 1
    else:
        flipped.unnamed.append(where)


def _asked_again(life: ServiceLife, template: _Template, lost: list[str]) -> Iterator[str]:
    """What was bought is not bought again, and what must not be bought is not."""
    for lead in template.accepted:
        again = msgspec.structs.replace(lead, trail=[])
        answer = _answer(life, again)
        again.hear_post(answer)
        if again.heard is LeadState.ACCEPTED and again.lead_id != lead.lead_id:
            yield f"lead {lead.number} was bought a second time"
        elif again.heard is not LeadState.ACCEPTED and not lost:
            lost.append(f"lead {lead.number} was bought and is answered: {'; '.join(again.trail)}")
    for lead in template.forbidden:
        again = msgspec.structs.replace(lead, trail=[])
        if lead.heard is LeadState.BID:
            again.hear_post(_answer(life, again))
        if again.heard is LeadState.ACCEPTED:
            yield f"lead {lead.number} of {lead.seller} was bought and must not be"


def _answer(life: ServiceLife, lead: OfferedLead) -> CallAnswer | None:
    try:
        return life.ask(_moment(SECONDS + 1.0), lead.post())[0]
    except (CannotLive, Killed):
        return None


def _is_without_effect(template: Path, place: Path, file: Path) -> bool:
    """Whether the byte is where nothing is read: the file has the same content by the start's end."""
    former = template / file.relative_to(place)
    return not file.exists() or file.read_bytes() == former.read_bytes()


def _doctor(settings: Settings) -> str:
    """What `leadbid doctor` finds wrong."""
    words: list[str | Path] = [
        "doctor",
        "--data",
        settings.data,
        "--config",
        settings.config,
        "--models",
        settings.models,
    ]
    said = subprocess.run(
        [sys.executable, "-m", "app", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return "\n".join(line for line in said.stdout.splitlines() if not line.startswith("ok"))
