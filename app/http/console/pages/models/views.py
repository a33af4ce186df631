"""Models: all verticals in short, and each with card, calibration, drift, fields, trial and what may be done."""

from typing import Annotated

import msgspec

from app.http.console.pages.models.charts import model_charts
from app.http.console.view import ConsoleAct, ConsoleRequest, Done, Download, NoQuery, NotShown, Undo, View, Why
from app.journal.versions import OtherVersion
from app.parquet import ParquetError
from app.reports.models.models import ModelFacts, ModelsView, VerticalModels, models_view, vertical_models
from app.reports.scorecard import first_hour
from app.reports.tally import JournalTally
from app.scoring.pointer import MATURES_DAYS
from app.scoring.registry.changes import NotChanged
from app.usecases.models.gather import ServiceSide, facts_in_service
from app.usecases.models.steer import ModelSteering
from app.usecases.operators.requests import NotDone
from app.wire.scorecard import DAYS_MAX

_UNDONE = {"why": "taken back at once"}


class VerticalQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which vertical, and over how many days bids are counted."""

    vertical: str
    days: Annotated[int, msgspec.Meta(ge=1, le=DAYS_MAX, description="How many days back bids are counted.")] = 7


class ModelForm(msgspec.Struct, frozen=True, kw_only=True):
    """A vertical, and why."""

    vertical: str
    why: Why


class VersionForm(msgspec.Struct, frozen=True, kw_only=True):
    """A version of it, and why; `force` is whether it shall bid though its card says that it may not."""

    vertical: str
    version: str
    why: Why
    force: bool = False


class CanaryForm(msgspec.Struct, frozen=True, kw_only=True):
    """The challenger, for which share of all leads (in percent) it bids, and after how many days these are judged."""

    vertical: str
    version: str
    percent: Annotated[float, msgspec.Meta(gt=0.0, le=100.0)]
    why: Why
    matures_days: Annotated[float, msgspec.Meta(ge=0.0, le=3_650.0)] = MATURES_DAYS
    force: bool = False


async def _models(asked: ConsoleRequest, _: NoQuery) -> ModelsView:
    return models_view(await _facts(asked, 7))


async def _vertical(asked: ConsoleRequest, query: VerticalQuery) -> VerticalModels:
    facts = await _facts(asked, query.days)
    if query.vertical not in facts.verticals:
        raise NotShown(f"No campaign buys {query.vertical}, and no model prices it.")
    return vertical_models(query.vertical, facts)


async def _facts(asked: ConsoleRequest, days: int) -> ModelFacts:
    background, bidder = asked.background, asked.bidder
    tally, unread = await _tally(asked, days)
    side = ServiceSide(
        tally=tally,
        unread=unread,
        outcomes=await background.model_outcomes.lately(bidder.catalogue, asked.now),
        shifts=background.score_shifts,
        tallies=background.canary_tallies,
    )
    try:
        return await facts_in_service(bidder, background.watch.models, side, days, asked.now)
    except NotChanged as why:
        raise NotShown(str(why), 503) from None


async def _tally(asked: ConsoleRequest, days: int) -> tuple[JournalTally | None, str]:
    """What the journal comes to, as far as it is counted, and why it cannot be."""
    try:
        counted = await asked.background.lately.from_time(first_hour(asked.now, days), asked.now)
    except (ParquetError, OtherVersion, OSError) as error:
        return None, str(error)
    return counted.tally if counted is not None else None, ""


def _steering(asked: ConsoleRequest) -> ModelSteering:
    return ModelSteering(asked.bidder, asked.background.watch.models)


def _insists(asked: ConsoleRequest, *, force: bool) -> bool:
    """Only an admin lets bid what its card says may not."""
    if force and not asked.operator.may("admin"):
        raise NotDone("To have a model bid that did not pass its gates needs the role admin.")
    return force


def _done(vertical: str, words: str) -> Done:
    said = f"{words}. It holds within seconds; live bids are honored."
    return Done(said, Undo(f"models/{vertical}/undo", "Undo", _UNDONE))


async def _promote(asked: ConsoleRequest, form: VersionForm) -> Done:
    force = _insists(asked, force=form.force)
    words = await _steering(asked).promote(form.vertical, form.version, asked.terms(form.why), force=force)
    return _done(form.vertical, words)


async def _rollback(asked: ConsoleRequest, form: ModelForm) -> Done:
    return _done(form.vertical, await _steering(asked).rollback(form.vertical, asked.terms(form.why)))


async def _shadow(asked: ConsoleRequest, form: VersionForm) -> Done:
    return _done(form.vertical, await _steering(asked).shadow(form.vertical, form.version, asked.terms(form.why)))


async def _canary(asked: ConsoleRequest, form: CanaryForm) -> Done:
    force, share = _insists(asked, force=form.force), form.percent / 100.0
    terms, days = asked.terms(form.why), form.matures_days
    words = await _steering(asked).canary(form.vertical, form.version, share, days, terms, force=force)
    return _done(form.vertical, words)


async def _retire(asked: ConsoleRequest, form: ModelForm) -> Done:
    return _done(form.vertical, await _steering(asked).retire(form.vertical, asked.terms(form.why)))


async def _undo(asked: ConsoleRequest, form: ModelForm) -> Done:
    return _done(form.vertical, await _steering(asked).undo(form.vertical, asked.terms(form.why)))


async def _pause_canary(asked: ConsoleRequest, form: ModelForm) -> Done:
    name = await _steering(asked).pause_canary(form.vertical, asked.terms(form.why))
    undo = Undo(f"models/{form.vertical}/resume-canary", "Undo", _UNDONE)
    return Done(f"{name} shadows within a second; its live bids are honored.", undo)


async def _resume_canary(asked: ConsoleRequest, form: ModelForm) -> Done:
    name = await _steering(asked).resume_canary(form.vertical, asked.terms(form.why))
    undo = Undo(f"models/{form.vertical}/pause-canary", "Undo", _UNDONE)
    return Done(f"{name} bids again within a second.", undo)


VIEWS = (
    View(
        path="models",
        title="Models",
        label="Models",
        says="What prices each vertical, how its scores held on matured leads, and what is tried beside it",
        template="app/http/console/pages/models/models.html",
        shows=ModelsView,
        show=_models,
        query=NoQuery,
    ),
    View(
        path="models/{vertical}",
        title="Models",
        says="One vertical's models: cards, calibration on matured leads, drift, fields, and the trial",
        template="app/http/console/pages/models/vertical.html",
        shows=VerticalModels,
        show=_vertical,
        query=VerticalQuery,
        draw=model_charts,
    ),
)
ACTS = (
    ConsoleAct(path="models/{vertical}/promote", form=VersionForm, do=_promote),
    ConsoleAct(path="models/{vertical}/rollback", form=ModelForm, do=_rollback),
    ConsoleAct(path="models/{vertical}/shadow", form=VersionForm, do=_shadow),
    ConsoleAct(path="models/{vertical}/canary", form=CanaryForm, do=_canary),
    ConsoleAct(path="models/{vertical}/retire", form=ModelForm, do=_retire),
    ConsoleAct(path="models/{vertical}/undo", form=ModelForm, do=_undo),
    ConsoleAct(path="models/{vertical}/pause-canary", form=ModelForm, do=_pause_canary),
    ConsoleAct(path="models/{vertical}/resume-canary", form=ModelForm, do=_resume_canary),
)
DOWNLOADS: tuple[Download, ...] = ()
