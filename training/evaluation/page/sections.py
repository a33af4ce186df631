"""The subjects of the report, in the order in which somebody who must decide asks about them."""

from collections.abc import Sequence

from app.pages.html import figure, money, paragraph, percent, plots, section, table
from training.evaluation.caps import Caps
from training.evaluation.evaluation import Evaluation, Policies
from training.evaluation.grades import Grade
from training.evaluation.page import plots as drawings
from training.evaluation.page import words
from training.evaluation.policies import Policy
from training.evaluation.support import EFFECTIVE_MIN, REACH_MIN

SHOWN = 12


def gates(found: Evaluation) -> str:
    """The verdict, demand by demand."""
    said = {True: "pass", False: "FAIL", None: "open"}
    rows = [(said[gate.passed], gate.name, gate.found) for gate in found.gates]
    lead = "Each must pass before the model may spend money. Open means that this log cannot say."
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
        "Pings that got no bid are not among them, so that nothing is said of them."
    )
    maturity = (
        f"A lead's outcome counts once it is {rows.maturity_days:g} days old; outcomes are known until "
        f"{words.day(rows.as_of)}."
        if rows.maturity_days is not None and rows.as_of is not None
        else "Nobody noted how long a lead may take to convert: leads whose outcome is open are left out."
    )
    funnel = [
        ("bids", f"{rows.bids:,}", ""),
        ("auction decided", f"{rows.decided:,}", percent(rows.decided, rows.bids)),
        ("won", f"{rows.won:,}", percent(rows.won, rows.decided)),
        ("lost", f"{rows.lost:,}", percent(rows.lost, rows.decided)),
        ("bought, outcome known", f"{rows.matured:,}", percent(rows.matured, rows.won)),
        ("converted", f"{rows.converted:,}", percent(rows.converted, rows.matured)),
        ("returned", f"{rows.returned:,}", percent(rows.returned, rows.won)),
    ]
    parts = [paragraph(maturity), table(("rows", "count", "of those above"), funnel)]
    if rows.by_week:
        spans = [(name, f"{bids:,}", f"{won:,}", f"{converted:,}") for name, bids, won, converted in rows.by_week]
        parts.append(table(("from", "bids", "won", "converted"), spans))
    for heads, counts in (
        (("declined, all verticals", "pings"), rows.declined),
        (("post answered", "bids"), rows.posts),
    ):
        if counts:
            parts.append(table(heads, [(name, f"{count:,}") for name, count in list(counts.items())[:SHOWN]]))
    return section(title, lead, *parts)


def conversion(found: Evaluation) -> str:
    """2: whether predictions of conversions are honest and sharp."""
    told, title = found.conversions, "Does it know which leads convert?"
    lead = "On leads that were bought and whose outcome is known. These are leads that nobody else wanted more."
    if told.why_not:
        return section(title, lead, paragraph(f"Nothing can be said: {told.why_not}."))
    heads = (
        "model",
        "AUC",
        "log-loss",
        "saved",
        "Brier",
        "skill",
        "ECE",
        "slope",
        "intercept",
        "predicted/observed",
    )
    rows = [
        (
            model.name,
            f"{model.figures.auc:.3f}",
            f"{model.figures.log_loss:.4f}",
            f"{model.figures.skill:.1%}",
            f"{model.figures.brier:.4f}",
            f"{model.brier_skill:.1%}",
            f"{model.figures.ece:.4f}",
            f"{model.figures.slope:.2f}",
            "-" if model.intercept is None else f"{model.intercept:+.2f}",
            f"{model.figures.predicted_over_observed:.2f}",
        )
        for model in told.models
    ]
    glossary = paragraph(
        "AUC: how often a lead that converts is ranked above one that does not (0.5 is chance). Log-loss and Brier: "
        "the price of wrong predictions, lower is better; saved and skill compare with predicting the same for all. "
        "ECE: how far predictions are off on average. Slope 1 and intercept 0 are honest; a slope below 1 is too bold."
    )
    figures = [
        figure("Are predictions honest?", drawings.reliability(told.reliability), words.reliability(told)),
        figure("Do they find the good leads?", drawings.gain(told.lift), words.lift(told)),
    ]
    tenths = [
        (
            f"{number}",
            f"{tenth.count:,}",
            f"{tenth.predicted:.1%}",
            f"{tenth.observed:.1%}",
            f"{tenth.lift:.2f}",
            f"{tenth.gain:.0%}",
        )
        for number, tenth in enumerate(told.lift, 1)
    ]
    parts = [plots(figures), table(heads, rows), glossary]
    parts.append(table(("tenth, best first", "leads", "predicted", "converted", "lift", "of all conversions"), tenths))
    for name, grades in told.slices.items():
        if grades:
            parts.append(_slices(name, grades))
    return section(title, lead, *parts)


def win(found: Evaluation) -> str:
    """3: whether it knows what wins."""
    told = found.wins
    if told is None:
        return ""
    title, lead = "Does it know what a bid wins?", "Predicted and observed share of auctions won."
    heads = ("predicted by", "auctions", "log-loss", "of a constant", "Brier", "of a constant")
    rows = [
        (
            model.name,
            f"{model.rows:,}",
            f"{model.log_loss:.4f}",
            f"{model.log_loss_constant:.4f}",
            f"{model.brier:.4f}",
            f"{model.brier_constant:.4f}",
        )
        for model in told.models
    ]
    figures = [figure("All sellers", drawings.win_rate("All sellers", told.by_bid), words.wins(told))]
    if len(told.sellers) > 1:
        figures += [
            figure(each.seller, drawings.win_rate(each.seller, each.by_bid), f"Auctions of {each.seller} alone.")
            for each in told.sellers
        ]
    looked = (
        f"{told.looked:,} of its curves were looked at from the lowest bid to far above the highest; {told.falls} fall "
        "anywhere. A higher bid must never win less."
        if told.looked
        else "The candidate has no curves of its own: it bids along those that are declared of each seller."
    )
    price = (
        f" Of {told.prices:,} auctions that were lost the winning price is known; the average negative log-likelihood "
        f"of those prices (ANLP, lower is better) is {told.anlp:.2f}."
        if told.anlp is not None
        else " Too few winning prices are disclosed to judge the curves by them."
    )
    return section(
        title, lead, plots(figures), table(heads, rows), paragraph(looked + price), _slices("seller", told.by_seller)
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
        figure("Surplus a bid", drawings.surplus(told.policies), words.policies()),
        figure("How much of the value is bid", drawings.histogram(shown[:3]), words.histogram(told)),
    ]
    if told.profit_curve:
        figures.append(figure("Were all bids higher or lower", drawings.profit(told.profit_curve), words.profit(told)))
    return section(
        title,
        lead,
        plots(figures),
        _outcomes(told.policies),
        paragraph(
            "CPL is spend a lead, CPA spend a conversion, ROI surplus over spend. All by replay, with 90% intervals "
            f"over {found.rows.cluster}s drawn again."
        ),
        _estimates(told.policies),
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
            f"{told.yardstick}, times realised over predicted value of each seller's won leads: "
            + ", ".join(f"{seller} {quality_factor:.2f}" for seller, quality_factor in told.quality_factor.items())
            + "."
        ),
        _fates(told.policies),
        _swap(told),
    )


def caps(found: Evaluation) -> str:
    """5: how spending went through the day."""
    if not found.pacing:
        return ""
    lead = "Spending on a mean day by the buyer's clock, beside the same money spread as the pings came."
    figures = [figure(day.campaign, drawings.pacing(day), words.pacing(day)) for day in found.pacing[:4]]
    rows = [
        (day.campaign, f"{day.days:,}", money(day.spend[-1]), f"{day.wins[-1]:,.1f}", money(max(day.ahead_most, 0.0)))
        for day in found.pacing
    ]
    heads = ("campaign", "days", "spend a day", "leads a day", "most ahead of the pings")
    return section("Spending through the day", lead, plots(figures), table(heads, rows), _caps(found.caps))


def drift(found: Evaluation) -> str:
    """6: whether the world moved."""
    told = found.drift
    if told is None:
        return ""
    title = "Has the world moved?"
    lead = (
        "The newer half of the window against the older. Above 0.1 something changed, above 0.25 it is another world."
    )
    if told.why_not or not told.shifts:
        return section(title, lead, paragraph(f"Nothing can be said: {told.why_not or 'nothing can be compared'}."))
    shown = told.shifts[:SHOWN]
    moved = [each.name for each in told.shifts if each.level != "none"]
    said = f"Moved: {', '.join(moved)}." if moved else "Nothing moved further than chance would move it."
    rows = [
        (each.name, f"{each.psi:.3f}", f"{each.chance:.3f}", each.level if each.level != "none" else "")
        for each in told.shifts
    ]
    return section(
        title,
        lead,
        plots([figure("Population stability index", drawings.drift(shown), said)]),
        table(("", "PSI", "by chance up to", ""), rows),
    )


def what_if(found: Evaluation) -> str:
    """7: what errors would cost."""
    told = found.policies
    if told is None or not told.what_if:
        return ""
    lead = "How much the figures hang on what is assumed."
    rows = [
        (
            case.name,
            money(case.surplus),
            words.signed(case.change.at),
            f"{words.signed(case.change.low)} to {words.signed(case.change.high)}",
        )
        for case in told.what_if
    ]
    logged = next(each for each in told.policies if each.name == "as logged")
    calm = next((each for each in told.policies if each.name == "as logged, not exploring"), words.rival(told.policies))
    exploring = (
        f"Exploration off: as logged a bid earned {words.headline(logged)}, by {calm.name} without any jitter it would "
        f"have earned {words.headline(calm)}. The difference is what is paid for learning the market, and it is what "
        "makes this report possible."
    )
    return section(
        "What if?",
        lead,
        plots([figure("Change of surplus a bid", drawings.what_if(told.what_if), words.what_if())]),
        table(("were it so that", "surplus a bid", "change", "interval"), rows),
        paragraph(exploring),
    )


ALL = (gates, window, conversion, win, policies, caps, drift, what_if)


def _caps(told: Caps | None) -> str:
    """The caps themselves, where a journal told them."""
    if told is None:
        return paragraph("Limits, plans and shadow prices stand in the journal: name it with --journal to see them.")
    if not told.uses:
        return paragraph("No cap was used by any ping of the journal.")
    figures = [
        figure(f"{window.campaign}, {window.cap}", drawings.cap(window), words.cap(window))
        for window in told.windows
        if any(each is not None for each in window.used)
    ]
    rows = [
        (
            use.campaign,
            use.cap,
            f"{use.windows:,}",
            f"{use.full:,}",
            f"{use.breached:,}",
            f"{use.fullest:.0%}",
            money(use.dual_most) if use.measure == "count" else f"{use.dual_most:.0%} of the price",
        )
        for use in told.uses
    ]
    heads = ("campaign", "cap", "windows", "full", "over the limit", "fullest", "highest shadow price")
    return plots(figures) + table(heads, rows, text=2)


def _slices(name: str, grades: Sequence[Grade]) -> str:
    rows = [
        (
            grade.name,
            f"{grade.count:,}",
            f"{grade.predicted:.1%}",
            f"{grade.observed:.1%}",
            f"{grade.low:.1%} to {grade.high:.1%}",
            f"{grade.ratio:.2f}" if grade.observed else "-",
        )
        for grade in grades
    ]
    return table((f"by {name}", "rows", "predicted", "observed", "95% interval", "predicted/observed"), rows)


def _outcomes(told: Sequence[Policy]) -> str:
    rows = []
    for policy in told:
        earned = next((policy.by_method[method] for method in ("CCR",) if method in policy.by_method), None)
        if earned is None:
            rows.append((policy.name, "not evaluable", *["-"] * 7))
            continue
        rows.append(
            (
                policy.name,
                words.between(earned.surplus),
                words.signed(policy.gain.at) if policy.gain is not None else "",
                f"{earned.wins.at:.1%}",
                money(earned.spend.at),
                money(earned.per_lead.at),
                money(earned.per_conversion.at),
                f"{earned.roi.at:.0%}",
                percent(policy.support.bidding, 1.0),
            )
        )
    heads = ("policy", "surplus a bid", "gain", "won", "spend a bid", "CPL", "CPA", "ROI", "bids on")
    said = "; ".join(f"{policy.name}: {policy.what}" for policy in told)
    return table(heads, rows) + paragraph(f"{said[0].upper()}{said[1:]}.")


def _estimates(told: Sequence[Policy]) -> str:
    rows = [
        (policy.name, *(_said(policy, method) for method in ("DM", "SNIPS", "DR", "CCR")))
        for policy in told
        if policy.name != "as logged"
    ]
    return table(("surplus a bid by", "DM", "SNIPS", "DR", "CCR"), rows)


def _said(policy: Policy, method: str) -> str:
    earned = policy.by_method.get(method)
    return words.between(earned.surplus) if earned is not None else "not evaluable"


def _support(told: Sequence[Policy]) -> str:
    rows = [
        (
            policy.name,
            f"{policy.support.reach:.0%}",
            f"{policy.support.effective_rows:,.0f} ({policy.support.effective:.0%})",
            *(f"{ratio:.2f}" for ratio in policy.support.ratio),
            "not evaluable" if policy.support.why_not else "evaluable",
        )
        for policy in told
        if policy.name != "as logged"
    ]
    heads = ("support", "within reach", "effective bids", "5%", "25%", "bid / logged", "75%", "95%", "verdict")
    return table(heads, rows)


def _fates(told: Sequence[Policy]) -> str:
    """What became of each ping by policy."""
    fated = [policy for policy in told if policy.fates]
    names = list(dict.fromkeys(name for policy in fated for name in policy.fates))
    if not fated:
        return ""
    rows = [
        (policy.name, *(percent(policy.fates.get(name, 0), sum(policy.fates.values())) for name in names))
        for policy in fated
    ]
    return table(("pings that ended as", *names), rows)


def _swap(told: Policies) -> str:
    if not told.swap:
        return ""
    rows = [
        (each.name, f"{each.leads:,.0f}", f"{each.probability:.1%}", money(each.value), money(each.price))
        if each.leads >= 0.5
        else (each.name, "0", "-", "-", "-")
        for each in told.swap
    ]
    return table(("swap set", "leads", "chance to convert", "worth", "price"), rows)
