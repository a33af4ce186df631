"""What a trained model showed, as a few lines a buyer can read before it spends money."""

from training.conversion.card import Card, figure_rows, sentence

_HEAD = "                        AUC  log-loss   saved   Brier     ECE  slope  predicted/observed"


def report(card: Card) -> str:
    """The card in one screen: figures side by side, what the calibrator did, every gate."""
    slices = ", ".join(f"{name} {rows:,}" for name, rows in card.rows_by_slice.items())
    past = card.history
    lines = [
        f"{card.vertical} {card.version}",
        f"  {past.rows:,} leads, {past.since[:10]} to {past.until[:10]}, {past.converted:.1%} converted; {past.source}",
        f"  cut by time: {slices}",
        "",
        _HEAD,
        *(
            f"  {name:<20}{figures.auc:>7.3f}{figures.log_loss:>10.4f}{figures.skill:>8.1%}{figures.brier:>8.4f}"
            f"{figures.ece:>8.4f}{figures.slope:>7.2f}{figures.predicted_over_observed:>20.3f}"
            for name, figures in figure_rows(card)
        ),
        "",
        "  tenths of the newest leads, by prediction",
        "  predicted " + "".join(f"{tenth.predicted:>7.3f}" for tenth in card.deciles),
        "  observed  " + "".join(f"{tenth.observed:>7.3f}" for tenth in card.deciles),
    ]
    true = [tenth.true for tenth in card.deciles if tenth.true is not None]
    if true:
        lines.append("  true      " + "".join(f"{share:>7.3f}" for share in true))
    lines += ["", *(f"  calibrator {sentence(attempt)}" for attempt in card.attempts), ""]
    lines += [f"  {'pass' if gate.passed else 'FAIL'}  {gate.name}: {gate.found}" for gate in card.gates]
    lines.append(f"  {'live' if card.passed else 'NOT LIVE: kept for study, nothing points at it'}")
    return "\n".join(lines)
