"""Deliveries to CRMs: the queue, what did not arrive, the answers, and sending again what should have arrived."""

from typing import Annotated, get_args

import msgspec

from app.crm.marked_lead import UnknownVertical, marked_lead
from app.crm.outcome import Judgement
from app.domain.delivery.delivery import DeliveryStatus
from app.domain.delivery.sold_lead import LeadDocument
from app.domain.operators.audit import OperatorAct
from app.http.console.view import ConsoleAct, ConsoleRequest, Done, Download, NotShown, View
from app.reports.attention.others import DestinationStatus
from app.store.delivery.deliveries import DeliveryDetail, DeliveryRow, Which
from app.usecases.operators.requests import NotDone
from app.usecases.operators.status import status

ROWS_MAX = 1_000


class DeliveriesQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which deliveries are listed."""

    status: Annotated[
        DeliveryStatus | None, msgspec.Meta(description="Only those in this state; the dead include the rejected.")
    ] = None
    destination: Annotated[str, msgspec.Meta(description="Only those to this destination.")] = ""
    lead: Annotated[str, msgspec.Meta(description="Only those of this lead.")] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=ROWS_MAX, description="How many, newest first.")] = 50


class DeliveriesView(msgspec.Struct, frozen=True, kw_only=True):
    """`states` are all that a delivery may be in; there are `more` than are listed. Test leads may be sent to the
    destinations that are `declared`.
    """

    destinations: tuple[DestinationStatus, ...]
    declared: tuple[str, ...]
    verticals: tuple[str, ...]
    deliveries: tuple[DeliveryRow, ...]
    more: bool
    states: tuple[str, ...] = get_args(DeliveryStatus)


class OneDelivery(msgspec.Struct, frozen=True):
    """One delivery, by its id."""

    delivery_id: str


class ReplayForm(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery, or all that did not arrive and fit the filter."""

    delivery_id: str = ""
    destination: str = ""
    status: DeliveryStatus | None = None


class DestinationForm(msgspec.Struct, frozen=True):
    """A destination."""

    destination: str


class TestLeadForm(msgspec.Struct, frozen=True, kw_only=True):
    """Where a lead of nobody is sent, of which kind, and why."""

    destination: str
    why: str
    vertical: str = ""


class MoveForm(msgspec.Struct, frozen=True):
    """From which destination to which."""

    destination: str
    to: str


async def _deliveries(asked: ConsoleRequest, query: DeliveriesQuery) -> DeliveriesView:
    store = asked.bidder.store
    which = Which(status=query.status, destination=query.destination, lead_id=query.lead)
    rows = await store.deliveries(which, query.limit + 1)
    found = await status(store, None, asked.background.state_of_all(), asked.now)
    return DeliveriesView(
        destinations=found.destinations,
        declared=tuple(asked.bidder.catalogue.destinations),
        verticals=tuple(asked.bidder.catalogue.verticals),
        deliveries=tuple(rows[: query.limit]),
        more=len(rows) > query.limit,
    )


async def _delivery(asked: ConsoleRequest, query: OneDelivery) -> DeliveryDetail:
    found = await asked.bidder.store.delivery(query.delivery_id)
    if found is None:
        raise NotShown(f"There is no delivery {query.delivery_id}.")
    return found


async def _replay(asked: ConsoleRequest, form: ReplayForm) -> Done:
    if form.delivery_id:
        which = Which(ids=(form.delivery_id,))
    else:
        # Without a state what went wrong is meant: nobody wants each lead of a month twice in the CRM.
        which = Which(status=form.status or "dead", destination=form.destination)
    count = await asked.bidder.store.replay(which, asked.by, asked.now)
    if not count:
        raise NotDone("Nothing is to be sent again: what fits is under way, or of somebody who was forgotten.")
    asked.bidder.sold()
    return Done(
        f"{count:,} {'delivery' if count == 1 else 'deliveries'} will be sent again, under the same webhook-id."
    )


async def _enable(asked: ConsoleRequest, form: DestinationForm) -> Done:
    if not await asked.bidder.store.enable_destination(form.destination, asked.by, asked.now):
        raise NotDone(f"{form.destination} is not disabled.")
    asked.bidder.sold()
    return Done(f"{form.destination} is enabled; its leads are sent again.")


async def _test(asked: ConsoleRequest, form: TestLeadForm) -> Done:
    bidder, background, terms = asked.bidder, asked.background, asked.terms(form.why)
    catalogue = bidder.catalogue
    target = background.targets().get(form.destination)
    if target is None or form.destination not in catalogue.destinations:
        raise NotDone(f"No destination is called {form.destination}: there are {', '.join(catalogue.destinations)}.")
    lead_id = f"test{bidder.chance(10).hex()}"
    try:
        lead = marked_lead(
            catalogue.configuration, form.destination, form.vertical, lead_id, asked.now, catalogue.zip_states
        )
    except UnknownVertical as reason:
        raise NotDone(f"vertical: {reason}") from None
    judgement = await background.worker.try_out(target, lead, asked.now)
    detail = f"{lead_id}: {judgement.outcome}"
    act = OperatorAct(by=terms.by, action="test delivery", target=form.destination, detail=detail, why=terms.why)
    await bidder.store.note(act, asked.now)
    return _tried(form.destination, lead, judgement)


def _tried(destination: str, lead: LeadDocument, judgement: Judgement) -> Done:
    who = f"{lead['contact']['first_name']} {lead['contact']['last_name']}, {lead['lead_id']}"
    says = f"{judgement.outcome} ({judgement.note})" if judgement.note else judgement.outcome
    if judgement.outcome not in ("delivered", "duplicate"):
        raise NotDone(f"{destination} did not take the test lead ({who}). It says: {says}.")
    record = f" Its id there: {judgement.crm_id}." if judgement.crm_id else ""
    return Done(f"{destination} took a test lead: {who}. It says: {says}.{record} Look for it there, and remove it.")


async def _move(asked: ConsoleRequest, form: MoveForm) -> Done:
    declared = asked.bidder.catalogue.destinations
    if form.to not in declared or form.to == form.destination:
        others = ", ".join(name for name in declared if name != form.destination) or "there is no other"
        raise NotDone(f"Name another declared destination: {others}.")
    moved = await asked.bidder.store.move_deliveries(form.destination, form.to, asked.by, asked.now)
    asked.bidder.sold()
    told = f"{moved.moved:,} {'delivery' if moved.moved == 1 else 'deliveries'} will be sent to {form.to}."
    if moved.doubled:
        told += f" {moved.doubled:,} settled, since {form.to} has its own for the same lead."
    return Done(told)


VIEWS = (
    View(
        path="deliveries",
        title="Deliveries",
        label="Deliveries",
        says="What waits for each CRM, what did not arrive, and the latest deliveries",
        template="app/http/console/pages/deliveries/deliveries.html",
        shows=DeliveriesView,
        show=_deliveries,
        query=DeliveriesQuery,
        is_common=True,
    ),
    View(
        path="deliveries/{delivery_id}",
        title="Delivery",
        says="One delivery with all its attempts",
        template="app/http/console/pages/deliveries/delivery.html",
        shows=DeliveryDetail,
        show=_delivery,
        query=OneDelivery,
    ),
)
ACTS = (
    ConsoleAct(path="deliveries/replay", form=ReplayForm, do=_replay),
    ConsoleAct(path="destinations/{destination}/enable", form=DestinationForm, do=_enable),
    ConsoleAct(path="deliveries/test", form=TestLeadForm, do=_test),
    ConsoleAct(path="destinations/{destination}/move", form=MoveForm, do=_move),
)
DOWNLOADS: tuple[Download, ...] = ()
