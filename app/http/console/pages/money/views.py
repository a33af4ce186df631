"""What leads cost and brought, what is owed for them, a seller's bill beside it, and what is to be expected."""

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from app.domain.calendar import local_time
from app.domain.returns.invoice import month_bounds
from app.http.console.pages.money.charts import forecast_charts, profit_charts
from app.http.console.pages.money.files import attachment, write_csv, write_parquet, write_text
from app.http.console.pages.money.returns import RETURNS_ACTS, RETURNS_VIEW
from app.http.console.view import Attachment, ConsoleAct, ConsoleRequest, Done, Download, NoQuery, NotShown, View
from app.reports.money.bill_comparison import BillsView
from app.reports.money.forecast import Forecast
from app.reports.money.invoice_rows import invoice_text
from app.reports.money.invoices import InvoiceMonth
from app.reports.money.profit import Profit
from app.reports.money.span import DAYS_MAX, SPAN_WORDS, Span, span_of
from app.scoring.pointer import MATURES_DAYS
from app.usecases.money.bills import BILL_BYTES_MAX, UnusableBill, compare_bill
from app.usecases.money.invoices import invoices_of
from app.usecases.money.profit import MoneyTerms
from app.usecases.operators.requests import NotDone

_DAY_S = 86_400.0
_TEMPLATES = "app/http/console/pages/money"

Month = Annotated[str, msgspec.Meta(description="A month such as 2026-11; by default this one.")]


class OfSpan(msgspec.Struct, frozen=True):
    """Which leads."""

    span: Annotated[str, msgspec.Meta(description=f"When they were bought: {SPAN_WORDS}.")] = "month"
    mature_days: Annotated[
        float, msgspec.Meta(gt=0.0, le=DAYS_MAX, description="How many days a lead has to convert.")
    ] = MATURES_DAYS


class OfProfit(OfSpan, frozen=True):
    """And by what the page shows them; the report has all."""

    by: Annotated[
        Literal["campaigns", "sellers", "sub_sources", "states", "hours", "weekdays", "hours_of_week"],
        msgspec.Meta(description="By what the page shows them; the report has every part."),
    ] = "campaigns"


class OfMonth(msgspec.Struct, frozen=True):
    """Which month."""

    month: Month = ""


class OfInvoice(msgspec.Struct, frozen=True):
    """Of whom, and which month."""

    seller: Annotated[str, msgspec.Meta(description="The seller's name.")]
    month: Month = ""


class OfBills(msgspec.Struct, frozen=True):
    """Which comparison, if any."""

    comparison: Annotated[str, msgspec.Meta(description="The name under which a comparison is kept for an hour.")] = ""


class UploadedBill(msgspec.Struct, frozen=True):
    """A seller's bill as CSV."""

    seller: str
    bill: bytes
    month: str = ""


async def _profit(asked: ConsoleRequest, query: OfSpan) -> Profit:
    span, terms = _span(query.span, asked), _terms(asked, query)
    return await asked.background.money.profit(asked.bidder.catalogue.configuration, span, terms)


async def _forecast(asked: ConsoleRequest, _: NoQuery) -> Forecast:
    return await asked.background.money.forecast(asked.bidder.catalogue.configuration, asked.now)


async def _invoices(asked: ConsoleRequest, query: OfMonth) -> InvoiceMonth:
    month, declared = _month(query.month, asked), asked.bidder.catalogue.configuration
    terms = MoneyTerms(now=asked.now, matures_s=MATURES_DAYS * _DAY_S)
    profit = await asked.background.money.profit(declared, _span(month, asked), terms)
    return await invoices_of(asked.bidder.store, declared, month, profit)


async def _bills(asked: ConsoleRequest, query: OfBills) -> BillsView:
    recent = asked.background.money.comparisons(asked.now)
    chosen = next((each.comparison for each in recent if each.name == query.comparison), None)
    if query.comparison and chosen is None:
        raise NotShown("A comparison is kept for an hour, by the process that made it. Compare the bill again.")
    sellers = tuple(seller.name for seller in asked.bidder.catalogue.configuration.sellers)
    return BillsView(sellers=sellers, recent=recent, comparison=chosen)


async def _compare(asked: ConsoleRequest, form: UploadedBill) -> Done:
    if asked.bidder.catalogue.configuration.seller(form.seller) is None:
        raise NotDone(f"There is no seller {form.seller!r}.")
    try:
        found = await compare_bill(asked.bidder.store, form.seller, form.bill, form.month, asked.zone)
    except UnusableBill as reason:
        raise NotDone(str(reason)) from None
    name = asked.bidder.chance(8).hex()
    asked.background.money.keep(name, found, asked.now)
    return Done(
        f"The bill of {found.seller} for {found.month} was compared.", to=f"/console/money/bills?comparison={name}"
    )


async def _csv(asked: ConsoleRequest, query: OfSpan) -> Attachment:
    return await _leads(asked, query, "csv")


async def _parquet(asked: ConsoleRequest, query: OfSpan) -> Attachment:
    return await _leads(asked, query, "parquet")


async def _leads(asked: ConsoleRequest, query: OfSpan, form: Literal["csv", "parquet"]) -> Attachment:
    span, terms, declared = _span(query.span, asked), _terms(asked, query), asked.bidder.catalogue.configuration
    write = write_csv if form == "csv" else write_parquet

    async def fill(path: Path) -> None:
        await asked.background.money.write(declared, span, terms, path, write)

    return await attachment(f"leads-{span.first}-{span.last}.{form}", _MEDIA[form], fill)


async def _invoice_lines(asked: ConsoleRequest, query: OfInvoice) -> Attachment:
    month = _month(query.month, asked)
    since, until = month_bounds(month, asked.zone)
    if asked.bidder.catalogue.configuration.seller(query.seller) is None:
        raise NotShown(f"There is no seller {query.seller!r}.")

    async def fill(path: Path) -> None:
        lines = await asked.bidder.store.bought_lines(query.seller, since, until)
        await asyncio.to_thread(write_text, path, invoice_text(lines))

    return await attachment(f"invoice-{query.seller}-{month}.csv", _MEDIA["csv"], fill)


def _span(words: str, asked: ConsoleRequest) -> Span:
    try:
        return span_of(words, asked.now, asked.zone)
    except ValueError as error:
        raise NotShown(f"span: {error}", 400) from None


def _month(text: str, asked: ConsoleRequest) -> str:
    """A month that is one."""
    month = text or local_time(asked.now, asked.zone).labels["month"]
    try:
        month_bounds(month, asked.zone)
    except ValueError as error:
        raise NotShown(f"month: {error}", 400) from None
    return month


def _terms(asked: ConsoleRequest, query: OfSpan) -> MoneyTerms:
    return MoneyTerms(now=asked.now, matures_s=query.mature_days * _DAY_S)


_MEDIA = {"csv": "text/csv", "parquet": "application/octet-stream"}

VIEWS = (
    View(
        path="money",
        title="Money",
        label="Money",
        says="What leads cost and brought, part by part",
        template=f"{_TEMPLATES}/profit.html",
        shows=Profit,
        show=_profit,
        query=OfProfit,
        draw=profit_charts,
        is_common=True,
    ),
    View(
        path="money/forecast",
        title="Forecast",
        says="Leads and spend to the end of the month and for 90 days, by seller",
        template=f"{_TEMPLATES}/forecast.html",
        shows=Forecast,
        show=_forecast,
        query=NoQuery,
        draw=forecast_charts,
    ),
    View(
        path="money/invoices",
        title="Invoices",
        says="What is owed to each seller for a month",
        template=f"{_TEMPLATES}/invoices.html",
        shows=InvoiceMonth,
        show=_invoices,
        query=OfMonth,
    ),
    View(
        path="money/bills",
        title="Bills",
        says="Sellers' bills beside what is owed",
        template=f"{_TEMPLATES}/bills.html",
        shows=BillsView,
        show=_bills,
        query=OfBills,
    ),
    RETURNS_VIEW,
)
ACTS: tuple[ConsoleAct, ...] = (
    ConsoleAct(path="compare-bill", form=UploadedBill, do=_compare, body_max=BILL_BYTES_MAX + 65_536),
    *RETURNS_ACTS,
)
DOWNLOADS: tuple[Download, ...] = (
    Download(
        path="money/leads.csv",
        says="Each lead with what it cost and brought",
        media_type=_MEDIA["csv"],
        make=_csv,
        query=OfSpan,
    ),
    Download(
        path="money/leads.parquet",
        says="The same as Parquet",
        media_type=_MEDIA["parquet"],
        make=_parquet,
        query=OfSpan,
    ),
    Download(
        path="money/invoice.csv",
        says="A seller's invoice, lead by lead",
        media_type=_MEDIA["csv"],
        make=_invoice_lines,
        query=OfInvoice,
    ),
)
