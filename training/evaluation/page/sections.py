"""The subjects of the report, in the order in which somebody who must decide asks about them."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from app.pages.html import figure, money, paragraph, percent, plots, section, table
from training.evaluation.caps import Caps, CapUsage
from training.evaluation.earned import between, signed
from training.evaluation.estimators import METHODS
from training.evaluation.evaluation import Evaluation
from training.evaluation.page import plots as drawings
from training.evaluation.page import words
from training.evaluation.policies import HEADLINE, Policies, Policy
from training.evaluation.support import EFFECTIVE_MIN, REACH_MIN
from training.statistics import ReliabilityBin

SHOWN = 12

Thing = TypeVar("Thing")


def gates(found: Evaluation) -> str:
    """The verdict, demand by demand."""
    lead = "Each must pass before the model may spend money. Open means that this log cannot say."
    rows = [(gate.result, gate.name, gate.explained) for gate in found.gates]
    notes = "".join(paragraph(note) for note in found.notes)
    return section("Gates", lead, table(("", "demand", "found"), rows, text=3), notes)


def window(found: Evaluation) -> str:
    """1: what the report stands on."""
    rows, title = found.rows, "What it stands on"
    if not rows.bids:
        lead = f"{rows.matured:,} leads with known outcomes, {percent(rows.converted, rows.matured)} of them converted."
        return section(title, lead, paragraph("There are no bids in this history."))
    lead = (
        f"{rows.bids:,} bids between {words.day(rows.since)} and {words.day(rows.until)}. "
        "Pings that got no bid are not among them, so the report says nothing of those."
    )
    maturity = "Nobody noted how long a lead may take to convert: leads whose outcome is open are left out."
    if rows.maturity_days is not None and rows.as_of is not None:
        until = f"outcomes are known until {words.day(rows.as_of)}"
        maturity = f"A lead's outcome counts once it is {rows.maturity_days:g} days old; {until}."
    funnel = [
        ("bids", rows.bids, 0),
        ("auction decided", rows.decided, rows.bids),
        ("won", rows.won, rows.decided),
        ("lost", rows.lost, rows.decided),
        ("bought, outcome known", rows.matured, rows.won),
        ("converted", rows.converted, rows.matured),
        ("returned", rows.returned, rows.won),
    ]
    shares = [(name, f"{count:,}", percent(count, of) if of else "") for name, count, of in funnel]
    parts = [paragraph(maturity), table(("rows", "count", "of those above"), shares)]
    counted = (
        (("from", "bids", "won", "converted"), rows.by_week),
        (("declined, all verticals", "pings"), list(rows.declined.items())[:SHOWN]),
        (("post answered", "bids"), list(rows.posts.items())[:SHOWN]),
    )
    for heads, counts in counted:
        if counts:
            parts.append(table(heads, [(name, *(f"{count:,}" for count in more)) for name, *more in counts]))
    return section(title, lead, *parts)


def conversion(found: Evaluation) -> str:
    """2: whether predictions of conversions are honest and sharp."""
    told, title = found.conversions, "Does it know which leads convert?"
    lead = "On leads that were bought and whose outcome is known. These are leads that nobody else wanted more."
    if told.why_not:
        return section(title, lead, paragraph(f"Nothing can be said: {told.why_not}."))
    figures = [
        figure("Are predictions honest?", drawings.reliability(told.reliability), words.reliability(told)),
        figure("Do they find the good leads?", drawings.gain(told.lift), words.lift(told)),
    ]
    models = _table(
        told.models,
        ("model", lambda each: each.name),
        ("AUC", lambda each: f"{each.figures.auc:.3f}"),
        ("log-loss", lambda each: f"{each.figures.log_loss:.4f}"),
        ("saved", lambda each: f"{each.figures.skill:.1%}"),
        ("Brier", lambda each: f"{each.figures.brier:.4f}"),
        ("skill", lambda each: f"{each.brier_skill:.1%}"),
        ("ECE", lambda each: f"{each.figures.ece:.4f}"),
        ("slope", lambda each: f"{each.figures.slope:.2f}"),
        ("intercept", lambda each: "-" if each.intercept is None else f"{each.intercept:+.2f}"),
        ("predicted/observed", lambda each: f"{each.figures.predicted_over_observed:.2f}"),
    )
    glossary = paragraph(
        "AUC: how often a lead that converts is ranked above one that does not (0.5 is chance). Log-loss and Brier: "
        "the price of wrong predictions, lower is better; saved and skill compare with a constant baseline. "
        "ECE: how far predictions are off on average. Slope 1 and intercept 0 are honest; a slope below 1 is too bold."
    )
    tenths = _table(
        tuple(enumerate(told.lift, 1)),
        ("tenth, best first", lambda each: f"{each[0]}"),
        ("leads", lambda each: f"{each[1].count:,}"),
        ("predicted", lambda each: f"{each[1].predicted:.1%}"),
        ("converted", lambda each: f"{each[1].observed:.1%}"),
        ("lift", lambda each: f"{each[1].lift:.2f}"),
        ("of all conversions", lambda each: f"{each[1].gain:.0%}"),
    )
    slices = [_bins(name, bins) for name, bins in told.slices.items() if bins]
    return section(title, lead, plots(figures), models, glossary, tenths, *slices)


def win(found: Evaluation) -> str:
    """3: whether it knows what wins."""
    told = found.wins
    if told is None:
        return ""
    figures = [figure("All sellers", drawings.win_rate("All sellers", told.by_bid), words.wins(told))]
    if len(told.sellers) > 1:
        figures += [
            figure(each.seller, drawings.win_rate(each.seller, each.by_bid), f"Auctions of {each.seller} alone.")
            for each in told.sellers
        ]
    models = _table(
        told.models,
        ("predicted by", lambda each: each.name),
        ("auctions", lambda each: f"{each.rows:,}"),
        ("log-loss", lambda each: f"{each.log_loss:.4f}"),
        ("of a constant", lambda each: f"{each.log_loss_constant:.4f}"),
        ("Brier", lambda each: f"{each.brier:.4f}"),
        ("of a constant", lambda each: f"{each.brier_constant:.4f}"),
    )
    return section(
        "Does it know what a bid wins?",
        "Predicted and observed share of auctions won.",
        plots(figures),
        models,
        paragraph(words.curves(told)),
        _bins("seller", told.by_seller),
    )


def policies(found: Evaluation) -> str:
    """4: what it would have earned."""
    told, title = found.policies, "What would it have earned?"
    lead = "Every policy on the same logged pings. Surplus is what leads bring less what they cost, before handling."
    if told is None:
        return ""
    if told.why_not:
        return section(title, lead, paragraph(f"Nothing can be said: {told.why_not}."))
    shown = [each for each in told.policies if each.name.startswith(("candidate", "champion", "as logged, not"))]
    figures = [
        figure("Surplus a bid", drawings.surplus(told.policies), words.POLICIES),
        figure("How much of the value is bid", drawings.histogram(shown[:3]), words.histogram(told)),
    ]
    if told.profit_curve:
        figures.append(figure("Were all bids higher or lower", drawings.profit(told.profit_curve), words.profit(told)))
    names = "; ".join(f"{policy.name}: {policy.what}" for policy in told.policies)
    factors = ", ".join(f"{seller} {factor:.2f}" for seller, factor in told.quality_factor.items())
    return section(
        title,
        lead,
        plots(figures),
        _outcomes(told.policies),
        paragraph(f"{names[0].upper()}{names[1:]}."),
        paragraph(
            "CPL is spend a lead, CPA spend a conversion, ROI surplus over spend. All by replay, with 90% intervals "
            f"over {found.rows.cluster}s drawn again."
        ),
        _table(
            [policy for policy in told.policies if policy.name != "as logged"],
            ("surplus a bid by", lambda each: each.name),
            *((method, lambda each, method=method: words.earned(each, method)) for method in METHODS),
        ),
        paragraph(
            "Four estimates of surplus a bid. DM believes a win model fitted to this log. SNIPS weighs the auctions in "
            "which the log happened to bid the same. DR is DM corrected by them. CCR, the replay the verdict goes by, "
            "starts from what became of each ping: a bid that won would have won higher, one that lost would have lost "
            "lower. Where they disagree widely, trust none."
        ),
        _support(told.policies),
        paragraph(
            f"Support: at least {REACH_MIN:.0%} of a policy's bids must lie where the log explored, and at least "
            f"{EFFECTIVE_MIN:.0%} of it must count once weighed, or the policy is not evaluable. Leads are valued by "
            f"{told.yardstick}, times realised over predicted value of each seller's won leads: {factors}."
        ),
        _fates(told.policies),
        _swap(told),
    )


def caps(found: Evaluation) -> str:
    """5: how spending went through the day."""
    if not found.pacing:
        return ""
    figures = [figure(day.campaign, drawings.pacing(day), words.pacing(day)) for day in found.pacing[:4]]
    days = _table(
        found.pacing,
        ("campaign", lambda day: day.campaign),
        ("days", lambda day: f"{day.days:,}"),
        ("spend a day", lambda day: money(day.spend[-1])),
        ("leads a day", lambda day: f"{day.wins[-1]:,.1f}"),
        ("most ahead of the pings", lambda day: money(max(day.ahead_most, 0.0))),
    )
    lead = "Spending on a mean day by the buyer's clock, beside the same money spread as the pings came."
    return section("Spending through the day", lead, plots(figures), days, _caps(found.caps))


def drift(found: Evaluation) -> str:
    """6: whether the world moved."""
    told = found.drift
    if told is None:
        return ""
    title = "Has the world moved?"
    lead = "The newer half of the window against the older. Above 0.1 is moderate drift, above 0.25 major drift."
    if told.why_not or not told.shifts:
        return section(title, lead, paragraph(f"Nothing can be said: {told.why_not or 'nothing can be compared'}."))
    moved = ", ".join(each.name for each in told.shifts if each.level != "none")
    caption = f"Moved: {moved}." if moved else "Nothing moved further than chance would move it."
    shifts = _table(
        told.shifts,
        ("", lambda each: each.name),
        ("PSI", lambda each: f"{each.psi:.3f}"),
        ("by chance up to", lambda each: f"{each.chance:.3f}"),
        ("", lambda each: each.level if each.level != "none" else ""),
    )
    drawing = figure("Population stability index", drawings.drift(told.shifts[:SHOWN]), caption)
    return section(title, lead, plots([drawing]), shifts)


def what_if(found: Evaluation) -> str:
    """7: what errors would cost."""
    told = found.policies
    if told is None or not told.what_if:
        return ""
    cases = _table(
        told.what_if,
        ("were it so that", lambda case: case.name),
        ("surplus a bid", lambda case: money(case.surplus)),
        ("change", lambda case: signed(case.change.at)),
        ("interval", lambda case: f"{signed(case.change.low)} to {signed(case.change.high)}"),
    )
    drawing = figure("Change of surplus a bid", drawings.what_if(told.what_if), words.WHAT_IF)
    lead = "How much the figures hang on what is assumed."
    return section("What if?", lead, plots([drawing]), cases, paragraph(words.exploring(told)))


ALL = (gates, window, conversion, win, policies, caps, drift, what_if)


def _table(things: Iterable[Thing], *columns: tuple[str, Callable[[Thing], str]], text: int = 1) -> str:
    """A row a thing; each column with its head."""
    rows = [[cell(thing) for _, cell in columns] for thing in things]
    return table([head for head, _ in columns], rows, text=text)


def _bins(name: str, bins: Iterable[ReliabilityBin]) -> str:
    return _table(
        bins,
        (f"by {name}", lambda each: each.name),
        ("rows", lambda each: f"{each.count:,}"),
        ("predicted", lambda each: f"{each.predicted:.1%}"),
        ("observed", lambda each: f"{each.observed:.1%}"),
        ("95% interval", lambda each: f"{each.low:.1%} to {each.high:.1%}"),
        ("predicted/observed", lambda each: f"{each.ratio:.2f}" if each.observed else "-"),
    )


def _outcomes(told: Iterable[Policy]) -> str:
    heads = ("policy", "surplus a bid", "gain", "won", "spend a bid", "CPL", "CPA", "ROI", "bids on")
    rows = []
    for policy in told:
        earned = policy.by_method.get(HEADLINE)
        if earned is None:
            rows.append((policy.name, "not evaluable", *["-"] * 7))
            continue
        amounts = [money(each.at) for each in (earned.spend, earned.per_lead, earned.per_conversion)]
        gain = signed(policy.gain.at) if policy.gain is not None else ""
        ends = (f"{earned.roi.at:.0%}", percent(policy.support.bidding, 1.0))
        rows.append((policy.name, between(earned.surplus), gain, f"{earned.wins.at:.1%}", *amounts, *ends))
    return table(heads, rows)


def _support(told: Iterable[Policy]) -> str:
    heads = ("support", "within reach", "effective bids", "5%", "25%", "bid / logged", "75%", "95%", "verdict")
    rows = []
    for policy in told:
        held = policy.support
        effective, said = (
            f"{held.effective_rows:,.0f} ({held.effective:.0%})",
            "not evaluable" if held.why_not else "evaluable",
        )
        if policy.name != "as logged":
            ratios = [f"{ratio:.2f}" for ratio in held.ratio]
            rows.append((policy.name, f"{held.reach:.0%}", effective, *ratios, said))
    return table(heads, rows)


def _fates(told: Iterable[Policy]) -> str:
    """What became of each ping by policy."""
    fated = [policy for policy in told if policy.fates]
    names = list(dict.fromkeys(name for policy in fated for name in policy.fates))
    rows = [
        (policy.name, *(percent(policy.fates.get(name, 0), sum(policy.fates.values())) for name in names))
        for policy in fated
    ]
    return table(("pings that ended as", *names), rows) if fated else ""


def _swap(told: Policies) -> str:
    rows = [
        (each.name, f"{each.leads:,.0f}", f"{each.probability:.1%}", money(each.value), money(each.price))
        if each.leads >= 0.5
        else (each.name, "0", "-", "-", "-")
        for each in told.swap
    ]
    return table(("swap set", "leads", "chance to convert", "worth", "price"), rows) if rows else ""


def _caps(told: Caps | None) -> str:
    """The caps themselves, where a journal told them."""
    if told is None:
        return paragraph("Limits, plans and shadow prices are in the journal: name it with --journal to see them.")
    if not told.uses:
        return paragraph("No cap was used by any ping of the journal.")
    figures = [
        figure(f"{window.owner}, {window.cap}", drawings.cap(window), words.cap(window))
        for window in told.windows
        if any(each is not None for each in window.used)
    ]

    def dual(use: CapUsage) -> str:
        return money(use.dual_most) if use.measure == "count" else f"{use.dual_most:.0%} of the price"

    return plots(figures) + _table(
        told.uses,
        ("campaign or seller", lambda use: use.owner),
        ("cap", lambda use: use.cap),
        ("windows", lambda use: f"{use.windows:,}"),
        ("full", lambda use: f"{use.full:,}"),
        ("over the limit", lambda use: f"{use.breached:,}"),
        ("fullest", lambda use: f"{use.fullest:.0%}"),
        ("highest shadow price", dual),
        text=2,
    )
