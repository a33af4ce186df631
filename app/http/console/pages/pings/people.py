"""Who it is: finds the leads of a person, as `leadbid leads find` does."""

from app.http.console.pages.pings.queries import NAMES_MAX, SoughtPersonForm
from app.http.console.view import ConsoleRequest, Done
from app.journal.versions import OtherVersion
from app.parquet import ParquetError
from app.usecases.operators.requests import NotDone
from app.usecases.people.find import Sought, find_leads, found_act
from app.usecases.people.who import NobodyNamed, read_email, read_phone
from app.usecases.pings.show import RAN_OUT


async def find_person(asked: ConsoleRequest, form: SoughtPersonForm) -> Done:
    """Audited as `leadbid leads find` is; the page that follows names leads and nobody."""
    bidder, records = asked.bidder, asked.background.records
    sought, looking = _person(form, bidder.keys.index), records.looking()
    try:
        found = await find_leads(bidder.store, records.journal, sought, bidder.keys.index, looking)
    except (ParquetError, OtherVersion, OSError) as error:
        raise NotDone(str(error)) from None
    await bidder.store.note(found_act(asked.by, sought, found), asked.now)
    more = "" if found.is_all else f" {RAN_OUT}"
    if not found.stories:
        return Done(f"Nothing is known by this {sought.by}.{more}")
    shown = found.stories[:NAMES_MAX]
    cut = f", of which these are the newest {NAMES_MAX}" if len(found.stories) > NAMES_MAX else ""
    ids = ",".join([story.name for story in shown])
    return Done(f"Found by {sought.by}: {len(found.stories)}{cut}.{more}", to=f"/console/leads?ids={ids}")


def _person(form: SoughtPersonForm, key: bytes) -> Sought:
    if bool(form.phone.strip()) == bool(form.email.strip()):
        raise NotDone("Write a phone number or an email address, one of them.")
    try:
        if form.phone.strip():
            return Sought(by="phone", who=read_phone(form.phone, key))
        return Sought(by="email", who=read_email(form.email, key))
    except NobodyNamed:
        # Its own words repeat what was written, and what this answers stands in a cookie.
        raise NotDone(
            "That names nobody: write ten digits of a phone, or name@example.com, or a hash of one."
        ) from None
