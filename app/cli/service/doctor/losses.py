"""What is lost where a database and a journal are of different moments: what one of them knows alone."""

from collections.abc import Collection, Iterator, Mapping

from app.cli.service.doctor.report import LostSale, RestoreLoss
from app.domain.calendar import utc_text
from app.domain.money import money


def loss_between(sold: Mapping[str, float], bought: Collection[LostSale], newest_line: float | None) -> RestoreLoss:
    """By the sales of the database (lead -> when), those of the journal, and the time of the journal's last line."""
    newest_sale = max(sold.values(), default=None)
    end, last = newest_line or 0.0, newest_sale or 0.0
    return RestoreLoss(
        newest_sale=newest_sale,
        newest_line=newest_line,
        database_behind_s=max(end - last, 0.0) if newest_sale is not None and newest_line is not None else 0.0,
        journal_behind_s=max(last - end, 0.0) if newest_sale is not None and newest_line is not None else 0.0,
        sales=tuple(sorted((sale for sale in bought if sale.lead_id not in sold), key=lambda sale: sale.at)),
        undecided=sum(at > end for at in sold.values()),
    )


def in_words(loss: RestoreLoss) -> Iterator[str]:
    """The same for somebody who has just restored a backup."""
    yield f"The newest sale in the database is {_when(loss.newest_sale)}."
    yield f"The newest line in the journal is {_when(loss.newest_line)}."
    if loss.sales:
        first, last = loss.sales[0], loss.sales[-1]
        cents = sum(sale.price_cents for sale in loss.sales)
        until = f" to {utc_text(last.at)}" if len(loss.sales) > 1 else ""
        yield (
            f"LOST: {_count(len(loss.sales), 'sale')} for {money(cents)}, {utc_text(first.at)}{until}: in the journal "
            "and not in the database. Their leads and evidence are gone from here, and caps do not count them. "
            "Reconcile them with your CRM, which has the leads; --json lists their ids."
        )
    if loss.database_behind_s:
        yield (
            f"The database may be {loss.database_behind_s:,.0f} seconds behind: outcomes, returns, pauses and acts of "
            f"that time would be lost{'' if loss.sales else '; no sale is'}."
        )
    if loss.undecided:
        yield (
            f"LOST: the decisions behind {_count(loss.undecided, 'sale')}. The journal ends "
            f"{loss.journal_behind_s:,.0f} seconds before the database; the sales and their leads are whole."
        )
    if not (loss.sales or loss.undecided):
        yield "No sale and no decision of a sale is lost."


def _when(at: float | None) -> str:
    return "none" if at is None else f"of {utc_text(at)}"


def _count(number: int, name: str) -> str:
    return f"{number:,} {name}{'' if number == 1 else 's'}"
