"""What operators ask of alerts: a test, and that nobody is told of a cause for a while."""

from app.config.file.problem import did_you_mean
from app.domain.alerts.alert import CAUSES
from app.domain.alerts.message import test_message
from app.domain.alerts.notices import Mute
from app.domain.calendar import utc_text
from app.domain.configuration import Configuration
from app.store.operators.alerts import OutgoingAlert
from app.store.store import Store
from app.usecases.alerts.alert_watch import messages_to
from app.usecases.operators.requests import NotDone, RequestTerms


async def mute(store: Store, cause: str, terms: RequestTerms) -> None:
    """Have nobody told of a cause, or of CAUSE:TARGET; `status` shows it all the same."""
    name = cause.partition(":")[0]
    if name not in CAUSES:
        raise NotDone(f"there is no cause `{name}`: {did_you_mean(name, CAUSES) or ', '.join(CAUSES)}")
    wanted = Mute(cause=cause, why=terms.why, told_by=terms.by, told_at=terms.now, ends_at=terms.ends_at)
    await store.mute_alert(wanted, "" if terms.ends_at is None else f"until {utc_text(terms.ends_at)}")


async def unmute(store: Store, cause: str, terms: RequestTerms) -> None:
    """Have it told of again."""
    if not await store.unmute_alert(cause, terms.by, terms.why, terms.now):
        muted = [each.cause for each in (await store.alert_rows(terms.now)).mutes]
        raise NotDone(f"{cause} is not muted: {did_you_mean(cause, muted) or ', '.join(muted) or 'nothing is'}")


async def try_addresses(store: Store, configuration: Configuration, terms: RequestTerms) -> list[OutgoingAlert]:
    """Have the running service send a test to every address; what it is to send."""
    alerts, brand = configuration.alerts, configuration.buyer.brands[0]
    if not alerts.to:
        raise NotDone("nobody is told of anything: the configuration in force has no `to` in [alerts]")
    messages = messages_to(alerts, test_message(brand, terms.now), terms.now)
    await store.try_alerts(messages, terms.by, terms.now)
    return messages
