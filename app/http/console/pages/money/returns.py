"""Leads that are given back: asked of their sellers, answered, and withdrawn, by the rules of `leadbid returns`."""

from typing import Annotated, Literal, get_args

import msgspec

from app.dialects.returns import NOTE_MAX, why_trouble
from app.domain.returns.policy import REASONS_OF_RETURNS
from app.http.console.view import ConsoleAct, ConsoleRequest, Done, NotShown, Undo, View
from app.store.returns.requests import LIST_MAX, WhichReturns
from app.usecases.operators.requests import NotDone
from app.usecases.returns.answer import ask_for_return, enter_answer, withdraw_return
from app.wire.feedback import Receipt
from app.wire.returns import LeadReturn, ReturnAnswer, ReturnAsked, ReturnReason, ReturnReply, ReturnState

_TAKEN_BACK = "taken back at once"


class OfReturns(msgspec.Struct, frozen=True, kw_only=True):
    """Which returns."""

    state: Annotated[
        Literal["all"] | ReturnState, msgspec.Meta(description="What has become of them so far, or `all`.")
    ] = "requested"
    seller: Annotated[str, msgspec.Meta(description="Only those of this seller.")] = ""
    after: Annotated[str, msgspec.Meta(description="`next` of the page before.")] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=LIST_MAX, description="How many, oldest first.")] = 50
    lead: Annotated[str, msgspec.Meta(description="The lead that the page's form begins with.")] = ""


class ReturnsView(msgspec.Struct, frozen=True, kw_only=True):
    """The returns in the order in which they were asked for; `next` is where the next page begins. `reasons` are those
    that a lead may be given back for, `states` what a return may be in, `sellers` as declared.
    """

    returns: tuple[LeadReturn, ...]
    next: str
    reasons: dict[ReturnReason, str]
    states: tuple[ReturnState, ...]
    sellers: tuple[str, ...]


class AskForm(msgspec.Struct, frozen=True, kw_only=True):
    """A lead by any of its ids, and why it is given back; its seller reads `why`."""

    lead: str
    reason: ReturnReason
    why: str


class AnswerForm(msgspec.Struct, frozen=True, kw_only=True):
    """What the seller of a lead has said."""

    lead: str
    answer: ReturnAnswer
    note: str = ""


class WithdrawForm(msgspec.Struct, frozen=True, kw_only=True):
    """Which return is asked for no longer."""

    lead: str
    why: str


async def _returns(asked: ConsoleRequest, query: OfReturns) -> ReturnsView:
    state = None if query.state == "all" else query.state
    which = WhichReturns(seller=query.seller, state=state, after=query.after)
    found = await asked.bidder.store.returns(which, query.limit)
    if found is None:
        raise NotShown("after: no return is at this place; begin again at the first page.", 400)
    return ReturnsView(
        returns=tuple(found),
        next=found[-1].lead_id if len(found) >= query.limit else "",
        reasons=REASONS_OF_RETURNS,
        states=get_args(ReturnState),
        sellers=tuple(asked.bidder.catalogue.sellers),
    )


async def _ask(asked: ConsoleRequest, form: AskForm) -> Done:
    lead, why = form.lead.strip(), _why(asked, form.why)
    wanted = ReturnAsked(reason=form.reason, why=why)
    _require_new(await ask_for_return(asked.bidder, lead, wanted, asked.by, asked.now), "It was asked for before.")
    undo = Undo("returns/withdraw", "Withdraw it", {"lead": lead, "why": _TAKEN_BACK})
    return Done(f"The seller of {lead} is asked to take it back: {REASONS_OF_RETURNS[form.reason]}.", undo)


async def _answer(asked: ConsoleRequest, form: AnswerForm) -> Done:
    if trouble := why_trouble(form.note):
        raise NotDone(f"note: it {trouble}")
    reply = ReturnReply(lead_id=form.lead.strip(), answer=form.answer, note=form.note.strip()[:NOTE_MAX])
    receipt = await enter_answer(asked.bidder, reply, asked.by, asked.now)
    _require_new(receipt, f"It was {form.answer} before.")
    if form.answer == "accepted":
        return Done(f"{form.lead} is credited: the next bid has its room under the caps. This cannot be taken back.")
    return Done(f"{form.lead} is not credited. This cannot be taken back.")


async def _withdraw(asked: ConsoleRequest, form: WithdrawForm) -> Done:
    lead, why = form.lead.strip(), _why(asked, form.why)
    former = await asked.bidder.store.return_of(lead)
    _require_new(await withdraw_return(asked.bidder, lead, why, asked.by, asked.now), "It was withdrawn before.")
    again = {"lead": lead, "reason": former.reason, "why": former.why} if former is not None else {}
    return Done(
        f"The return of {lead} is asked for no longer.", Undo("returns/ask", "Ask again", again) if again else None
    )


def _why(asked: ConsoleRequest, text: str) -> str:
    why = asked.terms(text).why[:NOTE_MAX]
    if trouble := why_trouble(why):
        raise NotDone(f"why: it {trouble}")
    return why


def _require_new(receipt: Receipt, before: str) -> None:
    if receipt.status == "repeated":
        raise NotDone(before)
    if receipt.status != "recorded":
        raise NotDone(receipt.reason)


RETURNS_VIEW = View(
    path="money/returns",
    title="Returns",
    says="Leads that sellers are asked to take back, and what they answered",
    template="app/http/console/pages/money/returns.html",
    shows=ReturnsView,
    show=_returns,
    query=OfReturns,
)
RETURNS_ACTS = (
    ConsoleAct(path="returns/ask", form=AskForm, do=_ask),
    ConsoleAct(path="returns/answer", form=AnswerForm, do=_answer),
    ConsoleAct(path="returns/withdraw", form=WithdrawForm, do=_withdraw),
)
