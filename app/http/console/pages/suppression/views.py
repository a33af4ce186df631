"""People who may not be bought: look up, add and take off one by one, and see the lists."""

import msgspec

from app.http.console.view import ConsoleAct, ConsoleRequest, Done, Download, NoQuery, View, Why
from app.store.suppression.lists import SuppressionList
from app.usecases.feedback import allow_person, suppress_person
from app.usecases.operators.requests import NotDone
from app.usecases.people.who import READERS, REMEDIES, NobodyNamed
from app.usecases.suppression.suppress import held_by


class SuppressionView(msgspec.Struct, frozen=True, kw_only=True):
    """Every list of people who may not be bought, which come from files; people are named one by one, too."""

    lists: tuple[SuppressionList, ...]


class PersonForm(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody, by any one of these."""

    phone: str = ""
    email: str = ""
    hash: str = ""


class SuppressForm(PersonForm, frozen=True, kw_only=True):
    """The same, and why."""

    why: Why


class DropForm(msgspec.Struct, frozen=True):
    """A list, and why it is dropped."""

    list: str
    why: Why


async def _lists(asked: ConsoleRequest, _: NoQuery) -> SuppressionView:
    return SuppressionView(lists=tuple(await asked.bidder.store.suppression_lists()))


async def _check(asked: ConsoleRequest, form: PersonForm) -> Done:
    held = await held_by(asked.bidder.store, _digests(asked, form))
    if not held:
        return Done("Not suppressed: whoever that is may be bought.")
    return Done(
        "Suppressed: " + "; ".join(f"{each.reason}{f' (list {each.list})' if each.list else ''}" for each in held)
    )


async def _add(asked: ConsoleRequest, form: SuppressForm) -> Done:
    receipt = await suppress_person(asked.bidder, _digests(asked, form), form.why, asked.by, asked.now)
    return Done("Nobody with it is bought any more." if receipt.status == "recorded" else "It was suppressed already.")


async def _remove(asked: ConsoleRequest, form: SuppressForm) -> Done:
    receipt = await allow_person(asked.bidder, _digests(asked, form), form.why, asked.by, asked.now)
    if receipt.status != "recorded":
        raise NotDone("That was not suppressed: nothing changed.")
    return Done("Whoever that is may be bought again.")


async def _drop(asked: ConsoleRequest, form: DropForm) -> Done:
    if not await asked.bidder.store.drop_list(form.list, asked.by, form.why, asked.now):
        raise NotDone(f"There is no list {form.list}.")
    return Done(f"The list {form.list} is dropped. Import its file again to have it back.")


def _digests(asked: ConsoleRequest, form: PersonForm) -> tuple[str, ...]:
    """By what who is named is known here. NotDone with the remedy, never with what was typed."""
    digests: list[str] = []
    for kind, reader in READERS.items():
        text = getattr(form, kind).strip()
        try:
            digests += reader(text, asked.bidder.keys.index).person.all if text else ()
        except NobodyNamed:
            raise NotDone(f"{kind}: {REMEDIES[kind]}") from None
    if not digests:
        raise NotDone("Name somebody by phone, email or hash.")
    return tuple(digests)


VIEWS = (
    View(
        path="suppression",
        title="Suppression",
        label="Suppression",
        says="Lists of people who may not be bought",
        template="app/http/console/pages/suppression/suppression.html",
        shows=SuppressionView,
        show=_lists,
        query=NoQuery,
    ),
)
ACTS = (
    ConsoleAct(path="suppression/check", form=PersonForm, do=_check),
    ConsoleAct(path="suppression/add", form=SuppressForm, do=_add),
    ConsoleAct(path="suppression/remove", form=SuppressForm, do=_remove),
    ConsoleAct(path="suppression/drop/{list}", form=DropForm, do=_drop),
)
DOWNLOADS: tuple[Download, ...] = ()
