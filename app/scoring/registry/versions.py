"""Promotes, rolls back, shadows, canaries and retires versions; only a complete and admissible version is accepted."""

from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec.structs import replace

from app.dialects.text import did_you_mean
from app.domain.calendar import utc_text
from app.domain.vertical import Vertical
from app.scoring.artefact import Unusable
from app.scoring.card import CARD, ModelCard, check_sum, read_card
from app.scoring.fit import unfit
from app.scoring.load import load_version
from app.scoring.pointer import MATURES_DAYS, Entry, is_version
from app.scoring.registry.changes import Author, Change, NotChanged, change, changes, entry_of, point_at

Verticals = Mapping[str, Vertical]
"""What the buyer declares, by name. Where it is not known, nobody can say whether a model fits it."""


class NotCleared(NotChanged):
    """It may not bid by its card. Whoever insists may `force` it, which is noted."""


class Unfit(NotChanged):
    """The service would refuse this model: its vertical does not declare what it reads."""


def versions(models: Path, vertical: str) -> list[str]:
    """Those that stand on disk, oldest first."""
    folders = (card.parent for card in (models / vertical).glob(f"*/{CARD}"))
    return sorted(folder.name for folder in folders if is_version(folder.name))


def card_of(models: Path, vertical: str, version: str) -> ModelCard:
    """What the card of a version says; raises `NotChanged` where there is no such version, or no card to be read."""
    folder = models / vertical / version
    if not (is_version(version) and folder.is_dir()):
        there = ", ".join(versions(models, vertical)) or "none"
        raise NotChanged(f"{vertical} has no version {version!r} in {models}; there are: {there}")
    try:
        return read_card(folder)
    except Unusable as unusable:
        raise NotChanged(f"{folder}: {unusable}") from None


def whole(models: Path, vertical: str, version: str, declared: Verticals | None = None) -> ModelCard:
    """The card of a version that the service would load; raises `NotChanged` where a byte of it is not as written.

    `Unfit` where the vertical does not declare what it reads: that can be mended, and not be forced.
    """
    card, folder = card_of(models, vertical, version), models / vertical / version
    try:
        for name in card.sha256:
            if not (folder / name).is_file():
                raise NotChanged(f"{folder / name} is missing: restore or retrain it")
            check_sum(folder, card, name, (folder / name).read_bytes())
        model, _ = load_version(models, vertical, version)
    except Unusable as unusable:
        raise NotChanged(f"{folder}: {unusable}") from None
    if declared is not None:
        if vertical not in declared:
            raise Unfit(
                f"no vertical {vertical!r} is declared{did_you_mean(vertical, declared)}. `python -m training describe "
                "--config` drafts it from the history; or name a declared one as `vertical` in the specification"
            )
        if why := unfit(model, declared[vertical]):
            raise Unfit("\n".join(f"{vertical}: {each}" for each in why))
    return card


def promote(
    models: Path,
    vertical: str,
    version: str,
    author: Author,
    *,
    declared: Verticals | None = None,
    force: bool = False,
    did: str = "promote",
) -> Change:
    """Make a version live. Its gates must have passed, and it must not know less of the world than the live one.

    Either may be forced, which is noted. That it reads what its vertical declares may not.
    """
    card = whole(models, vertical, version, declared)
    forced = _must_have_passed(card, force=force)
    if not card.learned_from_real and _live_is_real(models, vertical):
        if not force:
            raise NotCleared(
                f"{vertical} {version} was trained on a synthetic history, and the live model on real outcomes"
            )
        forced = True
    return point_at(models, vertical, version, author, did=did, forced=forced)


def rollback(models: Path, vertical: str, author: Author, declared: Verticals | None = None) -> Change:
    """Go back to what was live before. What is tried ends with it: after trouble only what is known shall bid."""
    entry = _entry(models, vertical)
    if not entry.before:
        raise NotChanged(f"no earlier live version of {vertical} is recorded: promote a version by name")
    whole(models, vertical, entry.before, declared)
    earlier = _before(models, vertical, entry.before)

    def become(was: Entry | None) -> Entry:
        if was != entry:
            raise NotChanged(f"{vertical} was changed by another process meanwhile: check it and try again")
        return Entry(live=entry.before, before=earlier)

    return change(models, vertical, "rollback", author, become)


def shadow(models: Path, vertical: str, version: str, author: Author, declared: Verticals | None = None) -> Change:
    """Have a version decide every ping beside the live one, unsent. It need not have passed: it spends nothing."""
    whole(models, vertical, version, declared)
    return change(models, vertical, "shadow", author, _tries(Entry(live="", challenger=version), vertical))


def canary(
    models: Path,
    vertical: str,
    share: float,
    author: Author,
    *,
    version: str = "",
    declared: Verticals | None = None,
    force: bool = False,
    matures_days: float | None = None,
) -> Change:
    """Have the challenger bid for a share of all leads. It spends money, so it must be what `promote` would take.

    It stops itself where it costs more than chance explains, by what its leads came to in `matures_days`, by
    default as many as its history took to mature.
    """
    if not 0.0 < share <= 1.0:
        raise NotChanged("a canary needs a share above 0 and at most 1, such as 0.1; it shadows with none")
    chosen = version or _entry(models, vertical).challenger
    if not chosen:
        raise NotChanged(f"{vertical} has no challenger: name one")
    forced = _must_have_passed(whole(models, vertical, chosen, declared), force=force)
    days = matures_days if matures_days is not None else card_of(models, vertical, chosen).maturity_days or MATURES_DAYS
    wanted = Entry(live="", challenger=chosen, canary=share, since=utc_text(author.at), matures_days=days)
    return change(models, vertical, "canary", author, _tries(wanted, vertical), forced=forced)


def retire(models: Path, vertical: str, author: Author) -> Change:
    """End what is tried; the live version stays, and the files of both do."""
    if not _entry(models, vertical).challenger:
        raise NotChanged(f"{vertical} has no challenger")

    def become(was: Entry | None) -> Entry:
        return Entry(live=_live(vertical, was).live, before=was.before if was is not None else "")

    return change(models, vertical, "retire", author, become)


def undo(models: Path, vertical: str, author: Author, declared: Verticals | None = None) -> Change:
    """Take the last change of this vertical back: what was live and tried before it is so again, if nothing is damaged.

    What bids then had been let to before.
    """
    done = next((each for each in reversed(changes(models)) if each.vertical == vertical), None)
    if done is None or done.before is None or done.before == done.after:
        raise NotChanged(f"no change of {vertical} is recorded that could be taken back")
    before, after = done.before, done.after
    for version in filter(None, (before.live, before.challenger)):
        whole(models, vertical, version, declared)

    def become(was: Entry | None) -> Entry:
        if was != after:
            raise NotChanged(f"{vertical} was changed again meanwhile: look at it and decide anew")
        return before

    return change(models, vertical, "undo", author, become, forced=done.forced)


def begin_again(models: Path, vertical: str, version: str, author: Author) -> Change:
    """Have this canary judged by what it buys from now on."""

    def become(was: Entry | None) -> Entry:
        entry = _live(vertical, was)
        if entry.challenger != version or not entry.canary:
            raise NotChanged(f"{vertical} {version} is no canary")
        return replace(entry, since=utc_text(author.at))

    return change(models, vertical, "resume", author, become)


def _live_is_real(models: Path, vertical: str) -> bool:
    """Whether real outcomes are in what is live. A card that cannot be read may tell of some."""
    try:
        entry = entry_of(models, vertical)
    except NotChanged:
        # A line that names no version is what a promotion mends.
        return False
    if entry is None or not (models / vertical / entry.live).is_dir():
        return False
    try:
        return card_of(models, vertical, entry.live).learned_from_real
    except NotChanged:
        return True


def _must_have_passed(card: ModelCard, *, force: bool) -> bool:
    """Whether it must be forced; raises `NotChanged` where it must and is not."""
    if card.cleared:
        return False
    if not force:
        why = f"it failed: {', '.join(card.failed)}" if card.failed else "its card does not record that it passed"
        raise NotCleared(f"{card.vertical} {card.version} may not bid ({why})")
    return True


def _tries(wanted: Entry, vertical: str) -> Callable[[Entry | None], Entry]:
    """The entry with this trial in it; one that goes on as it is has begun when it began."""

    def become(was: Entry | None) -> Entry:
        live, version = _live(vertical, was), wanted.challenger
        if live.live == version:
            raise NotChanged(f"{vertical} {version} is the live version and cannot be its own challenger")
        since = live.since if (live.challenger, live.canary) == (version, wanted.canary) else wanted.since
        return replace(wanted, live=live.live, before=live.before, since=since)

    return become


def _entry(models: Path, vertical: str) -> Entry:
    return _live(vertical, entry_of(models, vertical))


def _live(vertical: str, entry: Entry | None) -> Entry:
    if entry is None:
        raise NotChanged(f"{vertical} has no live version: promote one first")
    return entry


def _before(models: Path, vertical: str, version: str) -> str:
    """What was live before this version became so the last time, as far as it was noted."""
    for done in reversed(changes(models)):
        was = done.before.live if done.before is not None else ""
        if done.vertical == vertical and done.after.live == version != was:
            return done.after.before
    return ""
